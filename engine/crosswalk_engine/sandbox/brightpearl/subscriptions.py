"""The webhook resource: create, list, delete."""

from collections.abc import Mapping
from typing import Any

from crosswalk_engine.sandbox.brightpearl.replies import not_found
from crosswalk_engine.sandbox.brightpearl.resources import read_id_set
from crosswalk_engine.sandbox.brightpearl.system import System
from crosswalk_engine.sandbox.brightpearl.webhooks import read_subscription


def create(system: System, where: Mapping[str, str], body: Any) -> dict[str, Any]:
    """``POST /integration-service/webhook``; answers the new id."""
    del where
    hub = system.hub
    hook = read_subscription(hub.next_hook, body, system.host.settings)
    hub.hooks[hook.id] = hook
    hub.next_hook += 1
    system.host.effects.add("webhook.created", hook.id, subscribeTo=hook.subscribe_to)
    return {"response": hook.id}


def delete(system: System, where: Mapping[str, str], body: Any) -> dict[str, Any]:
    """``DELETE /integration-service/webhook/{id}``."""
    del body
    text = where["id"]
    hook = system.hub.hooks.pop(int(text), None) if text.isdigit() and len(text) <= 10 else None
    if hook is None:
        raise not_found(f"No webhooks available in ID Set {text[:40]}")
    system.host.effects.add("webhook.deleted", hook.id, subscribeTo=hook.subscribe_to)
    return {}


def listed(system: System, id_set: str | None) -> dict[str, Any]:
    """``GET /integration-service/webhook[/{idset}]``."""
    hooks = system.hub.hooks
    ids = sorted(hooks)
    if id_set is not None:
        ids = read_id_set(id_set).pick(ids)
        if not ids:
            raise not_found(f"No webhooks available in ID Set {id_set[:40]}")
    return {"response": [hooks[identity].shown() for identity in ids]}
