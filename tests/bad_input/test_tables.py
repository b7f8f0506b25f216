"""B07 to B12, B23 to B26: CSV, workbooks and archives."""

import io
import struct
import zipfile

import pytest

from tests.bad_input.desk import Case, Check, mapped, rejected

HEAD = "id,net\n"


def archive(**entries: bytes) -> bytes:
    """A zip; dots in names are written as ``__``."""
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as written:
        for name, content in entries.items():
            written.writestr(name.replace("__", ".").replace("_SLASH_", "/"), content)
    return raw.getvalue()


SHEET = (
    '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    "{dimension}<sheetData>{rows}</sheetData></worksheet>"
)
ROWS = (
    '<row r="1"><c r="A1" t="inlineStr"><is><t>id</t></is></c>'
    '<c r="B1" t="inlineStr"><is><t>net</t></is></c></row>'
    '<row r="2"><c r="A2"><v>1</v></c><c r="B2" t="inlineStr"><is><t>12.30</t></is></c></row>'
)
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def workbook(rows: str = ROWS, dimension: str = "", *, extra: dict[str, bytes] | None = None) -> bytes:
    """A workbook of one sheet."""
    parts = {
        "[Content_Types].xml": (
            f'<?xml version="1.0"?><Types xmlns="{PACKAGE}/content-types">'
            '<Default Extension="rels" ContentType='
            '"application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Default Extension="xml" ContentType="application/xml"/>'
            '<Override PartName="/xl/workbook.xml" ContentType='
            '"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
            '<Override PartName="/xl/worksheets/sheet1.xml" ContentType='
            '"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>'
        ),
        "_rels/.rels": (
            f'<?xml version="1.0"?><Relationships xmlns="{PACKAGE}/relationships">'
            f'<Relationship Id="r1" Type="{RELS}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
        ),
        "xl/workbook.xml": (
            f'<?xml version="1.0"?><workbook xmlns="{MAIN}" xmlns:r="{RELS}">'
            '<sheets><sheet name="Orders" sheetId="1" r:id="r1"/></sheets></workbook>'
        ),
        "xl/_rels/workbook.xml.rels": (
            f'<?xml version="1.0"?><Relationships xmlns="{PACKAGE}/relationships">'
            f'<Relationship Id="r1" Type="{RELS}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
        ),
        "xl/worksheets/sheet1.xml": SHEET.format(rows=rows, dimension=dimension),
    }
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as written:
        for name, content in {**parts, **(extra or {})}.items():
            written.writestr(name, content)
    return raw.getvalue()


def lying() -> bytes:
    """An archive whose directory says that 3 GB are in it."""
    raw = bytearray(workbook())
    at = raw.rfind(b"PK\x01\x02")
    raw[at + 24 : at + 28] = struct.pack("<I", 3_000_000_000)
    return bytes(raw)


EMPTY_ROWS = "".join(f'<row r="{number}"/>' for number in range(1, 3_000_000))
CASES = [
    mapped("B07", "a quote that never closes", "bad.csv", HEAD + '1,"12.30\n2,13.00\n3,14.00\n'),
    rejected("B07", "a late quote that never closes", "bad.csv", HEAD + '1,12.30\n2,"13.00\n3,14.00\n'),
    rejected("B07", "letters after a quote", "bad.csv", HEAD + '1,"12.30"x\n2,13.00\n'),
    rejected("B08", "rows of other widths", "bad.csv", HEAD + "1,12.30\n2\n3,1,2\n4,5.00\n"),
    mapped("B09", "a header twice", "bad.csv", "id,net,id\n1,12.30,2\n"),
    mapped("B09", "an empty header", "bad.csv", "id,,net\n1,2,12.30\n"),
    mapped("B09", "5,000 headers", "bad.csv", ",".join(f"c{n}" for n in range(5_000)) + "\n"),
    mapped("B09", "a header alone", "bad.csv", "id,net\n", leaves=("out.ndjson",), accepted=True),
    rejected("B10", "a cell of 140,000 letters", "bad.csv", HEAD + "1," + "9" * 140_000 + "\n2,1.00\n"),
    mapped(
        "B11",
        "semicolons and decimal commas",
        "de.csv",
        'id;net\n1;"1.234,50"\n2;7,00\n',
        leaves=("out.ndjson",),
    ),
    mapped(
        "B11",
        "sep= in the first line",
        "x.csv",
        "sep=;\nid;net\n1;7.00\n",
        leaves=("out.ndjson",),
        accepted=True,
    ),
    mapped("B11", "tabs", "x.csv", "id\tnet\n1\t7.00\n", leaves=("out.ndjson",), accepted=True),
    Case(
        "B12",
        "formulas of a spreadsheet come in as text",
        ("eval", "CONCAT(a, ' ', b, ' ', c)", "--in", "x.csv"),
        {"x.csv": "a,b,c\n=cmd|' /C calc'!A0,+1,@SUM(1)\n"},
        accepted=True,
    ),
    Case(
        "B12",
        "and are escaped on the way out, numbers are not",
        ("map", "m.yaml", "--in", "x.ndjson", "--out", "out.csv"),
        {
            "m.yaml": (
                "format: crosswalk/mapping@1\nname: m\nsource: {system: a, entity: b}\n"
                "target: {system: a, entity: b}\nrules:\n"
                "- {to: name, formula: name}\n- {to: net, formula: net}\n"
            ),
            "x.ndjson": "".join(
                f'{{"name": "{name}", "net": "-1.50"}}\n'
                for name in ("=1+1", "+1+1", "-2+3", "@SUM(1)", "\\t=1", "-1.50", "plain")
            ),
        },
        leaves=("out.csv",),
        accepted=True,
    ),
    mapped("B23", "a sheet of three million empty rows", "bad.xlsx", workbook(EMPTY_ROWS)),
    mapped(
        "B23",
        "a last cell in single quotes",
        "bad.xlsx",
        workbook(ROWS + "<row r='1048576'><c r='XFD1048576'><v>1</v></c></row>"),
    ),
    mapped("B23", "a directory that lies", "bad.xlsx", lying()),
    mapped(
        "B23", "3,000 parts", "bad.xlsx", workbook(extra={f"xl/media/{n}.png": b"" for n in range(3_000)})
    ),
    mapped("B24", "a workbook with macros", "bad.xlsm", workbook(extra={"xl/vbaProject.bin": b"\0" * 64})),
    mapped(
        "B24",
        "a locked workbook",
        "bad.xlsx",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le").ljust(512, b"\0"),
    ),
    mapped("B24", "a binary workbook", "bad.xlsb", archive(xl_SLASH_workbook__bin=b"\0" * 64)),
    mapped(
        "B24",
        "a formula that was never computed and an error",
        "bad.xlsx",
        workbook(
            ROWS + '<row r="3"><c r="A3"><f>A2+1</f></c></row><row r="4"><c r="A4"><v>4</v></c>'
            "<c r='B4' t='e'><v>#REF!</v></c></row>"
        ),
        leaves=("out.ndjson",),
    ),
    mapped(
        "B25",
        "an extent of a million rows around three cells",
        "good.xlsx",
        workbook(dimension='<dimension ref="A1:XFD1048576"/>'),
        leaves=("out.ndjson",),
        accepted=True,
    ),
    rejected(
        "B25",
        "an id of 18 digits, and a text with an hour",
        "bad.xlsx",
        workbook(
            ROWS + '<row r="3"><c r="A3"><v>123456789012345678</v></c></row>'
            '<row r="4"><c r="A4" t="str"><v>x 00:00:00</v></c><c r="B4"><v>7</v></c></row>'
        ),
    ),
    mapped("B26", "a zip of samples", "bad.zip", archive(orders__ndjson=b'{"id": 1}\n')),
    mapped("B26", "a zip that is cut off", "bad.xlsx", workbook()[:300]),
    Case(
        "B26",
        "a release with a way out",
        ("release", "verify", "bad.zip"),
        {
            "bad.zip": archive(**{"manifest__json": b"{}", "__.._SLASH_.._SLASH_evil": b"x"}),
        },
    ),
    Case(
        "B26",
        "a release that is a bomb",
        ("release", "verify", "bomb.zip"),
        {
            "bomb.zip": archive(manifest__json=b"0" * 100_000_000),
        },
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_bad_tables(case: Case, check: Check) -> None:
    """What is said and left is the golden text of the catalogue's row."""
    check(case)
