"""Parquet and XLSX as records, by the extra [tabular].

Parquet keeps its kinds: text, whole numbers, decimals, booleans, lists and objects; floats become decimals by
their shortest digits, dates and times ISO texts. A sheet gives texts, as CSV does: its first row is the
header, an empty cell is a blank text.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import count
from typing import Any, BinaryIO

from crosswalk_engine.errors import RecordError, masked
from crosswalk_engine.payload.csv_read import header_names
from crosswalk_engine.payload.forms import Form
from crosswalk_engine.payload.item import Header, Item, Note, unheard
from crosswalk_engine.payload.limits import Limits
from crosswalk_engine.payload.tabular_extra import require
from crosswalk_engine.payload.xlsx_guard import look_into

#: Rows that are in memory as records at once.
_BATCH = 5_000


def read_tabular(
    stream: BinaryIO, form: Form, where: str, limits: Limits, note: Note, header: Header = unheard
) -> Iterator[Item]:
    """``(row, record)`` for each row, or what is wrong with the row; rows of Parquet count from 1.

    Raises:
        ConfigError: CW-NEEDS-TABULAR.
        RecordError: CW-PARQUET or CW-XLSX-…: the file as a whole cannot be read.
    """
    if form == "parquet":
        return _read_parquet(stream, where)
    return _read_xlsx(stream, where, limits, note, header)


def _read_parquet(stream: BinaryIO, where: str) -> Iterator[Item]:
    polars = require("polars", "Parquet")
    row = count(1)
    try:
        for batch in polars.scan_parquet(stream).collect_batches(chunk_size=_BATCH, maintain_order=True):
            for record in batch.iter_rows(named=True):
                number = next(row)
                try:
                    yield number, {name: _plain(value) for name, value in record.items()}
                except ValueError as error:
                    yield number, _bad("CW-PARQUET", str(error), f"{where}:{number}")
    except (polars.exceptions.PolarsError, OSError) as error:
        raise _bad("CW-PARQUET", "the Parquet file cannot be read", where, got=_words(error)) from error


def _read_xlsx(stream: BinaryIO, where: str, limits: Limits, note: Note, heard: Header) -> Iterator[Item]:
    fastexcel = require("fastexcel", "XLSX")
    require("polars", "XLSX")
    start = stream.tell()
    sheet = look_into(stream, where, note)
    stream.seek(start)
    try:
        book = fastexcel.read_excel(stream.read())
        frame = book.load_sheet(sheet.name, header_row=None, dtypes="string").to_polars()
    except Exception as error:  # the reader's own errors share no base class
        raise _bad("CW-XLSX", "the workbook cannot be read", where, got=_words(error)) from error
    rows = frame.iter_rows()
    first = [value or "" for value in next(rows, ())]
    header = header_names(first, f"{where}:{sheet.first_row}", limits)
    heard(header)
    for line, row in enumerate(rows, sheet.first_row + 1):
        if line in sheet.faults:
            what = "a cell holds an error of the spreadsheet"
            yield line, _bad("CW-XLSX-CELL", what, f"{where} {sheet.faults[line]}", fix="mend its formula")
        elif any(value for value in row):
            yield line, {name: _cell(value) for name, value in zip(header, row, strict=True)}


def _cell(value: str | None) -> str:
    """A cell as text; midnight is left off a date."""
    return "" if value is None else value.removesuffix(" 00:00:00")


def _plain(value: Any) -> Any:
    """A value of Parquet as one of a payload.

    Raises:
        ValueError: it has no form there.
    """
    if value is None or isinstance(value, str | bool | int | Decimal):
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


def _bad(code: str, what: str, where: str, *, got: str = "", fix: str = "") -> RecordError:
    return RecordError(code, what, where=where, got=got, fix=fix)
