"""Groups of records that are one thing: connected pairs, guarded against chaining.

Plain connection chains: A is like B, B is like C, and soon a whole street is one customer. Here two groups
    are joined only if all their records fit together on average, and, when linking, only one record of each
    table may stand in a group where its partners compete.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from crosswalk_models.duplicates.blocking import Pairs

#: Two groups are joined when the mean probability over all their cross pairs reaches this.
TOGETHER = 0.5
#: What a cross pair counts that was not even a candidate: no key brought the two together.
NOT_COMPARED = 0.3


def find_clusters(
    pairs: Pairs,
    probability: npt.NDArray[np.floating],
    records: int,
    *,
    threshold: float = 0.5,
    one_of_each: npt.NDArray[np.int8] | None = None,
    apart: Sequence[tuple[int, int]] = (),
) -> npt.NDArray[np.int64]:
    """A group number for each record, (n,): that of its first record.

    Args:
        probability: of each pair, (m,).
        threshold: pairs below it connect nothing.
        one_of_each: the table of each record when a group may hold only one of each, (n,).
        apart: pairs that a person has told apart; they never share a group.
    """
    group = list(range(records))
    members: dict[int, list[int]] = {}
    known: list[dict[int, float]] = [{} for _ in range(records)]
    for a, b, p in zip(pairs.left.tolist(), pairs.right.tolist(), probability.tolist(), strict=True):
        known[a][b] = known[b][a] = p
    for a, b in apart:
        known[a][b] = known[b][a] = -float(records)
    order = np.argsort(-probability, kind="stable")
    for row in order[probability[order] >= threshold].tolist():
        a, b = group[pairs.left[row]], group[pairs.right[row]]
        if a == b:
            continue
        ours, theirs = members.get(a, [a]), members.get(b, [b])
        if one_of_each is not None and _clash(ours, theirs, one_of_each):
            continue
        if len(ours) * len(theirs) > 1 and _fit(ours, theirs, known) < TOGETHER:
            continue
        _join(min(a, b), max(a, b), members, group)
    return np.array(group, np.int64)


def _clash(ours: list[int], theirs: list[int], table: npt.NDArray[np.int8]) -> bool:
    return bool({table[row] for row in ours} & {table[row] for row in theirs})


def _fit(ours: list[int], theirs: list[int], known: list[dict[int, float]]) -> float:
    """Mean probability over all cross pairs."""
    total = sum(known[a].get(b, NOT_COMPARED) for a in ours for b in theirs)
    return total / (len(ours) * len(theirs))


def _join(kept: int, gone: int, members: dict[int, list[int]], group: list[int]) -> None:
    joined = members.get(kept, [kept]) + members.pop(gone, [gone])
    members[kept] = joined
    for row in joined:
        group[row] = kept
