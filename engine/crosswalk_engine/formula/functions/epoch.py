"""Functions of Unix time: seconds or milliseconds since 1970-01-01 UTC, never taken for one another."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from crosswalk_engine.formula.functions.named import named
from crosswalk_engine.formula.functions.numbers import Number
from crosswalk_engine.formula.functions.spec import Example, Function, Param, literal_text, number
from crosswalk_engine.formula.problems import EvalError
from crosswalk_engine.formula.values import DATETIME, INTEGER, text_of

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: Unit -> microseconds.
_UNITS = {"s": 1_000_000, "ms": 1_000}
#: As seconds this is the year 5138, as milliseconds March 1973: what business systems mean lies between.
_BETWEEN = 10**11


def _microseconds(unit: str) -> int:
    return named(unit, _UNITS, "unit of Unix time")


def prepare_from_epoch(unit: str) -> Callable[[Number], datetime]:
    """The conversion of a number of `unit` since the epoch to DATETIME, in UTC."""
    factor = _microseconds(unit)

    def convert(value: Number) -> datetime:
        if (-_BETWEEN < value < _BETWEEN) is (unit != "s"):
            other = "milliseconds, 'ms'" if unit == "s" else "seconds, 's'"
            raise EvalError("CW-BAD-DATE", text_of(value), f"this number of {unit} looks like {other}")
        try:
            return _EPOCH + timedelta(microseconds=int(Decimal(value) * factor // 1))
        except (OverflowError, ArithmeticError) as error:
            raise EvalError(
                "CW-BAD-DATE", text_of(value), "the date falls outside years 1 to 9999"
            ) from error

    return convert


def prepare_to_epoch(unit: str) -> Callable[[datetime], int]:
    """The conversion of a DATETIME to whole `unit` since the epoch."""
    length = timedelta(microseconds=_microseconds(unit))
    return lambda value: (value - _EPOCH) // length


FUNCTIONS: tuple[Function, ...] = (
    Function(
        "FROM_EPOCH",
        (number(), literal_text("unit")),
        DATETIME,
        "Seconds ('s') or milliseconds ('ms') since 1970 as DATETIME, in UTC.",
        (
            Example("FROM_EPOCH(1773051238, 's')", "2026-03-09T10:13:58+00:00"),
            Example("FROM_EPOCH(1773051238250, 'ms')", "2026-03-09T10:13:58.250+00:00"),
            Example("FROM_EPOCH(1773051238250, 's')", fails="CW-BAD-DATE"),
        ),
        prepare=prepare_from_epoch,
        note="The unit is written out, never guessed: 100,000,000,000 and more (the year 5138) is no "
        "number of seconds, and less than that (before March 1973, 0 too) no number of milliseconds; both "
        "are errors. Fractions are kept to the microsecond. PostgreSQL has to_timestamp, of seconds.",
        cost=9,
    ),
    Function(
        "TO_EPOCH",
        (Param("value", DATETIME), literal_text("unit")),
        INTEGER,
        "A DATETIME as whole seconds ('s') or milliseconds ('ms') since 1970.",
        (
            Example("TO_EPOCH(TO_DATETIME('2026-03-09T10:13:58.250Z'), 'ms')", 1773051238250),
            Example("TO_EPOCH(TO_DATETIME('2026-03-09T10:13:58.250Z'), 's')", 1773051238),
            Example("TO_EPOCH(TO_DATETIME('2026-03-09T10:13:58Z'), 'sec')", fails="CW-FORMULA-ARGUMENT"),
        ),
        prepare=prepare_to_epoch,
        note="A fraction is cut off downwards. PostgreSQL writes extract(epoch FROM value).",
        cost=2,
    ),
)
