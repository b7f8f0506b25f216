"""Draws that depend on a key alone, so that order 7 is the same whether 300 or 5,000 are made."""

import hashlib
from collections.abc import Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")


class Draw:
    """A stream of draws for one key, e.g. ``Draw(7, "order", 12)``.

    Only ``Random.random`` is used below: its sequence is promised to stay the same between versions of
    Python, that of ``choice`` and ``shuffle`` is not.
    """

    def __init__(self, seed: int, *key: object) -> None:
        text = "|".join([str(seed), *map(str, key)])
        digest = hashlib.blake2b(text.encode(), digest_size=8).digest()
        self._random = Random(int.from_bytes(digest, "big"))  # noqa: S311 - a repeatable world, no secret

    def share(self) -> float:
        """A number in [0, 1)."""
        return self._random.random()

    def chance(self, probability: float) -> bool:
        """True with `probability`."""
        return self.share() < probability

    def whole(self, low: int, high: int) -> int:
        """A whole number in [low, high], both ends included."""
        return low + int(self.share() * (high - low + 1))

    def pick(self, choices: Sequence[T]) -> T:
        """One of `choices`, each as likely."""
        return choices[int(self.share() * len(choices))]

    def weighted(self, choices: dict[T, float]) -> T:
        """One key of `choices`, as likely as its weight."""
        left = self.share() * sum(choices.values())
        for choice, weight in choices.items():
            left -= weight
            if left < 0:
                return choice
        return next(reversed(choices))

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """`items` in another order (Fisher-Yates)."""
        result = list(items)
        for last in range(len(result) - 1, 0, -1):
            other = int(self.share() * (last + 1))
            result[last], result[other] = result[other], result[last]
        return result

    def sample(self, items: Sequence[T], count: int) -> list[T]:
        """`count` different elements of `items`, in drawn order."""
        return self.shuffled(items)[:count]
