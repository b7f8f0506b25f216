"""Comparing releases, and keeping several with one current."""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from crosswalk_engine.errors import CannotWriteError, ConfigError, FindingsError, MissingFileError
from crosswalk_engine.release import load_release
from crosswalk_engine.release.build import build_release
from crosswalk_engine.release.diff import diff_releases
from crosswalk_engine.release.store import ReleaseStore

AT = datetime(2026, 11, 24, tzinfo=UTC)
Edit = Callable[[str, str, str], None]
MAPPING = "mappings/order-to-m3.yaml"


@pytest.fixture
def later(project: Path, release: Path, edit: Edit, tmp_path: Path) -> Path:
    """A second release: one rule more, one table entry and one setting of the flow changed."""
    del release
    edit(MAPPING, "rules:\n", "rules:\n- to: NEWF\n  formula: id\n")
    edit("lookups/us_states.csv", "WYOMING,WY", "WYOMING,WX\nNOWHERE,NW")
    edit("flows/orders-to-m3.yaml", "attempts: 8", "attempts: 9")
    build_release(project, tmp_path / "later", at=AT)
    return tmp_path / "later"


def test_diff_names_each_entry(release: Path, later: Path) -> None:
    """Rules, table entries and settings, with both values; the other way round, added becomes removed."""
    diff = diff_releases(load_release(release), load_release(later))
    found = {(c.kind, c.path, c.what, c.before, c.after) for c in diff.changes}
    assert found == {
        ("mapping", "NEWF", "added", None, "id"),
        ("lookup", "WYOMING", "changed", "WY", "WX"),
        ("lookup", "NOWHERE", "added", None, "NW"),
        ("flow", "retry.attempts", "changed", 8, 9),
    }
    back = diff_releases(load_release(later), load_release(release))
    assert {change.what for change in back.changes if change.kind == "mapping"} == {"removed"}
    assert diff.to_json()["changes"][0]["document"] == "order-to-m3"


def test_diff_reads_like_a_list(release: Path, later: Path) -> None:
    """A heading for each document, a sign for each change."""
    lines = diff_releases(load_release(release), load_release(later)).render().splitlines()
    assert lines[0].endswith("4 change(s)")
    assert "  + NEWF: id" in lines and "  ~ WYOMING: WY -> WX" in lines and "lookup us_states" in lines


def test_no_difference_is_none(release: Path) -> None:
    """A release and itself."""
    assert diff_releases(load_release(release), load_release(release)).changes == ()


def test_whole_documents_come_and_go(project: Path, release: Path, tmp_path: Path) -> None:
    """A new table is one change, not one for each row."""
    (project / "lookups/extra.csv").write_text("source,target\na,b\nc,d\n")
    build_release(project, tmp_path / "later", at=AT)
    (change,) = diff_releases(load_release(release), load_release(tmp_path / "later")).changes
    assert (change.kind, change.document, change.path, change.what) == ("lookup", "extra", "", "added")


def test_store_switches_between_releases(release: Path, later: Path, tmp_path: Path) -> None:
    """Two releases, one current; going back is one switch."""
    store = ReleaseStore(tmp_path / "store")
    assert store.names() == () and store.current() is None
    first, second = store.add(release), store.add(later)
    assert store.add(release) == first and set(store.names()) == {first, second}
    for name in (first, second, first):
        store.switch(name)
        current = store.current()
        assert current is not None and current.name == name and load_release(current).hash.startswith(name)
    with pytest.raises(ConfigError, match="CW-STORE-CURRENT"):
        store.remove(first)
    store.remove(second)
    assert store.names() == (first,)


def test_store_keeps_the_current_one_when_a_switch_fails(
    release: Path, later: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An unknown name, a damaged release and a full disk change nothing."""
    store = ReleaseStore(tmp_path / "store")
    first, second = store.add(release), store.add(later)
    store.switch(first)
    with pytest.raises(MissingFileError, match=first):
        store.switch("000000000000")
    with pytest.raises(MissingFileError):
        store.switch("../../etc")
    damaged = store.root / second / "idmap.json"
    whole = damaged.read_bytes()
    damaged.write_bytes(b"{}")
    with pytest.raises(FindingsError, match="CW-RELEASE-HASH"):
        store.switch(second)
    damaged.write_bytes(whole)

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(CannotWriteError):
        store.switch(second)
    current = store.current()
    assert current is not None and current.name == first


def test_store_tells_when_its_current_release_is_gone(release: Path, tmp_path: Path) -> None:
    """A pointer to nothing is an error with a way out, not a crash."""
    store = ReleaseStore(tmp_path / "store")
    (store.root).mkdir()
    (store.root / "current").write_text("abcdefabcdef\n")
    with pytest.raises(ConfigError, match="add a release first"):
        store.current()
    name = store.add(release)
    store.switch(name)
    assert store.current() == store.root / name
