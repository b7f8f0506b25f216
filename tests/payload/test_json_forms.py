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
from crosswalk_engine.payload.limits import BULK
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
