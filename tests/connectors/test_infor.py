"""M3 as a target: orders by batch entry, found by their natural key, nothing left behind on refusal."""

import json
from pathlib import Path
from typing import Any

import pytest
from crosswalk_engine.connectors.contract import Found
from crosswalk_engine.connectors.infor.target import InforM3Target
from crosswalk_engine.errors import OutcomeUnknownError, RecordError, RetriableError

DATA = Path(__file__).parents[2] / "sample_data"


def order(**changes: Any) -> dict[str, Any]:
    """An order in the shape of the main mapping, made from one that was keyed by hand."""
    keyed = json.loads((DATA / "infor" / "orders.ndjson").read_text().splitlines()[0])
    head = {name: value for name, value in keyed.items() if name not in ("ORNO", "ORVA", "VTAM")}
    lines = [{"ITNO": line["ITNO"], "ORQT": "2.0000", "SAPR": "29.950000"} for line in keyed["lines"][:1]]
    charges = [{"CRID": "FREIGH", "CRAM": "4.99", "CRD0": "Standard delivery"}]
    return {**head, "CUOR": "BP900001", "lines": lines, "charges": charges, "texts": [], **changes}


def nothing(value: str) -> None:
    """Forget what should be remembered."""


def state(app: Any) -> dict[str, int]:
    company = app.state.company
    return {"orders": len(company.orders), "batches": len(company.batches)}


async def effects(app: Any) -> list[dict[str, Any]]:
    return [effect.data for effect in app.state.host.effects.effects if effect.kind == "order.confirmed"]


async def test_an_order_becomes_real_under_another_number(m3: InforM3Target, m3_app: Any) -> None:
    """Head, address, line and charge go in, Confirm makes the order, M3's own net is 59.90 + 4.99."""
    remembered: list[str] = []
    number = await m3.create("sales_order", order(), remember=remembered.append)
    (made,) = await effects(m3_app)
    assert (made["ORNO"], made["CUOR"], made["ORVA"]) == (number, "BP900001", "64.89")
    assert remembered == [made["batch"]]
    assert await m3.find("sales_order", order(), sent=order(), progress=None) == Found(number)


async def test_an_order_that_is_not_there_is_not_found(m3: InforM3Target) -> None:
    """A look for a fresh natural key gives nothing."""
    assert await m3.find("sales_order", order(), sent=order(), progress=None) is None


async def test_an_unknown_item_is_refused_and_leaves_no_batch(m3: InforM3Target, m3_app: Any) -> None:
    """The error names field and value, and the batch head is deleted."""
    lines = [{"ITNO": "NO-SUCH-ITEM", "ORQT": "1", "SAPR": "1.00"}]
    with pytest.raises(RecordError) as caught:
        await m3.create("sales_order", order(lines=lines), remember=nothing)
    assert caught.value.code == "CW-M3-WITNO03"
    assert "ITNO" in caught.value.where
    assert caught.value.got == "NO-SUCH-ITEM"
    assert m3_app.state.host.effects.report(0, "order.confirmed", None) == []
    assert await m3.find("sales_order", order(), sent=order(), progress=None) is None


async def test_a_lost_confirm_is_found_on_the_next_look(m3: InforM3Target, m3_app: Any) -> None:
    """The reply of Confirm is cut: the outcome is unknown, and the look finds the one order that was made."""
    m3_app.state.host.configure({"script": [{"match": "POST *execute*", "do": "lost_cut", "skip": 2}]})
    remembered: list[str] = []
    with pytest.raises(OutcomeUnknownError):
        await m3.create("sales_order", order(), remember=remembered.append)
    found = await m3.find("sales_order", order(), sent=order(), progress=remembered[0])
    (made,) = await effects(m3_app)
    assert found == Found(made["ORNO"])


async def test_a_lost_head_is_cleared_on_the_next_look(m3: InforM3Target, m3_app: Any) -> None:
    """The reply of AddBatchHead is cut: the look deletes the orphan, and the next attempt makes one order."""
    m3_app.state.host.configure({"script": [{"match": "POST *execute*", "do": "lost_cut"}]})
    with pytest.raises(OutcomeUnknownError):
        await m3.create("sales_order", order(), remember=nothing)
    assert await m3.find("sales_order", order(), sent=order(), progress=None) is None
    await m3.create("sales_order", order(), remember=nothing)
    assert len(await effects(m3_app)) == 1


async def test_a_slow_confirmation_is_waited_for(m3: InforM3Target, m3_app: Any) -> None:
    """Where a job makes the order later, the final number is asked for until it is there."""
    m3_app.state.host.configure({"confirm_delay_s": 1.5})
    number = await m3.create("sales_order", order(), remember=nothing)
    (made,) = await effects(m3_app)
    assert made["ORNO"] == number


async def test_an_order_that_is_being_made_is_left_alone(m3: InforM3Target, m3_app: Any) -> None:
    """A look while the job waits says "later", and deletes nothing."""
    m3_app.state.host.configure({"confirm_delay_s": 3600})
    remembered: list[str] = []
    with pytest.raises(OutcomeUnknownError, match="CW-M3-CONFIRMING"):
        await m3.create("sales_order", order(), remember=remembered.append)
    with pytest.raises(RetriableError, match="still making"):
        await m3.find("sales_order", order(), sent=order(), progress=None)


async def test_a_customer_is_made_once_and_found(m3: InforM3Target) -> None:
    """Add with a template, then GetBasicData finds it."""
    customer = {"CUTM": "CUTM1", "CUNO": "BP0099999", "CUNM": "Lantern Studio Ltd", "CUA1": "14 Alma Road",
                "PONO": "BS8 2DJ", "TOWN": "Bristol", "CSCD": "GB"}  # fmt: skip
    assert await m3.find("customer", customer, sent=None, progress=None) is None
    assert await m3.create("customer", customer, remember=nothing) == "BP0099999"
    assert await m3.find("customer", customer, sent=None, progress=None) == Found("BP0099999")


async def test_an_over_long_field_is_refused_with_its_name(m3: InforM3Target) -> None:
    """M3's field lengths stand: a 37 character name is a data error."""
    customer = {"CUTM": "CUTM1", "CUNO": "BP0099998", "CUNM": "x" * 37, "CUA1": "1 Dock Way"}
    with pytest.raises(RecordError, match="CUNM"):
        await m3.create("customer", customer, remember=nothing)
