"""The journal: every event, effect and transition, durable before it is acknowledged."""

from pathlib import Path

from crosswalk_engine.journal.core import JournalCore, open_reader
from crosswalk_engine.journal.exact import pack
from crosswalk_engine.journal.inbox import Inbox
from crosswalk_engine.journal.inputs import Answers, Inputs, Version, Versions, version_of
from crosswalk_engine.journal.outbox import Outbox
from crosswalk_engine.journal.rows import (
    Delivery,
    Effect,
    EffectState,
    Event,
    EventState,
    NewEvent,
    Transition,
)

__all__ = [
    "Answers",
    "Delivery",
    "Effect",
    "EffectState",
    "Event",
    "EventState",
    "Inbox",
    "Inputs",
    "Journal",
    "NewEvent",
    "Outbox",
    "Transition",
    "Version",
    "Versions",
    "open_reader",
    "pack",
    "version_of",
]


class Journal:
    """The one writer of a journal file: its inbox and its outbox, on one connection.

    Args:
        path: where the journal lives; its folder must exist.
        release: hash of the release that runs now; it stands in every audit row.

    Raises:
        BusyError: another process holds the journal.
        ConfigError: the file is not a journal of this engine, or cannot be opened.
    """

    def __init__(self, path: Path, *, release: str | None = None) -> None:
        self.core = JournalCore(path, release=release)
        self.inbox = Inbox(self.core)
        self.outbox = Outbox(self.core)

    def close(self) -> None:
        """Checkpoint and release; the journal can be opened again."""
        self.core.close()
