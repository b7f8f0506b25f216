"""A rule tried on the sample records while it is being written: what comes out, errors first.

It is compiled as the engine compiles it, alone in its lists, so that the preview shows what a run gives.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from crosswalk_engine.errors import masked
from crosswalk_engine.formula import FormulaError, FormulaProblem, TypedFormula, parse_formula
from crosswalk_engine.formula.ir import Aggregate, Call, Node, Path, Related, children
from crosswalk_engine.mapping.compile import CompiledMapping
from crosswalk_engine.mapping.result import MapResult
from crosswalk_engine.mapping.tree import AnyTree, EachTree, MappingTree, RuleTree, sources
from crosswalk_engine.payload.paths import values

from crosswalk_studio.services.scopes import Bench
from crosswalk_studio.services.workspace import Record

#: Rows shown; all sample records are tried and counted.
SHOWN = 25
#: Rows tried at most, so that a preview stays instant on large samples.
TRIED = 2_000
#: Marks a value that only a run can know: the other system gives it (see `Bench.idmap`).
PENDING = "‹"
_NOW = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """One value: whose it is, what went in, what came out, what is wrong with it."""

    record: str
    inputs: tuple[str, ...]
    value: str
    problem: str = ""
    warning: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a rule gives.

    Attributes:
        problems: what is wrong with the formula or the limits themselves; then nothing was tried.
        type: of its result, in words.
        inputs: the source paths that it reads; `PreviewRow.inputs` are their values.
        rows: errors first, then warnings, then one row per different result.
        tried, failed, empty: how many values were tried, could not be made, are null or blank.
    """

    problems: tuple[FormulaProblem, ...] = ()
    type: str = ""
    inputs: tuple[str, ...] = ()
    rows: tuple[PreviewRow, ...] = ()
    tried: int = 0
    failed: int = 0
    empty: int = 0
    distinct: int = 0


def preview(bench: Bench, target: str, rule: Mapping[str, Any]) -> Preview:
    """Try `rule` (plain data, as the document holds it) for `target` on the bench's records."""
    text = str(rule.get("formula") or "")
    if not text.strip() and "value" not in rule:
        return Preview()
    try:
        formula = parse_formula(text or "NULL", bench.scope(target))
    except FormulaError as error:
        return Preview(problems=error.problems)
    examined = bench.alone(target, rule)
    if examined.findings:
        found = (FormulaProblem(0, 0, one.code, one.message, "", one.suggestion) for one in examined.findings)
        return Preview(problems=tuple(found))
    trial = _Trial(bench, examined.tree, formula, required=bool(rule.get("required")))
    rows: list[PreviewRow] = []
    for number, record in enumerate(bench.records, start=1):
        rows += trial.rows(record, _name(record, bench.keys, number))
        if len(rows) >= TRIED:
            break
    failed = sum(1 for row in rows if row.problem)
    empty = sum(1 for row in rows if not row.value and not row.problem)
    distinct = len({row.value for row in rows if not row.problem})
    return Preview((), formula.type, formula.paths, _chosen(rows), len(rows), failed, empty, distinct)


class _Trial:
    """One rule alone in its lists, with the fields that it reads beside it."""

    def __init__(self, bench: Bench, tree: MappingTree, formula: TypedFormula, *, required: bool) -> None:
        self.bench = bench
        self.paths = formula.paths
        self.required = required
        self.lists: list[EachTree] = []
        rules = tree.rules
        while isinstance(rules[0], EachTree):
            self.lists.append(rules[0])
            rules = rules[0].rules
        rule = rules[0]
        assert isinstance(rule, RuleTree)  # the loop above ends at the one rule of the mapping
        self.inputs = _inputs(rule)
        alone = replace(
            tree, rules=(_around(self.lists, self._leaves(rule)) if self.lists else self._leaves(rule))
        )
        self.mapping = CompiledMapping(alone, bench.lookups)
        self.idmap = bench.idmap()

    def _leaves(self, rule: RuleTree) -> tuple[RuleTree, ...]:
        """The rule, the key of its row, and its inputs; nothing of it rejects the record."""
        value = _leaf(rule, "value", replace(rule, invalid="blank", required=False, empty="write"))
        beside = [_leaf(rule, path, _reading(rule, node)) for path, node in self.inputs.items()]
        key = [_leaf(rule, "key", _reading(rule, Call("ROW_KEY", ())))] if self.lists else []
        return (value, *key, *beside)

    def rows(self, record: Record, name: str) -> Iterator[PreviewRow]:
        """What the rule makes of one record."""
        found = self.mapping.apply(record, related=self.bench.related, idmap=self.idmap, now=_NOW)
        if not found.ok:
            for problem in found.errors:
                yield PreviewRow(
                    f"{name} · {problem.path}", tuple("" for _ in self.paths), "", problem.message
                )
            return
        notes = {warning.path: warning for warning in found.warnings}
        for place, element in self._elements(found):
            inputs = tuple(self._input(path, record, element) for path in self.paths)
            shown = f"{name} · {element['key']}" if element.get("key") is not None else name
            note = notes.get(f"{place}value")
            if "value" not in element:
                yield PreviewRow(shown, inputs, "", warning="the rule does not apply")
            elif note is not None and PENDING in note.value:
                yield self._row(shown, inputs, note.value, "")
            elif note is not None and note.code == "CW-REPLACED":
                yield PreviewRow(shown, inputs, note.value, note.message.removeprefix("replaced: "))
            else:
                yield self._row(shown, inputs, element["value"], note.message if note is not None else "")

    def _row(self, name: str, inputs: tuple[str, ...], value: Any, warning: str) -> PreviewRow:
        text = _shown(value)
        if PENDING in text:
            return PreviewRow(name, inputs, text, warning="the run gives it")
        if self.required and not text.strip():
            return PreviewRow(name, inputs, text, "required, but there is no value")
        return PreviewRow(name, inputs, text, warning=warning)

    def _elements(self, result: MapResult) -> Iterator[tuple[str, Mapping[str, Any]]]:
        several = self.mapping.tree.documents is not None
        for number, output in enumerate(result.outputs):
            yield from _below(output, self.lists, f"documents[{number}]." if several else "")

    def _input(self, path: str, record: Record, element: Mapping[str, Any]) -> str:
        found = [element.get(path)] if path in self.inputs else values(record, path)
        return " · ".join(_shown(value) for value in found[:3]) + (" · …" if len(found) > 3 else "")


def _leaf(rule: RuleTree, name: str, leaf: RuleTree) -> RuleTree:
    return replace(leaf, to=name, parts=(name,), levels=rule.levels)


def _reading(rule: RuleTree, node: Node) -> RuleTree:
    return RuleTree("", (), "", node, invalid="blank", levels=rule.levels)


def _around(lists: Sequence[EachTree], leaves: tuple[AnyTree, ...]) -> tuple[AnyTree, ...]:
    for each in reversed(lists):
        leaves = (replace(each, rules=leaves),)
    return leaves


def _inputs(rule: RuleTree) -> dict[str, Node]:
    """The single fields that a formula reads, by their paths; not those of aggregates."""
    found: dict[str, Node] = {}
    for node in _single(rule.node):
        path = next(iter(sources(node, rule.levels)), None)
        if path is not None:
            found.setdefault(path, node)
    return found


def _single(node: Node) -> Iterator[Node]:
    if isinstance(node, Path | Related):
        if not (isinstance(node, Path) and (node.scope == "item" or not node.parts)):
            yield node
        return
    if not isinstance(node, Aggregate):
        for child in children(node):
            yield from _single(child)


def _below(output: Any, lists: Sequence[EachTree], place: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each element of the innermost list, with its place as problems name it."""
    if not lists:
        yield place, output
        return
    found = output
    for part in lists[0].parts:
        found = found.get(part) or {}
    elements = found.values() if isinstance(found, Mapping) else found
    for number, element in enumerate(elements):
        name = lists[0].to.removesuffix("[]")
        yield from _below(element, lists[1:], f"{place}{name}[{number}].")


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return masked(value)


def _name(record: Record, path: str, number: int) -> str:
    found = values(record, path) if path else []
    return _shown(found[0]) if found else f"record {number}"


def _chosen(rows: list[PreviewRow]) -> tuple[PreviewRow, ...]:
    """Errors first, then warnings, then results that were not shown yet, then the rest."""
    seen: set[str] = set()
    order: list[tuple[int, int, PreviewRow]] = []
    for number, row in enumerate(rows):
        fresh = row.value not in seen
        seen.add(row.value)
        rank = 0 if row.problem else 1 if row.warning else 2 if fresh else 3
        order.append((rank, number, row))
    return tuple(row for _, _, row in sorted(order, key=lambda item: item[:2])[:SHOWN])
