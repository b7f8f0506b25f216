"""The outbox: every write at a target, intended durably before the call and settled after it."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from crosswalk_engine.journal.core import JournalCore
from crosswalk_engine.journal.inputs import Answers
from crosswalk_engine.journal.reading import target_of
from crosswalk_engine.journal.rows import Delivery, Effect, EffectState, Event, EventState

_COLUMNS = (
    "id, event, flow, step, record, natural_key, state, attempts, request, progress, target_key, created_at"
)
_BY_KEY = f"select {_COLUMNS} from effect where idempotency = ?"  # noqa: S608
_OPEN = (
    f"select {_COLUMNS} from effect"  # noqa: S608
    " where step = 'write_back' and state in ('queued', 'intent') and due <= ? and flow in ({flows})"
    " order by id limit ?"
)
_INTEND = (
    "insert into effect(event, flow, step, record, natural_key, idempotency, request, state, attempts, due,"  # noqa: S608
    " created_at, answers, input) values(?, ?, ?, ?, ?, ?, ?, 'intent', 1, ?, ?, ?,"
    f" (select max(id) from input where event = ? and step = ?)) returning {_COLUMNS}"
)
#: The effect's event is the one that tries now; so its inputs are the newest ones.
_RESEND = (
    "update effect set request = ?, progress = null, answers = ?,"
    " input = (select max(id) from input where input.event = effect.event and input.step = effect.step)"
    " where id = ?"
)
#: What nothing is made from any more; the newest inputs of an event stay.
_FORGET_INPUT = (
    "delete from input where id = ? and not exists (select 1 from effect where effect.input = input.id)"
    " and id < (select max(id) from input as new where new.event = input.event and new.step = input.step)"
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

_NO_ANSWERS: Answers = {}


class Outbox:
    """Effects and what is known because of them: deliveries and the id map."""

    def __init__(self, core: JournalCore) -> None:
        self._core = core

    def intend(
        self,
        event: Event,
        step: str,
        *,
        key: str,
        idempotency: str,
        request: dict[str, Any],
        at: float,
        answers: Answers = _NO_ANSWERS,
    ) -> tuple[Effect, bool]:
        """Make the intention to write durable *before* the call, with what `request` was made from.

        That is the event's inputs of this step, and `answers`: what the id map said.

        Returns the effect and whether it is fresh: False means that an earlier attempt, with the effect's own
        `request`, may have got through, so the target must be asked before anything is sent.
        """
        with self._core.transaction() as db:
            known = db.execute(_BY_KEY, (idempotency,)).fetchone()
            if known:
                db.execute(
                    "update effect set attempts = attempts + 1, state = 'intent', event = ? where id = ?",
                    (event.id, known[0]),
                )
                return _effect(known), False
            values = (event.id, event.flow, step, event.record, key, idempotency, _json(request), at, at)
            row = db.execute(_INTEND, (*values, _answers(answers), event.id, step)).fetchone()
            self._core.note("intended", event.id, event.record, {"step": step, "key": key}, at)
        return _effect(row), True

    def resend(self, effect: Effect, request: dict[str, Any], answers: Answers = _NO_ANSWERS) -> None:
        """The earlier attempt is certainly not there: from now on `request` is what may have got through."""
        with self._core.transaction() as db:
            (before,) = db.execute("select input from effect where id = ?", (effect.id,)).fetchone()
            db.execute(_RESEND, (_json(request), _answers(answers), effect.id))
            db.execute(_FORGET_INPUT, (before,))

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
        held: tuple[str, str] | None = None,
    ) -> None:
        """The record is at the target: effect, delivery, id map, write-back, event, audit: one step.

        `held` (code, reason) sends the event to a person instead of writing back.
        """
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
            if held is not None:
                self._core.move(event.id, event.record, EventState.HELD, at, code=held[0], reason=held[1])
                return
            state = EventState.DONE if write_back is None else EventState.DELIVERED
            if write_back is not None:
                idempotency = f"{event.flow}/write_back/{event.record}/{delivery.target_key}"
                values = (event.id, event.flow, "write_back", event.record, delivery.target_key, idempotency)
                db.execute(_QUEUE, (*values, _json(write_back), at, at))
            detail = {"target": delivery.target_key}
            self._core.move(event.id, event.record, state, at, version=delivery.version, detail=detail)

    def write_backs(self, flows: Sequence[str], *, now: float, limit: int) -> list[Effect]:
        """Write-backs of `flows` that are due: queued ones, and those whose outcome is not known."""
        query = _OPEN.replace("{flows}", ", ".join("?" for _ in flows))
        rows = self._core.db.execute(query, (now, *flows, limit)).fetchall()
        return [_effect(row) for row in rows]

    def requeue_write_back(self, event: Event, *, at: float) -> bool:
        """Queue a failed write-back of the record again, for `event`; False when none has failed."""
        with self._core.transaction() as db:
            row = db.execute(
                "update effect set state = 'queued', due = ?, created_at = ?, attempts = 0, event = ?,"
                " code = null, reason = null, finished_at = null"
                " where flow = ? and record = ? and step = 'write_back' and state = 'failed' returning id",
                (at, at, event.id, event.flow, event.record),
            ).fetchone()
            if row:
                self._core.move(event.id, event.record, EventState.DELIVERED, at)
        return row is not None

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

    def write_back_failed(
        self, effect: Effect, *, state: EventState, at: float, code: str, reason: str
    ) -> None:
        """The write-back will not be tried again by itself (`state` dead or held); the delivery stands."""
        with self._core.transaction() as db:
            db.execute(
                "update effect set state = 'failed', code = ?, reason = ?, finished_at = ? where id = ?",
                (code, reason, at, effect.id),
            )
            self._core.move(effect.event, effect.record, state, at, code=code, reason=reason)

    def last_delivery(self, flow: str, record: str) -> Delivery | None:
        """What was last delivered for `record`, or None."""
        row = self._core.db.execute(
            "select record, target_key, output, digest, version from delivery where flow = ? and record = ?",
            (flow, record),
        ).fetchone()
        return Delivery(row[0], row[1], json.loads(row[2]), row[3], row[4]) if row else None

    def target_of(self, entity: str, source_key: str) -> str | None:
        """The id map: the target's key of a source record, or None."""
        return target_of(self._core.db, entity, source_key)

    def seed_id_map(self, entries: Iterable[tuple[str, str, str]], *, at: float) -> int:
        """Put a release's id map entries (entity, source key, target key) in; what runs made stays.

        Merges are the release's alone: those of an earlier release are gone.
        """
        with self._core.transaction() as db:
            db.execute("delete from id_map where entity = 'contact_merge'")
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
    """ASCII with escapes: a lone surrogate in a record must not make it unstorable."""
    return json.dumps(value, separators=(",", ":")).encode()


def _answers(answers: Answers) -> str:
    return json.dumps([[entity, key, answers[entity, key]] for entity, key in sorted(answers)])
