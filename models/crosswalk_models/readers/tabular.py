"""Flat files by polars: CSV, XLSX, Parquet. Every cell is kept as the text that stands in the file.

Money in a CSV or a spreadsheet is often text with trailing zeros (``29.9500``); reading all columns as text
keeps it exact. Parquet columns have types: they are turned to text one to one.
"""

from pathlib import Path

import polars as pl
from crosswalk_engine.errors import RecordError

from crosswalk_models.readers.fields import SAMPLES, Field, FieldSet, Values


def read_csv_text(path: Path) -> pl.DataFrame:
    """`path` as a frame of text columns; an empty cell is a blank text, a missing one null.

    Raises:
        RecordError: empty, not UTF-8, or rows that do not fit the header.
    """
    raw = path.read_bytes()
    if not raw.strip():
        raise RecordError("CW-FILE-EMPTY", "the file is empty", where=str(path), fix="export it again")
    try:
        raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise RecordError(
            "CW-FILE-ENCODING",
            "the file is not UTF-8 text",
            where=f"{path}:{line}",
            got=f"byte 0x{raw[error.start]:02x}",
            expected="UTF-8",
            fix="save it as UTF-8",
        ) from error
    if b"\x00" in raw:
        raise _unreadable(path, "zero bytes, so no text file", "CSV")
    try:
        return pl.read_csv(raw, infer_schema=False, separator=_separator(raw), empty_string_is_null=False)
    except (pl.exceptions.PolarsError, ValueError) as error:
        raise _unreadable(path, _first_line(error), "CSV with a header row") from error


def read_csv(path: Path) -> FieldSet:
    """A CSV file with a header row: one field a column."""
    return from_frame(path.name, read_csv_text(path))


def read_xlsx(path: Path) -> FieldSet:
    """The first sheet of a workbook, its first row the header."""
    _refuse_empty(path)
    try:
        frame = pl.read_excel(path, engine="calamine", infer_schema_length=0)
    except Exception as error:  # the reader's own errors share no base class
        raise _unreadable(path, _first_line(error), "an XLSX workbook") from error
    return from_frame(path.name, frame)


def read_parquet_frame(path: Path) -> pl.DataFrame:
    """A Parquet file as polars reads it, nested columns included."""
    _refuse_empty(path)
    try:
        return pl.read_parquet(path)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise _unreadable(path, _first_line(error), "a Parquet file") from error


def from_frame(name: str, frame: pl.DataFrame) -> FieldSet:
    """A flat frame as a field set; each column's values in text form."""
    if not frame.columns:
        raise RecordError("CW-FILE-EMPTY", "the file has no columns", where=name, expected="a header row")
    fields, values = [], Values()
    for index, column in enumerate(frame.iter_columns()):
        texts = column.cast(pl.String)
        values.add_column(index, texts.to_arrow(compat_level=pl.CompatLevel.oldest()))
        trimmed = texts.str.strip_chars()
        samples = trimmed.filter(trimmed.str.len_bytes() > 0).unique(maintain_order=True).head(SAMPLES)
        fields.append(
            Field(column.name, _type_name(column.dtype), samples=tuple(samples), places=frame.height)
        )
    return FieldSet(name, "records", tuple(fields), values.table(), frame.height)


def is_flat(frame: pl.DataFrame) -> bool:
    """Whether no column holds lists or structs."""
    return not any(dtype.is_nested() for dtype in frame.dtypes)


def _type_name(dtype: pl.DataType) -> str:
    if dtype == pl.String:
        return "string"
    if dtype.is_integer():
        return "integer"
    if dtype.is_numeric():
        return "number"
    if dtype == pl.Boolean:
        return "boolean"
    return "date" if dtype == pl.Date else "datetime" if dtype.is_temporal() else str(dtype).lower()


def _separator(raw: bytes) -> str:
    """The most frequent of ``, ; tab |`` in the header line; a comma when none stands there."""
    header = raw.splitlines()[0].decode("utf-8-sig", errors="replace")
    counts = {mark: header.count(mark) for mark in (",", ";", "\t", "|")}
    best = max(counts, key=lambda mark: counts[mark])
    return best if counts[best] else ","


def _refuse_empty(path: Path) -> None:
    if path.stat().st_size == 0:
        raise RecordError("CW-FILE-EMPTY", "the file is empty", where=str(path), fix="export it again")


def _unreadable(path: Path, got: str, expected: str) -> RecordError:
    return RecordError(
        "CW-FILE-UNREADABLE", "the file cannot be read", where=str(path), got=got, expected=expected
    )


def _first_line(error: BaseException) -> str:
    """The library's first words, without any cell value that it may quote."""
    text = str(error).splitlines()[0] if str(error) else type(error).__name__
    for mark in ("`", "'", '"'):
        text = text.split(mark)[0]
    return text.strip().rstrip(":")[:80] or type(error).__name__
