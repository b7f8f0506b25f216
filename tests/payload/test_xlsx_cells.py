"""Sheets cell by cell: dates, times, large numbers, formulas, and sheets that would hurt their reader."""

import io
import zipfile
from datetime import UTC, datetime
from datetime import time as clock
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
import xlsxwriter
from crosswalk_engine.errors import RecordError
from crosswalk_engine.payload import xlsx_guard, xlsx_xml
from crosswalk_engine.payload.codecs import iter_records

from tests.bad_input.test_tables import MAIN, PACKAGE, RELS, SHEET

HEAD = '<row r="1"><c r="A1" t="inlineStr"><is><t>id</t></is></c></row>'


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


def book(
    rows: str = "", *, sheet: str = "", texts: str = "", kind: str = "worksheet", more: str = ""
) -> bytes:
    """A workbook of one sheet, written by hand."""
    links = (
        f'<Relationship Id="r1" Type="{RELS}/{kind}" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="r2" Type="{RELS}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="r3" Type="{RELS}/sharedStrings" Target="sharedStrings.xml"/>'
    )
    parts = {
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELS}"><sheets>'
        f'<sheet name="One" r:id="r1"/>{more}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": (
            f'<Relationships xmlns="{PACKAGE}/relationships">{links}</Relationships>'
        ),
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{texts}</sst>',
        "xl/worksheets/sheet1.xml": sheet or SHEET.format(rows=HEAD + rows, dimension=""),
    }
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as written:
        for name, content in parts.items():
            written.writestr(name, content)
    return raw.getvalue()


def cell(inner: str) -> Any:
    """What the one cell of the second row becomes."""
    return items(book(f'<row r="2">{inner}</row>'))[0][0][1]


@pytest.mark.parametrize(
    ("value", "code", "expected"),
    [
        (clock(13, 5, 6), "hh:mm:ss", "13:05:06"),
        (clock(0, 0), "hh:mm", "00:00:00"),
        (1.5, "[h]:mm:ss", "36:00:00"),
        (datetime(2024, 1, 1, tzinfo=UTC).replace(tzinfo=None), "dd/mm/yyyy hh:mm", "2024-01-01"),
        (45351.54520975694, "yyyy-mm-dd hh:mm:ss.000", "2024-02-29 13:05:06.123"),
        (1, "yyyy-mm-dd", "1900-01-01"),
        (61, "yyyy-mm-dd", "1900-03-01"),
        (2958465, 'd" days"', "9999-12-31"),
        (45351, '0" dd"', "45351"),
        (0.5, "[Red]0.00", "0.5"),
        ("Deadline 00:00:00", "General", "Deadline 00:00:00"),
        ("2024-01-01 00:00:00", "General", "2024-01-01 00:00:00"),
    ],
)
def test_days_and_times_are_what_their_format_says(value: Any, code: str, expected: str) -> None:
    """A time has no day, a span no end, a text is left as it stands."""
    out = io.BytesIO()
    made = xlsxwriter.Workbook(out)
    sheet, style = made.add_worksheet(), made.add_format({"num_format": code})
    sheet.write(0, 0, "id")
    (sheet.write_string if isinstance(value, str) else sheet.write)(1, 0, value, style)
    made.close()
    assert items(out.getvalue())[0] == [(2, {"id": expected})]


@pytest.mark.parametrize(
    ("inner", "what"),
    [
        ("<c r='A2' t='e'><v>#REF!</v></c>", "a cell holds an error of the spreadsheet"),
        ('<c r="A2"><f>1+1</f></c>', "a cell holds a formula without its value"),
        ('<c r="A2"><f>1+1</f><v/></c>', "a cell holds a formula without its value"),
        (
            '<c r="A2"><v>9007199254740993</v></c>',
            "a whole number has more than the 15 digits that a sheet keeps",
        ),
        ('<c r="A2"><v>1.23456789012346E+17</v></c>', "a whole number has more than the 15 digits"),
        ('<c r="A2" t="s"><v>-1</v></c>', "a cell names a text that is not in the workbook"),
        ('<c r="A2"><v>one</v></c>', "a cell says that it holds a number, and does not"),
        ('<c r="A2" t="str"><v>a_x0000_b</v></c>', "a cell holds a NUL character"),
    ],
)
def test_a_cell_without_a_text_rejects_its_row(inner: str, what: str) -> None:
    """The cell is named, and so is what is wrong with it."""
    found = cell(inner)
    assert found.startswith(f"CW-XLSX-CELL {what}")
    assert "at f.xlsx A2 · fix: " in found


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        ("<c r='A2'><v>2</v></c>", "2"),
        ('<c r="A2"><v>999999999999999</v></c>', "999999999999999"),
        ('<c r="A2"><v>1E-7</v></c>', "0.0000001"),
        ('<c r="A2" t="inlineStr"><is><r><t>a</t></r><r><t> b</t></r><rPh><t>x</t></rPh></is></c>', "a b"),
        ('<c r="A2" t="str"><f>A1</f><v>a_x0041_</v></c>', "aA"),
    ],
)
def test_cells_as_their_format_allows_to_write_them(inner: str, expected: str) -> None:
    """Either quote, shortest digits, rich text without its reading, characters written out."""
    assert cell(inner) == {"id": expected}


def test_a_text_that_many_cells_share_is_counted_for_each(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few bytes that stand for very many characters are refused before any row is read."""
    monkeypatch.setattr(xlsx_guard, "MAX_TEXT", 500_000)
    rows = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(2, 9))
    assert fault(book(rows, texts=f"<si><t>{'x' * 100_000}</t></si>")).startswith(
        "CW-XLSX-BOMB the workbook would be too large when unpacked · at f.xlsx · got more than"
    )


@pytest.mark.parametrize("quote", ["'", '"'])
def test_a_cell_far_away_is_seen_in_either_quote(quote: str) -> None:
    """The last cell that a sheet can have makes it too wide, however its place is written."""
    rows = f"<row r={quote}1048576{quote}><c r={quote}XFD1048576{quote}><v>1</v></c></row>"
    assert fault(book(rows)).startswith("CW-XLSX-EXTENT ")


@pytest.mark.parametrize(
    ("sheet", "got"),
    [
        (
            SHEET.format(rows=HEAD, dimension="")[:-30],
            "line 1 of xl/worksheets/sheet1.xml is not well-formed XML",
        ),
        ("<!DOCTYPE w>" + "<w/>", "a document type in xl/worksheets/sheet1.xml"),
        ("<a>" * 200, "more than 128 levels in xl/worksheets/sheet1.xml"),
        (SHEET.format(rows=HEAD + HEAD, dimension=""), "row 1 is not in its order"),
        (
            SHEET.format(rows='<row><c r="1A"><v>1</v></c></row>', dimension=""),
            "a cell does not say its place",
        ),
    ],
)
def test_a_sheet_that_is_broken(sheet: str, got: str) -> None:
    """It is refused before a row of it is read."""
    assert fault(book(sheet=sheet)) == (
        f"CW-XLSX the workbook is damaged · at f.xlsx · got {got} · fix: save it again"
    )


def test_a_part_has_a_number_of_elements(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cells without anything in them take no room, but time."""
    monkeypatch.setattr(xlsx_xml, "MAX_ELEMENTS", 1_000)
    assert fault(book(f"<row>{'<c/>' * 1_000}</row>")) == (
        "CW-XLSX-BOMB the workbook would be too large when unpacked · at f.xlsx · got more than 1,000"
        " elements in xl/worksheets/sheet1.xml · expected at most 1,000 · fix: save it as CSV"
    )


def test_half_a_tag_many_times_costs_nothing() -> None:
    """A comment full of beginnings of cells is a comment."""
    sheet = SHEET.format(
        rows="<!--" + "<c " * 300_000 + "-->" + HEAD + "<row><c><v>1</v></c></row>", dimension=""
    )
    assert items(book(sheet=sheet))[0] == [(2, {"id": "1"})]


def test_a_chart_in_the_first_tab_is_passed_over_and_told() -> None:
    """The first sheet with cells is read."""
    raw = book("<row><c><v>1</v></c></row>", kind="chartsheet", more='<sheet name="Two" r:id="r2"/>')
    assert items(raw) == (
        [(2, {"id": "1"})],
        ["f.xlsx: of 2 sheets, 1 of them without cells (charts), the first one is read: 'Two'"],
    )
    assert "the workbook has no sheet with cells" in fault(book(kind="chartsheet"))


def test_merged_cells_below_the_header_are_told() -> None:
    """Only the first one of them has the text."""
    rows = '<row r="2"><c r="A2"><v>1</v></c></row>'
    sheet = SHEET.format(rows=HEAD + rows, dimension="").replace(
        "</worksheet>",
        '<mergeCells><mergeCell ref="A2:A3"/><mergeCell ref="A5:A6"/></mergeCells></worksheet>',
    )
    assert items(book(sheet=sheet)) == (
        [(2, {"id": "1"})],
        ["f.xlsx: cells are merged at A2 and at 1 other places: only the first of them has their text"],
    )


def parquet(**columns: pl.Series) -> list[Any]:
    """What a file of these columns becomes."""
    raw = io.BytesIO()
    pl.DataFrame(columns).write_parquet(raw)
    return [one for _, one in items(raw.getvalue(), "f.parquet")[0]]


def test_moments_of_parquet_out_of_range_reject_their_rows() -> None:
    """Python has no form for them, and the other rows are read."""
    moments = pl.Series([0, 2**62, 1], dtype=pl.Int64).cast(pl.Datetime("us"))
    days = pl.Series([0, 10**7, 1], dtype=pl.Int32).cast(pl.Date)
    assert parquet(at=moments) == [
        {"at": "1970-01-01T00:00:00"},
        "CW-PARQUET a moment is not within the years 1 to 9999 · at f.parquet:2",
        {"at": "1970-01-01T00:00:00.000001"},
    ]
    assert parquet(on=days)[1:] == [
        "CW-PARQUET a date is not within the years 1 to 9999 · at f.parquet:2",
        {"on": "1970-01-02"},
    ]


def test_parquet_loses_no_digit() -> None:
    """Nanoseconds, zones, times of day, and numbers of 32 bits by their own shortest digits."""
    at = pl.Series([1_000_000_007], dtype=pl.Int64)
    assert parquet(
        a=at.cast(pl.Datetime("ns")),
        b=at.cast(pl.Datetime("ns", "Europe/Berlin")),
        c=at.cast(pl.Time),
        d=pl.Series([0.1], dtype=pl.Float32),
        e=pl.Series([16777216.0], dtype=pl.Float32),
    ) == [
        {
            "a": "1970-01-01T00:00:01.000000007",
            "b": "1970-01-01T01:00:01.000000007+01:00",
            "c": "00:00:01.000000007",
            "d": Decimal("0.1"),
            "e": Decimal("16777216"),
        }
    ]


def test_a_nul_in_a_text_of_parquet_rejects_its_row() -> None:
    """As in every other form."""
    assert parquet(a=pl.Series(["x", "a\0b"])) == [
        {"a": "x"},
        "CW-PARQUET a text holds a NUL character · at f.parquet:2",
    ]


def test_lists_and_objects_of_parquet_lose_no_digit_either() -> None:
    """Moments and numbers of 32 bits inside of them; one out of range rejects its row alone."""
    numbers = pl.Series([[1_000_000_007], [2**62], None, [None]], dtype=pl.List(pl.Int64))
    rates = pl.Series([0.1] * 4, dtype=pl.Float32)
    prices = pl.Series(["1.50"] * 4).cast(pl.Decimal(10, 2))
    inner = pl.DataFrame(
        {"rate": rates, "net": prices, "on": pl.Series([1] * 4, dtype=pl.Int32).cast(pl.Date)}
    )
    found = parquet(a=numbers.cast(pl.List(pl.Datetime("us"))), b=inner.to_struct("b"))
    b = {"rate": Decimal("0.1"), "net": Decimal("1.50"), "on": "1970-01-02"}
    assert found == [
        {"a": ["1970-01-01T00:16:40.000007"], "b": b},
        "CW-PARQUET a moment is not within the years 1 to 9999 · at f.parquet:2",
        {"a": None, "b": b},
        {"a": [None], "b": b},
    ]


def test_what_the_library_cannot_give_refuses_the_file() -> None:
    """It panics at a span of time without end; that is one clear line too."""
    span = pl.Series([0, 2**63 - 1], dtype=pl.Int64).cast(pl.Duration("ms"))
    raw = io.BytesIO()
    pl.DataFrame({"a": span}).write_parquet(raw)
    assert fault(raw.getvalue(), "f.parquet") == "CW-PARQUET a value cannot be read · at f.parquet"
