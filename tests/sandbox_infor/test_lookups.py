"""Finding orders again: by customer, by the customer's number, in the batch, in the search index."""

from typing import Any


async def test_open_heads_are_listed_by_customer_with_their_cuor(sandbox: Any) -> None:
    """LstBatchHead needs CUNO, and gives only what is not confirmed."""
    first = await sandbox.head(CUOR="BP1")
    await sandbox.order(("MUG-STN-BLU", "1", "5"), CUOR="BP2")
    await sandbox.head(CUOR="BP3", CUNO="WEBUSUSD", CUCD="USD")
    rows = await sandbox.records("OIS100MI", "LstBatchHead", CUNO="WEBUKGBP")
    assert [(row["ORNO"], row["CUOR"], row["STAT"]) for row in rows] == [(first, "BP1", "10")]
    assert (await sandbox.refusal("OIS100MI", "LstBatchHead"))[:2] == ("WCUNO01", "CUNO")
    assert await sandbox.records("OIS100MI", "LstBatchHead", CUNO="WEBUKGBP", ORSL="20") == []


async def test_only_confirmed_orders_are_found_by_cuor_alone(sandbox: Any) -> None:
    """LstCOStopByCUOR needs no CUNO and knows no batch order; unknown numbers give an empty list."""
    await sandbox.head(CUOR="BP9")
    assert await sandbox.records("OIS120MI", "LstCOStopByCUOR", CUOR="BP9") == []
    number = await sandbox.order(("MUG-STN-BLU", "1", "5"), CUOR="BP9")
    (row,) = await sandbox.records("OIS120MI", "LstCOStopByCUOR", CUOR="BP9")
    wanted = {"ORNO": number, "CUOR": "BP9", "CUNO": "WEBUKGBP", "OBLC": "0", "ORSL": "33", "CUNM": "Web UK"}
    assert wanted.items() <= row.items()
    assert await sandbox.records("OIS120MI", "LstCOStopByCUOR", CUOR="BP") == []


async def test_the_number_of_filters_turns_the_look_up_into_a_position(sandbox: Any) -> None:
    """NFTR 2 fixes facility and CUOR; NFTR 1 lists on from there; 5 is refused."""
    for cuor in ("BP11", "BP12", "BP13"):
        await sandbox.order(("MUG-STN-BLU", "1", "5"), CUOR=cuor)
    for filters, found in (("2", ["BP12"]), ("1", ["BP12", "BP13", "BP7"]), ("0", ["BP12", "BP13", "BP7"])):
        rows = await sandbox.records("OIS120MI", "LstCOStopByCUOR", CUOR="BP12", NFTR=filters)
        assert [row["CUOR"] for row in rows] == found
    assert (await sandbox.refusal("OIS120MI", "LstCOStopByCUOR", CUOR="BP12", NFTR="5"))[0] == "WNFTR03"


async def test_orders_are_listed_by_customer_and_span_of_states(sandbox: Any) -> None:
    """LstHead gives the customer's real orders, keyed ones too, if their state is within the span."""
    number = await sandbox.order(("MUG-STN-BLU", "1", "5"))
    rows = await sandbox.records("OIS100MI", "LstHead", CUNO="WEBUKGBP")
    assert [(row["ORNO"], row["CUOR"]) for row in rows] == [("0010003401", "BP7"), (number, "BP1")]
    assert await sandbox.records("OIS100MI", "LstHead", CUNO="WEBUKGBP", ORSL="44", ORST="77") == []
    assert (await sandbox.refusal("OIS100MI", "LstHead"))[:2] == ("WCUNO01", "CUNO")
    assert (await sandbox.refusal("OIS100MI", "LstHead", CUNO="NOBODY"))[0] == "WCUNO03"


async def test_the_search_index_lags_behind(sandbox: Any) -> None:
    """A fresh order is found only after the lag; terms must all fit, a star stands for the rest."""
    number = await sandbox.order(("MUG-STN-BLU", "1", "5"), CUOR="BP21")
    query = "CUOR:BP21 AND CUNO:WEB*"
    assert await sandbox.records("OIS100MI", "SearchHead", SQRY=query) == []
    sandbox.clock.advance(5)
    (row,) = await sandbox.records("OIS100MI", "SearchHead", SQRY=query)
    assert (row["ORNO"], row["NTAM"], row["CUCD"]) == (number, "5.00", "GBP")
    assert await sandbox.records("OIS100MI", "SearchHead", SQRY="CUOR:BP21 CUNO:NOBODY") == []
    assert (await sandbox.refusal("OIS100MI", "SearchHead", SQRY="COLOUR:red"))[0] == "WSQRY03"


async def test_temporary_numbers_are_no_real_ones(sandbox: Any) -> None:
    """GetHead, GetLine and GetOrderValue know the final number alone."""
    temporary = await sandbox.head()
    for transaction, more in (
        ("GetHead", {}),
        ("GetLine", {"PONR": "1"}),
        ("GetOrderValue", {}),
        ("LstLine", {}),
    ):
        refused = await sandbox.refusal("OIS100MI", transaction, ORNO=temporary, **more)
        assert refused[:2] == ("WORNO03", "ORNO")
    number = await sandbox.order(("MUG-STN-BLU", "1", "5"))
    assert (await sandbox.refusal("OIS100MI", "GetLine", ORNO=number, PONR="2"))[:2] == ("WPONR03", "PONR")
    assert (await sandbox.refusal("OIS275MI", "GetTmpOrderStat", ORNO=number))[0] == "WORNO03"


async def test_order_values_say_that_nothing_is_invoiced(sandbox: Any) -> None:
    """GetOrderValue gives ordered sums and noughts for the invoiced ones."""
    number = await sandbox.order(("KETTLE-SS-17", "2", "29.95"), charges=(("FREIGH", "4.99"),))
    (value,) = await sandbox.records("OIS100MI", "GetOrderValue", ORNO=number, excludeempty="true")
    wanted = {
        "NTAM": "59.90", "EXAM": "4.99", "ORVA": "64.89", "VTAM": "12.98", "TOAM": "77.87", "TOPY": "77.87",
        "ITOA": "0.00", "CUCD": "GBP",
    }  # fmt: skip
    assert wanted.items() <= value.items()


async def test_masters_can_be_listed(sandbox: Any) -> None:
    """Warehouses, VAT rates and the user's own context."""
    rows = await sandbox.records("MMS005MI", "LstWarehouses")
    assert [(row["WHLO"], row["WHNM"], row["DIVI"]) for row in rows] == [
        ("BRS", "Bristol", "AAA"),
        ("MUC", "Munich", "AAA"),
    ]
    assert len(await sandbox.records("MMS005MI", "LstWarehouses", FWHL="C", TWHL="N")) == 1
    rates = await sandbox.records("CRS175MI", "LstVatPercent")
    assert [(row["VTCD"], row["VTP1"]) for row in rates] == [("1", "20.00"), ("2", "0.00"), ("3", "5.00")]
    (reduced,) = await sandbox.records("CRS175MI", "LstVatPercent", VTCD="3")
    assert reduced["TX40"] == "Reduced"
    (user,) = await sandbox.records("GENERAL", "GetUserInfo")
    assert (user["ZDCONO"], user["ZDDIVI"], user["ZDFACI"], user["DSEP"]) == ("100", "AAA", "BRS", ".")
