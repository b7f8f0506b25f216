"""Brightpearl orders in the exact shape of GET order-service/order."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from crosswalk_engine.sandbox.world import dirt
from crosswalk_engine.sandbox.world.accounts import CHANNELS, READY, SENT, STATUS_NAMES
from crosswalk_engine.sandbox.world.catalogue import TAX_CODES
from crosswalk_engine.sandbox.world.contacts import Contact, contact_of
from crosswalk_engine.sandbox.world.draw import Draw
from crosswalk_engine.sandbox.world.money import CENT, to_cents, to_four, to_six
from crosswalk_engine.sandbox.world.people import draw_person, typed_phone
from crosswalk_engine.sandbox.world.places import COUNTRIES, Address, draw_address
from crosswalk_engine.sandbox.world.plan import ZONE, Plan, placed_at, plan_order
from crosswalk_engine.sandbox.world.rows import FREE_TEXT, Row, draw_rows

#: Room for the row ids of one order; ids are not in the order of the rows' sequence.
_IDS_PER_ORDER = 16
_FIRST_ROW_ID = 318_801

#: Units of the order's currency for one pound, about which the day's rate moves.
_RATES = {"GBP": Decimal(1), "EUR": Decimal("1.1650"), "USD": Decimal("1.2920"), "CHF": Decimal("1.1180")}


@dataclass(frozen=True, slots=True)
class Made:
    """One order with what is true about it: whether it is clean, and what should become of it."""

    plan: Plan
    record: dict[str, Any]
    truth: dirt.Truth


@cache
def make_order(seed: int, index: int) -> Made:
    """Order `index` of the world `seed`, dirt applied."""
    plan = plan_order(seed, index)
    draw = Draw(seed, "order", index)
    rows = draw_rows(draw, plan)
    drifts = plan.channel in (1, 2, 5) and plan.to_sync and not plan.dirt and draw.chance(0.05)
    drifted = drifts and _drift_tax(rows)
    record = _record(seed, plan, rows, draw)
    truth = dirt.spoil(record, plan, Draw(seed, "spoil", index), channel_tax=drifted)
    return Made(plan, record, truth)


def _drift_tax(rows: list[Row]) -> bool:
    """Let the channel's tax stand a cent off on the first taxed row, toward what M3 will find."""
    for place, row in enumerate(rows):
        if row.tax > 0:
            computed = to_cents(to_cents(row.net) * row.rate / 100)
            rows[place] = replace(row, tax=row.tax + (CENT if computed >= row.tax else -CENT))
            return True
    return False


def _record(seed: int, plan: Plan, rows: list[Row], draw: Draw) -> dict[str, Any]:
    contact = contact_of(seed, plan)
    placed = placed_at(seed, plan.index)
    channel = CHANNELS[plan.channel]
    currency = _currency(plan, draw)
    record: dict[str, Any] = {
        "id": plan.order_id,
        "parentOrderId": 0,
        "orderTypeCode": "SO",
        "reference": _reference(plan, draw),
    }
    if plan.channel in (1, 2, 3):
        record["externalRef"] = f"shop-{plan.order_id - 120_000}"
    status = READY if plan.to_sync else SENT
    record |= {
        "version": draw.whole(2, 7),
        "state": {"tax": "READY" if plan.to_sync else "INVOICED"},
        "orderStatus": {"orderStatusId": status, "name": STATUS_NAMES[status]},
        "tax": {"errors": []},
        "orderPaymentStatus": "UNPAID" if plan.firm else "PAID",
        "stockStatusCode": draw.weighted({"SOA": 0.85, "SOP": 0.1, "SON": 0.05}),
        "allocationStatusCode": draw.weighted({"AAA": 0.8, "APA": 0.1, "ANA": 0.1}),
        "shippingStatusCode": "SNS" if plan.to_sync else "ASS",
        **_moments(plan, placed, draw),
        "createdById": 4,
        "priceListId": channel.price_lists.get(plan.currency, 6),
        "priceModeCode": channel.price_mode,
        "delivery": _delivery(plan, placed, draw),
        "invoices": [_invoice(plan, placed)],
        "currency": currency,
        "totalValue": _totals(rows, Decimal(str(currency["exchangeRate"]))),
        "assignment": {"current": _assignment(plan, draw)},
        "parties": _parties(plan, contact, draw),
        "orderRows": _rows(plan, rows, draw),
        "warehouseId": 3 if plan.country not in ("GB", "US") and draw.chance(0.7) else 2,
        "acknowledged": 0,
        "costPriceListId": 1,
        "historicalOrder": False,
    }
    if draw.chance(0.6):
        record["isDropship"] = False
    record["orderWeighting"] = 100
    if plan.channel != 4:
        record["installedIntegrationInstanceId"] = 40 + plan.channel
    return record


def stamp(moment: datetime) -> str:
    """A moment as Brightpearl writes it: milliseconds and the account zone's offset."""
    return moment.astimezone(ZONE).isoformat(timespec="milliseconds")


def _moments(plan: Plan, placed: datetime, draw: Draw) -> dict[str, str]:
    created = placed + timedelta(seconds=draw.whole(3, 90))
    moments = {"placedOn": stamp(placed), "createdOn": stamp(created)}
    if not plan.to_sync or draw.chance(0.75):
        moments["updatedOn"] = stamp(created + timedelta(seconds=draw.whole(20, 1400)))
    if not plan.to_sync:
        moments["closedOn"] = stamp(created + timedelta(hours=draw.whole(20, 90)))
    return moments


def _reference(plan: Plan, draw: Draw) -> str:
    number = plan.order_id - 120_000
    if plan.channel == 5:
        return f"{draw.whole(200, 299)}-{draw.whole(1000000, 9999999)}-{draw.whole(1000000, 9999999)}"
    if plan.channel == 4:
        styles = [f"PO {draw.whole(1000, 9999)}/26", f"{draw.whole(45000, 46999)}", ""]
        return draw.pick([*styles, f"Purchase order {draw.whole(100, 999)} of our Bristol office"])
    return f"{CHANNELS[plan.channel].reference}-{number}"


def _delivery(plan: Plan, placed: datetime, draw: Draw) -> dict[str, Any]:
    """The delivery date is kept as midnight UTC and shown in the account's offset: take the date in UTC."""
    methods = {1: [7, 8], 2: [9], 3: [10], 4: [11, 7, 0], 5: [8, 7]}[plan.channel]
    delivery: dict[str, Any] = {}
    if draw.chance(0.85):
        day = (placed + timedelta(days=draw.whole(2, 9))).date()
        delivery["deliveryDate"] = stamp(datetime(day.year, day.month, day.day, tzinfo=UTC))
    delivery["shippingMethodId"] = draw.pick(methods)
    return delivery


def _invoice(plan: Plan, placed: datetime) -> dict[str, Any]:
    day = datetime(placed.year, placed.month, placed.day, tzinfo=UTC)
    invoice = {"invoiceReference": "" if plan.to_sync else f"SI-{plan.order_id}", "taxDate": stamp(day)}
    if plan.firm:
        invoice["dueDate"] = stamp(day + timedelta(days=plan.firm.terms))
    return invoice


def _currency(plan: Plan, draw: Draw) -> dict[str, Any]:
    drift = Decimal(draw.whole(-220, 220)) / 10_000
    rate = _RATES[plan.currency] * (1 if plan.currency == "GBP" else 1 + drift)
    return {
        "accountingCurrencyCode": "GBP",
        "orderCurrencyCode": plan.currency,
        "exchangeRate": str(to_six(rate)),
        "fixedExchangeRate": plan.currency == "GBP",
    }


def _totals(rows: list[Row], rate: Decimal) -> dict[str, str]:
    """Net is the rows' net, rounded once; tax is the sum of the rows' tax; base amounts are in pounds."""
    net = to_cents(sum((row.net for row in rows), Decimal(0)))
    tax = to_cents(sum((row.tax for row in rows), Decimal(0)))
    base_net, base_tax = to_cents(net / rate), to_cents(tax / rate)
    return {
        "net": str(net),
        "taxAmount": str(tax),
        "baseNet": str(base_net),
        "baseTaxAmount": str(base_tax),
        "baseTotal": str(base_net + base_tax),
        "total": str(net + tax),
    }


def _assignment(plan: Plan, draw: Draw) -> dict[str, int]:
    return {
        "staffOwnerContactId": 4 if plan.firm and draw.chance(0.5) else 0,
        "projectId": 0,
        "channelId": plan.channel,
        "leadSourceId": 0 if plan.firm else 11,
        "teamId": 0,
    }


def _block(
    name: str, company: str, address: Address, *, phone: str, email: str, contact_id: int = 0
) -> dict[str, Any]:
    country = address.place.country
    label, three, number, _ = COUNTRIES[country]
    head = {"contactId": contact_id} if contact_id else {}
    return {
        **head,
        "addressFullName": name,
        "companyName": company,
        "addressLine1": address.line1,
        "addressLine2": address.line2,
        "addressLine3": address.place.town,
        "addressLine4": address.line4,
        "postalCode": address.place.postcode,
        "country": label,
        "telephone": phone,
        "mobileTelephone": "",
        "fax": "",
        "email": email,
        "countryId": number,
        "countryIsoCode": country,
        "countryIsoCode3": three,
    }


def _parties(plan: Plan, contact: Contact, draw: Draw) -> dict[str, Any]:
    person, address = contact.person, contact.address
    name, phone, email = person.full, contact.phone, person.email
    if plan.role == "guest":
        guest = draw_person(draw, plan.country, plan.order_id)
        name, phone, email = guest.full, typed_phone(draw, guest.phone, plan.country), guest.email
        email = f"{draw.whole(10**9, 10**10)}@marketplace.example"
    if plan.role == "guest" or plan.country != address.place.country:
        address = draw_address(draw, plan.country)
    customer = _block(name, contact.company, address, phone=phone, email=email, contact_id=contact.id)
    to_name, to_address, to_company = name, address, contact.company
    if draw.chance(0.2):
        to_address = draw_address(draw, plan.country)
        if not plan.firm:
            other = draw_person(draw, plan.country, plan.order_id)
            to_name, to_company = other.full, draw.pick(["", "", "Studio 5", f"{other.last} & Co"])
    delivery = _block(to_name, to_company, to_address, phone=phone, email=email)
    return {"customer": customer, "delivery": delivery, "billing": dict(customer)}


def _rows(plan: Plan, rows: list[Row], draw: Draw) -> dict[str, Any]:
    """Rows by id; the ids do not rise with the sequence, and the keys stand in yet another order."""
    first = _FIRST_ROW_ID + plan.index * _IDS_PER_ORDER
    ids = draw.sample(range(first, first + _IDS_PER_ORDER), len(rows))
    shown = {str(ids[place]): _row(plan, row, place, ids) for place, row in enumerate(rows)}
    keys = draw.shuffled(list(shown))
    if len(keys) > 1 and keys == list(shown):
        keys.reverse()
    return {key: shown[key] for key in keys}


def _row(plan: Plan, row: Row, place: int, ids: list[int]) -> dict[str, Any]:
    amount = {"currencyCode": plan.currency}
    shown: dict[str, Any] = {
        "orderRowSequence": str((place + 1) * 10),
        "productId": row.product_id,
        "productName": row.name,
    }
    if row.product_id != FREE_TEXT:
        shown["productSku"] = row.sku
    return shown | {
        "quantity": {"magnitude": str(to_four(row.quantity))},
        "itemCost": {"currencyCode": "GBP", "value": str(to_four(row.cost))},
        "productPrice": amount | {"value": str(to_four(row.price))},
        "discountPercentage": str(to_cents(row.discount)),
        "rowValue": {
            "taxRate": str(to_four(row.rate)),
            "taxCode": row.tax_code,
            "taxCalculator": "brightpearl",
            "rowNet": amount | {"value": str(to_four(row.net))},
            "rowTax": amount | {"value": str(to_cents(row.tax))},
            "taxClassId": TAX_CODES[row.tax_code][0],
        },
        "nominalCode": row.nominal,
        "composition": {
            "bundleParent": row.bundle,
            "bundleChild": row.parent >= 0,
            "parentOrderRowId": ids[row.parent] if row.parent >= 0 else 0,
        },
        "clonedFromId": 0,
    }
