"""The orders that people keyed by hand before the first call: read into the company as real orders."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from crosswalk_engine.errors import RecordError, masked
from crosswalk_engine.sandbox.infor.m3.company import Company
from crosswalk_engine.sandbox.infor.m3.confirming import valued_order
from crosswalk_engine.sandbox.infor.m3.masters import Row, as_row
from crosswalk_engine.sandbox.infor.m3.orders import BatchOrder, Charge, Line

_PARTS = ("address", "lines", "charges", "texts")


def load_keyed_orders(company: Company) -> None:
    """Put the orders of ``infor/orders.ndjson`` among the company's real orders; figures are computed anew.

    Raises:
        RecordError: an order lacks its number or points at a master that is not there.
    """
    for number, record in enumerate(company.masters.orders, 1):
        where = f"infor/orders.ndjson:{number}"
        head = as_row({name: value for name, value in record.items() if name not in _PARTS}, where)
        batch = BatchOrder("", {**_BLANK_HEAD, **head}, _moment(head, where))
        order_number = head.get("ORNO", "")
        if not order_number or order_number in company.orders:
            raise _wrong(where, "ORNO", order_number, "a number of its own")
        _known(company.customers, head.get("CUNO", ""), "CUNO", where)
        for row in _part(record, "lines", where):
            _known(company.masters.items, row.get("ITNO", ""), "ITNO", where)
            batch.lines.append(_line(row, len(batch.lines) + 1, where))
        for row in _part(record, "charges", where):
            _known(company.masters.charges, row.get("CRID", ""), "CRID", where)
            charge = Charge(row["CRID"], _decimal(row, "CRAM", where), row.get("CRD0", ""))
            batch.charges.append(charge)
        address = as_row(record.get("address") or {}, where)
        if address:
            batch.addresses[address.get("ADRT", "1").lstrip("0")] = address
        batch.texts.extend(_part(record, "texts", where))
        company.orders[order_number] = valued_order(company, batch, order_number, batch.created)


_BLANK_HEAD = dict.fromkeys(("CUNO", "CUOR", "ORTP", "FACI", "WHLO", "CUCD", "ORDT", "RLDT"), "")


def _part(record: Mapping[str, Any], name: str, where: str) -> list[Row]:
    rows = record.get(name) or []
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise _wrong(where, name, type(rows).__name__, "an array of objects")
    return [as_row(row, f"{where} {name}") for row in rows]


def _line(row: Row, number: int, where: str) -> Line:
    quantity, price = _decimal(row, "ORQT", where), _decimal(row, "SAPR", where)
    return Line(number, row["ITNO"], quantity, price, row)


def _decimal(row: Row, name: str, where: str) -> Decimal:
    try:
        return Decimal(row.get(name, ""))
    except InvalidOperation:
        raise _wrong(where, name, row.get(name, ""), "a number as text") from None


def _moment(head: Row, where: str) -> datetime:
    """An old order counts as made at the start of its order day."""
    try:
        return datetime.strptime(head.get("ORDT", ""), "%Y%m%d").replace(tzinfo=UTC)
    except ValueError:
        raise _wrong(where, "ORDT", head.get("ORDT", ""), "yyyyMMdd") from None


def _known(table: Mapping[str, object], key: str, name: str, where: str) -> None:
    if key not in table:
        raise _wrong(where, name, key, "a key of the company's masters")


def _wrong(where: str, name: str, got: str, expected: str) -> RecordError:
    return RecordError(
        "CW-DATA-ORDER", f"{name} of a keyed order is wrong", where=where, got=masked(got), expected=expected
    )
