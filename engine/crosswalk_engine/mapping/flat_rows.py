"""Flat rows to records: neighbours with equal keys become one, as order lines in a table become an order.

Rows are read once, and one record is in memory at a time. Of the keys that were seen a digest is kept (some
80 bytes each), so that a key which comes again later is found.
"""

from collections.abc import Iterator
from hashlib import blake2b
from typing import Any

import msgspec

from crosswalk_engine.errors import RecordError
from crosswalk_engine.formula.reads import MAX_ELEMENTS
from crosswalk_engine.mapping.tree import GroupTree
from crosswalk_engine.payload.item import Item
from crosswalk_engine.payload.paths import MISSING, get
from crosswalk_engine.payload.personal import is_personal, shown_value

_KEY = msgspec.json.Encoder(decimal_format="string").encode


class RowGroups:
    """Puts the rows of one file together; `where` names it in faults."""

    def __init__(self, group: GroupTree, where: str) -> None:
        self._group, self._where = group, where
        self._seen: set[bytes] = set()
        self._rows: list[dict[str, Any]] = []
        self._key: bytes | None = None
        self._line = 0
        self._broken = False

    def records(self, rows: Iterator[Item]) -> Iterator[Item]:
        """``(line of its first row, record)`` for each run of rows with equal keys.

        A row that cannot be read may belong to either of its neighbours: with it, neither becomes a record.
        """
        doubt = False
        for line, row in rows:
            if isinstance(row, RecordError) or (key := self._key_of(row)) is None:
                self._broken = doubt = True
                yield line, row if isinstance(row, RecordError) else self._no_key(line)
                continue
            if key != self._key:
                yield from self._close()
                self._key, self._line, self._broken = key, line, doubt
            doubt = False
            if len(self._rows) <= MAX_ELEMENTS:
                self._rows.append(row)
        yield from self._close()

    def _close(self) -> Iterator[Item]:
        key, rows, line = self._key, self._rows, self._line
        self._rows = []
        if key is None:
            return
        by = ", ".join(self._group.by)
        digest = blake2b(key, digest_size=16).digest()
        if digest in self._seen:
            yield (
                line,
                self._fault(
                    "CW-GROUP-SCATTERED",
                    "rows of one record stand apart",
                    line,
                    f"sort the file by {by}",
                    got=self._shown(rows[0]),
                ),
            )
        elif self._broken:
            what = "a row of this record, or one beside it, cannot be read"
            yield line, self._fault("CW-GROUP-BROKEN", what, line, "mend that row")
        elif len(rows) > MAX_ELEMENTS:
            what = f"more than {MAX_ELEMENTS:,} rows make one record"
            yield line, self._fault("CW-TOO-MANY-ROWS", what, line, f"see that {by} tells records apart")
        else:
            yield line, {**rows[0], self._group.name: rows}
        self._seen.add(digest)

    def _key_of(self, row: dict[str, Any]) -> bytes | None:
        values = [get(row, path) for path in self._group.by]
        return None if MISSING in values or all(value in (None, "") for value in values) else _KEY(values)

    def _shown(self, row: dict[str, Any]) -> str:
        """The values that rows of one record have in common."""
        pairs = [(path, get(row, path)) for path in self._group.by]
        return ", ".join(
            f"{path} {shown_value(value, 40, personal=is_personal(path))}" for path, value in pairs
        )

    def _no_key(self, line: int) -> RecordError:
        by = ", ".join(self._group.by)
        return self._fault("CW-GROUP-KEY", f"the row has no {by}", line, "fill it in every row")

    def _fault(self, code: str, what: str, line: int, fix: str, got: str = "") -> RecordError:
        return RecordError(code, what, where=f"{self._where}:{line}", got=got, fix=fix)
