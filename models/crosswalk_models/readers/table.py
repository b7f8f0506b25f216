"""Tables (CSV, XLSX, Parquet without nesting): a field a column, each value as the text that the file holds.

Money in a CSV or a spreadsheet is often text with trailing zeros (``29.9500``): cells as texts keep it exact.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import polars as pl
from crosswalk_engine.commands.files import reading
from crosswalk_engine.errors import RecordError
from crosswalk_engine.payload.codecs import BadRecordsError, read_opened
from crosswalk_engine.payload.forms import wrong_form
from crosswalk_engine.payload.item import Item
from crosswalk_engine.payload.limits import BULK
from crosswalk_engine.payload.sniffing import open_records

from crosswalk_models.readers.fields import SAMPLES, Field, FieldSet, Values, as_text

#: Rows that are in memory as Python objects at once.
BATCH = 10_000


@dataclass(frozen=True, slots=True)
class Table:
    """`names` of the columns, and the rows, each with the line where it begins."""

    names: tuple[str, ...]
    rows: tuple[tuple[int, dict[str, str]], ...]


def read_table(path: Path) -> Table:
    """A CSV file or the first sheet of a workbook; an empty cell is a blank text.

    Raises:
        MissingFileError: there is no such file.
        RecordError: no table, or one with a header or rows that cannot be used.
    """
    names: list[str] = []
    with reading(path) as stream:
        opened = open_records(stream, str(path), BULK, None)
        if opened.form not in ("csv", "xlsx"):
            raise wrong_form("csv", f"records as {opened.form.upper()}", str(path))
        rows = tuple(good_items(read_opened(opened, header=names.extend), str(path)))
    return Table(tuple(names), rows)


def good_items(items: Iterable[Item], where: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """The readable ones of `items`.

    Raises:
        RecordError: at the end, when there were others.
    """
    problems: list[RecordError] = []
    good = 0
    for line, item in items:
        if isinstance(item, RecordError):
            problems.append(item)
        else:
            good += 1
            yield line, item
    if problems:
        raise BadRecordsError(where, tuple(problems), good) if good else problems[0]


def from_rows(
    name: str, columns: Sequence[str], rows: Iterator[dict[str, Any]], types: Mapping[str, str]
) -> FieldSet:
    """A field set of flat records.

    Args:
        columns: their names; a reader may fill it as late as with the first of `rows`.
        types: declared types of columns that are not ``string``.
    """
    values, records = Values(), 0
    samples: dict[str, dict[str, None]] = {}
    while batch := list(islice(rows, BATCH)):
        for index, column in enumerate(columns):
            texts = [as_text(row[column]) for row in batch]
            values.add_column(index, texts, records)
            _keep(samples.setdefault(column, {}), texts)
        records += len(batch)
    fields = tuple(
        Field(column, types.get(column, "string"), samples=tuple(samples.get(column, ())), places=records)
        for column in columns
    )
    return FieldSet(name, "records", fields, values.table(), records)


def parquet_types(stream: BinaryIO) -> dict[str, str]:
    """Column → its declared type; empty when one is nested, or when nothing can be read."""
    start = stream.tell()
    try:
        schema = pl.read_parquet_schema(stream)
    except (pl.exceptions.PolarsError, OSError):
        # The reader of the records says what is wrong with the file.
        return {}
    finally:
        stream.seek(start)
    if any(dtype.is_nested() for dtype in schema.values()):
        return {}
    return {name: _type_name(dtype) for name, dtype in schema.items()}


def _keep(samples: dict[str, None], texts: list[str | None]) -> None:
    for text in texts:
        if len(samples) == SAMPLES:
            return
        if text and (trimmed := text.strip()):
            samples.setdefault(trimmed)


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
