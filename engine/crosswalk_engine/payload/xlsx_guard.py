"""A look into a workbook before its rows are read: is it one, is it safe, and where its cells really are.

Bounds: 200 MB unpacked, 100 times the packed size, 2,000 entries; 5,000,000 cells between the first and the
last one that hold something; 200 million characters in all cells, however often they share a text. Macros are
refused, never run.
"""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from crosswalk_engine.errors import RecordError, masked
from crosswalk_engine.payload.item import Note, silent
from crosswalk_engine.payload.limits import BULK, DEFAULT
from crosswalk_engine.payload.xlsx_book import Book, format_kinds, shared_texts
from crosswalk_engine.payload.xlsx_cells import Row, parse_place, place_of, read_rows
from crosswalk_engine.payload.xlsx_faults import bad, bomb, damaged, not_xlsx
from crosswalk_engine.payload.xml_options import known_paths
from crosswalk_engine.payload.xml_read import XmlReader

MAX_UNPACKED = 200_000_000
MAX_RATIO = 100
MAX_ENTRIES = 2_000
MAX_CELLS = 5_000_000
MAX_TEXT = 200_000_000
#: Packed entries of a few bytes may well be 100 times larger; only sums beyond this (bytes) can hurt.
_SMALL = 10_000_000
#: Bytes of the lists of a workbook's sheets and parts, which are read as a whole; real ones have some 10 KB.
_MAX_LIST = 2_000_000
_OLE = b"\xd0\xcf\x11\xe0"
_LISTS = known_paths([("sheets", "sheet"), ("Relationship",)], [])


@dataclass(slots=True)
class Sheet:
    """The sheet that is read: its name and part, where its cells are, and what they refer to."""

    name: str
    part: str
    book: Book = field(default_factory=Book)
    first_row: int = 0
    first_column: int = 0
    last_row: int = 0
    last_column: int = 0


@contextmanager
def opened(stream: BinaryIO, where: str, note: Note = silent) -> Iterator[tuple[zipfile.ZipFile, Sheet]]:
    """A workbook that can be read safely, and the first of its sheets that is shown.

    Raises:
        RecordError: CW-XLSX-…: it is none that is read, is damaged or hostile, or has a merged header.
    """
    start = stream.tell()
    if stream.read(4) == _OLE:
        stream.seek(start)
        raise _old(stream, where)
    try:
        with zipfile.ZipFile(stream) as archive:
            _check(archive, where)
            sheet = _first_sheet(archive, where, note)
            _measure(archive, sheet, where, note)
            yield archive, sheet
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError, KeyError) as error:
        raise damaged(where, type(error).__name__) from error


def _check(archive: zipfile.ZipFile, where: str) -> None:
    entries = archive.infolist()
    names = {entry.filename.lower() for entry in entries}
    if len(entries) > MAX_ENTRIES:
        raise bomb(f"{len(entries):,} entries", f"at most {MAX_ENTRIES:,}", where)
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if unpacked > MAX_UNPACKED:
        raise bomb(f"{unpacked / 1e6:,.0f} MB unpacked", f"at most {MAX_UNPACKED / 1e6:.0f} MB", where)
    if unpacked > _SMALL and unpacked > MAX_RATIO * packed:
        raise bomb(f"{unpacked / max(1, packed):,.0f} times its packed size", f"at most {MAX_RATIO}", where)
    if "xl/workbook.bin" in names:
        raise not_xlsx("a binary workbook (.xlsb)", where)
    if any(name.endswith("vbaproject.bin") for name in names):
        raise not_xlsx("a workbook with macros (.xlsm)", where)
    if "xl/workbook.xml" not in names:
        raise not_xlsx("a zip archive", where)
    if len(names) < len(entries):
        raise damaged(where, "two parts of one name")
    # Reads every entry up to the size it states and checks it: a longer one has another sum.
    if (broken := archive.testzip()) is not None:
        raise damaged(where, masked(broken, 40))


def _first_sheet(archive: zipfile.ZipFile, where: str, note: Note) -> Sheet:
    workbook = _record(archive, "xl/workbook.xml", where)
    links = _record(archive, "xl/_rels/workbook.xml.rels", where)["Relationship"]
    targets = {link["@Id"]: (_kind_of(link), _part(link["@Target"])) for link in links}
    tabs = workbook["sheets"]["sheet"] if isinstance(workbook.get("sheets"), dict) else []
    sheets = [tab for tab in tabs if targets[tab["@id"]][0] == "worksheet"]
    if not sheets:
        raise bad("CW-XLSX", "the workbook has no sheet with cells", where, fix="add one")
    shown = [sheet for sheet in sheets if sheet.get("@state", "visible") == "visible"]
    if not shown:
        raise bad("CW-XLSX", "every sheet of the workbook is hidden", where, fix="show the sheet to read")
    if len(tabs) > 1:
        _tell_which(tabs, sheets, shown, where, note)
    about = workbook.get("workbookPr")
    book = Book(from_1904=isinstance(about, dict) and about.get("@date1904") in ("1", "true"))
    for kind, part in targets.values():
        if kind == "sharedStrings":
            book.texts = shared_texts(archive, part, where)
        elif kind == "styles":
            book.kinds = format_kinds(archive, part, where)
    return Sheet(shown[0]["@name"], targets[shown[0]["@id"]][1], book)


def _tell_which(tabs: list[Any], sheets: list[Any], shown: list[Any], where: str, note: Note) -> None:
    hidden, charts = len(sheets) - len(shown), len(tabs) - len(sheets)
    aside = f", {hidden} of them hidden" if hidden else ""
    aside += f", {charts} of them without cells (charts)" if charts else ""
    name = masked(shown[0]["@name"], 40)
    note(f"{where}: of {len(tabs)} sheets{aside}, the first one is read: '{name}'")


def _kind_of(link: dict[str, Any]) -> str:
    return str(link["@Type"]).rpartition("/")[2]


def _part(target: str) -> str:
    return target.removeprefix("/") if target.startswith("/") else f"xl/{target.removeprefix('./')}"


def _record(archive: zipfile.ZipFile, name: str, where: str) -> dict[str, Any]:
    if (size := archive.getinfo(name).file_size) > _MAX_LIST:
        raise bomb(f"{size / 1e6:,.0f} MB in {name}", f"at most {_MAX_LIST / 1e6:.0f} MB", where)
    reader = XmlReader(f"{where} {name}", BULK, silent, known=_LISTS)
    return reader.whole(archive.read(name))[0][1]  # type: ignore[return-value]


def _measure(archive: zipfile.ZipFile, sheet: Sheet, where: str, note: Note) -> None:
    """Follows the cells of a sheet: where they really are, whatever it says of its size."""
    merged: list[str] = []
    bodies: list[str] = []
    characters = 0
    for row in read_rows(archive, sheet.part, where, merged):
        sheet.first_row = sheet.first_row or row.number
        sheet.last_row = row.number
        left, right = row.cells[0].column, row.cells[-1].column
        sheet.first_column = min(sheet.first_column or left, left)
        sheet.last_column = max(sheet.last_column, right)
        characters += _characters(row, sheet.book)
        _check_extent(sheet, characters, where)
    if not sheet.last_row:
        raise bad("CW-EMPTY", "the first sheet is empty", where)
    for place in merged:
        first, _, last = place.partition(":")
        top, column = parse_place(first, where)
        if top <= sheet.first_row <= parse_place(last or first, where)[0]:
            what, at = "cells of the header are merged", f"{where} {place_of(top, column)}"
            fix = "unmerge them, and name every column"
            raise bad("CW-XLSX-MERGED", what, at, expected="one cell a column", fix=fix)
        if top > sheet.first_row:
            bodies.append(place_of(top, column))
    if bodies:
        more = f" and at {len(bodies) - 1:,} other places" if len(bodies) > 1 else ""
        note(f"{where}: cells are merged at {bodies[0]}{more}: only the first of them has their text")


def _characters(row: Row, book: Book) -> int:
    """How many characters the row will have."""
    number = 0
    for cell in row.cells:
        text = cell.text or ""
        if cell.kind == "s" and text.isdecimal() and len(text) < 9 and int(text) < len(book.texts):
            text = book.texts[int(text)]
        number += min(len(text), DEFAULT.cell)
    return number


def _check_extent(sheet: Sheet, characters: int, where: str) -> None:
    if characters > MAX_TEXT:
        got = f"more than {MAX_TEXT / 1e6:.0f} million characters in its cells"
        raise bomb(got, f"at most {MAX_TEXT / 1e6:.0f} million", where)
    rows = sheet.last_row - sheet.first_row + 1
    columns = sheet.last_column - sheet.first_column + 1
    if rows * columns > MAX_CELLS:
        what, got = "the cells of the sheet lie too far apart", f"{rows:,} rows by {columns:,} columns"
        fix, wanted = "delete stray cells, or save it as CSV", f"at most {MAX_CELLS:,} cells"
        raise bad("CW-XLSX-EXTENT", what, where, got=got, expected=wanted, fix=fix)


def _old(stream: BinaryIO, where: str) -> RecordError:
    head = stream.read(1 << 20)
    if "EncryptedPackage".encode("utf-16-le") in head:
        fix = "save it without a password"
        return bad("CW-XLSX-PASSWORD", "the workbook is protected by a password", where, fix=fix)
    return not_xlsx("an old Excel workbook (.xls)", where)
