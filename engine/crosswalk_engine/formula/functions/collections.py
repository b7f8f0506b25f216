"""Functions over a repeated part of the record: aggregates, APPORTION, and the key of the current row."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from crosswalk_engine.formula.env import Env
from crosswalk_engine.formula.functions.numbers import (
    MAX_SCALE,
    Number,
    maximum,
    minimum,
    quotient,
    scale_of,
)
from crosswalk_engine.formula.functions.spec import (
    Example,
    Function,
    Param,
    arithmetic,
    first,
    integer,
    literal_text,
    number,
    truth,
)
from crosswalk_engine.formula.functions.text import joined
from crosswalk_engine.formula.problems import EvalError
from crosswalk_engine.formula.values import (
    ANY,
    BOOLEAN,
    DECIMAL,
    FAMILY_OF,
    INTEGER,
    TEXT,
    Value,
    in_range,
    out_of_range,
    text_of,
)


def total(values: Sequence[Number]) -> Number | None:
    """The sum; null when there is nothing to add."""
    if not values:
        return None
    try:
        return in_range(sum(values), "SUM")  # type: ignore[no-any-return]
    except ArithmeticError as error:
        raise out_of_range("SUM") from error


def average(values: Sequence[Number]) -> Decimal | None:
    """The mean, with the number of decimals that a division gives."""
    added = total(values)
    return None if added is None else quotient(Decimal(added), Decimal(len(values)))


def string_agg(values: Sequence[Value], separator: str) -> str | None:
    """The texts joined with `separator`."""
    return joined(separator, map(text_of, values), "STRING_AGG") if values else None


def apportion(amount: Number | None, weights: Sequence[Number | None], scale: int) -> list[Decimal | None]:
    """`amount` shared out by `weights`, each share with `scale` decimals, exactly adding up to `amount`.

    Each share is rounded half away from zero; what is then missing (or too much) is given one unit at a time
    to the shares that rounding took most from (or taken from those it gave most to); of equals, the first
    are served first. This is the largest remainder method. A null weight is 0. Where the weights add up to 0
    and so does the amount, each share is its own weight.

    Raises:
        EvalError: CW-APPORTION when the amount has more decimals than `scale`, or when the weights add up to
            0 and the amount does not.
    """
    if amount is None:
        return [None] * len(weights)
    unit = Decimal(1).scaleb(-scale)
    try:
        units = int((Decimal(amount) / unit).to_integral_exact())
        if units * unit != amount:
            raise EvalError(
                "CW-APPORTION", text_of(amount), f"APPORTION needs an amount of at most {scale} decimals"
            )
        parts, places = _integers(weights)
        whole = sum(parts)
        if whole == 0 and units == 0:
            # Weights that cancel out (a row and its discount): as amounts they already add up.
            parts, units, whole = _as_amounts(parts, places, scale)
        if whole == 0:
            raise EvalError(
                "CW-APPORTION", text_of(amount), "APPORTION cannot share by weights that add up to 0"
            )
        return [Decimal(share) * unit for share in largest_remainder(units, parts, whole)]
    except ArithmeticError as error:
        raise out_of_range("APPORTION") from error


def _integers(weights: Sequence[Number | None]) -> tuple[list[int], int]:
    """The weights as integers in one common unit, and how many decimals that unit has."""
    numbers = [Decimal(weight or 0) for weight in weights]
    places = max([scale_of(weight) for weight in numbers] + [0])
    return [int(weight.scaleb(places)) for weight in numbers], places


def _as_amounts(parts: list[int], places: int, scale: int) -> tuple[list[int], int, int]:
    """Weights, units and divisor with which each raw share is the weight itself."""
    if places <= scale:
        return [part * 10 ** (scale - places) for part in parts], 1, 1
    return parts, 1, 10 ** (places - scale)


def largest_remainder(units: int, weights: Sequence[int], whole: int) -> list[int]:
    """Integer shares of `units` x weight / `whole`; when `whole` is their sum they add up to `units`.

    Rounds half away from zero first and then mends the sum; the result is that of Hamilton's method. A
    negative amount is shared like the positive one.
    """
    if units < 0:
        return [-share for share in largest_remainder(-units, weights, whole)]
    if whole < 0:
        weights, whole = [-weight for weight in weights], -whole
    products = [units * weight for weight in weights]
    shares = [(2 * abs(product) + whole) // (2 * whole) * (-1 if product < 0 else 1) for product in products]
    missing = sum(products) // whole - sum(shares)
    step = 1 if missing > 0 else -1
    remainders = [product - share * whole for product, share in zip(products, shares, strict=True)]
    # Of equal ones the first are served first: they gain a unit before others, and lose one after them.
    order = sorted(range(len(shares)), key=lambda index: (-step * remainders[index], step * index))
    for index in order[: abs(missing)]:
        shares[index] += step
    return shares


def count_distinct(values: Sequence[Value]) -> int:
    """How many different values there are; numbers are equal by value, kinds of different families never."""
    return len({(FAMILY_OF[value.__class__], value) for value in values})


def row_key(env: Env) -> str:
    """The key of the current row, or its index from 0 in an array."""
    return env.row_key or ""


_ROWS: dict[str, Any] = {
    "net": "10.00",
    "rows": {
        "7": {"sku": "A", "qty": 2, "net": "3.3333", "kind": "item"},
        "8": {"sku": "B", "qty": 1, "net": "3.3333", "kind": "item"},
        "12": {"sku": "C", "qty": 4, "net": "3.3334", "kind": "free"},
    },
}
_WHERE = "NAME(…) FILTER (WHERE condition) leaves out the elements for which the condition is not true."


def _aggregate(name: str, summary: str, examples: tuple[Example, ...], body: Any, **options: Any) -> Function:
    params = options.pop("params", (Param("value", ANY),))
    options.setdefault("may_be_null", True)
    return Function(
        name, params, options.pop("returns", first), summary, examples, body, nulls="skip", **options
    )


FUNCTIONS: tuple[Function, ...] = (
    _aggregate(
        "SUM",
        "The sum over a repeated part.",
        (
            Example("SUM(rows.qty)", 7, given=_ROWS),
            Example("SUM(TO_DECIMAL(rows.net, 2)) FILTER (WHERE rows.kind = 'item')", "6.66", given=_ROWS),
            Example("SUM(rows.net)", fails="CW-TYPE", given=_ROWS),
        ),
        total,
        params=(number("value"),),
        returns=arithmetic,
        note="Nothing to add gives null, as in PostgreSQL.",
        cost=2,
    ),
    _aggregate(
        "COUNT",
        "How many values there are in a repeated part; of the part itself, how many elements.",
        (
            Example("COUNT(rows)", 3, given=_ROWS),
            Example("COUNT(rows.note)", 0, given=_ROWS),
            Example("COUNT(net)", fails="CW-PATH-SINGLE", given=_ROWS),
        ),
        len,
        returns=INTEGER,
        may_be_null=False,
    ),
    _aggregate(
        "MIN",
        "The least value of a repeated part.",
        (
            Example("MIN(rows.sku)", "A", given=_ROWS),
            Example("MIN(rows)", fails="CW-PATH-OBJECT", given=_ROWS),
        ),
        lambda values: minimum(*values),
        cost=2,
    ),
    _aggregate(
        "MAX",
        "The greatest value of a repeated part.",
        (
            Example("MAX(rows.qty)", 4, given=_ROWS),
            Example("MAX(MAX(rows.qty))", fails="CW-FORMULA-AGGREGATE", given=_ROWS),
        ),
        lambda values: maximum(*values),
        cost=2,
    ),
    _aggregate(
        "AVG",
        "The mean of a repeated part.",
        (
            Example("ROUND(AVG(rows.qty), 2)", "2.33", given=_ROWS),
            Example("AVG(rows.sku)", fails="CW-TYPE", given=_ROWS),
        ),
        average,
        params=(number("value"),),
        returns=DECIMAL,
        cost=2,
    ),
    _aggregate(
        "FIRST",
        "The first value of a repeated part that is not null.",
        (Example("FIRST(rows.sku)", "A", given=_ROWS), Example("FIRST('a')", fails="CW-FORMULA-AGGREGATE")),
        lambda values: values[0] if values else None,
        note="Elements come in the order of the array; of an object keyed by id in the order of the ids. "
        "Not in PostgreSQL.",
    ),
    _aggregate(
        "LAST",
        "The last value of a repeated part that is not null.",
        (Example("LAST(rows.sku)", "C", given=_ROWS), Example("LAST(1)", fails="CW-FORMULA-AGGREGATE")),
        lambda values: values[-1] if values else None,
        note="In the same order as FIRST. Not in PostgreSQL.",
    ),
    _aggregate(
        "STRING_AGG",
        "The values of a repeated part as one text, with a separator between them.",
        (
            Example("STRING_AGG(rows.sku, '+')", "A+B+C", given=_ROWS),
            Example("STRING_AGG(rows.sku)", fails="CW-FORMULA-ARGUMENTS", given=_ROWS),
        ),
        string_agg,
        params=(Param("value", ANY), literal_text("separator")),
        returns=TEXT,
        note="In the same order as FIRST.",
        cost=3,
    ),
    _aggregate(
        "COUNT_DISTINCT",
        "How many different values there are in a repeated part.",
        (
            Example("COUNT_DISTINCT(rows.kind)", 2, given=_ROWS),
            Example("COUNT_DISTINCT(rows.qty) FILTER (WHERE rows.kind = 'none')", 0, given=_ROWS),
            Example("COUNT_DISTINCT(rows)", fails="CW-PATH-OBJECT", given=_ROWS),
        ),
        count_distinct,
        returns=INTEGER,
        may_be_null=False,
        note="Numbers count by value (2 and 2.0 are one), texts exactly. PostgreSQL: count(DISTINCT …).",
        cost=3,
    ),
    _aggregate(
        "BOOL_AND",
        "Whether a condition is true for all elements of a repeated part.",
        (
            Example("BOOL_AND(rows.qty > 0)", True, given=_ROWS),
            Example("BOOL_AND(rows.qty > 9) FILTER (WHERE rows.sku = 'X')", None, given=_ROWS),
            Example("BOOL_AND(rows.qty)", fails="CW-TYPE", given=_ROWS),
        ),
        lambda values: all(values) if values else None,
        params=(truth(),),
        returns=BOOLEAN,
        aliases=("EVERY",),
        note="Elements for which it is null are left out; without any others it is null.",
    ),
    _aggregate(
        "BOOL_OR",
        "Whether a condition is true for at least one element of a repeated part.",
        (
            Example("BOOL_OR(rows.kind = 'free')", True, given=_ROWS),
            Example("BOOL_OR(rows.kind = 'gift')", False, given=_ROWS),
            Example("BOOL_OR(rows.sku)", fails="CW-TYPE", given=_ROWS),
        ),
        lambda values: any(values) if values else None,
        params=(truth(),),
        returns=BOOLEAN,
        note="Elements for which it is null are left out; without any others it is null.",
    ),
    Function(
        "APPORTION",
        (number("amount"), number("weight"), integer("scale", literal=True)),
        DECIMAL,
        "The current row's share of an amount, by a weight over all rows; the shares add up exactly.",
        (
            Example(
                "APPORTION(TO_DECIMAL(net, 2), TO_DECIMAL(rows.net, 4), 2)",
                "3.34",
                given=_ROWS,
                each="rows",
                row="12",
            ),
            Example("APPORTION(0.02, 1, 2)", "0.01", given=_ROWS, each="rows", row="8"),
            Example("APPORTION(10, rows.qty, 2)", fails="CW-FORMULA-AGGREGATE", given=_ROWS),
        ),
        nulls="lazy",
        may_be_null=True,
        note="Only inside an `each`. All elements of the collection take part, also those `where` leaves "
        "out; in the weight, their fields are written with the collection's name or with the row's alias. "
        "Each share is rounded half away from zero; the cents that are then missing go one by one to the "
        "shares with the largest remainders, of equal ones the first in the order of `order_by`. Weights "
        "that add up to 0 share only an amount of 0, each getting its own weight. A null weight is 0; a null "
        f"amount gives null. The scale is written out, 0 to {MAX_SCALE}. Not in PostgreSQL.",
        cost=20,
    ),
    Function(
        "ROW_KEY",
        (),
        TEXT,
        "The key of the current row in an object keyed by id; in an array its index, from 0.",
        (
            Example("ROW_KEY()", "12", given=_ROWS, each="rows", row="12"),
            Example("ROW_KEY()", fails="CW-FORMULA-AGGREGATE", given=_ROWS),
        ),
        row_key,
        needs_env=True,
        note="Only inside an `each`. Not in PostgreSQL.",
    ),
)
