"""Reading records: id-set GETs and OPTIONS, the small lists, notes and custom fields of an order."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from crosswalk_engine.sandbox.brightpearl.account import Account, Record, Stored, Table
from crosswalk_engine.sandbox.brightpearl.idsets import GET_CAP, IdSet, IdSetError, get_uris, parse_id_set
from crosswalk_engine.sandbox.brightpearl.orders import find_order
from crosswalk_engine.sandbox.brightpearl.replies import ApiError, not_found
from crosswalk_engine.sandbox.brightpearl.system import System

Query = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Resource:
    """A kind of record that is read by id set.

    `missing` is the text of the 404 when nothing in the set exists; None answers 200 with an empty list.
    `paged` adds Brightpearl's `pagination` and `sorting` beside the response.
    """

    service: str
    name: str
    table: Callable[[Account], Table]
    missing: str | None
    paged: str = ""
    custom_fields: bool = False


ORDER = Resource("order-service", "order", lambda a: a.orders, None, custom_fields=True)
CONTACT = Resource(
    "contact-service",
    "contact",
    lambda a: a.contacts,
    missing="No Contact Found",
    paged="contactId",
    custom_fields=True,
)
ADDRESS = Resource("contact-service", "postal-address", lambda a: a.addresses, "No Postal Address Found")
PRODUCT = Resource("product-service", "product", lambda a: a.products, "No Product Found", custom_fields=True)
RESOURCES = (ORDER, CONTACT, ADDRESS, PRODUCT)

#: Lists that come whole, or by id set: path below the account → (list of the account, id field).
LISTED = {
    "/product-service/channel": ("channels", "id"),
    "/product-service/price-list": ("price_lists", "id"),
    "/warehouse-service/warehouse": ("warehouses", "id"),
    "/accounting-service/tax-code": ("tax_codes", "id"),
    "/order-service/order-status": ("order_statuses", "statusId"),
}


def get_records(system: System, resource: Resource, id_set: str, query: Query) -> Record:
    """``GET /{service}/{resource}/{idset}``: at most 200 ids; those that do not exist are left out.

    Raises:
        ApiError: the set is malformed or too large, or (some resources) nothing in it exists.
    """
    wanted = read_id_set(id_set, ascending=system.host.settings.id_sets_must_ascend)
    if wanted.size > GET_CAP:
        raise ApiError(400, "SBX-IDSET", f"The ID set holds {wanted.size} ids, the limit is {GET_CAP}")
    table = resource.table(system.account)
    ids = wanted.pick(table.ids)
    if not ids and resource.missing is not None:
        raise not_found(resource.missing)
    options = query.get("includeOptional", "").split(",") if resource.custom_fields else []
    codes = list(system.account.custom_fields) if resource is ORDER else []
    found = [_shown(table.rows[identity], options, codes) for identity in ids]
    reply: Record = {"response": found}
    if resource.paged:
        reply["pagination"] = {
            "morePagesAvailable": False,
            "resultsReturned": len(found),
            "firstResult": 1,
            "lastResult": len(found),
        }
        reply["sorting"] = [{"field": resource.paged, "direction": "ASC"}]
    return reply


def options_of(system: System, resource: Resource, id_set: str | None) -> Record:
    """``OPTIONS /{service}/{resource}[/{idset}]``: the fewest URIs that fetch what exists of it."""
    existing = resource.table(system.account).ids
    ids = existing
    if id_set is not None:
        ids = sorted(read_id_set(id_set).pick(existing))
    return {"response": {"getUris": get_uris(resource.name, ids)}}


def get_list(entries: list[Record], key: str, id_set: str | None) -> Record:
    """A small list, whole or by id set; `key` is its id field."""
    if id_set is not None:
        by_id = {int(entry[key]): entry for entry in entries}
        entries = [by_id[i] for i in read_id_set(id_set).pick(sorted(by_id))]
    return {"response": entries}


def get_notes(system: System, where: Mapping[str, str]) -> Record:
    """``GET /order/{id}/note[/{idset}]``."""
    notes = find_order(system, where).notes
    id_set = where.get("ids")
    if id_set is not None:
        by_id = {int(note["noteId"]): note for note in notes}
        notes = [by_id[i] for i in read_id_set(id_set).pick(sorted(by_id))]
    return {"response": notes}


def get_custom_fields(system: System, where: Mapping[str, str]) -> Record:
    """``GET /order/{id}/custom-field``: the fields that are set."""
    return {"response": find_order(system, where).custom_fields}


def read_id_set(text: str, *, ascending: bool = False) -> IdSet:
    """The id set in an address; `ascending` demands that each part lies above the one before.

    Raises:
        ApiError: it is malformed, or its ids do not ascend where that is demanded.
    """
    try:
        wanted = parse_id_set(text)
    except IdSetError:
        raise ApiError(400, "SBX-IDSET", f"Not an ID set: {text[:40]}") from None
    if ascending and not wanted.ascending:
        raise ApiError(400, "CMNC-006", "The ids of an ID set must ascend")
    return wanted


def _shown(stored: Stored, options: list[str], codes: list[str]) -> Record:
    """The record with the optional parts that were asked for."""
    shown = stored.record
    if "customFields" in options:
        shown = {**shown, "customFields": stored.custom_fields}
    if "nullCustomFields" in options:
        shown = {**shown, "nullCustomFields": [code for code in codes if code not in stored.custom_fields]}
    return shown
