"""Write back: the origin learns what became of its record, many records in one call."""

import logging
from collections.abc import Callable, Sequence

from crosswalk_engine.connectors.contract import Source, WriteBack
from crosswalk_engine.connectors.retry import Backoff
from crosswalk_engine.errors import (
    ConfigError,
    CrosswalkError,
    OutcomeUnknownError,
    RetriableError,
    ThrottledError,
)
from crosswalk_engine.journal import Effect, EffectState, EventState, Journal
from crosswalk_engine.sync.world import World

#: Seconds that a write-back waits for others to fill its batch.
LINGER = 2.0

#: Seconds for which a write-back is tried before a person is asked.
LONGEST = 3600.0

#: Seconds until a connection whose credentials are refused is tried again.
REFUSED = 60.0

logger = logging.getLogger(__name__)


class WriteBacks:
    """Sends queued write-backs of one source, in full batches where it can.

    Args:
        journal: where they are queued.
        flows: names of the flows that this source is the origin of.
        source: the origin.
        world: time and chance.
        backoff: for those that did not get through.
        busy: whether more may be queued at once; then a batch that is not full waits a little.
    """

    def __init__(
        self,
        journal: Journal,
        flows: Sequence[str],
        source: Source,
        world: World,
        backoff: Backoff,
        busy: Callable[[], bool],
    ) -> None:
        self._journal = journal
        self._flows = tuple(flows)
        self._source = source
        self._world = world
        self._backoff = backoff
        self._busy = busy

    async def step(self) -> bool:
        """Send one batch if one is ready; returns whether it did."""
        now = self._world.now()
        most = self._source.write_back_batch
        due = self._journal.outbox.write_backs(self._flows, now=now, limit=most)
        doubtful = [effect for effect in due if effect.state is EffectState.INTENT]
        if doubtful:
            await self._settle_doubtful(doubtful)
            return True
        if not due or not self._ready(due, most, now):
            return False
        await self._send(due)
        return True

    def _ready(self, effects: list[Effect], most: int, now: float) -> bool:
        waited = now - min(effect.created_at for effect in effects)
        return len(effects) >= most or waited >= LINGER * (3 if self._busy() else 1)

    async def _settle_doubtful(self, effects: list[Effect]) -> None:
        """These may have been sent: ask before sending again."""
        try:
            known = await self._source.written_back([_item(effect) for effect in effects])
        except Exception as error:  # noqa: BLE001  they stay doubtful, whatever stood in the way
            for effect in effects:
                self._later(effect, error, sent=True)
            return
        now = self._world.now()
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
        except (RetriableError, ConfigError) as error:
            # Raised before anything was sent: the quota, the network or the token stood in the way.
            for effect in effects:
                self._later(effect, error, sent=isinstance(error, OutcomeUnknownError))
            return
        except Exception as error:  # noqa: BLE001  a bug of ours: what was sent is not known
            for effect in effects:
                self._later(effect, error, sent=True)
            return
        by_record = {result.record: result for result in results}
        now = self._world.now()
        done = [effect for effect in effects if by_record[effect.record].outcome == "done"]
        self._journal.outbox.written_back(done, at=now)
        for effect in effects:
            result = by_record[effect.record]
            if result.outcome == "refused":
                self._journal.outbox.write_back_failed(
                    effect, state=EventState.DEAD, at=now, code=result.code, reason=result.reason
                )
            elif result.outcome != "done":
                failure = RetriableError(result.code or "CW-WRITE-BACK", result.reason or result.outcome)
                self._later(effect, failure, sent=result.outcome == "unknown")

    def _later(self, effect: Effect, error: Exception, *, sent: bool) -> None:
        """Try again, ever slower; after the longest time a person is asked."""
        now = self._world.now()
        code = error.code if isinstance(error, CrosswalkError) else "CW-ENGINE"
        if not isinstance(error, CrosswalkError):
            logger.error("unexpected %s in a write-back", type(error).__name__)
        if now - effect.created_at >= LONGEST:
            reason = error.render() if isinstance(error, CrosswalkError) else type(error).__name__
            self._journal.outbox.write_back_failed(
                effect, state=EventState.HELD, at=now, code="CW-WRITE-BACK-SPENT", reason=reason
            )
            return
        pause = self._backoff.delay(max(1, effect.attempts + 1), self._world.rng)
        if isinstance(error, ThrottledError):
            pause += error.retry_after
        if isinstance(error, ConfigError):
            logger.error("connection refused: %s", error.render())
            pause = REFUSED
        self._journal.outbox.write_back_later(effect, at=now, due=now + pause, code=code, sent=sent)


def _item(effect: Effect) -> WriteBack:
    request = effect.request
    return WriteBack(effect.record, int(request["status"]), str(request["note"]), request.get("before"))
