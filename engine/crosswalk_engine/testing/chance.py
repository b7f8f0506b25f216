"""Fault points: where, and how often, something goes wrong in a simulated run."""

import random
from dataclasses import dataclass

from crosswalk_engine.errors import OutcomeUnknownError, RetriableError


class Crash(BaseException):
    """The process dies here."""


@dataclass
class Chance:
    """Decides at each point whether something goes wrong; `Crash` is a death of the engine."""

    rng: random.Random
    lost: float = 0.0
    down: float = 0.0
    crash: float = 0.0

    def before(self) -> None:
        """At the start of a call: it may never arrive."""
        self._maybe_crash()
        if self.rng.random() < self.down:
            raise RetriableError("X-DOWN", "the other end is down")

    def after(self) -> None:
        """At the end of a call that took effect: its reply may be lost."""
        if self.rng.random() < self.lost:
            raise OutcomeUnknownError("X-LOST", "no reply")
        self._maybe_crash()

    def _maybe_crash(self) -> None:
        if self.rng.random() < self.crash:
            raise Crash
