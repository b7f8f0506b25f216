"""Sample payloads for the sample project: a subset of the account's records that a project can carry.

They show every shape, the addresses that a person should look at, and the contacts that stand there twice.
All people are invented, so there is nothing to mask; of a real account, samples are masked when taken in.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from crosswalk_engine.sandbox.world.catalogue import catalogue
from crosswalk_engine.sandbox.world.contacts import contact_record, contacts_up_to, postal_record
from crosswalk_engine.sandbox.world.customers import customer_records
from crosswalk_engine.sandbox.world.dirt import HELD
from crosswalk_engine.sandbox.world.keyed import keyed_orders
from crosswalk_engine.sandbox.world.orders import Made, make_order
from crosswalk_engine.sandbox.world.plan import PAST
from crosswalk_engine.sandbox.world.products import product_record
from crosswalk_engine.sandbox.world.rows import FREE_TEXT

_ORDERS = 40
_PAST_ORDERS = 26


def sample_records(seed: int, orders: int) -> dict[str, list[Any]]:
    """The sample files' records by file name, taken from the first `orders` orders to sync and the past."""
    made = _chosen([make_order(seed, index) for index in range(PAST + orders)])
    records = [order.record for order in made]
    contacts = contacts_up_to(seed, PAST + orders)
    twice = {number for contact in contacts if contact.of for number in (contact.of, contact.id)}
    wanted = twice | {order.plan.contact for order in made}
    kept = [contact for contact in contacts if contact.id in wanted or contact.firm]
    goods = {row["productId"] for record in records for row in record["orderRows"].values()}
    numbers = {f"BP{record['id']}" for record in records}
    keyed = [order for order in keyed_orders(seed) if order["CUOR"] in numbers]
    return {
        "brightpearl.order.ndjson": records,
        "brightpearl.contact.ndjson": [contact_record(seed, contact) for contact in kept],
        "brightpearl.postal_address.ndjson": [postal_record(contact) for contact in kept],
        "brightpearl.product.ndjson": [product_record(p, seed) for p in catalogue() if p.id in goods],
        "infor-m3.sales_order.ndjson": keyed,
        "infor-m3.customer.ndjson": customer_records(seed),
    }


def _chosen(made: list[Made]) -> list[Made]:
    """Past orders, all that the address check will hold, and the first others to sync."""
    past, to_sync = made[:PAST], made[PAST:]
    with_message = [order for order in past if _has_message(order.record)]
    past = _first(_PAST_ORDERS, with_message, reversed(past))
    held = [order for order in to_sync if order.truth.expect == HELD]
    return sorted([*past, *_first(_ORDERS - _PAST_ORDERS, held, to_sync)], key=lambda order: order.plan.index)


def _first(count: int, *groups: Iterable[Made]) -> list[Made]:
    """The first `count` different orders of all groups."""
    found = {order.plan.index: order for group in groups for order in group}
    return list(found.values())[:count]


def _has_message(record: dict[str, Any]) -> bool:
    rows = record["orderRows"].values()
    return any(
        row["productId"] == FREE_TEXT and Decimal(row["rowValue"]["rowNet"]["value"]) == 0 for row in rows
    )
