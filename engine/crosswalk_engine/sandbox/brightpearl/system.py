"""The Brightpearl system behind the routes: account, quota, tokens, webhooks, and what a change does."""

from dataclasses import dataclass
from typing import Any

from crosswalk_engine.sandbox.brightpearl.account import Account, Stored
from crosswalk_engine.sandbox.brightpearl.delivery import Hub
from crosswalk_engine.sandbox.brightpearl.quota import Quota
from crosswalk_engine.sandbox.brightpearl.settings import BrightpearlSettings
from crosswalk_engine.sandbox.brightpearl.tokens import Tokens
from crosswalk_engine.sandbox.host import Host


@dataclass(slots=True)
class System:
    """One account with everything around it; `address` is ``host:port`` of the server."""

    host: Host[BrightpearlSettings]
    account: Account
    quota: Quota
    tokens: Tokens
    hub: Hub
    address: str

    def changed(self, order_id: int, effect: str, event: str, **data: Any) -> None:
        """Note an order's change: version and `updatedOn` move, the effect is logged, the event fires."""
        order = self.account.orders.rows[order_id].record
        self.account.touch(order, self.host.clock.now())
        self.host.effects.add(effect, order_id, version=order["version"], **data)
        self.hub.raise_event(event, order_id)

    def state(self) -> dict[str, Any]:
        """The JSON of ``GET /_sandbox/state``: enough to tell what was written back to each order."""
        account = self.account
        return {
            "account": account.code,
            "counts": {
                name: len(getattr(account, name).ids)
                for name in ("orders", "contacts", "products", "addresses")
            },
            "quota": self.quota.report(),
            "webhooks": self.hub.summary(),
            "orders": {str(key): _order_state(stored) for key, stored in account.orders.rows.items()},
        }


def _order_state(stored: Stored) -> dict[str, Any]:
    order = stored.record
    return {
        "version": order.get("version"),
        "orderStatusId": order["orderStatus"]["orderStatusId"],
        "orderStatus": order["orderStatus"].get("name"),
        "reference": order.get("reference"),
        "updatedOn": order.get("updatedOn"),
        "notes": [note["text"] for note in stored.notes],
        "customFields": stored.custom_fields,
    }
