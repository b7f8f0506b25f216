"""Searches: rows by position, filters, periods, paging, lookup maps of the page."""

from typing import Any

import pytest

SEARCH = "/order-service/order-search"
COLUMNS = [
    "orderId", "orderTypeId", "contactId", "orderStatusId", "orderStockStatusId", "createdOn", "createdById",
    "customerRef", "orderPaymentStatusId", "updatedOn", "parentOrderId", "orderShippingStatusId",
    "externalRef", "installedIntegrationInstanceId", "warehouseId", "staffOwnerContactId", "taxDate",
    "departmentId", "deliveryDate",
]  # fmt: skip


async def _search(bench: Any, path: str = SEARCH, **query: str) -> dict[str, Any]:
    reply = await bench.client.get(path, params=query)
    assert reply.status_code == 200, reply.text
    body = reply.json()
    assert isinstance(body, dict)
    return body


async def _found(bench: Any, **query: str) -> list[int]:
    return [row[0] for row in (await _search(bench, **query))["response"]["results"]]


async def test_rows_are_positional(bench: Any) -> None:
    """A row holds its values in the order of the columns, absent ones as null."""
    body = await _search(bench, orderId="102")
    meta = body["response"]["metaData"]
    assert [column["name"] for column in meta["columns"]] == COLUMNS
    assert body["response"]["results"] == [
        [
            102, 1, 5012, 19, 3, "2026-06-30T10:00:00.000+01:00", 4, "SHOP-7", 2,
            "2026-07-01T09:00:00.000+01:00", 0, 2, None, None, 2, 0, "2026-06-30T00:00:00.000+01:00", 0, None,
        ]
    ]  # fmt: skip
    assert {key: meta[key] for key in meta if key not in ("columns", "sorting")} == {
        "morePagesAvailable": False,
        "resultsAvailable": 1,
        "resultsReturned": 1,
        "firstResult": 1,
        "lastResult": 1,
    }
    assert meta["sorting"] == [{"filterable": meta["columns"][0], "direction": "ASC"}]


async def test_lookup_maps_hold_only_what_is_on_the_page(bench: Any) -> None:
    """`reference` names the ids of this page and no others."""
    whole = await _search(bench)
    assert whole["reference"]["orderStatusNames"] == {"19": "Ready for ERP", "21": "Sent to ERP"}
    assert whole["reference"]["orderPaymentStatusNames"] == {"1": "UNPAID", "2": "PAID"}
    page = await _search(bench, pageSize="1", firstResult="3")
    assert page["reference"]["orderStatusNames"] == {"21": "Sent to ERP"}
    assert page["reference"]["orderTypeNames"] == {"1": "SALES_ORDER"}


async def test_an_empty_page_has_no_first_and_last(bench: Any) -> None:
    """Nothing found: no firstResult, no lastResult, no lookup maps."""
    body = await _search(bench, orderStatusId="99")
    meta = body["response"]["metaData"]
    assert body["response"]["results"] == [] and body["reference"] == {}
    assert (meta["resultsAvailable"], meta["resultsReturned"]) == (0, 0)
    assert "firstResult" not in meta and "lastResult" not in meta


async def test_paging(bench: Any) -> None:
    """Pages are 1-based and say whether more follow."""
    seen: list[int] = []
    for first, more in ((1, True), (3, False)):
        body = await _search(bench, pageSize="2", firstResult=str(first))
        meta = body["response"]["metaData"]
        assert (meta["firstResult"], meta["lastResult"], meta["morePagesAvailable"]) == (
            first,
            first + 1,
            more,
        )
        assert (meta["resultsAvailable"], meta["resultsReturned"]) == (4, 2)
        seen += [row[0] for row in body["response"]["results"]]
    assert seen == [101, 102, 103, 107]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"orderStatusId": "19"}, [101, 102, 107]),
        ({"orderId": "101-102,107"}, [101, 102, 107]),
        ({"customerRef": "SHOP-7"}, [102]),
        ({"customerRef": "shop-7"}, []),
        ({"orderStatusId": "19", "orderPaymentStatusId": "1"}, [107]),
        ({"sort": "orderId.DESC"}, [107, 103, 102, 101]),
        ({"sort": "updatedOn.DESC,orderId.ASC", "orderStatusId": "19"}, [107, 102, 101]),
        ({"sort": "orderPaymentStatusId.ASC,orderId.DESC"}, [107, 103, 102, 101]),
    ],
)
async def test_filters_and_sorting(bench: Any, query: dict[str, str], found: list[int]) -> None:
    """Filters narrow by the column's type; several sort columns apply in turn."""
    assert await _found(bench, **query) == found


@pytest.mark.parametrize(
    ("period", "found"),
    [
        ("2026-07-01T08:00:00Z/", [102, 107]),
        ("2026-07-01T08:00:00.001Z/", [107]),
        ("2026-07-01T09:00:00+01:00/2026-07-01T11:30:00+01:00", [102]),
        ("/2026-07-01T10:00:00Z", [102]),
        ("2026-07-01/2026-07-02", [102, 107]),
        ("2026-07-02/", []),
    ],
)
async def test_periods(bench: Any, period: str, found: list[int]) -> None:
    """A period starts with its first moment, ends before its last, and may be open at either end."""
    assert await _found(bench, updatedOn=period) == found


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ({"orderStatusId": "BAD PARAM"}, "INTEGER"),
        ({"orderId": "x"}, "IDSET"),
        ({"updatedOn": "yesterday"}, "PERIOD"),
        ({"updatedOn": "2026-07-01"}, "PERIOD"),
        ({"updatedOn": "/"}, "PERIOD"),
    ],
)
async def test_an_unparseable_filter_is_a_500(bench: Any, query: dict[str, str], kind: str) -> None:
    """CMNC-018 comes as 500, and the equals sign escaped as on the real wire."""
    reply = await bench.client.get(SEARCH, params=query)
    name, value = next(iter(query.items()))
    message = f"The filter {name}={value} cannot be parsed as: {kind}"
    assert (reply.status_code, reply.json()) == (500, {"errors": [{"code": "CMNC-018", "message": message}]})
    assert f"{name}\\u003d{value}" in reply.text


@pytest.mark.parametrize(
    "query",
    [
        {"nosuch": "1"},
        {"columns": "nosuch"},
        {"sort": "nosuch.ASC"},
        {"sort": "orderId.UP"},
        {"pageSize": "501"},
        {"pageSize": "0"},
        {"pageSize": "x"},
        {"firstResult": "0"},
    ],
)
async def test_wrong_parameters_are_refused(bench: Any, query: dict[str, str]) -> None:
    """An unknown column, direction or page is a 400 and never a full list."""
    assert (await bench.client.get(SEARCH, params=query)).status_code == 400


async def test_columns_can_be_chosen(bench: Any) -> None:
    """`columns` picks and orders the positions."""
    body = await _search(bench, columns="updatedOn,orderId", orderId="107")
    assert body["response"]["results"] == [["2026-07-01T11:30:00.000+01:00", 107]]
    assert body["reference"] == {}


async def test_count_only(bench: Any) -> None:
    """countOnly gives the number and no rows."""
    body = await _search(bench, countOnly="true", orderStatusId="19")
    assert body["response"]["results"] == []
    assert body["response"]["metaData"]["resultsAvailable"] == 3


async def test_search_sees_changes(bench: Any) -> None:
    """A status change moves the order between filters and into the period of now."""
    await bench.client.put("/order-service/order/101/status", json={"orderStatusId": 21})
    assert await _found(bench, orderStatusId="21") == [101, 103]
    assert await _found(bench, updatedOn="2026-07-01T11:59:59Z/") == [101]


async def test_product_and_contact_search(bench: Any) -> None:
    """Products are found by SKU, contacts by e-mail address, companies by a part of their name."""
    products = await _search(bench, "/product-service/product-search", SKU="KETTLE")
    assert [row[:4] for row in products["response"]["results"]] == [[1044, "Steel kettle", "KETTLE", None]]
    path = "/contact-service/contact-search"
    for query in ({"primaryEmail": "priya@example.net"}, {"companyName": "lantern"}, {"isCustomer": "true"}):
        contacts = await _search(bench, path, **query)
        assert [row[0] for row in contacts["response"]["results"]] == [5012]
    assert (await _search(bench, path, isStaff="true"))["response"]["results"] == []
    assert (await bench.client.get(path, params={"isStaff": "yes"})).status_code == 500


async def test_search_catalogue(bench: Any) -> None:
    """The meta-data resource lists all columns."""
    body = (await bench.client.get(f"{SEARCH}/meta-data")).json()
    assert [column["name"] for column in body["response"]["columns"]] == COLUMNS
