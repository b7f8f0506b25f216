"""Questions to a journal, for operating: read-only, beside a running engine."""

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from crosswalk_engine.journal.audit import read_audit

_WRITES = (
    "select effect.id, event, effect.flow, step, effect.record, natural_key, event.release, request, input,"
    " answers from effect join event on event.id = effect.event"
    " where effect.state = 'done' and step <> 'write_back'"
)
_SENT = f"{_WRITES} order by effect.id"
_SENT_FOR = f"{_WRITES} and effect.event = ? order by effect.id"
_EVENT = "id, flow, record, state, attempts, version, code, reason, raised_at, received_at, due, finished_at"


@dataclass(frozen=True, slots=True)
class EventRow:
    """One event as an operator sees it; times are seconds since the epoch."""

    id: int
    flow: str
    record: str
    state: str
    attempts: int
    version: int | None
    code: str | None
    reason: str | None = field(repr=False)
    raised_at: float
    received_at: float
    due: float
    finished_at: float | None

    def to_json(self) -> dict[str, Any]:
        """As a JSON object."""
        return asdict(self)


def events_in(reader: sqlite3.Connection, states: tuple[str, ...]) -> list[EventRow]:
    """Events in `states`, oldest first."""
    marks = ", ".join("?" for _ in states)
    query = f"select {_EVENT} from event where state in ({marks}) order by id"  # noqa: S608
    return [EventRow(*row) for row in reader.execute(query, states)]


def event(reader: sqlite3.Connection, number: int) -> EventRow | None:
    """One event, or None."""
    row = reader.execute(f"select {_EVENT} from event where id = ?", (number,)).fetchone()  # noqa: S608
    return EventRow(*row) if row else None


@dataclass(frozen=True, slots=True)
class Sent:
    """One write that a target has, and what it was made from.

    Attributes:
        input: number of the input; None when an engine before schema 2 wrote it.
        answers: (entity, source key) -> what the id map said.
        release: hash of the release that ran when its event ended.
    """

    id: int
    event: int
    flow: str
    step: str
    record: str
    natural_key: str
    release: str | None
    request: dict[str, Any] = field(repr=False)
    input: int | None
    answers: dict[tuple[str, str], str | None] = field(repr=False)


def sent(reader: sqlite3.Connection, number: int | None = None) -> Iterator[Sent]:
    """The writes that targets have, oldest first; only those of event `number` when it is given.

    Write-backs are not among them: they are made from no mapping.
    """
    rows = reader.execute(_SENT) if number is None else reader.execute(_SENT_FOR, (number,))
    for row in rows:
        effect, event, flow, step, record, key, release, request, inputs, answers = row
        known = {(entity, asked): answer for entity, asked, answer in json.loads(answers or "[]")}
        yield Sent(effect, event, flow, step, record, key, release, json.loads(request), inputs, known)


def state_counts(reader: sqlite3.Connection) -> dict[str, dict[str, int]]:
    """flow -> state -> events."""
    counts: dict[str, dict[str, int]] = {}
    for flow, state, number in reader.execute(
        "select flow, state, count(*) from event group by flow, state order by flow, state"
    ):
        counts.setdefault(flow, {})[state] = number
    return counts


def open_intents(reader: sqlite3.Connection) -> int:
    """Writes that have been started and are not settled."""
    return int(reader.execute("select count(*) from effect where state = 'intent'").fetchone()[0])


def id_map(reader: sqlite3.Connection, entity: str | None = None) -> list[dict[str, Any]]:
    """The id map, of one entity or of all."""
    where = "where entity = ?" if entity else ""
    query = f"select entity, source_key, target_key, at from id_map {where} order by entity, source_key"  # noqa: S608
    names = ("entity", "source_key", "target_key", "at")
    return [dict(zip(names, row, strict=True)) for row in reader.execute(query, (entity,) if entity else ())]


def target_of(reader: sqlite3.Connection, entity: str, source_key: str) -> str | None:
    """The id map: the target's key of a source record, or None."""
    row = reader.execute(
        "select target_key from id_map where entity = ? and source_key = ?", (entity, source_key)
    ).fetchone()
    return None if row is None else str(row[0])


def records_of(reader: sqlite3.Connection, key: str) -> list[str]:
    """The source records that any number of any system names: our key, the target's, a natural key."""
    query = (
        "select record from event where record = :key"
        " union select record from delivery where target_key = :key"
        " union select record from effect where natural_key = :key or target_key = :key or progress = :key"
        " union select source_key from id_map where target_key = :key"
    )
    return [str(row[0]) for row in reader.execute(query, {"key": key})]


def time_line(reader: sqlite3.Connection, record: str) -> list[dict[str, Any]]:
    """Everything that happened to one record, oldest first."""
    names = ("at", "event", "action", "detail")
    return [{name: row[name] for name in names} for row in read_audit(reader, record)]
