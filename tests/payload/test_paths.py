"""Paths: text to names and back, and what they reach in a record."""

import pytest
from crosswalk_engine.errors import ConfigError
from crosswalk_engine.payload.paths import MISSING, Path, Segment, format_path, get, parse_path, values, walk
from hypothesis import given
from hypothesis import strategies as st

NAMES = st.text(min_size=1, max_size=8).filter(lambda name: name.strip() != "")
SEGMENTS = st.builds(Segment, NAMES, st.integers(0, 2))

RECORD = {
    "parties": {"customer": {"email": "a@example.net"}},
    "orderRows": {"318801": {"productSku": "K-1"}, "318802": {"productSku": None}},
    "invoices": [{"taxDate": "2026-03-09"}, {}],
    "grid": [[1, 2], [3]],
    "net.total": 5,
}


@given(st.lists(SEGMENTS, min_size=1, max_size=5).map(lambda found: Path(tuple(found))))
def test_text_of_a_path_parses_back_to_the_same_path(path: Path) -> None:
    """Whatever the names hold, dots and quotes among it, the written form means the same path."""
    assert parse_path(str(path)) == path


def test_plain_names_stay_unquoted() -> None:
    """Quotes appear only where the grammar needs them."""
    assert str(parse_path("orderRows[].productSku")) == "orderRows[].productSku"
    assert format_path("net.total", "a b", each=True) == '"net.total"."a b"[]'


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("parties.customer.email", [("parties.customer.email", "a@example.net")]),
        (
            "orderRows[].productSku",
            [("orderRows[318801].productSku", "K-1"), ("orderRows[318802].productSku", None)],
        ),
        ("invoices[].taxDate", [("invoices[0].taxDate", "2026-03-09")]),
        ("grid[][]", [("grid[0][0]", 1), ("grid[0][1]", 2), ("grid[1][0]", 3)]),
        ('"net.total"', [('"net.total"', 5)]),
        ("parties.supplier.email", []),
        ("orderRows.productSku", []),
        ("parties.customer.email.more", []),
    ],
)
def test_walk_finds_values_with_their_places(path: str, found: list[tuple[str, object]]) -> None:
    """Arrays show their index, id-keyed objects their key; what is absent is not invented."""
    assert list(walk(RECORD, path)) == found


def test_get_tells_absent_from_null() -> None:
    """An absent key is `MISSING`; a null is a value."""
    assert get({"a": None}, "a") is None
    assert get({"a": None}, "b") is MISSING
    assert not MISSING
    assert values(RECORD, "invoices[].taxDate") == ["2026-03-09"]


@pytest.mark.parametrize(
    ("text", "column"),
    [("", 1), (".a", 1), ("a..b", 3), ("a.", 3), ("a[0]", 2), ("a[]b", 4), ('"a', 1), ("a b", 2), ("a[", 2)],
)
def test_bad_paths_name_the_column(text: str, column: int) -> None:
    """The first character that does not fit is counted from 1."""
    with pytest.raises(ConfigError) as caught:
        parse_path(text)
    assert (caught.value.code, caught.value.where) == ("CW-PATH", f"column {column}")
