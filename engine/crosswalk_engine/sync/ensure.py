"""Ensure: a related record has its counterpart at the target before the record that needs it goes.

One lock a source key: two orders of a new customer make one customer.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from crosswalk_engine.connectors.contract import Document, Target
from crosswalk_engine.errors import RecordError
from crosswalk_engine.journal import Inputs, Journal
from crosswalk_engine.mapping.compile import CompiledMapping
from crosswalk_engine.project.flow import Ensure
from crosswalk_engine.sync.apply import Asked, IdMap, as_record_error, survivor
from crosswalk_engine.sync.fetch import Gathered, gather
from crosswalk_engine.sync.related import RelatedCache
from crosswalk_engine.sync.stages import Fetched
from crosswalk_engine.sync.world import World

#: Says whether a record needs the counterpart at all, and which source key it has.
Needed = Callable[[Fetched], str | None]

#: Source key -> the record that a counterpart is made from, and what goes with it.
Prepared: TypeAlias = Mapping[str, tuple[Document, Gathered]]


@dataclass(frozen=True)
class Ensurer:
    """One `ensure` step of a flow.

    `locks` and the effects' keys belong to the target (`target_name`), not to the flow: two flows that meet
    one new customer make one.
    """

    step: Ensure
    entity: str
    mapping: CompiledMapping
    needed: Needed
    target: Target
    target_name: str
    cache: RelatedCache
    journal: Journal
    ids: IdMap
    world: World
    locks: "defaultdict[str, asyncio.Lock]"

    async def prepare(self, works: Sequence[Fetched]) -> Prepared:
        """Fetch what the missing counterparts are made from, all in one id set an entity."""
        keys = {self._survivor(key) for work in works if (key := self._needed(work))}
        missing = sorted(key for key in keys if self.ids(self.step.entity, key) is None)
        if not missing:
            return {}
        documents = await self.cache.get(self.entity, missing)
        gathered = await gather(self.mapping, list(documents.values()), self.cache)
        return {
            key: (document, around)
            for (key, document), around in zip(documents.items(), gathered, strict=True)
        }

    async def ensure(self, work: Fetched, prepared: Prepared) -> None:
        """Make sure of the counterpart of `work`, if it needs one.

        Raises:
            RecordError: the related record is not there, or its data is refused.
            RetriableError: the target failed for now.
        """
        wanted = self.needed(work)
        if wanted is None:
            return
        key = self._survivor(wanted)
        async with self.locks[f"{self.step.entity}:{key}"]:
            if self.ids(self.step.entity, key) is not None:
                return
            if key not in prepared:
                raise RecordError(
                    "CW-RELATED-MISSING",
                    f"the {self.entity} is not at the source",
                    where=self.step.key,
                    got=key,
                )
            await self._create(work, key, *prepared[key])

    async def _create(self, work: Fetched, key: str, document: Document, around: Gathered) -> None:
        asked = Asked(self.ids)
        event, step = work.work.event, f"ensure:{self.step.entity}"
        inputs = Inputs.of(event.id, document, around.versions, at=self.world.now(), step=step)
        result = self.mapping.apply(document, related=around.related, idmap=asked, now=inputs.now)
        if result.output is None:
            raise as_record_error(result, f"{self.entity} {key}")
        self.journal.inbox.keep_inputs([inputs])
        effect, fresh = self.journal.outbox.intend(
            event,
            step,
            key=key,
            idempotency=f"{self.target_name}/ensure/{self.step.entity}/{key}",
            request=result.output,
            at=self.world.now(),
            answers=asked.answers,
        )
        try:
            found = await self.target.find(
                self.step.entity,
                result.output,
                sent=None if fresh else effect.request,
                progress=effect.progress,
            )
            target_key = (
                found.target_key
                if found
                else await self.target.create(self.step.entity, result.output, remember=_nothing)
            )
        except RecordError as error:
            self.journal.outbox.refuse(effect, at=self.world.now(), code=error.code, reason=error.detail())
            raise
        self.journal.outbox.ensure(
            effect, entity=self.step.entity, source_key=key, target_key=target_key, at=self.world.now()
        )

    def _needed(self, work: Fetched) -> str | None:
        try:
            return self.needed(work)
        except RecordError:
            return None  # `ensure` will say so for this record alone

    def _survivor(self, key: str) -> str:
        return survivor(self.journal.outbox, self.step.entity, key)


def _nothing(value: str) -> None:
    """A customer is made by one call: there is nothing to remember in between."""
