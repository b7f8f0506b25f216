"""Possible duplicates: found once, decided pair by pair, carried into the release."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from crosswalk_engine.errors import RejectedError
from crosswalk_engine.project.project import load_project
from crosswalk_models.types import Evidence, Suggestion
from crosswalk_studio.errors import ConflictError, StaleError
from crosswalk_studio.services.duplicates import DuplicateDesk, open_pairs
from crosswalk_studio.services.ledger import By
from crosswalk_studio.services.pairs import Pair, pair_id
from crosswalk_studio.services.workspace import Workspace


@pytest.fixture
def desk(busy_folder: Path) -> Iterator[DuplicateDesk]:
    """A project in which nobody has decided on a pair, its contacts compared."""
    opened = Workspace(busy_folder)
    made = DuplicateDesk(opened)
    job = made.start().wait(120)
    assert job.error is None
    yield made
    opened.close()


def merges(desk: DuplicateDesk) -> dict[str, str]:
    """What a release would carry now: loser -> winner."""
    return dict(load_project(desk.workspace.root).merges.get("contact_merge", {}))


def pair(desk: DuplicateDesk, name: str = "") -> Pair:
    """The first pair, or the one of this id."""
    return next(item for item in desk.pairs() if name in ("", item.id))


@pytest.mark.model
def test_pairs_are_found_decided_and_carried_into_the_release(desk: DuplicateDesk) -> None:
    """Merge, take back, merge the other way round, keep apart: the project's merges follow each step."""
    assert merges(desk) == {}
    first = pair(desk)
    waiting = open_pairs(desk.workspace)
    assert waiting is not None
    assert waiting >= 3
    assert first.state == "suggested"
    assert (first.probability or 0) > 0.9
    assert first.evidence
    facts = desk.facts(first)
    assert [fact.same for fact in facts] == sorted(fact.same for fact in facts)
    assert {"contactId"} <= {fact.path for fact in facts if not fact.same}
    desk.act("merge", first.id, By("ana", "t-1"))
    assert merges(desk) == {first.loser: first.winner}
    assert (pair(desk, first.id).state, open_pairs(desk.workspace)) == ("accepted", waiting - 1)
    desk.act("undo", first.id, By("ana", "t-2"))
    assert merges(desk) == {}
    assert pair(desk, first.id).state == "suggested"
    desk.act("swap", first.id, By("ana", "t-3"))
    assert merges(desk) == {first.winner: first.loser}
    assert (pair(desk, first.id).state, pair(desk, first.id).winner) == ("manual", first.loser)
    desk.act("apart", first.id, By("ana", "t-4"), reason="mother and daughter")
    assert merges(desk) == {}
    desk.act("undo", first.id, By("ana", "t-5"))
    assert merges(desk) == {first.winner: first.loser}
    desk.start().wait(120)
    assert pair(desk, first.id).state == "manual"


def kept(desk: DuplicateDesk, monkeypatch: pytest.MonkeyPatch) -> Pair:
    """One pair of the samples, as if the finder had said so."""
    reason = Evidence("e-mail", "the same", 3.0, "the e-mail is the same")
    project, entity = desk._entity()
    one, other = list(desk._samples(project, entity))[:2]
    payload = {"entity": "contact", "winner": one, "loser": other}
    found = Suggestion("duplicate", other, one, 1, 0.97, (reason,), "duplicate-finder@1", payload)
    monkeypatch.setattr(DuplicateDesk, "_read", lambda self: {pair_id(one, other): found})
    return pair(desk, pair_id(one, other))


def test_two_stewards_on_one_pair_are_told(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second decision is refused with the name of the first; the same operation twice is one."""
    desk = DuplicateDesk(workspace)
    first = kept(desk, monkeypatch)
    seen = first.head.id if first.head else ""
    desk.act("apart", first.id, By("ana", "tab1-1", seen))
    desk.act("apart", first.id, By("ana", "tab1-1", seen))
    assert len(workspace.store.thread("duplicate", "", first.id)) == 1
    with pytest.raises(ConflictError, match="ana has already decided"):
        desk.act("merge", first.id, By("ben", "tab2-1", seen))


def test_a_decision_without_a_suggestion_still_has_its_row(workspace: Workspace) -> None:
    """Pairs that the log knows are shown although nothing was looked for in this copy."""
    desk = DuplicateDesk(workspace)
    decided = workspace.store.heads("duplicate")
    shown = {item.id: item for item in desk.pairs()}
    assert shown.keys() <= decided.keys()
    assert all(item.probability is None and item.state != "suggested" for item in shown.values())
    assert open_pairs(workspace) is None


def test_what_is_not_there_cannot_be_merged(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """An unknown pair or action is one clear error, and nothing is written."""
    desk = DuplicateDesk(workspace)
    first = kept(desk, monkeypatch)
    before = workspace.store.count()
    with pytest.raises(StaleError):
        desk.act("merge", "1+2", By("ana", "t-1"))
    with pytest.raises(RejectedError):
        desk.act("explode", first.id, By("ana", "t-2"))
    with pytest.raises(RejectedError):
        desk.act("undo", first.id, By("ana", "t-3"))
    assert workspace.store.count() == before


def test_a_pair_has_one_name() -> None:
    """Whichever way round it is written."""
    assert pair_id("5101", "5008") == pair_id("5008", "5101") == "5008+5101"
