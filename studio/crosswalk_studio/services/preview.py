"""A formula tried on the sample records while it is being written: what comes out, errors first."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from crosswalk_engine.errors import masked
from crosswalk_engine.formula import (
    EvalError,
    FormulaError,
    FormulaProblem,
    TypedFormula,
    compile_formula,
    parse_formula,
    to_json_value,
)
from crosswalk_engine.mapping.document import EachRule
from crosswalk_engine.payload.paths import values

from crosswalk_studio.services.scopes import Bench
from crosswalk_studio.services.workspace import Record

#: Rows shown; all sample records are tried and counted.
SHOWN = 25
#: Rows tried at most, so that a preview stays instant on large samples.
TRIED = 2_000
#: Marks a value that only a run can know: the other system gives it (see `Bench.idmap`).
PENDING = "‹"
Trial = Callable[[Record, Any], Any]


@dataclass(frozen=True, slots=True)
class Demand:
    """What the target asks of a value."""

    required: bool = False
    max_length: int | None = None
    cut: bool = False


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
    """What a formula gives.

    Attributes:
        problems: what is wrong with the formula itself; then nothing was tried.
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


def preview(bench: Bench, target: str, text: str, demand: Demand) -> Preview:
    """Try the formula `text` for `target` on the bench's records."""
    if not text.strip():
        return Preview()
    try:
        formula = parse_formula(text, bench.scope(target))
    except FormulaError as error:
        return Preview(problems=error.problems)
    trial = _trial(formula, bench)
    rows: list[PreviewRow] = []
    empty = 0
    for name, record, row_key, element in _places(bench, target):
        row = _try(trial, formula, bench, demand, (name, record, row_key, element))
        empty += not row.value and not row.problem
        rows.append(row)
        if len(rows) >= TRIED:
            break
    failed = sum(1 for row in rows if row.problem)
    distinct = len({row.value for row in rows if not row.problem})
    return Preview((), formula.type, formula.paths, _chosen(rows), len(rows), failed, empty, distinct)


def _trial(formula: TypedFormula, bench: Bench) -> Trial:
    function = compile_formula(formula)
    idmap = bench.idmap()
    now = datetime(2026, 1, 1, tzinfo=UTC)

    def run(record: Record, row: Any) -> Any:
        return function(record, lookups=bench.lookups, idmap=idmap, related=bench.related, now=now, row=row)

    return run


Spot = tuple[str, Record, Any, Any]


def _places(bench: Bench, target: str) -> Iterator[Spot]:
    """Every place where the rule would make a value: each record, or each row that its list keeps."""
    each = bench.each(target)
    keep = _where(each, bench) if each is not None else None
    for number, record in enumerate(bench.records, start=1):
        name = _name(record, bench.keys, number)
        if each is None:
            yield name, record, None, None
            continue
        for key, element in _elements(record, each.collection):
            if keep is None or keep(record, key):
                yield f"{name} · {key}", record, key, element


def _where(each: EachRule, bench: Bench) -> Callable[[Record, Any], bool] | None:
    if not each.where:
        return None
    try:
        trial = _trial(parse_formula(each.where, bench.scope(f"{each.to}.*")), bench)
    except FormulaError:
        return None

    def keep(record: Record, key: Any) -> bool:
        try:
            return trial(record, key) is True
        except EvalError:
            return True

    return keep


def _elements(record: Record, collection: str) -> Iterator[tuple[Any, Any]]:
    for found in values(record, collection):
        if isinstance(found, Mapping):
            yield from found.items()
        elif isinstance(found, Sequence) and not isinstance(found, str):
            yield from enumerate(found)


def _try(trial: Trial, formula: TypedFormula, bench: Bench, demand: Demand, spot: Spot) -> PreviewRow:
    name, record, key, element = spot
    inputs = tuple(_input(path, bench, record, element) for path in formula.paths)
    try:
        value = to_json_value(trial(record, key))
    except EvalError as error:
        return PreviewRow(name, inputs, "", f"{error.message}")
    text = "" if value is None else _shown(value)
    if PENDING in text:
        return PreviewRow(name, inputs, text, warning="the run gives it")
    if demand.required and not text.strip():
        return PreviewRow(name, inputs, text, "required, but there is no value")
    if demand.max_length is not None and len(text) > demand.max_length:
        over = f"{len(text)} characters, {demand.max_length} allowed"
        if demand.cut:
            return PreviewRow(name, inputs, text[: demand.max_length], warning=f"{over}: cut")
        return PreviewRow(name, inputs, text, f"{over}")
    return PreviewRow(name, inputs, text)


def _input(path: str, bench: Bench, record: Record, element: Any) -> str:
    head, _, tail = path.partition(".")
    each = next(
        (
            rule
            for rule in bench.document.rules
            if isinstance(rule, EachRule) and path.startswith(f"{rule.collection}[].")
        ),
        None,
    )
    if element is not None and each is not None:
        found = values(element, path.removeprefix(f"{each.collection}[]."))
    elif head in bench.related:
        found = _related(bench, head, tail, record, element)
    else:
        found = values(record, path)
    return " · ".join(_shown(value) for value in found[:3]) + (" · …" if len(found) > 3 else "")


def _related(bench: Bench, name: str, path: str, record: Record, element: Any) -> list[Any]:
    key_path = bench.document.with_[name].key
    _, mark, inner = key_path.partition("[].")
    keys = values(element, inner) if mark and element is not None else values(record, key_path)
    found = [bench.related[name][str(key)] for key in keys if str(key) in bench.related[name]]
    return [value for related in found[:4] for value in (values(related, path) if path else [])]


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
