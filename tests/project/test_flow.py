"""Flow documents: their form, and what they say to the engine."""

from datetime import timedelta

import pytest
from crosswalk_engine.errors import FindingsError
from crosswalk_engine.payload.documents import load_document
from crosswalk_engine.payload.durations import format_duration, parse_duration
from crosswalk_engine.project.flow import FlowDocument
from hypothesis import given
from hypothesis import strategies as st

TEXT = """\
format: crosswalk/flow@1
name: orders
source: {connection: web, entity: order}
target: {connection: backend, entity: sales_order}
trigger: {webhook: {events: [order.created]}, linger: 2s}
steps:
  - ensure: {entity: customer, mapping: a, related: buyer, key: buyerId}
  - map: b
  - validate: [addresses]
  - deliver: {natural_key: CUOR, unsent_after_delivery: [OREF]}
  - write_back: {status: 21, note: "M3 order {ORNO}"}
"""


def load(text: str) -> FlowDocument:
    """The flow in `text`."""
    return load_document(text, FlowDocument, where="flow.yaml")[0]


def test_a_flow_says_what_is_done() -> None:
    """Steps are found by what they are; what is not written has its default."""
    flow = load(TEXT)
    assert (flow.mapping, flow.mappings, flow.validators) == ("b", ("a", "b"), ("addresses",))
    assert flow.ensures[0].key == "buyerId" and flow.deliver is not None and flow.write_back is not None
    assert flow.deliver.unsent_after_delivery == ("OREF",) and flow.write_back.status == 21
    assert flow.retry.first == timedelta(milliseconds=500) and flow.waiting.longest == timedelta(hours=1)
    assert flow.at("steps", 3, "deliver") == "flow.yaml:10"


def test_stored_form_reads_back() -> None:
    """Spans of time are texts, every default is written out."""
    flow = load(TEXT)
    stored = flow.to_json()
    assert stored["retry"] == {"attempts": 8, "first": "0.5s", "longest": "1m"}
    assert FlowDocument.model_validate(stored) == flow


@pytest.mark.parametrize(
    ("old", "new", "finding"),
    [
        ("linger: 2s", "linger: 2", "5: error CW-DOCUMENT-VALUE /trigger/linger: a span of time"),
        ("linger: 2s", "linger: 2 weeks", "5: error CW-DOCUMENT-VALUE /trigger/linger"),
        ("events: [order.created]", "events: []", "5: error CW-DOCUMENT-VALUE /trigger/webhook/events"),
        ("- map: b", "- maping: b", "8: error CW-DOCUMENT-VALUE /steps/1: a step is one of"),
        ("natural_key: CUOR", "naturalkey: CUOR", "did you mean 'natural_key'?"),
        ("status: 21", "status: done", "11: error CW-DOCUMENT-VALUE /steps/4/write_back/status"),
        (
            "format: crosswalk/flow@1",
            "format: crosswalk/flow@2",
            "1: error CW-DOCUMENT-VERSION the document is crosswalk/flow@2",
        ),
        ("name: orders\n", "", "error CW-DOCUMENT-MISSING-KEY the key 'name' is missing"),
        ("- map: b", "- map: b\n    deliver: {natural_key: X}", "unknown key 'deliver' in /steps/1"),
    ],
)
def test_slips_are_placed(old: str, new: str, finding: str) -> None:
    """Each with its line and, for a key, what was probably meant."""
    assert old in TEXT
    with pytest.raises(FindingsError) as caught:
        load(TEXT.replace(old, new))
    assert finding in caught.value.render()


@given(st.timedeltas(timedelta(0), timedelta(days=1000)))
def test_spans_round_trip(span: timedelta) -> None:
    """To the microsecond."""
    assert parse_duration(format_duration(span)) == span


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("500ms", 0.5), ("0.5s", 0.5), ("2s", 2), ("10m", 600), ("1h", 3600), ("3d", 259200)],
)
def test_units(text: str, seconds: float) -> None:
    """Milliseconds to days."""
    assert parse_duration(text) == timedelta(seconds=seconds)
