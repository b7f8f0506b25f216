"""The way of the data at run time, on one page.

    claim → fetch → drift, accept, ways → apply → validate → (ensure → apply) → route → deliver → write back

Every stage is blind to the others and hands a frozen value on; a stage that cannot go on says so by a verdict
or an error of the kind that names what to do. Whatever happens, each claimed event ends the batch in exactly
one state, by one transaction.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from crosswalk_engine.connectors.contract import Source, Target
from crosswalk_engine.connectors.retry import Backoff
from crosswalk_engine.errors import (
    ConfigError,
    FatalError,
    HoldError,
    RecordError,
    RetriableError,
    ThrottledError,
)
from crosswalk_engine.journal import Event, EventState, Journal
from crosswalk_engine.mapping.compile import CompiledMapping
from crosswalk_engine.project.flow import FlowDocument
from crosswalk_engine.sync.apply import IdMap, apply
from crosswalk_engine.sync.conditions import Condition
from crosswalk_engine.sync.deliver import deliver
from crosswalk_engine.sync.drift import Watch
from crosswalk_engine.sync.ensure import Ensurer, Prepared
from crosswalk_engine.sync.fetch import coalesce, fetch
from crosswalk_engine.sync.related import RelatedCache
from crosswalk_engine.sync.route import Way, route
from crosswalk_engine.sync.stages import Chosen, Fetched, Mapped, Verdict, Work
from crosswalk_engine.sync.validate import Validator, together, validate
from crosswalk_engine.sync.ways import Ways
from crosswalk_engine.sync.world import World

#: Events of one batch: the largest id set of the sources we know.
BATCH = 200

#: Records that are brought to the target at the same time.
AT_ONCE = 8

#: Seconds until a connection whose credentials are refused is tried again.
PAUSE = 60.0

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Pipeline:
    """One flow of a release, with everything that it needs.

    Attributes:
        mapping: what related records are fetched for; `ways` says which mapping a record is mapped with.
        ways: None for a flow with one mapping and no routes.
        drift: None where the release has no shape of the source's records.
    """

    flow: FlowDocument
    source: Source
    target: Target
    mapping: CompiledMapping
    accepts: Condition
    ensurers: tuple[Ensurer, ...]
    validators: Mapping[str, Validator]
    cache: RelatedCache
    journal: Journal
    ids: IdMap
    world: World
    ways: Ways | None = None
    drift: Watch | None = None

    async def run_batch(self) -> bool:
        """Claim what is due and bring it as far as it goes; returns whether there was anything."""
        events = self.journal.inbox.claim(self.flow.name, now=self.world.now(), limit=BATCH)
        if not events:
            return False
        works = coalesce(events)
        try:
            entity = self.flow.source.entity
            fetched, absent = await fetch(works, entity, self.source, self.mapping, self.cache)
            self.journal.inbox.keep_inputs(record.inputs for record in fetched)
        except Exception as error:  # noqa: BLE001  whatever it was, the claimed events must not stay claimed
            for work in works:
                self._settle(work, self._verdict(error, work))
            return True
        for work in works:
            if work.record in absent:
                gone = Verdict(EventState.SKIPPED, "CW-GONE", "the record is no longer there")
                why = absent[work.record]
                self._settle(work, gone if why is None else self._verdict(why, work))
        chosen = [found for record in fetched if (found := self._choose(record)) is not None]
        self._note_ways()
        await self._bring_all(chosen)
        return True

    def _choose(self, record: Fetched) -> Chosen | None:
        """The way of a record; None when it ends here, and then its event is settled."""
        try:
            found = self._way(record)
        except Exception as error:  # noqa: BLE001  one record must never stop the others
            found = self._verdict(error, record.work)
        if isinstance(found, Chosen):
            return found
        self._settle(record.work, found)
        return None

    def _way(self, record: Fetched) -> Chosen | Verdict:
        drifted = self.drift.look(record) if self.drift is not None else None
        try:
            accepted = self.accepts(record.document, record.related, record.inputs.now)
        except RecordError:
            if drifted is None:
                raise
            return drifted.verdict
        # A record that the flow does not take is nobody's business, unless drift may be why it is not taken.
        if drifted is not None and (accepted or drifted.at_condition):
            return drifted.verdict
        if not accepted:
            return Verdict(EventState.SKIPPED, "CW-NOT-ACCEPTED", "the flow does not take it in this state")
        return Chosen(record, self.mapping) if self.ways is None else self.ways.choose(record)

    def _note_ways(self) -> None:
        if self.ways is not None and self.ways.remarks:
            self.journal.inbox.remark("routed", self.ways.remarks, at=self.world.now())
            self.ways.remarks.clear()

    async def _bring_all(self, records: Sequence[Chosen]) -> None:
        applied = [(record, self._apply(record)) for record in records]
        waiting = [record.fetched for record, mapped in applied if _waits(mapped) and record.end is None]
        turn = asyncio.Semaphore(AT_ONCE)
        try:
            prepared = [await ensurer.prepare(waiting) for ensurer in self.ensurers] if waiting else []
        except Exception as error:  # noqa: BLE001  the same: only those that wait are concerned
            for record in waiting:
                self._settle(record.work, self._verdict(error, record.work))
            failed = {record.work.event.id for record in waiting}
            applied = [pair for pair in applied if pair[0].work.event.id not in failed]
            prepared = []

        async def one(record: Chosen, mapped: Mapped | Verdict) -> None:
            async with turn:
                await self._guarded(record.fetched, lambda: self._bring(record, mapped, prepared))

        # All end before any failure is passed on: nothing may still be sent when the journal closes.
        results = await asyncio.gather(
            *(one(record, mapped) for record, mapped in applied), return_exceptions=True
        )
        for result in results:
            if isinstance(result, BaseException):
                raise result

    def _apply(self, record: Chosen) -> Mapped | Verdict:
        try:
            return apply(record.fetched, record.mapping, self.ids)
        except Exception as error:  # noqa: BLE001  one record must never stop the others
            return self._verdict(error, record.work)

    async def _guarded(self, record: Fetched, bring: Callable[[], Awaitable[Verdict | None]]) -> None:
        try:
            verdict = await bring()
        except Exception as error:  # noqa: BLE001  one record must never stop the others
            verdict = self._verdict(error, record.work)
        self._settle(record.work, verdict, version=record.version)

    async def _bring(
        self, chosen: Chosen, mapped: Mapped | Verdict, prepared: Sequence[Prepared]
    ) -> Verdict | None:
        """Bring one record to the target; None when it was delivered, which settled its event already."""
        record = chosen.fetched
        if isinstance(mapped, Verdict) and mapped.state not in (EventState.WAITING, EventState.DEAD):
            return mapped
        refused = [mapped] if isinstance(mapped, Verdict) and not _waits(mapped) else []
        if (verdict := together([*refused, *self._doubts(record, refused)])) is not None:
            return verdict
        if chosen.end is not None:
            return chosen.end
        if isinstance(mapped, Verdict):
            for ensurer, material in zip(self.ensurers, prepared, strict=True):
                await ensurer.ensure(record, material)
            mapped = self._apply(chosen)
        if isinstance(mapped, Verdict):
            return self._wait(mapped, record.work) if _waits(mapped) else mapped
        last = self.journal.outbox.last_delivery(self.flow.name, record.work.record)
        way = route(mapped, last, self.flow.deliver.unsent_after_delivery if self.flow.deliver else ())
        if isinstance(way, Verdict):
            return way
        if way is Way.SAME:
            if self.journal.outbox.requeue_write_back(record.work.event, at=self.world.now()):
                return None
            return Verdict(EventState.DONE, "CW-SAME", "equal to what was delivered: no call")
        if mapped.warnings:
            told = {"warnings": list(mapped.warnings)}
            self.journal.inbox.remark("mapped", [(record.work.event, told)], at=self.world.now())
        before = self.source.state(record.document)
        await deliver(mapped, self.flow, self.target, self.journal, self.world, before=before)
        return None

    def _doubts(self, record: Fetched, refused: Sequence[Verdict]) -> list[Verdict]:
        """What the validators say; a record that the mapping refuses may be too broken for them."""
        try:
            doubt = validate(record, self.validators)
        except Exception as error:
            # It must not hide what the mapping found.
            if not refused:
                raise
            doubt = self._verdict(error, record.work)
        return [] if doubt is None else [doubt]

    def _settle(self, work: Work, verdict: Verdict | None, *, version: int | None = None) -> None:
        """Move the work's event to its verdict, and the older events that it covers to superseded."""
        now = self.world.now()
        inbox = self.journal.inbox
        if verdict is not None:
            inbox.finish(
                [work.event],
                verdict.state,
                at=now,
                code=verdict.code,
                reason=verdict.reason,
                due=verdict.due,
                counts=verdict.counts,
                version=version,
            )
        if work.covered:
            reason = f"covered by event {work.event.id}"
            inbox.finish(work.covered, EventState.SUPERSEDED, at=now, code="CW-COVERED", reason=reason)

    def _verdict(self, error: Exception, work: Work) -> Verdict:
        """What an error means for the event."""
        if isinstance(error, FatalError):
            raise error
        if isinstance(error, HoldError):
            return Verdict(EventState.HELD, error.code, error.detail())
        if isinstance(error, RecordError):
            return Verdict(EventState.DEAD, error.code, error.detail())
        now = self.world.now()
        if isinstance(error, ThrottledError):
            return Verdict(
                EventState.RETRY, error.code, error.detail(), now + error.retry_after, counts=False
            )
        if isinstance(error, RetriableError):
            return self._retry(error, work.event, now)
        if isinstance(error, ConfigError):
            logger.error("connection refused: %s", error.render())
            return Verdict(EventState.RETRY, error.code, error.detail(), now + PAUSE, counts=False)
        logger.error(
            "unexpected %s in flow %s, event %d", type(error).__name__, self.flow.name, work.event.id
        )
        logger.debug("traceback", exc_info=error)
        reason = f"the engine failed on this record: {type(error).__name__}"
        return Verdict(EventState.HELD, "CW-ENGINE", reason)

    def _retry(self, error: RetriableError, event: Event, now: float) -> Verdict:
        """Round again, ever slower; an outage is no fault of the record, so a person is asked only late."""
        retry = self.flow.retry
        long_tried = now - event.received_at >= self.flow.waiting.longest.total_seconds()
        if event.attempts >= retry.attempts and long_tried:
            return Verdict(EventState.HELD, "CW-RETRIES-SPENT", error.render())
        backoff = Backoff(retry.attempts, retry.first.total_seconds(), retry.longest.total_seconds())
        due = now + backoff.delay(event.attempts, self.world.rng)
        return Verdict(EventState.RETRY, error.code, error.detail(), due)

    def _wait(self, verdict: Verdict, work: Work) -> Verdict:
        """A key that is not there yet: look again soon, and ask a person when it takes too long."""
        now = self.world.now()
        longest = self.flow.waiting.longest.total_seconds()
        since = self.journal.inbox.waiting_since(work.event.id) or now
        if now - since >= longest:
            return Verdict(EventState.HELD, verdict.code, f"waited {longest:.0f} s for {verdict.reason}")
        return Verdict(
            EventState.WAITING, verdict.code, verdict.reason, now + min(longest, 30.0), counts=False
        )


def _waits(mapped: Mapped | Verdict) -> bool:
    return isinstance(mapped, Verdict) and mapped.state is EventState.WAITING
