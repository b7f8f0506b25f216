"""The dirt that real accounts carry, applied to a finished order, with what is true about it.

Harmless oddities (a long name, blanks at the end, another case) leave an order clean: the mapping must cope.
Real dirt makes it undeliverable, or leaves it to a person; its truth names field, value and reason.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from crosswalk_engine.sandbox.world.contacts import other_place
from crosswalk_engine.sandbox.world.draw import Draw
from crosswalk_engine.sandbox.world.plan import Plan
from crosswalk_engine.sandbox.world.rows import FREE_TEXT

DELIVERED, DEAD_LETTER, HELD = "delivered", "dead_letter", "held"

_LONG_NAMES = (
    "The Very Reverend Bartholomew Fotheringay-Phipps of Clifton Wood",
    "Arbeitsgemeinschaft Kulturlandschaft Mittelrhein, Geschäftsstelle Nord",
    "Community Interest Company for the Restoration of the Harbour Railway",
)

_FULL_STATES = {
    "TX": "Texas",
    "OR": "Oregon",
    "CA": "California",
    "NY": "New York",
    "WA": "Washington",
    "MA": "Massachusetts",
}

#: How a character reader, or a tired typist, takes a digit of the inward code for a letter.
_LOOKALIKES = {"0": "O", "1": "I", "5": "S", "8": "B", "2": "Z"}


@dataclass(frozen=True, slots=True)
class Truth:
    """What is true about one order: `expect` is what should become of it."""

    order: int
    clean: bool
    kind: str
    expect: str = DELIVERED
    field: str = ""
    value: str = ""
    reason: str = ""

    def record(self) -> dict[str, Any]:
        """The order's line of truth.ndjson."""
        return {
            "order": self.order,
            "clean": self.clean,
            "kind": self.kind,
            "expect": self.expect,
            "field": self.field,
            "value": self.value,
            "reason": self.reason,
        }


def spoil(order: dict[str, Any], plan: Plan, draw: Draw, *, channel_tax: bool) -> Truth:
    """Apply the planned dirt, or perhaps an oddity, to `order` in place, and say what is true about it."""
    if plan.dirt:
        field, value, reason, expect = _DIRT[plan.dirt](order, plan, draw)
        return Truth(plan.order_id, False, plan.dirt, expect, field, value, reason)
    if channel_tax:
        reason = "the channel's tax stands, a cent above the rate's"
        tax = order["totalValue"]["taxAmount"]
        return Truth(
            plan.order_id, True, "channel_tax", field="totalValue.taxAmount", value=tax, reason=reason
        )
    oddity = draw.weighted(
        {
            "": 0.9,
            "long_name": 0.02,
            "blanks": 0.03,
            "country_case": 0.015,
            "sku_case": 0.02,
            "state_name": 0.015,
        }
    )
    told = _ODDITIES[oddity](order, draw) if oddity else None
    if told:
        field, value, reason = told
        return Truth(plan.order_id, True, oddity, field=field, value=value, reason=reason)
    return Truth(plan.order_id, True, _feature(order, plan))


def _feature(order: dict[str, Any], plan: Plan) -> str:
    """What a clean order shows, the rarest first."""
    rows = order["orderRows"].values()
    if any(row["nominalCode"] == "2150" and row["productId"] == FREE_TEXT for row in rows):
        return "gift_card_redeemed"
    if any(row["composition"]["bundleParent"] for row in rows):
        return "bundle"
    if any(row["nominalCode"] == "4009" for row in rows):
        return "discount"
    if any(Decimal(row["quantity"]["magnitude"]) % 1 for row in rows):
        return "fractional_quantity"
    if plan.firm:
        return "trade" if plan.currency == "GBP" else "trade_foreign_currency"
    if plan.role == "guest":
        return "guest"
    return "plain" if plan.currency == "GBP" else "foreign_currency"


def _product_row(order: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The first product row by sequence, with its id."""
    rows = [(key, row) for key, row in order["orderRows"].items() if row["productId"] != FREE_TEXT]
    return min(rows, key=lambda item: int(item[1]["orderRowSequence"]))


_Told = tuple[str, str, str]
_Spoilt = tuple[str, str, str, str]


def _long_name(order: dict[str, Any], draw: Draw) -> _Told:
    name = draw.pick(_LONG_NAMES)
    order["parties"]["delivery"]["companyName"] = name
    return "parties.delivery.companyName", name, "longer than M3's 36 characters: cut"


def _blanks(order: dict[str, Any], draw: Draw) -> _Told:
    delivery = order["parties"]["delivery"]
    delivery["addressLine3"] += " " * draw.whole(1, 3)
    delivery["postalCode"] = f" {delivery['postalCode']} "
    delivery["addressFullName"] += " "
    return "parties.delivery.postalCode", delivery["postalCode"], "blanks around the value: trimmed"


def _country_case(order: dict[str, Any], draw: Draw) -> _Told:
    delivery = order["parties"]["delivery"]
    code = delivery["countryIsoCode"]
    delivery["countryIsoCode"] = code.lower() if draw.chance(0.5) else code.capitalize()
    return "parties.delivery.countryIsoCode", delivery["countryIsoCode"], "another case: read as upper case"


def _sku_case(order: dict[str, Any], draw: Draw) -> _Told:
    _, row = _product_row(order)
    row["productSku"] = row["productSku"].lower() + (" " if draw.chance(0.5) else "")
    return "orderRows[].productSku", row["productSku"], "another case: read as upper case"


def _state_name(order: dict[str, Any], draw: Draw) -> _Told | None:
    del draw
    delivery = order["parties"]["delivery"]
    if delivery["countryIsoCode"] != "US" or delivery["addressLine4"] not in _FULL_STATES:
        return None
    delivery["addressLine4"] = _FULL_STATES[delivery["addressLine4"]]
    return "parties.delivery.addressLine4", delivery["addressLine4"], "the state's name: read as its code"


_ODDITIES: dict[str, Callable[[dict[str, Any], Draw], _Told | None]] = {
    "long_name": _long_name,
    "blanks": _blanks,
    "country_case": _country_case,
    "sku_case": _sku_case,
    "state_name": _state_name,
}


def _unknown_sku(order: dict[str, Any], plan: Plan, draw: Draw) -> _Spoilt:
    del plan, draw
    rows = order["orderRows"].values()
    sku = next(row["productSku"] for row in rows if row.get("productSku", "").startswith("MUG-AUTUMN"))
    return "orderRows[].productSku", sku, "the item does not exist in M3", DEAD_LETTER


def _blank_sku(order: dict[str, Any], plan: Plan, draw: Draw) -> _Spoilt:
    del order, plan, draw
    return "orderRows[].productSku", "", "a product without SKU", DEAD_LETTER


def _no_channel_customer(order: dict[str, Any], plan: Plan, draw: Draw) -> _Spoilt:
    del order, draw
    key = f"{plan.channel}|{plan.country}|{plan.currency}"
    return "parties.delivery.countryIsoCode", plan.country, f"no channel customer for {key}", DEAD_LETTER


def _unmapped_charge(order: dict[str, Any], plan: Plan, draw: Draw) -> _Spoilt:
    del plan, draw
    row = next(row for row in order["orderRows"].values() if row["nominalCode"] == "4041")
    key = f"{row['nominalCode']}|{row['rowValue']['taxCode']}"
    return "orderRows[].nominalCode", "4041", f"no charge code for {key}", DEAD_LETTER


def _totals_off(order: dict[str, Any], plan: Plan, draw: Draw) -> _Spoilt:
    del plan
    totals = order["totalValue"]
    off = Decimal(draw.pick(["1.00", "10.00", "-0.50"]))
    for key in ("net", "total"):
        totals[key] = str(Decimal(totals[key]) + off)
    return "totalValue.net", totals["net"], "differs from the sum of the rows", DEAD_LETTER


def _quantity_text(order: dict[str, Any], plan: Plan, draw: Draw) -> _Spoilt:
    del plan, draw
    _, row = _product_row(order)
    quantity = f"{Decimal(row['quantity']['magnitude']).normalize():f} pcs"
    row["quantity"]["magnitude"] = quantity
    return "orderRows[].quantity.magnitude", quantity, "not a number", DEAD_LETTER


def _currency_unknown(order: dict[str, Any], plan: Plan, draw: Draw) -> _Spoilt:
    del order, draw
    return "currency.orderCurrencyCode", plan.currency, "the currency is not set up in M3", DEAD_LETTER


def _missing_country(order: dict[str, Any], plan: Plan, draw: Draw) -> _Spoilt:
    del plan, draw
    delivery = order["parties"]["delivery"]
    delivery["country"], delivery["countryId"] = "", 0
    del delivery["countryIsoCode"], delivery["countryIsoCode3"]
    return "parties.delivery.countryIsoCode", "", "no country", DEAD_LETTER


def _place_mismatch(order: dict[str, Any], plan: Plan, draw: Draw) -> _Spoilt:
    delivery = order["parties"]["delivery"]
    delivery["postalCode"] = other_place(draw, plan.country, delivery["addressLine3"])
    reason = f"the postcode belongs to another place than {delivery['addressLine3']}"
    return "parties.delivery.postalCode", delivery["postalCode"], reason, HELD


def _bad_postcode(order: dict[str, Any], plan: Plan, draw: Draw) -> _Spoilt:
    del plan, draw
    delivery = order["parties"]["delivery"]
    outward, inward = delivery["postalCode"].split()
    delivery["postalCode"] = f"{outward} {_LOOKALIKES.get(inward[0], 'X')}{inward[1:]}"
    return "parties.delivery.postalCode", delivery["postalCode"], "not a postcode of GB", HELD


def _unknown_zip(order: dict[str, Any], plan: Plan, draw: Draw) -> _Spoilt:
    del plan
    delivery = order["parties"]["delivery"]
    delivery["postalCode"] = draw.pick(["00042", "99999", "00000"])
    return "parties.delivery.postalCode", delivery["postalCode"], "no such ZIP code", HELD


_DIRT: dict[str, Callable[[dict[str, Any], Plan, Draw], _Spoilt]] = {
    "unknown_sku": _unknown_sku,
    "place_mismatch": _place_mismatch,
    "totals_off": _totals_off,
    "quantity_text": _quantity_text,
    "no_channel_customer": _no_channel_customer,
    "blank_sku": _blank_sku,
    "unmapped_charge": _unmapped_charge,
    "missing_country": _missing_country,
    "currency_unknown": _currency_unknown,
    "bad_postcode": _bad_postcode,
    "unknown_zip": _unknown_zip,
}
