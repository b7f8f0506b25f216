"""JSON in bulk: the quick proof of strictness agrees with the strict decoder; arrays come piece by piece."""

import io
import json
import tracemalloc
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from crosswalk_engine.errors import RecordError
from crosswalk_engine.payload import json_stream
from crosswalk_engine.payload.codecs import iter_records
from crosswalk_engine.payload.json_scan import strict_object
from crosswalk_engine.payload.limits import BULK, Limits
from crosswalk_engine.payload.readers import decode_json_line
from crosswalk_engine.payload.strict_json import JsonText
from hypothesis import example, given
from hypothesis import strategies as st

ORDERS = Path(__file__).parents[2] / "sample_data/brightpearl/orders.ndjson"


def strictly(raw: bytes) -> Any:
    """What the strict decoder says of a line."""
    try:
        return decode_json_line(JsonText(raw.decode(), "f", 1), BULK)
    except (RecordError, UnicodeDecodeError) as error:
        return type(error).__name__


KEYS = st.sampled_from(["a", "b", '":', "\u00e9", 'c"', "\\", " :", ""])
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(10**70), 10**70)
    | st.sampled_from(["", ":", '":', '" :', "x\ty", "\u2028", "é", "1e400", "9" * 70, "\\", '\\":'])
)
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3)
)
PIECES = st.sampled_from(
    [
        '"a":1,',
        '"a" :2,',
        "NaN",
        "1e400",
        "1.50",
        '"\\u0022:"',
        '"\\ud800"',
        '"\\u0000"',
        "[" * 70,
        "]" * 70,
        "{}",
    ]
)


@given(st.dictionaries(KEYS, VALUES, max_size=4), st.booleans(), st.booleans(), st.data())
@example({"a": "\\u0022:", "b": 1}, False, False, None)
def test_what_is_proven_strict_is_strict(
    record: dict[str, Any], ascii_only: bool, compact: bool, data: st.DataObject | None
) -> None:
    """Of sound and spoilt lines: what the proof accepts, the strict decoder accepts with an equal value."""
    separators = (",", ":") if compact else (", ", ": ")
    raw = json.dumps(record, ensure_ascii=ascii_only, separators=separators)
    if data is not None and data.draw(st.booleans()):
        at = data.draw(st.integers(0, len(raw)))
        raw = raw[:at] + data.draw(PIECES) + raw[at:]
    line = raw.encode("utf-8", "replace")
    found = strict_object(line)
    if found is not None:
        assert found == strictly(line)


@pytest.mark.parametrize(
    "line",
    [
        b'{"a":1,"a":2}',
        b'{"a": 1, "a" : 2}',
        b'{"x":{"b":1,"b":1}}',
        b'{"a":"\\u0022:","b":1,"b":2}',
        b'{"a":"\\":","b":1,"b":2}',
        b'{"a":NaN}',
        b'{"a":1e400}',
        b'{"a":' + b"9" * 65 + b"}",
        b'{"a":0.' + b"1" * 65 + b"}",
        b'{"a":' + b"[" * 64 + b"]" * 64 + b"}",
        b'{"a":"\\u0000"}',
        b'{"a":"\\ud83d"}',
        b'{"a":"\xff"}',
        b'{"a":1}{"b":2}',
        b"[1]",
        b"",
    ],
)
def test_what_is_refused_is_not_proven(line: bytes) -> None:
    """Duplicates, odd numbers, depth, NUL, half pairs, bytes and two values in a line."""
    assert strict_object(line) is None


def test_real_orders_are_proven_without_the_strict_decoder() -> None:
    """All lines of the sample, compact or with spaces, with the strict decoder's values."""
    for raw in ORDERS.read_bytes().splitlines():
        expected = strictly(raw)
        assert strict_object(raw) == expected
        assert strict_object(json.dumps(expected, default=str).encode()) is not None


def test_decimals_are_exact() -> None:
    """Fractions keep their digits and their scale."""
    found = strict_object(b'{"a":1.50,"b":-0.0,"c":12345678901234567890123}')
    assert found == {"a": Decimal("1.50"), "b": Decimal("-0.0"), "c": 12345678901234567890123}
    assert str(found["a"]) == "1.50"


class Pieces(io.RawIOBase):
    """A stream that is made while it is read: `count` elements of an array."""

    def __init__(self, count: int) -> None:
        self._parts = self._made(count)
        self._rest = b""

    @staticmethod
    def _made(count: int) -> Iterator[bytes]:
        yield b"["
        for number in range(count):
            yield b'%s{"id": %d, "text": "%s"}' % (b",\n" if number else b"", number, b"x" * 900)
        yield b"]"

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while len(self._rest) < len(buffer) and (part := next(self._parts, None)) is not None:
            self._rest += part
        taken, self._rest = self._rest[: len(buffer)], self._rest[len(buffer) :]
        buffer[: len(taken)] = taken
        return len(taken)


def test_a_giant_array_costs_the_memory_of_a_piece() -> None:
    """40 MB of elements pass through less than 8 MB of memory, each with its line."""
    stream: Any = io.BufferedReader(Pieces(40_000))
    tracemalloc.start()
    count = last = 0
    for line, item in iter_records(stream, where="f.json"):
        assert isinstance(item, dict)
        count, last = count + 1, line
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (count, last) == (40_000, 40_000)
    assert peak < 8_000_000


@given(
    st.lists(st.dictionaries(KEYS, VALUES, max_size=3), max_size=8),
    st.sampled_from([None, 1]),
    st.integers(1, 40),
)
def test_an_array_is_the_same_in_pieces_of_any_size(
    records: list[Any], indent: int | None, size: int
) -> None:
    """Cut anywhere, inside a number, an escape or a character, the elements are those of the whole."""
    raw = json.dumps(records, indent=indent, ensure_ascii=False).encode("utf-8", "replace")
    window = json_stream.TextWindow([raw[at : at + size] for at in range(0, len(raw), size)], None)
    expected = [strictly(json.dumps(record).encode()) for record in json.loads(raw)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_stream, "_READ", 1)
        patch.setattr(json_stream, "_KEEP", 5)
        window.more()
        found = [value for _, value in json_stream.ArrayReader(window, "f", BULK).items()]
    assert [value if isinstance(value, dict) else "RecordError" for value in found] == expected


def test_faults_far_inside_an_array_have_their_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was read before is dropped from memory, but not from lines and columns."""
    monkeypatch.setattr(json_stream, "_KEEP", 50)
    raw = (
        "["
        + ", ".join(['{"id": 1}'] * 9000 + ['{"id": 1, "id": 2}', "7"])
        + ",\n"
        + '{"id": NaN}, {"id": 3} x'
    )
    found = list(iter_records(io.BytesIO(raw.encode()), where="f.json"))
    told = [item.where for _, item in found if isinstance(item, RecordError)]
    assert len(found) == 9005
    assert told == ["f.json:1:99012 /id", "f.json:1:99022", "f.json:2:8 /id", "f.json:2:24"]


SPOILED = {
    "control character": (b'{"id":"a\tb"}', "CW-JSON-SYNTAX f.json:2:9"),
    "long number": (b'{"id":' + b"9" * 4301 + b"}", "CW-JSON-NUMBER f.json:2:7 /id"),
    "deep": (b'{"id":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "CW-JSON-DEPTH f.json:2:1"),
    "no text": (b'{"id":"\xff"}', "CW-ENCODING f.json:2"),
    "NUL": (b'{"id":"\0"}', "CW-NUL f.json:2"),
    "too large": (b'{"id":"' + b"x" * 1_000_000 + b'"}', "CW-TOO-LARGE f.json:2:1"),
}


@pytest.mark.parametrize("form", [b"[%s]", b'{"response":[%s],"pagination":{"n":1}}'])
@pytest.mark.parametrize("name", SPOILED)
def test_what_spoils_one_element_hides_none(name: str, form: bytes) -> None:
    """Of an array and of an API reply: the element is told with its place, those around it are read."""
    bad, expected = SPOILED[name]
    raw = form % b",\n".join([b'{"id":1}', bad, b'{"id":3}'])
    found = list(iter_records(io.BytesIO(raw), where="f.json", limits=Limits(record_bytes=900_000)))
    told = [f"{item.code} {item.where}" if isinstance(item, RecordError) else item for _, item in found]
    assert told == [{"id": 1}, expected, {"id": 3}]
    assert [line for line, _ in found] == [1, 2, 3]


def test_a_byte_that_is_no_text_has_its_offset() -> None:
    """Also behind what was dropped from memory, and behind a byte order mark."""
    good = b'{"id":"\xc3\xa9"},' * 30_000
    raw = b"\xef\xbb\xbf[" + good + b'{"id":"\xe9"}]'
    *_, (_, last) = iter_records(io.BytesIO(raw), where="f.json")
    assert isinstance(last, RecordError)
    assert last.got.startswith(f"byte 0xE9 at offset {raw.index(0xE9)};")


def test_an_element_larger_than_memory_may_be_is_passed_over() -> None:
    """Two megabytes of brackets and quotes, in which nothing is kept; the next one has its line."""
    raw = b'[{"id":1},\n{"a":[' + b'{"]":"\\"}"},\n' * 200_000 + b'{}]},\n{"id":3}]'
    found = list(iter_records(io.BytesIO(raw), where="f.json", limits=Limits(None, 100_000)))
    assert [line for line, _ in found] == [1, 2, 200_003]
    assert isinstance(found[1][1], RecordError) and found[1][1].code == "CW-TOO-LARGE"
    assert found[2][1] == {"id": 3}


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ('{"response":[],"pagination":{}}', []),
        ('{"response":[{"id":1}],"foo":1}', [{"response": [{"id": 1}], "foo": 1}]),
        ('{"response":{"id":1}}', [{"response": {"id": 1}}]),
        ('{"response":[{"id":1},7]}', [{"id": 1}, "CW-JSON-SHAPE f.json:1:23"]),
        ('{"errors":[],\n "response":[{"id":1}]} ', [{"id": 1}]),
        ('{"response":[{"id":1}],"errors":[}', [{"id": 1}, "CW-JSON-SYNTAX f.json:1:34"]),
        ('{"response":[{"id":1}', [{"id": 1}, "CW-JSON-TRUNCATED f.json:1:22"]),
        ('{"response":[{"id":1}],"response":[]}', [{"id": 1}, "CW-JSON-DUPLICATE f.json /response"]),
        ('{"response":[{"id":1}]} {}', [{"id": 1}, "CW-JSON-SYNTAX f.json:1:25"]),
    ],
)
def test_what_is_an_api_reply(raw: str, expected: list[Any]) -> None:
    """An object with a list `response` and no keys but those of replies; its faults have their place."""
    found = [item for _, item in iter_records(io.BytesIO(raw.encode()), where="f.json")]
    told = [f"{item.code} {item.where}" if isinstance(item, RecordError) else item for item in found]
    assert told == expected


def test_a_reply_costs_the_memory_of_one_element() -> None:
    """Forty thousand records of some 200 bytes, in a reply whose size is no bound."""
    chunk = b'{"id":1,"text":"' + b"x" * 200 + b'"},'
    raw = io.BytesIO(b'{"response":[' + chunk * 40_000 + b'{"id":2}],"pagination":{}}')
    tracemalloc.start()
    count = sum(1 for _ in iter_records(raw, where="f.json", limits=Limits(None, 500_000)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 40_001
    assert peak < 4_000_000


def test_a_broken_array_says_that_the_rest_was_not_read() -> None:
    """What stands before the fault is read, what follows cannot be found."""
    *_, (_, last) = iter_records(io.BytesIO(b'[{"id":1},{"id":2,},{"id":3}]'), where="f.json")
    assert isinstance(last, RecordError) and last.what.endswith("; nothing behind it was read")


def test_a_number_with_an_exponent_is_told_as_such() -> None:
    """`1e400` has two digits before its e; it is no identifier."""
    [(_, item)] = iter_records(io.BytesIO(b'{"id":1e400}'), where="f.json")
    assert isinstance(item, RecordError)
    assert item.what == "a number with an exponent is too large, too small or too exact" and item.fix == ""
