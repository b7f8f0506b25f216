"""Doubtful addresses: what a person decides reaches the policy, and so the engine."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from crosswalk_engine.addresses.validator import AddressValidator
from crosswalk_engine.errors import RejectedError
from crosswalk_engine.project.project import load_project
from crosswalk_studio.errors import ConflictError
from crosswalk_studio.services.addresses import AddressBook, AddressCase, address_board, with_accepted
from crosswalk_studio.services.ledger import By
from crosswalk_studio.services.workspace import Workspace


@pytest.fixture
def busy(busy_folder: Path) -> Iterator[Workspace]:
    """A project with doubtful addresses among its samples."""
    opened = Workspace(busy_folder)
    yield opened
    opened.close()


def case_of(opened: Workspace, name: str = "") -> AddressCase:
    """The first case, or the one of this id."""
    cases = address_board(opened).cases
    return next(case for case in cases if name in ("", case.id))


def policy(opened: Workspace) -> AddressValidator:
    """The policy as the engine would read it now."""
    return AddressValidator(load_project(opened.root).policies["addresses"].to_json())


def order_of(opened: Workspace, case: AddressCase) -> dict[str, object]:
    """A sample order with this address."""
    samples = opened.samples("brightpearl", "order")
    assert samples is not None
    return next(record for record in samples.records if str(record["id"]) in case.records)


def test_all_addresses_are_counted_and_only_the_doubtful_wait(busy: Workspace) -> None:
    """Verdicts add up to the sample orders; each case names its orders, codes and reasons."""
    board = address_board(busy)
    samples = busy.samples("brightpearl", "order")
    assert samples is not None
    assert board.checked == len(samples.records) == sum(board.verdicts.values())
    assert len(board.cases) >= 3
    for case in board.cases:
        assert case.state in ("warning", "error")
        assert len(case.reasons) == len(case.result.codes) > 0
        assert case.records


def test_accepting_lets_exactly_this_address_pass(busy: Workspace) -> None:
    """The policy names the fingerprint, its other lines stay, and the engine's validator passes the order."""
    case = case_of(busy)
    order = order_of(busy, case)
    path = busy.root / "policies/addresses.yaml"
    before = path.read_text("utf-8")
    assert policy(busy).validate(order).verdict == case.action
    AddressBook(busy).accept(case, By("ben", "t-1", ""))
    assert path.read_text("utf-8") == before + f"accepted:\n- {case.id}\n"
    assert policy(busy).validate(order).verdict == "pass"
    assert case_of(busy, case.id).state == "accepted"
    others = [other for other in address_board(busy).cases if other.id != case.id]
    assert policy(busy).validate(order_of(busy, others[0])).verdict != "pass"


def test_undo_takes_the_permission_back(busy: Workspace) -> None:
    """After undo the policy is what it was, byte for byte, and the case waits again."""
    case = case_of(busy)
    path = busy.root / "policies/addresses.yaml"
    before = path.read_bytes()
    book = AddressBook(busy)
    book.accept(case, By("ben", "t-1"))
    book.undo(case, By("ben", "t-2"))
    assert path.read_bytes() == before
    assert case_of(busy, case.id).state == case.state
    book.undo(case, By("ben", "t-3"))
    assert case_of(busy, case.id).state == "accepted"


def test_a_correction_is_kept_and_the_order_stays_held(busy: Workspace) -> None:
    """The corrected address is in the decision; only the source can make the order pass."""
    case = next(case for case in address_board(busy).cases if case.best is not None)
    assert case.best is not None
    AddressBook(busy).correct(case, case.best.address, By("ben", "t-1"), suggested=True)
    after = case_of(busy, case.id)
    assert (after.state, after.corrected) == ("manual", case.best.address)
    last = busy.store.head("address", "", case.id)
    assert last is not None
    assert (last.suggestion or {})["probability"] == case.best.probability
    assert policy(busy).validate(order_of(busy, case)).verdict == case.action
    with pytest.raises(RejectedError, match="changes nothing"):
        AddressBook(busy).correct(case, case.entered, By("ben", "t-2"), suggested=False)


def test_rejecting_after_accepting_takes_the_permission_away(busy: Workspace) -> None:
    """The last decision holds: an undeliverable address is not among the accepted ones."""
    case = case_of(busy)
    book = AddressBook(busy)
    book.accept(case, By("ben", "t-1"))
    book.reject(case, By("ben", "t-2"), reason="no such house")
    assert case_of(busy, case.id).state == "rejected"
    assert case.id not in (busy.root / "policies/addresses.yaml").read_text("utf-8")


def test_two_stewards_on_one_address_are_told(busy: Workspace) -> None:
    """The second one is refused, with the name of the first."""
    case = case_of(busy)
    AddressBook(busy).accept(case, By("ana", "tab1-1", ""))
    with pytest.raises(ConflictError, match="ana has already decided"):
        AddressBook(busy).reject(case, By("ben", "tab2-1", ""))


def test_no_personal_data_stands_in_a_decision_but_the_correction(busy: Workspace) -> None:
    """Accepting writes codes, orders and a fingerprint: no street and no name."""
    case = case_of(busy)
    AddressBook(busy).accept(case, By("ben", "t-1"))
    last = busy.store.head("address", "", case.id)
    assert last is not None
    line = str(last.to_json())
    assert case.entered.line1 not in line
    assert case.entered.postcode not in line


def test_the_list_of_accepted_addresses_is_edited_in_place() -> None:
    """Marks are added once, removed cleanly, and a flow list becomes a block."""
    one, two = "a" * 32, "b" * 32
    text = "kind: addresses\naccepted: [" + one + "]\n# why\non: {}\n"
    both = with_accepted(text, two, True)
    assert both == f"kind: addresses\naccepted:\n- {one}\n- {two}\n# why\non: {{}}\n"
    assert with_accepted(both, two, True) == both
    assert with_accepted(with_accepted(both, one, False), two, False) == "kind: addresses\n# why\non: {}\n"
