"""Brightpearl as a source: id-set reads, webhooks, and status write-backs in multi-messages."""

import hashlib
import json
import random
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from crosswalk_engine.connectors.brightpearl.client import BrightpearlClient
from crosswalk_engine.connectors.brightpearl.idset import format_id_set, parse_id_set
from crosswalk_engine.connectors.contract import Document, ItemResult, SourceEvent, WriteBack
from crosswalk_engine.connectors.retry import Backoff, Sleep, repeat
from crosswalk_engine.errors import OutcomeUnknownError, RecordError, RetriableError, masked

#: entity -> (path of its resource, name of its id field, largest id set)
_RESOURCES: Mapping[str, tuple[str, str, int]] = {
    "order": ("order-service/order", "id", 200),
    "contact": ("contact-service/contact", "contactId", 200),
    "postal_address": ("contact-service/postal-address", "addressId", 200),
    "product": ("product-service/product", "id", 200),
}

#: Our webhooks' body; ids only, as Brightpearl gives nothing more.
_BODY_TEMPLATE = json.dumps(
    {
        "accountCode": "${account-code}",
        "resourceType": "${resource-type}",
        "id": "${resource-id}",
        "lifecycleEvent": "${lifecycle-event}",
        "fullEvent": "${full-event}",
        "raisedOn": "${raised-on}",
        "brightpearlVersion": "${brightpearl-version}",
    }
)

#: Largest notice that is read, in ids.
_MOST_IDS = 5000


class BrightpearlSource:
    """Orders, contacts, addresses and products of one account.

    Args:
        client: the account's API.
        rng: draws the jitter of retries.
        sleep: how to wait.
        backoff: for reads; writes are never repeated here.
    """

    entities: Mapping[str, int] = {entity: resource[2] for entity, resource in _RESOURCES.items()}
    write_back_batch = 10

    def __init__(
        self, client: BrightpearlClient, *, rng: random.Random, sleep: Sleep, backoff: Backoff | None = None
    ) -> None:
        self._client = client
        self._rng = rng
        self._sleep = sleep
        self._backoff = backoff or Backoff(attempts=5, first=0.2, longest=5.0)

    @property
    def quota_used(self) -> float:
        """Fraction of the account's current window that is used, by us and others, in [0, 1]."""
        return self._client.quota_used

    async def close(self) -> None:
        """Nothing of its own is open."""

    async def fetch(self, entity: str, keys: Sequence[str]) -> dict[str, Document]:
        """The current state of records by key, 200 to a call; absent ones are left out."""
        path, id_field, most = _RESOURCES[entity]
        wanted = sorted({int(key) for key in keys if key.isdigit()})
        found: dict[str, Document] = {}
        for start in range(0, len(wanted), most):
            id_set = format_id_set(wanted[start : start + most])
            reply = await self._read(f"{path}/{id_set}")
            for record in _records(reply, path):
                found[str(record[id_field])] = record
        return found

    async def subscribe(self, events: Sequence[str], url: str) -> None:
        """Have notices of `events` sent to `url`; hooks that are there already are left alone.

        Raises:
            RecordError: the account offers none of `events`.
        """
        hooks = "integration-service/webhook"
        listed = _records(await self._read(hooks), hooks)
        there = {(hook.get("subscribeTo"), hook.get("uriTemplate")) for hook in listed}
        refused: RecordError | None = None
        accepted = 0
        for event in events:
            try:
                if (event, url) not in there:
                    await self._hook(event, url)
                accepted += 1
            except RecordError as error:
                # Which events an account offers differs (`order.created` is not subscribable on some).
                refused = error
        if refused is not None and not accepted:
            raise refused

    async def _hook(self, event: str, url: str) -> None:
        hook = {
            "subscribeTo": event,
            "httpMethod": "POST",
            "uriTemplate": url,
            "bodyTemplate": _BODY_TEMPLATE,
            "contentType": "application/json",
            "idSetAccepted": True,
            "qualityOfService": 1,
        }
        # Repeating is safe: a hook that is there twice only makes notices that are journaled once.
        create = partial(self._client.call, "POST", "integration-service/webhook", hook, writes=False)
        await repeat(create, self._backoff, rng=self._rng, sleep=self._sleep)

    def read_notice(self, body: bytes) -> list[SourceEvent]:
        """The changes that a notice names.

        Raises:
            RecordError: CW-BP-NOTICE; it is not one of our webhooks' bodies.
        """
        try:
            notice = json.loads(body)
            ids = parse_id_set(str(notice["id"]), most=_MOST_IDS)
            raised = datetime.fromisoformat(str(notice["raisedOn"])).timestamp()
            entity, name = str(notice["resourceType"]), str(notice["fullEvent"])
        except (ValueError, KeyError, TypeError) as error:
            digest = hashlib.sha256(body).hexdigest()[:12]
            raise RecordError(
                "CW-BP-NOTICE",
                "this is not a notice of our webhook",
                got=f"{len(body)} bytes, sha256 {digest}…, {type(error).__name__}",
                expected="the body template that this engine subscribes with",
            ) from error
        return [SourceEvent(entity, str(number), raised, name) for number in ids]

    def state(self, document: Document) -> int | None:
        """The order's status."""
        status = document.get("orderStatus", {}).get("orderStatusId")
        return status if isinstance(status, int) else None

    async def write_back(self, items: Sequence[WriteBack]) -> list[ItemResult]:
        """Set status and note of up to ten orders in one multi-message; one by one when that is down."""
        if len(items) == 1:
            return [await self._put_status(items[0])]
        messages = [
            {
                "label": item.record,
                "uri": f"/order-service/order/{item.record}/status",
                "httpMethod": "PUT",
                "body": _status(item),
            }
            for item in items
        ]
        body = {"processingMode": "SEQUENTIAL", "onFail": "CONTINUE", "messages": messages}
        try:
            reply = await self._client.call("POST", "multi-message", body)
        except RecordError:
            # The facility itself refused (it has been down for hours before): the orders are not at fault.
            return [await self._put_status(item) for item in items]
        except OutcomeUnknownError as error:
            return [ItemResult(item.record, "unknown", error.code, error.what) for item in items]
        except RetriableError as error:
            return [ItemResult(item.record, "failed", error.code, error.what) for item in items]
        return _item_results(items, reply)

    async def written_back(self, items: Sequence[WriteBack]) -> set[str]:
        """Which orders have left the status in which they were read: they were told, or people moved them on.

        An order that is gone needs no telling either.
        """
        orders = await self.fetch("order", [item.record for item in items])
        return {
            item.record
            for item in items
            if item.record not in orders or _was_told(item, self.state(orders[item.record]))
        }

    async def _put_status(self, item: WriteBack) -> ItemResult:
        try:
            await self._client.call("PUT", f"order-service/order/{item.record}/status", _status(item))
        except OutcomeUnknownError as error:
            return ItemResult(item.record, "unknown", error.code, error.what)
        except RetriableError as error:
            return ItemResult(item.record, "failed", error.code, error.what)
        except RecordError as error:
            return ItemResult(item.record, "refused", error.code, error.what)
        return ItemResult(item.record, "done")

    async def _read(self, path: str) -> Any:
        return await repeat(
            lambda: self._client.call("GET", path), self._backoff, rng=self._rng, sleep=self._sleep
        )


def _status(item: WriteBack) -> dict[str, Any]:
    return {"orderStatusId": item.status, "orderNote": {"text": item.note}}


def _was_told(item: WriteBack, state: int | None) -> bool:
    return state == item.status or (item.before is not None and state != item.before)


def _records(reply: Any, where: str) -> list[Document]:
    if reply is None:
        return []
    content = reply.get("response") if isinstance(reply, dict) else None
    if not isinstance(content, list):
        raise RetriableError(
            "CW-BP-REPLY", "the reply has no records", where=where, got=type(content).__name__
        )
    return [record for record in content if isinstance(record, dict)]


def _item_results(items: Sequence[WriteBack], reply: Any) -> list[ItemResult]:
    content = reply.get("response") if isinstance(reply, dict) else None
    processed = content.get("processedMessages") if isinstance(content, dict) else None
    if not isinstance(processed, list):
        # It was a success, but of what? Ask before anything is sent again.
        return [ItemResult(item.record, "unknown", "CW-BP-REPLY") for item in items]
    entries = {str(entry.get("label")): entry for entry in processed if isinstance(entry, dict)}
    return [_item_result(item.record, entries.get(item.record)) for item in items]


def _item_result(record: str, entry: Mapping[str, Any] | None) -> ItemResult:
    if entry is None:
        return ItemResult(record, "failed", "CW-BP-ITEM", "not processed")
    status = entry.get("statusCode")
    if not isinstance(status, int) or status >= 500:
        return ItemResult(record, "unknown", "CW-BP-ITEM", f"status {status}")
    if 200 <= status < 300:
        return ItemResult(record, "done")
    if status in (401, 403, 408, 429):
        return ItemResult(record, "failed", "CW-BP-ITEM", f"status {status}")
    body = entry.get("body")
    text = masked(body.get("content", "")) if isinstance(body, dict) else ""
    return ItemResult(record, "refused", "CW-BP-REFUSED", f"status {status} {text}")
