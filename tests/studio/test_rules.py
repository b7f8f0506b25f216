"""Deciding on rules: the document, the log and the index always say the same."""

import threading

import pytest
from crosswalk_engine.errors import FindingsError, RejectedError
from crosswalk_engine.mapping.document import load_mapping
from crosswalk_models.feedback import apply_decisions, read_decisions
from crosswalk_models.types import Suggestion
from crosswalk_studio.errors import ConflictError, StaleError
from crosswalk_studio.services.ledger import By
from crosswalk_studio.services.mapper import Mapper
from crosswalk_studio.services.new_mapping import Side, create_mapping
from crosswalk_studio.services.rules import RuleBook, Shown
from crosswalk_studio.services.workspace import Workspace

ORDERS = "order-to-m3"
SHOWN = Shown("reference", 1, 0.91, "field-matcher@1")


def by(op: str, seen: str | None = None, actor: str = "ben") -> By:
    """Somebody doing something."""
    return By(actor, op, seen)


def says_the_same(workspace: Workspace, mapping: str = ORDERS) -> bool:
    """Whether replaying all decisions gives the document on disk."""
    document = load_mapping(workspace.root / "mappings" / f"{mapping}.yaml")
    return apply_decisions(read_decisions(workspace.root), mapping).to_json() == document.to_json()


def test_accepting_edits_the_document_and_says_where_it_came_from(workspace: Workspace) -> None:
    """The rule stands in the YAML with its origin; the log keeps the suggestion that was shown."""
    book = RuleBook(workspace, ORDERS)
    book.accept("OREF", {"to": "OREF", "formula": "TRIM(reference)", "max_length": 30}, SHOWN, by("t-1"))
    rule = book.rule("OREF")
    assert rule is not None
    assert rule["formula"] == "TRIM(reference)"
    assert rule["origin"]["by"] == "suggestion"
    assert (rule["origin"]["probability"], rule["origin"]["approved_by"]) == (0.91, "ben")
    last = workspace.store.head("rule", ORDERS, "OREF")
    assert last is not None
    assert (last.action, last.suggestion) == ("accept", SHOWN.to_json())
    assert says_the_same(workspace)


def test_editing_rejecting_and_undoing_keep_log_and_document_together(workspace: Workspace) -> None:
    """After each step a replay of the log gives exactly the document."""
    book = RuleBook(workspace, ORDERS)
    before = book.rule("lines[].ITNO")
    book.edit("lines[].ITNO", {"to": "ITNO", "formula": "row.productSku"}, by("t-1"))
    assert says_the_same(workspace)
    book.reject("lines[].ITNO", by("t-2"), reason="wrong meaning")
    assert book.rule("lines[].ITNO") is None
    assert says_the_same(workspace)
    book.undo("lines[].ITNO", by("t-3"))
    assert (book.rule("lines[].ITNO") or {})["formula"] == "row.productSku"
    book.edit("lines[].ITNO", before or {}, by("t-4"))
    assert {**(book.rule("lines[].ITNO") or {}), "origin": None} == {**(before or {}), "origin": None}
    assert says_the_same(workspace)


def test_undo_brings_the_row_back_to_where_it_was(workspace: Workspace) -> None:
    """Rejecting an accepted rule and taking that back leaves it accepted, with its rule."""
    mapper = Mapper(workspace, ORDERS)
    before = mapper.row("OREF")
    mapper.reject("OREF", by("t-1"))
    assert (mapper.row("OREF").state, mapper.row("OREF").rule) == ("rejected", None)
    mapper.undo("OREF", by("t-2"))
    after = mapper.row("OREF")
    assert (after.state, after.rule) == (before.state, before.rule)


def test_a_double_click_is_one_decision(workspace: Workspace) -> None:
    """The same operation sent by two threads at once writes one line."""
    before = workspace.store.count()
    book = RuleBook(workspace, ORDERS)
    barrier = threading.Barrier(8)

    def click() -> None:
        barrier.wait()
        book.edit("OREF", {"to": "OREF", "formula": "reference"}, by("t-1"))

    threads = [threading.Thread(target=click) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert workspace.store.count() == before + 1


def test_two_browsers_deciding_all_fields_lose_nothing(workspace: Workspace) -> None:
    """Two people edit different rules of one document at the same time: every edit is in it at the end."""
    book = RuleBook(workspace, ORDERS)
    mine = ("OREF", "YREF", "address.CUA2", "lines[].CUPO", "charges[].CRD0")
    hers = ("TEPY", "TEDL", "address.CUA3", "lines[].WHLO", "texts[].PARM")
    failures: list[Exception] = []

    def person(name: str, targets: tuple[str, ...]) -> None:
        try:
            for number in range(4):
                for target in targets:
                    rule = {"to": target.rpartition(".")[2], "formula": f"'{name}{number}'"}
                    book.edit(target, rule, by(f"{name}-{target}-{number}", actor=name))
        except Exception as error:  # noqa: BLE001  told by the assertion below
            failures.append(error)

    people = [
        threading.Thread(target=person, args=("ana", mine)),
        threading.Thread(target=person, args=("ben", hers)),
    ]
    for thread in people:
        thread.start()
    for thread in people:
        thread.join()
    assert failures == []
    assert [(book.rule(target) or {})["formula"] for target in mine] == ["'ana3'"] * 5
    assert [(book.rule(target) or {})["formula"] for target in hers] == ["'ben3'"] * 5
    assert says_the_same(workspace)


def test_the_later_of_two_on_one_field_is_told(workspace: Workspace) -> None:
    """The optimistic lock names who was first, and the document keeps the first one's rule."""
    book = RuleBook(workspace, ORDERS)
    head = workspace.store.head("rule", ORDERS, "OREF")
    seen = head.id if head else ""
    book.edit("OREF", {"to": "OREF", "formula": "'ana'"}, by("tab1-1", seen, "ana"))
    with pytest.raises(ConflictError, match="ana has already decided on OREF"):
        book.edit("OREF", {"to": "OREF", "formula": "'ben'"}, by("tab2-1", seen, "ben"))
    assert (book.rule("OREF") or {})["formula"] == "'ana'"


def test_a_rule_that_breaks_the_document_is_refused_whole(workspace: Workspace) -> None:
    """Neither the log nor the document changes when the edited document would not be valid."""
    book = RuleBook(workspace, ORDERS)
    before = (workspace.store.count(), book.path.read_bytes())
    with pytest.raises(FindingsError):
        book.edit("OREF", {"to": "OREF", "formula": "reference", "max_length": -1}, by("t-1"))
    assert (workspace.store.count(), book.path.read_bytes()) == before


def test_a_new_mapping_grows_from_accepted_suggestions(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Accepting a repeated field makes the list, then the rule in it; the log replays to the document."""
    create_mapping(
        workspace, "fresh", Side("brightpearl", "order"), Side("infor-m3", "sales_order"), by("new-1")
    )
    mapper = Mapper(workspace, "fresh")
    found = {
        "lines[].ITNO": Suggestion("mapping", "lines[].ITNO", "orderRows[].productSku", 1, 0.98, (), "m@1"),
        "ORDT": Suggestion("mapping", "ORDT", "placedOn", 1, 0.9, (), "m@1"),
    }
    monkeypatch.setattr("crosswalk_studio.services.mapper.load_suggestions", lambda *_: _Set(found))
    mapper.accept("lines[].ITNO", by("t-1"))
    mapper.accept("ORDT", by("t-2"))
    document = mapper.document().to_json()
    assert document["rules"][0]["each"] == "orderRows AS row"
    assert document["rules"][0]["rules"][0]["formula"] == "row.productSku"
    assert document["rules"][1]["formula"] == "FORMAT_DATE(TO_DATETIME(placedOn), 'yyyyMMdd')"
    assert (document["rules"][1]["required"], document["rules"][1]["max_length"]) == (True, 8)
    assert says_the_same(workspace, "fresh")


class _Set:
    """Suggestions as the matcher would give them."""

    at, model, notes, stale = "now", "m@1", (), False

    def __init__(self, found: dict[str, Suggestion]) -> None:
        self.by_target = {target: (item,) for target, item in found.items()}


def test_a_mapping_cannot_take_a_name_that_is_no_file(workspace: Workspace) -> None:
    """Names that leave the folder, hide a test file or are taken are refused in one sentence."""
    sides = (Side("brightpearl", "order"), Side("infor-m3", "sales_order"))
    for name in ("../x", "", "a/b", "x_test", ORDERS):
        with pytest.raises(RejectedError):
            create_mapping(workspace, name, *sides, by(f"n-{name}"))


def test_what_is_not_there_cannot_be_decided_on(workspace: Workspace) -> None:
    """An unknown target, candidate or action gives one clear error and no line in the log."""
    mapper = Mapper(workspace, ORDERS)
    before = workspace.store.count()
    with pytest.raises(StaleError):
        mapper.accept("NOPE", by("t-1"))
    with pytest.raises(RejectedError):
        mapper.accept("OREF", by("t-2"), rank=9)
    with pytest.raises(RejectedError):
        mapper.act("explode", "OREF", by("t-3"))
    with pytest.raises(RejectedError):
        mapper.save("OREF", "   ", {}, by("t-4"))
    assert workspace.store.count() == before
