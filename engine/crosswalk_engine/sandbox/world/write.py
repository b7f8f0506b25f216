"""Writing the whole data folder: both systems' records, edits during a run, the truth about each order."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from crosswalk_engine.errors import CannotWriteError, UsageError
from crosswalk_engine.sandbox.world import accounts
from crosswalk_engine.sandbox.world.catalogue import catalogue
from crosswalk_engine.sandbox.world.contacts import contact_record, contacts_up_to, postal_record
from crosswalk_engine.sandbox.world.customers import charge_records, customer_records, item_records
from crosswalk_engine.sandbox.world.draw import Draw
from crosswalk_engine.sandbox.world.keyed import keyed_orders
from crosswalk_engine.sandbox.world.orders import Made, make_order
from crosswalk_engine.sandbox.world.plan import PAST
from crosswalk_engine.sandbox.world.products import product_record
from crosswalk_engine.sandbox.world.samples import sample_records

SEED = 20_261_123
ORDERS = 300
MOST_ORDERS = 100_000

#: Every so-many-th order to sync has its reference edited during the run.
_EDIT_BLOCK = 30


def write_world(folder: Path, *, orders: int = ORDERS, seed: int = SEED) -> None:
    """Write the data folder with `orders` orders to sync, after `PAST` past ones; no project is written.

    The first orders are the same whatever `orders` is. Existing files of the same names are replaced.

    Raises:
        UsageError: `orders` is not within 1 to 100,000.
        CannotWriteError: the folder cannot be written.
    """
    if not 1 <= orders <= MOST_ORDERS:
        raise UsageError(
            "CW-WORLD-ORDERS",
            "that many orders cannot be made",
            got=str(orders),
            expected=f"1 to {MOST_ORDERS}",
        )
    write_files(folder, world_files(orders=orders, seed=seed))


def write_files(folder: Path, files: Mapping[str, str]) -> None:
    """Write `files` (relative path -> text) below `folder`.

    Raises:
        CannotWriteError: the folder cannot be written.
    """
    try:
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise CannotWriteError(
            "CW-WORLD-WRITE", "the data folder cannot be written", where=str(folder), got=error.strerror or ""
        ) from error


def world_files(*, orders: int, seed: int) -> dict[str, str]:
    """The files of the data folder: relative path -> text."""
    made = [make_order(seed, index) for index in range(PAST + orders)]
    contacts = contacts_up_to(seed, PAST + orders)
    return {
        "brightpearl/orders.ndjson": _lines(order.record for order in made),
        "brightpearl/contacts.ndjson": _lines(contact_record(seed, contact) for contact in contacts),
        "brightpearl/addresses.ndjson": _lines(postal_record(contact) for contact in contacts),
        "brightpearl/products.ndjson": _lines(product_record(product, seed) for product in catalogue()),
        "brightpearl/channels.json": _document(accounts.channel_list()),
        "brightpearl/warehouses.json": _document(accounts.warehouse_list()),
        "brightpearl/tax_codes.json": _document(accounts.TAX_CODE_LIST),
        "brightpearl/order_statuses.json": _document(accounts.order_statuses()),
        "brightpearl/price_lists.json": _document(accounts.price_lists()),
        "brightpearl/account.json": _document(accounts.ACCOUNT),
        "infor/company.json": _document(accounts.COMPANY),
        "infor/items.ndjson": _lines(item_records()),
        "infor/vat_codes.json": _document(accounts.VAT_CODES),
        "infor/charges.json": _document(charge_records()),
        "infor/customers.ndjson": _lines(customer_records(seed)),
        "infor/warehouses.json": _document(accounts.INFOR_WAREHOUSES),
        "infor/orders.ndjson": _lines(keyed_orders(seed)),
        "edits.ndjson": _lines(_edits(made, seed)),
        "truth.ndjson": _lines(_truths(made, seed)),
        "duplicate_contacts.ndjson": _lines(
            {"left": contact.of, "right": contact.id, "how": contact.how}
            for contact in contacts
            if contact.of
        ),
    }


def sample_files(*, orders: int, seed: int) -> dict[str, str]:
    """The files of the sample project's folder ``samples/``: name -> text."""
    return {name: _lines(records) for name, records in sample_records(seed, orders).items()}


def _lines(records: Iterable[Any]) -> str:
    return "".join(json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n" for record in records)


def _document(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def _edited(order: Made, seed: int) -> bool:
    place = order.plan.index - PAST
    if place < 0 or not order.truth.clean:
        return False
    block, within = divmod(place, _EDIT_BLOCK)
    return Draw(seed, "edited", block).whole(0, _EDIT_BLOCK - 1) == within


def _edits(made: list[Made], seed: int) -> Iterable[dict[str, Any]]:
    """Edits of the reference, some seconds after the run begins."""
    for order in made:
        if _edited(order, seed):
            draw = Draw(seed, "edit", order.plan.index)
            reference = f"{order.record['reference'] or 'order'} (corrected)"
            yield {
                "order": order.plan.order_id,
                "after_s": draw.whole(3, 14),
                "set": {"reference": reference},
            }


def _truths(made: list[Made], seed: int) -> Iterable[dict[str, Any]]:
    for order in made:
        if order.plan.to_sync:
            record = order.truth.record()
            if _edited(order, seed):
                record |= {
                    "kind": "edited_reference",
                    "field": "reference",
                    "value": order.record["reference"],
                    "reason": "edited during the run: sent once, the later change is recorded, not sent",
                }
            yield record
