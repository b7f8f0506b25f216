"""The audit: every transition, one row each, chained by SHA-256 so that a changed row is found.

The chain: hash(n) = SHA-256(hash(n-1) + canonical JSON of row n). The head of the chain is only worth what
its keeper is worth: `export` it to another place to notice a rewritten tail.
"""

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from crosswalk_engine.journal.rows import Transition

#: The hash before the first row.
GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class AuditReport:
    """The outcome of a verification: `rows` checked, `head` reached, `first_bad` row or None."""

    rows: int
    head: str
    first_bad: int | None


def chain(previous: str, row: dict[str, Any]) -> str:
    """The hash of `row` after a row with hash `previous`."""
    body = json.dumps(row, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{previous}\n{body}".encode()).hexdigest()


class AuditTrail:
    """Appends rows inside the caller's transaction; keeps the head in memory."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._head, self._seq = self._read_head()

    def append(self, transition: Transition, *, at: float, release: str | None) -> None:
        """Add one row; the caller commits it together with what it describes."""
        row = {
            "seq": self._seq + 1,
            "at": at,
            "event": transition.event,
            "record": transition.record,
            "action": transition.action,
            "detail": transition.detail,
            "release": release,
        }
        digest = chain(self._head, row)
        detail = json.dumps(transition.detail, sort_keys=True, separators=(",", ":"))
        self._connection.execute(
            "insert into audit(seq, at, event, record, action, detail, release, previous, hash)"
            " values(?,?,?,?,?,?,?,?,?)",
            (
                row["seq"],
                at,
                transition.event,
                transition.record,
                transition.action,
                detail,
                release,
                self._head,
                digest,
            ),
        )
        self._head, self._seq = digest, self._seq + 1

    def rewind(self) -> None:
        """Take the head from the table again, after a rolled-back transaction."""
        self._head, self._seq = self._read_head()

    def _read_head(self) -> tuple[str, int]:
        row = self._connection.execute("select hash, seq from audit order by seq desc limit 1").fetchone()
        return (row[0], row[1]) if row else (GENESIS, 0)


def read_audit(connection: sqlite3.Connection, record: str | None = None) -> Iterator[dict[str, Any]]:
    """The rows in order, oldest first; only those of `record` when it is given."""
    names = ("seq", "at", "event", "record", "action", "detail", "release", "previous", "hash")
    where = "where record = ?" if record else ""
    query = f"select {', '.join(names)} from audit {where} order by seq"  # noqa: S608
    for values in connection.execute(query, (record,) if record else ()):
        row = dict(zip(names, values, strict=True))
        row["detail"] = json.loads(row["detail"])
        yield row


def verify_audit(connection: sqlite3.Connection) -> AuditReport:
    """Walk the chain; `first_bad` is the sequence of the first row that does not fit."""
    previous, rows = GENESIS, 0
    for row in read_audit(connection):
        body = {key: row[key] for key in ("seq", "at", "event", "record", "action", "detail", "release")}
        fits = row["seq"] == rows + 1 and row["previous"] == previous and row["hash"] == chain(previous, body)
        if not fits:
            return AuditReport(rows, previous, int(row["seq"]))
        previous, rows = row["hash"], rows + 1
    return AuditReport(rows, previous, None)
