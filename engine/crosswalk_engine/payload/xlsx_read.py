"""XLSX as records: the first sheet that is shown, its first row the header, every cell a text, as in CSV."""

from collections.abc import Iterator
from typing import BinaryIO

from crosswalk_engine.errors import RecordError
from crosswalk_engine.payload.csv_read import header_names
from crosswalk_engine.payload.item import Header, Item, Note
from crosswalk_engine.payload.limits import Limits
from crosswalk_engine.payload.xlsx_cells import Cell, Row, place_of, read_rows
from crosswalk_engine.payload.xlsx_faults import bad
from crosswalk_engine.payload.xlsx_guard import Sheet, opened
from crosswalk_engine.payload.xlsx_values import CellFault, cell_text


def read_xlsx(stream: BinaryIO, where: str, limits: Limits, note: Note, heard: Header) -> Iterator[Item]:
    """``(row, record)`` for each row that holds something, or what is wrong with it.

    Raises:
        RecordError: CW-XLSX-… or CW-CSV-HEADER: the workbook as a whole cannot be read.
    """
    with opened(stream, where, note) as (archive, sheet):
        rows = read_rows(archive, sheet.part, where, [])
        names = header_names(_texts(next(rows), sheet, where), f"{where}:{sheet.first_row}", limits)
        heard(names)
        for row in rows:
            try:
                texts = _texts(row, sheet, where)
            except RecordError as fault:
                yield row.number, fault
                continue
            if any(texts):
                yield row.number, dict(zip(names, texts, strict=True))


def _texts(row: Row, sheet: Sheet, where: str) -> list[str]:
    """The texts of a row from the sheet's first column to its last.

    Raises:
        RecordError: CW-XLSX-CELL: a cell has none.
    """
    texts = [""] * (sheet.last_column - sheet.first_column + 1)
    for cell in row.cells:
        texts[cell.column - sheet.first_column] = _text(cell, row.number, sheet, where)
    return texts


def _text(cell: Cell, row: int, sheet: Sheet, where: str) -> str:
    try:
        return cell_text(cell, sheet.book)
    except CellFault as fault:
        place = f"{where} {place_of(row, cell.column)}"
        raise bad("CW-XLSX-CELL", fault.what, place, fix=fault.fix) from fault
