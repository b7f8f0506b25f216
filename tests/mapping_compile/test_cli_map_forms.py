"""`crosswalk map` in every form: what goes in as CSV, XML, Parquet or XLSX, and what comes out as them."""

import io
import json
import re
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from crosswalk_engine.cli import run
from crosswalk_engine.commands.progress import Progress
from crosswalk_engine.payload.codecs import read_records

SAMPLE = Path(__file__).parents[2] / "sample_data"
PROJECT = SAMPLE / "projects/brightpearl-infor"

MAPPING = """format: crosswalk/mapping@1
name: shop-to-erp
source: {system: shop, entity: order}
target:
  system: erp
  entity: sales_order
  xml: {root: Order, namespace: "urn:erp", attributes: {releaseID: "9.2"}}
rules:
- {to: number, formula: "CONCAT('S', id)", required: true}
- {to: note, formula: note}
- {to: Amount.@currencyID, value: GBP}
- {to: "Amount.#text", formula: "TO_DECIMAL(total, 2)"}
- {to: count, formula: COUNT(rows.sku)}
- to: Line[]
  each: rows AS row
  rules:
  - {to: sku, formula: row.sku}
  - {to: qty, formula: row.qty}
"""
ORDERS: list[dict[str, Any]] = [
    {"id": 1, "note": "=1+1", "total": "2", "rows": [{"sku": "A&B", "qty": 1}, {"sku": "-5", "qty": 2}]},
    {"id": 2, "note": None, "total": "3.5", "rows": []},
]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A mapping and orders, as the working folder."""
    monkeypatch.chdir(tmp_path)
    Path("mapping.yaml").write_text(MAPPING)
    Path("orders.ndjson").write_text("".join(json.dumps(order) + "\n" for order in ORDERS))
    return tmp_path


def mapped(*arguments: str, mapping: str = "mapping.yaml", source: str = "orders.ndjson") -> int:
    """Runs `crosswalk map`."""
    return run(["map", mapping, "--in", source, *arguments])


def lines(path: str) -> list[Any]:
    """The JSON values of an NDJSON file."""
    return [json.loads(line) for line in Path(path).read_text().splitlines()]


XML = (
    '<?xml version="1.0" encoding="UTF-8"?><Order xmlns="urn:erp" releaseID="9.2"><number>S1</number>'
    '<note>=1+1</note><Amount currencyID="GBP">2.00</Amount><count>2</count><Line><sku>A&amp;B</sku>'
    "<qty>1</qty></Line><Line><sku>-5</sku><qty>2</qty></Line></Order>\n"
    '<?xml version="1.0" encoding="UTF-8"?><Order xmlns="urn:erp" releaseID="9.2"><number>S2</number>'
    '<Amount currencyID="GBP">3.50</Amount><count>0</count></Order>\n'
)
CSV = (
    "number,note,Amount.@currencyID,Amount.#text,count,Line.sku,Line.qty\r\n"
    "S1,'=1+1,GBP,2.00,2,A&B,1\r\nS1,'=1+1,GBP,2.00,2,-5,2\r\nS2,,GBP,3.50,0,,\r\n"
)


def test_xml_and_csv_by_suffix_and_by_option(desk: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A document a line in the order of the rules; a row for each line of an order, formulas escaped."""
    for name, option, expected in (("o.xml", "xml", XML), ("o.csv", "csv", CSV)):
        assert mapped("--out", name) == 0
        assert Path(name).read_bytes().decode() == expected
        capfd.readouterr()
        assert mapped("--out", "-", "--to", option) == 0
        assert capfd.readouterr().out == expected
    assert mapped("--out", "o.txt") == 0
    assert len(lines("o.txt")) == 2


def test_parquet_and_xlsx(desk: Path) -> None:
    """The same rows; Parquet keeps numbers and nulls, and no cell of a sheet is a formula."""
    row = {"number": "S1", "note": "=1+1", "Amount.@currencyID": "GBP", "Amount.#text": "2.00", "count": 2}
    assert mapped("--out", "o.parquet") == mapped("--out", "o.xlsx") == 0
    first, _, last = read_records(Path("o.parquet")).all_good()
    assert first == {**row, "Line.sku": "A&B", "Line.qty": "1"}
    assert (last["note"], last["count"], last["Line.sku"]) == (None, 0, None)
    first, _, last = read_records(Path("o.xlsx")).all_good()
    assert first == {**row, "count": "2", "Line.sku": "A&B", "Line.qty": "1"}
    assert last["Line.sku"] == ""


@pytest.mark.parametrize("workers", ["1", "2"])
def test_every_form_of_one_input_gives_the_same_output(
    workers: str, desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """JSON, NDJSON, XML as a list and as documents, with and without workers."""
    texts = [{**order, "id": str(order["id"]), "note": order["note"] or ""} for order in ORDERS]
    for order in texts:
        order["rows"] = [{**row, "qty": str(row["qty"])} for row in order["rows"]]
    Path("o.json").write_text(json.dumps(texts))
    Path("o.ndjson").write_text("\n".join(map(json.dumps, texts)))
    body = [
        f"<o><id>{order['id']}</id><note>{order['note']}</note><total>{order['total']}</total>"
        + "".join(f"<rows><sku>{row['sku'].replace('&', '&amp;')}</sku><qty>{row['qty']}</qty></rows>"
                  for row in order["rows"]) + "</o>"
        for order in texts
    ]  # fmt: skip
    Path("list.xml").write_text(f"<os>{''.join(body)}</os>")
    Path("lines.xml").write_text("\n".join(body))
    Path("pretty.xml").write_text("\n\n".join(one.replace("<id>", "\n <id>") for one in body))
    found = set()
    for name in ("o.json", "o.ndjson", "list.xml", "lines.xml", "pretty.xml"):
        assert mapped("--out", "out.ndjson", "--workers", workers, source=name) == 0, capsys.readouterr().err
        found.add(Path("out.ndjson").read_bytes())
    assert len(found) == 1
    assert [order["count"] for order in lines("out.ndjson")] == [2, 0]


GROUPED = MAPPING.replace(
    "source: {system: shop, entity: order}", "source: {system: shop, entity: row, group: {by: id, as: rows}}"
)
TABLE = "id;total;note;sku;qty\n1;2;n;A;1\n1;2;n;B;2\n2;3;n;C;3\n3;1;n;D;1\n"


@pytest.mark.parametrize("workers", ["1", "2"])
def test_neighbouring_rows_become_one_record(
    workers: str, desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An order of two rows; the delimiter that was found is told."""
    Path("mapping.yaml").write_text(GROUPED)
    Path("rows.csv").write_text(TABLE)
    assert mapped("--out", "out.ndjson", "--workers", workers, source="rows.csv") == 0
    assert "rows.csv: read as CSV, 5 columns separated by semicolons" in capsys.readouterr().err
    assert [(order["number"], [line["sku"] for line in order["Line"]]) for order in lines("out.ndjson")] == [
        ("S1", ["A", "B"]),
        ("S2", ["C"]),
        ("S3", ["D"]),
    ]


@pytest.mark.parametrize(
    ("rows", "kept", "rejected"),
    [
        ("1;1;n;A;1\n2;1;n;B;1\n1;1;n;C;1\n3;1;n;D;1\n", ["S1", "S2", "S3"], [(4, "CW-GROUP-SCATTERED")]),
        (
            "1;1;n;A;1\n2;1;n;B\n2;1;n;C;1\n3;1;n;D;1\n",
            ["S3"],
            [(2, "CW-GROUP-BROKEN"), (3, "CW-CSV-ROW"), (4, "CW-GROUP-BROKEN")],
        ),
        (";1;n;A;1\n1;1;n;B;1\n3;1;n;C;1\n", ["S3"], [(2, "CW-GROUP-KEY"), (3, "CW-GROUP-BROKEN")]),
    ],
)
def test_rows_that_cannot_be_put_together(
    rows: str, kept: list[str], rejected: list[tuple[int, str]], desk: Path
) -> None:
    """A key that comes again, a row that may belong to either side, a row without a key: no half order."""
    Path("mapping.yaml").write_text(GROUPED)
    Path("rows.csv").write_text("id;total;note;sku;qty\n" + rows)
    assert mapped("--out", "out.ndjson", "--rejects", "rejects.ndjson", source="rows.csv") == 65
    assert [order["number"] for order in lines("out.ndjson")] == kept
    told = [(reject["line"], reject["errors"][0]["code"]) for reject in lines("rejects.ndjson")]
    assert sorted(told) == rejected
    scattered = [one["errors"][0] for one in lines("rejects.ndjson") if "SCATTERED" in str(one)]
    assert [one["value"] for one in scattered] == ["id 1"] * len(scattered)


def test_one_record_to_several_documents(desk: Path) -> None:
    """A mapping with `documents` writes each of them, in order."""
    split = MAPPING.replace(
        "rules:\n- {to: number", "documents: {each: rows AS row, as: part}\nrules:\n- {to: number"
    )
    Path("mapping.yaml").write_text(
        split.replace("each: rows AS row\n  rules", "each: part AS row\n  rules", 1)
    )
    assert mapped("--out", "out.ndjson", "--rejects", "rejects.ndjson") == 65
    assert [(one["number"], [line["sku"] for line in one["Line"]]) for one in lines("out.ndjson")] == [
        ("S1", ["A&B"]),
        ("S1", ["-5"]),
    ]
    assert lines("rejects.ndjson")[0]["errors"][0]["code"] == "CW-NO-DOCUMENT"


def test_a_value_that_xml_cannot_hold_rejects_its_record(desk: Path) -> None:
    """The path is named, the others are written."""
    bad = {**ORDERS[0], "id": 7, "note": "a\u0001"}
    Path("orders.ndjson").write_text("".join(json.dumps(order) + "\n" for order in [bad, ORDERS[1]]))
    assert mapped("--out", "o.xml", "--rejects", "rejects.ndjson") == 65
    assert Path("o.xml").read_text() == XML.splitlines(keepends=True)[1]
    (reject,) = lines("rejects.ndjson")
    assert (reject["line"], reject["key"]) == (1, 7)
    assert reject["errors"] == [
        {
            "path": "note",
            "code": "CW-XML-CHAR",
            "value": "U+0001",
            "message": "XML has no place for a control character"
            " · fix: take it out with a formula, or at the source",
        }
    ]


def test_records_of_an_element_and_of_another_encoding(desk: Path) -> None:
    """`--record` and `--encoding` are a person's word."""
    raw = "<b><h>1</h><os><o><id>1</id><note>é</note></o></os></b>"
    Path("o.xml").write_text(raw)
    assert mapped("--out", "out.ndjson", "--record", "os.o", source="o.xml") == 0
    assert [order["note"] for order in lines("out.ndjson")] == ["é"]
    Path("o.csv").write_bytes("id,note,total\n1,é,2\n".encode("cp1252"))
    assert mapped("--out", "out.ndjson", source="o.csv") == 65
    assert mapped("--out", "out.ndjson", "--encoding", "cp1252", source="o.csv") == 0
    assert [order["note"] for order in lines("out.ndjson")] == ["é"]


TWO_LISTS = MAPPING + "- to: Text[]\n  each: rows AS row\n  rules: [{to: t, formula: row.sku}]\n"


@pytest.mark.parametrize(
    ("mapping", "arguments", "code", "told"),
    [
        (
            TWO_LISTS,
            ["--out", "o.csv"],
            78,
            "CW-TABLE-NESTED a table has room for one list only · at Line[] and Text[]",
        ),
        (TWO_LISTS, ["--out", "o.xlsx"], 78, "CW-TABLE-NESTED"),
        (
            re.sub(r"  xml: .*\n", "", MAPPING),
            ["--out", "o.xml"],
            78,
            "CW-NEEDS-XML the mapping does not say how",
        ),
        (
            MAPPING.replace("to: note", "to: 1a"),
            ["--out", "o.xml"],
            78,
            "CW-XML-NAME this cannot be a name in XML",
        ),
        (MAPPING, ["--out", "o", "--to", "pdf"], 2, "CW-FORM there is no such form · got pdf"),
        (MAPPING, ["--out", "o", "--engine", "spark"], 78, "CW-NEEDS-SPARK"),
    ],
)
def test_forms_that_a_mapping_does_not_have(
    mapping: str, arguments: list[str], code: int, told: str, desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line, 78, and no file."""
    Path("mapping.yaml").write_text(mapping)
    assert mapped(*arguments) == code
    assert told in capsys.readouterr().err
    assert not Path(arguments[1]).exists()


def test_an_output_is_no_input_by_any_name(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Hard links, links, tables and related records count; other files in those folders do not."""
    Path("hard").hardlink_to("orders.ndjson")
    Path("soft").symlink_to("orders.ndjson")
    (desk / "lookups").mkdir()
    (desk / "lookups/t.csv").write_text("source,target\n1,2\n")
    for out in ("hard", "soft", "lookups/t.csv"):
        before = Path(out).read_bytes()
        assert mapped("--out", out, "--lookups", "lookups") == 2
        assert "CW-SAME-FILE" in capsys.readouterr().err
        assert Path(out).read_bytes() == before
    Path("out.ndjson").write_text("old")
    assert mapped("--out", "out.ndjson", "--lookups", ".") == 0


def test_a_link_to_standard_output_stays_what_it_is(desk: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A file's own name for standard output is written as a stream and not replaced."""
    Path("out").symlink_to("/dev/stdout")
    assert mapped("--out", "out") == 0
    assert Path("out").is_symlink()
    assert len(capfd.readouterr().out.splitlines()) == 2


class Terminal(io.StringIO):
    """A terminal that keeps what was written."""

    def isatty(self) -> bool:
        return True


def test_the_progress_line() -> None:
    """Bytes read, records and their rate; drawn five times a second at most, taken away at the end."""
    source = io.BytesIO(bytes(1000))
    now = iter([0.0, 0.1, 0.5, 0.6])
    out = Terminal()
    progress = Progress(source, out, lambda: next(now))
    source.seek(500)
    progress.show(10)
    assert out.getvalue() == ""
    progress.show(100)
    assert out.getvalue() == "\r[############............]  50%  100 records, 200/s"
    progress.show(120)
    progress.clear()
    assert out.getvalue().endswith("\r" + " " * 51 + "\r")


def test_no_progress_in_a_pipe() -> None:
    """Nothing is drawn where no terminal watches."""
    out = io.StringIO()
    progress = Progress(io.BytesIO(b"x"), out, lambda: 0.0)
    progress.show(1, final=True)
    progress.clear()
    assert out.getvalue() == ""


#: What the way through a BOD changes on purpose: country codes are written large.
CHANGED = {("parties", "delivery", "countryIsoCode"), ("parties", "billing", "countryIsoCode")}


def leaves(value: Any, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], Any]]:
    """Every single value with its path."""
    if not isinstance(value, dict):
        return [(path, value)]
    return [leaf for key, inner in value.items() for leaf in leaves(inner, (*path, key))]


def at(value: Any, path: tuple[str, ...]) -> Any:
    """The value at a path; blank where it is not there."""
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return "" if value is None else value


def exactly(name: str, value: Any) -> Any:
    """A value as what it means: amounts by their worth, times as moments."""
    if name in ("net", "taxAmount", "total", "value", "magnitude"):
        return Decimal(value)
    return datetime.fromisoformat(value) if name in ("placedOn", "updatedOn", "deliveryDate") else value


@pytest.mark.parametrize("workers", ["1", "2"])
def test_orders_as_bods_and_back(workers: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every order becomes well-formed XML, and comes back with every value that the mappings carry."""
    monkeypatch.chdir(tmp_path)
    orders = SAMPLE / "brightpearl/orders.ndjson"
    there = ["--mapping", "order-to-bod", "--rejects", "rejects", "--workers", workers]
    assert mapped("--out", "bods.xml", *there, mapping=str(PROJECT), source=str(orders)) == 65
    assert len(lines("rejects")) == 5
    documents = Path("bods.xml").read_bytes().splitlines()
    assert len(documents) == 445
    assert {ET.fromstring(document).tag for document in documents} == {
        "{http://schema.infor.com/InforOAGIS/2}ProcessSalesOrder"
    }
    back = ["--mapping", "bod-to-order", "--workers", workers]
    assert mapped("--out", "back.ndjson", *back, mapping=str(PROJECT), source="bods.xml") == 0
    known = {order["id"]: order for order in map(json.loads, orders.read_text().splitlines())}
    compared = 0
    for order in lines("back.ndjson"):
        original = known[order["id"]]
        original.setdefault("updatedOn", original["createdOn"])
        for path, value in leaves(order):
            wanted = at(original, path)
            wanted = wanted.upper() if path in CHANGED else wanted
            assert exactly(path[-1], value) == exactly(path[-1], wanted), path
            compared += 1
    assert compared > 30_000
