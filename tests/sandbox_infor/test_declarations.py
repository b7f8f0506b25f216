"""The transactions as data: what they declare is what is checked and what MRS001MI tells."""

from typing import Any

import pytest
from crosswalk_engine.sandbox.infor.gateway import classify
from crosswalk_engine.sandbox.infor.m3.declare import fields
from crosswalk_engine.sandbox.infor.m3.programs import PROGRAMS

ALL = [(program, name) for program in PROGRAMS for name in PROGRAMS[program].transactions]
#: What the order flow needs, by program.
NEEDED = {
    "CRS610MI": "GetBasicData Add ChgBasicData LstByNumber GetOrderInfo GetFinancial AddAddress GetAddress",
    "OIS100MI": (
        "AddBatchHead AddBatchLine AddBatchAddress AddBatchText AddBatchHeadChg Confirm GetOrderNo"
        " LstErrMsgOrder LstBatchHead GetBatchHead LstBatchLine DelBatchHead GetHead GetLine LstLine"
        " LstHead GetOrderValue SearchHead"
    ),
    "OIS275MI": "GetTmpOrderStat",
    "OIS120MI": "LstCOStopByCUOR",
    "MMS200MI": "Get GetItmBasic LstItmByItm",
    "MMS005MI": "LstWarehouses",
    "CRS175MI": "LstVatPercent",
    "GENERAL": "GetUserInfo",
    "MRS001MI": "LstAdtFieldInf",
}


def test_every_needed_transaction_is_declared_and_no_other() -> None:
    """The catalogue is exactly the list."""
    assert {name: set(PROGRAMS[name].transactions) for name in PROGRAMS} == {
        name: set(text.split()) for name, text in NEEDED.items()
    }


@pytest.mark.parametrize(
    ("program", "transaction", "field", "length", "required"),
    [
        ("OIS100MI", "AddBatchHead", "CUNO", 10, True),
        ("OIS100MI", "AddBatchHead", "CUOR", 20, False),
        ("OIS100MI", "AddBatchHead", "YREF", 30, False),
        ("OIS100MI", "AddBatchLine", "ITNO", 15, True),
        ("OIS100MI", "AddBatchLine", "SAPR", 18, False),
        ("OIS100MI", "AddBatchLine", "ORQT", 16, False),
        ("OIS100MI", "AddBatchLine", "CUPO", 7, False),
        ("OIS100MI", "AddBatchAddress", "PHNO", 10, False),
        ("OIS100MI", "AddBatchAddress", "TOWN", 20, False),
        ("OIS100MI", "AddBatchHeadChg", "CRID", 6, True),
        ("OIS100MI", "AddBatchHeadChg", "CRAM", 16, False),
        ("OIS100MI", "AddBatchText", "PARM", 240, True),
        ("CRS610MI", "Add", "PHNO", 16, False),
        ("CRS610MI", "Add", "CUTM", 10, True),
        ("CRS610MI", "Add", "MAIL", 50, False),
        ("CRS610MI", "AddAddress", "ADID", 6, True),
    ],
)
async def test_mrs001mi_tells_the_lengths_that_are_enforced(
    sandbox: Any, program: str, transaction: str, field: str, length: int, required: bool
) -> None:
    """LstAdtFieldInf gives length and mandatory mark, and one character more is refused."""
    rows = await sandbox.records(
        "MRS001MI", "LstAdtFieldInf", MINM=program, TRNM=transaction, TRTP="I", maxrecs="0"
    )
    row = next(row for row in rows if row["FLNM"] == field)
    assert (row["LENG"], row["MAND"]) == (str(length), "1" if required else "0")
    required_ones = {one["FLNM"]: "1" for one in rows if one["MAND"] == "1"}
    refused = await sandbox.refusal(program, transaction, **{**required_ones, field: "9" * (length + 1)})
    assert refused[:2] == ("MILEN02", field)


async def test_positions_follow_the_transaction_name(sandbox: Any) -> None:
    """The first field begins at position 16, and each next one right after the last."""
    key = {"MINM": "OIS275MI", "TRNM": "GetTmpOrderStat", "TRTP": "O"}
    rows = await sandbox.records("MRS001MI", "LstAdtFieldInf", **key)
    assert [(row["FLNM"], row["FRPO"], row["TOPO"]) for row in rows] == [
        ("ORNO", "16", "25"),
        ("ORNR", "26", "35"),
        ("STAT", "36", "37"),
    ]
    for change, code in (({"MINM": "X"}, "WMINM03"), ({"TRNM": "X"}, "WTRNM03"), ({"TRTP": "X"}, "WTRTP02")):
        assert (await sandbox.refusal("MRS001MI", "LstAdtFieldInf", **{**key, **change}))[0] == code


async def test_decimals_and_kinds_are_told(sandbox: Any) -> None:
    """SAPR is a number of six decimals, RLDT a date, CUOR text."""
    kinds = {}
    for name in ("AddBatchHead", "AddBatchLine"):
        rows = await sandbox.records(
            "MRS001MI", "LstAdtFieldInf", MINM="OIS100MI", TRNM=name, TRTP="I", maxrecs="0"
        )
        kinds |= {row["FLNM"]: (row["TYPE"], row["FLDP"]) for row in rows}
    assert [kinds[name] for name in ("SAPR", "ORQT", "RLDT", "CUOR")] == [
        ("N", "6"), ("N", "6"), ("D", "0"), ("A", "0"),
    ]  # fmt: skip


@pytest.mark.parametrize(("program", "transaction"), ALL)
async def test_every_transaction_answers_with_its_declared_fields_alone(
    sandbox: Any, program: str, transaction: str
) -> None:
    """Called with the keyed order's keys, each gives declared string fields or a refusal in M3's words."""
    declared = PROGRAMS[program].transactions[transaction]
    known = {
        "CUNO": "WEBUKGBP", "ORNO": "0010003401", "PONR": "1", "ITNO": "BOOK-TEA", "MINM": "GENERAL",
        "TRNM": "GetUserInfo", "TRTP": "O", "SQRY": "CUOR:BP7", "CUTM": "CUTM1",
    }  # fmt: skip
    given = {name: known.get(name, "1") for name, field in declared.inputs.items() if field.required}
    body = (await sandbox.get(program, transaction, **given)).json()["results"][0]
    assert body["transaction"] == transaction
    if "errorCode" in body:
        assert body["errorMessage"].startswith(body["errorCode"])
        return
    for record in body["records"]:
        assert set(record) == set(declared.outputs)
        assert all(isinstance(value, str) for value in record.values())


def test_gets_that_write_are_classified_as_writes() -> None:
    """Add, Chg, Del and Confirm write; Get and Lst read; the token endpoint is neither."""
    base = "/ACME_TST/M3/m3api-rest/v2/execute"
    for program, transaction in ALL:
        writes = transaction.startswith(("Add", "Chg", "Del", "Confirm"))
        kind = classify("GET", f"{base}/{program}/{transaction};maxrecs=1")
        assert kind == ("write" if writes else "read"), transaction
    assert classify("POST", base) == "write"
    assert classify("POST", "/ACME_TST/as/token.oauth2") == "token"


def test_a_misspelt_field_declaration_is_an_error() -> None:
    """Lower case, or no length, is refused when the program is declared."""
    for notation in ("cuno(10)", "CUNO", "CUNO(x)"):
        with pytest.raises(ValueError, match="not a field"):
            fields(notation)
