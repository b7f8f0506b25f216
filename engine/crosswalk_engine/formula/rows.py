"""The rows of lists: their elements, their order by a formula's values, groups of them."""

from collections.abc import Sequence
from typing import Any

from crosswalk_engine.formula.functions.logic import require_comparable
from crosswalk_engine.formula.problems import EvalError
from crosswalk_engine.formula.reads import MAX_ELEMENTS, Rows, elements
from crosswalk_engine.formula.values import Value

#: What went wrong in making rows: the error, and the key of the row that it was met in.
Bad = list[tuple[EvalError, str | None]]


def ordered(rows: Sequence[Any], keys: Sequence[Value]) -> list[Any]:
    """`rows` sorted by `keys`, which stand for them one by one; numbers as numbers, nulls last, stable.

    Raises:
        EvalError: CW-TYPE when two keys cannot be compared.
    """
    known = [key for key in keys if key is not None]
    for key in known[1:]:
        require_comparable(key, known[0], "order_by")
    order = sorted(range(len(rows)), key=lambda at: _place(keys[at]))
    return [rows[at] for at in order]


def _place(key: Value) -> tuple[bool, Any]:
    return (True, 0) if key is None else (False, key)


def pairs(value: Any, where: str, limit: int, bad: Bad, key: str | None) -> list[tuple[str, Any]]:
    """`elements`; an error goes into `bad`, with the `key` of the row around, and there are none."""
    try:
        return elements(value, where, limit)
    except EvalError as error:
        bad.append((error, key))
        return []


def too_many(rows: Sequence[Any], where: str) -> EvalError:
    """The error for rows of several steps that are more than `MAX_ELEMENTS`."""
    message = f"{where} has more than {MAX_ELEMENTS:,} elements"
    return EvalError("CW-TOO-MANY-ROWS", f"{len(rows)}", message)


def grouped(rows: Sequence[tuple[Any, ...]], steps: int, name: str) -> tuple[Any, ...]:
    """One row for a group of rows: the first, whose last element holds all of them as the collection `name`.

    A row is its key, one element for each of the `steps`, and with several of them the joined keys.
    """
    first = rows[0]
    fields = first[steps]
    element = dict(fields) if isinstance(fields, dict) else {}
    element[name] = Rows((row[-1] if len(row) > steps + 1 else row[0], row[steps]) for row in rows)
    return (*first[:steps], element)
