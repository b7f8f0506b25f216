"""Functions that move dates and times, count between them, and find the beginnings and ends of periods."""

from collections.abc import Callable, Mapping
from datetime import datetime, time, timedelta, tzinfo

from crosswalk_engine.formula.env import Env
from crosswalk_engine.formula.functions.moments import Moment, clock_of, fixed, on_clock, shifted, zone_of
from crosswalk_engine.formula.functions.named import named, unknown_name
from crosswalk_engine.formula.functions.periods import (
    DAYS,
    LENGTHS,
    MONTHS,
    PERIODS,
    UNITS,
    add_calendar,
    end_of,
    months_between,
    outside,
    start_of,
)
from crosswalk_engine.formula.functions.spec import Example, Function, Param, first, integer, literal_text
from crosswalk_engine.formula.problems import EvalError
from crosswalk_engine.formula.values import DATETIME, INTEGER, MOMENT, kind_of, text_of

_DAY = timedelta(days=1)
#: Part -> how it is read off a clock.
_PARTS: Mapping[str, Callable[[datetime], int]] = {
    "year": lambda clock: clock.year,
    "quarter": lambda clock: (clock.month + 2) // 3,
    "month": lambda clock: clock.month,
    "week": lambda clock: clock.isocalendar().week,
    "weekyear": lambda clock: clock.isocalendar().year,
    "day": lambda clock: clock.day,
    "weekday": lambda clock: clock.isoweekday(),
    "yearday": lambda clock: clock.timetuple().tm_yday,
    "hour": lambda clock: clock.hour,
    "minute": lambda clock: clock.minute,
    "second": lambda clock: clock.second,
}
_TIMES = ("hour", "minute", "second")


def prepare_in_zone(zone: str) -> Callable[[datetime], datetime]:
    """The same moment as the clocks of `zone` show it."""
    own = zone_of(zone)
    return lambda value: shifted(value, own)


def _needs_time(value: Moment, who: str) -> EvalError:
    return EvalError("CW-TYPE", text_of(value), f"{who} needs DATETIME, got {kind_of(value)}")


def prepare_date_add(unit: str = "days", zone: str | None = None) -> Callable[[Moment, int], Moment]:
    """Moving by a count of `unit`; days and longer ones on the clocks of `zone`."""
    unit = named(unit, UNITS, "unit of time")
    own = None if zone is None else zone_of(zone)

    def add(value: Moment, count: int) -> Moment:
        if not isinstance(value, datetime):
            if unit in LENGTHS or own is not None:
                raise _needs_time(value, f"DATE_ADD of {unit}" if own is None else "DATE_ADD with a zone")
            return add_calendar(value, count, unit)
        if own is not None and unit not in LENGTHS:
            return _moved(clock_of(value, own), count, unit, own)
        if unit not in LENGTHS:
            return add_calendar(value, count, unit)
        try:
            moved = value + LENGTHS[unit] * count
        except OverflowError as error:
            raise outside(value) from error
        return moved if own is None else shifted(moved, own)

    return add


def _moved(clock: datetime, count: int, unit: str, zone: tzinfo) -> datetime:
    """`clock`, a time of `zone`, moved on its calendar; a second showing of an hour stays a second one."""
    moved = add_calendar(clock.replace(tzinfo=None), count, unit)
    if clock.fold and (found := on_clock(moved, zone, last=True)).replace(tzinfo=None) == moved:
        return found
    return on_clock(moved, zone)


def prepare_date_diff(unit: str = "days") -> Callable[[Moment, Moment], int]:
    """Counting whole units from the second to the first."""
    unit = named(unit, UNITS, "unit of time")

    def between(later: Moment, earlier: Moment) -> int:
        if later.__class__ is not earlier.__class__:
            message = f"DATE_DIFF cannot compare {kind_of(later)} with {kind_of(earlier)}"
            raise EvalError("CW-TYPE", text_of(later), message)
        if not isinstance(later, datetime) and unit in LENGTHS:
            raise _needs_time(later, f"DATE_DIFF of {unit}")
        if unit in MONTHS:
            if isinstance(later, datetime) and isinstance(earlier, datetime):
                # Months are counted on one clock: that of the earlier time.
                later = _at_offset(later, earlier)
            return _towards_zero(months_between(later, earlier), MONTHS[unit])
        return _whole(later - earlier, LENGTHS.get(unit) or _DAY * DAYS[unit])

    return between


def _at_offset(value: datetime, other: datetime) -> datetime:
    zone = other.tzinfo
    assert zone is not None
    return clock_of(value, zone)


def _whole(amount: timedelta, length: timedelta) -> int:
    microsecond = timedelta(microseconds=1)
    return _towards_zero(amount // microsecond, length // microsecond)


def _towards_zero(amount: int, length: int) -> int:
    """How often `length` goes into `amount`."""
    return -(-amount // length) if amount < 0 else amount // length


def _bound_of(
    who: str, find: Callable[[Moment, str], Moment], last: bool
) -> Callable[..., Callable[[Moment], Moment]]:
    def prepare(period: str, zone: str | None = None) -> Callable[[Moment], Moment]:
        if period not in PERIODS:
            raise unknown_name(period, PERIODS, "period")
        own = None if zone is None else zone_of(zone)

        def bound(value: Moment) -> Moment:
            if not isinstance(value, datetime):
                if own is not None or period == "hour":
                    raise _needs_time(value, f"{who} of {period}" if own is None else f"{who} with a zone")
                return find(value, period)
            if period == "hour" and own is not None:
                # Within the hour the offset stays, as in PostgreSQL: clocks may show the hour twice.
                value = shifted(value, own)
            if own is None or period == "hour":
                return find(value.replace(tzinfo=None), period).replace(tzinfo=value.tzinfo)  # type: ignore[call-arg]
            clock = find(clock_of(value, own).replace(tzinfo=None), period)
            assert isinstance(clock, datetime)
            return on_clock(clock, own, last=last)

        return bound

    return prepare


prepare_start_of = _bound_of("START_OF", start_of, last=False)
prepare_end_of = _bound_of("END_OF", end_of, last=True)


def prepare_part_of(part: str, zone: str | None = None) -> Callable[[Moment], int]:
    """Reading one part of a date or time off the clocks of `zone`."""
    read = named(part, _PARTS, "part of a date")
    own = None if zone is None else zone_of(zone)

    def part_of(value: Moment) -> int:
        if isinstance(value, datetime):
            return read(value if own is None else clock_of(value, own))
        if own is not None or part in _TIMES:
            raise _needs_time(value, f"PART_OF {part}" if own is None else "PART_OF with a zone")
        return read(datetime.combine(value, time()))

    return part_of


def now(env: Env) -> datetime:
    """The time that the caller gave.

    Raises:
        EvalError: CW-NO-NOW when it gave none.
    """
    if env.now is None:
        raise EvalError("CW-NO-NOW", None, "NOW() has no time here: the caller gave none")
    return fixed(env.now)


_ZONE = literal_text("zone", optional=True)
_DUE = {"placedOn": "2026-01-31", "at": "2026-07-09T23:30:00Z"}

FUNCTIONS: tuple[Function, ...] = (
    Function(
        "IN_ZONE",
        (Param("value", DATETIME), literal_text("zone")),
        DATETIME,
        "The same moment as the clocks of a zone show it.",
        (
            Example(
                "IN_ZONE(TO_DATETIME('2026-07-09T23:30:00Z'), 'Europe/London')", "2026-07-10T00:30:00+01:00"
            ),
            Example(
                "IN_ZONE(TO_DATETIME('2026-07-09T23:30:00Z'), 'Europe/Bristol')", fails="CW-FORMULA-ARGUMENT"
            ),
        ),
        prepare=prepare_in_zone,
        note="PostgreSQL's AT TIME ZONE drops the offset; this keeps it.",
        cost=12,
    ),
    Function(
        "DATE_ADD",
        (Param("value", MOMENT), integer("count"), literal_text("unit", optional=True), _ZONE),
        first,
        "A date (or date and time) moved by days, or by another unit.",
        (
            Example("DATE_ADD(TO_DATE('2026-02-28'), 1)", "2026-03-01"),
            Example("DATE_ADD(TO_DATE(placedOn), 1, 'month')", "2026-02-28", given=_DUE),
            Example("DATE_ADD(TO_DATETIME(at), 90, 'minutes')", "2026-07-10T01:00:00+00:00", given=_DUE),
            Example(
                "DATE_ADD(TO_DATETIME('2026-03-28T09:00:00Z'), 1, 'day', 'Europe/London')",
                "2026-03-29T09:00:00+01:00",
            ),
            Example("DATE_ADD(TO_DATE('2026-02-28'), 1.5)", fails="CW-FORMULA-TYPE"),
        ),
        prepare=prepare_date_add,
        note="Units: seconds, minutes, hours (of a DATETIME), days, weeks, months, quarters, years, also "
        "without the s. A day that a month lacks becomes its last one. The time of day stays, on the clock "
        "of the value's own offset or, with a zone, on the clocks of that zone. Of a time that they show "
        "twice it is the first, unless the value is itself a second one (0 days change nothing). PostgreSQL "
        "adds an interval, and takes the second.",
        cost=30,
    ),
    Function(
        "DATE_DIFF",
        (Param("later", MOMENT), Param("earlier", MOMENT), literal_text("unit", optional=True)),
        INTEGER,
        "How many whole days (or other units) lie between two dates or two times, negative if they run back.",
        (
            Example("DATE_DIFF(TO_DATE('2026-03-01'), TO_DATE('2026-02-27'))", 2),
            Example("DATE_DIFF(TO_DATE('2026-03-30'), TO_DATE('2026-01-31'), 'months')", 1),
            Example(
                "DATE_DIFF(TO_DATETIME(at), TO_DATETIME('2026-07-09T22:45:00Z'), 'hours')", 0, given=_DUE
            ),
            Example("DATE_DIFF(TO_DATE('2026-03-01'), TO_DATETIME(at))", fails="CW-TYPE", given=_DUE),
        ),
        prepare=prepare_date_diff,
        note="The units are those of DATE_ADD; a day between times has 24 hours; a month is whole when "
        "DATE_ADD of it does not go beyond the later one. PostgreSQL subtracts dates, and gives an interval "
        "for times.",
        cost=12,
    ),
    Function(
        "START_OF",
        (Param("value", MOMENT), literal_text("period"), _ZONE),
        first,
        "The beginning of the day, week, month, quarter or year that a date or time lies in.",
        (
            Example("START_OF(TO_DATE('2026-08-20'), 'quarter')", "2026-07-01"),
            Example("START_OF(TO_DATE('2026-08-20'), 'week')", "2026-08-17"),
            Example(
                "START_OF(TO_DATETIME(at), 'day', 'Europe/London')", "2026-07-10T00:00:00+01:00", given=_DUE
            ),
            Example("START_OF(TO_DATE('2026-08-20'), 'moth')", fails="CW-FORMULA-ARGUMENT"),
        ),
        prepare=prepare_start_of,
        note="Also of the hour of a DATETIME, which keeps the offset of the value (in the zone). Weeks begin "
        "on Monday. Without a zone, on the clock of the value's own offset. A midnight that the clocks show "
        "twice is the first one. PostgreSQL writes date_trunc('month', value); it takes the second midnight.",
        cost=30,
    ),
    Function(
        "END_OF",
        (Param("value", MOMENT), literal_text("period"), _ZONE),
        first,
        "The last day, or second, of the day, week, month, quarter or year that a date or time lies in.",
        (
            Example("END_OF(TO_DATE('2028-02-03'), 'month')", "2028-02-29"),
            Example("END_OF(TO_DATETIME(at), 'year')", "2026-12-31T23:59:59+00:00", given=_DUE),
            Example("END_OF(TO_DATE('2026-08-20'), 'hour')", fails="CW-TYPE"),
        ),
        prepare=prepare_end_of,
        note="The periods and the zone are those of START_OF; of a last second that the clocks show twice it "
        "is the second one. Not in PostgreSQL.",
        cost=30,
    ),
    Function(
        "PART_OF",
        (Param("value", MOMENT), literal_text("part"), _ZONE),
        INTEGER,
        "One part of a date or time as a number: year, month, day, hour, weekday, week.",
        (
            Example("PART_OF(TO_DATE('2026-03-09'), 'weekday')", 1),
            Example("PART_OF(TO_DATETIME(at), 'day', 'Europe/London')", 10, given=_DUE),
            Example("PART_OF(TO_DATE('2026-03-09'), 'hour')", fails="CW-TYPE"),
        ),
        prepare=prepare_part_of,
        note="Parts: year quarter month week weekyear day weekday yearday hour minute second. Weeks are "
        "those of ISO 8601 and belong to the weekyear; Monday is weekday 1. PostgreSQL writes "
        "date_part('year', value).",
        cost=4,
    ),
    Function(
        "NOW",
        (),
        DATETIME,
        "The time at which the engine took up the record; the same in every formula of it.",
        (
            Example("NOW() IS NULL", fails="CW-NO-NOW"),
            Example("NOW(1)", fails="CW-FORMULA-ARGUMENTS"),
        ),
        now,
        needs_env=True,
        note="A release that is replayed gets the time of the first run again.",
    ),
)
