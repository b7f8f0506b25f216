"""The masters of the company, read once from the data folder's ``infor/`` and never changed by a call."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from crosswalk_engine.errors import RecordError, masked
from crosswalk_engine.sandbox.data import need, read_json, read_ndjson

Row = dict[str, str]
Root = Path | Traversable


@dataclass(frozen=True, slots=True)
class VatCode:
    """A VAT code: its rate in percent and its text."""

    code: str
    rate: Decimal
    text: str


@dataclass(frozen=True, slots=True)
class Codes:
    """The code tables that an order head refers to, each the set of its valid codes."""

    order_types: frozenset[str]
    currencies: frozenset[str]
    delivery_methods: frozenset[str]
    delivery_terms: frozenset[str]
    payment_terms: frozenset[str]
    templates: frozenset[str]


@dataclass(frozen=True, slots=True)
class Masters:
    """All that the company knows before the first call. Rows hold M3 fields as text, by their key's order."""

    company: str
    division: str
    facility: str
    tenant: str
    codes: Codes
    items: Mapping[str, Row]
    vat: Mapping[str, VatCode]
    charges: Mapping[str, Row]
    warehouses: Mapping[str, Row]
    customers: Mapping[str, Row]
    orders: tuple[dict[str, Any], ...]


def load_masters(root: Root) -> Masters:
    """Read ``infor/*`` below `root`.

    Raises:
        MissingFileError: a file of the layout is missing.
        RecordError: a file is unreadable, or a record lacks its key or points at a code that is not there.
    """
    company = read_json(root, "infor/company.json")
    if not isinstance(company, dict):
        raise _shape("infor/company.json", "a JSON object")
    vat = {row["VTCD"]: _vat_code(row) for row in _rows(root, "infor/vat_codes.json", "VTCD").values()}
    masters = Masters(
        company=_text(company, "CONO"),
        division=_text(company, "DIVI"),
        facility=_text(company, "FACI"),
        tenant=_text(company, "tenant"),
        codes=_codes(company),
        items=_rows(root, "infor/items.ndjson", "ITNO"),
        vat=vat,
        charges=_rows(root, "infor/charges.json", "CRID"),
        warehouses=_rows(root, "infor/warehouses.json", "WHLO"),
        customers=_rows(root, "infor/customers.ndjson", "CUNO"),
        orders=tuple(read_ndjson(root, "infor/orders.ndjson", optional=True)),
    )
    _check_vat(masters)
    return masters


def _codes(company: dict[str, Any]) -> Codes:
    def codes(name: str) -> frozenset[str]:
        listed = need(company, name, list, where="infor/company.json")
        return frozenset(_code_of(entry, name) for entry in listed)

    return Codes(
        order_types=codes("order_types"),
        currencies=codes("currencies"),
        delivery_methods=codes("delivery_methods"),
        delivery_terms=codes("delivery_terms"),
        payment_terms=codes("payment_terms"),
        templates=codes("templates"),
    )


def _code_of(entry: object, name: str) -> str:
    """A code table's entry is the code itself, or a record whose first value is the code."""
    value = next(iter(entry.values()), None) if isinstance(entry, dict) else entry
    if not isinstance(value, str) or not value:
        raise _shape("infor/company.json", f"{name}: a list of codes")
    return value


def _rows(root: Root, name: str, key: str) -> dict[str, Row]:
    """The records of a list file by their key, in the key's order; values as text."""
    listed = read_json(root, name) if name.endswith(".json") else read_ndjson(root, name)
    if not isinstance(listed, list):
        raise _shape(name, "a JSON array of objects")
    rows: dict[str, Row] = {}
    for number, record in enumerate(listed, 1):
        where = f"{name}:{number}"
        if not isinstance(record, dict):
            raise _shape(where, "a JSON object")
        value = need(record, key, str, where=where)
        if value in rows:
            raise RecordError("CW-DATA-KEY", f"{key} {masked(value)} stands twice", where=where)
        rows[value] = as_row(record, where)
    return dict(sorted(rows.items()))


def as_row(record: Mapping[str, Any], where: str) -> Row:
    """`record` with every value as text; null is blank.

    Raises:
        RecordError: a value is an object, a list or a boolean.
    """
    row: Row = {}
    for name, value in record.items():
        if isinstance(value, bool) or not isinstance(value, str | int | Decimal | None):
            raise _shape(f"{where} {name}", "text or a number")
        row[name] = "" if value is None else str(value)
    return row


def _vat_code(row: Row) -> VatCode:
    try:
        rate = Decimal(row.get("VTP1", ""))
    except InvalidOperation:
        raise _shape(f"infor/vat_codes.json {row['VTCD']}", 'VTP1: a rate in percent, e.g. "20.00"') from None
    return VatCode(row["VTCD"], rate, row.get("TX40", ""))


def _check_vat(masters: Masters) -> None:
    used: Iterable[tuple[str, str]] = [
        *((f"item {key}", row.get("VTCS", "")) for key, row in masters.items.items()),
        *((f"charge {key}", row.get("VTCD", "")) for key, row in masters.charges.items()),
        *((f"customer {key}", row.get("VTCD", "").strip("0")) for key, row in masters.customers.items()),
    ]
    for who, code in used:
        if code and code not in masters.vat:
            raise RecordError(
                "CW-DATA-VAT",
                f"{who} has a VAT code that vat_codes.json does not list",
                where="infor/",
                got=masked(code),
                expected=", ".join(masters.vat),
            )


def _text(record: dict[str, Any], key: str) -> str:
    value = record.get(key)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not value:
        raise _shape("infor/company.json", f"{key}: text")
    return value


def _shape(where: str, expected: str) -> RecordError:
    return RecordError("CW-DATA-SHAPE", "a master has the wrong shape", where=where, expected=expected)
