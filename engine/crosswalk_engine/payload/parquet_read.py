"""Parquet as records: it keeps its kinds.

Text, whole numbers, decimals, booleans, lists and objects stay what they are; floats become decimals by their
shortest digits, dates and times ISO texts, to the nanosecond where they have them.
"""

import struct
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from itertools import count
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

from crosswalk_engine.errors import RecordError, masked
from crosswalk_engine.payload.item import Item
from crosswalk_engine.payload.tabular_extra import require

#: Rows that are in memory as records at once.
_BATCH = 5_000
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NANOSECONDS = {"ms": 1_000_000, "us": 1_000, "ns": 1}

_Plain = Callable[[Any], Any]


def read_parquet(stream: BinaryIO, where: str) -> Iterator[Item]:
    """``(row, record)`` for each row, from 1, or what is wrong with the row.

    Raises:
        ConfigError: CW-NEEDS-TABULAR.
        RecordError: CW-PARQUET: the file as a whole cannot be read.
    """
    polars = require("polars", "Parquet")
    row = count(1)
    try:
        for batch in polars.scan_parquet(stream).collect_batches(chunk_size=_BATCH, maintain_order=True):
            plain = [(name, _converter(polars, kind)) for name, kind in batch.schema.items()]
            changed = {name: _stored(polars, kind) for name, kind in batch.schema.items()}
            physical = batch.cast({name: to for name, to in changed.items() if to != batch.schema[name]})
            for values in physical.iter_rows():
                number = next(row)
                try:
                    yield number, {name: of(value) for (name, of), value in zip(plain, values, strict=True)}
                except ValueError as error:
                    yield number, _bad(str(error), f"{where}:{number}")
    except (polars.exceptions.PanicException, ValueError, OverflowError, KeyError) as error:
        # A value that Python has no form for, or a zone that it does not know; a panic is no Exception.
        raise _bad("a value cannot be read", where) from error
    except (polars.exceptions.PolarsError, OSError) as error:
        raise _bad("the Parquet file cannot be read", where, _words(error)) from error


def _stored(polars: Any, kind: Any) -> Any:
    """The kind by which a column is read: moments as the numbers that they are stored as."""
    if kind == polars.Date:
        return polars.Int32
    if kind == polars.Time or kind == polars.Datetime:
        return polars.Int64
    if kind == polars.List:
        return polars.List(_stored(polars, kind.inner))
    if kind == polars.Struct:
        return polars.Struct({one.name: _stored(polars, one.dtype) for one in kind.fields})
    return kind


def _converter(polars: Any, kind: Any) -> _Plain:
    """What makes a value of a column of this kind plain."""
    if kind == polars.Date:
        return _day
    if kind == polars.Time:
        return _time
    if kind == polars.Datetime:
        zone = kind.time_zone and ZoneInfo(kind.time_zone)
        return partial(_moment, unit=_NANOSECONDS[kind.time_unit], zone=zone)
    if kind == polars.List:
        return partial(_list, of=_converter(polars, kind.inner))
    if kind == polars.Struct:
        return partial(_object, of={one.name: _converter(polars, one.dtype) for one in kind.fields})
    return _single if kind == polars.Float32 else _plain


def _list(values: list[Any] | None, *, of: _Plain) -> list[Any] | None:
    return None if values is None else [of(value) for value in values]


def _object(value: dict[str, Any] | None, *, of: dict[str, _Plain]) -> dict[str, Any] | None:
    return None if value is None else {name: of[name](inner) for name, inner in value.items()}


def _day(days: int | None) -> str | None:
    if days is None:
        return None
    if not 1 <= days + _EPOCH_DAY <= date.max.toordinal():
        raise ValueError("a date is not within the years 1 to 9999")
    return date.fromordinal(days + _EPOCH_DAY).isoformat()


def _time(nanoseconds: int | None) -> str | None:
    if nanoseconds is None:
        return None
    micros, rest = divmod(nanoseconds, 1_000)
    at = (_EPOCH + timedelta(microseconds=micros)).time()
    return _with_nanoseconds(at.isoformat(), at.microsecond, rest)


def _moment(value: int | None, *, unit: int, zone: ZoneInfo | None) -> str | None:
    if value is None:
        return None
    micros, rest = divmod(value * unit, 1_000)
    try:
        at = _EPOCH + timedelta(microseconds=micros)
        at = at.astimezone(zone) if zone else at.replace(tzinfo=None)
    except OverflowError as error:
        raise ValueError("a moment is not within the years 1 to 9999") from error
    return _with_nanoseconds(at.isoformat(), at.microsecond, rest)


def _with_nanoseconds(text: str, micros: int, rest: int) -> str:
    """An ISO text with the three digits that Python has no place for."""
    if not rest:
        return text
    at = text.index(":") + 6
    return f"{text[:at]}.{micros:06}{rest:03}{text[at:].lstrip('.0123456789')}"


def _single(value: float | None) -> Decimal | None:
    """A number of 32 bits by the shortest digits that name it."""
    if value is None:
        return None
    for digits in range(6, 10):
        text = f"{value:.{digits}g}"
        if "inf" in text or "nan" in text:
            break
        if struct.pack("f", float(text)) == struct.pack("f", value):
            return Decimal(text)
    raise ValueError("a number is not finite")


def _plain(value: Any) -> Any:
    """A value of Parquet as one of a payload.

    Raises:
        ValueError: it has no form there.
    """
    if isinstance(value, str):
        if "\0" in value:
            raise ValueError("a text holds a NUL character")
        return value
    if value is None or isinstance(value, bool | int | Decimal):
        return value
    if isinstance(value, float):
        number = Decimal(repr(value))
        if not number.is_finite():
            raise ValueError("a number is not finite")
        return number
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    kind = "a span of time" if isinstance(value, timedelta) else f"a value of kind {type(value).__name__}"
    raise ValueError(f"{kind} has no form in payloads")


def _words(error: BaseException) -> str:
    """The library's first words, without any value that it may quote."""
    text = str(error).partition("\n")[0] or type(error).__name__
    for mark in ("`", "'", '"'):
        text = text.partition(mark)[0]
    return masked(text.strip().rstrip(":") or type(error).__name__)


def _bad(what: str, where: str, got: str = "") -> RecordError:
    return RecordError("CW-PARQUET", what, where=where, got=got)
