"""The outbox: every write at a target, intended durably before the call and settled after it."""

import json
from collections.abc import Iterable
from typing import Any

from crosswalk_engine.journal.core import JournalCore
from crosswalk_engine.journal.rows import Delivery, Effect, EffectState, Event, EventState

_COLUMNS = (
    "id, event, flow, step, record, natural_key, state, attempts, request, progress, target_key, created_at"
)
_BY_KEY = f"select {_COLUMNS} from effect where idempotency = ?"  # noqa: S608
_OPEN = (
    f"select {_COLUMNS} from effect"  # noqa: S608
    " where step = ? and state in ('queued', 'intent') and due <= ? order by id limit ?"
)
_INTEND = (
    "insert into effect(event, flow, step, record, natural_key, idempotency, request, state, attempts, due,"
    f" created_at) values(?, ?, ?, ?, ?, ?, ?, 'intent', 1, ?, ?) returning {_COLUMNS}"
)
_QUEUE = (
    "insert into effect(event, flow, step, record, natural_key, idempotency, request, state, due, created_at)"
    " values(?, ?, ?, ?, ?, ?, ?, 'queued', ?, ?) on conflict(idempotency) do nothing"
)
_DELIVERED = (
    "insert or replace into delivery(flow, record, target_key, output, digest, version, at)"
    " values(?, ?, ?, ?, ?, ?, ?)"
)
_MAP_ID = (
    "insert into id_map(entity, source_key, target_key, at) values(?, ?, ?, ?)"
    " on conflict(entity, source_key) do update set target_key = excluded.target_key, at = excluded.at"
)


class Outbox:
    """Effects and what is known because of them: deliveries and the id map."""

    def __init__(self, core: JournalCore) -> None:
        self._core = core

    def intend(
        self, event: Event, step: str, *, key: str, idempotency: str, request: dict[str, Any], at: float
    ) -> tuple[Effect, bool]:
        """Make the intention to write durable *before* the call.

        Returns the effect and whether it is fresh: False means that an earlier attempt may have got through,
        so the target must be asked before anything is sent.
        """
        with self._core.transaction() as db:
            known = db.execute(_BY_KEY, (idempotency,)).fetchone()
            if known:
                db.execute(
                    "update effect set attempts = attempts + 1, state = 'intent', event = ?, request = ?"
                    " where id = ?",
                    (event.id, _json(request), known[0]),
                )
                return _effect(known), False
            values = (event.id, event.flow, step, event.record, key, idempotency, _json(request), at, at)
            row = db.execute(_INTEND, values).fetchone()
            self._core.note("intended", event.id, event.record, {"step": step, "key": key}, at)
        return _effect(row), True

    def progress(self, effect: Effect, value: str) -> None:
        """Remember how far an effect of several calls has come (e.g. a temporary number)."""
        with self._core.transaction() as db:
            db.execute("update effect set progress = ? where id = ?", (value, effect.id))

    def refuse(self, effect: Effect, *, at: float, code: str, reason: str) -> None:
        """The target refused and has kept nothing."""
        with self._core.transaction() as db:
            db.execute(
                "update effect set state = 'failed', code = ?, reason = ?, finished_at = ? where id = ?",
                (code, reason, at, effect.id),
            )
            self._core.note("refused", effect.event, effect.record, {"step": effect.step, "code": code}, at)

    def ensure(self, effect: Effect, *, entity: str, source_key: str, target_key: str, at: float) -> None:
        """An ensured record is there: effect, id map row and those who waited for it, in one step."""
        with self._core.transaction() as db:
            self._settle(effect, target_key, at)
            db.execute(_MAP_ID, (entity, source_key, target_key, at))
            db.execute(
                "update event set due = ? where state = 'waiting' and reason = ?",
                (at, f"{entity}:{source_key}"),
            )
            detail = {"entity": entity, "target": target_key}
            self._core.note("ensured", effect.event, effect.record, detail, at)

    def deliver(
        self,
        effect: Effect,
        event: Event,
        delivery: Delivery,
        *,
        entity: str,
        write_back: dict[str, Any] | None,
        at: float,
    ) -> None:
        """The record is at the target: effect, delivery, id map, write-back, event, audit: one step."""
        with self._core.transaction() as db:
            self._settle(effect, delivery.target_key, at)
            output = _json(delivery.output)
            db.execute(
                _DELIVERED,
                (
                    event.flow,
                    event.record,
                    delivery.target_key,
                    output,
                    delivery.digest,
                    delivery.version,
                    at,
                ),
            )
            db.execute(_MAP_ID, (entity, event.record, delivery.target_key, at))
            state = EventState.DONE if write_back is None else EventState.DELIVERED
            if write_back is not None:
                idempotency = f"{event.flow}/write_back/{event.record}/{delivery.target_key}"
                values = (event.id, event.flow, "write_back", event.record, delivery.target_key, idempotency)
                db.execute(_QUEUE, (*values, _json(write_back), at, at))
            detail = {"target": delivery.target_key}
            self._core.move(event.id, event.record, state, at, version=delivery.version, detail=detail)

    def open(self, step: str, *, now: float, limit: int) -> list[Effect]:
        """Effects of `step` that are due: queued ones, and intents whose outcome is not known."""
        rows = self._core.db.execute(_OPEN, (step, now, limit)).fetchall()
        return [_effect(row) for row in rows]

    def intend_all(self, effects: Iterable[Effect]) -> None:
        """Mark queued effects as possibly sent, before the one call that carries them."""
        with self._core.transaction() as db:
            for effect in effects:
                db.execute(
                    "update effect set state = 'intent', attempts = attempts + 1 where id = ?", (effect.id,)
                )

    def written_back(self, effects: Iterable[Effect], *, at: float) -> None:
        """The origin knows: effects done, their events done."""
        with self._core.transaction():
            for effect in effects:
                self._settle(effect, effect.natural_key, at)
                self._core.move(effect.event, effect.record, EventState.DONE, at)

    def write_back_later(self, effect: Effect, *, at: float, due: float, code: str, sent: bool) -> None:
        """A write-back did not get through: again at `due`; `sent` says whether it may have arrived."""
        state = EffectState.INTENT if sent else EffectState.QUEUED
        with self._core.transaction() as db:
            db.execute("update effect set due = ?, state = ? where id = ?", (due, state, effect.id))
            self._core.note("write_back_retry", effect.event, effect.record, {"code": code}, at)

    def write_back_refused(self, effect: Effect, *, at: float, code: str, reason: str) -> None:
        """The origin refuses the write-back for good: its event is a dead letter, the delivery stands."""
        with self._core.transaction() as db:
            db.execute(
                "update effect set state = 'failed', code = ?, reason = ?, finished_at = ? where id = ?",
                (code, reason, at, effect.id),
            )
            self._core.move(effect.event, effect.record, EventState.DEAD, at, code=code, reason=reason)

    def last_delivery(self, flow: str, record: str) -> Delivery | None:
        """What was last delivered for `record`, or None."""
        row = self._core.db.execute(
            "select record, target_key, output, digest, version from delivery where flow = ? and record = ?",
            (flow, record),
        ).fetchone()
        return Delivery(row[0], row[1], json.loads(row[2]), row[3], row[4]) if row else None

    def target_of(self, entity: str, source_key: str) -> str | None:
        """The id map: the target's key of a source record, or None."""
        row = self._core.db.execute(
            "select target_key from id_map where entity = ? and source_key = ?", (entity, source_key)
        ).fetchone()
        return None if row is None else str(row[0])

    def seed_id_map(self, entries: Iterable[tuple[str, str, str]], *, at: float) -> int:
        """Put a release's id map entries (entity, source key, target key) in; what runs made stays."""
        with self._core.transaction() as db:
            before = db.total_changes
            db.executemany(
                "insert into id_map(entity, source_key, target_key, at) values(?, ?, ?, ?)"
                " on conflict do nothing",
                [(*entry, at) for entry in entries],
            )
            return db.total_changes - before

    def wrote_back_since(self, flow: str, record: str, *, since: float) -> bool:
        """Whether we wrote to the origin's record after `since`: its next event is probably our own echo."""
        row = self._core.db.execute(
            "select 1 from effect where flow = ? and record = ? and step = 'write_back' and attempts > 0"
            " and (finished_at is null or finished_at >= ?) limit 1",
            (flow, record, since),
        ).fetchone()
        return row is not None

    def _settle(self, effect: Effect, target_key: str, at: float) -> None:
        self._core.db.execute(
            "update effect set state = ?, target_key = ?, finished_at = ? where id = ?",
            (EffectState.DONE, target_key, at, effect.id),
        )


def _effect(row: tuple[Any, ...]) -> Effect:
    number, event, flow, step, record, key, state, attempts, request, progress, target, created = row
    content = json.loads(request)
    return Effect(
        number,
        event,
        flow,
        step,
        record,
        key,
        EffectState(state),
        attempts,
        content,
        progress,
        target,
        created,
    )


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
