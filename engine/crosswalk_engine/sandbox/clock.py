"""The sandboxes' clock: real time plus an offset that a test or a verifier may move."""

import time
from collections.abc import Callable
from datetime import UTC, datetime


class SandboxClock:
    """Seconds since 1970 from `base`, moved by `offset` seconds: minutes pass and nobody sleeps."""

    def __init__(self, base: Callable[[], float] = time.time, offset: float = 0.0) -> None:
        self._base = base
        self.offset = offset

    def time(self) -> float:
        """Seconds since 1970-01-01T00:00Z."""
        return self._base() + self.offset

    def now(self) -> datetime:
        """The same moment as a zoned (UTC) datetime."""
        return datetime.fromtimestamp(self.time(), UTC)

    def advance(self, seconds: float) -> None:
        """Move the clock forward (or back, if negative) by `seconds`."""
        self.offset += seconds


def iso(moment: datetime) -> str:
    """`moment` as ISO text in UTC with milliseconds, e.g. ``2026-11-23T09:00:00.000Z``."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
