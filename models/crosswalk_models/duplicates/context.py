"""How a pair stands among the other candidates of its two records.

A record that has one clear partner is better matched than one with five equal ones, whatever the values
say. And when two tables are linked, a record has at most one partner on the other side: candidates compete.
"""

import numpy as np
import numpy.typing as npt

from crosswalk_models.duplicates.blocking import Pairs

Floats = npt.NDArray[np.floating]
#: From the lowest: neither's best, near the best, the best of one, of both, clearly, by far.
STANDINGS = ("neither's best", "near the best", "best of one", "best of both", "clearly best", "best by far")
#: Log-odds ahead of the next candidate that make a pair "clearly" and "by far" the best; and "near".
CLEARLY, BY_FAR, NEAR = 1.5, 4.0, 1.5
_NONE = -1e9


def standing(score: Floats, pairs: Pairs, records: int) -> npt.NDArray[np.int8]:
    """Each pair's place in `STANDINGS` by `score` (log-odds), (m,)."""
    left, right = pairs.left, pairs.right
    best = np.full(records, _NONE)
    np.maximum.at(best, left, score)
    np.maximum.at(best, right, score)
    tops_left, tops_right = score >= best[left] - 1e-9, score >= best[right] - 1e-9
    second = np.full(records, _NONE)
    np.maximum.at(second, left, np.where(tops_left, _NONE, score))
    np.maximum.at(second, right, np.where(tops_right, _NONE, score))
    ahead = score - np.maximum(second[left], second[right])
    behind = np.minimum(score - best[left], score - best[right])
    both = tops_left & tops_right
    conditions = [
        both & (ahead > BY_FAR),
        both & (ahead > CLEARLY),
        both,
        tops_left | tops_right,
        behind > -NEAR,
    ]
    return np.select(conditions, [5, 4, 3, 2, 1], 0).astype(np.int8)


def compete(
    score: Floats, pairs: Pairs, records: int, alike: npt.NDArray[np.int64]
) -> npt.NDArray[np.float64]:
    """Log-odds when each record has at most one partner on the other side, (m,).

    The odds are shared with the other candidates of both records, but not with copies: rows with the same
    number in `alike` (n,) are the same text, so they do not compete with each other.
    """
    odds = np.exp(np.clip(score, -30, 30)).astype(np.float64)
    total = np.bincount(pairs.left, odds, records) + np.bincount(pairs.right, odds, records)
    rest = total[pairs.left] + total[pairs.right]
    for ours, theirs in ((pairs.left, pairs.right), (pairs.right, pairs.left)):
        # Odds of this record with all copies of its candidate, the candidate included.
        _, group = np.unique(ours * np.int64(records) + alike[theirs], return_inverse=True)
        rest -= np.bincount(group, odds)[group]
    return np.asarray(score - np.log1p(np.maximum(rest, 0.0)), np.float64)
