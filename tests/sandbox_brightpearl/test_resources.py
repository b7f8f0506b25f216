"""Reading by id set, OPTIONS, the lists, and what happens when nothing is there."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ORDERS = "/order-service/order"


async def _ids(bench: Any, id_set: str) -> list[int]:
    reply = await bench.client.get(f"{ORDERS}/{id_set}")
    assert reply.status_code == 200, reply.text
    return [order["id"] for order in reply.json()["response"]]


@pytest.mark.parametrize(
    ("id_set", "ids"),
    [
        ("101", [101]),
        ("101-103", [101, 102, 103]),
        ("107,101", [101, 107]),
        ("107.101", [107, 101]),
        ("101-102,107", [101, 102, 107]),
        ("1-200", [101, 102, 103, 107]),
        ("104-106,107", [107]),
    ],
)
async def test_id_sets_fetch_what_exists(bench: Any, id_set: str, ids: list[int]) -> None:
    """Lists, ranges and mixes give the orders that exist; the others are left out."""
    assert await _ids(bench, id_set) == ids


async def test_order_comes_as_stored(bench: Any) -> None:
    """Strings stay strings, absent keys stay absent, optional parts come only when asked for."""
    order = (await bench.client.get(f"{ORDERS}/101")).json()["response"][0]
    assert order["totalValue"] == {"net": "90.89", "taxAmount": "18.18", "total": "109.07"}
    assert order["orderRows"]["1"]["quantity"]["magnitude"] == "2.0000"
    assert "updatedOn" not in order and "customFields" not in order and "nullCustomFields" not in order


async def test_numbers_keep_their_digits(write_data: Callable[..., Path], open_bench: Any) -> None:
    """A JSON number goes out with the digits it came in with."""
    folder = write_data(tax_codes=b'[{"id": 7, "code": "T20", "rate": 20.0000}]')
    async with open_bench(folder) as bench:
        reply = await bench.client.get("/accounting-service/tax-code/7")
    assert reply.text == '{"response":[{"id":7,"code":"T20","rate":20.0000}]}'


async def test_missing_order_is_an_empty_list(bench: Any) -> None:
    """An order that is not there: 200 and nothing."""
    reply = await bench.client.get(f"{ORDERS}/999")
    assert (reply.status_code, reply.json()) == (200, {"response": []})


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/contact-service/contact/999", "No Contact Found"),
        ("/product-service/product/999", "No Product Found"),
        ("/contact-service/postal-address/999", "No Postal Address Found"),
    ],
)
async def test_other_missing_records_are_404(bench: Any, path: str, text: str) -> None:
    """A contact, product or address that is not there: 404 CMNC-404."""
    reply = await bench.client.get(path)
    assert reply.status_code == 404
    assert reply.json() == {"errors": [{"code": "CMNC-404", "message": text}]}


async def test_contacts_come_with_pagination(bench: Any) -> None:
    """Contact GET adds pagination and sorting beside the response."""
    body = (await bench.client.get("/contact-service/contact/5000-5100")).json()
    assert [contact["contactId"] for contact in body["response"]] == [5012]
    assert body["pagination"] == {
        "morePagesAvailable": False,
        "resultsReturned": 1,
        "firstResult": 1,
        "lastResult": 1,
    }
    assert body["sorting"] == [{"field": "contactId", "direction": "ASC"}]


async def test_201_ids_are_too_many(bench: Any) -> None:
    """The cap is 200 ids a GET, counted as named."""
    assert await _ids(bench, "1-200") == [101, 102, 103, 107]
    reply = await bench.client.get(f"{ORDERS}/1-200,300")
    assert reply.status_code == 400
    assert reply.json()["errors"][0]["message"] == "The ID set holds 201 ids, the limit is 200"


async def test_a_malformed_id_set_is_refused(bench: Any) -> None:
    """Text that is no id set is a 400, not an empty reply."""
    reply = await bench.client.get(f"{ORDERS}/10x")
    assert (reply.status_code, reply.json()["errors"][0]["code"]) == (400, "SBX-IDSET")


async def test_ids_must_ascend_if_told_so(bench: Any) -> None:
    """With the switch on, an unordered list is refused for GET and taken by OPTIONS."""
    await bench.settings(id_sets_must_ascend=True)
    reply = await bench.client.get(f"{ORDERS}/107,101")
    assert (reply.status_code, reply.json()["errors"][0]["code"]) == (400, "CMNC-006")
    assert await _ids(bench, "101-103,107") == [101, 102, 103, 107]
    options = await bench.client.options(f"{ORDERS}/107,101")
    assert options.json() == {"response": {"getUris": ["/order/101,107"]}}


async def test_options_names_the_uris_to_fetch(bench: Any) -> None:
    """OPTIONS gives existing ids, compacted; all of them without a set; an empty list when none exist."""
    for path, uris in {
        f"{ORDERS}/1-100000": ["/order/101-103,107"],
        ORDERS: ["/order/101-103,107"],
        f"{ORDERS}/": ["/order/101-103,107"],
        f"{ORDERS}/102,107,500-900": ["/order/102,107"],
        f"{ORDERS}/1-50": [],
        "/product-service/product": ["/product/1044"],
    }.items():
        reply = await bench.client.options(path)
        assert (reply.status_code, reply.json()) == (200, {"response": {"getUris": uris}})


async def test_custom_fields_on_request(bench: Any) -> None:
    """includeOptional adds the fields that are set and the codes of those that are not."""
    query = {"includeOptional": "customFields,nullCustomFields"}
    order = (await bench.client.get(f"{ORDERS}/101", params=query)).json()["response"][0]
    assert order["customFields"] == {"PCF_M3ORDER": "0010000777"}
    assert order["nullCustomFields"] == ["PCF_TRIES", "PCF_KIND"]
    reply = await bench.client.get(f"{ORDERS}/101/custom-field")
    assert reply.json() == {"response": {"PCF_M3ORDER": "0010000777"}}


@pytest.mark.parametrize(
    ("path", "ids"),
    [
        ("/product-service/channel", [1]),
        ("/product-service/price-list", [2]),
        ("/warehouse-service/warehouse", [2, 3]),
        ("/warehouse-service/warehouse/3", [3]),
        ("/accounting-service/tax-code", [1, 7]),
        ("/order-service/order-status", [19, 21, 30, 40]),
        ("/order-service/order-status/19-21", [19, 21]),
    ],
)
async def test_small_lists_come_whole_or_by_id(bench: Any, path: str, ids: list[int]) -> None:
    """Reference lists need no id set."""
    entries = (await bench.client.get(path)).json()["response"]
    assert [entry.get("id", entry.get("statusId")) for entry in entries] == ids


async def test_custom_field_metadata(bench: Any) -> None:
    """The metadata names code, type and options."""
    fields = (await bench.client.get("/order-service/sale/custom-field-meta-data")).json()["response"]
    assert [(f["id"], f["code"], f["customFieldType"]) for f in fields] == [
        (1, "PCF_M3ORDER", "TEXT"),
        (2, "PCF_TRIES", "INTEGER"),
        (3, "PCF_KIND", "SELECT"),
    ]


async def test_an_unknown_address_is_a_clear_404(bench: Any) -> None:
    """What the sandbox does not have, it says so by name; a wrong method is 405."""
    reply = await bench.client.get("/order-service/nothing/1")
    assert (reply.status_code, reply.json()["errors"][0]["code"]) == (404, "CMNC-404")
    assert "/order-service/nothing/1" in reply.json()["errors"][0]["message"]
    assert (await bench.client.delete(f"{ORDERS}/101")).status_code == 405
