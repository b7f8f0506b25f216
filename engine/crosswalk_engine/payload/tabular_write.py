"""Tables as Parquet and XLSX, by the extra [tabular]. Both are gathered first and written as a whole."""

import shutil
import tempfile
from collections.abc import Iterable, Sequence
from typing import Any, BinaryIO, Literal, Protocol

from crosswalk_engine.errors import RecordError
from crosswalk_engine.payload.tabular_extra import require

Kind = Literal["text", "integer", "boolean"]
#: What a sheet takes: rows, and characters in one cell.
SHEET_ROWS = 1_048_576
SHEET_CELL = 32_767
#: Rows that are packed into one frame.
_BATCH = 10_000
_SPOOL = 32_000_000


class TableWriter(Protocol):
    """Takes rows, and writes the file when it is closed."""

    def add(self, rows: Iterable[Sequence[Any]]) -> None:
        """Adds rows; each has a value for every column."""

    def close(self, stream: BinaryIO) -> None:
        """Writes the file."""

    def discard(self) -> None:
        """Lets go of what was gathered."""


class ParquetWriter:
    """Columns of text, whole numbers or booleans; decimals are texts, so that they keep their scale."""

    def __init__(self, columns: Sequence[tuple[str, Kind]]) -> None:
        self._polars = require("polars", "writing Parquet")
        kinds = {"text": self._polars.String, "integer": self._polars.Int64, "boolean": self._polars.Boolean}
        self._schema = {name: kinds[kind] for name, kind in columns}
        self._rows: list[Sequence[Any]] = []
        self._frames: list[Any] = []

    def add(self, rows: Iterable[Sequence[Any]]) -> None:
        """As `TableWriter.add`."""
        self._rows.extend(rows)
        if len(self._rows) >= _BATCH:
            self._pack()

    def close(self, stream: BinaryIO) -> None:
        """As `TableWriter.close`."""
        self._pack()
        with tempfile.SpooledTemporaryFile(max_size=_SPOOL) as spool:
            self._polars.concat(self._frames).write_parquet(spool)
            spool.seek(0)
            shutil.copyfileobj(spool, stream)

    def discard(self) -> None:
        """As `TableWriter.discard`."""
        self._rows, self._frames = [], []

    def _pack(self) -> None:
        self._frames.append(self._polars.DataFrame(self._rows, schema=self._schema, orient="row"))
        self._rows = []


class SheetWriter:
    """One sheet; texts are text cells, whatever they begin with, so none of them is ever a formula."""

    def __init__(self, columns: Sequence[tuple[str, Kind]]) -> None:
        module = require("xlsxwriter", "writing XLSX")
        self._spool = tempfile.SpooledTemporaryFile(max_size=_SPOOL)  # noqa: SIM115  closed in `close`
        self._book = module.Workbook(self._spool, {"constant_memory": True})
        self._sheet = self._book.add_worksheet("records")
        self._row = 0
        self.add([[name for name, _ in columns]])

    def add(self, rows: Iterable[Sequence[Any]]) -> None:
        """As `TableWriter.add`.

        Raises:
            RecordError: CW-XLSX-ROWS, more rows than a sheet has.
        """
        for row in rows:
            if self._row >= SHEET_ROWS:
                raise RecordError(
                    "CW-XLSX-ROWS",
                    "a sheet has no room for so many rows",
                    expected=f"at most {SHEET_ROWS:,} with the header",
                    fix="write CSV or Parquet",
                )
            for column, value in enumerate(row):
                if value.__class__ is str:
                    self._sheet.write_string(self._row, column, value)
                elif isinstance(value, bool):
                    self._sheet.write_boolean(self._row, column, value)
                elif value is not None:
                    self._number(column, value)
            self._row += 1

    def close(self, stream: BinaryIO) -> None:
        """As `TableWriter.close`."""
        with self._spool as spool:
            self._book.close()
            spool.seek(0)
            shutil.copyfileobj(spool, stream)

    def discard(self) -> None:
        """As `TableWriter.discard`."""
        with self._spool:
            self._book.close()

    def _number(self, column: int, value: int) -> None:
        """A whole number; as text where a sheet's 15 digits are not enough."""
        if abs(value) < 10**15:
            self._sheet.write_number(self._row, column, value)
        else:
            self._sheet.write_string(self._row, column, str(value))
