"""The head of the M3 order."""

from collections.abc import Callable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from tests.bench.by_hand.order import Order, count, gross, sold
from tests.bench.by_hand.values import (
    Q6,
    TO6,
    FieldError,
    added,
    amount,
    by_number,
    child,
    day,
    equal,
    good,
    is_blank,
    limited,
    limited_any,
    look_up,
    moment,
    number,
    same,
    scalar,
    shifted,
    text,
    trimmed,
    words,
)

LONDON = ZoneInfo("Europe/London")
PAYMENT: Mapping[Any, str] = {"PAID": "PRE", "PARTIALLY_PAID": "PRT", "UNPAID": "INV"}
LANGUAGE: Mapping[Any, str] = {"DE": "DE", "AT": "DE", "FR": "FR"}
PRICE_MODE: Mapping[Any, int] = {"INC": 1, "EXC": 0}


def head(order: Order, idmap: Callable[[str, str], str | None]) -> dict[str, Any]:
    """Customer, type, references, dates."""
    doc, errors, tables = order.doc, order.errors, order.tables
    current, currency = child(child(doc, "assignment"), "current"), child(doc, "currency")
    out: dict[str, Any] = {"CONO": "100", "FACI": "BRS", "CUNO": None, "ORTP": None, "WHLO": None}
    try:
        if good(order.is_firm):
            key = text(order.customer.get("contactId"))
            value = None if key is None else idmap("customer", key)
            if value is None and key is not None:
                raise FieldError("CW-IDMAP-MISSING")
        else:
            key = words(current.get("channelId"))
            key += f"|{good(order.country) or ''}|{words(currency.get('orderCurrencyCode'))}"
            value = look_up(tables["channel_customers"], key)
        out["CUNO"] = limited(errors, "CUNO", value, 10)
    except FieldError as error:
        errors.append(("CUNO", error.code))
    try:
        out["ORTP"] = "B2B" if good(order.is_firm) else "WEB"
    except FieldError as error:
        errors.append(("ORTP", error.code))
    try:
        out["WHLO"] = limited(errors, "WHLO", good(order.warehouse), 3)
    except FieldError as error:
        errors.append(("WHLO", error.code))
    try:
        out["CUOR"] = limited(errors, "CUOR", "BP" + good(order.id), 20)
    except FieldError as error:
        errors.append(("CUOR", error.code))
    try:
        value = trimmed(doc.get("reference"))
        out["OREF"] = value[:30] if value else value
    except FieldError as error:
        out["OREF"] = errors.append(("OREF", error.code))
    try:
        parts = [part for part in (words(doc.get("externalRef")), invoice(doc.get("invoices"))) if part]
        out["NREF"] = "/".join(parts)[:30]
    except FieldError as error:
        errors.append(("NREF", error.code))
    try:
        value = trimmed(order.customer.get("addressFullName"))
        out["YREF"] = value[:30] if value else value
    except FieldError as error:
        errors.append(("YREF", error.code))
    dates(order, out)
    return out


def invoice(invoices: Any) -> str:
    """The reference of the first invoice that has one."""
    if invoices.__class__ is dict:
        if not invoices or not by_number(invoices):
            if is_blank(invoices.get("invoiceReference")):
                return ""
            raise FieldError("CW-PATH-SINGLE")
        rows = [invoices[key] for key in sorted(invoices, key=int)]
    elif invoices.__class__ is list:
        rows = invoices
    else:
        child({"invoices": invoices}, "invoices").get("invoiceReference")
        return ""
    found = [
        words(child({"row": row}, "row").get("invoiceReference"))
        for row in rows
        if row is not None and row != ""
    ]
    return next((reference for reference in found if reference), "")


def dates(order: Order, out: dict[str, Any]) -> None:
    """The dates of the head."""
    doc, errors = order.doc, order.errors
    try:
        out["ORDT"] = limited(errors, "ORDT", day(moment(doc.get("placedOn"))), 8)
    except FieldError as error:
        errors.append(("ORDT", error.code))
    try:
        value = moment(doc.get("createdOn"))
        out["CUDT"] = limited(errors, "CUDT", day(value and shifted(value, LONDON)), 8)
    except FieldError as error:
        errors.append(("CUDT", error.code))
    try:
        out["RLDT"] = limited(errors, "RLDT", good(order.due_day), 8)
    except FieldError as error:
        errors.append(("RLDT", error.code))
    try:
        out["RLHM"] = limited(errors, "RLHM", good(order.due_hour), 4)
    except FieldError as error:
        errors.append(("RLHM", error.code))


def terms(order: Order, out: dict[str, Any]) -> None:  # noqa: C901  straight-line
    """Currency, delivery, payment and what else is known of the sale."""
    doc, errors, tables = order.doc, order.errors, order.tables
    current, currency = child(child(doc, "assignment"), "current"), child(doc, "currency")
    try:
        out["CUCD"] = limited_any(errors, "CUCD", currency.get("orderCurrencyCode"), 3)
    except FieldError as error:
        errors.append(("CUCD", error.code))
    try:
        ours = scalar(currency.get("orderCurrencyCode"))
        theirs = scalar(currency.get("accountingCurrencyCode"))
        out["CRTP"] = 1 if ours is not None and theirs is not None and equal(ours, theirs) else 2
    except FieldError as error:
        errors.append(("CRTP", error.code))
    try:
        value = currency.get("exchangeRate")
        rate = TO6[value] if value.__class__ is str and value else number(value, TO6, Q6)
        out["ARAT"] = limited(errors, "ARAT", None if rate is None else str(rate), 12)
    except FieldError as error:
        errors.append(("ARAT", error.code))
    try:
        value = text(child(doc, "delivery").get("shippingMethodId"))
        out["MODL"] = limited(errors, "MODL", look_up(tables["delivery_methods"], value), 3)
    except FieldError as error:
        errors.append(("MODL", error.code))
    try:
        value = text(current.get("channelId"))
        out["TEDL"] = limited(errors, "TEDL", look_up(tables["delivery_terms"], value), 3)
    except FieldError as error:
        errors.append(("TEDL", error.code))
    try:
        value = text(child(order.contact, "financialDetails").get("creditTermDays")) or "0"
        out["TEPY"] = limited(errors, "TEPY", look_up(tables["payment_terms"], value), 3)
    except FieldError as error:
        errors.append(("TEPY", error.code))
    try:
        out["PYCD"] = PAYMENT.get(same(doc.get("orderPaymentStatus"), str), "NON")
    except FieldError as error:
        errors.append(("PYCD", error.code))
    try:
        value = text(doc.get("priceListId"))
        out["PLTB"] = "PL" + (value[:4].rjust(4, "0") if value else "")
    except FieldError as error:
        errors.append(("PLTB", error.code))
    out["SMCD"] = out["AGNT"] = None
    try:
        staff = same(current.get("staffOwnerContactId"), int)
        if staff is not None and staff > 0:
            out["SMCD"] = "S" + str(text(staff))[:6].rjust(6, "0")
    except FieldError as error:
        errors.append(("SMCD", error.code))
    try:
        lead = same(current.get("leadSourceId"), int)
        if lead in (11, 12, 13):
            out["AGNT"] = f"L{words(lead)}"
    except FieldError as error:
        errors.append(("AGNT", error.code))
    try:
        value = trimmed(order.customer.get("countryIsoCode"))
        out["LNCD"] = LANGUAGE.get(value.upper() if value else value, "GB")
    except FieldError as error:
        errors.append(("LNCD", error.code))
    try:
        out["TINC"] = PRICE_MODE.get(same(doc.get("priceModeCode"), str))
        if out["TINC"] is None:
            errors.append(("TINC", "CW-REQUIRED"))
    except FieldError as error:
        errors.append(("TINC", error.code))


def money(order: Order, out: dict[str, Any]) -> None:
    """The totals of the head."""
    errors, totals = order.errors, order.totals
    try:
        base = amount(totals.get("baseTotal"))
        out["OPRI"] = 5 if base is None or base < 250 else 3 if base < 1000 else 1
    except FieldError as error:
        errors.append(("OPRI", error.code))
    try:
        value = good(order.net)
        out["NTAM"] = limited(errors, "NTAM", None if value is None else str(value), 16)
    except FieldError as error:
        errors.append(("NTAM", error.code))
    try:
        value = good(order.tax)
        out["VTAM"] = limited(errors, "VTAM", None if value is None else str(value), 16)
    except FieldError as error:
        errors.append(("VTAM", error.code))
    try:
        value = gross(order)
        out["TOAM"] = limited(errors, "TOAM", None if value is None else str(value), 16)
    except FieldError as error:
        errors.append(("TOAM", error.code))


def sums(order: Order, out: dict[str, Any]) -> None:
    """What is folded over the rows."""
    errors = order.errors
    try:
        value = added([quantity for row in good(order.rows) if (quantity := sold(row)) is not None])
        out["OTQT"] = limited(errors, "OTQT", None if value is None else str(value), 16)
    except FieldError as error:
        errors.append(("OTQT", error.code))
    try:
        found = [amount(row.data.get("discountPercentage")) for row in good(order.rows)]
        most = max((value for value in found if value is not None), default=None)
        out["OTDP"] = None if most is None else str(most)
        if most is not None and len(out["OTDP"]) > 15:
            out["OTDP"] = errors.append(("OTDP", "CW-TOO-LONG"))
    except FieldError as error:
        errors.append(("OTDP", error.code))
    try:
        out["NLIN"] = count(order)
    except FieldError as error:
        errors.append(("NLIN", error.code))
