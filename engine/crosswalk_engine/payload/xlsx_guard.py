"""A look into a workbook before it is unpacked: is it one, is it safe, and which of its cells cannot be read.

Bounds: 200 MB unpacked, 100 times the packed size, 2,000 entries; 5,000,000 cells between the first and the
last one that hold something. Macros are refused, never run.
"""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from crosswalk_engine.errors import RecordError, masked
from crosswalk_engine.payload.item import Note, silent
from crosswalk_engine.payload.limits import BULK
from crosswalk_engine.payload.xml_options import known_paths
from crosswalk_engine.payload.xml_read import XmlReader

MAX_UNPACKED = 200_000_000
MAX_RATIO = 100
MAX_ENTRIES = 2_000
MAX_CELLS = 5_000_000
#: Packed entries of a few bytes may well be 100 times larger; only sums beyond this (bytes) can hurt.
_SMALL = 10_000_000
_PIECE = 1 << 20
_OLE = b"\xd0\xcf\x11\xe0"
_CELL = re.compile(rb'<(?:\w+:)?c\s[^>]*?\br="([A-Z]{1,3})([0-9]{1,7})"([^>]*)>')
_ROW_OR_CELL = re.compile(rb"<(?:\w+:)?(row|c)(?=[\s/>])([^>]*)>")
_ROW_NUMBER = re.compile(rb'\br="([0-9]{1,7})"')
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})"')
_LISTS = known_paths([("sheets", "sheet"), ("Relationship",)], [])


@dataclass(slots=True)
class Sheet:
    """The sheet that is read: its name, its first row and column, and the cells that hold an error."""

    name: str
    first_row: int = 0
    first_column: int = 0
    rows: int = 0
    columns: int = 0
    faults: dict[int, str] = field(default_factory=dict)


def look_into(stream: BinaryIO, where: str, note: Note = silent) -> Sheet:
    """The first visible sheet of a workbook that can be unpacked safely.

    Raises:
        RecordError: CW-XLSX-…: it is none that is read, is damaged or hostile, or has a merged header.
    """
    if stream.read(4) == _OLE:
        stream.seek(0)
        raise _old(stream, where)
    try:
        with zipfile.ZipFile(stream) as archive:
            _check(archive, where)
            name, part = _first_sheet(archive, where, note)
            return _scan(archive, part, Sheet(name), where)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError, KeyError) as error:
        what = "the workbook is damaged"
        raise _bad("CW-XLSX", what, where, got=type(error).__name__, fix="save it again") from error


def _check(archive: zipfile.ZipFile, where: str) -> None:
    entries = archive.infolist()
    names = {entry.filename.lower() for entry in entries}
    if len(entries) > MAX_ENTRIES:
        raise _bomb(f"{len(entries):,} entries", f"at most {MAX_ENTRIES:,}", where)
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if unpacked > MAX_UNPACKED:
        raise _bomb(f"{unpacked / 1e6:,.0f} MB unpacked", f"at most {MAX_UNPACKED / 1e6:.0f} MB", where)
    if unpacked > _SMALL and unpacked > MAX_RATIO * packed:
        raise _bomb(f"{unpacked / max(1, packed):,.0f} times its packed size", f"at most {MAX_RATIO}", where)
    if "xl/workbook.bin" in names:
        raise _kind("a binary workbook (.xlsb)", where)
    if any(name.endswith("vbaproject.bin") for name in names):
        raise _kind("a workbook with macros (.xlsm)", where)
    if "xl/workbook.xml" not in names:
        raise _kind("a zip archive", where)
    # Reads every entry up to the size it states and checks it: a longer one has another sum.
    if (broken := archive.testzip()) is not None:
        raise _bad("CW-XLSX", "the workbook is damaged", where, got=masked(broken, 40), fix="save it again")


def _first_sheet(archive: zipfile.ZipFile, where: str, note: Note) -> tuple[str, str]:
    workbook = _record(archive, "xl/workbook.xml", where)
    links = _record(archive, "xl/_rels/workbook.xml.rels", where)["Relationship"]
    targets = {link["@Id"]: link["@Target"] for link in links}
    sheets = workbook["sheets"]["sheet"]
    shown = [sheet for sheet in sheets if sheet.get("@state", "visible") == "visible"]
    hidden = [sheet["@name"] for sheet in sheets if sheet not in shown]
    if not shown:
        raise _bad("CW-XLSX", "every sheet of the workbook is hidden", where, fix="show the sheet to read")
    if len(sheets) > 1:
        aside = f", {len(hidden)} of them hidden" if hidden else ""
        name = masked(shown[0]["@name"], 40)
        note(f"{where}: of {len(sheets)} sheets{aside}, the first one is read: '{name}'")
    target = targets[shown[0]["@id"]]
    return shown[0]["@name"], target.removeprefix("/") if target.startswith("/") else f"xl/{target}"


def _record(archive: zipfile.ZipFile, name: str, where: str) -> dict[str, Any]:
    reader = XmlReader(f"{where} {name}", BULK, silent, known=_LISTS)
    return reader.whole(archive.read(name))[0][1]  # type: ignore[return-value]


def _scan(archive: zipfile.ZipFile, part: str, sheet: Sheet, where: str) -> Sheet:
    """Follows the cells of a sheet: where they really are, whatever it says of its size."""
    first, last = [1 << 30, 1 << 30], [0, 0]
    for piece in _pieces(archive, part):
        for letters, digits, rest in _CELL.findall(piece):
            if rest.endswith(b"/"):
                continue  # it has a format and nothing in it
            row, column = int(digits), _column(letters)
            first = [min(first[0], row), min(first[1], column)]
            last = [max(last[0], row), max(last[1], column)]
            if b't="e"' in rest:
                sheet.faults.setdefault(row, (letters + digits).decode())
        merged = (
            letters + digits for letters, digits, *_ in _MERGED.findall(piece) if int(digits) == first[0]
        )
        if (cell := next(merged, None)) is not None:
            raise _bad(
                "CW-XLSX-MERGED",
                "cells of the header are merged",
                f"{where} {cell.decode()}",
                expected="one cell a column",
                fix="unmerge them, and name every column",
            )
    if not last[0]:
        first, last = _count(archive, part, sheet.faults)
    if not last[1]:
        raise RecordError("CW-EMPTY", "the first sheet is empty", where=where)
    sheet.first_row, sheet.first_column = first
    sheet.rows, sheet.columns = last[0] - first[0] + 1, last[1] - first[1] + 1
    if sheet.rows * sheet.columns > MAX_CELLS:
        got = f"{sheet.rows:,} rows by {sheet.columns:,} columns"
        raise _bad(
            "CW-XLSX-EXTENT",
            "the cells of the sheet lie too far apart",
            where,
            got=got,
            expected=f"at most {MAX_CELLS:,} cells",
            fix="delete stray cells, or save it as CSV",
        )
    return sheet


def _count(archive: zipfile.ZipFile, part: str, faults: dict[int, str]) -> tuple[list[int], list[int]]:
    """First and last row and column where cells do not say their place: they stand side by side."""
    row = column = longest = 0
    rows: list[int] = []
    for piece in _pieces(archive, part):
        for kind, rest in _ROW_OR_CELL.findall(piece):
            if kind == b"row":
                stated = _ROW_NUMBER.search(rest)
                row, column = int(stated[1]) if stated else row + 1, 0
                continue
            column += 1
            if rest.endswith(b"/"):
                continue
            rows[1:] = [row]
            longest = max(longest, column)
            if b't="e"' in rest:
                faults.setdefault(row, f"row {row}, cell {column}")
    return [rows[0] if rows else 1, 1], [rows[-1] if rows else 0, longest]


def _pieces(archive: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    """The part in pieces that end with a tag, so that no cell is cut."""
    rest = b""
    with archive.open(part) as file:
        while piece := file.read(_PIECE):
            whole, mark, rest = (rest + piece).rpartition(b">")
            yield whole + mark


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _old(stream: BinaryIO, where: str) -> RecordError:
    head = stream.read(1 << 20)
    if "EncryptedPackage".encode("utf-16-le") in head:
        return _bad("CW-XLSX-PASSWORD", "the workbook is protected by a password", where,
                    fix="save it without a password")  # fmt: skip
    return _kind("an old Excel workbook (.xls)", where)


def _kind(found: str, where: str) -> RecordError:
    return _bad(
        "CW-NOT-XLSX",
        "this is not a plain .xlsx workbook",
        where,
        got=found,
        expected="an .xlsx workbook",
        fix="save it as .xlsx",
    )


def _bomb(got: str, expected: str, where: str) -> RecordError:
    what = "the workbook would be too large when unpacked"
    return _bad("CW-XLSX-BOMB", what, where, got=got, expected=expected, fix="save it as CSV")


def _bad(
    code: str, what: str, where: str, *, got: str = "", expected: str = "", fix: str = ""
) -> RecordError:
    return RecordError(code, what, where=where, got=got, expected=expected, fix=fix)
