"""The world as the sync sees it: time, chance and waiting come in here, so a simulation can replace them."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class World:
    """Clock, randomness and sleep.

    Attributes:
        now: seconds since the epoch.
        monotonic: seconds on a clock that never jumps; for waits.
        sleep: wait some seconds.
        rng: jitter; seeded where runs must repeat.
    """

    now: Callable[[], float] = time.time
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    rng: random.Random = field(default_factory=random.Random)
