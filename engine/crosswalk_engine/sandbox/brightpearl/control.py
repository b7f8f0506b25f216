"""Control routes of the Brightpearl sandbox: people who edit orders, and webhooks told when to fire."""

from dataclasses import asdict
from typing import Any, TypeVar

import msgspec
from starlette.requests import Request
from starlette.routing import Route

from crosswalk_engine.sandbox.brightpearl.account import Record
from crosswalk_engine.sandbox.brightpearl.system import System
from crosswalk_engine.sandbox.brightpearl.webhooks import CREATED, EVENTS
from crosswalk_engine.sandbox.clock import iso
from crosswalk_engine.sandbox.control import ControlError, control_route, json_object

T = TypeVar("T")


class Raise(msgspec.Struct, forbid_unknown_fields=True):
    """Body of ``POST /_sandbox/raise``: fire `event` for `orders`, evenly over the next `over_s` seconds."""

    orders: list[int] | str
    over_s: float = 0.0
    event: str = "order.modified"


class Edit(msgspec.Struct, forbid_unknown_fields=True):
    """Body of ``POST /_sandbox/edit``: a person sets fields of an order, by dotted paths that exist."""

    order: int
    set: dict[str, Any]


def brightpearl_control(system: System) -> list[Route]:
    """raise · edit · webhooks."""

    async def post_raise(request: Request) -> Any:
        return raise_orders(system, _read(await json_object(request), Raise))

    async def post_edit(request: Request) -> Any:
        return edit_order(system, _read(await json_object(request), Edit))

    async def get_webhooks(request: Request) -> Any:
        del request
        hub = system.hub
        return {
            "hooks": [hook.shown() for hook in hub.hooks.values()],
            "raised": [asdict(happening) for happening in hub.raised],
            "deliveries": hub.deliveries,
            "waiting": len(hub.waiting),
        }

    return [
        control_route("/raise", ["POST"], post_raise),
        control_route("/edit", ["POST"], post_edit),
        control_route("/webhooks", ["GET"], get_webhooks),
    ]


def raise_orders(system: System, wish: Raise) -> Record:
    """Fire the event for each order, the first now and the others evenly after it."""
    existing = system.account.orders.rows
    if isinstance(wish.orders, str) and wish.orders != "all":
        raise ControlError('orders is a list of ids or "all"')
    orders = list(existing) if isinstance(wish.orders, str) else wish.orders
    unknown = [order for order in orders if order not in existing]
    if unknown:
        raise ControlError(f"there is no order {unknown[0]}")
    if wish.event not in EVENTS | {CREATED} or not wish.event.startswith("order."):
        raise ControlError("event is order.created, order.modified or one below it")
    if not 0 <= wish.over_s <= 86_400:
        raise ControlError("over_s is 0 to 86400 seconds")
    for number, order in enumerate(orders):
        system.hub.raise_event(wish.event, order, after_s=number * wish.over_s / len(orders))
    return {
        "raised": len(orders),
        "event": wish.event,
        "over_s": wish.over_s,
        "at": iso(system.host.clock.now()),
    }


def edit_order(system: System, wish: Edit) -> Record:
    """Set the fields as a person would: version and `updatedOn` move, order.modified fires."""
    stored = system.account.orders.rows.get(wish.order)
    if stored is None:
        raise ControlError(f"there is no order {wish.order}")
    places = [
        (_place(stored.record, path), path.rpartition(".")[2], value) for path, value in wish.set.items()
    ]
    if not places:
        raise ControlError("set names no field")
    for place, key, value in places:
        place[key] = value
    system.changed(wish.order, "order.edited", "order.modified", set=wish.set)
    return {"order": wish.order, "version": stored.record["version"], "updatedOn": stored.record["updatedOn"]}


def _place(record: Record, path: str) -> Record:
    """The object in which the last key of `path` stands.

    Raises:
        ControlError: there is no such field, or it is one that people cannot set.
    """
    found: Any = record
    *parents, last = path.split(".")
    for key in parents:
        found = found.get(key) if isinstance(found, dict) else None
    if not isinstance(found, dict) or last not in found or path in ("id", "version", "updatedOn"):
        raise ControlError(f"an order has no field {path!r} that can be set")
    return found


def _read(body: Record, kind: type[T]) -> T:
    try:
        return msgspec.convert(body, kind)
    except msgspec.ValidationError as error:
        raise ControlError(str(error)) from None
