"""Functions and operators of numbers: INTEGER and DECIMAL, exact, half rounds away from zero."""

import re
from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal
from typing import TypeAlias

from crosswalk_engine.formula.functions.spec import (
    Example,
    Function,
    Param,
    arithmetic,
    first,
    integer,
    number,
    union,
)
from crosswalk_engine.formula.problems import EvalError
from crosswalk_engine.formula.values import (
    ANY,
    DECIMAL,
    DIGITS,
    FAMILY_OF,
    INTEGER,
    NUMBER,
    TEXT,
    Value,
    in_range,
    kind_of,
    out_of_range,
    text_of,
)

Number: TypeAlias = int | Decimal

#: Digits after the point that TO_DECIMAL and ROUND can ask for.
MAX_SCALE = 20
#: TO_DECIMAL remembers this many texts a scale: prices, rates and quantities repeat.
_MEMO = 8192
_DECIMAL = re.compile(r"-?[0-9]{1,34}(?:\.[0-9]{1,34})?").fullmatch
_INTEGER = re.compile(r"-?[0-9]{1,34}").fullmatch
_QUANTA = {scale: Decimal(1).scaleb(-scale) for scale in range(-DIGITS, DIGITS + 1)}
#: Wide enough that a quotient of two 34-digit numbers is rounded once, not twice.
_WIDE = Context(prec=120, rounding=ROUND_HALF_UP)
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
        exact = _WIDE.divide(left, right)
        return _WIDE.quantize(exact, _QUANTA[min(scale, DIGITS)]) + Decimal(0)
    except ArithmeticError as error:
        raise out_of_range("/") from error


def _leading(value: Decimal) -> tuple[int, int]:
    """Weight and value of the first base-10000 digit, in which PostgreSQL stores numbers."""
    if not value:
        return 0, 0
    weight = value.adjusted() // 4
    return weight, int(abs(value).scaleb(-4 * weight, _WIDE))


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
    return _ranged(lambda: Decimal(left) % Decimal(right) + 0, "MOD")


def rounded(value: Number, scale: int = 0) -> Decimal:
    """`value` with `scale` decimals (negative: to tens, hundreds …); half rounds away from zero."""
    if not -MAX_SCALE <= scale <= MAX_SCALE:
        raise EvalError("CW-ARGUMENT", str(scale), f"ROUND takes -{MAX_SCALE} to {MAX_SCALE} decimals")
    try:
        return Decimal(value).quantize(_QUANTA[scale], ROUND_HALF_UP) + 0
    except ArithmeticError as error:
        raise out_of_range("ROUND") from error


def _to_whole(rounding: str) -> Callable[[Number], Number]:
    def whole(value: Number) -> Number:
        return value if isinstance(value, int) else value.to_integral_value(rounding) + 0

    return whole


def _pick(who: str, better: Callable[[Value, Value], bool]) -> Callable[..., Value]:
    def pick(*values: Value) -> Value:
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

    return pick


least = _pick("LEAST", lambda value, best: value < best)  # type: ignore[operator]
greatest = _pick("GREATEST", lambda value, best: value > best)  # type: ignore[operator]


def prepare_to_decimal(scale: int | None = None) -> Callable[[str | int | Decimal], Decimal]:
    """The conversion to DECIMAL with `scale` decimals, or with those that are written."""
    if scale is not None and not 0 <= scale <= MAX_SCALE:
        raise EvalError("CW-ARGUMENT", str(scale), f"TO_DECIMAL takes 0 to {MAX_SCALE} decimals")
    quantum = None if scale is None else _QUANTA[scale]
    memo: dict[str, Decimal] = {}

    def fresh(value: str | int | Decimal) -> Decimal:
        if isinstance(value, str) and not _DECIMAL(value):
            raise EvalError("CW-BAD-DECIMAL", value, "TO_DECIMAL needs digits such as -12.50")
        number = Decimal(value)
        try:
            return (number if quantum is None else number.quantize(quantum, ROUND_HALF_UP)) + 0
        except ArithmeticError as error:
            raise out_of_range("TO_DECIMAL") from error

    def convert(value: str | int | Decimal) -> Decimal:
        if not isinstance(value, str):
            return fresh(value)
        known = memo.get(value)
        if known is None:
            if len(memo) >= _MEMO:
                memo.clear()
            known = memo[value] = fresh(value)
        return known

    return convert


def to_integer(value: str | int | Decimal) -> int:
    """Digits, or a number without a fraction, as INTEGER."""
    if isinstance(value, str):
        if not _INTEGER(value):
            raise EvalError("CW-BAD-INTEGER", value, "TO_INTEGER needs digits such as -12")
        return int(value)
    whole = int(value)
    if whole != value:
        raise EvalError("CW-BAD-INTEGER", text_of(value), "TO_INTEGER needs a number without a fraction")
    return whole


def _binary(
    sign: str, summary: str, examples: tuple[Example, ...], body: Callable[..., Number], note: str = ""
) -> Function:
    operands = (number("left"), number("right"))
    return Function(
        sign, operands, arithmetic, summary, examples, body, syntax=f"left {sign} right", note=note
    )


_CONVERTIBLE = TEXT | NUMBER

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
        "A result of more than 34 digits before the point is an error; after 34 digits it is rounded.",
    ),
    _binary(
        "-",
        "Subtracts.",
        (Example("10 - 2.5", "7.5"), Example("10 - 'a'", fails="CW-FORMULA-TYPE")),
        subtract,
    ),
    _binary(
        "*",
        "Multiplies; the scales add up.",
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
    ),
    Function(
        "ROUND",
        (number(), integer("scale", optional=True)),
        DECIMAL,
        "Rounds to a number of decimals (0 if none is given); half rounds away from zero.",
        (
            Example("ROUND(2.675, 2)", "2.68"),
            Example("ROUND(-0.125, 2)", "-0.13"),
            Example("ROUND(1250, -2)", "1300"),
            Example("ROUND(1, 21)", fails="CW-ARGUMENT"),
        ),
        rounded,
        note="The result is a DECIMAL with exactly that scale.",
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
        "FLOOR",
        (number(),),
        first,
        "The next whole number that is not greater.",
        (Example("FLOOR(-2.5)", "-3"), Example("FLOOR(TRUE)", fails="CW-FORMULA-TYPE")),
        _to_whole(ROUND_FLOOR),
        note="Of a DECIMAL a DECIMAL without decimals.",
    ),
    Function(
        "CEIL",
        (number(),),
        first,
        "The next whole number that is not less.",
        (Example("CEIL(2.1)", "3"), Example("CEIL('2')", fails="CW-FORMULA-TYPE")),
        _to_whole(ROUND_CEILING),
        aliases=("CEILING",),
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
    ),
    Function(
        "TO_DECIMAL",
        (Param("value", _CONVERTIBLE), integer("scale", optional=True, literal=True)),
        DECIMAL,
        "A text or number as DECIMAL, rounded half up to a scale (without one: as it is written).",
        (
            Example("TO_DECIMAL(qty, 4)", "2.0000", given={"qty": "2"}),
            Example("TO_DECIMAL('2.675', 2)", "2.68"),
            Example("TO_DECIMAL(price, 2)", fails="CW-BAD-DECIMAL", given={"price": "12,50"}),
        ),
        prepare=prepare_to_decimal,
        note="Takes an optional minus, digits and a point with digits; no spaces, no thousands marks, no "
        "exponent (PostgreSQL would take some of them). The scale is written out, 0 to 20.",
    ),
    Function(
        "TO_INTEGER",
        (Param("value", _CONVERTIBLE),),
        INTEGER,
        "A text of digits, or a number without a fraction, as INTEGER.",
        (
            Example("TO_INTEGER('20')", 20),
            Example("TO_INTEGER(2.00)", 2),
            Example("TO_INTEGER('2.5')", fails="CW-BAD-INTEGER"),
        ),
        to_integer,
        note="A fraction is an error (PostgreSQL would round it).",
    ),
    Function(
        "TO_TEXT",
        (Param("value", ANY),),
        TEXT,
        "Any value as text: digits with their scale, ISO dates, true and false.",
        (
            Example("TO_TEXT(12.50)", "12.50"),
            Example("TO_TEXT(TRUE)", "true"),
            Example("TO_TEXT()", fails="CW-FORMULA-ARGUMENTS"),
        ),
        text_of,
    ),
)
