"""The index of decisions: SQLite beside the project, always rebuilt from `decisions/*.ndjson`.

The NDJSON files are the truth and stay in version control; this file only answers questions quickly
(what was decided last about this target, by whom). Delete it and nothing is lost.
"""

import json
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crosswalk_models.feedback import Decision, append_decision, read_decisions

SCHEMA_VERSION = 1
_SCHEMA = """
create table if not exists decision(
  seq integer primary key, id text not null unique, at text not null, actor text not null,
  kind text not null, action text not null, mapping text not null, target text not null, body text not null);
create index if not exists decision_subject on decision(kind, mapping, target, at, seq);
create table if not exists file(name text primary key, size integer not null, mtime integer not null);
"""


@dataclass(slots=True)
class Store:
    """The index of one project's decisions; safe to call from any thread.

    Args:
        project: the project's folder; its ``decisions`` need not exist yet.
        path: the SQLite file, made anew when it is missing, old or damaged.
    """

    project: Path
    path: Path
    _lock: threading.RLock = field(default_factory=threading.RLock)
    _connection: sqlite3.Connection | None = None

    @property
    def folder(self) -> Path:
        """Where the truth is."""
        return self.project / "decisions"

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    @contextmanager
    def turn(self) -> Iterator["Store"]:
        """Hold the index for one decision: nobody else decides between the question and the answer."""
        with self._lock:
            self.refresh()
            yield self

    def find(self, decision_id: str) -> Decision | None:
        """The decision with this id."""
        rows = self._ask("select body from decision where id = ?", (decision_id,))
        return next(iter(rows), None)

    def head(self, kind: str, mapping: str, target: str) -> Decision | None:
        """The last decision about this target."""
        return next(iter(self.thread(kind, mapping, target)), None)

    def thread(self, kind: str, mapping: str, target: str) -> list[Decision]:
        """All decisions about this target, the last first."""
        question = (
            "select body from decision where kind = ? and mapping = ? and target = ?"
            " order by at desc, seq desc"
        )  # fmt: skip
        return self._ask(question, (kind, mapping, target))

    def heads(self, kind: str, mapping: str = "") -> dict[str, Decision]:
        """Target -> the last decision about it."""
        question = "select body from decision where kind = ? and mapping = ? order by at, seq"
        return {item.target: item for item in self._ask(question, (kind, mapping))}

    def history(self, limit: int = 50, *, kind: str = "", mapping: str = "") -> list[Decision]:
        """The last `limit` decisions, the newest first; all kinds and mappings unless named."""
        question = (
            "select body from decision where (?1 = '' or kind = ?1) and (?2 = '' or mapping = ?2)"
            " order by at desc, seq desc limit ?3"
        )
        return self._ask(question, (kind, mapping, limit))

    def count(self) -> int:
        """How many decisions there are."""
        with self._lock:
            self.refresh()
            return int(self._db().execute("select count(*) from decision").fetchone()[0])

    def refresh(self) -> None:
        """Read what others have written to the files since the last time."""
        with self._lock:
            now = _fingerprints(self.folder)
            known = dict(self._rows("select name, size || ':' || mtime from file"))
            if now != known:
                self._rebuild(now)

    def _rebuild(self, fingerprints: Mapping[str, str]) -> None:
        decisions = read_decisions(self.project)
        with self._transaction() as db:
            db.execute("delete from decision")
            for item in decisions:
                self._insert(db, item)
            self._mark(db, fingerprints)

    def add(self, decision: Decision) -> None:
        """Write the line (durably), then index it.

        Raises:
            CannotWriteError: the disk refuses; nothing was changed.
        """
        with self._lock:
            append_decision(self.project, decision)
            with self._transaction() as db:
                self._insert(db, decision)
                self._mark(db, _fingerprints(self.folder))

    @staticmethod
    def _mark(db: sqlite3.Connection, fingerprints: Mapping[str, str]) -> None:
        db.execute("delete from file")
        for name, mark in fingerprints.items():
            size, mtime = mark.split(":")
            db.execute("insert into file values (?, ?, ?)", (name, int(size), int(mtime)))

    @staticmethod
    def _insert(db: sqlite3.Connection, item: Decision) -> None:
        body = json.dumps(item.to_json(), ensure_ascii=False)
        # A file that was merged twice repeats lines; the first one counts.
        db.execute(
            "insert or ignore into decision(id, at, actor, kind, action, mapping, target, body)"
            " values (?, ?, ?, ?, ?, ?, ?, ?)",
            (item.id, item.at, item.actor, item.kind, item.action, item.mapping, item.target, body),
        )

    def _ask(self, question: str, values: tuple[Any, ...]) -> list[Decision]:
        with self._lock:
            self.refresh()
            return [Decision.from_json(json.loads(body)) for (body,) in self._rows(question, values)]

    def _rows(self, question: str, values: tuple[Any, ...] = ()) -> list[Any]:
        return self._db().execute(question, values).fetchall()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        db = self._db()
        db.execute("begin immediate")
        try:
            yield db
        except BaseException:
            db.execute("rollback")
            raise
        db.execute("commit")

    def _db(self) -> sqlite3.Connection:
        if self._connection is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            try:
                self._connection = _connect(self.path)
            except sqlite3.DatabaseError:
                # Damaged or of another program: it holds nothing of its own, so begin again.
                self.path.unlink(missing_ok=True)
                self._connection = _connect(self.path)
        return self._connection


def _connect(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        db.execute("pragma journal_mode = wal")
        db.execute("pragma synchronous = normal")
        version = db.execute("pragma user_version").fetchone()[0]
        if version != SCHEMA_VERSION:
            db.execute("drop table if exists decision")
            db.execute("drop table if exists file")
            db.execute(f"pragma user_version = {SCHEMA_VERSION}")
        db.executescript(_SCHEMA)
    except BaseException:
        db.close()
        raise
    return db


def _fingerprints(folder: Path) -> dict[str, str]:
    marks = {}
    for path in sorted(folder.glob("*.ndjson")) if folder.is_dir() else ():
        state = path.stat()
        marks[path.name] = f"{state.st_size}:{state.st_mtime_ns}"
    return marks
