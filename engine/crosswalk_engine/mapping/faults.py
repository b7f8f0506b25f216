"""Problems of one record: which target field, which source fields, and a value that may be shown."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from crosswalk_engine.errors import one_line
from crosswalk_engine.formula.functions import FUNCTIONS
from crosswalk_engine.formula.ir import Aggregate, Call, Node, Path, Related, walk
from crosswalk_engine.formula.problems import EvalError
from crosswalk_engine.formula.reads import present
from crosswalk_engine.formula.values import Value, text_of
from crosswalk_engine.mapping.result import Problem
from crosswalk_engine.mapping.tree import CheckTree, EachTree, RuleTree, is_personal, sources
from crosswalk_engine.payload.personal import shown_value

#: Source fields named in one message.
_SHOWN_SOURCES = 4


@dataclass(frozen=True, slots=True)
class Spot:
    """A target field (or a list, or a check), as far as messages about it need.

    `to` is the whole target path, with ``[]`` for each list around it; `collection` the source path of the
    innermost one.
    """

    to: str
    sources: tuple[str, ...]
    personal: bool
    collection: str = ""
    #: Whether a key that tables are asked for is made of what belongs to a person.
    personal_key: bool = True

    def path(self, indexes: Sequence[int] = ()) -> str:
        """``CUNO``, ``lines[2].ITNO``; lists without an index stay ``lines[]``."""
        path = self.to
        for index in indexes:
            path = path.replace("[]", f"[{index}]", 1)
        return path

    def message(self, what: str, key: str | None) -> str:
        """`what`, the source fields, and the row."""
        shown = ", ".join(self.sources[:_SHOWN_SOURCES]) + (
            " …" if len(self.sources) > _SHOWN_SOURCES else ""
        )
        origin = f" (from {shown})" if shown else ""
        row = "" if key is None else f" (row {shown_value(key, 40)} of {self.collection})"
        return one_line(f"{what}{origin}{row}")

    def value(self, value: str) -> str:
        """`value`, or only its length when it is personal or looks so."""
        return shown_value(value, personal=self.personal)

    def about(self, error: EvalError) -> "Spot":
        """This spot for an error: of a key that was not found, only what the key is made of counts."""
        if error.code == "CW-IDMAP-MISSING":
            # The id is what the record waits for.
            return replace(self, personal=False)
        if error.code.startswith("CW-LOOKUP"):
            return replace(self, personal=self.personal and self.personal_key)
        if error.code != "CW-RELATED-MISSING":
            return self
        related = error.value.partition(":")[0]
        paths = (path for path in self.sources if path.partition(".")[0] != related)
        return replace(self, personal=any(map(is_personal, paths)))

    def problem(
        self, code: str, value: str, what: str, indexes: Sequence[int] = (), key: str | None = None
    ) -> Problem:
        """A problem here: its code, the value that was met, and what is wrong."""
        return Problem(self.path(indexes), code, self.value(value), self.message(what, key))


def rule_spot(rule: RuleTree, above: str = "") -> Spot:
    """The spot of a rule; `above` is the target path of the list that it is in (``lines[]``)."""
    to = f"{above}.{rule.to}" if above else rule.to
    keys = [
        part
        for node in walk(rule.node)
        if isinstance(node, Call) and FUNCTIONS[node.name].asks
        for part in node.args[1:2]
    ]
    personal_key = any(is_personal(path) for key in keys for path in sources(key, rule.levels))
    return Spot(to, rule.sources, rule.personal, ".".join(rule.row), personal_key)


def each_spot(each: EachTree, read: Sequence[str] = (), above: str = "", *, whole: bool = False) -> Spot:
    """The spot of a list, for its `where`, `order_by` and so on.

    Of what is wrong with the `whole` list, the row that is named is one of the list around it.
    """
    personal = any(map(is_personal, read))
    to = f"{above}.{each.to}" if above else each.to
    path = each.outer[-1].path if whole and each.outer else each.collection
    return Spot(to, tuple(read), personal, ".".join(path))


def check_spot(check: CheckTree) -> Spot:
    """The spot of a check."""
    return Spot(f"check: {check.name}", check.sources, any(is_personal(path) for path in check.sources))


def fault(
    problems: list[Problem],
    spot: Spot,
    error: EvalError,
    indexes: Sequence[int] = (),
    key: str | None = None,
) -> None:
    """Notes what a formula raised."""
    problems.append(spot.about(error).problem(error.code, error.value, error.message, indexes, key))


def missing(problems: list[Problem], spot: Spot, indexes: Sequence[int] = (), key: str | None = None) -> None:
    """Notes that a required field has no value."""
    problems.append(spot.problem("CW-REQUIRED", "", "a required field has no value", indexes, key))


def check_failed(
    problems: list[Problem],
    spot: Spot,
    sides: tuple[Value, str, Value] | None,
    fields: Sequence[tuple[str, Any]],
) -> None:
    """Notes a check that is not true: both sides of its comparison, and the fields that it read."""
    shown = ""
    if sides is not None:
        left, sign, right = ("null" if side is None else str(side) for side in map(_text, sides))
        shown = spot.value(f"{left} {sign} {right}")
    pairs = ", ".join(
        f"{path}={'…' if is_personal(path) else shown_value(_raw(value), 40)}"
        for path, value in fields[:_SHOWN_SOURCES]
    )
    message = "the check is not true" + (f": {pairs}" if pairs else "")
    problems.append(Problem(spot.to, "CW-CHECK", shown or (pairs if not spot.personal else ""), message))


def _text(value: Value) -> str | None:
    return None if value is None else text_of(value)


def _raw(value: Any) -> str:
    if present(value) is None:
        return "null"
    return "…" if isinstance(value, dict | list) else str(value)


def check_fields(check: CheckTree) -> list[Path]:
    """The single fields of the record that a check reads, each once."""
    found = (
        node for node in walk(check.node) if isinstance(node, Path) and node.scope == "record" and node.parts
    )
    over = {id(part) for node in walk(check.node) for part in _under(node)}
    return list({path.parts: path for path in found if id(path) not in over}.values())


def _under(node: Node) -> Sequence[Node]:
    if isinstance(node, Related):
        return [node.key] if node.key is not None else []
    return [node.over] if isinstance(node, Aggregate) else []
