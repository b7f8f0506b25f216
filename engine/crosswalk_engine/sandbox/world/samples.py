"""Sample payloads for the sample project: stand-ins of another world, no record of the account.

A project carries samples to show shapes and values. Here they are of the same business and the same goods,
but every person, address and order is another one: masked by not being there.
"""

from typing import Any

from crosswalk_engine.sandbox.world.catalogue import catalogue
from crosswalk_engine.sandbox.world.contacts import contact_of, contact_record, postal_record
from crosswalk_engine.sandbox.world.customers import customer_records
from crosswalk_engine.sandbox.world.keyed import keyed_orders
from crosswalk_engine.sandbox.world.orders import make_order
from crosswalk_engine.sandbox.world.plan import PAST
from crosswalk_engine.sandbox.world.products import product_record

#: 30 past orders, which were keyed into M3 too, and 8 to sync.
_INDEXES = (*range(PAST - 30, PAST), *range(PAST, PAST + 8))


def sample_records(seed: int) -> dict[str, list[Any]]:
    """The sample files' records by file name; `seed` is that of the account, which is not used itself."""
    other = seed + 1
    made = [make_order(other, index) for index in _INDEXES]
    orders = [order.record for order in made]
    contacts = {contact.id: contact for contact in (contact_of(other, order.plan) for order in made)}
    numbers = {f"BP{order['id']}" for order in orders}
    wanted = {row["productId"] for order in orders for row in order["orderRows"].values()}
    keyed = [order for order in keyed_orders(other) if order["CUOR"] in numbers]
    customers = {order["CUNO"] for order in keyed}
    return {
        "brightpearl.order.ndjson": orders,
        "brightpearl.contact.ndjson": [contact_record(other, contacts[key]) for key in sorted(contacts)],
        "brightpearl.postal_address.ndjson": [postal_record(contacts[key]) for key in sorted(contacts)],
        "brightpearl.product.ndjson": [product_record(p, other) for p in catalogue() if p.id in wanted],
        "infor-m3.sales_order.ndjson": keyed,
        "infor-m3.customer.ndjson": [
            record for record in customer_records(other) if record["CUNO"] in customers
        ],
    }
