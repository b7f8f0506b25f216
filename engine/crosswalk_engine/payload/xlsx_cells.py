"""The cells of a sheet, row by row, as the file writes them, wherever they really are."""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from crosswalk_engine.payload.limits import DEFAULT
from crosswalk_engine.payload.xlsx_faults import damaged
from crosswalk_engine.payload.xlsx_xml import PartHandlers, follow

#: A sheet's last row and column, by its format.
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
_PLACE = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")


class Cell(NamedTuple):
    """A cell with something in it: `text` as written, `None` when there is but a formula."""

    column: int
    kind: str
    style: str
    text: str | None
    formula: bool


@dataclass(slots=True)
class Row:
    """The cells of one row that hold something, by their column."""

    number: int
    cells: list[Cell]


class _Sheet(PartHandlers):
    def __init__(self, where: str) -> None:
        self.rows: list[Row] = []
        self.merged: list[str] = []
        self._where = where
        self._row = Row(0, [])
        self._column = 0
        self._attributes: dict[str, str] | None = None
        self._pieces: list[str] | None = None
        self._length = 0
        self._reads = self._formula = self._phonetic = False

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c":
            self._place(attributes.get("r"))
            self._attributes, self._pieces = attributes, None
            self._formula, self._length = False, 0
        elif name == "row":
            stated = attributes.get("r")
            self._move(int(stated) if stated and stated.isdecimal() else self._row.number + 1)
        elif name == "mergeCell":
            self.merged.append(attributes.get("ref", ""))
        elif self._attributes is None:
            return
        elif name == "f":
            self._formula = True
        elif name == "rPh":
            self._phonetic = True
        elif name in ("v", "t") and not self._phonetic:
            self._reads = True
            if self._pieces is None:
                self._pieces = []

    def text(self, data: str) -> None:
        if self._reads and self._pieces is not None and self._length <= DEFAULT.cell:
            self._length += len(data)
            # One character too many is enough to see that there are.
            self._pieces.append(data[: DEFAULT.cell + 1])

    def finish(self, name: str) -> None:
        if name in ("v", "t"):
            self._reads = False
        elif name == "rPh":
            self._phonetic = False
        elif name == "c" and (about := self._attributes) is not None:
            self._attributes = None
            if self._pieces is None and not self._formula:
                return  # it has a format and nothing in it
            text = None if self._pieces is None else "".join(self._pieces)
            kind, style = about.get("t", "n"), about.get("s", "0")
            self._row.cells.append(Cell(self._column, kind, style, text, self._formula))

    def _place(self, place: str | None) -> None:
        if place is None:
            row, column = self._row.number, self._column + 1
        else:
            row, column = parse_place(place, self._where)
        if row != self._row.number:
            self._move(row)
        if not self._column < column <= LAST_COLUMN or not row:
            raise damaged(self._where, f"cell {place_of(row, column)} is not in its order")
        self._column = column

    def _move(self, row: int) -> None:
        if row > LAST_ROW:
            raise damaged(self._where, f"row {row:,}, where a sheet ends with row {LAST_ROW:,}")
        if row <= self._row.number:
            raise damaged(self._where, f"row {row:,} is not in its order")
        self._row, self._column = Row(row, []), 0
        self.rows.append(self._row)


def read_rows(archive: zipfile.ZipFile, part: str, where: str, merged: list[str]) -> Iterator[Row]:
    """The rows of a sheet that hold something, in their order; `merged` gets the places of merged cells.

    Raises:
        RecordError: CW-XLSX: the sheet is cut off or broken, or its cells are not in their order.
    """
    sheet = _Sheet(where)
    for _ in follow(archive, part, sheet, where):
        yield from (row for row in sheet.rows[:-1] if row.cells)
        del sheet.rows[:-1]
        merged.extend(sheet.merged)
        sheet.merged.clear()
    yield from (row for row in sheet.rows if row.cells)


def parse_place(place: str, where: str) -> tuple[int, int]:
    """Row and column of a place such as ``B7``, from 1.

    Raises:
        RecordError: CW-XLSX: it is no place.
    """
    found = _PLACE.fullmatch(place)
    if found is None:
        raise damaged(where, "a cell does not say its place")
    number = 0
    for letter in found[1].upper():
        number = number * 26 + ord(letter) - 64
    return int(found[2]), number


def place_of(row: int, column: int) -> str:
    """The place of a cell such as ``B7``."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row}"
