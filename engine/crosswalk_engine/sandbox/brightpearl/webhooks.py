"""Webhook subscriptions: which events there are, and what a subscription must say."""

import re
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlsplit

from crosswalk_engine.sandbox.brightpearl.replies import ApiError
from crosswalk_engine.sandbox.brightpearl.settings import BrightpearlSettings

#: Events named in public material; a resource alone or with its life-cycle event subscribes to all below it.
EVENTS = frozenset(
    {
        "order.modified",
        "order.modified.order-status",
        "order.modified.fully-shipped",
        "sales-order.created",
        "product.created",
        "product.modified",
        "product.destroyed",
        "product.modified.on-hand-modified",
        "goods-in-note.created",
        "goods-out-note.created",
        "goods-out-note.destroyed",
        "goods-out-note.modified",
        "goods-out-note.modified.printed",
        "goods-out-note.modified.picked",
        "goods-out-note.modified.packed",
        "goods-out-note.modified.un-printed",
        "goods-out-note.modified.un-picked",
        "goods-out-note.modified.un-packed",
        "goods-out-note.modified.shipped",
        "drop-ship-note.created",
        "drop-ship-note.destroyed",
        "drop-ship-note.modified.shipped",
        "quarantine-release.created",
    }
)
CREATED = "order.created"


@dataclass(frozen=True, slots=True)
class Subscription:
    """A webhook as it was asked for; `qualityOfService` 0 or 1 as in the API."""

    id: int
    subscribe_to: str
    http_method: str
    uri_template: str
    body_template: str
    content_type: str
    id_set_accepted: bool
    quality_of_service: int

    def shown(self) -> dict[str, Any]:
        """The subscription as the API lists it."""
        return {_camel(name): value for name, value in asdict(self).items() if value != ""}

    def sees(self, event: str) -> str | None:
        """As which event this hook is told of `event`; None if it is not.

        An order's creation is told to hooks on ``order.modified`` as a modification.
        """
        if _covers(self.subscribe_to, event):
            return event
        if event == CREATED and _covers(self.subscribe_to, "order.modified"):
            return "order.modified"
        return None


def read_subscription(identity: int, body: Any, settings: BrightpearlSettings) -> Subscription:
    """The subscription that `body` asks for.

    Raises:
        ApiError: INTC-064 for an event that cannot be subscribed to; 400 for anything else that is wrong.
    """
    if not isinstance(body, dict):
        raise ApiError(400, "CMNC-010", "The body must be a JSON object")
    event = str(body.get("subscribeTo", ""))
    if not any(_covers(event, known) for known in subscribable(settings)):
        raise ApiError(400, "INTC-064", f"{event} either does not exist or cannot be subscribed too")
    method = body.get("httpMethod")
    if method not in ("GET", "POST", "PUT", "DELETE"):
        raise ApiError(400, "SBX-HOOK", "httpMethod is GET, POST, PUT or DELETE")
    uri = body.get("uriTemplate")
    if not isinstance(uri, str) or not _absolute(uri):
        raise ApiError(400, "SBX-HOOK", "uriTemplate must be an absolute http or https URL")
    template, kind = body.get("bodyTemplate", ""), body.get("contentType", "")
    if method in ("POST", "PUT") and not (template and kind):
        raise ApiError(400, "SBX-HOOK", f"bodyTemplate and contentType are required for {method}")
    quality, sets = body.get("qualityOfService", 0), body.get("idSetAccepted", False)
    if quality not in (0, 1) or isinstance(quality, bool) or not isinstance(sets, bool):
        raise ApiError(400, "SBX-HOOK", "qualityOfService is 0 or 1, idSetAccepted true or false")
    return Subscription(identity, event, method, uri, str(template), str(kind), sets, int(quality))


def subscribable(settings: BrightpearlSettings) -> frozenset[str]:
    """The events that can be subscribed to under these settings."""
    return EVENTS | {CREATED} if settings.order_created_subscribable else EVENTS


_VARIABLE = re.compile(r"\$\{([a-z-]+)\}")


def fill(template: str, values: dict[str, str]) -> str:
    """`template` with each ``${variable}`` that is known replaced."""
    return _VARIABLE.sub(lambda match: values.get(match[1], match[0]), template)


def _covers(subscribed: str, event: str) -> bool:
    return event == subscribed or event.startswith(f"{subscribed}.")


def _absolute(uri: str) -> bool:
    try:
        parts = urlsplit(uri)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(word.title() for word in rest)
