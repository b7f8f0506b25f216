"""Functions of amounts of money: their scale by currency, minor units, percentages."""

from decimal import ROUND_HALF_UP, Decimal

from crosswalk_engine.formula.functions.iso import CURRENCIES
from crosswalk_engine.formula.functions.named import named
from crosswalk_engine.formula.functions.numbers import QUANTA, WIDE, Number, scale_of
from crosswalk_engine.formula.functions.spec import Example, Function, integer, number, text
from crosswalk_engine.formula.problems import EvalError
from crosswalk_engine.formula.values import DECIMAL, INTEGER, out_of_range, text_of


def currency_scale(currency: str) -> int:
    """Digits after the point of an amount in `currency`."""
    scale = named(currency, CURRENCIES, "currency of ISO 4217")
    if scale is None:
        raise EvalError("CW-ARGUMENT", currency, "this code of ISO 4217 has no minor unit")
    return scale


def round_money(amount: Number, currency: str) -> Decimal:
    """`amount` in whole minor units of `currency`; half rounds away from zero."""
    try:
        return Decimal(amount).quantize(QUANTA[currency_scale(currency)], ROUND_HALF_UP) + 0
    except ArithmeticError as error:
        raise out_of_range("ROUND_MONEY") from error


def to_minor(amount: Number, currency: str) -> int:
    """`amount` counted in minor units, exactly.

    Raises:
        EvalError: CW-ARGUMENT when it has a fraction of one.
    """
    scale = currency_scale(currency)
    exact = Decimal(amount)
    if scale_of(exact) > scale and exact != exact.quantize(QUANTA[scale]):
        message = f"an amount in {currency} has at most {scale} decimals; write ROUND_MONEY(…) around it"
        raise EvalError("CW-ARGUMENT", text_of(amount), message)
    try:
        return int(exact.scaleb(scale))
    except ArithmeticError as error:
        raise out_of_range("TO_MINOR") from error


def from_minor(units: int, currency: str) -> Decimal:
    """The amount that `units` minor units are."""
    scale = currency_scale(currency)
    try:
        return Decimal(units) * QUANTA[scale] + 0
    except ArithmeticError as error:
        raise out_of_range("FROM_MINOR") from error


def percent_of(percent: Number, amount: Number) -> Decimal:
    """`percent` % of `amount`, rounded to 34 digits."""
    try:
        # Rounded once, at the end.
        return WIDE.multiply(Decimal(percent), Decimal(amount)).scaleb(-2, WIDE) + 0
    except ArithmeticError as error:
        raise out_of_range("PERCENT_OF") from error


FUNCTIONS: tuple[Function, ...] = (
    Function(
        "CURRENCY_SCALE",
        (text("currency"),),
        INTEGER,
        "How many decimals an amount in a currency has, by ISO 4217.",
        (
            Example("CURRENCY_SCALE('EUR')", 2),
            Example("CURRENCY_SCALE(code)", 0, given={"code": "JPY"}),
            Example("CURRENCY_SCALE('EUX')", fails="CW-ARGUMENT"),
        ),
        currency_scale,
        note="The code has three capitals. Not in PostgreSQL.",
    ),
    Function(
        "ROUND_MONEY",
        (number("amount"), text("currency")),
        DECIMAL,
        "Rounds an amount to the decimals of its currency; half rounds away from zero.",
        (
            Example("ROUND_MONEY(19.995, 'EUR')", "20.00"),
            Example("ROUND_MONEY(1234.5, 'JPY')", "1235"),
            Example("ROUND_MONEY(1, 'XAU')", fails="CW-ARGUMENT"),
        ),
        round_money,
        note="Not in PostgreSQL.",
        cost=3,
    ),
    Function(
        "TO_MINOR",
        (number("amount"), text("currency")),
        INTEGER,
        "An amount counted in the smallest unit of its currency, such as cents.",
        (
            Example("TO_MINOR(19.90, 'EUR')", 1990),
            Example("TO_MINOR(1500, 'JPY')", 1500),
            Example("TO_MINOR(0.005, 'GBP')", fails="CW-ARGUMENT"),
        ),
        to_minor,
        note="An amount with a fraction of a cent is an error, never rounded. Not in PostgreSQL.",
        cost=6,
    ),
    Function(
        "FROM_MINOR",
        (integer("units"), text("currency")),
        DECIMAL,
        "The amount that a number of cents (the smallest unit of its currency) makes.",
        (
            Example("FROM_MINOR(1990, 'EUR')", "19.90"),
            Example("FROM_MINOR(-5, 'KWD')", "-0.005"),
            Example("FROM_MINOR(19.90, 'EUR')", fails="CW-FORMULA-TYPE"),
        ),
        from_minor,
        note="Not in PostgreSQL.",
        cost=3,
    ),
    Function(
        "PERCENT_OF",
        (number("percent"), number("amount")),
        DECIMAL,
        "So many percent of an amount, unrounded.",
        (
            Example("PERCENT_OF(20, 90.45)", "18.0900"),
            Example("ROUND_MONEY(PERCENT_OF(7.5, 19.99), 'GBP')", "1.50"),
            Example("PERCENT_OF('20%', 90.45)", fails="CW-FORMULA-TYPE"),
        ),
        percent_of,
        note="It keeps all decimals, two more than percent and amount have together, while the result has at "
        "most 34 digits; a longer one is rounded to them. Not in PostgreSQL.",
        cost=9,
    ),
)
