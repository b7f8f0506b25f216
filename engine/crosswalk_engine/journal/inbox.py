"""The inbox: events from receipt to their end."""

from collections.abc import Iterable, Sequence
from typing import Any

from crosswalk_engine.journal.core import JournalCore
from crosswalk_engine.journal.inputs import Inputs, InputStore, Made, input_of
from crosswalk_engine.journal.rows import Event, EventState, NewEvent

_READY = "('pending', 'retry', 'waiting')"

_CLAIM = f"""
update event set state = 'working', attempts = attempts + 1 where id in (
  select id from event e
  where flow = ? and state in {_READY} and (state = 'pending' or due <= ?)
    and not exists (
      select 1 from event w where w.flow = e.flow and w.record = e.record and w.state = 'working')
  order by id limit ?)
returning id, flow, record, attempts, raised_at, received_at
"""  # noqa: S608  the list of states is ours

_INSERT = """
insert into event(flow, record, origin, dedupe, raised_at, received_at, state, due)
values(?, ?, ?, ?, ?, ?, 'pending', ?) on conflict(dedupe) do nothing returning id
"""


class Inbox:
    """Events, each in one state, moved only together with their audit row."""

    def __init__(self, core: JournalCore) -> None:
        self._core = core
        self._inputs = InputStore(core)

    def receive(self, events: Sequence[NewEvent], *, at: float) -> int:
        """Make `events` durable; returns how many are new. Known dedupe keys change nothing."""
        new = 0
        with self._core.transaction() as db:
            for event in events:
                values = (
                    event.flow,
                    event.record,
                    event.origin,
                    event.dedupe,
                    event.raised_at,
                    at,
                    event.due,
                )
                row = db.execute(_INSERT, values).fetchone()
                if row:
                    new += 1
                    self._core.note("received", row[0], event.record, {"origin": event.origin}, at)
        return new

    def claim(self, flow: str, *, now: float, limit: int) -> list[Event]:
        """Take up to `limit` events to work on, none of a record that is being worked on.

        As soon as one event is due, all fresh ones go along: they share the same fetch.
        """
        due = self.next_due(flow)
        if due is None or due > now:
            return []
        with self._core.transaction() as db:
            rows = db.execute(_CLAIM, (flow, now, limit)).fetchall()
        return sorted((Event(*row) for row in rows), key=lambda event: event.id)

    def next_due(self, flow: str) -> float | None:
        """When the next event of `flow` is due, in seconds since the epoch."""
        query = f"select min(due) from event where flow = ? and state in {_READY}"  # noqa: S608
        due = self._core.db.execute(query, (flow,)).fetchone()[0]
        return None if due is None else float(due)

    def finish(
        self,
        events: Iterable[Event],
        state: EventState,
        *,
        at: float,
        code: str = "",
        reason: str = "",
        due: float | None = None,
        counts: bool = True,
        version: int | None = None,
    ) -> None:
        """Move claimed events to `state` in one step, each with its audit row.

        `counts` is False when this was no try of its own (a throttle, a wait): `attempts` stays as it was.
        """
        with self._core.transaction() as db:
            for event in events:
                if not counts:
                    db.execute("update event set attempts = attempts - 1 where id = ?", (event.id,))
                self._core.move(
                    event.id, event.record, state, at, code=code, reason=reason, due=due, version=version
                )

    def keep_inputs(self, inputs: Iterable[Inputs]) -> None:
        """Remember what events are made from, for an exact replay; each version of a related record once."""
        self._inputs.keep(inputs)

    def inputs(self, number: int) -> Made | None:
        """The document, the related records (with-name -> id -> record) and the time an output is made of.

        Exactly as they were fetched; None when nothing was kept.

        Raises:
            FatalError: CW-JOURNAL-DAMAGED; a related record is not what was stored.
        """
        return input_of(self._core.db, number)

    def recover(self, *, at: float) -> int:
        """After a start: events that were being worked on go back to the queue; returns how many."""
        with self._core.transaction() as db:
            rows = db.execute(
                "update event set state = 'retry', due = ? where state = 'working' returning id, record",
                (at,),
            ).fetchall()
            for number, record in rows:
                self._core.note("recovered", number, record, {}, at)
        return len(rows)

    def waiting_since(self, number: int) -> float | None:
        """When an event first had to wait for a key, in seconds since the epoch."""
        row = self._core.db.execute(
            "select min(at) from audit where event = ? and action = 'waiting'", (number,)
        ).fetchone()
        return None if row[0] is None else float(row[0])

    def let_go(self, number: int, code: str) -> bool:
        """Whether a person sent event `number` round again after it was held with `code`."""
        rows = self._core.db.execute(
            "select action, detail from audit where event = ? and action in ('held', 'replayed')"
            " order by seq",
            (number,),
        ).fetchall()
        held = [at for at, (action, detail) in enumerate(rows) if action == "held" and f'"{code}"' in detail]
        return bool(held) and any(action == "replayed" for action, _ in rows[held[0] :])

    def remark(self, action: str, remarks: Iterable[tuple[Event, dict[str, Any]]], *, at: float) -> None:
        """Write what was decided about events into the audit; their states stay. Details hold no values."""
        with self._core.transaction():
            for event, detail in remarks:
                self._core.note(action, event.id, event.record, detail, at)

    def requeue(self, number: int, *, at: float, actor: str) -> str | None:
        """A person sends a dead or held event round again; returns its record, None when it is neither."""
        with self._core.transaction() as db:
            row = db.execute(
                "update event set state = 'retry', due = ?, attempts = 0, code = null, reason = null,"
                " finished_at = null where id = ? and state in ('dead', 'held') returning record",
                (at, number),
            ).fetchone()
            if row:
                self._core.note("replayed", number, row[0], {"actor": actor}, at)
        return None if row is None else str(row[0])

    def discard(self, number: int, *, at: float, actor: str, reason: str) -> str | None:
        """A person gives a dead or held event up; returns its record, None when it is neither."""
        with self._core.transaction() as db:
            row = db.execute(
                "update event set state = 'skipped', code = 'CW-DISCARDED', reason = ?, finished_at = ?"
                " where id = ? and state in ('dead', 'held') returning record",
                (reason, at, number),
            ).fetchone()
            if row:
                self._core.note("discarded", number, row[0], {"actor": actor}, at)
        return None if row is None else str(row[0])

    def counts(self) -> dict[str, int]:
        """Events by state."""
        query = "select state, count(*) from event group by state order by state"
        return dict(self._core.db.execute(query).fetchall())
