"""What the sync asks of a connector. Generic code asks these questions, never for a connector's name."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class SourceEvent:
    """One notice that a record changed; `raised_at` in seconds since the epoch."""

    entity: str
    record: str
    raised_at: float
    name: str


@dataclass(frozen=True, slots=True)
class WriteBack:
    """What the origin is told about one record: its new status and a note.

    `before` is the status it was read in: an order that has left it needs no second telling.
    """

    record: str
    status: int
    note: str
    before: int | None = None


@dataclass(frozen=True, slots=True)
class ItemResult:
    """The outcome of one item of a batch.

    `outcome` is ``done``, ``refused`` (its data; not again), ``failed`` (try again) or ``unknown`` (the reply
    was lost: look before sending again).
    """

    record: str
    outcome: str
    code: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """A record that is already at the target under its natural key."""

    target_key: str
    detail: Mapping[str, str] = field(default_factory=dict)


@runtime_checkable
class Source(Protocol):
    """A system that records come from."""

    @property
    def entities(self) -> Mapping[str, int]:
        """Entities that can be fetched, and the largest id set of one call."""
        ...

    @property
    def write_back_batch(self) -> int:
        """Write-backs in one call."""
        ...

    async def fetch(self, entity: str, keys: Sequence[str]) -> dict[str, Document]:
        """The current state of records by key, in as few calls as possible; absent ones are left out."""
        ...

    async def subscribe(self, events: Sequence[str], url: str) -> None:
        """Have notices of `events` sent to `url`; asking again changes nothing."""
        ...

    def read_notice(self, body: bytes) -> list[SourceEvent]:
        """The changes that a notice names."""
        ...

    def state(self, document: Document) -> int | None:
        """The record's state as `WriteBack.before` wants it."""
        ...

    async def write_back(self, items: Sequence[WriteBack]) -> list[ItemResult]:
        """Tell the origin, all items in one call where it can."""
        ...

    async def written_back(self, items: Sequence[WriteBack]) -> set[str]:
        """Which of `items` the origin already knows; asked before anything is sent again."""
        ...

    async def close(self) -> None:
        """Close connections."""
        ...


@runtime_checkable
class Metered(Protocol):
    """A connector whose calls are limited by the other end."""

    @property
    def quota_used(self) -> float:
        """Fraction of the current window that is used, by us and others, in [0, 1]."""
        ...


@runtime_checkable
class Target(Protocol):
    """A system that records go to."""

    @property
    def entities(self) -> Mapping[str, str]:
        """Entities that can be written, each with the field that holds its natural key."""
        ...

    async def find(
        self, entity: str, output: Document, *, sent: Document | None, progress: str | None
    ) -> Found | None:
        """Look a record up by its natural key; None means that it is certainly not there.

        `sent` is what an earlier attempt may have got through; what it left unfinished is cleared first, and
        the record is asked for last. `progress` is what that attempt had remembered.
        """
        ...

    async def create(self, entity: str, output: Document, *, remember: Callable[[str], None]) -> str:
        """Create the record and return the target's key.

        `remember` makes an intermediate value durable before the next call. When a RecordError is raised the
        target keeps nothing of the record.
        """
        ...

    async def close(self) -> None:
        """Close connections."""
        ...
