"""Id sets (``1-100,320,321``): parsing, picking and compacting."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

#: Most ids that one GET takes: orders, products, prices, contacts.
GET_CAP = 200

_PART = re.compile(r"(\d{1,10})(?:-(\d{1,10}))?")


class IdSetError(ValueError):
    """The text is no id set."""


@dataclass(frozen=True, slots=True)
class IdSet:
    """Spans of ids, each inclusive, in the order given.

    `ordered` tells that dots stood between the parts, which asks for replies in that order.
    """

    spans: tuple[tuple[int, int], ...]
    ordered: bool

    @property
    def size(self) -> int:
        """How many ids it names."""
        return sum(high - low + 1 for low, high in self.spans)

    @property
    def ascending(self) -> bool:
        """Whether each part lies above the one before it."""
        return all(before[1] < after[0] for before, after in pairwise(self.spans))

    def pick(self, existing: Sequence[int]) -> list[int]:
        """The named ids among the sorted `existing`, each once; sorted, unless the set is ordered."""
        found: dict[int, None] = {}
        for low, high in self.spans:
            for identity in existing[bisect_left(existing, low) : bisect_right(existing, high)]:
                found[identity] = None
        return list(found) if self.ordered else sorted(found)


def parse_id_set(text: str) -> IdSet:
    """The id set written as one id, a range, a list or a mix of them.

    Raises:
        IdSetError: it is not written so, or a range runs backwards.
    """
    spans = []
    for part in re.split(r"[,.]", text):
        match = _PART.fullmatch(part)
        if match is None:
            raise IdSetError(text)
        low = int(match[1])
        high = int(match[2] or low)
        if high < low:
            raise IdSetError(text)
        spans.append((low, high))
    return IdSet(tuple(spans), "." in text)


def compact(ids: Sequence[int]) -> str:
    """Sorted `ids` as the shortest id set: ``1-2,5,8-10``."""
    spans: list[list[int]] = []
    for identity in ids:
        if spans and identity == spans[-1][1] + 1:
            spans[-1][1] = identity
        else:
            spans.append([identity, identity])
    return ",".join(f"{low}-{high}" if high > low else str(low) for low, high in spans)


def get_uris(resource: str, ids: Sequence[int], cap: int = GET_CAP) -> list[str]:
    """The fewest URIs that fetch the sorted `ids`, each within the cap: ``/order/1-2,5``."""
    return [f"/{resource}/{compact(ids[start : start + cap])}" for start in range(0, len(ids), cap)]
