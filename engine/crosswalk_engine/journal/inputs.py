"""What outputs were made from, kept so that a replay gives the same bytes.

A related record stands in many events (one product in a thousand orders): each version of it is stored once,
found by its content, and the events name it. A document is stored with its event.
"""

import contextlib
import hashlib
import json
import sqlite3
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

from crosswalk_engine.errors import FatalError, RecordError
from crosswalk_engine.journal.core import JournalCore
from crosswalk_engine.journal.exact import pack, unpack

#: The step of a flow that sends the record itself; others have their own inputs (`ensure:customer`).
DELIVER = "deliver"

#: Row numbers of versions that are remembered; a version that is not is looked up by its hash.
MOST_KNOWN = 50_000

#: (entity, source key) -> what the id map said.
Answers = Mapping[tuple[str, str], str | None]

#: with-name -> id -> record.
Records = dict[str, dict[str, Any]]


class Made(NamedTuple):
    """What an output is made from, besides the id map: document, related records, and the time of NOW()."""

    document: dict[str, Any]
    related: Records
    now: datetime


_INSERT_VERSION = (
    "insert into related_version(hash, entity, key, body) values(?, ?, ?, ?)"
    " on conflict(hash) do nothing returning id"
)
_KNOWN_VERSION = "select id from related_version where hash = ?"
#: An input that an effect was made from stays; any other gives way to the event's newer one.
_FORGET = (
    "delete from input where event = ? and step = ?"
    " and not exists (select 1 from effect where effect.input = input.id)"
)
_INSERT = "insert into input(event, step, at, document, related) values(?, ?, ?, ?, ?)"
_LATEST = "select document, related, at from input where event = ? and step = ? order by id desc limit 1"
_NUMBERED = "select document, related, at from input where id = ?"
_SCHEMA_1 = (
    "select document, related, received_at from input_v1 join event on event.id = input_v1.event"
    " where event = ?"
)
_VERSION = "select hash, entity, key, body from related_version where id = ?"


@dataclass(frozen=True, slots=True)
class Version:
    """One state of a related record: `digest` is the SHA-256 of entity, key and content, `body` packed."""

    entity: str
    key: str
    digest: bytes
    body: bytes = field(repr=False)


#: with-name -> id -> version.
Versions = Mapping[str, Mapping[str, Version]]


@dataclass(frozen=True, slots=True)
class Inputs:
    """What one step of one event is made from; `document` packed, `at` the time of it (see `World.now`)."""

    event: int
    step: str
    at: float
    document: bytes = field(repr=False)
    versions: Versions = field(repr=False)

    @classmethod
    def of(
        cls, event: int, document: dict[str, Any], versions: Versions, *, at: float, step: str = DELIVER
    ) -> "Inputs":
        """The inputs of `step`, with the document as it is now.

        Raises:
            RecordError: CW-RECORD-DEPTH; the document is nested too deep to be stored.
        """
        try:
            content = pack(document)
        except RecursionError:
            raise RecordError(
                "CW-RECORD-DEPTH",
                "the record is nested too deep",
                where=f"event {event}",
                fix="mend it at its source, then replay it",
            ) from None
        # Level 1: a third of the size for a thirtieth of a millisecond.
        return cls(event, step, at, zlib.compress(content, level=1), versions)

    @property
    def now(self) -> datetime:
        """What NOW() gives in every formula of this step."""
        return datetime.fromtimestamp(self.at, UTC)


def version_of(entity: str, key: str, content: bytes) -> Version:
    """The version of a record whose packed form is `content`."""
    return Version(entity, key, _digest(entity, key, content), zlib.compress(content, level=1))


class InputStore:
    """Keeps inputs and the versions that they name."""

    def __init__(self, core: JournalCore) -> None:
        self._core = core
        self._known: dict[bytes, int] = {}

    def keep(self, inputs: Iterable[Inputs]) -> None:
        """Make `inputs` durable in one step, in the place of what their events had before."""
        fresh: dict[bytes, int] = {}
        with self._core.transaction() as db:
            for one in inputs:
                numbers = {
                    name: [self._number(db, versions[key], fresh) for key in sorted(versions)]
                    for name, versions in one.versions.items()
                }
                db.execute(_FORGET, (one.event, one.step))
                db.execute(_INSERT, (one.event, one.step, one.at, one.document, json.dumps(numbers)))
        # Only now: rows of a transaction that was rolled back have no number.
        if len(self._known) + len(fresh) > MOST_KNOWN:
            self._known.clear()
        self._known |= fresh

    def _number(self, db: sqlite3.Connection, version: Version, fresh: dict[bytes, int]) -> int:
        digest = version.digest
        number = self._known.get(digest) or fresh.get(digest)
        if number is None:
            values = (digest, version.entity, version.key, version.body)
            row = db.execute(_INSERT_VERSION, values).fetchone()
            row = row or db.execute(_KNOWN_VERSION, (digest,)).fetchone()
            number = fresh[digest] = int(row[0])
        return number


def input_of(reader: sqlite3.Connection, event: int, step: str = DELIVER) -> Made | None:
    """What a step of `event` was last made from, exactly as it was.

    What an engine before schema 2 kept comes back too, but with decimal numbers as text.

    Raises:
        FatalError: CW-JOURNAL-DAMAGED; a related record is not what was stored.
    """
    row = reader.execute(_LATEST, (event, step)).fetchone()
    if row is not None:
        return _read(reader, row)
    row = reader.execute(_SCHEMA_1, (event,)).fetchone()
    if row is None:
        return None
    document, related = (json.loads(zlib.decompress(packed)) for packed in row[:2])
    return Made(document, related, datetime.fromtimestamp(row[2], UTC))


def input_numbered(reader: sqlite3.Connection, number: int) -> Made:
    """As `input_of`, of the input that an effect names.

    Raises:
        FatalError: CW-JOURNAL-DAMAGED.
    """
    return _read(reader, reader.execute(_NUMBERED, (number,)).fetchone())


def _read(reader: sqlite3.Connection, row: tuple[bytes, str, float]) -> Made:
    document, numbers, at = row
    related = {
        name: dict(_version(reader, number) for number in group)
        for name, group in json.loads(numbers).items()
    }
    return Made(unpack(zlib.decompress(document)), related, datetime.fromtimestamp(at, UTC))


def _version(reader: sqlite3.Connection, number: int) -> tuple[str, Any]:
    row = reader.execute(_VERSION, (number,)).fetchone()
    if row is not None:
        digest, entity, key, body = row
        with contextlib.suppress(zlib.error):
            content = zlib.decompress(body)
            if _digest(entity, key, content) == digest:
                return key, unpack(content)
    raise FatalError(
        "CW-JOURNAL-DAMAGED",
        "a related record in the journal is not what was stored",
        where=f"related_version {number}",
        fix="restore the journal from a backup",
    )


def _digest(entity: str, key: str, content: bytes) -> bytes:
    head = f"{entity}\0{key}\0".encode("utf-8", "surrogatepass")
    return hashlib.sha256(head + content).digest()
