"""Reading the company from the data folder, and what is wrong with a bad one."""

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from crosswalk_engine.errors import CrosswalkError
from crosswalk_engine.sandbox.clock import SandboxClock
from crosswalk_engine.sandbox.data import data_root
from crosswalk_engine.sandbox.infor import describe, make_app
from crosswalk_engine.sandbox.infor.m3.company import Company
from crosswalk_engine.sandbox.infor.m3.keyed import load_keyed_orders
from crosswalk_engine.sandbox.infor.m3.masters import load_masters

SAMPLE = Path(__file__).parents[2] / "sample_data"


async def test_keyed_orders_are_real_orders_before_the_first_call(sandbox: Any) -> None:
    """They are found, valued anew, and counted apart from what calls made."""
    (head,) = await sandbox.records("OIS100MI", "GetHead", ORNO="0010003401")
    assert (head["CUOR"], head["ORVA"], head["VTAM"], head["STAT"]) == ("BP7", "64.89", "12.98", "33")
    state = await sandbox.control("state")
    assert state["counts"] == {"orders": 0, "open_batch_heads": 0, "customers": 0}
    assert state["before"] == {"orders": 1, "customers": 5}
    assert (state["orders"], await sandbox.control("effects")) == ([], [])


def test_the_sample_companys_keyed_figures_are_what_m3_computes() -> None:
    """Every ORVA and VTAM in the sample's keyed orders equals the sandbox's own arithmetic."""
    company = Company(load_masters(SAMPLE), SandboxClock(base=lambda: 1_795_000_000.0))
    load_keyed_orders(company)
    rows = [json.loads(line) for line in (SAMPLE / "infor" / "orders.ndjson").read_text().splitlines()]
    assert len(rows) == len(company.orders) > 100
    for row in rows:
        totals = company.orders[row["ORNO"]].totals
        assert (totals.orva, totals.vtam) == (Decimal(row["ORVA"]), Decimal(row["VTAM"])), row["ORNO"]


def test_the_shipped_seed_state_is_a_company_too() -> None:
    """Without a data folder the sandbox serves the seed in the wheel, keyed orders included."""
    company = make_app(data_root(None)).state.host.effects.company
    assert company.masters.tenant == "ACME_TST"
    assert len(company.orders) == len(company.masters.orders) >= 1


def test_descriptions_follow_the_data(write_masters: Callable[..., Path]) -> None:
    """The printed block names the tenant of company.json and the control address."""
    block = describe("http://127.0.0.1:8123", write_masters())
    assert block["control"] == "http://127.0.0.1:8123/_sandbox"
    assert (block["ionapi"]["ti"], block["ionapi"]["iu"]) == ("ACME_TST", "http://127.0.0.1:8123")


@pytest.mark.parametrize(
    ("changes", "code", "where"),
    [
        ({"company__json": None}, "CW-DATA-FILE", "infor/company.json"),
        ({"items__ndjson": '{"ITNO": "A"}\n{"ITNO": \n'}, "CW-DATA-JSON", "infor/items.ndjson:2"),
        ({"items__ndjson": [{"ITNO": "A"}, {"ITDS": "B"}]}, "CW-DATA-SHAPE", "infor/items.ndjson:2"),
        ({"items__ndjson": [{"ITNO": "A"}, {"ITNO": "A"}]}, "CW-DATA-KEY", "infor/items.ndjson:2"),
        ({"items__ndjson": [{"ITNO": "A", "VTCS": "7"}]}, "CW-DATA-VAT", "infor/"),
        ({"items__ndjson": [{"ITNO": "A", "SALE": True}]}, "CW-DATA-SHAPE", "infor/items.ndjson:1 SALE"),
        ({"vat_codes__json": [{"VTCD": "1", "VTP1": "much"}]}, "CW-DATA-SHAPE", "infor/vat_codes.json 1"),
        ({"vat_codes__json": {"VTCD": "1"}}, "CW-DATA-SHAPE", "infor/vat_codes.json"),
        ({"company__json": {"CONO": "100"}}, "CW-DATA-SHAPE", "infor/company.json"),
        ({"company__json": []}, "CW-DATA-SHAPE", "infor/company.json"),
        ({"orders__ndjson": [{"ORNO": "1", "ORDT": "20260302", "CUNO": "X"}]}, "CW-DATA-ORDER",
         "infor/orders.ndjson:1"),
        ({"orders__ndjson": [{"CUNO": "WEBUKGBP", "ORDT": "20260302"}]}, "CW-DATA-ORDER",
         "infor/orders.ndjson:1"),
        ({"orders__ndjson": [{"ORNO": "1", "CUNO": "WEBUKGBP", "ORDT": "20260302",
                              "lines": [{"ITNO": "?"}]}]}, "CW-DATA-ORDER", "infor/orders.ndjson:1"),
    ],
)  # fmt: skip
def test_a_bad_data_folder_is_refused_with_its_place(
    write_masters: Callable[..., Path], changes: dict[str, Any], code: str, where: str
) -> None:
    """One coded error that names file, line and what would be right; no app is made."""
    with pytest.raises(CrosswalkError) as caught:
        make_app(write_masters(**changes))
    assert caught.value.code == code
    assert where in caught.value.where
    assert caught.value.exit_code in (65, 66)
