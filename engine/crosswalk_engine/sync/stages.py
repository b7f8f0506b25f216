"""What the stages of the pipeline hand to each other: frozen, named, printable."""

from dataclasses import dataclass, field
from typing import Any

from crosswalk_engine.connectors.contract import Document
from crosswalk_engine.journal import Answers, Event, EventState, Inputs
from crosswalk_engine.mapping.compile import CompiledMapping

#: with-name -> id -> record.
Related = dict[str, dict[str, Document]]


@dataclass(frozen=True, slots=True)
class Work:
    """One record to bring over: its newest event, and the older ones that this fetch covers too."""

    event: Event
    covered: tuple[Event, ...] = ()

    @property
    def record(self) -> str:
        """The source's key."""
        return self.event.record

    @property
    def events(self) -> tuple[Event, ...]:
        """All events of this record."""
        return (*self.covered, self.event)


@dataclass(frozen=True, slots=True)
class Fetched:
    """The record's current state, with the related records that its mapping needs.

    `inputs` is all of it as the journal keeps it.
    """

    work: Work
    document: Document = field(repr=False)
    related: Related = field(repr=False)
    inputs: Inputs = field(repr=False)

    @property
    def version(self) -> int | None:
        """The source's own version of the record, where it has one."""
        version = self.document.get("version")
        return version if isinstance(version, int) else None


@dataclass(frozen=True, slots=True)
class Mapped:
    """The record as the target will see it.

    `digest` is the SHA-256 of its canonical bytes; `answers` what the id map said while it was mapped;
    `warnings` what was changed on the way, path and code without values (``OREF CW-CUT``).
    """

    fetched: Fetched
    output: dict[str, Any] = field(repr=False)
    digest: str = ""
    answers: Answers = field(default_factory=dict, repr=False)
    warnings: tuple[str, ...] = ()

    @property
    def work(self) -> Work:
        """The work that this came from."""
        return self.fetched.work


@dataclass(frozen=True, slots=True)
class Verdict:
    """How the work on a record ended, or when it goes on.

    Attributes:
        state: where its event goes.
        code: why, in short.
        reason: why, in words; it may quote the record, so it stays in the journal.
        due: seconds since the epoch at which it comes back (retry, waiting).
        counts: whether this was a try of its own; a pause that the other end asks for is none.
    """

    state: EventState
    code: str = ""
    reason: str = ""
    due: float | None = None
    counts: bool = True


@dataclass(frozen=True, slots=True)
class Chosen:
    """A record with its way: the mapping, and where it ends once it is mapped and validated.

    `end` is None for a record that is to be delivered.
    """

    fetched: Fetched
    mapping: CompiledMapping = field(repr=False)
    end: Verdict | None = None

    @property
    def work(self) -> Work:
        """The work that this came from."""
        return self.fetched.work
