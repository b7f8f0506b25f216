"""The delivery address of the M3 order."""

from typing import Any

from tests.bench.by_hand.order import Order
from tests.bench.by_hand.values import (
    DIGITS,
    FieldError,
    child,
    good,
    limited,
    look_up,
    optional,
    same,
    scalar,
    text,
    trimmed,
)


def address(order: Order) -> dict[str, Any]:
    """The delivery address."""
    delivery, errors = order.delivery, order.errors
    out: dict[str, Any] = {"ADRT": "1"}
    try:
        company = scalar(delivery.get("companyName"))
        value = trimmed(company if company is not None else delivery.get("addressFullName"))
        out["CUNM"] = value[:36] if value else errors.append(("address.CUNM", "CW-REQUIRED"))
    except FieldError as error:
        errors.append(("address.CUNM", error.code))
    try:
        value = trimmed(delivery.get("addressLine1"))
        out["CUA1"] = limited(errors, "address.CUA1", value, 36)
    except FieldError as error:
        errors.append(("address.CUA1", error.code))
    try:
        out["CUA2"] = optional(errors, "address.CUA2", trimmed(delivery.get("addressLine2")), 36)
    except FieldError as error:
        errors.append(("address.CUA2", error.code))
    try:
        company = same(delivery.get("companyName"), str)
        value = trimmed(delivery.get("addressFullName")) if company is not None else None
        out["CUA3"] = value[:36] if value else value
    except FieldError as error:
        errors.append(("address.CUA3", error.code))
    try:
        lines = (trimmed(delivery.get("addressLine3")), trimmed(delivery.get("addressLine4")))
        out["CUA4"] = ", ".join([line for line in lines if line is not None])[:36]
    except FieldError as error:
        errors.append(("address.CUA4", error.code))
    try:
        value = trimmed(delivery.get("postalCode"))
        out["PONO"] = limited(errors, "address.PONO", value and value.upper(), 10)
    except FieldError as error:
        errors.append(("address.PONO", error.code))
    try:
        out["TOWN"] = limited(errors, "address.TOWN", trimmed(delivery.get("addressLine3")), 20)
    except FieldError as error:
        errors.append(("address.TOWN", error.code))
    try:
        state = None
        if good(order.country) == "US":
            value = trimmed(delivery.get("addressLine4"))
            state = look_up(order.tables["us_states"], value if value is None else value.upper())
        out["ECAR"] = optional(errors, "address.ECAR", state, 2)
    except FieldError as error:
        errors.append(("address.ECAR", error.code))
    try:
        out["CSCD"] = limited(errors, "address.CSCD", good(order.country), 3)
    except FieldError as error:
        errors.append(("address.CSCD", error.code))
    reach(order, out)
    return out


def reach(order: Order, out: dict[str, Any]) -> None:
    """Telephone, e-mail, tax number."""
    delivery, errors = order.delivery, order.errors
    try:
        value = text(delivery.get("telephone"))
        out["PHNO"] = DIGITS[value][-10:] if value else None
    except FieldError as error:
        errors.append(("address.PHNO", error.code))
    try:
        value = scalar(delivery.get("mobileTelephone"))
        if value is None:
            value = child(child(order.doc, "parties"), "billing").get("telephone")
        value = text(value)
        out["PHN2"] = DIGITS[value][-10:] if value else None
    except FieldError as error:
        errors.append(("address.PHN2", error.code))
    try:
        value = trimmed(delivery.get("email"))
        out["MAIL"] = optional(errors, "address.MAIL", value and value.lower(), 60)
    except FieldError as error:
        errors.append(("address.MAIL", error.code))
    try:
        value = text(child(order.contact, "financialDetails").get("taxNumber"))
        out["VRNO"] = optional(errors, "address.VRNO", value and value.upper().replace(" ", ""), 16)
    except FieldError as error:
        errors.append(("address.VRNO", error.code))
