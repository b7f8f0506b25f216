"""The forms in which `crosswalk map` writes: what becomes of one output, and how the pieces make a file."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, BinaryIO, Literal, Protocol, get_args

import msgspec

from crosswalk_engine.errors import RecordError, UsageError, masked
from crosswalk_engine.mapping.table_out import Column, TablePlan, table_plan
from crosswalk_engine.mapping.tree import MappingTree
from crosswalk_engine.mapping.xml_out import XmlWriter
from crosswalk_engine.payload.csv_write import csv_bytes
from crosswalk_engine.payload.tabular_write import SHEET_CELL, ParquetWriter, SheetWriter, TableWriter

OutputForm = Literal["ndjson", "xml", "csv", "parquet", "xlsx"]
#: What one output becomes: lines of the file, or rows of its table.
Encode = Callable[[dict[str, Any]], list[Any]]

_FORMS: tuple[OutputForm, ...] = get_args(OutputForm)
_SUFFIXES: dict[str, OutputForm] = {
    ".ndjson": "ndjson",
    ".jsonl": "ndjson",
    ".json": "ndjson",
    ".xml": "xml",
    ".ndxml": "xml",
    ".csv": "csv",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".xlsx": "xlsx",
}
_SORTED = msgspec.json.Encoder(order="sorted")


def output_form(out: Path, to: str | None) -> OutputForm:
    """The form that `to` names, or the file's suffix, or NDJSON.

    Raises:
        UsageError: CW-FORM.
    """
    if to is not None:
        for form in _FORMS:
            if form == to.lower():
                return form
        raise UsageError("CW-FORM", "there is no such form", got=masked(to), expected=", ".join(_FORMS))
    return _SUFFIXES.get(out.suffix.lower(), "ndjson")


def encoder(form: OutputForm, tree: MappingTree) -> Encode:
    """What makes the pieces of one output; it raises RecordError for a value that the form cannot hold.

    Raises:
        ConfigError: the mapping's outputs have no such form.
    """
    if form == "ndjson":
        return lambda output: [_SORTED.encode(output) + b"\n"]
    if form == "xml":
        write = XmlWriter(tree)
        return lambda output: [write(output)]
    plan = table_plan(tree)
    if form == "csv":
        return lambda output: [csv_bytes(plan.of(output))]
    return plan.of if form == "parquet" else lambda output: _sheet_rows(plan, output)


def _sheet_rows(plan: TablePlan, output: dict[str, Any]) -> list[Any]:
    rows = plan.of(output)
    for row in rows:
        for column, value in zip(plan.columns, row, strict=True):
            if value.__class__ is str and len(value) > SHEET_CELL:
                what, expected = "a text is too long for a cell", f"at most {SHEET_CELL:,} characters"
                raise RecordError("CW-XLSX-CELL", what, where=column.name, expected=expected)
    return rows


class Sink(Protocol):
    """Takes pieces in order, and ends the file when it is closed."""

    def add(self, pieces: Iterable[Any]) -> None:
        """Takes what `encoder` made."""

    def close(self) -> None:
        """Writes what is still missing."""

    def discard(self) -> None:
        """Lets go of what was not written yet."""


def sink(form: OutputForm, stream: BinaryIO, tree: MappingTree) -> Sink:
    """Where the pieces of `form` go.

    Raises:
        ConfigError: CW-NEEDS-TABULAR, or the mapping's outputs have no such form.
    """
    if form in ("ndjson", "xml"):
        return _Lines(stream)
    columns = table_plan(tree).columns
    if form == "csv":
        lines = _Lines(stream)
        lines.add([csv_bytes([[column.name for column in columns]])])
        return lines
    return _Table(stream, _writer(form, columns))


def _writer(form: OutputForm, columns: tuple[Column, ...]) -> TableWriter:
    named = [(column.name, column.kind) for column in columns]
    return ParquetWriter(named) if form == "parquet" else SheetWriter(named)


class _Lines:
    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def add(self, pieces: Iterable[bytes]) -> None:
        self._stream.writelines(pieces)

    def close(self) -> None:
        """Everything is written already."""

    def discard(self) -> None:
        """There is nothing left."""


class _Table:
    def __init__(self, stream: BinaryIO, writer: TableWriter) -> None:
        self._stream, self._writer = stream, writer

    def add(self, pieces: Iterable[Any]) -> None:
        self._writer.add(pieces)

    def close(self) -> None:
        self._writer.close(self._stream)

    def discard(self) -> None:
        self._writer.discard()
