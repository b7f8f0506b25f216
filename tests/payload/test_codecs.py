"""Reading records: every accepted form, and one clear fault for everything else."""

import io
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from crosswalk_engine.errors import CrosswalkError, MissingFileError, RecordError
from crosswalk_engine.payload.codecs import (
    BadRecordsError,
    encode_json,
    iter_records,
    read_records,
    write_ndjson,
)
from crosswalk_engine.payload.limits import Limits
from crosswalk_engine.payload.strict_json import check_depth, decode_json
from hypothesis import given
from hypothesis import strategies as st

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=6)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(10**60), 10**60)
    | st.decimals(-1000, 1000, places=4, allow_nan=False)
    | TEXTS
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3)
)
RECORDS = st.lists(st.dictionaries(TEXTS, VALUES, max_size=3), max_size=5)


def items(raw: bytes | str, name: str = "f.json", **settings: Any) -> list[tuple[int, Any]]:
    """Each record with its line, each problem as ``CODE place``."""
    encoded = raw.encode() if isinstance(raw, str) else raw
    found = iter_records(io.BytesIO(encoded), where=name, **settings)
    return [
        (line, f"{item.code} {item.where}" if isinstance(item, RecordError) else item) for line, item in found
    ]


@given(RECORDS, st.sampled_from(["ndjson", "crlf", "array", "pretty", "envelope"]))
def test_written_records_read_back(records: list[dict[str, Any]], form: str) -> None:
    """NDJSON with either line end, a JSON array, pretty or not, and an API reply give the same records."""
    lines = [encode_json(record, numbers=True) for record in records]
    array = b"[" + b",".join(lines) + b"]"
    raw = {
        "ndjson": b"\n".join(lines),
        "crlf": b"\r\n\r\n".join(lines) + b"\r\n",
        "array": array,
        "pretty": b"[\n" + b",\n".join(lines) + b"\n]",
        "envelope": b'{"response":' + array + b',"pagination":{}}',
    }[form]
    if not raw.strip():
        with pytest.raises(RecordError, match="CW-EMPTY"):
            items(raw)
    elif records != [{"response": []}]:
        assert [record for _, record in items(raw)] == records


def test_one_bad_line_does_not_hide_the_others() -> None:
    """Ten thousand lines with two bad ones: both are named by line, all others are usable."""
    lines = [b'{"id":%d}' % n for n in range(1, 10_001)]
    lines[16] = b'{"id":17'
    lines[4_999] = b'{"id":1,"id":2}'
    found = read_records(io.BytesIO(b"\n".join(lines)), where="orders.ndjson")
    assert len(found.records) == 9_998
    assert [problem.where for problem in found.problems] == ["orders.ndjson:17:9", "orders.ndjson:5000:9 /id"]
    with pytest.raises(BadRecordsError) as caught:
        found.all_good()
    assert "2 of 10,000 records" in caught.value.render() and caught.value.exit_code == 65


def test_blank_lines_count_and_give_nothing() -> None:
    """Line numbers are those that an editor shows."""
    assert items('\n\n{"a":1}\r\n\r\n{"a":\n{"a":3}') == [
        (3, {"a": 1}),
        (5, "CW-JSON-TRUNCATED f.json:5:6"),
        (6, {"a": 3}),
    ]


def test_bad_element_of_an_array_stands_alone() -> None:
    """Duplicate keys, NaN and scalars in one element leave the others readable."""
    raw = '[\n{"a":1},\n{"a":1,"a":2},\n5,\n{"b":NaN}\n,{"c":3}]'
    assert items(raw) == [
        (2, {"a": 1}),
        (3, "CW-JSON-DUPLICATE f.json:3:8 /a"),
        (4, "CW-JSON-SHAPE f.json:4:1"),
        (5, "CW-JSON-NUMBER f.json:5:6 /b"),
        (6, {"c": 3}),
    ]


def test_cut_off_array_keeps_what_stands_before_the_cut() -> None:
    """The last item says where the text ends."""
    assert items('[{"a":1},\n{"a":2},\n{"a"') == [
        (1, {"a": 1}),
        (2, {"a": 2}),
        (3, "CW-JSON-TRUNCATED f.json:3:5"),
    ]


@pytest.mark.parametrize(
    ("raw", "code", "says"),
    [
        (b"", "CW-EMPTY", "the file is empty"),
        (b" \r\n\t", "CW-EMPTY", "the file is empty"),
        (b"%PDF-1.7 ...", "CW-NOT-TEXT", "a PDF document"),
        (b"PK\x03\x04....", "CW-NOT-TEXT", "a zip archive"),
        (b"PK\x03\x04....xl/workbook.xml", "CW-NOT-TEXT", "an Excel workbook"),
        (b"\x1f\x8b\x08", "CW-NOT-TEXT", "a gzip archive"),
        (b"<!DOCTYPE html><html>", "CW-NOT-TEXT", "a web page"),
        (b"<?xml version='1.0'?>", "CW-NOT-TEXT", "an XML document"),
        (b"<order/>", "CW-NOT-JSON", "markup"),
        (b"id,name,town\n1,a,b\n", "CW-NOT-JSON", "perhaps CSV"),
        (b"format: x\n", "CW-NOT-JSON", "perhaps YAML"),
        ('{"a":1}'.encode("utf-16"), "CW-ENCODING", "UTF-16"),
        ('{"a":1}'.encode("utf-16-le"), "CW-ENCODING", "UTF-16"),
        ('{"a":"é"}'.encode("latin-1"), "CW-ENCODING", "byte 0xE9 at offset 6"),
        (b'{"a":"\x00"}', "CW-NUL", "NUL"),
        (b'{"a":1,}', "CW-JSON-SYNTAX", "a comma stands before a closing bracket"),
        (b'{"a":1} {"a":2}', "CW-JSON-SYNTAX", "a second value follows"),
        (b'{"a":1 // x\n}', "CW-JSON-SYNTAX", "no comments"),
        (b"{'a':1}", "CW-JSON-SYNTAX", "single quotes"),
        (b'{"a":None}', "CW-JSON-SYNTAX", "no JSON value"),
        (b'{"a":"x\ny"}', "CW-JSON-SYNTAX", "line break"),
        (b'{"a":{"b":"cut', "CW-JSON-TRUNCATED", "ends before it is complete"),
    ],
)
def test_unreadable_files_are_named_for_what_they_are(raw: bytes, code: str, says: str) -> None:
    """One error each, exit code 65, the file in it."""
    with pytest.raises(RecordError) as caught:
        items(raw, "in.json")
    assert (caught.value.code, caught.value.exit_code) == (code, 65)
    assert says in caught.value.render() and "in.json" in caught.value.render()


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ('{"a":NaN}', "CW-JSON-NUMBER"),
        ('{"a":[-Infinity]}', "CW-JSON-NUMBER"),
        ('{"a":1e400}', "CW-JSON-NUMBER"),
        ('{"a":1e-99999999999999999999}', "CW-JSON-NUMBER"),
        ('{"a":' + "9" * 65 + "}", "CW-JSON-NUMBER"),
        ('{"a":1,"b":{"c":1,"c":2}}', "CW-JSON-DUPLICATE"),
        ('{"a":"\\ud800"}', "CW-JSON-TEXT"),
        ('{"a":"\\u0000"}', "CW-JSON-TEXT"),
        ('{"a":' * 65 + "1" + "}" * 65, "CW-JSON-DEPTH"),
        ("5", "CW-JSON-SHAPE"),
        ("null", "CW-JSON-SHAPE"),
    ],
)
def test_values_that_would_change_or_break_are_refused(raw: str, code: str) -> None:
    """What another reader would round, drop or choke on is a problem of its record."""
    ((line, found),) = items(raw)
    assert line == 1 and found.split()[0] == code


def test_deep_nesting_is_an_error_not_a_crash() -> None:
    """A hundred thousand brackets meet the limit, not Python's stack."""
    assert items("[" * 100_000)[0][1].startswith("CW-JSON-DEPTH")
    with pytest.raises(RecordError, match="CW-JSON-DEPTH"):
        items('{"a":\n' * 100_000)


def test_numbers_keep_what_was_written() -> None:
    """Fractions are decimals with their scale, long ids stay exact, surrogate pairs are one character."""
    record = decode_json(
        '{"a":0.1000,"b":9007199254740993,"c":9007199254740993.0,"d":"\\ud83d\\ude00","e":1E+2}'
    )
    assert record == {
        "a": Decimal("0.1000"),
        "b": 2**53 + 1,
        "c": Decimal(2**53 + 1),
        "d": "😀",
        "e": Decimal("1E+2"),
    }
    assert str(record["a"]) == "0.1000"


@given(VALUES)
def test_strict_reader_agrees_with_the_plain_one(value: Any) -> None:
    """Whatever strict JSON accepts it reads as everybody does."""
    text = encode_json(value, numbers=True).decode()
    assert decode_json(text) == json.loads(text, parse_float=Decimal)


@given(st.text(alphabet='{}[]"\\,:1a \n', max_size=60), st.integers(1, 5))
def test_depth_scan_counts_brackets_outside_strings(text: str, limit: int) -> None:
    """The fast scan and a plain walk over the characters agree, on broken text too."""
    depth = deepest = 0
    in_string = escaped = False
    for char in text:
        if in_string:
            in_string, escaped = (char != '"' or escaped), (char == "\\" and not escaped)
        elif char == '"':
            in_string = True
        elif char in "{[":
            depth += 1
            deepest = max(deepest, depth)
        elif char in "}]":
            depth -= 1
    try:
        check_depth(text.encode(), limit)
        refused = False
    except ValueError:
        refused = True
    outside_escapes = "\\" not in text
    assert refused == (deepest > limit) or not outside_escapes


@given(
    st.binary(max_size=80)
    | st.text(alphabet='{}[]",:0123456789eE+-.\\untrfalsN \n', max_size=60).map(str.encode)
)
def test_no_bytes_raise_anything_but_our_own_errors(raw: bytes) -> None:
    """Every input gives records, problems or one coded error."""
    code = "CW-"
    try:
        items(raw)
    except CrosswalkError as error:
        code = error.code
    assert code.startswith("CW-")


def test_size_limits_name_the_size() -> None:
    """A file over its limit is refused as a whole, a line over its limit alone."""
    with pytest.raises(RecordError, match="CW-TOO-LARGE"):
        items('{"a":1}\n' * 10, limits=Limits(file_bytes=20))
    found = items('{"a":1}\n{"aaaaaaaaaaaaaaaaaaaaa":1}\n{"a":3}', limits=Limits(record_bytes=20))
    assert found == [(1, {"a": 1}), (2, "CW-TOO-LARGE f.json:2"), (3, {"a": 3})]


def test_encoding_is_a_persons_choice() -> None:
    """Named, other encodings are read, by line where that is possible; unknown ones are refused."""
    assert items('{"a":"é"}'.encode("cp1252"), encoding="cp1252") == [(1, {"a": "é"})]
    assert items('{"a":"é"}\n{"b":2}'.encode("utf-16"), encoding="utf-16") == [(1, {"a": "é"}), (2, {"b": 2})]
    with pytest.raises(RecordError, match="not an encoding"):
        items("{}", encoding="klingon")


def test_missing_file_is_66(tmp_path: Path) -> None:
    """The place is in the message."""
    with pytest.raises(MissingFileError) as caught:
        read_records(tmp_path / "none.json")
    assert caught.value.exit_code == 66 and "none.json" in caught.value.render()


def test_contents_do_not_leak_into_messages() -> None:
    """The context of a syntax error shows the form of the text, not the text."""
    with pytest.raises(RecordError) as caught:
        items('{"email":"priya@example.net",}')
    assert "priya" not in caught.value.render() and 'aaaa.aaa",}' in caught.value.render()


def test_write_ndjson_keeps_scales_as_text() -> None:
    """Decimals go out as texts with their scale unless numbers are asked for."""
    stream = io.BytesIO()
    assert write_ndjson(stream, [{"a": Decimal("2.0000")}, {"b": "é"}]) == 2
    assert stream.getvalue() == '{"a":"2.0000"}\n{"b":"é"}\n'.encode()
