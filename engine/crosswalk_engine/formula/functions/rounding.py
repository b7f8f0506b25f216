"""Functions that round: half away from zero, half to even, down, to whole numbers."""

from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

from crosswalk_engine.formula.functions.numbers import MAX_SCALE, QUANTA, Number
from crosswalk_engine.formula.functions.spec import Example, Function, first, integer, number
from crosswalk_engine.formula.problems import EvalError
from crosswalk_engine.formula.values import DECIMAL, out_of_range


def _rounder(who: str, rounding: str) -> Callable[..., Decimal]:
    def rounded(value: Number, scale: int = 0) -> Decimal:
        if not -MAX_SCALE <= scale <= MAX_SCALE:
            raise EvalError("CW-ARGUMENT", str(scale), f"{who} takes -{MAX_SCALE} to {MAX_SCALE} decimals")
        try:
            return Decimal(value).quantize(QUANTA[scale], rounding) + 0
        except ArithmeticError as error:
            raise out_of_range(who) from error

    return rounded


#: (number, scale = 0) -> the number with `scale` decimals (negative: to tens, hundreds …).
rounded = _rounder("ROUND", ROUND_HALF_UP)
rounded_half_even = _rounder("ROUND_HALF_EVEN", ROUND_HALF_EVEN)
truncated = _rounder("TRUNC", ROUND_DOWN)


def _to_whole(rounding: str) -> Callable[[Number], Number]:
    def whole(value: Number) -> Number:
        return value if isinstance(value, int) else value.to_integral_value(rounding) + 0

    return whole


FUNCTIONS: tuple[Function, ...] = (
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
        cost=3,
    ),
    Function(
        "ROUND_HALF_EVEN",
        (number(), integer("scale", optional=True)),
        DECIMAL,
        "Rounds to a number of decimals (0 if none is given); half goes to the even neighbour.",
        (
            Example("ROUND_HALF_EVEN(2.675, 2)", "2.68"),
            Example("ROUND_HALF_EVEN(2.665, 2)", "2.66"),
            Example("ROUND_HALF_EVEN(2.5)", "2"),
            Example("ROUND_HALF_EVEN('2.5')", fails="CW-FORMULA-TYPE"),
        ),
        rounded_half_even,
        note="Also called banker's rounding. PostgreSQL does it only for floating point numbers.",
        cost=3,
    ),
    Function(
        "TRUNC",
        (number(), integer("scale", optional=True)),
        DECIMAL,
        "Cuts a number off after some decimals (0 if none is given), towards zero.",
        (
            Example("TRUNC(2.679, 2)", "2.67"),
            Example("TRUNC(-2.9)", "-2"),
            Example("TRUNC(1, -21)", fails="CW-ARGUMENT"),
        ),
        truncated,
        note="The result is a DECIMAL with exactly that scale.",
        cost=3,
    ),
    Function(
        "FLOOR",
        (number(),),
        first,
        "The next whole number that is not greater.",
        (Example("FLOOR(-2.5)", "-3"), Example("FLOOR(TRUE)", fails="CW-FORMULA-TYPE")),
        _to_whole(ROUND_FLOOR),
        note="Of a DECIMAL a DECIMAL without decimals.",
        cost=2,
    ),
    Function(
        "CEIL",
        (number(),),
        first,
        "The next whole number that is not less.",
        (Example("CEIL(2.1)", "3"), Example("CEIL('2')", fails="CW-FORMULA-TYPE")),
        _to_whole(ROUND_CEILING),
        aliases=("CEILING",),
        cost=2,
    ),
)
