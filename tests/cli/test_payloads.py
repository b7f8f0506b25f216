"""Bad payloads: every command that reads records says the same clear thing, and writes nothing."""

import gzip
import json
import zipfile
from pathlib import Path

import pytest

RECORD = '{"id": 1, "reference": "Zoë", "total": "12.30"}'


def zipped(path: Path) -> bytes:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.json", RECORD)
    return path.read_bytes()


#: What the file holds -> its bytes, the error's code, and what the line must say.
WHOLE = {
    "nothing": (b"", "CW-EMPTY", "the file is empty"),
    "white space": (b" \n\t\n ", "CW-EMPTY", "the file is empty"),
    "JSON cut off": (RECORD.encode()[:-4], "CW-JSON-TRUNCATED", "ends before it is complete"),
    "UTF-16": (RECORD.encode("utf-16"), "CW-ENCODING", "it looks like UTF-16"),
    "UTF-16 without a mark": (RECORD.encode("utf-16-le"), "CW-ENCODING", "UTF-16 without a byte order mark"),
    "Latin-1": (RECORD.encode("latin-1"), "CW-ENCODING", "byte 0xEB at offset"),
    "bytes": (bytes(range(1, 256)) * 8, "CW-NOT-JSON", "this is not JSON"),
    "a PDF": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "CW-NOT-TEXT", "this is a PDF document"),
    "a gzip archive": (gzip.compress(b"{}"), "CW-NOT-TEXT", "this is a gzip archive"),
    "a web page": (b"<!DOCTYPE html><html></html>", "CW-NOT-TEXT", "a web page (HTML)"),
    "XML": (b'<?xml version="1.0"?><a/>', "CW-NOT-TEXT", "an XML document"),
    "100,000 levels": (b'{"a":' * 100_000, "CW-JSON-DEPTH", "at most 64 levels"),
    "a number of 5,000 digits": (b'{"a":' + b"9" * 5000 + b"}", "CW-JSON-NUMBER", "more than 64 digits"),
    "single quotes": (b"{'a': 1}", "CW-JSON-SYNTAX", "double quotes"),
    "a comma too many": (b'{"a": 1,}', "CW-JSON-SYNTAX", ":1:9"),
    "a comment": (b'{"a": 1} // c', "CW-JSON-SYNTAX", "no comments"),
    "a raw NUL": (b'{"a": "x\0y"}', "CW-NUL", "U+0000"),
    "CSV": (b"a,b\n1,2\n", "CW-NOT-JSON", "plain text"),
}

#: What one record holds -> its text, the error's code, and the place in it.
ONE = {
    "a key twice": ('{"a": 1, "b": {"c": 1, "c": 2}}', "CW-JSON-DUPLICATE", "/b/c"),
    "NaN": ('{"a": NaN}', "CW-JSON-NUMBER", "/a"),
    "1e400": ('{"a": [1e400]}', "CW-JSON-NUMBER", "/a/0"),
    "half a surrogate pair": ('{"a": "\\ud800"}', "CW-JSON-TEXT", "/a"),
    "an escaped NUL": ('{"a": "\\u0000"}', "CW-JSON-TEXT", "/a"),
    "a bare number": ("42", "CW-JSON-SHAPE", ""),
    "null": ("null", "CW-JSON-SHAPE", ""),
}

READERS = {
    "eval": ["eval", "id", "--in", "bad.json"],
    "map": ["map", "mapping.yaml", "--in", "bad.json", "--out", "out.ndjson", "--rejects", "rejects.ndjson"],
    "map with workers": ["map", "mapping.yaml", "--in", "bad.json", "--out", "out.ndjson", "--workers", "2"],
    "profile": ["profile", "bad.json", "--out", "out.json"],
    "suggest from it": ["suggest", "bad.json", "orders.ndjson", "--out", "out.json"],
    "suggest to it": ["suggest", "orders.ndjson", "bad.json", "--out", "out.json"],
}


@pytest.mark.parametrize("reader", ["eval", "map", "profile"])
@pytest.mark.parametrize("what", WHOLE)
def test_a_file_that_is_no_records(what, reader, desk, command):
    """One line that names the file and says what it really holds; exit 65; no output file."""
    content, code, told = WHOLE[what]
    Path("bad.json").write_bytes(content)
    command(*READERS[reader]).assert_one_error(65, code, "bad.json", told)


@pytest.mark.parametrize("reader", READERS)
def test_a_zip_archive_named_json(reader, desk, command, tmp_path):
    """All six ways of reading say that it is a zip archive."""
    Path("bad.json").write_bytes(zipped(tmp_path / "a.zip"))
    command(*READERS[reader]).assert_one_error(65, "CW-NOT-TEXT", "this is a zip archive")


@pytest.mark.parametrize("what", ONE)
def test_one_bad_record_does_not_hide_the_others(what, desk, command):
    """Good lines are mapped; the bad one is a reject with line, code and the place in the record; exit 65."""
    text, code, place = ONE[what]
    Path("bad.json").write_text(f'{{"id": 1}}\n{text}\n{{"id": 3}}\n')
    said = command(*READERS["map"])
    assert (said.code, said.err) == (65, "2 mapped, 1 rejected\n")
    assert Path("out.ndjson").read_text() == '{"number":"S1"}\n{"number":"S3"}\n'
    (reject,) = [json.loads(line) for line in Path("rejects.ndjson").read_text().splitlines()]
    assert (reject["line"], reject["errors"][0]["code"], reject["errors"][0]["path"]) == (2, code, place)


def test_eval_gives_a_bad_record_a_line_of_its_own(desk, command):
    """Values come line by line, the error of line 2 between them, and the exit code is 65."""
    said = command("eval", "id", "--in", "-", stdin=b'{"id": 1}\n{"id": 2, "id": 3}\n{"id": 4}\n')
    first, error, last = map(json.loads, said.out.splitlines())
    assert (said.code, first, last) == (65, 1, 4)
    assert (error["error"]["line"], error["error"]["path"]) == (2, "/id")


@pytest.mark.parametrize(
    ("content", "code", "told"),
    [
        (b"", "CW-CSV-COLUMNS", "an empty file"),
        (b"id,name\n1,x\n", "CW-CSV-COLUMNS", "id,street,city,state,postcode,country"),
        (b"id,street,city,state,postcode,country\n1,Tal 1\n", "CW-CSV-ROW", "in.csv:2"),
        (b'id,street,city,state,postcode,country\n1,"Tal 1,a,b,c,DE\n', "CW-CSV-FORM", "in.csv:"),
        (b"id,street,city,state,postcode,country\n1,T\xe4l,a,b,c,DE\n", "CW-CSV-ENCODING", "byte 0xe4"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "CW-CSV-ENCODING", "in.csv"),
    ],
)
def test_a_file_that_is_no_addresses(content, code, told, desk, command):
    """One line, exit 65, and no result file."""
    Path("in.csv").write_bytes(content)
    command("addresses", "in.csv", "--out", "out.ndjson").assert_one_error(65, code, told)


@pytest.mark.parametrize(
    ("formula", "code"),
    [
        ("", "CW-FORMULA-SYNTAX"),
        ("UPPER(reference", "CW-FORMULA-SYNTAX"),
        ("UPER(reference)", "CW-FORMULA-FUNCTION"),
        ("refrence", "CW-FORMULA-FIELD"),
        ("id.__class__", "CW-FORMULA-FIELD"),
        ("9**9**9", "CW-FORMULA-SYNTAX"),
        ("(" * 3000 + "1" + ")" * 3000, "CW-FORMULA-LENGTH"),
        ("(" * 1000 + "1" + ")" * 1000, "CW-FORMULA-NESTING"),
        ("LOOKUP('none', reference)", "CW-FORMULA-LOOKUP"),
        ("\u202e", "CW-FORMULA-SYNTAX"),
        ("a\udcff", "CW-FORMULA-SYNTAX"),
    ],
)
def test_a_formula_that_cannot_be(formula, code, desk, command):
    """Exit 78, the fault with its column, then the formula with the fault underlined; nothing is computed."""
    said = command("eval", formula, "--in", "orders.ndjson")
    assert (said.code, said.err.partition(" ")[0], said.out) == (78, code, "")
    assert "at column" in said.err.splitlines()[0]
    assert "Traceback" not in said.err


@pytest.mark.parametrize(
    "formula", ["1 / 0", "RPAD(reference, 2000000000, 'b')", "TO_DECIMAL('1e100000000', 2)"]
)
def test_a_formula_that_cannot_be_computed(formula, desk, command):
    """Every record gets an error object at once; the exit code is 65."""
    said = command("eval", formula, "--in", "orders.ndjson")
    assert (said.code, [list(json.loads(line)) for line in said.out.splitlines()]) == (65, [["error"]] * 2)
