"""Where a formula that stands in `each` rules is evaluated by itself: which rows it is for."""

from collections.abc import Sequence
from typing import Any, TypeAlias

from crosswalk_engine.formula.env import Env
from crosswalk_engine.formula.oracle import Place, RowAt, walk_tree
from crosswalk_engine.formula.problems import EvalError
from crosswalk_engine.formula.reads import Rows, elements, raw
from crosswalk_engine.formula.rows import ordered
from crosswalk_engine.formula.typed import Row

#: The key of a row, or one for each level from the outermost; the first row where one is left out.
Keys: TypeAlias = str | int | Sequence[str | int] | None


def stand(rows: Sequence[Row], record: Any, env: Env, keys: Keys = None) -> Place:
    """The place of the rows with `keys` in `record`; a group holds all rows of its list.

    Raises:
        EvalError: CW-ROW when there is no such row; what reading the lists and their order raises.
    """
    place = Place(record, env)
    wanted: list[str | None]
    if isinstance(keys, str | int):  # that of the innermost level
        wanted = [*[None] * (len(rows) - 1), str(keys)]
    else:
        wanted = [*map(str, keys or ()), *[None] * len(rows)]
    for row, key in zip(rows, wanted, strict=False):
        place = _enter(place, row, key)
    return place


def _enter(place: Place, row: Row, key: str | None) -> Place:
    where = ".".join(row.collection)
    start = place.record if row.base == "record" else place.levels[row.base]
    base = "" if row.base == "record" else place.names[row.base]
    pairs = elements(raw(start, row.parts, base), where)
    before = place.rows[place.at].elements if row.flattens and place.rows else {}
    inside = Place(
        place.record,
        place.env,
        place.levels,
        [RowAt(own, {**before, row.scope: element}) for own, element in pairs],
        names={**place.names, row.scope: where},
    )
    order = row.order_by
    if order is not None:
        keys = [walk_tree(order, _at(inside, number)) for number in range(len(pairs))]
        inside = _with_rows(inside, [at for _, at in ordered(_numbered(inside.rows), keys)])
    if row.rows_as is not None:
        inside = _with_rows(inside, [_group(at, row, pairs) for at in inside.rows])
    return _at(inside, _find(inside.rows, key, where))


def _numbered(rows: Sequence[RowAt]) -> list[tuple[str, Any]]:
    return [(row.key, row) for row in rows]


def _with_rows(place: Place, rows: Sequence[RowAt]) -> Place:
    return Place(place.record, place.env, place.levels, rows, names=place.names)


def _group(at: RowAt, row: Row, pairs: list[tuple[str, Any]]) -> RowAt:
    element = at.elements[row.scope]
    fields = element if isinstance(element, dict) else {}
    return RowAt(at.key, {**at.elements, row.scope: {**fields, str(row.rows_as): Rows(pairs)}})


def _at(place: Place, number: int) -> Place:
    place.env.row_key = place.rows[number].key
    return place.row(number)


def _find(rows: Sequence[RowAt], key: str | None, where: str) -> int:
    wanted = key if key is not None else (rows[0].key if rows else "")
    found = next((number for number, row in enumerate(rows) if row.key == wanted), None)
    if found is None:
        raise EvalError("CW-ROW", wanted, f"{where} has no such row")
    return found
