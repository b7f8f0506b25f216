"""Lookup tables: exact keys, and every clash of a file at once."""

from pathlib import Path

import pytest
from crosswalk_engine.errors import ConfigError, FindingsError, MissingFileError
from crosswalk_engine.project.lookups import LookupTable, check_lookup, read_lookup
from hypothesis import given
from hypothesis import strategies as st


def table(tmp_path: Path, text: str | bytes, name: str = "t.csv") -> tuple[LookupTable | None, list[str]]:
    """The table in `text`, and its findings as ``line LEVEL code``."""
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    found, findings = check_lookup(path, where="t.csv")
    return found, [
        f"{f.where.removeprefix('t.csv:')} {f.level} {f.code.removeprefix('CW-LOOKUP-')}" for f in findings
    ]


def test_table_in_the_order_of_the_file(tmp_path: Path) -> None:
    """Quoted commas, a byte order mark, CRLF, blank lines and missing notes are all fine."""
    found, findings = table(tmp_path, '\ufeffsource,target,note\r\n"a,b",1,why\r\n\r\nc,2\r\nd,1,\r\n')
    assert findings == [] and found is not None
    assert list(found.entries.items()) == [("a,b", "1"), ("c", "2"), ("d", "1")]
    assert found.name == "t" and found.notes == {"a,b": "why"}
    assert found.get("c") == "2" and found.get("C") is None
    assert found.reverse() == {"1": ("a,b", "d"), "2": ("c",)}


def test_all_clashes_at_once(tmp_path: Path) -> None:
    """Duplicates, twins, empty cells and ragged rows each name their line."""
    text = "source,target\nGB,1\nGB,1\nGB,2\n gb ,3\nDE,4\nde,4\n,5\nFR,\nIT\nES,6,7\nＧＢ,1\n"
    _, findings = table(tmp_path, text)
    assert findings == [
        "3 error DUPLICATE", "4 error DUPLICATE", "8 error ROW", "9 error ROW", "10 error ROW",
        "11 error ROW", "5 error TWIN", "12 warning TWIN", "7 warning TWIN",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        (b"", " error UNREADABLE"),
        (b"a,b\n1,2\n", "1 error UNREADABLE"),
        (b'source,target\na,1\n"b,2\nc,3\n', "3 error UNREADABLE"),
        ("source,target\né,1\n".encode("latin-1"), "2 error UNREADABLE"),
        (b"source,target\na\0,1\n", "2 error UNREADABLE"),
        (b"PK\x03\x04", " error UNREADABLE"),
    ],
)
def test_files_that_are_no_tables(tmp_path: Path, text: bytes, finding: str) -> None:
    """One finding says what it is instead; there is no half table."""
    found, findings = table(tmp_path, text)
    assert found is None and [f.removeprefix("t.csv") for f in findings] == [finding]


def test_header_alone_is_an_empty_table(tmp_path: Path) -> None:
    """A table that nobody has filled yet is no fault."""
    found, findings = table(tmp_path, "source,target\n")
    assert findings == [] and found is not None and found.entries == {}


def test_secrets_have_no_place_in_tables(tmp_path: Path) -> None:
    """Any cell is looked at, the note too; the value is not repeated."""
    _, findings = table(tmp_path, "source,target,note\na,1,Bearer c2VjcmV0LXRva2Vu0a1b2c\n")
    assert findings == ["2 error CW-SECRET"]


def test_read_raises_with_every_finding(tmp_path: Path) -> None:
    """The strict reader refuses what has an error and tells a missing file apart."""
    (tmp_path / "t.csv").write_text("source,target\na,1\na,2\nb,\n")
    with pytest.raises(FindingsError) as caught:
        read_lookup(tmp_path / "t.csv")
    assert [finding.where for finding in caught.value] == ["t.csv:3", "t.csv:4"]
    with pytest.raises(MissingFileError):
        read_lookup(tmp_path / "none.csv")


@given(st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=5))
def test_json_round_trip(entries: dict[str, str]) -> None:
    """A stored table is the table, its notes apart."""
    original = LookupTable("t", entries)
    assert LookupTable.from_json(original.to_json()) == original


def test_foreign_stored_table_is_refused() -> None:
    """Another format is named."""
    with pytest.raises(ConfigError, match="CW-LOOKUP-FORMAT"):
        LookupTable.from_json({"format": "crosswalk/lookup@2", "name": "t", "entries": {}})
