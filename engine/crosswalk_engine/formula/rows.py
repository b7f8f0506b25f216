"""The order of rows: by a formula's values, numbers as numbers, nulls last, equal ones as they were."""

from collections.abc import Sequence
from typing import Any

from crosswalk_engine.formula.functions.logic import require_comparable
from crosswalk_engine.formula.values import Value


def ordered(rows: Sequence[tuple[str, Any]], keys: Sequence[Value]) -> list[tuple[str, Any]]:
    """`rows` sorted by `keys`, which stand for them one by one.

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
