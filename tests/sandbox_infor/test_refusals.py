"""What M3 refuses, with which field and value, and in which of its two shapes."""

from collections.abc import Callable
from typing import Any

import pytest


async def test_a_refusal_inside_200_has_the_whole_envelope(sandbox: Any) -> None:
    """An unknown item: counted as failed, the padded message repeats code and field."""
    temporary = await sandbox.head()
    reply = await sandbox.get("OIS100MI", "AddBatchLine", ORNO=temporary, ITNO="KETTLE-XX", ORQT="1")
    assert reply.status_code == 200
    assert reply.json() == {
        "results": [
            {
                "transaction": "AddBatchLine",
                "errorMessage": "WITNO03 Item number KETTLE-XX does not exist                    ITNO",
                "errorCode": "WITNO03",
                "errorField": "ITNO",
                "errorType": "ServerReturnedNOK",
                "errorCfg": "",
            }
        ],
        "wasTerminated": False,
        "nrOfSuccessfullTransactions": 0,
        "nrOfFailedTransactions": 1,
        "nrOfNotProcessedTransactions": 0,
    }


async def test_the_same_refusal_as_400_has_the_error_keys_at_the_top(sandbox: Any) -> None:
    """Switched to 400, nothing but the five keys comes back, for a single call and for a bulk call of one."""
    temporary = await sandbox.head()
    await sandbox.control("faults", error_shape="400")
    fields = {"ORNO": temporary, "ITNO": "KETTLE-XX", "ORQT": "1"}
    for reply in (
        await sandbox.get("OIS100MI", "AddBatchLine", **fields),
        await sandbox.bulk("OIS100MI", ("AddBatchLine", fields)),
    ):
        assert reply.status_code == 400
        assert reply.json() == {
            "errorMessage": "WITNO03 Item number KETTLE-XX does not exist                    ITNO",
            "errorCode": "WITNO03",
            "errorField": "ITNO",
            "errorType": "ServerReturnedNOK",
            "errorCfg": "",
        }


async def test_the_mixed_shape_is_drawn_from_the_seed(make_sandbox: Callable[..., Any]) -> None:
    """By default both shapes occur, and the same seed gives the same sequence."""
    sequences = []
    for seed in (7, 7, 8):
        sandbox = make_sandbox(error_shape="mixed", seed=seed)
        sandbox.token = (await sandbox.login()).json()["access_token"]
        replies = [await sandbox.get("MMS200MI", "Get", ITNO="NONE") for _ in range(20)]
        sequences.append([reply.status_code for reply in replies])
    assert set(sequences[0]) == {200, 400}
    assert sequences[0] == sequences[1] != sequences[2]


@pytest.mark.parametrize(
    ("change", "code", "field", "text"),
    [
        ({"CUNO": ""}, "WCUNO01", "CUNO", "Customer must be entered"),
        ({"CUNO": "NOBODY"}, "WCUNO03", "CUNO", "Customer NOBODY does not exist"),
        ({"ORTP": "XXX"}, "WORTP03", "ORTP", "Order type XXX does not exist"),
        ({"WHLO": "LON"}, "WWHLO03", "WHLO", "Warehouse LON does not exist"),
        ({"FACI": "LON"}, "WFACI03", "FACI", "Facility LON does not exist"),
        ({"CUCD": "CHF"}, "WCUCD03", "CUCD", "Currency CHF does not exist"),
        ({"MODL": "SEA"}, "WMODL03", "MODL", "Delivery method SEA does not exist"),
        ({"TEDL": "FOB"}, "WTEDL03", "TEDL", "Delivery terms FOB does not exist"),
        ({"TEPY": "N99"}, "WTEPY03", "TEPY", "Payment terms N99 does not exist"),
        ({"PYNO": "NOBODY"}, "WPYNO03", "PYNO", "Payer NOBODY does not exist"),
        ({"ADID": "NONE"}, "WADID03", "ADID", "Address number NONE does not exist"),
        ({"RLDT": "20260230"}, "WRLDT02", "RLDT", "Requested delivery date (yyyyMMdd) 20260230 is invalid"),
        ({"ORDT": "2026-03-09"}, "WORDT02", "ORDT", "Order date (yyyyMMdd) 2026-03-09 is invalid"),
        ({"CUOR": "B" * 21}, "MILEN02", "CUOR",
         "Customer's order number is too long: 21 characters, at most 20"),
        ({"YREF": "é" * 31}, "MILEN02", "YREF", "Your reference is too long: 31 characters, at most 30"),
        ({"OTBA": "5.00"}, "WOTBA05", "OTBA",
         "Order discount amount 5.00 is not permitted by the discount model"),
        ({"VTCD": "1"}, "MIFLD03", "VTCD", "Field VTCD is not a field of AddBatchHead"),
        ({"CONO": "200"}, "XAU0008", "CONO", "User is not authorised for Company 200"),
    ],
)  # fmt: skip
async def test_a_wrong_head_is_refused_by_field_and_value(
    sandbox: Any, change: dict[str, str], code: str, field: str, text: str
) -> None:
    """Each wrong code, date, length or field is named, and no batch head is opened."""
    fields = {"CUNO": "WEBUKGBP", "CUOR": "BP1", **change}
    assert await sandbox.refusal("OIS100MI", "AddBatchHead", **fields) == (code, field, text)
    assert (await sandbox.control("state"))["counts"]["open_batch_heads"] == 0


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"ITNO": "UNKNOWN"}, "WITNO03", "ITNO"),
        ({"ITNO": "mug-stn-blu"}, "WITNO03", "ITNO"),
        ({"ITNO": "I" * 16}, "MILEN02", "ITNO"),
        ({"ORQT": ""}, "WORQT01", "ORQT"),
        ({"ORQT": "0"}, "WORQT02", "ORQT"),
        ({"ORQT": "-1"}, "WORQT02", "ORQT"),
        ({"ORQT": "1,5"}, "WORQT02", "ORQT"),
        ({"ORQT": "two"}, "WORQT02", "ORQT"),
        ({"ORQT": "1.0000001"}, "WORQT02", "ORQT"),
        ({"SAPR": "1.2345678"}, "WSAPR02", "SAPR"),
        ({"SAPR": "1e3"}, "WSAPR02", "SAPR"),
        ({"SAPR": "NaN"}, "WSAPR02", "SAPR"),
        ({"SAPR": "-1"}, "WSAPR02", "SAPR"),
        ({"SAPR": "99999999999", "ORQT": "9999999"}, "WSAPR02", "SAPR"),
        ({"WHLO": "LON"}, "WWHLO03", "WHLO"),
        ({"ALUN": "BOX"}, "WALUN03", "ALUN"),
        ({"SACD": "10"}, "WSACD02", "SACD"),
        ({"DIP1": "10"}, "WDIP105", "DIP1"),
        ({"MODL": "SEA"}, "WMODL03", "MODL"),
        ({"TEPY": "N99"}, "WTEPY03", "TEPY"),
        ({"ADID": "NONE"}, "WADID03", "ADID"),
        ({"CUPO": "12345678"}, "MILEN02", "CUPO"),
        ({"DWDT": "20261301"}, "WDWDT02", "DWDT"),
        ({"VTAM": "1.00"}, "MIFLD03", "VTAM"),
        ({"ORNO": "9999999999"}, "WORNO03", "ORNO"),
    ],
)
async def test_a_wrong_line_is_refused_and_not_added(
    sandbox: Any, change: dict[str, str], code: str, field: str
) -> None:
    """Quantities and prices take at most six decimals; VAT cannot be given; nothing is added on a refusal."""
    temporary = await sandbox.head()
    fields = {"ORNO": temporary, "ITNO": "MUG-STN-BLU", "ORQT": "1", "SAPR": "5", **change}
    refused = await sandbox.refusal("OIS100MI", "AddBatchLine", **fields)
    assert refused[:2] == (code, field)
    assert await sandbox.records("OIS100MI", "LstBatchLine", ORNO=temporary) == []


async def test_six_decimals_are_taken_and_idle_noughts_do_not_count(sandbox: Any) -> None:
    """0.333333 is a price, and so is 5.10000000."""
    number = await sandbox.order(("MUG-STN-BLU", "3", "0.333333"), ("MUG-STN-BLU", "1.500000", "5.10000000"))
    lines = await sandbox.records("OIS100MI", "LstLine", ORNO=number)
    assert [(line["SAPR"], line["NLAM"]) for line in lines] == [("0.333333", "1.00"), ("5.10", "7.65")]


@pytest.mark.parametrize(
    ("transaction", "fields", "code", "field"),
    [
        ("AddBatchHeadChg", {"CRID": "UNKNWN", "CRAM": "1"}, "WCRID03", "CRID"),
        ("AddBatchHeadChg", {"CRID": "FREIGH"}, "WCRAM01", "CRAM"),
        ("AddBatchHeadChg", {"CRID": "FREIGH", "CRAM": "1.005"}, "WCRAM02", "CRAM"),
        ("AddBatchHeadChg", {"CRID": "FREIGH", "CRAM": "1", "CUCD": "EUR"}, "WCUCD02", "CUCD"),
        ("AddBatchHeadChg", {"CRID": "FREIGH", "CRAM": "1", "CRD0": "x" * 31}, "MILEN02", "CRD0"),
        ("AddBatchHeadChg", {"CRID": "FREIGH", "CRAM": "1", "CRFA": "2"}, "WCRFA02", "CRFA"),
        ("AddBatchAddress", {"ADRT": "9"}, "WADRT03", "ADRT"),
        ("AddBatchAddress", {"ADRT": "1", "PHNO": "01174960181"}, "MILEN02", "PHNO"),
        ("AddBatchAddress", {"ADRT": "1", "CUA1": "x" * 37}, "MILEN02", "CUA1"),
        ("AddBatchAddress", {"ADRT": "1", "TOWN": "x" * 21}, "MILEN02", "TOWN"),
        ("AddBatchAddress", {"ADRT": "1", "CSCD": "gb"}, "WCSCD03", "CSCD"),
        ("AddBatchText", {"TYPE": "3", "TYTR": "1", "PARM": "x"}, "WTYPE02", "TYPE"),
        ("AddBatchText", {"TYPE": "1", "TYTR": "1", "PARM": "x" * 241}, "MILEN02", "PARM"),
        ("AddBatchText", {"TYPE": "2", "TYTR": "1", "PARM": "x", "PONR": "1"}, "WPONR03", "PONR"),
        ("AddBatchText", {"TYPE": "1", "TYTR": "1", "PARM": " "}, "WPARM01", "PARM"),
    ],
)
async def test_wrong_charges_addresses_and_texts_are_refused(
    sandbox: Any, transaction: str, fields: dict[str, str], code: str, field: str
) -> None:
    """Unknown charges, amounts finer than a cent, eleven digits of phone, and so on."""
    temporary = await sandbox.head()
    refused = await sandbox.refusal("OIS100MI", transaction, ORNO=temporary, **fields)
    assert refused[:2] == (code, field)


async def test_one_address_of_a_type_and_no_more(sandbox: Any) -> None:
    """A second delivery address of the same order is refused as existing; an invoice address is another."""
    temporary = await sandbox.head()
    await sandbox.records("OIS100MI", "AddBatchAddress", ORNO=temporary, ADRT="01", CUNM="A", CSCD="GB")
    refused = await sandbox.refusal("OIS100MI", "AddBatchAddress", ORNO=temporary, ADRT="1", CUNM="B")
    assert refused[:2] == ("WADRT04", "ADRT")
    await sandbox.records("OIS100MI", "AddBatchAddress", ORNO=temporary, ADRT="3", CUNM="B")


async def test_personal_text_never_stands_in_a_message(sandbox: Any) -> None:
    """A name that is too long is described by its length alone."""
    name = "Wolfeschlegelsteinhausenbergerdorff Sr"
    temporary = await sandbox.head()
    reply = await sandbox.get("OIS100MI", "AddBatchAddress", ORNO=temporary, ADRT="1", CUNM=name)
    assert "38 characters, at most 36" in reply.text
    assert name not in reply.text


async def test_long_text_is_cut_when_the_switch_says_so(sandbox: Any) -> None:
    """Truncation cuts text to its length; a number or date that is too long is refused all the same."""
    await sandbox.control("faults", long_fields="truncate")
    temporary = await sandbox.head(CUOR="BP" + "7" * 20)
    (head,) = await sandbox.records("OIS100MI", "GetBatchHead", ORNO=temporary)
    assert head["CUOR"] == "BP" + "7" * 18
    refused = await sandbox.refusal("OIS100MI", "AddBatchHead", CUNO="WEBUKGBP", RLDT="20260302000")
    assert refused[:2] == ("MILEN02", "RLDT")


@pytest.mark.parametrize(
    ("program", "transaction", "code"),
    [
        ("OIS999MI", "AddBatchHead", "MIPGM03"),
        ("OIS100MI", "AddBatchHeader", "MITRN03"),
        ("CRS610MI", "Get", "MITRN03"),
        ("ARS100MI", "AddBatchLine", "MIPGM03"),
    ],
)
async def test_unknown_programs_and_transactions_are_refused(
    sandbox: Any, program: str, transaction: str, code: str
) -> None:
    """There is no ARS100MI, and CRS610MI has no plain Get."""
    assert (await sandbox.refusal(program, transaction, CUNO="WEBUKGBP"))[0] == code
