"""CRS610MI: customers and their addresses."""

from typing import Any

import pytest

NEW = {
    "CUTM": "CUTM1",
    "CUNO": "BP0005012",
    "CUNM": "Lantern Studio Ltd",
    "CUA1": "38 Alma Road",
    "CSCD": "GB",
}


async def test_a_customer_is_added_after_a_template_and_read_back(sandbox: Any) -> None:
    """Add gives the number; the record is released, belongs to no VAT code of its own, and is logged."""
    assert await sandbox.records("CRS610MI", "Add", **NEW, TOWN="Bristol", PONO="BS8 2LR") == [
        {"CUNO": "BP0005012", "ERRM": ""}
    ]
    (row,) = await sandbox.records("CRS610MI", "GetBasicData", CUNO="BP0005012")
    wanted = {
        "CUNO": "BP0005012", "CUNM": "Lantern Studio Ltd", "TOWN": "Bristol", "STAT": "20", "CHNO": "1",
        "RGDT": "20261118",
    }  # fmt: skip
    assert wanted.items() <= row.items()
    (effect,) = await sandbox.control("effects?kind=customer.created")
    assert effect["key"] == "BP0005012"
    assert (await sandbox.control("state"))["counts"]["customers"] == 1
    await sandbox.order(("MUG-STN-BLU", "1", "5"), CUNO="BP0005012", ORTP="B2B")


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"CUTM": "NONE"}, "WCUTM03", "CUTM"),
        ({"CUTM": ""}, "WCUTM01", "CUTM"),
        ({"CUNM": ""}, "WCUNM01", "CUNM"),
        ({"CUA1": ""}, "WCUA101", "CUA1"),
        ({"CUNO": "WEBUKGBP"}, "WCUNO04", "CUNO"),
        ({"CUNO": "BP000501234"}, "MILEN02", "CUNO"),
        ({"MAIL": "m" * 51}, "MILEN02", "MAIL"),
        ({"PHNO": "0" * 17}, "MILEN02", "PHNO"),
        ({"STAT": "55"}, "WSTAT03", "STAT"),
        ({"CSCD": "England"}, "MILEN02", "CSCD"),
        ({"VTCD": "1"}, "MIFLD03", "VTCD"),
    ],
)
async def test_a_wrong_customer_is_refused(
    sandbox: Any, change: dict[str, str], code: str, field: str
) -> None:
    """Unknown template, missing name, taken number, over-long fields: named, and no customer is made."""
    refused = await sandbox.refusal("CRS610MI", "Add", **{**NEW, **change})
    assert refused[:2] == (code, field)
    assert (await sandbox.control("state"))["counts"]["customers"] == 0


async def test_without_a_number_each_add_makes_another_customer(sandbox: Any) -> None:
    """The series gives the number, and a repeated call makes a second record."""
    unnumbered = {**NEW, "CUNO": ""}
    first = await sandbox.records("CRS610MI", "Add", **unnumbered)
    second = await sandbox.records("CRS610MI", "Add", **unnumbered)
    assert [first[0]["CUNO"], second[0]["CUNO"]] == ["0010000001", "0010000002"]


async def test_a_halted_status_fills_errm(sandbox: Any) -> None:
    """A customer added as preliminary exists, says so, and its orders stop at Confirm."""
    (answer,) = await sandbox.records("CRS610MI", "Add", **NEW, STAT="10")
    assert answer["ERRM"] == "Customer created with status 10"
    temporary = await sandbox.head(CUNO="BP0005012")
    await sandbox.records("OIS100MI", "AddBatchLine", ORNO=temporary, ITNO="MUG-STN-BLU", ORQT="1", SAPR="5")
    assert (await sandbox.refusal("OIS100MI", "Confirm", ORNO=temporary))[0] == "WCUNO07"


async def test_a_change_needs_the_current_change_number_if_it_gives_one(sandbox: Any) -> None:
    """CHNO grows with each change; a stale one is refused; blank fields stay as they are."""
    await sandbox.records("CRS610MI", "Add", **NEW, TOWN="Bristol")
    await sandbox.records("CRS610MI", "ChgBasicData", CUNO="BP0005012", CUNM="Lantern Ltd", CHNO="1")
    (row,) = await sandbox.records("CRS610MI", "GetBasicData", CUNO="BP0005012")
    assert (row["CUNM"], row["TOWN"], row["CHNO"]) == ("Lantern Ltd", "Bristol", "2")
    stale = await sandbox.refusal("CRS610MI", "ChgBasicData", CUNO="BP0005012", CUNM="X", CHNO="1")
    assert stale[:2] == ("XRE0105", "CHNO")
    assert (await sandbox.refusal("CRS610MI", "ChgBasicData", CUNO="NOBODY", CUNM="X"))[0] == "WCUNO03"


async def test_customers_are_listed_from_a_number_and_since_a_stamp(sandbox: Any) -> None:
    """LstByNumber starts at CUNO; LMTS leaves out what has not changed since."""
    rows = await sandbox.records("CRS610MI", "LstByNumber", CUNO="STOPPED")
    assert [row["CUNO"] for row in rows] == ["STOPPED", "WEBUKGBP", "WEBUSUSD"]
    newest = max(row["LMTS"] for row in rows)
    assert len(newest) == 18
    assert await sandbox.records("CRS610MI", "LstByNumber", LMTS=newest) == []
    sandbox.clock.advance(1)
    await sandbox.records("CRS610MI", "ChgBasicData", CUNO="BLOCKED", STAT="20")
    (changed,) = await sandbox.records("CRS610MI", "LstByNumber", LMTS=newest)
    assert (changed["CUNO"], changed["STAT"]) == ("BLOCKED", "20")


async def test_order_and_finance_data_are_read_apart(sandbox: Any) -> None:
    """GetOrderInfo gives order defaults and the payer, GetFinancial currency, VAT code and stop."""
    (order,) = await sandbox.records("CRS610MI", "GetOrderInfo", CUNO="WEBUSUSD")
    assert (order["ORTP"], order["WHLO"], order["PYNO"]) == ("WEB", "BRS", "WEBUSUSD")
    (money,) = await sandbox.records("CRS610MI", "GetFinancial", CUNO="WEBUSUSD")
    assert (money["CUCD"], money["VTCD"]) == ("GBP", "0")


async def test_addresses_are_kept_by_type_and_number(sandbox: Any) -> None:
    """AddAddress once per key; GetAddress reads it; an order head may then refer to it by ADID."""
    address = {
        "CUNO": "WEBUKGBP", "ADRT": "01", "ADID": "WEB01", "CUA1": "14 Alma Road", "PONO": "BS8 2DJ",
        "CSCD": "GB", "TOWN": "Bristol",
    }  # fmt: skip
    assert await sandbox.records("CRS610MI", "AddAddress", **address) == [
        {"CONO": "100", "CUNO": "WEBUKGBP", "ADRT": "1", "ADID": "WEB01"}
    ]
    assert (await sandbox.refusal("CRS610MI", "AddAddress", **address))[:2] == ("WADID04", "ADID")
    key = {"CUNO": "WEBUKGBP", "ADRT": "1", "ADID": "WEB01"}
    (row,) = await sandbox.records("CRS610MI", "GetAddress", **key)
    assert (row["CUA1"], row["TOWN"]) == ("14 Alma Road", "Bristol")
    assert (await sandbox.refusal("CRS610MI", "GetAddress", **{**key, "ADID": "X"}))[0] == "WADID03"
    assert (await sandbox.refusal("CRS610MI", "AddAddress", **{**address, "TOWN": ""}))[0] == "WTOWN01"
    await sandbox.head(ADID="WEB01")
