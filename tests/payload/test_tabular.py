"""Parquet and XLSX: what cells become, and workbooks that are refused before they are unpacked."""

import io
import re
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import xlsxwriter
from crosswalk_engine.errors import ConfigError, RecordError
from crosswalk_engine.payload import tabular_extra
from crosswalk_engine.payload.codecs import iter_records
from crosswalk_engine.payload.tabular_write import ParquetWriter, SheetWriter


def items(raw: bytes, name: str = "f.xlsx") -> tuple[list[tuple[int, Any]], list[str]]:
    """Each record with its line, each problem as one line of text; and what a person is told."""
    told: list[str] = []
    found = iter_records(io.BytesIO(raw), where=name, note=told.append)
    return [(line, one.render() if isinstance(one, RecordError) else one) for line, one in found], told


def fault(raw: bytes, name: str = "f.xlsx") -> str:
    """The line that the file as a whole is refused with."""
    with pytest.raises(RecordError) as caught:
        items(raw, name)
    return caught.value.render()


def workbook(fill: Callable[[Any, Any], None]) -> bytes:
    """A workbook of one sheet that `fill(book, sheet)` writes."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    fill(book, book.add_worksheet("Orders"))
    book.close()
    return out.getvalue()


def plain(rows: list[list[Any]]) -> bytes:
    """A workbook with these rows."""
    return workbook(lambda _, sheet: [sheet.write_row(at, 0, row) for at, row in enumerate(rows)])


def repacked(raw: bytes, changes: dict[str, bytes]) -> bytes:
    """A workbook with some of its entries replaced or added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in changes:
                new.writestr(name, old.read(name))
        for name, content in changes.items():
            new.writestr(name, content)
    return out.getvalue()


def _moment(hour: int, minute: int = 0) -> datetime:
    """A time of day without a zone, as tables have it."""
    return datetime(2026, 3, 9, hour, minute, tzinfo=UTC).replace(tzinfo=None)


def test_what_cells_become() -> None:
    """Texts as they stand, numbers by their shortest digits, dates in ISO form, nothing as a blank text."""

    def fill(book: Any, sheet: Any) -> None:
        date, time = book.add_format({"num_format": "yyyy-mm-dd"}), book.add_format({"num_format": "hh:mm"})
        sheet.write_row(0, 0, ["id", "price", "count", "day", "at", "paid", "sum"])
        sheet.write_string(1, 0, "00123")
        sheet.write_number(1, 1, 29.95)
        sheet.write_number(1, 2, 5)
        sheet.write_datetime(1, 3, _moment(0), date)
        sheet.write_datetime(1, 4, _moment(10, 30), time)
        sheet.write_boolean(1, 5, True)
        sheet.write_formula(1, 6, "=1+1", None, 2)
        sheet.write_string(3, 0, "x")

    found, _ = items(workbook(fill))
    blank = dict.fromkeys(["id", "price", "count", "day", "at", "paid", "sum"], "")
    assert found == [
        (
            2,
            {
                "id": "00123",
                "price": "29.95",
                "count": "5",
                "day": "2026-03-09",
                "at": "2026-03-09 10:30:00",
                "paid": "true",
                "sum": "2",
            },
        ),
        (4, blank | {"id": "x"}),
    ]


def test_an_error_of_the_spreadsheet_is_a_fault_of_its_row() -> None:
    """`#REF!` is named by its cell and hides no other row."""

    def fill(_: Any, sheet: Any) -> None:
        sheet.write_column(0, 0, ["id", 1, 2])
        sheet.write_row(0, 1, ["sum"])
        sheet.write_formula(1, 1, "=X!A1", None, "#REF!")

    assert items(workbook(fill))[0] == [
        (2, "CW-XLSX-CELL a cell holds an error of the spreadsheet · at f.xlsx B2 · fix: mend its formula"),
        (3, {"id": "2", "sum": ""}),
    ]


def unplaced(raw: bytes, *, rows: bool) -> bytes:
    """The workbook with cells, and perhaps rows, that do not say where they are."""
    name = "xl/worksheets/sheet1.xml"
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        text = re.sub(rb'<c r="[A-Z]+[0-9]+"', b"<c", archive.read(name))
    return repacked(raw, {name: re.sub(rb'<row r="[0-9]+"', b"<row", text) if rows else text})


@pytest.mark.parametrize("rows", [True, False])
def test_cells_that_do_not_say_where_they_are(rows: bool) -> None:
    """They stand side by side, as some exports write them; an error is named by its cell."""

    def fill(_: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, ["id", "sum"])
        sheet.write_row(1, 0, ["007", "1.50"])
        sheet.write_row(2, 0, ["8"])
        sheet.write_formula(2, 1, "=X!A1", None, "#REF!")

    found, _ = items(unplaced(workbook(fill), rows=rows))
    assert found == [
        (2, {"id": "007", "sum": "1.50"}),
        (
            3,
            ("CW-XLSX-CELL a cell holds an error of the spreadsheet · at f.xlsx B3 · fix: mend its formula"),
        ),
    ]


def test_rows_far_apart_are_refused_also_without_places_of_cells() -> None:
    """A row that says it is the last one of a sheet cannot hide that its cells do not."""

    def fill(_: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, [f"c{number}" for number in range(10)])
        sheet.write_row(1_048_575, 0, ["x"])

    assert fault(unplaced(workbook(fill), rows=False)).startswith(
        "CW-XLSX-EXTENT the cells of the sheet lie too far apart · at f.xlsx"
        " · got 1,048,576 rows by 10 columns"
    )


def test_the_first_sheet_that_is_shown_is_read_and_told() -> None:
    """Hidden sheets are counted and passed over."""

    def fill(book: Any, sheet: Any) -> None:
        book.add_worksheet("Second").write_column(0, 0, ["id", 2])
        book.worksheets()[1].activate()
        sheet.hide()

    found, told = items(workbook(fill))
    assert found == [(2, {"id": "2"})]
    assert told == ["f.xlsx: of 2 sheets, 1 of them hidden, the first one is read: 'Second'"]


def test_only_cells_that_hold_something_count() -> None:
    """A sheet that calls itself A1:XFD1048576, formats included, has three cells."""
    raw = plain([["id", "name"], [7, "x"]])
    name = "xl/worksheets/sheet1.xml"
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        sheet = archive.read(name)
    grown = re.sub(rb'<dimension ref="[^"]*"/>', b'<dimension ref="A1:XFD1048576"/>', sheet)
    grown = grown.replace(b"</sheetData>", b'<row r="1048576"><c r="XFD1048576" s="0"/></row></sheetData>')
    assert items(repacked(raw, {name: grown}))[0] == [(2, {"id": "7", "name": "x"})]


def far_apart(_: Any, sheet: Any) -> None:
    """Two cells in opposite corners of a sheet."""
    sheet.write(0, 0, "id")
    sheet.write(1_048_575, 16_383, "x")


def merged(_: Any, sheet: Any) -> None:
    """A header over two columns."""
    sheet.merge_range(0, 0, 0, 1, "order")
    sheet.write_row(1, 0, [1, 2])


BASE = plain([["id"], [1]])
#: What is refused, and the whole line that says so.
GOLDEN: dict[str, tuple[bytes, str]] = {
    "a bomb by size": (
        repacked(BASE, {"xl/media/x.bin": b"0" * 210_000_000}),
        (
            "CW-XLSX-BOMB the workbook would be too large when unpacked · at f.xlsx · got 210 MB unpacked"
            " · expected at most 200 MB · fix: save it as CSV"
        ),
    ),
    "a bomb by ratio": (
        repacked(BASE, {"xl/media/x.bin": b"0" * 50_000_000}),
        (
            "CW-XLSX-BOMB the workbook would be too large when unpacked · at f.xlsx"
            " · got N times its packed size · expected at most 100 · fix: save it as CSV"
        ),
    ),
    "too many entries": (
        repacked(BASE, {f"xl/media/{n}": b"" for n in range(2_001)}),
        (
            "CW-XLSX-BOMB the workbook would be too large when unpacked · at f.xlsx · got 2,011 entries"
            " · expected at most 2,000 · fix: save it as CSV"
        ),
    ),
    "cells far apart": (
        workbook(far_apart),
        (
            "CW-XLSX-EXTENT the cells of the sheet lie too far apart · at f.xlsx"
            " · got 1,048,576 rows by 16,384 columns · expected at most 5,000,000 cells"
            " · fix: delete stray cells, or save it as CSV"
        ),
    ),
    "a merged header": (
        workbook(merged),
        (
            "CW-XLSX-MERGED cells of the header are merged · at f.xlsx A1 · expected one cell a column"
            " · fix: unmerge them, and name every column"
        ),
    ),
    "macros": (
        repacked(BASE, {"xl/vbaProject.bin": b"x"}),
        (
            "CW-NOT-XLSX this is not a plain .xlsx workbook · at f.xlsx · got a workbook with macros (.xlsm)"
            " · expected an .xlsx workbook · fix: save it as .xlsx"
        ),
    ),
    "a binary workbook": (
        repacked(BASE, {"xl/workbook.bin": b"x"}),
        (
            "CW-NOT-XLSX this is not a plain .xlsx workbook · at f.xlsx · got a binary workbook (.xlsb)"
            " · expected an .xlsx workbook · fix: save it as .xlsx"
        ),
    ),
    "an old workbook": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512),
        (
            "CW-NOT-XLSX this is not a plain .xlsx workbook · at f.xlsx · got an old Excel workbook (.xls)"
            " · expected an .xlsx workbook · fix: save it as .xlsx"
        ),
    ),
    "a password": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512) + "EncryptedPackage".encode("utf-16-le"),
        (
            "CW-XLSX-PASSWORD the workbook is protected by a password · at f.xlsx"
            " · fix: save it without a password"
        ),
    ),
    "equal headers": (
        plain([["id", "id"], [1, 2]]),
        (
            "CW-CSV-HEADER the header line cannot be used · at f.xlsx:1 · got twice: 'id'"
            " · fix: rename one, e.g. to 'id_2'"
        ),
    ),
    "an empty sheet": (plain([]), "CW-EMPTY the first sheet is empty · at f.xlsx"),
    "cut off": (
        BASE[:-30],
        "CW-XLSX the workbook is damaged · at f.xlsx · got BadZipFile · fix: save it again",
    ),
    "a PDF": (
        b"%PDF-1.7\n",
        "CW-NOT-TEXT this is a PDF document · at f.xlsx · expected an .xlsx workbook in UTF-8",
    ),
    "CSV": (
        b"id,name,town\n1,a,b\n",
        (
            "CW-NOT-XLSX this is not an Excel workbook · at f.xlsx:1:1 · got a table, perhaps CSV"
            " · expected an .xlsx workbook"
        ),
    ),
}


@pytest.mark.parametrize("what", GOLDEN)
def test_golden_faults(what: str) -> None:
    """One line: what is wrong, where, what was found, what to do."""
    raw, expected = GOLDEN[what]
    assert re.sub(r"got \d+ times", "got N times", fault(raw)) == expected


def test_an_entry_that_is_longer_than_it_says() -> None:
    """The central directory lies about a size; the entry's sum does not fit, and nothing else reads it."""
    raw = bytearray(repacked(BASE, {"xl/sharedStrings.xml": b"0" * 5_000_000}))
    with zipfile.ZipFile(io.BytesIO(bytes(raw))) as archive:
        size = archive.getinfo("xl/sharedStrings.xml").file_size
    at = bytes(raw).rfind(size.to_bytes(4, "little"))
    raw[at : at + 4] = (100).to_bytes(4, "little")
    assert fault(bytes(raw)).startswith("CW-XLSX the workbook is damaged · at f.xlsx")


def test_parquet_keeps_its_kinds(tmp_path: Path) -> None:
    """Numbers exact, dates in ISO form, lists and objects; a value without a form is its row's fault."""
    frame = pl.DataFrame(
        {
            "id": [1, 2],
            "net": [Decimal("1.50"), Decimal("2.00")],
            "rate": [0.1, float("nan")],
            "at": [_moment(10), None],
            "lines": [[{"sku": "A"}], []],
        },
        schema_overrides={"net": pl.Decimal(10, 2)},
    )
    path = tmp_path / "f.parquet"
    frame.write_parquet(path)
    found = list(iter_records(path))
    assert found[0] == (
        1,
        {
            "id": 1,
            "net": Decimal("1.50"),
            "rate": Decimal("0.1"),
            "at": "2026-03-09T10:00:00",
            "lines": [{"sku": "A"}],
        },
    )
    assert isinstance(found[1][1], RecordError)
    assert found[1][1].render() == f"CW-PARQUET a number is not finite · at {path}:2"


def test_a_parquet_file_that_is_cut_off() -> None:
    """One clear line, without the library's own words about memory."""
    assert fault(b"PAR1" + bytes(100), "f.parquet").startswith("CW-PARQUET the Parquet file cannot be read")
    assert fault(b"id\n1\n", "f.parquet").startswith("CW-NOT-PARQUET this is not Parquet")


def written(writer: ParquetWriter | SheetWriter, rows: list[list[Any]], name: str) -> list[Any]:
    """The records of a table that was written."""
    out = io.BytesIO()
    writer.add(rows)
    writer.close(out)
    return [record for _, record in items(out.getvalue(), name)[0]]


COLUMNS = [("id", "integer"), ("name", "text"), ("paid", "boolean")]


def test_tables_written_read_back() -> None:
    """Parquet keeps numbers, booleans and null; a sheet gives their texts. No text is a formula."""
    rows = [[1, "=1+1", True], [10**16, None, None]]
    names = [name for name, _ in COLUMNS]
    assert written(ParquetWriter(COLUMNS), rows, "f.parquet") == [
        dict(zip(names, row, strict=True)) for row in rows
    ]
    assert written(SheetWriter(COLUMNS), rows, "f.xlsx") == [
        {"id": "1", "name": "=1+1", "paid": "true"},
        {"id": "10000000000000000", "name": "", "paid": ""},
    ]
    out = io.BytesIO()
    sheet = SheetWriter(COLUMNS)
    sheet.add(rows)
    sheet.close(out)
    with zipfile.ZipFile(out) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")


def test_a_sheet_has_a_last_row(monkeypatch: pytest.MonkeyPatch) -> None:
    """More rows than it has are refused, with the forms that have no such end."""
    monkeypatch.setattr("crosswalk_engine.payload.tabular_write.SHEET_ROWS", 3)
    sheet = SheetWriter(COLUMNS)
    with pytest.raises(RecordError, match=r"CW-XLSX-ROWS .* expected at most 3 .* fix: write CSV or Parquet"):
        sheet.add([[1, "a", None]] * 3)
    sheet.discard()


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """For Parquet the engine alone says what to install, and ends with 78; sheets it reads by itself."""

    def missing(module: str) -> None:
        raise ModuleNotFoundError(name=module)

    monkeypatch.setattr(tabular_extra, "import_module", missing)
    assert items(BASE)[0] == [(2, {"id": "1"})]
    with pytest.raises(ConfigError) as caught:
        items(b"PAR1xxxx", "f.parquet")
    assert (caught.value.exit_code, caught.value.render()) == (
        78,
        (
            "CW-NEEDS-TABULAR Parquet needs packages that are not installed here · got no module polars"
            ' · fix: pip install "crosswalk-engine[tabular]"'
        ),
    )
