"""Functions that read and write dates and times. A DATETIME always has an offset."""

import re
from collections.abc import Callable
from datetime import date, datetime, time
from operator import attrgetter

from crosswalk_engine.formula.functions.date_formats import ISO, NAMED, clock, reader, tokens
from crosswalk_engine.formula.functions.moments import Moment, clock_of, on_clock, shifted, zone_of
from crosswalk_engine.formula.functions.spec import Example, Function, Param, literal_text
from crosswalk_engine.formula.problems import EvalError
from crosswalk_engine.formula.values import DATE, DATETIME, MOMENT, TEXT, text_of

_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}").fullmatch
_ISO_DATETIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?"
    r"(?P<offset>Z|[+-][0-9]{2}:?[0-5][0-9])?"
).fullmatch


def _bad(value: object, kind: str, example: str) -> EvalError:
    return EvalError("CW-BAD-DATE", value, f"this is no {kind}; it should be written like {example}")


def prepare_to_date(pattern: str = ISO) -> Callable[[str | Moment], date]:
    """The conversion to DATE from ISO text or from text of the format `pattern`."""
    read, shown = None if pattern == ISO else reader(pattern), NAMED.get(pattern, pattern)

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
                return clock(parts).date()
        except ValueError:
            pass
        raise _bad(value, "date", "2026-03-09" if read is None else shown)

    return convert


def prepare_to_datetime(pattern: str = ISO, zone: str | None = None) -> Callable[[str | datetime], datetime]:
    """The conversion to DATETIME; `zone` is the zone of a text that names none."""
    own = None if zone is None else zone_of(zone)
    read, shown = None if pattern == ISO else reader(pattern), NAMED.get(pattern, pattern)
    if read is not None and own is None:
        raise EvalError("CW-ARGUMENT", pattern, "a format without an offset needs a zone as third argument")

    def convert(value: str | datetime) -> datetime:
        if isinstance(value, datetime):
            return value if own is None else shifted(value, own)
        found = None
        try:
            if read is None:
                found = datetime.fromisoformat(value) if _ISO_DATETIME(value) else None
            elif parts := read(value):
                found = clock(parts)
        except ValueError:
            pass
        if found is None:
            raise _bad(value, "date and time", "2026-03-09T10:13:58.000+00:00" if read is None else shown)
        if found.tzinfo is None:
            if own is None:
                raise EvalError("CW-BAD-DATE", value, "the time names no offset and the formula no zone")
            return on_clock(found, own)
        return found if own is None else shifted(found, own)

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
            value = clock_of(value, own)
        return shape % fields(value)

    return convert


_NAMES = ", ".join(f"{name} ({pattern})" for name, pattern in NAMED.items())
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
            Example("TO_DATE('20260309', 'basic')", "2026-03-09"),
            Example("TO_DATE('2026-02-30')", fails="CW-BAD-DATE"),
        ),
        prepare=prepare_to_date,
        note="The date of a DATETIME is the one at its own offset; use IN_ZONE first for another. A time "
        "that is read along must be one (99:99:99 is none). "
        f"A format is made of yyyy MM dd HH mm ss, or is one of these names: {_NAMES}.",
        cost=10,
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
        note="The format 'iso' is the default. A zone is for texts without an offset; one that has an "
        "offset is taken to that zone. Of a time that the clocks of the zone show twice it is the first "
        "(PostgreSQL takes the second); one that they skip is as much later as they jump. Formats are those "
        "of TO_DATE. Seconds run to 59.",
        cost=30,
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
        note="Formats are those of TO_DATE. Other letters stand in double quotes: 'yyyy-MM-dd\"T\"HH:mm'.",
        cost=8,
    ),
)
