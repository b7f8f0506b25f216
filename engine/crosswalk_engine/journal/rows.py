"""The rows of the journal as named, printable values, and the states they go through."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class EventState(StrEnum):
    """Where an event stands.

    pending → working → delivered → done, or one of the ends superseded · skipped · held · dead; `retry` and
    `waiting` come back to working by themselves.
    """

    PENDING = "pending"
    WORKING = "working"
    RETRY = "retry"
    WAITING = "waiting"
    DELIVERED = "delivered"
    DONE = "done"
    SUPERSEDED = "superseded"
    SKIPPED = "skipped"
    HELD = "held"
    DEAD = "dead"


class EffectState(StrEnum):
    """Where one write at a target stands.

    `queued` has not been sent; `intent` may have been sent, so it is looked up before any resend.
    """

    QUEUED = "queued"
    INTENT = "intent"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event on its way into the journal; times are seconds since the epoch."""

    flow: str
    record: str
    origin: str
    dedupe: str
    raised_at: float
    due: float


@dataclass(frozen=True, slots=True)
class Event:
    """One claimed event."""

    id: int
    flow: str
    record: str
    attempts: int
    raised_at: float
    received_at: float


@dataclass(frozen=True, slots=True)
class Effect:
    """One write at a target: made durable before the call (`state` intent), and after it."""

    id: int
    event: int
    flow: str
    step: str
    record: str
    natural_key: str
    state: EffectState
    attempts: int
    request: dict[str, Any] = field(repr=False)
    progress: str | None = None
    target_key: str | None = None
    created_at: float = 0.0


@dataclass(frozen=True, slots=True)
class Delivery:
    """What was last delivered for a record."""

    record: str
    target_key: str
    output: dict[str, Any] = field(repr=False)
    digest: str = ""
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Transition:
    """One step of an event, as it goes to the audit."""

    action: str
    event: int | None = None
    record: str | None = None
    detail: dict[str, Any] = field(default_factory=dict)
