"""Where a formula that stands in `each` rules is evaluated by itself: which rows it is for."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

from crosswalk_engine.formula.env import Env
from crosswalk_engine.formula.ir import ScopeName
from crosswalk_engine.formula.oracle import Place, RowAt, walk_tree
from crosswalk_engine.formula.problems import EvalError
from crosswalk_engine.formula.reads import Rows, elements, raw
from crosswalk_engine.formula.rows import ordered
from crosswalk_engine.formula.typed import Row

#: The key of a row, or one for each level from the outermost; the first row where one is left out.
Keys: TypeAlias = str | int | Sequence[str | int] | None
#: A row with the key of each of its steps.
_Keyed: TypeAlias = tuple[tuple[str, ...], RowAt]


def stand(rows: Sequence[Row], record: Any, env: Env, keys: Keys = None) -> Place:
    """The place of the rows with `keys` in `record`; a group holds all rows of its list.

    One key by itself is that of the innermost level.

    Raises:
        EvalError: CW-ROW when there is no such row; what reading the lists and their order raises.
    """
    wanted: list[str | None]
    if isinstance(keys, str | int):
        wanted = [*[None] * (len(rows) - 1), str(keys)]
    else:
        wanted = [*map(str, keys or ()), *[None] * len(rows)]
    place, at = Place(record, env), 0
    for steps in _lists(rows):
        place = _enter(place, steps, wanted[at : at + len(steps)])
        at += len(steps)
    return place


def _lists(rows: Sequence[Row]) -> list[list[Row]]:
    """The rows by the `each` rule that makes them."""
    found: list[list[Row]] = []
    for row in rows:
        if row.flattens and found:
            found[-1].append(row)
        else:
            found.append([row])
    return found


def _enter(place: Place, steps: list[Row], keys: list[str | None]) -> Place:
    names = dict(place.names)
    names |= {row.scope: ".".join(row.collection) for row in steps}
    around, last = replace(place, names=names), steps[-1]
    found = list(_pairs(around, steps, (), {}))
    if last.order_by is not None:
        inside = replace(around, rows=[row for _, row in found])
        values = [walk_tree(last.order_by, _at(inside, number)) for number in range(len(found))]
        found = [pair for _, pair in ordered([("", pair) for pair in found], values)]
    rows = [row for _, row in found]
    if last.rows_as is not None:
        whole = Rows((".".join(own), row.elements[last.scope]) for own, row in found)
        rows = [_group(row, last.scope, {last.rows_as: whole}) for row in rows]
    for number, (own, _) in enumerate(found):
        if all(key in (None, mine) for key, mine in zip(keys, own, strict=True)):
            return _at(replace(around, rows=rows), number)
    wanted = ".".join(key or "*" for key in keys)
    raise EvalError("CW-ROW", wanted, f"{'.'.join(last.collection)} has no such row")


def _pairs(
    place: Place, steps: list[Row], keys: tuple[str, ...], above: dict[ScopeName, Any]
) -> Iterator[_Keyed]:
    """Every way through the steps of one `each`."""
    if not steps:
        yield keys, RowAt(keys[-1], above)
        return
    row, rest = steps[0], steps[1:]
    start = place.record if row.base == "record" else {**place.levels, **above}[row.base]
    found = raw(start, row.parts, place.names[row.base])
    for key, element in elements(found, ".".join(row.collection)):
        yield from _pairs(place, rest, (*keys, key), {**above, row.scope: element})


def _group(row: RowAt, scope: ScopeName, made: dict[str, Rows]) -> RowAt:
    element = row.elements[scope]
    fields = element if isinstance(element, dict) else {}
    return RowAt(row.key, {**row.elements, scope: {**fields, **made}})


def _at(place: Place, number: int) -> Place:
    place.env.row_key = place.rows[number].key
    return place.row(number)
