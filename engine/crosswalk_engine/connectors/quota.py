"""The call quota of one credential, kept by what the other end says is left.

The pool is shared with other programs, so our own count is never enough: the reply's headers are the truth,
and calls that are still in flight are taken off what it said last.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from crosswalk_engine.connectors.retry import Sleep
from crosswalk_engine.errors import ConfigError

#: Calls left alone for others and for miscounts, out of the window's allowance.
RESERVE = 2

#: Two replies whose windows end this close together, in seconds, speak of the same window.
NEW_WINDOW = 2.0


@dataclass(frozen=True, slots=True)
class QuotaReading:
    """What a reply said: calls left now, and seconds until the window is new."""

    remaining: int
    window: float


class Quota:
    """Gives calls out, never more than are left in the window.

    Args:
        limit: calls in a window of `window` seconds.
        share: fraction of the window that this engine may use, in (0, 1].
        monotonic: seconds on a clock that never jumps.
        sleep: how to wait.

    Raises:
        ConfigError: the share leaves not one call.
    """

    def __init__(
        self,
        limit: int,
        window: float,
        *,
        share: float = 1.0,
        monotonic: Callable[[], float],
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._limit = limit
        self._window = window
        self._floor = RESERVE + round(limit * (1.0 - share))
        if limit - self._floor < 1:
            raise ConfigError(
                "CW-QUOTA-SHARE",
                "this share of the quota leaves no call",
                got=f"{share:.2f} of {limit} calls, {RESERVE} of them in reserve",
                fix="raise quota_share",
            )
        self._monotonic = monotonic
        self._sleep = sleep
        self._remaining: int | None = None  # None until a reply told: then one call at a time
        self._renewed_at = 0.0
        self._in_flight = 0
        self._turn = asyncio.Lock()
        self._answered = asyncio.Event()

    async def acquire(self) -> None:
        """Wait until one call may be made. Pair it with `release`."""
        async with self._turn:
            while (pause := self._pause()) is not None:
                if pause < 0:
                    self._answered.clear()
                    await self._answered.wait()
                else:
                    await self._sleep(pause)
            self._in_flight += 1

    def release(self, reading: QuotaReading | None) -> None:
        """A call has ended; `reading` is what its reply said, None when there was no reply.

        Replies come out of order: inside one window what is left only falls, and a reply of an older window
        says nothing about the new one.
        """
        self._in_flight -= 1
        if reading is not None:
            self._take(reading)
        elif self._remaining is not None:
            self._remaining = max(0, self._remaining - 1)
        self._answered.set()

    def _take(self, reading: QuotaReading) -> None:
        renewed_at = self._monotonic() + reading.window
        if self._remaining is None or renewed_at > self._renewed_at + NEW_WINDOW:
            self._remaining, self._renewed_at = reading.remaining, renewed_at
        elif renewed_at > self._renewed_at - NEW_WINDOW:
            self._remaining = min(self._remaining, reading.remaining)

    def exhausted(self, pause: float) -> None:
        """The other end refused a call: nothing is left for `pause` seconds."""
        self._remaining = 0
        self._renewed_at = self._monotonic() + pause

    @property
    def used(self) -> float:
        """Fraction of the current window that is used, by us and others, in [0, 1]."""
        if self._remaining is None or self._monotonic() >= self._renewed_at:
            return 0.0
        return 1.0 - self._remaining / self._limit

    def _pause(self) -> float | None:
        """None: go; negative: wait for a reply; else seconds to wait."""
        if self._remaining is None:
            return None if self._in_flight == 0 else -1.0
        now = self._monotonic()
        if now >= self._renewed_at:
            # A new window: others may have been quicker, so one call asks before the rest go.
            self._remaining = None
            return None if self._in_flight == 0 else -1.0
        if self._remaining - self._in_flight > self._floor:
            return None
        return -1.0 if self._in_flight else max(0.01, self._renewed_at - now)
