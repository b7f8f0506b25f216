"""What the browser and the server say to each other, without a browser."""

import json
from typing import Any

import pytest
from crosswalk_engine.errors import RejectedError
from crosswalk_studio.components import queue
from crosswalk_studio.components.queue import Item, Operation
from crosswalk_studio.markdown import plain
from hypothesis import given, settings
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest


class Page:
    """One tab with one list: what the tab says goes in, what the server answers comes out."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.session = queue._Session()
        self.said: dict[str, Any] = {}
        self.applied: list[Operation] = []
        self.items = {name: Item(name, "g", name) for name in "abc"}
        self.refuse = ""
        monkeypatch.setattr(queue, "_outbox", lambda key, session: self.said)
        monkeypatch.setattr(queue.st, "toast", lambda *_, **__: None)

    def apply(self, operation: Operation) -> None:
        """Accept, unless the item is refused."""
        if operation.item == self.refuse:
            raise RejectedError("CW-X", "not this one")
        self.applied.append(operation)
        self.items[operation.item] = Item(
            operation.item, "g", operation.item, state="accepted", seen=operation.id
        )

    def say(self, nonce: int, ops: list[Any], have: int = 0) -> dict[str, Any]:
        """One message of the tab and the answer to it."""
        self.said = {"client": self.session.client, "nonce": nonce, "ops": ops, "have": have}
        queue._take("k", self.session, self.apply)
        return queue._changes("k", self.session, list(self.items.values()))


def op(sequence: int, item: str, kind: str = "accept") -> dict[str, Any]:
    """One operation as the tab writes it."""
    return {"seq": sequence, "id": f"tab-{sequence}", "kind": kind, "item": item, "seen": ""}


def test_every_operation_is_applied_once_however_often_it_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch that comes again, whole or in part, changes nothing the second time."""
    page = Page(monkeypatch)
    page.say(1, [op(1, "a"), op(2, "b")])
    page.say(1, [op(1, "a"), op(2, "b")])
    page.say(2, [op(1, "a"), op(2, "b"), op(3, "c")])
    assert [operation.item for operation in page.applied] == ["a", "b", "c"]
    assert (page.session.nonce, page.session.ack) == (2, 3)


def test_only_changed_rows_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """First everything, then only the row that was decided on; after a gap everything again."""
    page = Page(monkeypatch)
    first = page.say(1, [])
    assert (first["base"], [item["id"] for item in first["items"]]) == (-1, ["a", "b", "c"])
    second = page.say(2, [op(1, "b")])
    assert (second["base"], second["version"], second["order"]) == (1, 2, None)
    assert [(item["id"], item["state"]) for item in second["items"]] == [("b", "accepted")]
    assert page.say(3, [])["items"] == []
    assert [item["id"] for item in page.say(4, [], have=-1)["items"]] == ["a", "b", "c"]


def test_a_refused_decision_is_told_and_its_row_sent_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tab showed it as decided; the answer puts it back and says why; the others of the batch stand."""
    page = Page(monkeypatch)
    page.say(1, [])
    page.refuse = "a"
    answer = page.say(2, [op(1, "a"), op(2, "b")])
    assert page.session.refused == [{"item": "a", "message": "not this one"}]
    assert {item["id"]: item["state"] for item in answer["items"]} == {"a": "open", "b": "accepted"}
    assert page.session.ack == 2


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=80, deadline=None)
@given(raw=junk | st.fixed_dictionaries({"seq": junk, "id": junk, "kind": junk, "item": junk, "seen": junk}))
def test_whatever_a_browser_sends_is_an_operation_or_nothing(raw: Any) -> None:
    """Any JSON is read without an error, and only texts reach the services."""
    sequence, operation = queue._parse(raw)
    assert isinstance(sequence, int)
    if operation is not None:
        assert all(
            isinstance(part, str) for part in (operation.id, operation.kind, operation.item, operation.seen)
        )


@settings(max_examples=200, deadline=None)
@given(text=st.text(max_size=60))
def test_data_never_becomes_markup(text: str) -> None:
    """No character with a meaning in Markdown, HTML or Streamlit's own directives is left as it is."""
    shown = plain(text)
    for entity in set("\\`*_{}[]<>()#+-.!|~:$\"'="):
        assert entity not in shown.replace("&#", "").replace(";", "").translate(str.maketrans("", "", "#"))
    assert "\n" not in shown


def _list_page() -> None:
    """A page with one list of rows that would be dangerous as markup."""
    from crosswalk_studio.components.queue import Action, Filter, Item, review_list

    rows = [
        Item(f"row{n}", "g", "<img src=x onerror=alert(1)>", note="[x](javascript:alert(1))")
        for n in range(3)
    ]
    review_list(
        "k", "s", lambda: rows, lambda operation: None, label="Rows",
        actions=[Action("a", "accept", "Accept", "accepted")], filters=[Filter("all", "All")], empty="none",
    )  # fmt: skip


def test_a_list_goes_to_the_page_as_data() -> None:
    """Rows reach the component as JSON, whatever stands in them."""
    app = AppTest.from_function(_list_page, default_timeout=20).run()
    assert not app.exception
    data = json.loads(app.get("bidi_component")[0].proto.json)
    assert [item["id"] for item in data["items"]] == ["row0", "row1", "row2"]
    assert data["items"][0]["title"] == "<img src=x onerror=alert(1)>"
