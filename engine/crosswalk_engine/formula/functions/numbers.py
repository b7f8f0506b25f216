"""Operators and functions of numbers: INTEGER and DECIMAL, exact, half rounds away from zero."""

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import TypeAlias

from crosswalk_engine.formula.functions.spec import (
    Example,
    Function,
    Param,
    arithmetic,
    first,
    number,
    union,
)
from crosswalk_engine.formula.problems import EvalError
from crosswalk_engine.formula.values import (
    ANY,
    DIGITS,
    FAMILY_OF,
    INTEGER,
    Value,
    in_range,
    kind_of,
    out_of_range,
    text_of,
)

Number: TypeAlias = int | Decimal

#: Digits after the point that TO_DECIMAL and ROUND can ask for.
MAX_SCALE = 20
#: Scale -> the number with a one in its last place.
QUANTA = {scale: Decimal(1).scaleb(-scale) for scale in range(-DIGITS, DIGITS + 1)}
#: Wide enough that a quotient of two 34-digit numbers is rounded once, not twice.
WIDE = Context(prec=120, rounding=ROUND_HALF_UP)
#: PostgreSQL gives a quotient at least this many significant digits (NUMERIC_MIN_SIG_DIGITS).
_QUOTIENT_DIGITS = 16


def add(left: Number, right: Number) -> Number:
    """left + right."""
    return _ranged(lambda: left + right, "+")


def subtract(left: Number, right: Number) -> Number:
    """left - right."""
    return _ranged(lambda: left - right, "-")


def multiply(left: Number, right: Number) -> Number:
    """left * right; never -0."""
    return _ranged(lambda: left * right + 0, "*")


def negate(value: Number) -> Number:
    """-value; never -0."""
    return 0 - value


def _ranged(operation: Callable[[], Number], who: str) -> Number:
    try:
        return in_range(operation(), who)  # type: ignore[no-any-return]
    except ArithmeticError as error:
        raise out_of_range(who) from error


def read_number(text: str, who: str, shown: str, scale: int | None = None) -> Decimal:
    """The number that the plain digits `text` write, rounded half up to `scale` decimals, or to 34 digits.

    `shown` is what the record has, for the error.

    Raises:
        EvalError: CW-NUMBER-RANGE.
    """
    whole, _, fraction = text.lstrip("-").partition(".")
    if len(whole) > DIGITS or len(fraction) > DIGITS:
        sides = f"{DIGITS} digits before the point and {DIGITS} after it"
        raise EvalError("CW-NUMBER-RANGE", shown, f"{who} takes at most {sides}")
    try:
        exact = Decimal(text)
        return (exact if scale is None else exact.quantize(QUANTA[scale], ROUND_HALF_UP)) + 0
    except ArithmeticError as error:
        raise EvalError("CW-NUMBER-RANGE", shown, out_of_range(who).message) from error


def divide(left: Number, right: Number) -> Number:
    """left / right; of two integers the whole part, else with PostgreSQL's number of decimals."""
    if right == 0:
        raise EvalError("CW-DIVISION-ZERO", text_of(left), "a division by zero")
    if isinstance(left, int) and isinstance(right, int):
        whole = abs(left) // abs(right)
        return whole if (left < 0) == (right < 0) else -whole
    return quotient(Decimal(left), Decimal(right))


def quotient(left: Decimal, right: Decimal) -> Decimal:
    """left / right with the scale that PostgreSQL chooses (``select_div_scale`` in its numeric.c)."""
    left_weight, left_first = _leading(left)
    right_weight, right_first = _leading(right)
    weight = left_weight - right_weight - (1 if left_first <= right_first else 0)
    scale = max(_QUOTIENT_DIGITS - weight * 4, scale_of(left), scale_of(right), 0)
    try:
        exact = WIDE.divide(left, right)
        return WIDE.quantize(exact, QUANTA[min(scale, DIGITS)]) + Decimal(0)
    except ArithmeticError as error:
        raise out_of_range("/") from error


def _leading(value: Decimal) -> tuple[int, int]:
    """Weight and value of the first base-10000 digit, in which PostgreSQL stores numbers."""
    if not value:
        return 0, 0
    weight = value.adjusted() // 4
    return weight, int(abs(value).scaleb(-4 * weight, WIDE))


def scale_of(value: Decimal) -> int:
    """Digits after the point (negative where there is an exponent); quicker than `as_tuple`."""
    text = str(value)
    if "E" in text:
        return -int(value.as_tuple().exponent)
    return len(text) - text.index(".") - 1 if "." in text else 0


def modulo(left: Number, right: Number) -> Number:
    """The remainder of left / right, with the sign of left."""
    if right == 0:
        raise EvalError("CW-DIVISION-ZERO", text_of(left), "a division by zero")
    if isinstance(left, int) and isinstance(right, int):
        rest = abs(left) % abs(right)
        return -rest if left < 0 else rest
    # Wide, for the whole part of the quotient can have twice the digits of its sides.
    return _ranged(lambda: WIDE.remainder(Decimal(left), Decimal(right)) + 0, "MOD")


def sign(value: Number) -> int:
    """-1, 0 or 1."""
    return (value > 0) - (value < 0)


def pick(who: str, better: Callable[[Value, Value], bool]) -> Callable[..., Value]:
    """The function `who`: from some values to the one that is `better` than all others, nulls left out."""

    def best_of(*values: Value) -> Value:
        best: Value = None
        for value in values:
            if value is None:
                continue
            if best is None:
                best = value
                continue
            if FAMILY_OF[value.__class__] != FAMILY_OF[best.__class__]:
                kinds = f"{kind_of(best)} with {kind_of(value)}"
                raise EvalError("CW-TYPE", text_of(value), f"{who} cannot compare {kinds}")
            if better(value, best):
                best = value
        return best

    return best_of


def _less(value: Value, best: Value) -> bool:
    return value < best  # type: ignore[operator]


def _greater(value: Value, best: Value) -> bool:
    return value > best  # type: ignore[operator]


least, minimum = pick("LEAST", _less), pick("MIN", _less)
greatest, maximum = pick("GREATEST", _greater), pick("MAX", _greater)


def _binary(
    sign: str,
    summary: str,
    examples: tuple[Example, ...],
    body: Callable[..., Number],
    note: str = "",
    cost: int = 4,
) -> Function:
    operands = (number("left"), number("right"))
    syntax = f"left {sign} right"
    return Function(sign, operands, arithmetic, summary, examples, body, syntax=syntax, note=note, cost=cost)


FUNCTIONS: tuple[Function, ...] = (
    _binary(
        "+",
        "Adds.",
        (
            Example("2 + 0.50", "2.50"),
            Example("1 + NULL", None),
            Example("qty + 1", fails="CW-TYPE", given={"qty": "2"}),
        ),
        add,
        "A result of over 34 digits before the point is an error; one of over 34 in all is rounded.",
    ),
    _binary(
        "-",
        "Subtracts.",
        (Example("10 - 2.5", "7.5"), Example("10 - 'a'", fails="CW-FORMULA-TYPE")),
        subtract,
    ),
    _binary(
        "*",
        "Multiplies; the scales add up, while the result has at most 34 digits.",
        (
            Example("3 * 1.20", "3.60"),
            Example("1.5 * 0.25", "0.375"),
            Example("qty * 2", fails="CW-TYPE", given={"qty": True}),
        ),
        multiply,
    ),
    _binary(
        "/",
        "Divides.",
        (
            Example("10.00 / 3", "3.3333333333333333"),
            Example("7 / 2", 3),
            Example("1 / (2 - 2)", fails="CW-DIVISION-ZERO"),
        ),
        divide,
        "As in PostgreSQL: of two INTEGERs the whole part (7 / 2 is 3); else at least 16 significant digits. "
        "Write TO_DECIMAL(…) around one side to keep the fraction, and ROUND(…, n) around the result.",
        cost=20,
    ),
    Function(
        "NEG",
        (number(),),
        first,
        "The same number with the other sign.",
        (Example("-total", "-4.99", given={"total": 4.99}), Example("-'a'", fails="CW-FORMULA-TYPE")),
        negate,
        syntax="- number",
    ),
    Function(
        "MOD",
        (number("left"), number("right")),
        arithmetic,
        "The remainder of a division, with the sign of the left side.",
        (
            Example("MOD(-7, 3)", -1),
            Example("7.5 % 2", "1.5"),
            Example("MOD(7, 0)", fails="CW-DIVISION-ZERO"),
        ),
        modulo,
        note="Also written left % right.",
        cost=7,
    ),
    Function(
        "ABS",
        (number(),),
        first,
        "The number without its sign.",
        (Example("ABS(-2.50)", "2.50"), Example("ABS('a')", fails="CW-FORMULA-TYPE")),
        abs,
    ),
    Function(
        "SIGN",
        (number(),),
        INTEGER,
        "-1 for a number below 0, 1 for one above it, else 0.",
        (
            Example("SIGN(-2.50)", -1),
            Example("SIGN(0.00)", 0),
            Example("SIGN('-1')", fails="CW-FORMULA-TYPE"),
        ),
        sign,
        note="An INTEGER; PostgreSQL gives the kind of the argument.",
    ),
    Function(
        "LEAST",
        (Param("value", ANY, many=True),),
        union,
        "The least of the values; nulls are left out.",
        (Example("LEAST(3, 2.5)", "2.5"), Example("LEAST(1, 'a')", fails="CW-FORMULA-TYPE")),
        least,
        nulls="own",
        may_be_null=True,
        cost=2,
    ),
    Function(
        "GREATEST",
        (Param("value", ANY, many=True),),
        union,
        "The greatest of the values; nulls are left out.",
        (Example("GREATEST(NULL, 3, 2)", 3), Example("GREATEST(TRUE, 1)", fails="CW-FORMULA-TYPE")),
        greatest,
        nulls="own",
        may_be_null=True,
        cost=2,
    ),
)
