"""How `crosswalk release replay` shows one write of the past beside what a release makes today."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from crosswalk_engine.errors import BusyError, ConfigError, masked

if TYPE_CHECKING:
    from crosswalk_engine.sync.replay import Replayed


@contextmanager
def reading_journal(path: Path, fix: str) -> Iterator[sqlite3.Connection]:
    """The journal at `path`, to read; `fix` is the advice where it is none.

    Raises:
        ConfigError: CW-NO-JOURNAL, CW-JOURNAL-OLDER, -NEWER or -OPEN.
        BusyError: CW-JOURNAL-BUSY.
    """
    from crosswalk_engine.journal import open_reader

    try:
        with closing(open_reader(path)) as reader:
            reader.execute("select 1 from event limit 1")
            yield reader
    except sqlite3.DatabaseError as error:
        if "locked" in str(error):
            raise BusyError("CW-JOURNAL-BUSY", "the journal is locked just now", where=str(path)) from error
        raise ConfigError(
            "CW-JOURNAL-OPEN",
            "this journal cannot be read",
            where=str(path),
            got=masked(error),
            expected="a journal written by this engine",
            fix=fix,
        ) from error


def render(one: "Replayed") -> str:
    """One line; paths only, because values belong to people."""
    sent = one.sent
    parts = [
        f"{one.outcome:<10}event {sent.event}  {sent.flow} {sent.step}  {sent.record} ({sent.natural_key})"
    ]
    if one.paths:
        parts.append(", ".join(one.paths))
    if one.reason:
        parts.append(one.reason)
    if one.assumed:
        parts.append(f"today's id map for {', '.join(one.assumed)}")
    return "  ".join(parts)


def to_json(one: "Replayed") -> str:
    """The same as one JSON object."""
    sent = one.sent
    content = {
        "event": sent.event,
        "effect": sent.id,
        "flow": sent.flow,
        "step": sent.step,
        "record": sent.record,
        "key": sent.natural_key,
        "release": sent.release,
        "outcome": one.outcome,
        "paths": one.paths,
        "reason": one.reason,
        "assumed": one.assumed,
    }
    return json.dumps(content)
