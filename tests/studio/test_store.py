"""The index of decisions: rebuilt from the files, never the truth itself."""

import json
import threading
from pathlib import Path

import pytest
from crosswalk_models.feedback import Decision, append_decision
from crosswalk_studio.errors import ConflictError
from crosswalk_studio.services.ledger import By, finish_pending, record
from crosswalk_studio.services.workspace import Workspace
from crosswalk_studio.store import Store


def decision(name: str, target: str = "CUNO", at: str = "2026-11-23T09:00:00Z", **more: object) -> Decision:
    """A plain rule decision."""
    return Decision(name, at, "ana", "rule", "accept", mapping="m", target=target, **more)  # type: ignore[arg-type]


def test_a_deleted_index_comes_back_from_the_files(workspace: Workspace) -> None:
    """Deleting decisions.sqlite loses nothing: the next question rebuilds it from decisions/*.ndjson."""
    before = workspace.store.count()
    for number in range(5):
        record(workspace, decision(f"a-{number}", f"T{number}"), By("ana", f"a-{number}"), {})
    workspace.store.close()
    for path in workspace.private.glob("decisions.sqlite*"):
        path.unlink()
    assert workspace.store.count() == before + 5
    assert workspace.store.head("rule", "m", "T3") == decision("a-3", "T3")


def test_what_another_program_appends_is_seen_at_once(workspace: Workspace) -> None:
    """A line that another process adds to the files is in the next answer."""
    append_decision(workspace.root, decision("x-1", at="2031-01-01T00:00:00Z"))
    assert workspace.store.head("rule", "m", "CUNO") == decision("x-1", at="2031-01-01T00:00:00Z")


def test_the_same_operation_twice_is_one_decision(workspace: Workspace) -> None:
    """An operation id that is known gives the decision that stands, and writes nothing."""
    first = record(workspace, decision("a-1"), By("ana", "a-1"), {})
    size = sum(path.stat().st_size for path in workspace.store.folder.glob("*.ndjson"))
    again = record(workspace, decision("a-1", at="2027-01-01T00:00:00Z"), By("ana", "a-1"), {})
    assert again == first
    assert sum(path.stat().st_size for path in workspace.store.folder.glob("*.ndjson")) == size


def test_a_second_person_gets_a_conflict_that_names_the_first(workspace: Workspace) -> None:
    """Deciding on something that looks different by now is refused, with who, when and what."""
    record(workspace, decision("tab1-1"), By("ana", "tab1-1", ""), {})
    with pytest.raises(ConflictError) as caught:
        record(workspace, decision("tab2-1"), By("ben", "tab2-1", ""), {})
    assert (caught.value.by, caught.value.at, caught.value.action) == (
        "ana",
        "2026-11-23T09:00:00Z",
        "accepted",
    )
    assert workspace.store.find("tab2-1") is None


def test_ones_own_last_step_is_no_conflict(workspace: Workspace) -> None:
    """Two quick keys on one row of one tab: the second was pressed before the first was answered."""
    record(workspace, decision("tab1-1"), By("ana", "tab1-1", ""), {})
    record(workspace, decision("tab1-2"), By("ana", "tab1-2", ""), {})
    assert [item.id for item in workspace.store.thread("rule", "m", "CUNO")] == ["tab1-2", "tab1-1"]


def test_of_twenty_people_at_once_one_wins_and_nothing_is_lost(workspace: Workspace) -> None:
    """Threads race for ten targets: exactly one decision a target stands, all others are told."""
    before = workspace.store.count()
    won: list[str] = []
    lost: list[ConflictError] = []
    barrier = threading.Barrier(20)

    def person(number: int) -> None:
        barrier.wait()
        for target in range(10):
            name = f"tab{number}-{target}"
            try:
                won.append(record(workspace, decision(name, f"T{target}"), By("ana", name, ""), {}).id)
            except ConflictError as error:
                lost.append(error)

    threads = [threading.Thread(target=person, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(won), len(lost)) == (10, 190)
    assert workspace.store.count() == before + 10
    lines = (workspace.store.folder / "2026-11.ndjson").read_text("utf-8").splitlines()
    assert {json.loads(line)["id"] for line in lines} >= set(won)


def test_a_line_that_a_crash_cut_short_does_not_hide_the_others(tmp_path: Path) -> None:
    """Half a line at the end is left out, and the next decision begins on a line of its own."""
    append_decision(tmp_path, decision("a-1"))
    with (tmp_path / "decisions" / "2026-11.ndjson").open("ab") as file:
        file.write(b'{"format":"crosswalk/decision@1","id":"half')
    append_decision(tmp_path, decision("a-2"))
    store = Store(tmp_path, tmp_path / "index.sqlite")
    assert sorted(item.id for item in store.history()) == ["a-1", "a-2"]
    store.close()


def test_a_damaged_index_is_made_anew(tmp_path: Path) -> None:
    """Another program's bytes in the index file are no obstacle."""
    append_decision(tmp_path, decision("a-1"))
    (tmp_path / "index.sqlite").write_bytes(b"not a database" * 100)
    store = Store(tmp_path, tmp_path / "index.sqlite")
    assert store.count() == 1
    store.close()


def test_a_crash_between_line_and_document_is_finished_later(workspace: Workspace) -> None:
    """The decision was written, its document was not: the next start writes it, once."""
    path = workspace.root / "note.txt"
    path.write_text("old", "utf-8")

    class PowerCutError(Exception):
        pass

    def cut(self: Path, target: Path) -> Path:
        raise PowerCutError

    with pytest.MonkeyPatch.context() as patch:
        real = Path.replace
        patch.setattr(
            Path, "replace", lambda self, to: real(self, to) if "pending" in str(to) else cut(self, to)
        )
        with pytest.raises(PowerCutError):
            record(workspace, decision("a-1"), By("ana", "a-1"), {path: "new"})
    assert path.read_text("utf-8") == "old"
    assert finish_pending(workspace) is True
    assert path.read_text("utf-8") == "new"
    assert finish_pending(workspace) is False
