"""What can be written to an order: its status with a note, a note, custom fields."""

import re
from collections.abc import Mapping
from typing import Any

from crosswalk_engine.sandbox.brightpearl.account import Record, Stored
from crosswalk_engine.sandbox.brightpearl.replies import ApiError, not_found
from crosswalk_engine.sandbox.brightpearl.system import System

#: The staff contact in whose name the API writes.
API_STAFF = 4

_NUMERIC = {"INTEGER", "NUMBER", "DECIMAL"}


def put_status(system: System, where: Mapping[str, str], body: Any) -> Record:
    """``PUT /order/{id}/status`` with ``{"orderStatusId", "orderNote": {"text", "isPublic"}}``.

    The new status must exist, be visible and belong to the order's type. A note is added in any case; its
    text is made up when none is given.
    """
    stored = find_order(system, where)
    content = _object(body)
    status_id = content.get("orderStatusId")
    if not isinstance(status_id, int) or isinstance(status_id, bool):
        raise ApiError(400, "SBX-STATUS", "orderStatusId is required and must be an integer")
    order = stored.record
    status = system.account.status_named(status_id)
    if status is None or not _may_take(order, status):
        raise ApiError(400, "SBX-STATUS", f"Order status {status_id} does not exist for this order type")
    note = content.get("orderNote", {})
    if not isinstance(note, dict):
        raise ApiError(400, "SBX-NOTE", "orderNote must be an object")
    before = order["orderStatus"]["orderStatusId"]
    text = note.get("text") or f"Order status changed to {status.get('name', status_id)}"
    order["orderStatus"] = {"orderStatusId": status_id, "name": status.get("name", "")}
    added = _add_note(system, stored, str(text), public=note.get("isPublic") is True)
    system.changed(
        order["id"],
        "order.status",
        "order.modified.order-status",
        orderStatusId=status_id,
        before=before,
        note=added["text"],
        noteId=added["noteId"],
    )
    return {}


def post_note(system: System, where: Mapping[str, str], body: Any) -> Record:
    """``POST /order/{id}/note`` with ``{"text", "isPublic"}``; answers the new note's id."""
    stored = find_order(system, where)
    content = _object(body)
    text = content.get("text")
    if not isinstance(text, str) or not text:
        raise ApiError(400, "SBX-NOTE", "text is required")
    added = _add_note(system, stored, text, public=content.get("isPublic") is True)
    system.changed(stored.record["id"], "order.note", "order.modified", note=text, noteId=added["noteId"])
    return {"response": added["noteId"]}


def patch_custom_fields(system: System, where: Mapping[str, str], body: Any) -> Record:
    """``PATCH /order/{id}/custom-field`` with a JSON Patch; all of it is done or nothing.

    `add` sets a field; `replace` and `remove` want one that is set. Answers the map of fields.
    """
    stored = find_order(system, where)
    if not isinstance(body, list) or not body:
        raise ApiError(400, "SBX-PATCH", "The body must be an array of patch operations")
    fields = dict(stored.custom_fields)
    for operation in body:
        _apply(system, fields, _object(operation))
    stored.custom_fields = fields
    system.changed(stored.record["id"], "order.custom_fields", "order.modified", fields=dict(fields))
    return {"response": fields}


def find_order(system: System, where: Mapping[str, str]) -> Stored:
    """The order that the address names by ``{id}``.

    Raises:
        ApiError: there is none (404).
    """
    text = where["id"]
    stored = system.account.orders.rows.get(int(text)) if text.isdigit() and len(text) <= 10 else None
    if stored is None:
        raise not_found(f"No Order Found: {text[:20]}")
    return stored


def _may_take(order: Record, status: Record) -> bool:
    fits = status.get("orderTypeCode", order["orderTypeCode"]) == order["orderTypeCode"]
    return bool(fits and status.get("visible", True) and not status.get("disabled", False))


def _add_note(system: System, stored: Stored, text: str, *, public: bool) -> Record:
    account, order = system.account, stored.record
    note = {
        "noteId": account.next_note,
        "contactId": order.get("parties", {}).get("customer", {}).get("contactId", 0),
        "text": text,
        "isPublic": public,
        "addedOn": account.stamp(system.host.clock.now()),
        "addedBy": API_STAFF,
        "orderStatusId": order["orderStatus"]["orderStatusId"],
    }
    account.next_note += 1
    stored.notes.append(note)
    return note


def _apply(system: System, fields: Record, operation: Record) -> None:
    op, path = str(operation.get("op")), str(operation.get("path"))
    code = path.removeprefix("/")
    known = system.account.custom_fields.get(code)
    if known is None or op not in ("add", "replace", "remove"):
        raise ApiError(500, "CMNC-044", f"Invalid patch operation ({op}) for given path ({path})")
    if op != "add" and code not in fields:
        raise ApiError(400, "CMNC-038", f"The path {path} does not exist")
    if op == "remove":
        del fields[code]
    else:
        fields[code] = _field_value(known, operation.get("value"))


def _field_value(known: Record, value: Any) -> Any:
    """`value` as the field keeps it: an option for SELECT, a number for numeric types, else as given.

    Raises:
        ApiError: the field does not take it (500, as recorded for a SELECT given by its label).
    """
    kind = str(known["customFieldType"]).upper()
    if kind == "SELECT":
        options = known.get("options", {})
        option = options.get(str(value.get("id"))) if isinstance(value, dict) else None
        if option is None:
            raise ApiError(500, "CMNU-003", f"{known['code']} takes the id of one of its options")
        return option
    if kind in _NUMERIC:
        text = str(value)
        if not re.fullmatch(r"-?[0-9]{1,18}", text):
            raise ApiError(500, "CMNU-003", f"{known['code']} takes a number")
        return int(text)
    if value is None:
        raise ApiError(400, "SBX-PATCH", "value is required")
    return value


def _object(body: Any) -> Record:
    if not isinstance(body, dict):
        raise ApiError(400, "CMNC-010", "The body must be a JSON object")
    return body
