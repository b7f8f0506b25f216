"""Where a record is not as the samples were: each kind of departure, and what is none."""

import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from crosswalk_engine.payload.codecs import read_records
from crosswalk_engine.payload.departures import departures
from crosswalk_engine.payload.drift import MOST_WORDS, DriftCheck, DriftReport
from crosswalk_engine.payload.drift_fit import Alike, compile_fit
from crosswalk_engine.payload.drift_policy import KINDS, DriftPolicy
from crosswalk_engine.payload.shape import infer_shape
from hypothesis import example, given
from hypothesis import strategies as st

ROOT = Path(__file__).parents[2]
SAMPLES = [
    {
        "id": 100 + number,
        "status": ["PAID", "UNPAID"][number % 2],
        "rate": Decimal("1.5") if number % 3 else 1,
        "closed": None,
        "memo": None if number % 4 else "left at the door of number twelve",
        "party": {"name": "Ann", "email": "ann@example.com"},
        "tags": [1],
        "errors": [],
        "rows": {str(318801 + number): {"sku": f"K-{number}", "quantity": "1.0"}},
        **({"extra": "x"} if number % 2 else {}),
    }
    for number in range(40)
]
SHAPE = infer_shape(SAMPLES)
ALL = DriftCheck(SHAPE, DriftPolicy(on=dict.fromkeys(KINDS, "hold")), ["rows[].sku", "party.name", "status"])


def told(**changes: Any) -> list[str]:
    """``kind path: got`` of each departure of a sample with `changes`; a key set to ``...`` is left out."""
    record = {key: value for key, value in {**SAMPLES[1], **changes}.items() if value is not ...}
    found = [f"{one.kind} {one.path}: {one.got}" for one in departures(SHAPE, record)]
    assert not (found and ALL.fits(record))
    return found


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"vatNumber": "GB123"}, ["new vatNumber: text AA999"]),
        ({"loyalty": {"tier": {"name": "gold"}}}, ["new loyalty: object"]),
        ({"closed": "2026-03-02"}, ["new closed: text 9999-99-99"]),
        ({"errors": ["E1"]}, ["new errors[]: text A9"]),
        ({"id": ...}, ["missing id: absent"]),
        ({"memo": ...}, ["missing memo: absent"]),
        ({"status": None}, ["missing status: null"]),
        ({"party": {"name": "Ann"}}, ["missing party.email: absent"]),
        ({"rows": {"1": {"sku": "K-1"}}}, ["missing rows[].quantity: absent"]),
        ({"id": "101"}, ["retyped id: text 999"]),
        ({"status": 3}, ["retyped status: integer 9"]),
        ({"id": 1.5}, ["retyped id: number 9.9"]),
        ({"id": True}, ["retyped id: boolean"]),
        ({"party": "Ann"}, ["retyped party: text Aaa"]),
        ({"status": {"name": "PAID"}}, ["retyped status: object"]),
        ({"rows": {"1": {"sku": 7, "quantity": "1"}}}, ["retyped rows[].sku: integer 9"]),
        ({"tags": 2}, ["repeated tags: integer 9"]),
        ({"tags": {"1": 1}}, ["repeated tags: object keyed by id, of 1"]),
        ({"party": [{"name": "Ann", "email": ""}]}, ["repeated party: array of 1"]),
        ({"status": ["PAID"]}, ["repeated status: array of 1"]),
        ({"rows": [{"sku": "K", "quantity": "1"}]}, ["repeated rows: array of 1"]),
        ({"rows": {"sku": "K", "quantity": "1"}}, ["repeated rows: object"]),
        ({"status": "PARTIAL"}, ["value status: 'PARTIAL'"]),
        ({"status": "Ann Lee"}, ["value status: text Aaa Aaa"]),
        ({"status": "ann@example.com"}, ["value status: text aaa@aaaaaaa.aaa"]),
        ({"ann@example.com": 1}, ['new "aaa@aaaaaaa.aaa": integer 9']),
        ({"318801": 1}, ["new 999999: integer 9"]),
    ],
)  # fmt: skip
def test_each_kind_of_departure(changes: dict[str, Any], expected: list[str]) -> None:
    """Its kind, the path, and what was got, in a form without data."""
    assert told(**changes) == expected


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"rate": 2},
        {"rate": 2.5},
        {"rate": Decimal("7.00")},
        {"memo": None},
        {"extra": ...},
        {"extra": None},
        {"closed": ...},
        {"status": ""},
        {"status": "  "},
        {"party": {"name": "", "email": "Łukasz"}},
        {"rows": {}},
        {"rows": []},
        {"tags": []},
        {"tags": {}},
        {"tags": [1, 2, 3]},
        {"rows": {"1": {"sku": "A", "quantity": "2"}, "2": {"sku": "B", "quantity": ""}}},
        {"id": 10**30},
        {"extra": "\ud83d"},
    ],
)
def test_what_is_no_departure(changes: dict[str, Any]) -> None:
    """Integers among numbers, null where it may be, blanks, empty collections, other lengths and contents."""
    assert told(**changes) == []


def test_few_samples_do_not_say_what_is_always_there() -> None:
    """With 29 samples nothing is missing; with 30 it is."""
    for count, expected in ((29, 0), (30, 1)):
        shape = infer_shape([{"a": 1, "b": 2}] * count)
        assert len(list(departures(shape, {"a": 1}))) == expected
        assert len(list(departures(shape, {"a": 1, "b": None}))) == expected


SCALARS = st.sampled_from([None, True, 0, 7, -1, Decimal("1.5"), 2.5, "", " ", "A", "B", "Ann Lee", "\ud83d"])
KEYS = st.sampled_from(["a", "b", "1", "2", "x.y", 'q"', "é", "\n", "@x@", "…"])
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3)
)
RECORDS = st.lists(st.dictionaries(KEYS, VALUES, max_size=4), max_size=4)
PATHS = st.sampled_from([("a",), ("b",), ("1",), ("a", "b"), ("…",), ('q"',)])
ON = st.dictionaries(st.sampled_from(KINDS), st.sampled_from(["accept", "warn", "hold"]))


@given(
    RECORDS, st.integers(1, 31), RECORDS, ON, st.dictionaries(PATHS, ON), st.sampled_from(["accept", "hold"])
)
def test_a_record_that_fits_has_no_departure_that_is_asked_for(
    samples: list[Any], times: int, records: list[Any], on: Any, fields: Any, unused: Any
) -> None:
    """For any shape, policy and record the fast answer never says yes where the slow one finds something."""
    check = DriftCheck(infer_shape(samples * times), DriftPolicy(on, fields, unused), ["a.b", "1"])
    for record in [*records, *samples]:
        if check.fits(record):
            assert [one.render() for one in check.findings(record) if one.action != "accept"] == []


@given(RECORDS, st.integers(1, 31), RECORDS)
def test_what_is_passed_over_has_no_departure(samples: list[Any], times: int, records: list[Any]) -> None:
    """Whatever the shape, the compiled answer about its parts hides nothing, new fields neither."""
    shape, alike = infer_shape(samples * times), Alike()
    for record in [*records, *samples]:
        assert list(departures(shape, record, alike)) == list(departures(shape, record))


@example([{"a": [[None], {"1": {}}, {"a": None}]}], 1)
@given(RECORDS, st.integers(1, 31))
def test_samples_do_not_depart_from_their_own_shape(samples: list[Any], times: int) -> None:
    """Whatever they are."""
    shape = infer_shape(samples * times)
    assert [one for sample in samples for one in departures(shape, sample) if one.kind != "new"] == []


def test_the_fast_answer_is_yes_for_the_sample_orders() -> None:
    """433 of 450 orders fit the shape of the 40 in the project; the other 17 have departures."""
    project = ROOT / "sample_data/projects/brightpearl-infor/samples/brightpearl.order.ndjson"
    check = DriftCheck(infer_shape(read_records(project).records), DriftPolicy(), [])
    orders = read_records(ROOT / "sample_data/brightpearl/orders.ndjson").records
    fitting = [order for order in orders if check.fits(order)]
    assert len(fitting) == 433
    assert {any(one.action != "accept" for one in check.findings(order)) for order in fitting} == {False}
    others = [order for order in orders if not check.fits(order)]
    assert {any(one.action != "accept" for one in check.findings(order)) for order in others} == {True}


def test_a_fitting_order_costs_microseconds() -> None:
    """An order of 5 KB: measured 5 to 7 µs, at most 15 wanted, ten times that allowed on a busy machine."""
    project = ROOT / "sample_data/projects/brightpearl-infor/samples/brightpearl.order.ndjson"
    orders = read_records(project).records
    fits = compile_fit(infer_shape(orders), lambda kind, path: True)
    assert all(map(fits, orders))
    started = time.process_time()
    for _ in range(25):
        for order in orders:
            fits(order)
    assert (time.process_time() - started) / 1_000 < 150e-6


def test_a_report_counts_records_and_names_the_first() -> None:
    """Two rows of one order are one record; each new word is told by itself, and only so many of them."""
    report = DriftReport(ALL)
    broken = {"rows": {"1": {"sku": 1, "quantity": "1"}, "2": {"sku": 22, "quantity": "1"}}}
    for line, changes in enumerate([{}, broken, {**broken, "id": 7}, {"status": "VOID"}], start=1):
        report.add({**SAMPLES[1], **changes}, line=line)
    shown = [(one.render(), one.count, one.line, one.key, one.used) for one in report.findings]
    assert shown == [
        ("retyped rows[].sku: got integer 9, expected text", 2, 2, 101, True),
        ("value status: got 'VOID', expected one of PAID, UNPAID", 1, 4, 101, True),
    ]
    assert (report.records, report.departed, report.left_out, report.action) == (4, 3, 0, "hold")
    for number in range(MOST_WORDS + 5):
        report.add({**SAMPLES[1], "status": "V" * (number + 1)})
    assert (report.left_out, len(report.findings)) == (6, MOST_WORDS + 1)
