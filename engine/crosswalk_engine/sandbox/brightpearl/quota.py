"""The quota: 200 requests a minute and pool, counted here as the real server counts them."""

import math
from collections import deque
from dataclasses import dataclass, field

from crosswalk_engine.sandbox.brightpearl.settings import BrightpearlSettings
from crosswalk_engine.sandbox.clock import SandboxClock
from crosswalk_engine.sandbox.host import Host


@dataclass(slots=True)
class Pool:
    """The calls that one pool's clients made in the current window.

    `taken` holds the time of each unit. A fixed window starts with the first call after the last one's end.
    """

    taken: deque[float] = field(default_factory=deque)
    window_start: float = float("-inf")
    other_until: float | None = None

    def take(self, units: int, now: float, settings: BrightpearlSettings) -> bool:
        """Take `units` at time `now` (seconds) if there is room for all of them; take none if not."""
        self._other_client(now, settings)
        return self._take(units, now, settings)

    def remaining(self, now: float, settings: BrightpearlSettings) -> int:
        """Units left in the current window."""
        self._forget(now, settings)
        return max(settings.quota_per_window - len(self.taken), 0)

    def next_period_ms(self, now: float, settings: BrightpearlSettings) -> int:
        """Milliseconds until the window starts anew (fixed), or until its oldest call leaves it (rolling)."""
        self._forget(now, settings)
        if not self.taken:
            return 0
        start = self.window_start if settings.window == "fixed" else self.taken[0]
        return max(math.ceil((start + settings.window_s - now) * 1000), 0)

    def _take(self, units: int, now: float, settings: BrightpearlSettings) -> bool:
        self._forget(now, settings)
        if len(self.taken) + units > settings.quota_per_window:
            return False
        if not self.taken:
            self.window_start = now
        self.taken.extend([now] * units)
        return True

    def _forget(self, now: float, settings: BrightpearlSettings) -> None:
        if settings.window == "fixed":
            if now >= self.window_start + settings.window_s:
                self.taken.clear()
            return
        while self.taken and self.taken[0] <= now - settings.window_s:
            self.taken.popleft()

    def _other_client(self, now: float, settings: BrightpearlSettings) -> None:
        """Let the other client make the calls it is due, evenly spaced, since the last look."""
        if settings.other_client_per_minute == 0 or self.other_until is None:
            self.other_until = now
            return
        step = 60 / settings.other_client_per_minute
        # Calls older than two windows cannot matter any more.
        moment = max(self.other_until, now - 2 * settings.window_s - step)
        while moment + step <= now:
            moment += step
            self._take(1, moment, settings)
        self.other_until = moment


@dataclass(slots=True)
class Quota:
    """The pools of an account: one for all private apps together, one for the OAuth app."""

    host: Host[BrightpearlSettings]
    pools: dict[str, Pool] = field(default_factory=lambda: {"private": Pool(), "instance": Pool()})

    @property
    def clock(self) -> SandboxClock:
        """The sandbox's clock."""
        return self.host.clock

    def take(self, pool: str, units: int) -> bool:
        """Take `units` from `pool` now."""
        return self.pools[pool].take(units, self.clock.time(), self.host.settings)

    def headers(self, pool: str) -> list[tuple[bytes, bytes]]:
        """The two throttle headers, as they stand now."""
        now, settings, state = self.clock.time(), self.host.settings, self.pools[pool]
        remaining = state.remaining(now, settings)
        period = state.next_period_ms(now, settings)
        return [
            (b"brightpearl-requests-remaining", str(remaining).encode()),
            (b"brightpearl-next-throttle-period", str(period).encode()),
        ]

    def report(self) -> dict[str, dict[str, int]]:
        """Units left and milliseconds to the next window, by pool."""
        now, settings = self.clock.time(), self.host.settings
        return {
            name: {
                "remaining": pool.remaining(now, settings),
                "next_period_ms": pool.next_period_ms(now, settings),
            }
            for name, pool in self.pools.items()
        }
