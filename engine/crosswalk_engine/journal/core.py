"""The journal's file: opened durable, written by one connection, every move one transaction.

Why FULL: WAL with NORMAL may lose the last commits on a power cut, and a webhook's receipt is the only copy.
Why one writer: SQLite before 3.51.3 can lose committed rows when several connections write and checkpoint.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from crosswalk_engine.errors import ConfigError, FatalError
from crosswalk_engine.journal.audit import AuditTrail
from crosswalk_engine.journal.lock import JournalLock
from crosswalk_engine.journal.migrations import check_schema, migrate
from crosswalk_engine.journal.rows import EventState, Transition

#: States in which an event comes back by itself.
_COMES_BACK = (EventState.RETRY, EventState.WAITING, EventState.DELIVERED)


class JournalCore:
    """The one writing connection to a journal file, with its audit trail.

    Args:
        path: where the journal lives; its folder must exist.
        release: hash of the release that runs now; it stands in every audit row.

    Raises:
        BusyError: another process holds the journal.
        ConfigError: the file is not a journal of this engine, or cannot be opened.
    """

    def __init__(self, path: Path, *, release: str | None = None) -> None:
        self.path = path
        self.release = release
        self._lock = JournalLock(path)
        try:
            self.db = _open(path)
            try:
                migrate(self.db, str(path))
            except BaseException:
                self.db.close()
                raise
        except BaseException:
            self._lock.close()
            raise
        self._audit = AuditTrail(self.db)

    def close(self) -> None:
        """Checkpoint and release; the journal can be opened again."""
        self.db.execute("pragma wal_checkpoint(truncate)")
        self.db.close()
        self._lock.close()

    def abandon(self) -> None:
        """Let go as a dying process would: an open transaction rolls back, nothing is checkpointed."""
        self.db.close()
        self._lock.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """One durable step: everything inside is committed together, or nothing is."""
        self.db.execute("begin immediate")
        try:
            yield self.db
            self.db.execute("commit")
        except BaseException:
            # A full disk rolls back by itself; a second rollback would hide what happened.
            if self.db.in_transaction:
                self.db.execute("rollback")
            self._audit.rewind()
            raise

    def note(
        self, action: str, event: int | None, record: str | None, detail: dict[str, Any], at: float
    ) -> None:
        """Add an audit row inside the caller's transaction."""
        self._audit.append(Transition(action, event, record, detail), at=at, release=self.release)

    def move(
        self,
        event: int,
        record: str,
        state: EventState,
        at: float,
        *,
        code: str = "",
        reason: str = "",
        due: float | None = None,
        version: int | None = None,
        detail: dict[str, Any] | None = None,
    ) -> None:
        """Bring an event to `state`, with its audit row, inside the caller's transaction.

        `reason` may quote the record, so it stays in the event and never goes to the audit.
        """
        self.db.execute(
            "update event set state = ?, code = ?, reason = ?, due = coalesce(?, due), release = ?,"
            " finished_at = ?, version = coalesce(?, version) where id = ?",
            (
                state,
                code or None,
                _storable(reason),
                due,
                self.release,
                None if state in _COMES_BACK else at,
                version,
                event,
            ),
        )
        self.note(str(state), event, record, {**(detail or {}), **({"code": code} if code else {})}, at)


def _storable(text: str) -> str | None:
    """`text` without what SQLite cannot hold (lone surrogates, as bad senders make them)."""
    return text.encode("utf-8", "backslashreplace").decode() or None


def open_reader(path: Path) -> sqlite3.Connection:
    """A read-only connection to a journal, beside a running engine.

    Raises:
        ConfigError: there is no journal at `path`, or its schema is not this engine's.
    """
    if not path.is_file():
        raise ConfigError(
            "CW-NO-JOURNAL",
            "there is no journal here",
            where=str(path),
            fix="start the engine once, or name another --config",
        )
    uri = f"{path.resolve().as_uri()}?mode=ro"
    reader = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=10)
    try:
        check_schema(reader, str(path))
    except BaseException:
        reader.close()
        raise
    reader.execute("pragma wal_autocheckpoint=0")
    return reader


def _open(path: Path) -> sqlite3.Connection:
    try:
        db = sqlite3.connect(path, isolation_level=None, timeout=10, check_same_thread=False)
        mode = db.execute("pragma journal_mode=wal").fetchone()[0]
    except sqlite3.DatabaseError as error:
        raise ConfigError(
            "CW-JOURNAL-OPEN",
            "this journal cannot be opened",
            where=str(path),
            got=str(error),
            expected="a journal written by this engine, in a folder that can be written",
            fix="name another journal in engine.yaml",
        ) from error
    db.execute("pragma synchronous=full")
    db.execute("pragma foreign_keys=on")
    if mode != "wal" or db.execute("pragma synchronous").fetchone()[0] != 2:
        raise FatalError(
            "CW-JOURNAL-SYNC",
            "the journal is not durable here",
            where=str(path),
            expected="WAL with synchronous=FULL",
        )
    path.chmod(0o600)
    return db
