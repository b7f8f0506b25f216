"""An order from batch entry to confirmation: exact bodies and M3's own figures."""

from typing import Any

import pytest


async def test_a_whole_order_gets_the_figures_that_m3_computes(sandbox: Any) -> None:
    """Head, address, two lines, freight and text become one order of 90.89 before and 109.07 after VAT."""
    temporary = await sandbox.head(
        CUOR="BP77120", YREF="Priya Raman", OREF="WEB-77120", ORDT="20260309", RLDT="20260312", MODL="DPD",
        TEDL="DAP", TEPY="CRD", FACI="BRS",
    )  # fmt: skip
    assert temporary == "8000000001"
    address = {"CUNM": "Lantern Studio", "CUA1": "Unit 3", "TOWN": "Bristol", "PONO": "BS4 3EH", "CSCD": "GB"}
    kettle = {"ITNO": "KETTLE-SS-17", "ORQT": "2", "SAPR": "29.95", "CUPO": "10"}
    mug = {"ITNO": "MUG-STN-BLU", "ORQT": "4", "SAPR": "6.50", "CUPO": "20"}
    freight = {"CRID": "FREIGH", "CRAM": "4.99", "CRD0": "Standard delivery"}
    reply = await sandbox.bulk(
        "OIS100MI",
        ("AddBatchAddress", {"ORNO": temporary, "ADRT": "1", **address}),
        ("AddBatchLine", {"ORNO": temporary, **kettle}),
        ("AddBatchLine", {"ORNO": temporary, **mug}),
        ("AddBatchHeadChg", {"ORNO": temporary, **freight}),
        ("AddBatchText", {"ORNO": temporary, "TYPE": "1", "TYTR": "1", "PARM": "Leave with neighbour"}),
        ("Confirm", {"ORNO": temporary}),
        cono=100,
    )
    assert reply.json() == {
        "results": [
            {"transaction": "AddBatchAddress", "records": []},
            {"transaction": "AddBatchLine", "records": [{"PONR": "1", "POSX": "0", "ATNR": "0"}]},
            {"transaction": "AddBatchLine", "records": [{"PONR": "2", "POSX": "0", "ATNR": "0"}]},
            {"transaction": "AddBatchHeadChg", "records": []},
            {"transaction": "AddBatchText", "records": []},
            {"transaction": "Confirm", "records": [{"ORNO": "0010004501", "STAT": "33"}]},
        ],
        "wasTerminated": False,
        "nrOfSuccessfullTransactions": 6,
        "nrOfFailedTransactions": 0,
        "nrOfNotProcessedTransactions": 0,
    }
    (head,) = await sandbox.records("OIS100MI", "GetHead", ORNO="0010004501")
    wanted = {
        "ORNO": "0010004501", "CUNO": "WEBUKGBP", "ORTP": "WEB", "ORDT": "20260309", "STAT": "33",
        "ORSL": "33", "ORST": "33", "FACI": "BRS", "WHLO": "BRS", "CUOR": "BP77120", "CUCD": "GBP",
        "NTAM": "85.90", "EXAM": "4.99", "ORVA": "90.89", "VTAM": "18.18", "TOAM": "109.07",
        "ROAM": "0.00", "TOPY": "109.07",
        "RLDT": "20260312", "YREF": "Priya Raman", "OREF": "WEB-77120",
    }  # fmt: skip
    assert wanted.items() <= head.items()


async def test_lines_read_back_as_strings_with_their_net(sandbox: Any) -> None:
    """GetLine and LstLine give quantity, price, net and VAT code as text."""
    number = await sandbox.order(("KETTLE-SS-17", "3.0", "3.333333"), ("BOOK-TEA", "0.5", "12"))
    first, second = await sandbox.records("OIS100MI", "LstLine", ORNO=number)
    assert (first["ORQT"], first["SAPR"], first["NLAM"]) == ("3", "3.333333", "10.00")
    assert (second["ORQT"], second["SAPR"], second["NLAM"]) == ("0.5", "12.00", "6.00")
    (line,) = await sandbox.records("OIS100MI", "GetLine", ORNO=number, PONR="2")
    assert (line["ITNO"], line["VTCD"], line["ORST"]) == ("BOOK-TEA", "2", "33")
    assert all(isinstance(value, str) for value in line.values())


@pytest.mark.parametrize(
    ("lines", "charges", "orva", "vtam"),
    [
        # 0.125 and 0.375 halves go up; VAT is rounded line by line: 0.03 + 0.08 and not round(0.51 x 20 %).
        ([("MUG-STN-BLU", "1", "0.125"), ("MUG-STN-BLU", "1", "0.375")], [], "0.51", "0.11"),
        # Three lines of 0.13: VAT 0.026 each, rounded 0.03 three times; on the sum it would be 0.08.
        ([("MUG-STN-BLU", "1", "0.13")] * 3, [], "0.39", "0.09"),
        # A reduced rate that ends on half a cent: 0.10 x 5 % = 0.005 -> 0.01.
        ([("LONG-NAME", "1", "0.10")], [], "0.10", "0.01"),
        # A negative charge is the mirror of a positive one: -0.125 x 20 % on -2.38 = -0.476 -> -0.48.
        ([("MUG-STN-BLU", "1", "10")], [("DISCNT", "-2.38")], "7.62", "1.52"),
        ([("BOOK-TEA", "1", "10")], [("DISCNT", "-0.13")], "9.87", "-0.03"),
        # A charge outside VAT lowers the order and leaves the VAT.
        ([("MUG-STN-BLU", "1", "10")], [("GIFTRD", "-10.00")], "0.00", "2.00"),
        ([("BOOK-TEA", "2", "7.995")], [("FREIGH", "4.99")], "20.98", "1.00"),
    ],
)
async def test_vat_is_rounded_half_up_line_by_line_and_charge_by_charge(
    sandbox: Any, lines: list[tuple[str, str, str]], charges: list[tuple[str, str]], orva: str, vtam: str
) -> None:
    """Each order's ORVA and VTAM are the sums of its rounded parts."""
    number = await sandbox.order(*lines, charges=tuple(charges))
    (value,) = await sandbox.records("OIS100MI", "GetOrderValue", ORNO=number)
    assert (value["ORVA"], value["VTAM"]) == (orva, vtam)


async def test_an_export_customer_pays_no_vat_at_all(sandbox: Any) -> None:
    """VAT code 0 of the customer wins over items and charges."""
    number = await sandbox.order(
        ("KETTLE-SS-17", "1", "100"), charges=(("FREIGH", "20"),), CUNO="WEBUSUSD", CUCD="USD"
    )
    (head,) = await sandbox.records("OIS100MI", "GetHead", ORNO=number)
    assert (head["ORVA"], head["VTAM"], head["TOAM"]) == ("120.00", "0.00", "120.00")
    (effect,) = await sandbox.control(f"effects?kind=order.confirmed&key={number}")
    assert [line["VTCD"] for line in effect["data"]["lines"]] == ["0"]


async def test_a_customers_own_vat_code_goes_before_the_items(sandbox: Any) -> None:
    """A customer with the reduced code pays 5 % on standard items, zero-rated items and charges alike."""
    number = await sandbox.order(
        ("KETTLE-SS-17", "1", "100"), ("BOOK-TEA", "1", "10"), charges=(("FREIGH", "4"),), CUNO="REDUCED"
    )
    (value,) = await sandbox.records("OIS100MI", "GetOrderValue", ORNO=number)
    assert (value["ORVA"], value["VTAM"]) == ("114.00", "5.70")


async def test_writing_twice_makes_two(sandbox: Any) -> None:
    """No call is idempotent: heads, lines, charges and orders with one CUOR double when they are repeated."""
    first, second = await sandbox.head(), await sandbox.head()
    assert first != second
    for _ in range(2):
        await sandbox.records("OIS100MI", "AddBatchLine", ORNO=first, ITNO="MUG-STN-BLU", ORQT="1", SAPR="5")
        await sandbox.records("OIS100MI", "AddBatchHeadChg", ORNO=first, CRID="FREIGH", CRAM="1")
    (confirmed,) = await sandbox.records("OIS100MI", "Confirm", ORNO=first)
    (head,) = await sandbox.records("OIS100MI", "GetHead", ORNO=confirmed["ORNO"])
    assert (head["NTAM"], head["EXAM"]) == ("10.00", "2.00")
    await sandbox.order(("MUG-STN-BLU", "1", "5"))
    found = await sandbox.records("OIS120MI", "LstCOStopByCUOR", CUOR="BP1")
    assert [row["ORNO"] for row in found] == ["0010004501", "0010004502"]


async def test_a_confirmed_order_cannot_be_confirmed_or_changed_again(sandbox: Any) -> None:
    """The temporary number is spent: Confirm, AddBatchLine and DelBatchHead are refused."""
    temporary = await sandbox.head()
    await sandbox.records("OIS100MI", "AddBatchLine", ORNO=temporary, ITNO="MUG-STN-BLU", ORQT="1", SAPR="5")
    await sandbox.records("OIS100MI", "Confirm", ORNO=temporary)
    assert (await sandbox.refusal("OIS100MI", "Confirm", ORNO=temporary))[0] == "WORNO06"
    refused = await sandbox.refusal("OIS100MI", "AddBatchLine", ORNO=temporary, ITNO="MUG-STN-BLU", ORQT="1")
    assert refused[:2] == ("WORNO05", "ORNO")
    assert (await sandbox.refusal("OIS100MI", "DelBatchHead", ORNO=temporary))[0] == "WORNO05"
    assert await sandbox.records("OIS100MI", "GetOrderNo", ORNO=temporary) == [{"ORNR": "0010004501"}]
    (state,) = await sandbox.records("OIS275MI", "GetTmpOrderStat", ORNO=temporary)
    assert state == {"ORNO": temporary, "ORNR": "0010004501", "STAT": "90"}


@pytest.mark.parametrize(
    ("customer", "items", "code", "text"),
    [
        ("WEBUKGBP", [], "WORNO09", "Order 8000000001 has no lines"),
        ("WEBUKGBP", ["MUG-STN-BLU", "OLD-PLATE"], "WITNO07", "Item number OLD-PLATE has status 90"),
        ("WEBUKGBP", ["NO-VAT"], "WVTCS01", "VAT code of item NO-VAT must be entered"),
        ("BLOCKED", ["MUG-STN-BLU"], "WCUNO07", "Customer BLOCKED has status 90"),
        ("STOPPED", ["MUG-STN-BLU"], "WCUNO08", "Customer STOPPED is stopped"),
    ],
)
async def test_a_failed_check_leaves_the_order_in_the_batch_with_its_reasons(
    sandbox: Any, customer: str, items: list[str], code: str, text: str
) -> None:
    """Confirm is refused, LstErrMsgOrder tells why, no order is made, and the head can be dropped."""
    temporary = await sandbox.head(CUNO=customer)
    for item in items:
        await sandbox.records("OIS100MI", "AddBatchLine", ORNO=temporary, ITNO=item, ORQT="1", SAPR="5")
    refused = await sandbox.refusal("OIS100MI", "Confirm", ORNO=temporary)
    assert (refused[0], refused[2]) == (code, text)
    (error,) = await sandbox.records("OIS100MI", "LstErrMsgOrder", ORNO=temporary)
    assert (error["MSID"], error["TX60"]) == (code, text)
    state = await sandbox.control("state")
    assert (state["counts"]["orders"], state["counts"]["open_batch_heads"]) == (0, 1)
    assert state["open_batch_heads"][0]["errors"] == [{"MSID": code, "TX60": text}]
    await sandbox.records("OIS100MI", "DelBatchHead", ORNO=temporary)
    assert (await sandbox.control("state"))["counts"]["open_batch_heads"] == 0
    assert (await sandbox.refusal("OIS100MI", "GetBatchHead", ORNO=temporary))[0] == "WORNO03"


async def test_a_stopped_order_can_be_completed_and_confirmed(sandbox: Any) -> None:
    """After a failed check a missing line can still be added, and Confirm then makes the order."""
    temporary = await sandbox.head()
    await sandbox.refusal("OIS100MI", "Confirm", ORNO=temporary)
    await sandbox.records("OIS100MI", "AddBatchLine", ORNO=temporary, ITNO="MUG-STN-BLU", ORQT="1", SAPR="5")
    (confirmed,) = await sandbox.records("OIS100MI", "Confirm", ORNO=temporary)
    assert confirmed == {"ORNO": "0010004501", "STAT": "33"}
    assert await sandbox.records("OIS100MI", "LstErrMsgOrder", ORNO=temporary) == []


async def test_confirm_may_answer_before_the_order_is_made(sandbox: Any) -> None:
    """With a delay Confirm gives the temporary number in state 20; the job makes the order when it is due."""
    await sandbox.control("faults", confirm_delay_s=30)
    temporary = await sandbox.head()
    await sandbox.records("OIS100MI", "AddBatchLine", ORNO=temporary, ITNO="MUG-STN-BLU", ORQT="1", SAPR="5")
    (answer,) = await sandbox.records("OIS100MI", "Confirm", ORNO=temporary)
    assert answer == {"ORNO": temporary, "STAT": "20"}
    assert await sandbox.records("OIS100MI", "GetOrderNo", ORNO=temporary) == [{"ORNR": ""}]
    assert (await sandbox.refusal("OIS100MI", "DelBatchHead", ORNO=temporary))[0] == "WORNO05"
    assert (await sandbox.control("state"))["counts"] == {"orders": 0, "open_batch_heads": 1, "customers": 0}
    sandbox.clock.advance(30)
    (effect,) = await sandbox.control("effects?kind=order.confirmed")
    assert effect["data"]["time"] == "2026-11-18T11:07:10.000Z"
    (state,) = await sandbox.records("OIS275MI", "GetTmpOrderStat", ORNO=temporary)
    assert state == {"ORNO": temporary, "ORNR": "0010004501", "STAT": "90"}


async def test_a_delayed_check_that_fails_shows_in_the_state_and_the_error_list(sandbox: Any) -> None:
    """The job leaves the order in state 40 with its reason."""
    await sandbox.control("faults", confirm_delay_s=5)
    temporary = await sandbox.head()
    await sandbox.records("OIS100MI", "Confirm", ORNO=temporary)
    sandbox.clock.advance(5)
    (state,) = await sandbox.records("OIS275MI", "GetTmpOrderStat", ORNO=temporary)
    assert (state["ORNR"], state["STAT"]) == ("", "40")
    (error,) = await sandbox.records("OIS100MI", "LstErrMsgOrder", ORNO=temporary)
    assert error == {
        "LEVL": "1",
        "MDTA": temporary,
        "TX60": f"Order {temporary} has no lines",
        "MSID": "WORNO09",
    }


async def test_blank_head_fields_come_from_the_customer(sandbox: Any) -> None:
    """Order type, warehouse, currency, facility, payer and dates need not be given."""
    (opened,) = await sandbox.records("OIS100MI", "AddBatchHead", CUNO="WEBUKGBP")
    (head,) = await sandbox.records("OIS100MI", "GetBatchHead", ORNO=opened["ORNO"])
    wanted = {
        "ORTP": "WEB", "CUCD": "GBP", "FACI": "BRS", "TEPY": "CRD", "PYNO": "WEBUKGBP", "ORDT": "20261118",
        "RLDT": "20261118", "STAT": "10", "NTAM": "0.00",
    }  # fmt: skip
    assert wanted.items() <= head.items()


async def test_the_effect_log_tells_the_whole_order(sandbox: Any) -> None:
    """One effect per order: lines, VAT, sums, time, but no names; those stand in the state alone."""
    number = await sandbox.order(
        ("KETTLE-SS-17", "2", "29.95"), charges=(("DISCNT", "-5.00"),), CUOR="BP5", YREF="Priya Raman"
    )
    opened, confirmed = await sandbox.control("effects")
    assert (opened["kind"], opened["data"]) == ("batch.opened", {"CUNO": "WEBUKGBP", "CUOR": "BP5"})
    data = confirmed["data"]
    assert "Priya" not in str(data)
    assert (confirmed["kind"], confirmed["key"], confirmed["at"]) == (
        "order.confirmed",
        number,
        "2026-11-18T11:06:40.000Z",
    )
    assert data["lines"] == [
        {"PONR": "1", "ITNO": "KETTLE-SS-17", "ORQT": "2", "SAPR": "29.95", "NLAM": "59.90", "VTCD": "1",
         "VTAM": "11.98"},
    ]  # fmt: skip
    assert data["charges"] == [
        {"CRID": "DISCNT", "CRAM": "-5.00", "CRD0": "Discount", "VTCD": "1", "VTAM": "-1.00"}
    ]
    sums = {name: data[name] for name in ("CUNO", "CUOR", "NTAM", "EXAM", "ORVA", "VTAM", "TOAM", "batch")}
    assert sums == {
        "CUNO": "WEBUKGBP", "CUOR": "BP5", "NTAM": "59.90", "EXAM": "-5.00", "ORVA": "54.90", "VTAM": "10.98",
        "TOAM": "65.88", "batch": "8000000001",
    }  # fmt: skip
    (whole,) = (await sandbox.control("state"))["orders"]
    assert whole == {**data, "YREF": "Priya Raman", "addresses": {}, "texts": []}
