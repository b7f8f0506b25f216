"""Values on the wire: everything is text; here it is checked on the way in and written on the way out."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Literal

from crosswalk_engine.errors import masked
from crosswalk_engine.sandbox.infor.m3.declare import Field, Transaction
from crosswalk_engine.sandbox.infor.m3.refusal import RefusedError, invalid, missing, unknown

_NUMBER = re.compile(r"-?\d+(\.\d*)?|-?\.\d+")
#: Characters of a refused value that stand in the message; codes and numbers only, never free text.
_SHOWN = 24

LongField = Literal["refuse", "truncate"]


def checked(
    transaction: Transaction, given: Mapping[str, str], *, long_fields: LongField = "refuse"
) -> dict[str, str]:
    """The call's fields, blanks cut at the right, each of its declared length and kind; all are present.

    Raises:
        RefusedError: an unknown field, a required one missing, one too long, or no number or date.
    """
    for name in given:
        if name not in transaction.inputs:
            what = f"Field {masked(name, _SHOWN)} is not a field of {transaction.name}"
            raise RefusedError("MIFLD03", what, masked(name, _SHOWN))
    values: dict[str, str] = {}
    for name, field in transaction.inputs.items():
        text = given.get(name, "").rstrip(" ")
        if field.required and not text.strip():
            raise missing(name, field.text)
        if len(text) > field.length:
            if long_fields == "refuse" or field.kind != "A":
                got = f"{len(text)} characters, at most {field.length}"
                raise RefusedError("MILEN02", f"{field.text} is too long: {got}", name)
            text = text[: field.length].rstrip(" ")
        values[name] = _of_kind(field, text.strip()) if field.kind != "A" else text
    return values


def _of_kind(field: Field, text: str) -> str:
    if not text:
        return ""
    if field.kind == "D":
        return _day(field, text)
    if not _NUMBER.fullmatch(text):
        raise invalid(field.name, field.text, masked(text, _SHOWN))
    decimals = len(text.partition(".")[2].rstrip("0"))
    if decimals > field.decimals:
        got = f"has {decimals} decimals, at most {field.decimals}"
        raise RefusedError(f"W{field.name}02", f"{field.text} {masked(text, _SHOWN)} {got}", field.name)
    return text


def _day(field: Field, text: str) -> str:
    if text.strip("0") == "":
        return ""
    try:
        if not re.fullmatch(r"\d{8}", text, re.ASCII):
            raise ValueError
        date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        raise invalid(field.name, f"{field.text} (yyyyMMdd)", masked(text, _SHOWN)) from None
    return text


def check_country(code: str) -> None:
    """Accept a blank or the form of a country code, two or three capital letters.

    Raises:
        RefusedError: another form.
    """
    if code and not (code.isascii() and code.isalpha() and code.isupper() and len(code) > 1):
        raise unknown("CSCD", "Country", masked(code, _SHOWN))


def number(text: str) -> Decimal:
    """A checked N field as a Decimal; blank is 0."""
    return Decimal(text) if text else Decimal(0)


def amount(value: Decimal) -> str:
    """Money of the order's currency: two decimals, a point, a leading minus."""
    return f"{value:.2f}"


def quantity(value: Decimal) -> str:
    """A quantity: no more decimals than it has (``2``, ``0.5``)."""
    return f"{value.normalize():f}" if value else "0"


def price(value: Decimal) -> str:
    """A unit price: two decimals, more only where it has more, at most six (``29.95``, ``3.333333``)."""
    text = quantity(value)
    decimals = len(text.partition(".")[2])
    return f"{value:.2f}" if decimals < 2 else text
