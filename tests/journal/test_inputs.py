"""Inputs: what an output was made from comes back exactly, and no version is stored twice."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from crosswalk_engine.errors import FatalError, RecordError
from crosswalk_engine.journal import Event, Inputs, Journal, NewEvent, Version, pack, version_of
from crosswalk_engine.journal.exact import unpack
from crosswalk_engine.journal.inputs import Made, input_numbered
from crosswalk_engine.journal.reading import sent
from hypothesis import example, given
from hypothesis import strategies as st

NUMBERS = st.decimals(allow_nan=False, allow_infinity=False) | st.integers(-(10**80), 10**80)
SCALARS = st.none() | st.booleans() | NUMBERS | st.text(st.characters(exclude_categories=()))
DOCUMENTS = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=5)
)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    opened = Journal(tmp_path / "journal.db", release="r1")
    yield opened
    opened.close()


def claimed(journal: Journal, count: int) -> list[Event]:
    notices = [
        NewEvent("orders", str(n), "webhook", str(n), raised_at=0.0, due=0.0) for n in range(1, count + 1)
    ]
    journal.inbox.receive(notices, at=0.0)
    return journal.inbox.claim("orders", now=1.0, limit=count)


def product(key: str, price: str) -> Version:
    return version_of("product", key, pack({"id": int(key), "price": Decimal(price)}))


def made(journal: Journal, number: int = 1) -> Made:
    found = journal.inbox.inputs(number)
    assert found is not None
    return found


def versions(journal: Journal) -> int:
    return int(journal.core.db.execute("select count(*) from related_version").fetchone()[0])


def shape(value: Any) -> Any:
    """`value` with the type and the digits of each number, which == does not compare."""
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [shape(inner) for inner in value]
    return (type(value), value.as_tuple() if isinstance(value, Decimal) else value)


@given(DOCUMENTS)
@example({"price": Decimal("1.10"), "zero": Decimal("-0.00"), "whole": Decimal("7"), "big": Decimal("1E+30")})
@example({"\ud83d": "half an emoji", "many": 10**70, "tiny": Decimal("1E-30"), "n": [Decimal("2.50"), []]})
def test_what_goes_in_comes_out(value: Any) -> None:
    """Types, digits, scale, order of keys and odd text survive; packing again gives the same bytes."""
    packed = pack(value)
    assert shape(unpack(packed)) == shape(value)
    assert pack(unpack(packed)) == packed


def test_a_number_is_stored_as_it_was_written() -> None:
    """The bytes of a reply, read with exact numbers and packed again, are the same bytes."""
    raw = b'{"net":1.10,"qty":2,"rate":1E-7,"on":true,"note":null,"rows":[{"v":0.000}]}'
    assert pack(json.loads(raw, parse_float=Decimal)) == raw


def test_a_version_is_stored_once(journal: Journal) -> None:
    """Three products in fifty events are three rows; every event reads its own two back."""
    events = claimed(journal, 50)
    products = [product(str(n), f"{n}.50") for n in range(3)]
    for half in (events[:25], events[25:]):
        journal.inbox.keep_inputs(
            Inputs.of(
                event.id,
                {"id": event.id, "total": Decimal("1.10")},
                {"product": {one.key: one for one in (products[event.id % 3], products[(event.id + 1) % 3])}},
                at=5.0,
            )
            for event in half
        )
    assert versions(journal) == 3
    document, related, now = made(journal, 7)
    assert now == datetime(1970, 1, 1, 0, 0, 5, tzinfo=UTC)
    assert shape(document) == shape({"id": 7, "total": Decimal("1.10")})
    assert related == {
        "product": {"1": {"id": 1, "price": Decimal("1.50")}, "2": {"id": 2, "price": Decimal("2.50")}}
    }


def test_a_restarted_journal_knows_its_versions(tmp_path: Path) -> None:
    """After a restart the same version is found by its content, not stored again."""
    for number in range(2):
        journal = Journal(tmp_path / "journal.db")
        claimed(journal, 1 + number)
        journal.inbox.keep_inputs(
            [Inputs.of(number + 1, {}, {"product": {"1": product("1", "2.00")}}, at=5.0)]
        )
        assert versions(journal) == 1
        journal.close()


def test_an_older_event_keeps_its_version(journal: Journal) -> None:
    """The product has changed since: the event of before still reads the price of before."""
    claimed(journal, 2)
    journal.inbox.keep_inputs([Inputs.of(1, {}, {"product": {"1": product("1", "2.00")}}, at=5.0)])
    journal.inbox.keep_inputs([Inputs.of(2, {}, {"product": {"1": product("1", "2.50")}}, at=5.0)])
    prices = [made(journal, n).related["product"]["1"]["price"] for n in (1, 2)]
    assert (prices, versions(journal)) == ([Decimal("2.00"), Decimal("2.50")], 2)


def test_names_without_records_are_kept(journal: Journal) -> None:
    """That a related record was asked for and not there is part of the inputs; keys may be any text."""
    claimed(journal, 1)
    odd = version_of("contact", 'Zoë "x"', pack({"name": "\ud83d"}))
    journal.inbox.keep_inputs([Inputs.of(1, {}, {"product": {}, "contact": {odd.key: odd}}, at=5.0)])
    assert made(journal)[:2] == ({}, {"product": {}, "contact": {'Zoë "x"': {"name": "\ud83d"}}})


def test_a_retry_takes_the_place_of_its_inputs(journal: Journal) -> None:
    """An event that is fetched again keeps the newest inputs only."""
    claimed(journal, 1)
    for version in (1, 2, 3):
        journal.inbox.keep_inputs([Inputs.of(1, {"version": version}, {}, at=5.0)])
    assert made(journal)[:2] == ({"version": 3}, {})
    assert journal.core.db.execute("select count(*) from input").fetchone()[0] == 1


def test_what_may_have_been_sent_keeps_its_inputs(journal: Journal) -> None:
    """A lost reply: the second try fetches anew, but the write names what it was made from."""
    (event,) = claimed(journal, 1)
    intend = {"key": "BP1", "idempotency": "orders/deliver/1", "request": {"CUNO": "C1"}, "at": 1.0}
    journal.inbox.keep_inputs([Inputs.of(1, {"version": 1}, {}, at=5.0)])
    journal.outbox.intend(event, "deliver", answers={("customer", "5"): "C1"}, **intend)
    journal.inbox.keep_inputs([Inputs.of(1, {"version": 2}, {}, at=5.0)])
    effect, fresh = journal.outbox.intend(event, "deliver", answers={("customer", "5"): "C2"}, **intend)
    assert not fresh
    journal.core.db.execute("update effect set state = 'done'")
    (write,) = sent(journal.core.db, 1)
    assert (input_numbered(journal.core.db, write.input or 0)[0], write.answers) == (
        {"version": 1},
        {("customer", "5"): "C1"},
    )
    journal.outbox.resend(effect, {"CUNO": "C2"}, {("customer", "5"): "C2", ("customer", "6"): None})
    (write,) = sent(journal.core.db)
    assert input_numbered(journal.core.db, write.input or 0)[0] == {"version": 2}
    assert write.answers == {("customer", "5"): "C2", ("customer", "6"): None}
    assert journal.core.db.execute("select count(*) from input").fetchone()[0] == 1


def test_a_failed_batch_leaves_nothing_behind(journal: Journal) -> None:
    """When keeping a batch fails midway, the same versions are stored by the next one."""
    claimed(journal, 2)
    good = Inputs.of(1, {}, {"product": {"1": product("1", "2.00")}}, at=5.0)

    def breaking() -> Iterator[Inputs]:
        yield good
        raise RuntimeError("boom")

    with pytest.raises(RuntimeError, match="boom"):
        journal.inbox.keep_inputs(breaking())
    assert (versions(journal), journal.inbox.inputs(1)) == (0, None)
    journal.inbox.keep_inputs([good])
    assert made(journal)[:2] == ({}, {"product": {"1": {"id": 1, "price": Decimal("2.00")}}})


@pytest.mark.parametrize("change", ["body = x'00'", "key = '2'", "body = zeroblob(20)"])
def test_a_damaged_version_is_named(journal: Journal, change: str) -> None:
    """A version that was changed in the file is an error, never another input."""
    claimed(journal, 1)
    journal.inbox.keep_inputs([Inputs.of(1, {}, {"product": {"1": product("1", "2.00")}}, at=5.0)])
    journal.core.db.execute(f"update related_version set {change}")
    with pytest.raises(FatalError, match=r"CW-JOURNAL-DAMAGED.*related_version 1"):
        journal.inbox.inputs(1)


def test_a_record_nested_without_end_is_refused() -> None:
    """A document too deep to be stored is a data error of that record."""
    deep: Any = {}
    for _ in range(5000):
        deep = {"in": deep}
    with pytest.raises(RecordError, match="CW-RECORD-DEPTH"):
        Inputs.of(1, deep, {}, at=5.0)
