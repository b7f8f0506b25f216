"""Moments: a DATETIME holds its offset and no zone, so that what is written is all that it is."""

from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import cache, lru_cache
from importlib import resources
from typing import TypeAlias
from zoneinfo import ZoneInfo

from crosswalk_engine.formula.functions.named import unknown_name
from crosswalk_engine.formula.problems import EvalError
from crosswalk_engine.formula.values import text_of

Moment: TypeAlias = date | datetime


@lru_cache(maxsize=256)
def zone_of(name: str) -> tzinfo:
    """The time zone `name`, e.g. ``Europe/London``.

    Raises:
        EvalError: CW-ARGUMENT, with the nearest name, when there is none.
    """
    if name not in zone_names():
        raise unknown_name(name, zone_names(), "time zone of the IANA database (such as Europe/London)")
    return ZoneInfo(name)


@cache
def zone_names() -> frozenset[str]:
    """The zones and links of the IANA database; not what a machine has besides, such as ``localtime``."""
    listed = resources.files("tzdata").joinpath("zones").read_text(encoding="utf-8").split()
    # Factory is for machines on which nobody has set a zone yet.
    return frozenset(listed) - {"Factory"}


def fixed(value: datetime) -> datetime:
    """`value` with the offset that it has now in place of its zone.

    Python compares two times of one zone by their clocks, which is wrong in the hour that the clocks show
    twice; times with offsets it compares as moments.
    """
    offset = value.utcoffset()
    return value if offset is None else value.replace(tzinfo=_at(offset), fold=0)


@lru_cache(maxsize=128)
def _at(offset: timedelta) -> timezone:
    return timezone(offset) if offset else UTC


def shifted(value: datetime, zone: tzinfo) -> datetime:
    """The same moment as the clocks of `zone` show it, with that offset."""
    return fixed(clock_of(value, zone))


def clock_of(value: datetime, zone: tzinfo) -> datetime:
    """The same moment in `zone`; quicker than `shifted`, for a value that goes no further.

    Raises:
        EvalError: CW-BAD-DATE when it falls outside of the calendar there.
    """
    if value.tzinfo == zone:
        # Else Python asks whether they are one object, and goes by way of UTC, which may lie outside.
        return value
    try:
        return value.astimezone(zone)
    except (OverflowError, ValueError) as error:
        raise EvalError(
            "CW-BAD-DATE", text_of(value), "the time falls outside years 1 to 9999 in this zone"
        ) from error


def on_clock(clock: datetime, zone: tzinfo, *, last: bool = False) -> datetime:
    """The moment at which the clocks of `zone` show `clock` (without a zone).

    Of a time that they show twice it is the first one, or the `last`; a time that they skip is as much later
    as they jump, as in PostgreSQL.
    """
    try:
        moment = clock.replace(tzinfo=zone, fold=int(last)).astimezone(UTC)
    except OverflowError as error:
        raise EvalError("CW-BAD-DATE", clock.isoformat(), "the time falls outside years 1 to 9999") from error
    return shifted(moment, zone)
