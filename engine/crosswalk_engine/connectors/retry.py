"""Retries of calls that are safe to repeat: exponential backoff with full jitter.

Full jitter (a uniform draw from zero to the cap) spreads clients best: M. Brooker, "Exponential Backoff And
Jitter", AWS Architecture Blog, 2015.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from crosswalk_engine.errors import OutcomeUnknownError, RetriableError, ThrottledError

Sleep: TypeAlias = Callable[[float], Awaitable[None]]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Backoff:
    """When to try again.

    Attributes:
        attempts: tries in all, the first one counted.
        first: seconds, upper bound of the pause after the first failure.
        longest: seconds, upper bound of any pause.
    """

    attempts: int = 8
    first: float = 0.5
    longest: float = 60.0

    def delay(self, failures: int, rng: random.Random) -> float:
        """Seconds to wait after `failures` failures in a row (1 or more), drawn with full jitter."""
        doubled = self.first * 2.0 ** min(failures - 1, 64)  # beyond that, a float overflows
        return rng.uniform(0.0, min(self.longest, doubled))


async def repeat(
    call: Callable[[], Awaitable[T]],
    backoff: Backoff,
    *,
    rng: random.Random,
    sleep: Sleep = asyncio.sleep,
) -> T:
    """Call until it succeeds; only for calls that change nothing.

    Raises:
        RetriableError: the last failure, after `backoff.attempts` tries. A lost write is never repeated, and
            a throttle is passed on at once: its pause belongs to the whole connection, not to this call.
    """
    failures = 0
    while True:
        try:
            return await call()
        except (OutcomeUnknownError, ThrottledError):
            raise
        except RetriableError:
            failures += 1
            if failures >= backoff.attempts:
                raise
            await sleep(backoff.delay(failures, rng))
