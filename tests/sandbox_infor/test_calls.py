"""How a call may be written, and how its reply is shaped: parameters, matrix spelling, lists, bulk."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


def many_items(count: int) -> list[dict[str, str]]:
    """Items ITEM0000, ITEM0001 and so on."""
    return [
        {"ITNO": f"ITEM{n:04d}", "ITDS": "", "STAT": "20", "UNMS": "PCE", "VTCS": "1"} for n in range(count)
    ]


@pytest.fixture
async def long_list(make_sandbox: Callable[..., Any], write_masters: Callable[..., Path]) -> Any:
    """A sandbox with 130 items and no keyed orders."""
    made = make_sandbox(write_masters(items__ndjson=many_items(130), orders__ndjson=[]))
    made.token = (await made.login()).json()["access_token"]
    return made


async def test_a_list_silently_stops_at_100(long_list: Any) -> None:
    """maxrecs is 100 unless given; 0 lifts it; any other number cuts there; the list starts at ITNO."""
    for maxrecs, count in ((None, 100), ("0", 130), ("7", 7), ("100000", 130)):
        params = {} if maxrecs is None else {"maxrecs": maxrecs}
        records = await long_list.records("MMS200MI", "LstItmByItm", ITNO="ITEM", **params)
        assert len(records) == count
    tail = await long_list.records("MMS200MI", "LstItmByItm", ITNO="ITEM0128")
    assert [row["ITNO"] for row in tail] == ["ITEM0128", "ITEM0129"]


async def test_matrix_parameters_are_read_in_the_sdk_spelling(long_list: Any) -> None:
    """`;maxrecs=2;excludempty=true;returncols=…` after the transaction works like the query does."""
    path = (
        f"{long_list.path}/MMS200MI/LstItmByItm;metadata=false;maxrecs=2;excludempty=true;cono=100;divi=AAA"
        ";returncols=ITNO%2CITDS%2CSTAT?ITNO=ITEM0003&_rid=4711"
    )
    reply = await long_list.client.get(path, headers=long_list.headers)
    assert reply.json()["results"][0]["records"] == [
        {"ITNO": "ITEM0003", "STAT": "20"},
        {"ITNO": "ITEM0004", "STAT": "20"},
    ]


@pytest.mark.parametrize("spelling", ["excludeempty", "excludempty"])
async def test_empty_fields_are_left_out_in_both_spellings(sandbox: Any, spelling: str) -> None:
    """Without the switch every declared field is there, with it only those that hold something."""
    (full,) = await sandbox.records("MMS200MI", "Get", ITNO="BOOK-TEA")
    (short,) = await sandbox.records("MMS200MI", "Get", ITNO="BOOK-TEA", **{spelling: "true"})
    assert len(full) == 26 and full["FUDS"] == ""
    assert short == {"ITNO": "BOOK-TEA", "ITDS": "The book of tea", "STAT": "20", "UNMS": "PCE", "VTCS": "2"}


async def test_righttrim_false_fills_values_to_their_length(sandbox: Any) -> None:
    """Values come back padded with blanks, and padded input is accepted."""
    (row,) = await sandbox.records(
        "MMS200MI", "Get", ITNO="BOOK-TEA       ", righttrim="false", returncols="ITNO,STAT,UNMS"
    )
    assert row == {"ITNO": "BOOK-TEA       ", "STAT": "20", "UNMS": "PCE"}


async def test_returncols_choose_and_order_the_fields(sandbox: Any) -> None:
    """Only the named fields come back; an unknown one is refused by name."""
    (row,) = await sandbox.records("MMS200MI", "Get", ITNO="BOOK-TEA", returncols="STAT,ITNO")
    assert list(row.items()) == [("STAT", "20"), ("ITNO", "BOOK-TEA")]
    assert (await sandbox.refusal("MMS200MI", "Get", ITNO="BOOK-TEA", returncols="PRICE"))[:2] == (
        "MICOL03",
        "PRICE",
    )


async def test_an_older_read_has_shorter_fields(sandbox: Any) -> None:
    """GetItmBasic cuts names to 30 and descriptions to 60, Get gives 60 and 120."""
    (old,) = await sandbox.records("MMS200MI", "GetItmBasic", ITNO="LONG-NAME")
    (new,) = await sandbox.records("MMS200MI", "Get", ITNO="LONG-NAME")
    assert [len(row[name]) for row in (old, new) for name in ("ITDS", "FUDS")] == [30, 60, 60, 120]


async def test_the_extended_result_echoes_the_input(sandbox: Any) -> None:
    """`parameters` holds what was sent, only when asked for."""
    plain = (await sandbox.get("MMS200MI", "Get", ITNO="BOOK-TEA")).json()["results"][0]
    extended = (await sandbox.get("MMS200MI", "Get", ITNO="BOOK-TEA", extendedresult="true")).json()
    assert "parameters" not in plain
    assert extended["results"][0]["parameters"] == {"ITNO": "BOOK-TEA"}


async def test_format_changes_white_space_alone(sandbox: Any) -> None:
    """PRETTY and COMPACT carry the same body; the length header fits."""
    pretty = await sandbox.get("MMS200MI", "Get", ITNO="BOOK-TEA", format="PRETTY")
    compact = await sandbox.get("MMS200MI", "Get", ITNO="BOOK-TEA", format="COMPACT")
    assert pretty.json() == compact.json()
    assert b"\n" in pretty.content and b"\n" not in compact.content
    assert int(pretty.headers["content-length"]) == len(pretty.content)


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ("maxrecs=-1", "maxrecs"),
        ("maxrecs=many", "maxrecs"),
        ("righttrim=maybe", "righttrim"),
        ("dateformat=DMY6", "only YMD8"),
        ("dateformat=ISO", "dateformat"),
        ("format=XML", "format"),
        ("itno=BOOK-TEA", "no parameter itno"),
        ("ITNO=A&ITNO=B", "twice"),
        ("ITNO=%FF", "UTF-8"),
    ],
)
async def test_a_wrong_parameter_is_refused_with_400(sandbox: Any, query: str, word: str) -> None:
    """System parameters are checked before anything runs, whatever the error shape."""
    reply = await sandbox.client.get(f"{sandbox.path}/MMS200MI/Get?{query}", headers=sandbox.headers)
    assert reply.status_code == 400
    assert (reply.json()["errorCode"], reply.json()["errorType"]) == ("MIREQ02", "BadRequest")
    assert word in reply.json()["errorMessage"]


async def test_the_default_date_format_may_be_named(sandbox: Any) -> None:
    """dateformat=YMD8, locale, timeZone and lanc are accepted."""
    rows = await sandbox.records(
        "MMS200MI", "Get", ITNO="BOOK-TEA", dateformat="YMD8", locale="en-GB", timeZone="UTC", lanc="GB"
    )
    assert rows[0]["ITNO"] == "BOOK-TEA"


async def test_the_company_must_be_the_users_own(sandbox: Any) -> None:
    """cono and divi of the call are checked like the CONO field; leading noughts do not matter."""
    assert (await sandbox.refusal("MMS200MI", "Get", ITNO="BOOK-TEA", cono="409"))[:2] == ("XAU0008", "CONO")
    assert (await sandbox.refusal("MMS200MI", "Get", ITNO="BOOK-TEA", divi="BBB"))[:2] == ("XAU0008", "DIVI")
    assert len(await sandbox.records("MMS200MI", "Get", ITNO="BOOK-TEA", cono="0100", divi="AAA")) == 1


async def test_a_head_request_runs_nothing(sandbox: Any) -> None:
    """HEAD on a writing transaction answers 405 and opens no order."""
    reply = await sandbox.client.head(
        f"{sandbox.path}/OIS100MI/AddBatchHead?CUNO=WEBUKGBP", headers=sandbox.headers
    )
    assert reply.status_code == 405
    assert (await sandbox.control("state"))["counts"]["open_batch_heads"] == 0


async def test_bulk_goes_on_after_a_failure(sandbox: Any) -> None:
    """One refused transaction among three: the others run, each result stands in its place, status 200."""
    await sandbox.control("faults", error_shape="400")
    reply = await sandbox.bulk(
        "MMS200MI",
        ("Get", {"ITNO": "BOOK-TEA"}),
        ("Get", {"ITNO": "NONE"}),
        ("GetItmBasic", {"ITNO": "MUG-STN-BLU"}),
    )
    body = reply.json()
    assert reply.status_code == 200
    assert [entry.get("errorCode") for entry in body["results"]] == [None, "WITNO03", None]
    assert (body["nrOfSuccessfullTransactions"], body["nrOfFailedTransactions"]) == (2, 1)


async def test_bulk_may_stop_at_a_failure(sandbox: Any) -> None:
    """With the switch the rest is notProcessed and has no effect."""
    await sandbox.control("faults", bulk_stops_at_failure=True)
    reply = await sandbox.bulk(
        "OIS100MI",
        ("AddBatchHead", {"CUNO": "WEBUKGBP"}),
        ("AddBatchHead", {"CUNO": "NOBODY"}),
        ("AddBatchHead", {"CUNO": "WEBUKGBP"}),
    )
    body = reply.json()
    assert body["results"][2] == {"transaction": "AddBatchHead", "notProcessed": True}
    counters = [body[f"nrOf{name}Transactions"] for name in ("Successfull", "Failed", "NotProcessed")]
    assert counters == [1, 1, 1]
    assert (await sandbox.control("state"))["counts"]["open_batch_heads"] == 1


async def test_bulk_takes_options_in_the_body_and_in_the_query(long_list: Any) -> None:
    """maxReturnedRecords, excludeEmptyValues and selectedColumns, or maxrecs as a parameter."""
    items = [{"transaction": "LstItmByItm", "record": {"ITNO": "ITEM"}, "selectedColumns": ["ITNO", "FUDS"]}]
    body = {"program": "MMS200MI", "cono": 100, "divi": "AAA", "transactions": items}
    more = {"maxReturnedRecords": 2, "excludeEmptyValues": True, "rightTrim": True}
    reply = await long_list.client.post(long_list.path, json={**body, **more}, headers=long_list.headers)
    assert reply.json()["results"][0]["records"] == [{"ITNO": "ITEM0000"}, {"ITNO": "ITEM0001"}]
    url = f"{long_list.path}?maxrecs=0&righttrim=true"
    reply = await long_list.client.post(url, json=body, headers=long_list.headers)
    assert len(reply.json()["results"][0]["records"]) == 130


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"[]",
        b'{"program": "OIS100MI"}',
        b'{"program": "OIS100MI", "transactions": []}',
        b'{"program": "OIS100MI", "transactions": [{"record": {}}]}',
        b'{"program": "OIS100MI", "transactions": [{"transaction": "Confirm", "record": {"ORNO": 1.5}}]}',
        b'{"program": "OIS100MI", "transactions": [{"transaction": "Confirm", "record": {"ORNO": null}}]}',
        b'{"program": "OIS100MI", "transactions": [{"transaction": "GetHead"}], "extra": 1}',
    ],
)
async def test_a_malformed_bulk_body_is_refused_whole(sandbox: Any, body: bytes) -> None:
    """400 with one message; fractions must be text; nothing runs."""
    reply = await sandbox.client.post(sandbox.path, content=body, headers=sandbox.headers)
    assert (reply.status_code, reply.json()["errorCode"]) == (400, "MIREQ02")


async def test_whole_numbers_in_a_bulk_record_are_taken_as_text(sandbox: Any) -> None:
    """`"ORQT": 2` works like `"ORQT": "2"`."""
    temporary = await sandbox.head()
    reply = await sandbox.bulk(
        "OIS100MI", ("AddBatchLine", {"ORNO": temporary, "ITNO": "MUG-STN-BLU", "ORQT": 2, "SAPR": "6.50"})
    )
    assert reply.json()["nrOfSuccessfullTransactions"] == 1
    (line,) = await sandbox.records("OIS100MI", "LstBatchLine", ORNO=temporary)
    assert (line["ORQT"], line["SAPR"]) == ("2", "6.50")
