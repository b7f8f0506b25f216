"""Laws of the date functions: Unix time, adding and counting, periods, zones and the double hour."""

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from crosswalk_engine.formula import (
    EvalError,
    FormulaError,
    compile_formula,
    evaluate,
    parse_formula,
    to_json_value,
)
from crosswalk_engine.formula.functions.date_formats import NAMED
from crosswalk_engine.formula.functions.date_math import (
    prepare_date_add,
    prepare_date_diff,
    prepare_end_of,
    prepare_part_of,
    prepare_start_of,
)
from crosswalk_engine.formula.functions.dates import prepare_format_date, prepare_to_date, prepare_to_datetime
from crosswalk_engine.formula.functions.epoch import prepare_from_epoch, prepare_to_epoch
from crosswalk_engine.formula.functions.moments import fixed, on_clock, zone_names, zone_of
from crosswalk_engine.formula.functions.periods import PERIODS
from hypothesis import given
from hypothesis import strategies as st

_days = st.dates(date(1900, 1, 1), date(2200, 12, 31))
_offsets = st.integers(-14 * 4, 14 * 4).map(lambda quarters: timezone(timedelta(minutes=15 * quarters)))
_times = st.datetimes(datetime(1975, 1, 1), datetime(2200, 1, 1), timezones=_offsets)  # noqa: DTZ001
_LONDON = ZoneInfo("Europe/London")


def value(text: str) -> object:
    """The JSON value on both backends, which must agree."""
    formula = parse_formula(text)
    found = to_json_value(evaluate(formula, {}))
    assert to_json_value(compile_formula(formula)({})) == found
    return found


@given(at=_times)
def test_unix_time_goes_there_and_back(at: datetime) -> None:
    """To whole units and back is the moment, cut to them; from a number and back is the number."""
    for unit, length in (("s", 1_000_000), ("ms", 1_000)):
        number = prepare_to_epoch(unit)(at)
        back = prepare_from_epoch(unit)(number)
        assert timedelta() <= at - back < timedelta(microseconds=length)
        assert prepare_to_epoch(unit)(back) == number


@given(number=st.integers(-(10**14), 10**14))
def test_no_number_is_both_seconds_and_milliseconds(number: int) -> None:
    """Each number is refused as one of the two units, so that neither is ever taken for the other."""
    other = "ms" if abs(number) < 10**11 else "s"
    with pytest.raises(EvalError, match="looks like") as caught:
        prepare_from_epoch(other)(number)
    assert caught.value.code == "CW-BAD-DATE"


def test_refused_unix_times_say_what_they_look_like() -> None:
    """The message names the other unit."""
    with pytest.raises(EvalError, match="looks like milliseconds, 'ms'"):
        prepare_from_epoch("s")(1773051238250)
    with pytest.raises(EvalError, match="looks like seconds, 's'"):
        prepare_from_epoch("ms")(1773051238)


@given(day=_days, count=st.integers(-2000, 2000))
def test_days_add_and_count(day: date, count: int) -> None:
    """Days that were added are counted again; weeks are seven of them."""
    assert prepare_date_diff()(prepare_date_add()(day, count), day) == count
    assert prepare_date_add("week")(day, count // 7) == prepare_date_add()(day, count // 7 * 7)


@given(day=_days, count=st.integers(-200, 200))
def test_months_add_and_count(day: date, count: int) -> None:
    """Adding months keeps the day or takes the month's last one; a year is twelve, a quarter three."""
    moved = prepare_date_add("months")(day, count)
    assert moved.year * 12 + moved.month == day.year * 12 + day.month + count
    assert moved.day == day.day or (moved.day < day.day and (moved + timedelta(days=1)).day == 1)
    assert prepare_date_add("years")(day, count // 12) == prepare_date_add("months")(day, count // 12 * 12)
    assert prepare_date_add("quarters")(day, count) == prepare_date_add("months")(day, count * 3)
    if count >= 0:
        assert prepare_date_diff("months")(moved, day) == count


@given(later=_days, earlier=_days)
def test_counting_runs_both_ways(later: date, earlier: date) -> None:
    """The other way round, the count has the other sign."""
    for unit in ("days", "weeks", "months", "years"):
        assert prepare_date_diff(unit)(later, earlier) == -prepare_date_diff(unit)(earlier, later)


@given(at=_times, hours=st.integers(-1000, 1000))
def test_hours_are_lengths_of_time(at: datetime, hours: int) -> None:
    """Hours that were added are counted again, whatever the offset; 24 of them are a day."""
    moved = prepare_date_add("hours")(at, hours)
    assert prepare_date_diff("hours")(moved, at) == hours
    assert prepare_date_diff("days")(moved, at) == int(hours / 24)


@given(day=_days, period=st.sampled_from([period for period in PERIODS if period != "hour"]))
def test_a_day_lies_in_its_period(day: date, period: str) -> None:
    """First and last day enclose the day, have the same period, and the next day begins another one."""
    start, end = prepare_start_of(period)(day), prepare_end_of(period)(day)
    assert start <= day <= end
    assert prepare_start_of(period)(end) == start == prepare_start_of(period)(start)
    assert prepare_start_of(period)(end + timedelta(days=1)) == end + timedelta(days=1)
    if period == "week":
        assert prepare_part_of("weekday")(start) == 1 and (end - start).days == 6


@given(at=_times, period=st.sampled_from(PERIODS))
def test_a_moment_lies_in_its_period(at: datetime, period: str) -> None:
    """By the clocks of London: the start is at the full hour, and the last second is followed by a start."""
    start, end = prepare_start_of(period, "Europe/London")(at), prepare_end_of(period, "Europe/London")(at)
    assert isinstance(start, datetime) and isinstance(end, datetime)
    assert start <= at < end + timedelta(seconds=1)
    assert (start.minute, start.second, end.minute, end.second) == (0, 0, 59, 59)


@given(day=_days)
def test_parts_are_those_of_the_calendar(day: date) -> None:
    """Year, month and day make the date again, and so do ISO year, week and weekday."""
    part = {
        name: prepare_part_of(name)(day) for name in ("year", "month", "day", "weekyear", "week", "weekday")
    }
    assert date(part["year"], part["month"], part["day"]) == day
    assert date.fromisocalendar(part["weekyear"], part["week"], part["weekday"]) == day
    assert prepare_part_of("quarter")(day) == (day.month - 1) // 3 + 1
    assert prepare_part_of("yearday")(day) == (day - date(day.year, 1, 1)).days + 1


@given(day=_days, name=st.sampled_from([name for name in NAMED if name not in ("basic-time", "sql")]))
def test_named_formats_read_what_they_write(day: date, name: str) -> None:
    """A date in a named format is read again."""
    assert prepare_to_date(name)(prepare_format_date(name)(day)) == day


@given(at=st.datetimes(datetime(1975, 1, 1), datetime(2200, 1, 1)))  # noqa: DTZ001
def test_named_formats_with_times(at: datetime) -> None:
    """A moment in a named format with a time is read again in its zone, to the second."""
    moment = at.replace(microsecond=0, tzinfo=UTC)
    for name in ("basic-time", "sql"):
        assert prepare_to_datetime(name, "UTC")(prepare_format_date(name)(moment)) == moment


def test_the_double_hour_is_two_hours() -> None:
    """In the night when clocks go back, two times of one zone with the same clock are different moments."""
    first = "TO_DATETIME('2026-10-25T00:30:00Z', 'iso', 'Europe/London')"
    second = "TO_DATETIME('2026-10-25T01:10:00Z', 'iso', 'Europe/London')"
    assert value(first) == "2026-10-25T01:30:00+01:00"
    assert value(second) == "2026-10-25T01:10:00+00:00"
    assert value(f"{first} < {second}") is True
    assert value(f"GREATEST({first}, {second}) = {second}") is True
    assert value(f"{first} = TO_DATETIME('2026-10-25T00:30:00Z')") is True
    assert value(f"DATE_DIFF({second}, {first}, 'minutes')") == 40


def test_an_offset_is_one_however_often_it_was_read() -> None:
    """In the first hour of the calendar, months are counted without going by way of UTC."""
    time = "TO_DATETIME('0001-01-01T00:00:00+01:00')"
    assert value(f"DATE_DIFF({time}, {time}, 'months')") == 0


def test_clock_times_that_are_skipped_or_double() -> None:
    """A skipped time is as much later as the clocks jump; of a double one, the first is meant."""
    assert value("TO_DATETIME('2026-03-29 01:30', 'iso', 'Europe/London')") == "2026-03-29T02:30:00+01:00"
    assert value("TO_DATETIME('2026-10-25 01:30', 'iso', 'Europe/London')") == "2026-10-25T01:30:00+01:00"
    assert value("END_OF(TO_DATETIME('2026-10-25T00:10:00Z'), 'hour', 'Europe/London')") == (
        "2026-10-25T01:59:59+01:00"
    )


def test_days_on_the_clocks_of_a_zone() -> None:
    """With a zone the time of day stays on its clocks; without one, on those of the value's offset."""
    at = "TO_DATETIME('2026-03-28T09:00:00Z')"
    assert value(f"DATE_ADD({at}, 1, 'day', 'Europe/London')") == "2026-03-29T09:00:00+01:00"
    assert value(f"DATE_ADD({at}, 1, 'day')") == "2026-03-29T09:00:00+00:00"
    assert value(f"DATE_ADD({at}, 24, 'hours', 'Europe/London')") == "2026-03-29T10:00:00+01:00"


@given(at=_times)
def test_a_fixed_moment_is_the_same_moment(at: datetime) -> None:
    """Fixing the offset changes neither the moment nor what the clock shows."""
    local = at.astimezone(_LONDON)
    kept = fixed(local)
    assert kept.timestamp() == local.timestamp()
    assert kept.isoformat() == local.isoformat()
    assert kept.tzinfo is not _LONDON
    assert on_clock(kept.replace(tzinfo=None), _LONDON, last=bool(local.fold)) == kept


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("DATE_ADD(TO_DATE('9999-12-31'), 1, 'month')", "CW-BAD-DATE"),
        ("DATE_ADD(TO_DATE('2026-01-31'), 99999999999999999999, 'years')", "CW-BAD-DATE"),
        ("DATE_ADD(TO_DATETIME('2026-01-31T00:00:00Z'), 99999999999999999999, 'seconds')", "CW-BAD-DATE"),
        ("DATE_ADD(TO_DATE('2026-01-31'), 1, 'hours')", "CW-TYPE"),
        ("DATE_ADD(TO_DATE('2026-01-31'), 1, 'day', 'UTC')", "CW-TYPE"),
        ("DATE_DIFF(TO_DATE('2026-01-31'), TO_DATE('2026-01-30'), 'hours')", "CW-TYPE"),
        ("START_OF(TO_DATE('2026-01-31'), 'day', 'UTC')", "CW-TYPE"),
        ("END_OF(TO_DATE('9999-12-31'), 'week')", "CW-BAD-DATE"),
        ("END_OF(TO_DATETIME('9999-12-31T23:00:00Z'), 'day', 'Pacific/Pago_Pago')", "CW-BAD-DATE"),
        ("START_OF(TO_DATE('0001-01-03'), 'week')", None),
        ("FROM_EPOCH(99999999999, 's')", None),
        ("FROM_EPOCH(999999999999999999999, 'ms')", "CW-BAD-DATE"),
        ("PART_OF(TO_DATETIME('0001-01-01T00:00:00Z'), 'year', 'America/New_York')", "CW-BAD-DATE"),
    ],
)
def test_the_ends_of_the_calendar(text: str, code: str | None) -> None:
    """What no calendar has is CW-BAD-DATE on both backends; the last days themselves are fine."""
    formula = parse_formula(text)
    for run in (lambda: evaluate(formula, {}), lambda: compile_formula(formula)({})):
        if code is None:
            assert run() is not None
            continue
        with pytest.raises(EvalError) as caught:
            run()
        assert caught.value.code == code


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("TO_DATE(a, 'bascic')", "did you mean 'basic'?"),
        ("DATE_ADD(TO_DATE(a), 1, 'mnths')", "did you mean 'months'?"),
        ("PART_OF(TO_DATE(a), 'weekdy')", "did you mean 'weekday'?"),
        ("START_OF(TO_DATE(a), 'fortnight')", "there are day, hour, month, quarter, week, year"),
        ("FROM_EPOCH(1, 'us')", "there are ms, s"),
        ("IN_ZONE(NOW(), 'europe/london')", "did you mean 'Europe/London'?"),
        ("IN_ZONE(NOW(), 'Europe/Londn')", "did you mean 'Europe/London'?"),
    ],
)
def test_wrong_names_are_found_on_checking(text: str, advice: str) -> None:
    """A wrong format, unit, part, period or zone is CW-FORMULA-ARGUMENT with the nearest name or the list."""
    with pytest.raises(FormulaError) as caught:
        parse_formula(text)
    problem = caught.value.problems[0]
    assert problem.code == "CW-FORMULA-ARGUMENT"
    assert advice in problem.message


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "START_OF(TO_DATETIME('2026-10-25T01:30:00Z'), 'hour', 'Europe/London')",
            "2026-10-25T01:00:00+00:00",
        ),
        (
            "START_OF(TO_DATETIME('2026-10-25T00:30:00Z'), 'hour', 'Europe/London')",
            "2026-10-25T01:00:00+01:00",
        ),
        ("END_OF(TO_DATETIME('2026-10-25T00:30:00Z'), 'hour', 'Europe/London')", "2026-10-25T01:59:59+01:00"),
        ("END_OF(TO_DATETIME('2026-10-25T01:30:00Z'), 'hour', 'Europe/London')", "2026-10-25T01:59:59+00:00"),
        (
            "IN_ZONE(START_OF(TO_DATETIME('2026-04-04T15:15:00Z'), 'hour', 'Australia/Lord_Howe'), 'UTC')",
            "2026-04-04T14:30:00+00:00",
        ),
        (
            "DATE_ADD(TO_DATETIME('2026-10-25T01:30:00Z'), 0, 'day', 'Europe/London')",
            "2026-10-25T01:30:00+00:00",
        ),
        (
            "DATE_ADD(TO_DATETIME('2026-10-25T00:30:00Z'), 0, 'months', 'Europe/London')",
            "2026-10-25T01:30:00+01:00",
        ),
        # Into the hour that is skipped: as much later as the clocks jump, also from a second showing.
        (
            "DATE_ADD(TO_DATETIME('2026-10-25T01:30:00Z'), -210, 'days', 'Europe/London')",
            "2026-03-29T02:30:00+01:00",
        ),
    ],
)
def test_the_hour_that_clocks_show_twice(text: str, expected: str) -> None:
    """Beginnings and ends of hours, and moving by days, keep which of the two showings the value is."""
    assert value(text) == expected


@given(
    minutes=st.integers(-180, 180),
    zone=st.sampled_from(["Europe/London", "Australia/Lord_Howe", "America/Havana"]),
)
def test_hours_and_no_days_around_a_change_of_clocks(minutes: int, zone: str) -> None:
    """START_OF <= value <= END_OF, an hour apart; 0 days are no change, at every change of clocks."""
    for month, day, hour in ((10, 25, 1), (4, 4, 15), (11, 1, 5)):
        at = datetime(2026, month, day, hour, tzinfo=UTC) + timedelta(minutes=minutes)
        start, end = prepare_start_of("hour", zone)(at), prepare_end_of("hour", zone)(at)
        assert isinstance(start, datetime) and isinstance(end, datetime)
        assert start <= at < end + timedelta(seconds=1)
        assert end - start == timedelta(minutes=59, seconds=59)
        assert prepare_date_add("day", zone)(at, 0) == at


@pytest.mark.parametrize("name", ["localtime", "posixrules", "right/UTC", "Factory", "", "../UTC", "utc "])
def test_zones_are_those_of_the_database(name: str) -> None:
    """What a machine has besides the zones of the IANA database is no zone."""
    with pytest.raises(EvalError, match="no time zone of the IANA database") as caught:
        zone_of(name)
    assert caught.value.code == "CW-ARGUMENT"
    assert {"Europe/Kyiv", "US/Eastern", "Etc/GMT-3", "UTC"} <= zone_names()


@pytest.mark.parametrize(
    "text",
    [
        "TO_DATE('2026-03-09 99:99:99', 'sql')",
        "TO_DATE('2026-03-09 24:00:00', 'sql')",
        "TO_DATE('2026-03-09T10:61')",
        "TO_DATETIME('2026-03-09T10:00+05:99')",
        "TO_DATETIME('2026-03-09 10:60:00', 'sql', 'UTC')",
    ],
)
def test_impossible_times_of_day_are_refused(text: str) -> None:
    """A time that no clock shows is CW-BAD-DATE, also where only the date is wanted."""
    formula = parse_formula(text)
    for run in (lambda: evaluate(formula, {}), lambda: compile_formula(formula)({})):
        with pytest.raises(EvalError) as caught:
            run()
        assert caught.value.code == "CW-BAD-DATE"
