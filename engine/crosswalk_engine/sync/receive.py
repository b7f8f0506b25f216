"""Receive: a notice becomes durable events, one for each changed record and flow that wants it."""

import hashlib
from collections.abc import Iterable, Mapping

from crosswalk_engine.connectors.contract import Source, SourceEvent
from crosswalk_engine.journal import Journal, NewEvent
from crosswalk_engine.project.flow import FlowDocument
from crosswalk_engine.sync.related import RelatedCache

#: Seconds after our own write-back in which a notice of the record is probably its echo…
ECHO_WINDOW = 60.0

#: … and so may wait this long, in seconds, to share a fetch with others.
ECHO_LINGER = 10.0


class Receiver:
    """Takes notices in.

    Args:
        journal: made durable there before the sender gets its answer.
        flows: by name.
        sources: connectors by connection name.
        caches: copies of related records by connection name; a notice that one has changed drops it.
    """

    def __init__(
        self,
        journal: Journal,
        flows: Iterable[FlowDocument],
        sources: Mapping[str, Source],
        caches: Mapping[str, RelatedCache] | None = None,
    ) -> None:
        self._journal = journal
        self._flows = tuple(flows)
        self._sources = sources
        self._caches = caches or {}

    def receive(self, connection: str, body: bytes, *, now: float) -> int:
        """Journal what a notice of `connection` names; returns how many events are new.

        Raises:
            RecordError: it is not a notice.
        """
        events = self._sources[connection].read_notice(body)
        cache = self._caches.get(connection)
        if cache is not None:
            for event in events:
                cache.forget(event.entity, event.record)
        wanted = [
            self._event(flow, event, now=now)
            for flow in self._flows
            if flow.source.connection == connection
            for event in events
            if event.entity == flow.source.entity and _subscribed(flow, event.name)
        ]
        return self._journal.inbox.receive(wanted, at=now) if wanted else 0

    def _event(self, flow: FlowDocument, event: SourceEvent, *, now: float) -> NewEvent:
        linger = flow.trigger.linger.total_seconds()
        if self._journal.outbox.wrote_back_since(flow.name, event.record, since=now - ECHO_WINDOW):
            linger = max(linger, ECHO_LINGER)
        identity = f"{flow.name}|{event.entity}|{event.record}|{event.name}|{event.raised_at:.3f}"
        dedupe = hashlib.sha256(identity.encode()).hexdigest()
        return NewEvent(flow.name, event.record, "webhook", dedupe, event.raised_at, now + linger)


def _subscribed(flow: FlowDocument, name: str) -> bool:
    """A subscription to ``order.modified`` brings ``order.modified.order-status`` too."""
    return any(name == event or name.startswith(f"{event}.") for event in flow.trigger.webhook.events)
