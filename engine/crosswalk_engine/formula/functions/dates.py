"""Functions of dates and times. A DATETIME always has a zone; formats are made of yyyy MM dd HH mm ss."""

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from operator import attrgetter
from typing import TypeAlias
from zoneinfo import ZoneInfo

from crosswalk_engine.formula.env import Env
from crosswalk_engine.formula.functions.spec import Example, Function, Param, first, integer, literal_text
from crosswalk_engine.formula.problems import EvalError
from crosswalk_engine.formula.values import DATE, DATETIME, MOMENT, TEXT, text_of

Moment: TypeAlias = date | datetime

#: The named format: ISO 8601, as most interfaces write it.
ISO = "iso"
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}").fullmatch
_ISO_DATETIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?"
    r"(?P<offset>Z|[+-][0-9]{2}:?[0-9]{2})?"
).fullmatch
_TOKENS = {"yyyy": "year", "MM": "month", "dd": "day", "HH": "hour", "mm": "minute", "ss": "second"}
_TOKEN = re.compile(r'(yyyy|MM|dd|HH|mm|ss)|"([^"]*)"|([^A-Za-z"]+)')


@lru_cache(maxsize=256)
def tokens(pattern: str) -> tuple[tuple[str, str], ...]:
    """The parts of a format: ``("year", "")`` for a token, ``("", "-")`` for text that stands as it is.

    Raises:
        EvalError: CW-ARGUMENT for letters that are no token and stand in no quotes.
    """
    parts: list[tuple[str, str]] = []
    at = 0
    while at < len(pattern):
        match = _TOKEN.match(pattern, at)
        if match is None:
            advice = 'dates are made of yyyy MM dd HH mm ss; other letters stand in "double quotes"'
            raise EvalError("CW-ARGUMENT", pattern[at:], advice)
        parts.append((_TOKENS[match[1]], "") if match[1] else ("", match[2] or match[3] or ""))
        at = match.end()
    if not any(name for name, _ in parts):
        raise EvalError("CW-ARGUMENT", pattern, "a date format needs at least one of yyyy MM dd HH mm ss")
    return tuple(parts)


@lru_cache(maxsize=256)
def zone_of(name: str) -> tzinfo:
    """The time zone `name`, e.g. ``Europe/London``.

    Raises:
        EvalError: CW-ARGUMENT when there is none.
    """
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise EvalError("CW-ARGUMENT", name, "a zone has a name such as Europe/London or UTC") from error


def _shifted(value: datetime, zone: tzinfo) -> datetime:
    try:
        return value.astimezone(zone)
    except (OverflowError, ValueError) as error:
        raise EvalError(
            "CW-BAD-DATE", text_of(value), "the time falls outside years 1 to 9999 in this zone"
        ) from error


def _reader(pattern: str) -> Callable[[str], dict[str, int] | None]:
    regex, seen = "", set()
    for name, literal in tokens(pattern):
        if name in seen:
            raise EvalError("CW-ARGUMENT", pattern, "a format to read with has each token once")
        seen.add(name)
        seen.discard("")
        regex += f"(?P<{name}>[0-9]{{{4 if name == 'year' else 2}}})" if name else re.escape(literal)
    if not {"year", "month", "day"} <= seen:
        raise EvalError("CW-ARGUMENT", pattern, "a format to read with needs yyyy, MM and dd")
    match = re.compile(regex).fullmatch

    def parts(value: str) -> dict[str, int] | None:
        found = match(value)
        return {name: int(text) for name, text in found.groupdict().items()} if found else None

    return parts


def _bad(value: object, kind: str, example: str) -> EvalError:
    return EvalError("CW-BAD-DATE", value, f"this is no {kind}; it should be written like {example}")


def prepare_to_date(pattern: str = ISO) -> Callable[[str | Moment], date]:
    """The conversion to DATE from ISO text or from text of the format `pattern`."""
    read = None if pattern == ISO else _reader(pattern)

    def convert(value: str | Moment) -> date:
        if isinstance(value, datetime):
            return value.date()
        if isinstance(value, date):
            return value
        try:
            if read is None:
                if _ISO_DATE(value):
                    return date.fromisoformat(value)
                if _ISO_DATETIME(value):
                    return datetime.fromisoformat(value).date()
            elif parts := read(value):
                return date(parts["year"], parts["month"], parts["day"])
        except ValueError:
            pass
        raise _bad(value, "date", "2026-03-09" if read is None else pattern)

    return convert


def prepare_to_datetime(pattern: str = ISO, zone: str | None = None) -> Callable[[str | datetime], datetime]:
    """The conversion to DATETIME; `zone` is the zone of a text that names none."""
    own = None if zone is None else zone_of(zone)
    read = None if pattern == ISO else _reader(pattern)
    if read is not None and own is None:
        raise EvalError("CW-ARGUMENT", pattern, "a format without an offset needs a zone as third argument")

    def convert(value: str | datetime) -> datetime:
        if isinstance(value, datetime):
            return value if own is None else _shifted(value, own)
        found = None
        try:
            if read is None:
                found = datetime.fromisoformat(value) if _ISO_DATETIME(value) else None
            elif parts := read(value):
                found = datetime(**parts, tzinfo=own)
        except ValueError:
            pass
        if found is None:
            raise _bad(value, "date and time", "2026-03-09T10:13:58.000+00:00" if read is None else pattern)
        if found.tzinfo is None:
            if own is None:
                raise EvalError("CW-BAD-DATE", value, "the time names no offset and the formula no zone")
            return found.replace(tzinfo=own)
        return found if own is None else _shifted(found, own)

    return convert


def prepare_format_date(pattern: str, zone: str | None = None) -> Callable[[Moment], str]:
    """The text form `pattern` of a DATE or DATETIME, the latter first taken to `zone`."""
    parts = (
        (("year", ""), ("", "-"), ("month", ""), ("", "-"), ("day", ""))
        if pattern == ISO
        else tokens(pattern)
    )
    shape = "".join(
        ("%04d" if name == "year" else "%02d") if name else literal.replace("%", "%%")
        for name, literal in parts
    )
    fields = attrgetter(*[name for name, _ in parts if name])
    own = None if zone is None else zone_of(zone)

    def convert(value: Moment) -> str:
        if not isinstance(value, datetime):
            if own is not None:
                raise EvalError("CW-TYPE", text_of(value), "FORMAT_DATE with a zone needs DATETIME, got DATE")
            value = datetime.combine(value, time())
        elif own is not None:
            value = _shifted(value, own)
        return shape % fields(value)

    return convert


def prepare_in_zone(zone: str) -> Callable[[datetime], datetime]:
    """The same moment as the clocks of `zone` show it."""
    own = zone_of(zone)
    return lambda value: _shifted(value, own)


def date_add(value: Moment, days: int) -> Moment:
    """`value` moved by whole days of the calendar; the time of day stays."""
    try:
        return value + timedelta(days=days)
    except OverflowError as error:
        raise EvalError("CW-BAD-DATE", text_of(value), "the date falls outside years 1 to 9999") from error


def now(env: Env) -> datetime:
    """The time that the caller gave.

    Raises:
        EvalError: CW-NO-NOW when it gave none.
    """
    if env.now is None:
        raise EvalError("CW-NO-NOW", None, "NOW() has no time here: the caller gave none")
    return env.now


_PLACED = {"placedOn": "2026-03-09T23:30:00.000+00:00"}

FUNCTIONS: tuple[Function, ...] = (
    Function(
        "TO_DATE",
        (Param("value", TEXT | MOMENT), literal_text("format", optional=True)),
        DATE,
        "A text as DATE: ISO, or in the given format. Of a date and time, its date as written.",
        (
            Example("TO_DATE('2026-03-09')", "2026-03-09"),
            Example("TO_DATE('09/03/2026', 'dd/MM/yyyy')", "2026-03-09"),
            Example("TO_DATE('2026-02-30')", fails="CW-BAD-DATE"),
        ),
        prepare=prepare_to_date,
        note="The date of a DATETIME is the one in its own zone; use IN_ZONE first for another.",
    ),
    Function(
        "TO_DATETIME",
        (
            Param("value", TEXT | DATETIME),
            literal_text("format", optional=True),
            literal_text("zone", optional=True),
        ),
        DATETIME,
        "A text as DATETIME: ISO with an offset, or in the given format and zone.",
        (
            Example("TO_DATETIME(placedOn)", "2026-03-09T23:30:00+00:00", given=_PLACED),
            Example(
                "TO_DATETIME('20260709 1030', 'yyyyMMdd HHmm', 'Europe/London')", "2026-07-09T10:30:00+01:00"
            ),
            Example("TO_DATETIME('2026-07-09 10:30', 'iso', 'Europe/London')", "2026-07-09T10:30:00+01:00"),
            Example("TO_DATETIME('2026-07-09T10:30:00')", fails="CW-BAD-DATE"),
        ),
        prepare=prepare_to_datetime,
        note="The format 'iso' is the default. A zone is for texts without an offset; one that has an offset "
        "is taken to that zone. Seconds run to 59.",
    ),
    Function(
        "FORMAT_DATE",
        (Param("value", MOMENT), literal_text("format"), literal_text("zone", optional=True)),
        TEXT,
        "A DATE or DATETIME as text in a format; a DATETIME first taken to a zone, if one is given.",
        (
            Example("FORMAT_DATE(TO_DATE('2026-03-09'), 'yyyyMMdd')", "20260309"),
            Example(
                "FORMAT_DATE(TO_DATETIME(placedOn), 'yyyyMMdd', 'Asia/Tokyo')", "20260310", given=_PLACED
            ),
            Example("FORMAT_DATE(TO_DATE('2026-03-09'), 'YYYY-MM')", fails="CW-FORMULA-ARGUMENT"),
        ),
        prepare=prepare_format_date,
        note="Tokens: yyyy MM dd HH mm ss. Other letters stand in double quotes: 'yyyy-MM-dd\"T\"HH:mm'.",
    ),
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
        note="PostgreSQL's AT TIME ZONE drops the zone; this keeps it.",
    ),
    Function(
        "DATE_ADD",
        (Param("value", MOMENT), integer("days")),
        first,
        "A date (or date and time) moved by days; the time of day stays.",
        (
            Example("DATE_ADD(TO_DATE('2026-02-28'), 1)", "2026-03-01"),
            Example("DATE_ADD(TO_DATE('2026-02-28'), 1.5)", fails="CW-FORMULA-TYPE"),
        ),
        date_add,
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
