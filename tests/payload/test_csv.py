"""CSV in and out: strict rows, named faults, and cells that no spreadsheet runs."""

import csv
import io
from typing import Any

import pytest
from crosswalk_engine.errors import RecordError
from crosswalk_engine.payload.codecs import iter_records
from crosswalk_engine.payload.csv_sniff import sniff_layout
from crosswalk_engine.payload.csv_write import csv_bytes, csv_cell
from crosswalk_engine.payload.limits import Limits
from hypothesis import given
from hypothesis import strategies as st


def items(raw: bytes | str, name: str = "f.csv", **settings: Any) -> tuple[list[tuple[int, Any]], list[str]]:
    """Each record with its line, each problem as one line of text; and what a person is told."""
    told: list[str] = []
    stream = io.BytesIO(raw.encode() if isinstance(raw, str) else raw)
    found = iter_records(stream, where=name, note=told.append, **settings)
    return [(line, one.render() if isinstance(one, RecordError) else one) for line, one in found], told


def fault(raw: bytes | str, name: str = "f.csv") -> str:
    """The line that the file as a whole is refused with."""
    with pytest.raises(RecordError) as caught:
        items(raw, name)
    return caught.value.render()


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("id,name\n1,x\n2,y\n", "2 columns separated by commas"),
        ("id;price\n1;1,50\n2;2,50\n", "2 columns separated by semicolons"),
        ("id\tname\n1\tx, y\n2\ty\n", "2 columns separated by tabs"),
        ("id|name\n1|x\n", "2 columns separated by bars"),
        ("sep=;\nid;name\n1;x\n", "2 columns separated by semicolons"),
        ("id\n1\n2\n", "1 column"),
    ],
)
def test_the_delimiter_is_found_and_told(raw: str, shown: str) -> None:
    """By the columns that the first rows agree on; a comma inside a price or a text makes none."""
    found, told = items(raw)
    assert told == [f"f.csv: read as CSV, {shown}"]
    assert found[0][1]["id"] == "1"


def test_cells_are_texts_as_they_stand() -> None:
    """Quotes, line breaks in them, empty cells, leading zeros and decimal commas; lines count by the file."""
    raw = '\ufeffid, name ,note\r\n007,"a ""b""\nc",\r\n\r\n8,"1,50", x\r\n'
    assert items(raw)[0] == [
        (2, {"id": "007", "name": 'a "b"\nc', "note": ""}),
        (5, {"id": "8", "name": "1,50", "note": " x"}),
    ]


def test_a_bad_row_does_not_hide_the_others() -> None:
    """Ragged rows and text behind a quote are named with line, got and expected."""
    found, _ = items('id,name\n1,a\n2\n3,b,c\n4,"d"e\n5,f\n')
    assert [line for line, one in found if isinstance(one, dict)] == [2, 6]
    assert [one for _, one in found if isinstance(one, str)] == [
        (
            "CW-CSV-ROW a row does not fit the header · at f.csv:3 · got 1 cells · expected 2"
            " · fix: perhaps a cell is missing"
        ),
        (
            "CW-CSV-ROW a row does not fit the header · at f.csv:4 · got 3 cells · expected 2"
            " · fix: perhaps a text with the delimiter in it stands without quotes"
        ),
        (
            "CW-CSV-ROW something follows a closing quote · at f.csv:5 · expected the delimiter"
            " or the line's end"
            ' · fix: double a quote inside a quoted text ("")'
        ),
    ]


QUOTE = ' · fix: close it, or double it inside a quoted text ("")'
#: What is refused, and the whole line that says so.
GOLDEN = {
    "an open quote": (
        'id,name\n1,"a\n2,b\n3,c\n',
        "CW-CSV-QUOTE a quote is never closed · at f.csv:2" + QUOTE,
    ),
    "an open quote behind a closed one of two lines": (
        'id,name,x\n1,"a\nb","c\n3,c,d\n',
        "CW-CSV-QUOTE a quote is never closed · at f.csv:3" + QUOTE,
    ),
    "an open quote that swallows very much": (
        'id,name\n1,"a\n' + "2,b\n" * 40_000,
        "CW-CSV-QUOTE a quote is never closed within 131,072 characters · at f.csv:2" + QUOTE,
    ),
    "equal and empty headers": (
        "id,price,,price,price_2,\n1,2,3,4,5,6\n",
        (
            "CW-CSV-HEADER the header line cannot be used · at f.csv:1 · got no name in column 3, 6;"
            " twice: 'price'"
            " · fix: name every column, or take away a delimiter at the end; rename one, e.g. to 'price_3'"
        ),
    ),
    "5,000 columns": (
        ",".join(f"c{n}" for n in range(5000)) + "\n",
        (
            "CW-CSV-HEADER the header line cannot be used · at f.csv:1 · got 5,000 columns"
            " · fix: keep at most 2,000 columns"
        ),
    ),
    "a NUL": (
        b"id,name\n1,a\0b\n",
        (
            "CW-NUL the text holds a NUL character · at f.csv:2 · got U+0000 · expected CSV in UTF-8"
            " · fix: remove it"
        ),
    ),
    "UTF-16": (
        "id,name\n1,a\n".encode("utf-16"),
        (
            "CW-ENCODING the text is not UTF-8 · at f.csv · got byte 0xFF at offset 0; it looks like UTF-16"
            " · expected CSV with a header line in UTF-8 · fix: save it as UTF-8, or name its encoding"
        ),
    ),
    "Latin-1": (
        "id,name\n1,Zoë\n".encode("latin-1"),
        (
            "CW-ENCODING the text is not UTF-8 · at f.csv:2 · got byte 0xEB at offset 12;"
            " it looks like cp1252 (Windows, Western European) · expected CSV in UTF-8"
            " · fix: save it as UTF-8, or name its encoding"
        ),
    ),
    "a PDF": (
        b"%PDF-1.7\n",
        "CW-NOT-TEXT this is a PDF document · at f.csv · expected CSV with a header line in UTF-8",
    ),
    "a workbook": (
        b"PK\x03\x04....xl/workbook.xml",
        "CW-NOT-TEXT this is an Excel workbook · at f.csv · expected CSV with a header line in UTF-8",
    ),
    "a web page": (
        b"<!DOCTYPE html><html></html>",
        "CW-NOT-TEXT this is a web page (HTML) · at f.csv · expected CSV with a header line in UTF-8",
    ),
    "JSON": (
        b'{"id": 1}\n',
        (
            "CW-NOT-CSV this is not CSV · at f.csv:1:1 · got JSON · expected CSV with a header line"
            " · fix: name the file .json or .ndjson"
        ),
    ),
    "nothing": (b"", "CW-EMPTY the file is empty · at f.csv · expected CSV with a header line"),
}


@pytest.mark.parametrize("what", GOLDEN)
def test_golden_faults(what: str) -> None:
    """One line: what is wrong, where, what was found, what to do."""
    raw, expected = GOLDEN[what]
    assert fault(raw) == expected


def test_a_cell_that_is_too_long() -> None:
    """131,072 characters are read, one more is a fault of its row."""
    found, _ = items(f"id,name\n1,{'x' * 131_072}\n2,{'x' * 131_073}\n3,y\n")
    assert [line for line, one in found if isinstance(one, dict)] == [2, 4]
    assert found[1] == (
        3,
        "CW-CSV-CELL a cell is too long · at f.csv:3 · expected at most 131,072 characters",
    )


def test_line_ends_of_old_macintoshes() -> None:
    """A carriage return alone ends no line; that is said."""
    assert fault("id,name\r1,a\r2,b\r") == (
        "CW-CSV-ROW a line ends with a carriage return alone · at f.csv:1 · fix: save it with line ends"
    )


def test_an_encoding_that_a_person_names() -> None:
    """cp1252 and UTF-16 are read when somebody says so."""
    raw = "id,name\n1,Zoë €\n"
    for encoding in ("cp1252", "utf-16"):
        assert items(raw.encode(encoding), encoding=encoding)[0] == [(2, {"id": "1", "name": "Zoë €"})]


def test_content_decides_where_the_name_says_nothing() -> None:
    """A table on standard input is read; a text that is none is named."""
    assert items("id;name\n1;x\n", "-")[0] == [(2, {"id": "1", "name": "x"})]
    assert fault("hello\nworld\n", "-") == (
        "CW-NOT-RECORDS this is no file of records · at -:1:1 · got plain text"
        " · expected JSON, NDJSON, XML or CSV records"
    )


CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=5)
ROWS = st.lists(st.lists(CELLS, min_size=2, max_size=2), max_size=6)


@given(ROWS)
def test_rows_written_read_back(rows: list[list[str]]) -> None:
    """rows → CSV → rows is the same, except for the apostrophe before what looks like a formula."""
    found, _ = items(csv_bytes([["a", "b"], *rows]))
    assert [list(record.values()) for _, record in found] == [
        [csv_cell(cell) for cell in row] for row in rows
    ]


@given(st.text("=+-@\t\r\n1.5e;,'\"x", max_size=5))
def test_no_cell_begins_like_a_formula_unless_it_is_a_number(text: str) -> None:
    """What a spreadsheet would run never stands at the beginning of a cell."""
    cell = csv_cell(text)
    if cell[:1] and cell[0] in "=+-@\t\r\n":
        float(cell)
        assert cell[0] == "-"
    assert cell.removeprefix("'") == text.removeprefix("'")


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
        ("+49 117 496", "'+49 117 496"),
        ("+1", "'+1"),
        ("-1", "-1"),
        ("-1.50", "-1.50"),
        ("-1-1", "'-1-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\tx", "'\tx"),
        ("a=b", "a=b"),
        (-3, "-3"),
        (None, ""),
        (True, "true"),
    ],
)
def test_cells(value: Any, cell: str) -> None:
    """Formulas are escaped, numbers stay numbers."""
    assert csv_cell(value) == cell
    assert next(csv.reader(io.StringIO(csv_bytes([[value, 1]]).decode(), newline=""))) == [cell, "1"]


def test_the_first_line_may_only_say_the_delimiter() -> None:
    """Excel writes `sep=;` before the header."""
    assert sniff_layout(["sep=|\r\n", "a|b\n"]) == sniff_layout(["SEP=|", "a|b\n"])


@pytest.mark.parametrize(
    ("spoiled", "said"),
    [
        (b'x,"b\n5,c\n', (7, "CW-CSV-QUOTE a quote is never closed · at f.csv:7 · fix: close it, or")),
        (
            b"x,\xff\n5,c\n",
            (7, "CW-ENCODING the text is not UTF-8 · at f.csv:7 · got byte 0xFF at offset 28"),
        ),
        (b"x,a\0b\n5,c\n", (7, "CW-NUL the text holds a NUL character · at f.csv:7 · got U+0000")),
    ],
)
@pytest.mark.parametrize("rows", [5, 1_000])
def test_rows_before_a_fault_are_read(rows: int, spoiled: bytes, said: tuple[int, str]) -> None:
    """The fault behind which nothing can be read is the last item, also where the delimiter was judged."""
    found, _ = items(b"id,name\n" + b"1,a\n" * rows + spoiled)
    assert found[:-1] == [(line, {"id": "1", "name": "a"}) for line in range(2, rows + 2)]
    line, text = found[-1]
    assert line == rows + 2
    expected = said[1].replace("f.csv:7", f"f.csv:{line}").replace("offset 28", f"offset {10 + 4 * rows}")
    assert text.startswith(expected)


def test_a_row_over_the_limit_counts_once() -> None:
    """The rows behind it keep their lines; it may be longer than several pieces of the file."""
    raw = "id,name\n1," + "x" * 350 + '\n2,b\n3,"c\nd"\n'
    found, _ = items(raw, limits=Limits(record_bytes=100))
    assert found == [
        (2, "CW-TOO-LARGE one record is too large · at f.csv:2 · expected at most 0 MB a line"),
        (3, {"id": "2", "name": "b"}),
        (4, {"id": "3", "name": "c\nd"}),
    ]


@pytest.mark.parametrize(
    ("raw", "delimiter"),
    [
        ("Artikel;Preis, netto;Preis, brutto\n1;2,5;3,5\n", ";"),
        ("id;v,w\n1;1,5\n2;2,7\n", ";"),
        ("id;v,w\n1;-1.234,50\n", ";"),
        ("id,v\n1,a;b\n2,c;d\n", ","),
        ("a;b,c\n1;2,x\n", ","),
    ],
)
def test_decimal_commas_decide_between_two_delimiters(raw: str, delimiter: str) -> None:
    """Where both give equal columns, a comma inside of numbers separates nothing."""
    assert sniff_layout(raw.splitlines(keepends=True)).delimiter == delimiter


@pytest.mark.parametrize("raw", ["<e><id>1</id></e>", "<es>\n <e><id>1</id></e>\n</es>\n"])
def test_xml_by_the_name_of_a_table(raw: str) -> None:
    """It is named, and so is the way to have it read."""
    assert fault(raw) == (
        "CW-NOT-CSV this is not CSV · at f.csv:1:1 · got XML · expected CSV with a header line"
        " · fix: name an XML file .xml"
    )
