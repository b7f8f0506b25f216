"""Days, months and years on the calendar: moving, counting, beginnings and ends.

All of it works on a clock: a DATE, or a date and time without a zone.
"""

from calendar import monthrange
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from typing import TypeVar

from crosswalk_engine.formula.functions.moments import Moment
from crosswalk_engine.formula.problems import EvalError
from crosswalk_engine.formula.values import text_of

M = TypeVar("M", date, datetime)

#: Unit -> its length; these are lengths of time, the same on every day.
LENGTHS: Mapping[str, timedelta] = {
    "seconds": timedelta(seconds=1),
    "minutes": timedelta(minutes=1),
    "hours": timedelta(hours=1),
}
#: Unit -> days; these are counted on the calendar.
DAYS: Mapping[str, int] = {"days": 1, "weeks": 7}
#: Unit -> months; the last day of a shorter month stands for those that it lacks, as in PostgreSQL.
MONTHS: Mapping[str, int] = {"months": 1, "quarters": 3, "years": 12}
#: What the units of adding and counting are called, in the plural and without it.
UNITS: Mapping[str, str] = {
    name: unit for unit in (*LENGTHS, *DAYS, *MONTHS) for name in (unit, unit.removesuffix("s"))
}
#: What has a beginning and an end.
PERIODS = ("hour", "day", "week", "month", "quarter", "year")
_MIDNIGHT, _LAST_SECOND = time(), time(23, 59, 59)


def outside(value: Moment) -> EvalError:
    """The error for a result that no calendar has."""
    return EvalError("CW-BAD-DATE", text_of(value), "the date falls outside years 1 to 9999")


def add_days(value: M, days: int) -> M:
    """`value` moved by `days`; the time of day stays."""
    try:
        return value + timedelta(days=days)
    except OverflowError as error:
        raise outside(value) from error


def add_months(value: M, months: int) -> M:
    """`value` moved by `months`; a day that the month lacks becomes its last one."""
    year, month = divmod(value.year * 12 + value.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        raise outside(value)
    return value.replace(year=year, month=month + 1, day=min(value.day, monthrange(year, month + 1)[1]))


def add_calendar(value: M, count: int, unit: str) -> M:
    """`value` moved by `count` of a `unit` of `DAYS` or `MONTHS`."""
    if unit in DAYS:
        return add_days(value, count * DAYS[unit])
    return add_months(value, count * MONTHS[unit])


def months_between(later: M, earlier: M) -> int:
    """Whole months from `earlier` to `later`; negative when it is the other way round."""
    if later < earlier:
        return -months_between(earlier, later)
    months = (later.year - earlier.year) * 12 + later.month - earlier.month
    return months if months == 0 or add_months(earlier, months) <= later else months - 1


def _first_day(value: date, period: str) -> date:
    if period == "week":
        return value - timedelta(days=value.weekday()) if value.toordinal() > value.weekday() else date.min
    first: Mapping[str, Callable[[], date]] = {
        "hour": lambda: value,
        "day": lambda: value,
        "month": lambda: value.replace(day=1),
        "quarter": lambda: value.replace(month=value.month - (value.month - 1) % 3, day=1),
        "year": lambda: value.replace(month=1, day=1),
    }
    return first[period]()


def _last_day(value: date, period: str) -> date:
    if period in ("hour", "day"):
        return value
    if period == "week":
        return add_days(value, 6 - value.weekday())
    months = {"month": 1, "quarter": 3, "year": 12}[period]
    month = value.month + (-value.month % months)
    return value.replace(month=month, day=monthrange(value.year, month)[1])


def start_of(value: M, period: str) -> M:
    """The first day, or moment, of the `period` that `value` lies in; weeks begin on Monday."""
    if not isinstance(value, datetime):
        return _first_day(value, period)
    at = time(value.hour) if period == "hour" else _MIDNIGHT
    return datetime.combine(_first_day(value.date(), period), at)


def end_of(value: M, period: str) -> M:
    """The last day, or second, of the `period` that `value` lies in."""
    if not isinstance(value, datetime):
        return _last_day(value, period)
    at = _LAST_SECOND.replace(hour=value.hour) if period == "hour" else _LAST_SECOND
    return datetime.combine(_last_day(value.date(), period), at)
