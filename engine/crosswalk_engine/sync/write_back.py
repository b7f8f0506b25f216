"""Write back: the origin learns what became of its record, many records in one call."""

from collections.abc import Callable

from crosswalk_engine.connectors.contract import ItemResult, Source, WriteBack
from crosswalk_engine.connectors.retry import Backoff
from crosswalk_engine.errors import RetriableError
from crosswalk_engine.journal import Effect, EffectState, Journal
from crosswalk_engine.sync.world import World

#: Seconds that a write-back waits for others to fill its batch.
LINGER = 2.0


class WriteBacks:
    """Sends queued write-backs of one source, in full batches where it can.

    Args:
        journal: where they are queued.
        source: the origin.
        world: time and chance.
        backoff: for those that did not get through.
        busy: whether more may be queued at once; then a batch that is not full waits a little.
    """

    def __init__(
        self, journal: Journal, source: Source, world: World, backoff: Backoff, busy: Callable[[], bool]
    ) -> None:
        self._journal = journal
        self._source = source
        self._world = world
        self._backoff = backoff
        self._busy = busy

    async def step(self) -> bool:
        """Send one batch if one is ready; returns whether it did."""
        now = self._world.now()
        most = self._source.write_back_batch
        open_effects = self._journal.outbox.open("write_back", now=now, limit=most)
        doubtful = [effect for effect in open_effects if effect.state is EffectState.INTENT]
        if doubtful:
            await self._settle_doubtful(doubtful)
            return True
        if not open_effects or not self._ready(open_effects, most, now):
            return False
        await self._send(open_effects)
        return True

    def _ready(self, effects: list[Effect], most: int, now: float) -> bool:
        waited = now - min(effect.created_at for effect in effects)
        return len(effects) >= most or waited >= LINGER * (3 if self._busy() else 1)

    async def _settle_doubtful(self, effects: list[Effect]) -> None:
        """These may have been sent: ask before sending again."""
        now = self._world.now()
        try:
            known = await self._source.written_back([_item(effect) for effect in effects])
        except RetriableError as error:
            for effect in effects:
                self._later(effect, error.code, now, sent=True)
            return
        self._journal.outbox.written_back([e for e in effects if e.record in known], at=now)
        for effect in effects:
            if effect.record not in known:
                self._journal.outbox.write_back_later(
                    effect, at=now, due=now, code="CW-NOT-THERE", sent=False
                )

    async def _send(self, effects: list[Effect]) -> None:
        self._journal.outbox.intend_all(effects)
        try:
            results = await self._source.write_back([_item(effect) for effect in effects])
        except RetriableError as error:
            # Raised before anything was sent: the quota, the network or the token stood in the way.
            results = [ItemResult(effect.record, "failed", error.code, error.what) for effect in effects]
        by_record = {result.record: result for result in results}
        now = self._world.now()
        done = [effect for effect in effects if by_record[effect.record].outcome == "done"]
        self._journal.outbox.written_back(done, at=now)
        for effect in effects:
            result = by_record[effect.record]
            if result.outcome == "refused":
                self._journal.outbox.write_back_refused(
                    effect, at=now, code=result.code, reason=result.reason
                )
            elif result.outcome != "done":
                self._later(effect, result.code, now, sent=result.outcome == "unknown")

    def _later(self, effect: Effect, code: str, now: float, *, sent: bool) -> None:
        due = now + self._backoff.delay(max(1, effect.attempts + 1), self._world.rng)
        self._journal.outbox.write_back_later(effect, at=now, due=due, code=code, sent=sent)


def _item(effect: Effect) -> WriteBack:
    return WriteBack(effect.record, int(effect.request["status"]), str(effect.request["note"]))
