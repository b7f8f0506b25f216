"""Problems of one record: which target field, which source fields, and a value that may be shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from crosswalk_engine.errors import masked
from crosswalk_engine.formula.problems import EvalError
from crosswalk_engine.formula.reads import present
from crosswalk_engine.formula.values import Value, text_of
from crosswalk_engine.mapping.result import Problem
from crosswalk_engine.mapping.tree import CheckTree, EachTree, RuleTree, is_personal

#: Source fields named in one message.
_SHOWN_SOURCES = 4


@dataclass(frozen=True, slots=True)
class Spot:
    """A target field (or a list, or a check), as far as messages about it need."""

    to: str
    sources: tuple[str, ...]
    personal: bool
    each: str = ""
    collection: str = ""
    max_length: int = 0
    cut: bool = False

    def path(self, index: int | None) -> str:
        """``CUNO``, ``lines[2].ITNO``."""
        if not self.each:
            return self.to
        return f"{self.each}[{'' if index is None else index}]" + (f".{self.to}" if self.to else "")

    def message(self, what: str, key: str | None) -> str:
        """`what`, the source fields, and the row."""
        shown = ", ".join(self.sources[:_SHOWN_SOURCES]) + (
            " …" if len(self.sources) > _SHOWN_SOURCES else ""
        )
        origin = f" (from {shown})" if shown else ""
        row = "" if key is None else f" (row {masked(key, 40)} of {self.collection})"
        return f"{what}{origin}{row}"

    def value(self, value: str) -> str:
        """`value`, or only its length when it is personal."""
        if not value or not self.personal:
            return masked(value)
        return f"({len(value)} characters)"


def rule_spot(rule: RuleTree, each: EachTree | None = None) -> Spot:
    """The spot of a rule."""
    return Spot(
        rule.to,
        rule.sources,
        rule.personal,
        each.to.removesuffix("[]") if each else "",
        ".".join(each.collection) if each else "",
        rule.max_length or 0,
        rule.cut,
    )


def each_spot(each: EachTree, sources: Sequence[str] = ()) -> Spot:
    """The spot of a whole list, for its `where` and `order_by`."""
    personal = any(is_personal(path) for path in sources)
    return Spot("", tuple(sources), personal, each.to.removesuffix("[]"), ".".join(each.collection))


def check_spot(check: CheckTree) -> Spot:
    """The spot of a check."""
    return Spot(f"check: {check.name}", check.sources, any(is_personal(path) for path in check.sources))


def fault(
    problems: list[Problem], spot: Spot, error: EvalError, index: int | None = None, key: str | None = None
) -> None:
    """Notes what a formula raised."""
    message = spot.message(error.message, key)
    problems.append(Problem(spot.path(index), error.code, spot.value(error.value), message))


def missing(problems: list[Problem], spot: Spot, index: int | None = None, key: str | None = None) -> None:
    """Notes that a required field has no value."""
    message = spot.message("a required field has no value", key)
    problems.append(Problem(spot.path(index), "CW-REQUIRED", "", message))


def too_long(
    errors: list[Problem],
    warnings: list[Problem],
    spot: Spot,
    value: str | int,
    index: int | None = None,
    key: str | None = None,
) -> str | int | None:
    """The value cut to its length, with a warning; or nothing, with an error."""
    length = len(str(value))
    what = f"{length} characters, the target takes {spot.max_length}"
    if spot.cut and isinstance(value, str):
        warning = spot.message(f"cut: {what}", key)
        warnings.append(Problem(spot.path(index), "CW-CUT", spot.value(value), warning))
        return value[: spot.max_length]
    errors.append(Problem(spot.path(index), "CW-TOO-LONG", spot.value(str(value)), spot.message(what, key)))
    return None


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
        f"{path}={'…' if is_personal(path) else masked(_raw(value), 40)}"
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
