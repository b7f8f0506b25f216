"""Telling receivers what happened: merged id sets, duplicates, re-ordering, retries by quality of service.

Everything waits in one heap by the sandbox's clock, so a test moves the clock instead of sleeping.
"""

import asyncio
import heapq
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import httpx

from crosswalk_engine.sandbox.brightpearl.idsets import compact
from crosswalk_engine.sandbox.brightpearl.settings import BrightpearlSettings
from crosswalk_engine.sandbox.brightpearl.webhooks import Subscription, fill
from crosswalk_engine.sandbox.clock import iso
from crosswalk_engine.sandbox.host import Host

VERSION = "5.1.0"
#: Real seconds between two looks at the heap.
LOOK_EVERY_S = 0.05


@dataclass(frozen=True, slots=True)
class Sending:
    """One HTTP call to a receiver; `timeout_s` in seconds."""

    method: str
    url: str
    content_type: str
    body: str
    timeout_s: float


#: Makes the call and gives the receiver's status, 0 when there was no reply.
Send = Callable[[Sending], Awaitable[int]]


@dataclass(slots=True)
class Batch:
    """Ids of one event for one hook on their way; `attempt` counts from 1."""

    hook: Subscription
    event: str
    raised_on: str
    ids: list[int]
    attempt: int = 1


@dataclass(frozen=True, slots=True)
class Happening:
    """An event that comes to pass at `t` (seconds)."""

    event: str
    order: int
    t: float
    at: str


@dataclass(slots=True)
class Hub:
    """The hooks, what was raised and delivered, and what is still to come."""

    host: Host[BrightpearlSettings]
    account: str
    send: Send
    hooks: dict[int, Subscription] = field(default_factory=dict)
    raised: list[Happening] = field(default_factory=list)
    deliveries: list[dict[str, Any]] = field(default_factory=list)
    waiting: list[tuple[float, int, Happening | Batch]] = field(default_factory=list)
    filling: dict[tuple[int, str], Batch] = field(default_factory=dict)
    entries: int = 0
    next_hook: int = 1

    def raise_event(self, event: str, order: int, after_s: float = 0.0) -> None:
        """Let `event` happen to `order`, `after_s` seconds from now."""
        moment = self.host.clock.time() + after_s
        happening = Happening(event, order, moment, iso(datetime.fromtimestamp(moment, UTC)))
        if after_s > 0:
            self._put(moment, happening)
        else:
            self._happen(happening)

    async def deliver_due(self) -> int:
        """Send everything that is due now and wait for the outcomes; gives the number of calls made."""
        batches = self.take_due()
        await asyncio.gather(*(self._deliver(batch) for batch in batches))
        return len(batches)

    async def run(self) -> None:
        """Deliver for as long as the server runs; a slow receiver delays nobody else."""
        async with asyncio.TaskGroup() as group:
            while True:
                for batch in self.take_due():
                    group.create_task(self._deliver(batch))
                await asyncio.sleep(LOOK_EVERY_S)

    def take_due(self) -> list[Batch]:
        """Let what is due happen, in its own order in time, and give the batches to send now."""
        now, batches = self.host.clock.time(), []
        while self.waiting and self.waiting[0][0] <= now:
            _, _, item = heapq.heappop(self.waiting)
            if isinstance(item, Happening):
                self._happen(item)
                continue
            if self.filling.get((item.hook.id, item.event)) is item:
                del self.filling[item.hook.id, item.event]
            batches.append(item)
        return batches

    def summary(self) -> dict[str, int]:
        """How many hooks, raised events, deliveries and entries still waiting."""
        return {
            "hooks": len(self.hooks),
            "raised": len(self.raised),
            "deliveries": len(self.deliveries),
            "waiting": len(self.waiting),
        }

    def _happen(self, happening: Happening) -> None:
        self.raised.append(happening)
        for hook in self.hooks.values():
            event = hook.sees(happening.event)
            if event is not None:
                self._queue(hook, event, happening)

    def _queue(self, hook: Subscription, event: str, happening: Happening) -> None:
        settings, chance = self.host.settings, self.host.chance
        if chance.random() < settings.webhook_drop_rate:
            return
        alone = Batch(hook, event, happening.at, [happening.order])
        late = happening.t + settings.webhook_merge_s + chance.random() * settings.webhook_hold_s
        if chance.random() < settings.webhook_duplicate_rate:
            self._put(late, alone)
        if chance.random() < settings.webhook_hold_rate:
            self._put(late, alone)
        elif not hook.id_set_accepted:
            self._put(happening.t + settings.webhook_delay_s, alone)
        else:
            self._merge(hook, event, happening)

    def _merge(self, hook: Subscription, event: str, happening: Happening) -> None:
        """Put the order into the set that is filling for this hook and event, or start one."""
        settings = self.host.settings
        batch = self.filling.get((hook.id, event))
        if batch is None or len(batch.ids) >= settings.webhook_merge_max:
            batch = Batch(hook, event, happening.at, [])
            self.filling[hook.id, event] = batch
            self._put(happening.t + settings.webhook_merge_s, batch)
        if happening.order not in batch.ids:
            batch.ids.append(happening.order)

    async def _deliver(self, batch: Batch) -> None:
        hook, settings = batch.hook, self.host.settings
        if hook.id not in self.hooks:
            return
        values = self._values(batch)
        quoted = {name: quote(value, safe=",") for name, value in values.items()}
        body = fill(hook.body_template, values)
        url = fill(hook.uri_template, quoted)
        status = await self.send(
            Sending(hook.http_method, url, hook.content_type, body, settings.webhook_timeout_s)
        )
        now = self.host.clock.now()
        self.deliveries.append(
            {
                "at": iso(now),
                "t": now.timestamp(),
                "hook": hook.id,
                "event": batch.event,
                "ids": batch.ids,
                "attempt": batch.attempt,
                "status": status,
            }
        )
        if _wants_retry(hook, status) and batch.attempt < settings.webhook_attempts:
            pause = min(settings.webhook_retry_s * 2 ** (batch.attempt - 1), settings.webhook_retry_longest_s)
            again = Batch(hook, batch.event, batch.raised_on, batch.ids, batch.attempt + 1)
            self._put(self.host.clock.time() + pause, again)

    def _id_text(self, ids: list[int]) -> str:
        if self.host.settings.webhook_id_sets == "ranges":
            return compact(sorted(ids))
        return ",".join(map(str, ids))

    def _values(self, batch: Batch) -> dict[str, str]:
        resource, life, *specifier = batch.event.split(".")
        return {
            "account-code": self.account,
            "resource-type": resource,
            "resource-id": self._id_text(batch.ids),
            "lifecycle-event": life,
            "resource-specifier": ".".join(specifier),
            "full-event": batch.event,
            "raised-on": batch.raised_on,
            "brightpearl-version": VERSION,
        }

    def _put(self, due: float, item: Happening | Batch) -> None:
        self.entries += 1
        heapq.heappush(self.waiting, (due, self.entries, item))


def _wants_retry(hook: Subscription, status: int) -> bool:
    """Quality 0: only if the receiver says 503. Quality 1: on any failure except a 4xx."""
    if 200 <= status < 300:
        return False
    return status == 503 if hook.quality_of_service == 0 else not 400 <= status < 500


class HttpSend:
    """Makes the calls for real, over one client that opens with the first of them."""

    def __init__(self) -> None:
        self._client: httpx.AsyncClient | None = None

    async def __call__(self, sending: Sending) -> int:
        """Make the call; 0 when the receiver cannot be reached or does not answer in time."""
        if self._client is None:
            self._client = httpx.AsyncClient(trust_env=False)
        headers = {"content-type": sending.content_type} if sending.content_type else {}
        body = sending.body.encode() if sending.method in ("POST", "PUT") else None
        try:
            reply = await self._client.request(
                sending.method, sending.url, headers=headers, content=body, timeout=sending.timeout_s
            )
        except (httpx.HTTPError, httpx.InvalidURL, ValueError):
            return 0
        return reply.status_code

    async def close(self) -> None:
        """Close the client, if it was ever opened."""
        if self._client is not None:
            await self._client.aclose()
