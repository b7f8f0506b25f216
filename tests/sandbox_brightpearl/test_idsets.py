"""Id sets: what they mean, and that compacting loses nothing."""

import pytest
from crosswalk_engine.sandbox.brightpearl.idsets import IdSetError, compact, get_uris, parse_id_set
from hypothesis import given
from hypothesis import strategies as st

IDS = st.sets(st.integers(1, 2000), min_size=1, max_size=450).map(sorted)


@pytest.mark.parametrize(
    ("text", "picked"),
    [
        ("5", [5]),
        ("1-3", [1, 2, 3]),
        ("1-2,5,9-10", [1, 2, 5, 9, 10]),
        ("9,5,5,1-2", [1, 2, 5, 9]),
        ("9.5.1-2", [9, 5, 1, 2]),
        ("400", []),
    ],
)
def test_picks_what_exists(text: str, picked: list[int]) -> None:
    """One id, ranges, lists and mixes name what exists; dots ask for the given order."""
    assert parse_id_set(text).pick(range(1, 11)) == picked


@pytest.mark.parametrize("text", ["", "a", "1,", "1,,2", "5-3", "-1", "1-", "1--2", "1 ,2", "9" * 11, "1;2"])
def test_refuses_what_is_no_id_set(text: str) -> None:
    """Anything but ids, ranges and lists of them is refused."""
    with pytest.raises(IdSetError):
        parse_id_set(text)


def test_size_counts_every_named_id() -> None:
    """A range counts all its ids, existing or not."""
    assert parse_id_set("1-200,500").size == 201


def test_compact_writes_ranges() -> None:
    """Neighbours become ranges, two of them as well."""
    assert compact([1, 2, 5, 8, *range(10, 42)]) == "1-2,5,8,10-41"


@given(IDS)
def test_compact_and_parse_are_inverse(ids: list[int]) -> None:
    """The compacted set picks exactly the ids it was made from."""
    assert parse_id_set(compact(ids)).pick(range(1, 2001)) == ids


@given(IDS)
def test_uris_cover_all_ids_once_within_the_cap(ids: list[int]) -> None:
    """URIs name each id once, 200 at most each, and are as few as can be."""
    uris = get_uris("order", ids)
    sets = [parse_id_set(uri.removeprefix("/order/")) for uri in uris]
    assert [i for found in sets for i in found.pick(range(1, 2001))] == ids
    assert len(uris) == -(-len(ids) // 200) and all(found.size <= 200 for found in sets)
