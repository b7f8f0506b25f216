"""One Brightpearl account: its records in memory, as the API shows them, and what belongs to them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from crosswalk_engine.errors import RecordError, masked
from crosswalk_engine.sandbox.data import need, read_json, read_ndjson

Record = dict[str, Any]

#: The small lists that carry no id set cap, by the name of their file and of their id field.
LISTS = {
    "channels": "id",
    "warehouses": "id",
    "tax_codes": "id",
    "order_statuses": "statusId",
    "price_lists": "id",
}


@dataclass(slots=True)
class Stored:
    """One record and what the API shows beside it: custom field values, and for orders their notes."""

    record: Record
    custom_fields: Record = field(default_factory=dict)
    notes: list[Record] = field(default_factory=list)


@dataclass(slots=True)
class Table:
    """Records of one kind by id; `ids` is sorted."""

    rows: dict[int, Stored]
    ids: list[int]


@dataclass(slots=True)
class Account:
    """The account's master data and orders.

    `custom_fields` are the metadata of order fields by code (``PCF_…``); `zone` is the account's own.
    """

    code: str
    zone: ZoneInfo
    developer: str
    app: str
    orders: Table
    contacts: Table
    products: Table
    addresses: Table
    lists: dict[str, list[Record]]
    custom_fields: dict[str, Record]
    next_note: int = 1

    def stamp(self, moment: datetime) -> str:
        """`moment` as the API writes it: account zone, milliseconds, numeric offset."""
        return moment.astimezone(self.zone).isoformat(timespec="milliseconds")

    def touch(self, order: Record, moment: datetime) -> None:
        """Mark a change of `order`: its version grows by one and `updatedOn` is now."""
        order["version"] = int(order.get("version", 0)) + 1
        order["updatedOn"] = self.stamp(moment)

    def status_named(self, status_id: int) -> Record | None:
        """The order status with this id."""
        return next((s for s in self.lists["order_statuses"] if s.get("statusId") == status_id), None)


def load_account(root: Path | Traversable) -> Account:
    """The account in the data folder `root` (``brightpearl/*.ndjson``, ``brightpearl/*.json``).

    Raises:
        MissingFileError: a file is missing.
        RecordError: a file or a line of it cannot be used; `where` names it.
    """
    about = read_json(root, "brightpearl/account.json")
    where = "brightpearl/account.json"
    if not isinstance(about, dict):
        raise RecordError("CW-DATA-SHAPE", "the account is not a JSON object", where=where)
    fields = [_custom_field(n, entry, where) for n, entry in enumerate(about.get("custom_fields", []), 1)]
    return Account(
        code=need(about, "account", str, where=where),
        zone=_zone(need(about, "zone", str, where=where), where),
        developer=need(about, "developer", str, where=where),
        app=need(about, "app", str, where=where),
        orders=_table(root, "orders", "id", _check_order),
        contacts=_table(root, "contacts", "contactId"),
        products=_table(root, "products", "id"),
        addresses=_table(root, "addresses", "addressId"),
        lists={name: _list(root, name, key) for name, key in LISTS.items()},
        custom_fields={field["code"]: field for field in fields},
    )


def _table(
    root: Path | Traversable, name: str, key: str, check: Callable[[Record, str], None] | None = None
) -> Table:
    file = f"brightpearl/{name}.ndjson"
    rows: dict[int, Stored] = {}
    for number, record in enumerate(read_ndjson(root, file), 1):
        where = f"{file}: record {number}"
        identity = need(record, key, int, where=where)
        if identity in rows:
            raise RecordError("CW-DATA-TWICE", f"{key} {identity} stands there twice", where=where)
        if check is not None:
            check(record, where)
        custom = record.pop("customFields", {})
        record.pop("nullCustomFields", None)
        rows[identity] = Stored(record, dict(custom))
    return Table(rows, sorted(rows))


def _check_order(record: Record, where: str) -> None:
    need(record, "orderTypeCode", str, where=where)
    need(need(record, "orderStatus", dict, where=where), "orderStatusId", int, where=where)


def _list(root: Path | Traversable, name: str, key: str) -> list[Record]:
    file = f"brightpearl/{name}.json"
    entries = read_json(root, file)
    if not isinstance(entries, list):
        raise RecordError("CW-DATA-SHAPE", "this is not a JSON list", where=file)
    for number, entry in enumerate(entries, 1):
        if not isinstance(entry, dict):
            raise RecordError("CW-DATA-SHAPE", "an entry is not an object", where=f"{file}: entry {number}")
        need(entry, key, int, where=f"{file}: entry {number}")
    return sorted(entries, key=lambda entry: int(entry[key]))


def _custom_field(number: int, entry: Any, where: str) -> Record:
    """The metadata of a field as the API shows it, from ``{"code", "name", "type", "options"}``."""
    if not isinstance(entry, dict):
        raise RecordError("CW-DATA-SHAPE", "a custom field is not an object", where=where)
    code = need(entry, "code", str, where=where)
    field = {
        "id": entry.get("id", number),
        "code": code,
        "name": entry.get("name", code),
        "customFieldType": entry.get("type", "TEXT"),
        "required": bool(entry.get("required", False)),
    }
    return {**field, "options": entry["options"]} if "options" in entry else field


def _zone(name: str, where: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise RecordError(
            "CW-DATA-ZONE",
            "there is no such time zone",
            where=where,
            got=masked(name),
            expected="a name like Europe/London",
        ) from None
