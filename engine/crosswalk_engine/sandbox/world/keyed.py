"""M3 orders that people keyed by hand from past Brightpearl orders, and the amounts M3 found for them."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from crosswalk_engine.sandbox.world.accounts import (
    CHANNEL_CUSTOMERS,
    CHARGES,
    ITEM_VAT,
    SHIPPING_METHODS,
    VAT_CODES,
    WAREHOUSES,
)
from crosswalk_engine.sandbox.world.catalogue import by_sku
from crosswalk_engine.sandbox.world.contacts import contact_of, shortened
from crosswalk_engine.sandbox.world.draw import Draw
from crosswalk_engine.sandbox.world.money import to_cents, to_six
from crosswalk_engine.sandbox.world.orders import Made, make_order
from crosswalk_engine.sandbox.world.plan import PAST, Plan
from crosswalk_engine.sandbox.world.rows import FREE_TEXT

_FIRST_M3_ORDER = 10_003_401

_RATES = {code["VTCD"]: Decimal(code["VTP1"]) for code in VAT_CODES}

TERMS = {0: "CRD", 30: "N30", 60: "N60"}


def keyed_orders(seed: int) -> list[dict[str, Any]]:
    """All orders keyed by hand: most of the history; orders of firms that M3 lacks were never keyed."""
    keyed: list[dict[str, Any]] = []
    for index in range(PAST):
        draw = Draw(seed, "keyed", index)
        made = make_order(seed, index)
        firm = made.plan.firm
        if (firm and not firm.in_m3) or draw.chance(0.03):
            continue
        keyed.append(_keyed(seed, made, draw, _FIRST_M3_ORDER + len(keyed)))
    return keyed


def customer_number(plan: Plan) -> str:
    """The M3 customer of an order: the firm's own, or the channel's."""
    if plan.firm:
        return f"BP{plan.firm.contact:07d}"
    return CHANNEL_CUSTOMERS[plan.channel, plan.country, plan.currency]


def _keyed(seed: int, made: Made, draw: Draw, number: int) -> dict[str, Any]:
    order, plan = made.record, made.plan
    customer = order["parties"]["customer"]
    firm = contact_of(seed, plan).firm
    warehouse = WAREHOUSES[order["warehouseId"]]
    delivery = order["delivery"]
    wanted = _utc_day(delivery.get("deliveryDate", order["placedOn"]))
    lines = _lines(order, draw, warehouse, wanted)
    charges = _charges(order)
    net, vat = _amounts(lines, charges, export=plan.export)
    return {
        "CUNO": customer_number(plan),
        "ORTP": "B2B" if firm else "WEB",
        "FACI": "BRS",
        "WHLO": warehouse,
        "CUOR": f"BP{order['id']}",
        "OREF": order["reference"][:30],
        "YREF": _typed_name(draw, customer["addressFullName"])[:30],
        "ORDT": order["placedOn"][:10].replace("-", ""),
        "RLDT": wanted,
        "CUCD": order["currency"]["orderCurrencyCode"],
        "MODL": SHIPPING_METHODS[delivery["shippingMethodId"]],
        "TEDL": "DDP" if plan.channel == 3 else "DAP",
        "TEPY": TERMS[firm.terms] if firm else "CRD",
        "address": _address(order["parties"]["delivery"], draw),
        "lines": lines,
        "charges": charges,
        "texts": _texts(order),
        "ORNO": f"{number:010d}",
        "ORVA": str(net),
        "VTAM": str(vat),
    }


def _utc_day(stamp: str) -> str:
    return datetime.fromisoformat(stamp).astimezone(UTC).strftime("%Y%m%d")


def _typed_name(draw: Draw, name: str) -> str:
    """A name as somebody keys it: mostly as it stands, sometimes in capitals or with an initial."""
    style = draw.weighted({"as is": 0.8, "capitals": 0.12, "initial": 0.08})
    name = name.strip()
    if style == "capitals":
        return name.upper()
    first, _, rest = name.partition(" ")
    return f"{first[0]} {rest}" if style == "initial" and rest else name


def _address(block: dict[str, Any], draw: Draw) -> dict[str, str]:
    company, person = block["companyName"].strip(), _typed_name(draw, block["addressFullName"])
    line1 = shortened(block["addressLine1"]) if draw.chance(0.25) else block["addressLine1"]
    town = block["addressLine3"].strip()
    digits = "".join(c for c in block["telephone"] if c.isdigit())
    country = block["countryIsoCode"].upper()
    return {
        "ADRT": "1",
        "CUNM": (company or person)[:36],
        "CUA1": line1[:36],
        "CUA2": block["addressLine2"][:36],
        "CUA3": person[:36] if company else "",
        "PONO": block["postalCode"].strip(),
        "TOWN": (town.upper() if draw.chance(0.15) else town)[:20],
        "ECAR": block["addressLine4"][:2] if country == "US" else "",
        "CSCD": country,
        "PHNO": digits[-10:],
    }


def _sorted_rows(order: dict[str, Any]) -> list[dict[str, Any]]:
    return sorted(order["orderRows"].values(), key=lambda row: int(row["orderRowSequence"]))


def _lines(order: dict[str, Any], draw: Draw, warehouse: str, wanted: str) -> list[dict[str, str]]:
    by_hand = draw.chance(0.35)
    lines: list[dict[str, str]] = []
    for row in _sorted_rows(order):
        if row["productId"] == FREE_TEXT:
            continue
        quantity = Decimal(row["quantity"]["magnitude"])
        price = to_six(Decimal(row["rowValue"]["rowNet"]["value"]) / quantity)
        shown = str(to_cents(price)) if by_hand else _trimmed(price)
        lines.append(
            {
                "ITNO": row["productSku"].strip().upper(),
                "ORQT": f"{quantity.normalize():f}",
                "SAPR": shown,
                "WHLO": warehouse,
                "DWDT": wanted,
                "CUPO": row["orderRowSequence"],
            }
        )
    return lines


def _trimmed(price: Decimal) -> str:
    """`price` without trailing zeros, but with at least 2 decimals."""
    whole, _, decimals = f"{price:f}".partition(".")
    return f"{whole}.{decimals.rstrip('0').ljust(2, '0')}"


def _charges(order: dict[str, Any]) -> list[dict[str, str]]:
    charges: list[dict[str, str]] = []
    for row in _sorted_rows(order):
        net = Decimal(row["rowValue"]["rowNet"]["value"])
        if row["productId"] != FREE_TEXT or net == 0:
            continue
        code, _, _ = CHARGES[row["nominalCode"], row["rowValue"]["taxCode"]]
        charges.append({"CRID": code, "CRAM": str(to_cents(net)), "CRD0": row["productName"][:30]})
    return charges


def _texts(order: dict[str, Any]) -> list[dict[str, str]]:
    """Free-text rows without value are messages: head text, printed before the lines."""
    return [
        {"TYPE": "1", "TYTR": "1", "PARM": row["productName"][:240]}
        for row in _sorted_rows(order)
        if row["productId"] == FREE_TEXT and Decimal(row["rowValue"]["rowNet"]["value"]) == 0
    ]


def _amounts(
    lines: list[dict[str, str]], charges: list[dict[str, str]], *, export: bool
) -> tuple[Decimal, Decimal]:
    """Order value before VAT, and VAT: each line and charge rounded half up by itself."""
    goods = by_sku()
    codes = {code: vat for code, _, vat in CHARGES.values()}
    net, tax = Decimal("0.00"), Decimal("0.00")
    parts = [
        (to_cents(Decimal(line["ORQT"]) * Decimal(line["SAPR"])), ITEM_VAT[goods[line["ITNO"]].tax])
        for line in lines
    ] + [(Decimal(charge["CRAM"]), codes[charge["CRID"]]) for charge in charges]
    for amount, code in parts:
        net += amount
        tax += Decimal(0) if export else to_cents(amount * _RATES[code] / 100)
    return net, tax
