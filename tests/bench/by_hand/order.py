"""An order, its rows, and what several fields of the M3 order share: read once."""

from collections.abc import Mapping
from datetime import UTC
from decimal import Decimal
from typing import Any

from tests.bench.by_hand.values import (
    EMPTY,
    HUGE,
    INTEGER,
    Q4,
    TO4,
    FieldError,
    Problems,
    Wrong,
    added,
    amount,
    by_number,
    child,
    good,
    integer,
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


class Row:
    """One order row, its shared values read once; a value that cannot be read is an `FieldError`."""

    __slots__ = ("data", "key", "net", "product", "quantity", "sequence")

    def __init__(self, key: str, data: Any) -> None:
        self.key = key
        if data.__class__ is not dict:
            data = child({"row": data}, "row")
        self.data = data
        try:
            value = data.get("productId")
            self.product = value if value.__class__ is int and -HUGE < value < HUGE else same(value, int)
        except FieldError as error:
            self.product = error
        try:
            value = data.get("rowValue")
            value = (value if value.__class__ is dict else child(data, "rowValue")).get("rowNet")
            if value.__class__ is not dict:
                value = child(child(data, "rowValue"), "rowNet")
            value = value.get("value")
            self.net = TO4[value] if value.__class__ is str and value else number(value, TO4, Q4)
        except FieldError as error:
            self.net = error
        try:
            value = data.get("quantity")
            value = (value if value.__class__ is dict else child(data, "quantity")).get("magnitude")
            self.quantity = TO4[value] if value.__class__ is str and value else number(value, TO4, Q4)
        except FieldError as error:
            self.quantity = error
        try:
            value = data.get("orderRowSequence")
            self.sequence = INTEGER[value] if value.__class__ is str and value else integer(value)
        except FieldError as error:
            self.sequence = error


def order_rows(value: Any) -> list[Row]:
    """The rows of an order, by id."""
    if value.__class__ is dict:
        if len(value) > 1 and by_number(value):
            pairs = [(key, value[key]) for key in sorted(value, key=int)]
        else:
            pairs = list(value.items())
    elif value.__class__ is list:
        pairs = [(str(index), one) for index, one in enumerate(value)]
    elif value is None or value == "":
        return []
    else:
        raise FieldError("CW-PATH-SINGLE")
    return [Row(key, data) for key, data in pairs if data is not None and data != ""]


def related_record(records: Mapping[str, Any], key: Any, name: str) -> dict[str, Any]:
    """The related record with the id `key`; without an id, one without fields."""
    try:
        value = scalar(key)
    except FieldError as error:
        return Wrong(error.code)
    if value is None:
        return EMPTY
    if value.__class__ is not str and value.__class__ is not int:
        return Wrong("CW-TYPE")
    found = records.get(str(value))
    return Wrong("CW-RELATED-MISSING") if found is None else child({name: found}, name)


class Order:
    """One order, and what several of its fields share; what cannot be read is an `FieldError`."""

    __slots__ = (
        *("contact", "country", "customer", "delivery", "doc", "due_day", "due_hour", "errors", "id"),
        *("is_firm", "net", "products", "rows", "tables", "tax", "totals", "warehouse"),
    )

    def __init__(self, doc: dict[str, Any], related: Mapping[str, Any], tables: Mapping[str, Any]) -> None:
        self.doc, self.tables, self.products = doc, tables, related["product"]
        self.errors: Problems = []
        parties = child(doc, "parties")
        self.customer, self.delivery = child(parties, "customer"), child(parties, "delivery")
        try:
            key = self.customer.get("contactId")
            self.contact = related_record(related["contact"], key, "contact")
        except FieldError as error:
            self.contact = Wrong(error.code)
        try:
            self.is_firm: Any = same(child(self.contact, "organisation").get("name"), str) is not None
        except FieldError as error:
            self.is_firm = error
        self.totals = child(doc, "totalValue")
        try:
            self.net: Any = amount(self.totals.get("net"))
        except FieldError as error:
            self.net = error
        try:
            self.tax: Any = amount(self.totals.get("taxAmount"))
        except FieldError as error:
            self.tax = error
        try:
            self.country: Any = trimmed(self.delivery.get("countryIsoCode"))
            self.country = self.country and self.country.upper()
        except FieldError as error:
            self.country = error
        self._due()
        try:
            self.warehouse: Any = look_up(tables["warehouses"], text(doc.get("warehouseId")))
        except FieldError as error:
            self.warehouse = error
        try:
            self.id: Any = words(doc.get("id"))
        except FieldError as error:
            self.id = error
        try:
            self.rows: Any = order_rows(doc.get("orderRows"))
        except FieldError as error:
            self.rows = error

    def _due(self) -> None:
        try:
            value = scalar(child(self.doc, "delivery").get("deliveryDate"))
            if value is None:
                value = self.doc.get("placedOn")
            due = moment(value)
            if due is not None:
                due = shifted(due, UTC)
            self.due_day: Any = due and f"{due.year:04d}{due.month:02d}{due.day:02d}"
            self.due_hour: Any = due and f"{due.hour:02d}{due.minute:02d}"
        except FieldError as error:
            self.due_day = self.due_hour = error


def gross(order: Order) -> Decimal | None:
    """Net and tax."""
    net, tax = good(order.net), good(order.tax)
    if net is None or tax is None:
        return None
    return added([net, tax])


def sold(row: Row) -> Decimal | None:
    """The quantity of a row that is not free text."""
    product = row.product
    if product.__class__ is FieldError:
        raise product
    if product is None or product == 1000:
        return None
    return good(row.quantity)  # type: ignore[no-any-return]


def count(order: Order) -> int:
    """Rows that are not free text."""
    return sum([good(row.product) is not None and row.product != 1000 for row in good(order.rows)])
