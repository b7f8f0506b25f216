"""What should become of an order, judged from the masters alone: an independent check on any run.

Nothing here is shared with the mapping, the connectors or the generator's own truth; a test holds the two
opinions equal. The order of the questions is that of the flow: mapping, addresses, then M3 itself.
"""

import csv
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from crosswalk_engine.errors import MissingFileError
from crosswalk_engine.sandbox.world.plausible import address_fault

READY = 19
FREE_TEXT = 1000
_LOOKUPS = Path("projects/brightpearl-infor/lookups")


@dataclass(frozen=True, slots=True)
class Expectation:
    """`expect` is delivered, dead_letter, held or skipped; `path` and `value` name the cause."""

    clean: bool
    expect: str
    path: str = ""
    value: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Masters:
    """What the two systems know, keyed for asking. Lookup tables are those that the business agreed on."""

    items: frozenset[str]
    customers: frozenset[str]
    currencies: frozenset[str]
    trade_contacts: Mapping[int, str]
    contacts: frozenset[int]
    skus: Mapping[int, str]
    lookups: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def load_masters(folder: Path, *, lookups: Path | None = None) -> Masters:
    """Read the masters of a data folder; `lookups` holds the agreed tables (default: the sample project's).

    Raises:
        MissingFileError: a file of the data folder, or the lookup tables, are not there.
    """
    contacts = _records(folder / "brightpearl" / "contacts.ndjson")
    company = json.loads(_text(folder / "infor" / "company.json"))
    tables = lookups or folder / _LOOKUPS
    return Masters(
        items=frozenset(item["ITNO"] for item in _records(folder / "infor" / "items.ndjson")),
        customers=frozenset(row["CUNO"] for row in _records(folder / "infor" / "customers.ndjson")),
        currencies=frozenset(company["currencies"]),
        trade_contacts={
            contact["contactId"]: name
            for contact in contacts
            if (name := contact.get("organisation", {}).get("name", ""))
        },
        contacts=frozenset(contact["contactId"] for contact in contacts),
        skus={
            product["id"]: product["identity"]["sku"]
            for product in _records(folder / "brightpearl" / "products.ndjson")
        },
        lookups={
            name: _table(tables / f"{name}.csv")
            for name in ("channel_customers", "charge_codes", "warehouses", "delivery_methods")
        },
    )


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise MissingFileError("CW-MASTERS-MISSING", "a master file is not there", where=str(path)) from error


def _records(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in _text(path).splitlines()]


def _table(path: Path) -> dict[str, str]:
    return {row["source"]: row["target"] for row in csv.DictReader(_text(path).splitlines())}


def expected_outcome(order: Mapping[str, Any], masters: Masters) -> Expectation:
    """What should become of `order`, with the first cause when it cannot be delivered."""
    if order["orderStatus"]["orderStatusId"] != READY:
        return Expectation(False, "skipped", "orderStatus.orderStatusId", "", "not ready to sync")
    for expect, question in _QUESTIONS:
        fault = question(order, masters)
        if fault:
            path, value, reason = fault
            return Expectation(False, expect, path, value, reason)
    return Expectation(True, "delivered")


_Fault = tuple[str, str, str] | None


def _number(text: Any) -> Decimal | None:
    try:
        number = Decimal(text.strip())
    except (AttributeError, InvalidOperation):
        return None
    return number if number.is_finite() else None


def _rows(order: Mapping[str, Any], *, free: bool) -> Iterable[Mapping[str, Any]]:
    rows = sorted(order["orderRows"].values(), key=lambda row: int(row["orderRowSequence"]))
    return (row for row in rows if (row["productId"] == FREE_TEXT) == free)


def _amounts(order: Mapping[str, Any], masters: Masters) -> _Fault:
    del masters
    total = Decimal(0)
    for row in order["orderRows"].values():
        value = row["rowValue"]["rowNet"]["value"]
        net = _number(value)
        if net is None:
            return "orderRows[].rowValue.rowNet.value", str(value), "not a number"
        total += net
    stated = _number(order["totalValue"]["net"])
    if stated != total.quantize(Decimal("0.01"), ROUND_HALF_UP):
        return "totalValue.net", str(order["totalValue"]["net"]), "differs from the sum of the rows"
    return None


def _quantities(order: Mapping[str, Any], masters: Masters) -> _Fault:
    del masters
    for row in _rows(order, free=False):
        quantity = _number(row["quantity"]["magnitude"])
        if quantity is None:
            return "orderRows[].quantity.magnitude", str(row["quantity"]["magnitude"]), "not a number"
        if quantity <= 0:
            return "orderRows[].quantity.magnitude", str(row["quantity"]["magnitude"]), "not above zero"
    return None


def _sku(row: Mapping[str, Any], masters: Masters) -> str:
    """The row's SKU; the product's own where the row has none."""
    return str(row.get("productSku") or masters.skus.get(row["productId"], ""))


def _skus_given(order: Mapping[str, Any], masters: Masters) -> _Fault:
    for row in _rows(order, free=False):
        sku = _sku(row, masters)
        if not sku.strip():
            return "orderRows[].productSku", sku, "a product without SKU"
    return None


def _country(order: Mapping[str, Any]) -> str:
    return str(order["parties"]["delivery"].get("countryIsoCode", "")).strip().upper()


def _country_given(order: Mapping[str, Any], masters: Masters) -> _Fault:
    del masters
    return None if _country(order) else ("parties.delivery.countryIsoCode", "", "no country")


def _customer(order: Mapping[str, Any], masters: Masters) -> _Fault:
    contact = order["parties"]["customer"]["contactId"]
    if contact not in masters.contacts:
        return "parties.customer.contactId", str(contact), "no such contact"
    if contact in masters.trade_contacts:
        return None
    channel, currency = order["assignment"]["current"]["channelId"], order["currency"]["orderCurrencyCode"]
    key = f"{channel}|{_country(order)}|{currency}"
    if masters.lookups["channel_customers"].get(key) in masters.customers:
        return None
    return "parties.delivery.countryIsoCode", _country(order), f"no channel customer for {key}"


def _charges(order: Mapping[str, Any], masters: Masters) -> _Fault:
    for row in _rows(order, free=True):
        key = f"{row['nominalCode']}|{row['rowValue']['taxCode']}"
        if _number(row["rowValue"]["rowNet"]["value"]) and key not in masters.lookups["charge_codes"]:
            return "orderRows[].nominalCode", row["nominalCode"], f"no charge code for {key}"
    return None


def _logistics(order: Mapping[str, Any], masters: Masters) -> _Fault:
    warehouse, method = str(order["warehouseId"]), str(order["delivery"]["shippingMethodId"])
    if warehouse not in masters.lookups["warehouses"]:
        return "warehouseId", warehouse, "no M3 warehouse agreed for it"
    if method not in masters.lookups["delivery_methods"]:
        return "delivery.shippingMethodId", method, "no delivery method agreed for it"
    return None


def _address(order: Mapping[str, Any], masters: Masters) -> _Fault:
    del masters
    block = order["parties"]["delivery"]
    fault = address_fault(
        block["addressLine1"],
        block["addressLine3"],
        block["addressLine4"],
        block["postalCode"],
        _country(order),
    )
    return ("parties.delivery.postalCode", block["postalCode"], fault) if fault else None


def _currency(order: Mapping[str, Any], masters: Masters) -> _Fault:
    currency = order["currency"]["orderCurrencyCode"]
    if currency in masters.currencies:
        return None
    return "currency.orderCurrencyCode", currency, "the currency is not set up in M3"


def _skus_known(order: Mapping[str, Any], masters: Masters) -> _Fault:
    for row in _rows(order, free=False):
        sku = _sku(row, masters)
        if sku.strip().upper() not in masters.items:
            return "orderRows[].productSku", sku, "the item does not exist in M3"
    return None


_QUESTIONS: tuple[tuple[str, Callable[[Mapping[str, Any], Masters], _Fault]], ...] = (
    ("dead_letter", _amounts),
    ("dead_letter", _quantities),
    ("dead_letter", _skus_given),
    ("dead_letter", _country_given),
    ("dead_letter", _customer),
    ("dead_letter", _charges),
    ("dead_letter", _logistics),
    ("held", _address),
    ("dead_letter", _currency),
    ("dead_letter", _skus_known),
)
