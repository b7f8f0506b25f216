"""One-to-one assignment, leaving targets open where no candidate is likely enough."""

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

from crosswalk_models.matching.pairs import Pairs

Doubles = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]


def assign(pairs: Pairs, probability: Doubles, abstain_below: float) -> Ints:
    """Indices of the chosen pairs, in order of target: each source and each target at most once.

    Maximises the sum of probabilities (Kuhn-Munkres, as `scipy.optimize.linear_sum_assignment`); pairs below
    `abstain_below` are never chosen, so that a weak pair cannot push a good one aside.
    """
    worthy = np.flatnonzero(probability >= abstain_below)
    if not len(worthy):
        return np.zeros(0, np.intp)
    rows, row_index = np.unique(pairs.rows[worthy], return_inverse=True)
    cols, col_index = np.unique(pairs.cols[worthy], return_inverse=True)
    gain = np.zeros((len(rows), len(cols)))
    place = np.full((len(rows), len(cols)), -1, np.intp)
    gain[row_index, col_index] = probability[worthy]
    place[row_index, col_index] = worthy
    chosen_rows, chosen_cols = linear_sum_assignment(gain, maximize=True)
    chosen = place[chosen_rows, chosen_cols]
    chosen = chosen[chosen >= 0]
    return chosen[np.argsort(pairs.cols[chosen], kind="stable")]
