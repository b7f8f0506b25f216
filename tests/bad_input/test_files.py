"""B01 to B06, B13 to B19: files that are not what they should be, and JSON that is not strict."""

import gzip

import pytest

from tests.bad_input.desk import Case, Check, mapped, rejected

RECORD = '{"id": 1, "net": "12.30", "reference": "Zoë"}'
LONG = '{"id": 1, "net": "1.00"}\n'
CASES = [
    mapped("B01", "no bytes", "bad.json", b""),
    mapped("B01", "white space alone", "bad.ndjson", b" \n\t\r\n"),
    mapped("B01", "a mark and nothing", "bad.csv", b"\xef\xbb\xbf"),
    Case("B01", "a mapping without anything", ("lint", "empty.yaml"), {"empty.yaml": b""}),
    Case("B01", "a mapping of comments", ("lint", "empty.yaml"), {"empty.yaml": "# nothing yet\n"}),
    mapped("B02", "a PDF named csv", "bad.csv", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"),
    mapped("B02", "a web page named json", "bad.json", "<!DOCTYPE html><html><body>Sign in</body></html>"),
    mapped("B02", "a gzip archive named ndjson", "bad.ndjson", gzip.compress(b"{}", mtime=0)),
    mapped("B02", "a picture named xlsx", "bad.xlsx", b"\x89PNG\r\n\x1a\n" + bytes(32)),
    mapped("B02", "an old workbook", "bad.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(64)),
    Case("B02", "a mapping that is JSON lines", ("lint", "m.yaml"), {"m.yaml": f"{RECORD}\n{RECORD}\n"}),
    Case(
        "B03",
        "a sample of 21 MB",
        ("lint", "p"),
        {
            "p/project.yaml": "format: crosswalk/project@1\nname: p\n"
            "systems: {a: {connector: files, entities: {b: {samples: samples/big.json}}}}\n",
            "p/samples/big.json": "[" + " " * 21_000_000 + "]",
        },
    ),
    rejected("B03", "a line of 6 MB", "big.ndjson", '{"id": 1, "net": "' + "1" * 6_000_000 + '"}\n'),
    Case("B03", "a mapping of 3 MB", ("lint", "m.yaml"), {"m.yaml": "#" * 3_000_000}),
    mapped("B04", "UTF-16", "bad.json", RECORD.encode("utf-16")),
    mapped("B04", "UTF-16 without a mark", "bad.json", RECORD.encode("utf-16-le")),
    rejected("B04", "Windows letters", "bad.ndjson", RECORD.encode("cp1252")),
    rejected(
        "B04", "UTF-8 with a stray byte", "bad.ndjson", RECORD.encode() + b"\n" + RECORD.encode("cp1252")
    ),
    mapped(
        "B04",
        "the encoding is named",
        "good.ndjson",
        RECORD.encode("cp1252"),
        "--encoding",
        "cp1252",
        leaves=("out.ndjson",),
        accepted=True,
    ),
    mapped("B04", "an encoding nobody knows", "bad.ndjson", RECORD, "--encoding", "klingon"),
    mapped(
        "B04",
        "a mark at the beginning",
        "good.json",
        b"\xef\xbb\xbf" + RECORD.encode(),
        leaves=("out.ndjson",),
        accepted=True,
    ),
    mapped("B05", "a raw NUL", "bad.json", b'{"id": "a\0b", "net": "1"}'),
    rejected("B05", "an escaped NUL", "bad.json", r'{"id": "a\u0000b", "net": "1"}'),
    rejected("B05", "half a surrogate pair", "bad.json", r'{"id": "a\ud83d", "net": "1"}'),
    Case(
        "B05",
        "letters that turn the text around",
        ("eval", "TO_DECIMAL(net)", "--in", "x.json"),
        {"x.json": '{"net": "12\u202e.50"}'},
    ),
    Case(
        "B05",
        "a space without width in a field",
        ("eval", "net", "--in", "x.json"),
        {"x.json": '{"ne\u200bt": "1"}'},
    ),
    Case("B05", "a formula with one", ("eval", "ne\u200bt", "--in", "x.json"), {"x.json": '{"net": "1"}'}),
    Case(
        "B06",
        "a sample outside of its project",
        ("lint", "p"),
        {
            "p/project.yaml": "format: crosswalk/project@1\nname: p\n"
            "systems: {a: {connector: files, entities: {b: {samples: ../../etc/passwd}}}}\n"
        },
    ),
    Case(
        "B06",
        "a name that leads out",
        ("lint", "m.yaml"),
        {
            "m.yaml": (
                "format: crosswalk/mapping@1\nname: ../../x\nsource: {system: a, entity: b}\n"
                "target: {system: a, entity: b}\nrules: []\n"
            )
        },
    ),
    Case(
        "B06",
        "a name of 300 letters",
        ("lint", "m.yaml"),
        {
            "m.yaml": (
                f"format: crosswalk/mapping@1\nname: {'x' * 300}\nsource: {{system: a, entity: b}}\n"
                "target: {system: a, entity: b}\nrules: []\n"
            )
        },
    ),
    Case(
        "B06",
        "an example that reads a file outside",
        ("test", "m_test.yaml"),
        {
            "m.yaml": (
                "format: crosswalk/mapping@1\nname: m\nsource: {system: a, entity: b}\n"
                "target: {system: a, entity: b}\nrules: [{to: x, formula: id}]\n"
            ),
            "m_test.yaml": (
                "format: crosswalk/mapping-test@1\nmapping: m\ncases:\n"
                "- {name: outside, given: {record: ../secret.json}, expect: {output: {}}}\n"
            ),
        },
    ),
    mapped("B13", "cut off", "bad.json", '{"id": 1, "net": "12.'),
    mapped("B13", "a comma too many", "bad.json", '{"id": 1, "net": "1.00",}'),
    mapped("B13", "a comment", "bad.json", '{"id": 1} // the first'),
    mapped("B13", "single quotes", "bad.json", "{'id': 1}"),
    mapped("B13", "no quotes", "bad.json", "{id: 1}"),
    mapped("B13", "two documents", "bad.json", '{"id": 1} {"id": 2}'),
    mapped("B13", "a bare word", "bad.json", '{"id": True}'),
    mapped("B13", "a line break in a text", "bad.json", '{"id": "a\nb"}'),
    mapped("B14", "100,000 levels", "bad.json", '{"a":' * 100_000),
    rejected("B14", "65 levels of lists", "bad.json", '{"id":' + "[" * 65 + "]" * 65 + "}"),
    rejected("B15", "a key twice", "bad.json", '{"id": 1, "net": "10.00", "net": "99999.00"}'),
    rejected("B15", "a key twice, deep", "bad.json", '{"id": 1, "a": [{"b": {"c": 1, "c": 2}}]}'),
    rejected("B15", "a key twice, once escaped", "bad.json", r'{"id": 1, "net": "1", "n\u0065t": "2"}'),
    rejected("B16", "NaN", "bad.json", '{"id": 1, "net": NaN}'),
    rejected("B16", "Infinity", "bad.json", '{"id": 1, "net": -Infinity}'),
    rejected("B16", "1e400", "bad.json", '{"id": 1, "net": 1e400}'),
    mapped("B17", "5,000 digits", "bad.json", '{"id": ' + "9" * 5_000 + "}"),
    mapped(
        "B17",
        "a fraction that a float loses",
        "good.json",
        '{"id": 90071992547, "net": 9007199254740993.01}',
        leaves=("out.ndjson",),
        accepted=True,
    ),
    rejected("B18", "a number", "bad.json", "42"),
    rejected("B18", "a text", "bad.json", '"order"'),
    mapped("B18", "a list of mixed things", "bad.json", '[{"id": 1}, 2, null]', leaves=("out.ndjson",)),
    mapped(
        "B19",
        "one bad line among good ones",
        "bad.ndjson",
        LONG * 2 + '{"id": 3\n' + LONG,
        "--rejects",
        "rejects.ndjson",
        leaves=("out.ndjson", "rejects.ndjson"),
    ),
    mapped(
        "B19",
        "CRLF and blank lines",
        "good.ndjson",
        b'{"id": 1, "net": "1"}\r\n\r\n{"id": 2, "net": "2"}\r\n',
        leaves=("out.ndjson",),
        accepted=True,
    ),
    mapped(
        "B19",
        "an array where lines were meant",
        "good.ndjson",
        '[{"id": 1, "net": "1"},\n{"id": 2, "net": "2"}]',
        leaves=("out.ndjson",),
        accepted=True,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_bad_files(case: Case, check: Check) -> None:
    """What is said and left is the golden text of the catalogue's row."""
    check(case)
