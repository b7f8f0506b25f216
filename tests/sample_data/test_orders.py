"""Brightpearl's orders: shape, scales, sums, and every kind of order that the business knows."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

SAMPLE = Path(__file__).parents[2] / "sample_data"
CENT = Decimal("0.01")

HEAD = {
    "id", "parentOrderId", "orderTypeCode", "reference", "version", "state", "orderStatus", "tax",
    "orderPaymentStatus", "stockStatusCode", "allocationStatusCode", "shippingStatusCode", "placedOn",
    "createdOn", "createdById", "priceListId", "priceModeCode", "delivery", "invoices", "currency",
    "totalValue", "assignment", "parties", "orderRows", "warehouseId", "acknowledged", "costPriceListId",
    "historicalOrder", "orderWeighting",
}  # fmt: skip
OPTIONAL = {"externalRef", "updatedOn", "closedOn", "isDropship", "installedIntegrationInstanceId"}
ROW = {
    "orderRowSequence", "productId", "productName", "quantity", "itemCost", "productPrice",
    "discountPercentage", "rowValue", "nominalCode", "composition", "clonedFromId",
}  # fmt: skip


def read(name: str) -> list[dict[str, Any]]:
    """The records of a committed NDJSON file."""
    return [json.loads(line) for line in (SAMPLE / name).read_text(encoding="utf-8").splitlines()]


ORDERS = read("brightpearl/orders.ndjson")
TRUTH = {truth["order"]: truth for truth in read("truth.ndjson")}
CLEAN = [order for order in ORDERS if TRUTH.get(order["id"], {"clean": True})["clean"]]


def in_sequence(order: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows by their sequence."""
    return sorted(order["orderRows"].values(), key=lambda row: int(row["orderRowSequence"]))


def money(order: dict[str, Any]) -> Iterator[tuple[str, int]]:
    """Every amount of an order with the decimals that it must have."""
    for value in order["totalValue"].values():
        yield value, 2
    yield order["currency"]["exchangeRate"], 6
    for row in order["orderRows"].values():
        yield row["itemCost"]["value"], 4
        yield row["productPrice"]["value"], 4
        yield row["discountPercentage"], 2
        yield row["rowValue"]["taxRate"], 4
        yield row["rowValue"]["rowNet"]["value"], 4
        yield row["rowValue"]["rowTax"]["value"], 2


def test_keys_are_those_of_the_reference() -> None:
    """Every order has all keys that are always there, and no key that Brightpearl does not know."""
    for order in ORDERS:
        assert set(order) >= HEAD
        assert set(order) - HEAD <= OPTIONAL
        for row in order["orderRows"].values():
            assert set(row) - {"productSku"} == ROW
            assert ("productSku" in row) == (row["productId"] != 1000)


def test_money_is_text_with_the_right_scale() -> None:
    """Totals and taxes have 2 decimals, row amounts 4, rates 6."""
    for order in ORDERS:
        for value, decimals in money(order):
            assert re.fullmatch(rf"-?\d+\.\d{{{decimals}}}", value), (order["id"], value)


def test_rows_are_keyed_by_id_and_not_in_sequence() -> None:
    """1 to 8 rows, ids unique over all orders, keys never in the order of the sequence."""
    ids = [key for order in ORDERS for key in order["orderRows"]]
    assert len(set(ids)) == len(ids)
    assert {len(order["orderRows"]) for order in ORDERS} == set(range(1, 9))
    for order in ORDERS:
        sequences = [int(row["orderRowSequence"]) for row in order["orderRows"].values()]
        assert sorted(sequences) == [10 * (place + 1) for place in range(len(sequences))]
        assert len(sequences) == 1 or sequences != sorted(sequences)


def test_net_is_the_rounded_sum_of_the_rows() -> None:
    """Clean orders: net = round half up (sum of row nets), tax = sum of row taxes, total = both."""
    for order in CLEAN:
        rows = order["orderRows"].values()
        net = sum(Decimal(row["rowValue"]["rowNet"]["value"]) for row in rows).quantize(CENT, ROUND_HALF_UP)
        tax = sum(Decimal(row["rowValue"]["rowTax"]["value"]) for row in rows)
        totals = order["totalValue"]
        assert (str(net), str(tax), str(net + tax)) == (totals["net"], totals["taxAmount"], totals["total"])
        assert net > 0


def test_rounding_row_by_row_would_miss_the_net() -> None:
    """At least a fifth of the orders need rounding differences to be spread over their lines."""
    off = 0
    for order in ORDERS:
        rows = order["orderRows"].values()
        naive = sum(Decimal(r["rowValue"]["rowNet"]["value"]).quantize(CENT, ROUND_HALF_UP) for r in rows)
        off += naive != Decimal(order["totalValue"]["net"])
    assert off >= len(ORDERS) / 5


def test_base_totals_follow_the_exchange_rate() -> None:
    """Base net is net divided by the rate; in pounds the rate is 1.000000."""
    for order in CLEAN:
        totals, rate = order["totalValue"], Decimal(order["currency"]["exchangeRate"])
        assert Decimal(totals["baseNet"]) == (Decimal(totals["net"]) / rate).quantize(CENT, ROUND_HALF_UP)
        assert (rate == 1) == (order["currency"]["orderCurrencyCode"] == "GBP")


def test_dates_carry_londons_offset_on_both_sides_of_the_change() -> None:
    """Orders to sync are placed under both offsets, and each offset is the zone's own at that moment."""
    zone = ZoneInfo("Europe/London")
    offsets = set()
    for order in ORDERS:
        placed = datetime.fromisoformat(order["placedOn"])
        assert placed.utcoffset() == placed.astimezone(zone).utcoffset()
        if order["id"] in TRUTH:
            offsets.add(placed.utcoffset())
    assert offsets == {timedelta(0), timedelta(hours=1)}


def test_delivery_dates_are_midnight_in_utc() -> None:
    """In summer the account shows 01:00+01:00; some orders have no delivery date."""
    shown = [order["delivery"].get("deliveryDate") for order in ORDERS]
    assert None in shown
    for text in filter(None, shown):
        assert datetime.fromisoformat(text).astimezone(UTC).time().isoformat() == "00:00:00"
    assert any(text and text.endswith("T01:00:00.000+01:00") for text in shown)


def test_bundles_have_their_price_on_the_parent() -> None:
    """Components cost nothing, name their parent's row, and come in multiples of its quantity."""
    parents = 0
    for order in ORDERS:
        for key, row in order["orderRows"].items():
            if row["composition"]["bundleParent"]:
                parents += 1
                children = [
                    r for r in order["orderRows"].values() if r["composition"]["parentOrderRowId"] == int(key)
                ]
                assert len(children) >= 2
                for child in children:
                    assert child["composition"]["bundleChild"] is True
                    assert child["rowValue"]["rowNet"]["value"] == "0.0000"
    assert parents >= 20


@pytest.mark.parametrize(
    ("what", "least"),
    [
        ("negative charge", 40),
        ("gift card redeemed", 10),
        ("gift card sold", 5),
        ("discount per row", 40),
        ("fractional quantity", 15),
        ("message", 5),
        ("surcharge", 5),
        ("trade", 40),
        ("blank reference", 5),
        ("no updatedOn", 50),
        ("no shipping method", 5),
    ],
)
def test_the_business_shows_all_its_kinds(what: str, least: int) -> None:
    """Each kind of order stands in the sample often enough to be learned from."""
    assert sum(what in kinds_of(order) for order in ORDERS) >= least


def kinds_of(order: dict[str, Any]) -> set[str]:
    """What an order shows."""
    rows = list(order["orderRows"].values())
    free = [row for row in rows if row["productId"] == 1000]
    goods = [row for row in rows if row["productId"] != 1000]
    net = {id(row): Decimal(row["rowValue"]["rowNet"]["value"]) for row in rows}
    found = {
        "negative charge": any(net[id(row)] < 0 for row in free),
        "gift card redeemed": any(row["rowValue"]["taxCode"] == "T9" for row in free),
        "gift card sold": any(row["rowValue"]["taxCode"] == "T9" for row in goods),
        "discount per row": any(row["discountPercentage"] != "0.00" for row in goods),
        "fractional quantity": any(
            not row["quantity"]["magnitude"].endswith(("0000", "pcs")) for row in goods
        ),
        "message": any(net[id(row)] == 0 for row in free),
        "surcharge": any(row["nominalCode"] == "4045" for row in free),
        "trade": order["assignment"]["current"]["channelId"] == 4,
        "blank reference": order["reference"] == "",
        "no updatedOn": "updatedOn" not in order,
        "no shipping method": order["delivery"]["shippingMethodId"] == 0,
    }
    return {name for name, is_so in found.items() if is_so}


def test_currencies_price_modes_and_countries_are_all_there() -> None:
    """GBP, EUR and USD; INC and EXC; six countries of delivery besides the dirt."""
    assert {order["currency"]["orderCurrencyCode"] for order in CLEAN} == {"GBP", "EUR", "USD"}
    assert {order["priceModeCode"] for order in CLEAN} == {"INC", "EXC"}
    countries = {order["parties"]["delivery"]["countryIsoCode"].upper() for order in CLEAN}
    assert countries == {"GB", "DE", "FR", "NL", "IE", "US"}


def test_about_five_percent_are_dirty_and_the_first_200_show_every_kind() -> None:
    """11 kinds of dirt, one order in 18; each kind within the demo's default 200 orders."""
    kinds = Counter(truth["kind"] for truth in TRUTH.values() if not truth["clean"])
    assert 0.04 <= sum(kinds.values()) / len(TRUTH) <= 0.07
    early = {truth["kind"] for truth in list(TRUTH.values())[:200] if not truth["clean"]}
    assert len(early) == len(kinds) == 11


def test_each_dirty_order_names_field_value_and_reason() -> None:
    """Dirt has a path, a reason and an outcome; values are blank only where one is absent."""
    for truth in TRUTH.values():
        if not truth["clean"]:
            assert truth["field"]
            assert truth["reason"]
            assert truth["expect"] in ("dead_letter", "held")
            assert truth["value"] or truth["kind"] in ("blank_sku", "missing_country")
        else:
            assert truth["expect"] == "delivered"


def test_statuses_divide_history_from_what_is_to_sync() -> None:
    """150 past orders in status 21, 300 in status 19, and only these have a truth."""
    statuses = Counter(order["orderStatus"]["orderStatusId"] for order in ORDERS)
    assert statuses == {21: 150, 19: 300}
    assert {order["id"] for order in ORDERS if order["orderStatus"]["orderStatusId"] == 19} == set(TRUTH)


def test_edited_references_are_of_clean_orders() -> None:
    """Ten edits within the first minute of a run, each of an order whose truth says so."""
    edits = read("edits.ndjson")
    assert len(edits) == 10
    for edit in edits:
        assert TRUTH[edit["order"]]["kind"] == "edited_reference"
        assert 1 <= edit["after_s"] <= 15
        assert list(edit["set"]) == ["reference"]
        assert len(edit["set"]["reference"]) <= 64


def test_rows_follow_their_price_mode() -> None:
    """INC: net + tax is whole cents of gross; EXC: tax is the net times the rate, half up."""
    for order in CLEAN:
        if TRUTH.get(order["id"], {}).get("kind") == "channel_tax":
            continue
        for row in in_sequence(order):
            value = row["rowValue"]
            net, tax = Decimal(value["rowNet"]["value"]), Decimal(value["rowTax"]["value"])
            rate = Decimal(value["taxRate"]) / 100
            if order["priceModeCode"] == "EXC":
                assert tax == (net * rate).quantize(CENT, ROUND_HALF_UP)
            else:
                gross = (net * (1 + rate)).quantize(CENT, ROUND_HALF_UP)
                assert abs(net + tax - gross) <= Decimal("0.0050")
