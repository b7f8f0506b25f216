"""Lookup tables: small translations that people keep as CSV (`source,target[,note]`).

A key is looked up exactly as written. Two rows for one key are refused, and so are two keys that differ only
in case, width or spaces but lead to different targets: which of them a payload means is a guess.
"""

import csv
import io
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crosswalk_engine.errors import ConfigError, Finding, FindingsError, masked
from crosswalk_engine.payload.access import unreadable
from crosswalk_engine.payload.secrets import looks_secret
from crosswalk_engine.payload.text import UnreadableTextError, read_text

FORMAT = "crosswalk/lookup@1"
#: A lookup is a table that people read; larger ones belong into a system of record.
MAX_BYTES = 64_000_000
_SECRET_LENGTH = 14
_HEADERS = (["source", "target"], ["source", "target", "note"])
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")


@dataclass(frozen=True, slots=True)
class LookupTable:
    """One table: `entries` source -> target, in the order of the file; `notes` are for people."""

    name: str
    entries: Mapping[str, str]
    notes: Mapping[str, str] = field(default_factory=dict)
    #: The way back, made when it is first asked for.
    _back: dict[str, tuple[str, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def get(self, key: str) -> str | None:
        """The target of `key`, exactly as written; `None` when the table does not know it."""
        return self.entries.get(key)

    def sources(self, target: str) -> tuple[str, ...]:
        """All sources that lead to `target`, in the order of the file."""
        if not self._back:
            self._back.update(self.reverse())
        return self._back.get(target, ())

    def reverse(self) -> dict[str, tuple[str, ...]]:
        """target -> all sources that lead to it; more than one means that the way back is ambiguous."""
        sources: dict[str, list[str]] = defaultdict(list)
        for source, target in self.entries.items():
            sources[target].append(source)
        return {target: tuple(found) for target, found in sources.items()}

    def to_json(self) -> dict[str, Any]:
        """The stored form (`crosswalk/lookup@1`), without the notes."""
        return {"format": FORMAT, "name": self.name, "entries": dict(self.entries)}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "LookupTable":
        """The table that `to_json` stored.

        Raises:
            ConfigError: CW-LOOKUP-FORMAT when it is of another format or damaged.
        """
        name, entries = stored.get("name"), stored.get("entries")
        if stored.get("format") != FORMAT or not isinstance(name, str) or not isinstance(entries, dict):
            raise ConfigError(
                "CW-LOOKUP-FORMAT",
                "this is not a lookup table that this version reads",
                got=masked(stored.get("format")),
                expected=FORMAT,
            )
        return cls(name, {str(key): str(target) for key, target in entries.items()})


def read_lookup(path: Path, *, where: str | None = None) -> LookupTable:
    """The table in the CSV file `path`; its name is the file's without ``.csv``.

    Raises:
        MissingFileError: CW-FILE-MISSING.
        FindingsError: CW-LOOKUP, every fault of the file at once, as ``where:line``.
    """
    table, findings = check_lookup(path, where=where)
    errors = [finding for finding in findings if finding.level == "error"]
    if table is None or errors:
        raise FindingsError("CW-LOOKUP", "a lookup table cannot be used", errors)
    return table


def check_lookup(path: Path, *, where: str | None = None) -> tuple[LookupTable | None, list[Finding]]:
    """The table and all its findings, warnings too; no table when the file cannot be read as one."""
    shown = where or path.name
    try:
        raw = path.read_bytes()
    except FileNotFoundError as error:
        raise unreadable(error, shown, "there is no such lookup file") from error
    except OSError as error:
        reason = (error.strerror or "").lower()
        return None, [Finding(shown, "CW-LOOKUP-UNREADABLE", "error", f"the table cannot be read: {reason}")]
    try:
        return _Reader(path.stem, shown).read(_decode(raw, shown))
    except _UnreadableError as error:
        return None, [error.finding]


class _UnreadableError(Exception):
    def __init__(self, where: str, message: str, suggestion: str = "") -> None:
        super().__init__(message)
        self.finding = Finding(where, "CW-LOOKUP-UNREADABLE", "error", message, suggestion)


def _decode(raw: bytes, where: str) -> str:
    if len(raw) > MAX_BYTES:
        raise _UnreadableError(where, f"the file has {len(raw):,} bytes; the limit is {MAX_BYTES:,}")
    try:
        return read_text(raw)
    except UnreadableTextError as error:
        place = f"{where}:{error.line}" if error.line else where
        got = f": {error.got}" if error.got else ""
        fix = "its first line is: source,target" if error.code == "EMPTY" else error.fix
        raise _UnreadableError(place, error.what + got, fix) from error


class _Reader:
    """Reads one table and notes what is wrong with each row."""

    def __init__(self, name: str, where: str) -> None:
        self.name = name
        self.where = where
        self.findings: list[Finding] = []
        self.entries: dict[str, str] = {}
        self.notes: dict[str, str] = {}
        self.lines: dict[str, int] = {}

    def read(self, text: str) -> tuple[LookupTable, list[Finding]]:
        if not _NAME.fullmatch(self.name):
            self._note(1, "NAME", f"'{masked(self.name)}' is not a table name", "letters, digits, _ and -")
        rows = self._rows(text)
        header = [cell.strip() for cell in next(rows)[1]]
        if header not in _HEADERS:
            message = f"the first line is '{masked(','.join(header))}'"
            raise _UnreadableError(
                f"{self.where}:1", message, "it must be: source,target or source,target,note"
            )
        for line, cells in rows:
            self._row(line, cells, len(header))
        self._twins()
        table = LookupTable(self.name, self.entries, self.notes)
        return table, self.findings

    def _rows(self, text: str) -> Iterator[tuple[int, list[str]]]:
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        line = 1
        while True:
            start = line
            try:
                cells = next(reader, None)
            except csv.Error as error:
                message = f"the row cannot be read: {error}"
                if "unexpected end" in str(error):
                    message = "a quote that opens here is never closed"
                raise _UnreadableError(f"{self.where}:{start}", message) from error
            if cells is None:
                return
            line = reader.line_num + 1
            if cells:
                yield start, cells

    def _row(self, line: int, cells: list[str], width: int) -> None:
        for cell in cells:
            # The shortest form of a secret that has a name is longer than any code of a business table.
            looks_like = looks_secret(cell) if len(cell) >= _SECRET_LENGTH else ""
            if looks_like:
                message = f"a cell looks like {looks_like}"
                self.findings.append(
                    Finding(f"{self.where}:{line}", "CW-SECRET", "error", message, "take it out")
                )
                return
        # A two-cell row in a three-column table only lacks its note.
        if not 2 <= len(cells) <= width:
            cell = "1 cell" if len(cells) == 1 else f"{len(cells)} cells"
            hint = "write source,target" if len(cells) == 1 else "quote a cell with a comma"
            self._note(line, "ROW", f"the row has {cell}, not {width}", hint)
            return
        source, target = cells[0], cells[1]
        if not source.strip():
            self._note(line, "ROW", "the source is empty")
        elif not target.strip():
            self._note(
                line, "ROW", f"the target of '{masked(source, 40)}' is empty", "fill it or drop the row"
            )
        elif source in self.entries:
            same = "the same target" if self.entries[source] == target else "another target"
            message = f"'{masked(source, 40)}' stands at line {self.lines[source]} already, with {same}"
            self._note(line, "DUPLICATE", message, "keep one of the two rows")
        else:
            self.entries[source], self.lines[source] = target, line
            if len(cells) > 2 and cells[2]:
                self.notes[source] = cells[2]

    def _twins(self) -> None:
        groups: dict[str, list[str]] = defaultdict(list)
        for source in self.entries:
            groups[_folded(source)].append(source)
        for first, *others in groups.values():
            for other in others:
                apart = self.entries[first] != self.entries[other]
                targets = "different targets" if apart else "the same target"
                message = (
                    f"'{masked(other, 40)}' and '{masked(first, 40)}' (line {self.lines[first]}) differ only "
                    f"in case, width or spaces and lead to {targets}"
                )
                level = "error" if apart else "warning"
                self._note(self.lines[other], "TWIN", message, "keep the spelling that payloads use", level)

    def _note(self, line: int, kind: str, message: str, suggestion: str = "", level: str = "error") -> None:
        where = f"{self.where}:{line}"
        self.findings.append(Finding(where, f"CW-LOOKUP-{kind}", level, message, suggestion))


def _folded(source: str) -> str:
    """The key as a careless reader sees it: NFKC, no case, single spaces."""
    return " ".join(unicodedata.normalize("NFKC", source).casefold().split())
