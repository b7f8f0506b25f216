"""How good a ranking is; the definitions that `docs/matching.md` reports.

`mrr` follows Magneto (mean over sources that have a match), hit@k is what an approver sees (per mapped
target), recall@truth is Valentine's. Ties are broken by a fixed random order, so none helps.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Truth = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Ranking:
    """Figures of one pair of systems, each in [0, 1].

    Attributes:
        mrr: mean over mapped sources of 1 ÷ rank of the first right target.
        hit1, hit3: share of mapped targets whose right source stands first, within the first three.
        recall: share of true pairs among the that-many best pairs of all.
    """

    mrr: float
    hit1: float
    hit3: float
    recall: float


def rank_quality(scores: npt.NDArray[np.floating], truth: Truth) -> Ranking:
    """Figures of `scores` (sources, targets) against `truth`; at least one pair must be true."""
    noise = np.random.default_rng(0).random(scores.shape) * 1e-9
    ordered = np.asarray(scores, np.float64) + noise
    row_ranks = [_first(ordered[row], truth[row]) for row in np.flatnonzero(truth.any(1))]
    col_ranks = np.asarray([_first(ordered[:, col], truth[:, col]) for col in np.flatnonzero(truth.any(0))])
    best = np.argsort(-ordered, axis=None)[: int(truth.sum())]
    return Ranking(
        mrr=float(np.mean([1 / rank for rank in row_ranks])),
        hit1=float((col_ranks <= 1).mean()),
        hit3=float((col_ranks <= 3).mean()),
        recall=float(truth.ravel()[best].mean()),
    )


def calibration_error(
    probability: npt.NDArray[np.floating], right: npt.NDArray[np.bool_], bins: int = 10
) -> float:
    """Expected calibration error over bins of equal mass (Naeini 2015): mean |confidence - accuracy|."""
    order = np.argsort(probability, kind="stable")
    parts = [part for part in np.array_split(order, bins) if len(part)]
    gaps = [abs(float(probability[part].mean()) - float(right[part].mean())) * len(part) for part in parts]
    return sum(gaps) / max(len(probability), 1)


def best_f1_threshold(
    probability: npt.NDArray[np.floating], right: npt.NDArray[np.bool_], wanted: int
) -> float:
    """The threshold on assigned pairs that gives the best F1, `wanted` being the number of mapped targets."""
    order = np.argsort(-probability, kind="stable")
    found = np.cumsum(right[order])
    f1 = 2 * found / (np.arange(1, len(order) + 1) + wanted)
    return float(probability[order[int(np.argmax(f1))]]) if len(order) else 1.0


def _first(values: npt.NDArray[np.float64], truth: Truth) -> int:
    """Rank, from 1, of the best true entry."""
    return int((values > values[truth].max()).sum()) + 1
