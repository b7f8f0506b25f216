"""What a person's decisions teach: a second scorer on the same comparisons, trusted as far as it proves
itself.

Two simple models (a regularised logistic regression and randomised trees) learn from the decided pairs. How
much they count is found by cross-validation on those pairs, and is less when there are few: a handful of
decisions can be worse than none.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.preprocessing import StandardScaler

from crosswalk_models.duplicates.blocking import Pairs
from crosswalk_models.duplicates.context import STANDINGS, standing
from crosswalk_models.duplicates.score import Scored

Floats = npt.NDArray[np.float64]
#: Decisions of the rarer answer below which nothing is learned.
LEAST = 3
#: Decisions at which the learned score counts half of what cross-validation grants it.
DECISIONS_TO_TRUST = 15
TREES = 150
FOLDS = 5
#: The score without decisions is cut to this many log-odds when mixed, so that it can be overruled.
MOST_CERTAIN = 8.0
#: Log-odds of a pair that a person has decided: certain, within what six decimals show.
DECIDED = 13.8


@dataclass(frozen=True, slots=True)
class Learned:
    """`score` is the mixed log-odds of each pair, (m,); `share` how much the decisions count, in [0, 1]."""

    score: Floats
    share: float


def learn(scored: Scored, pairs: Pairs, records: int, decided: Mapping[int, bool]) -> Learned:
    """Score all pairs with `decided` (pair number to answer) in mind; decided pairs get their answer."""
    rows = np.array(sorted(decided), np.int64)
    answers = np.array([decided[row] for row in rows], np.int64)
    base = np.clip(scored.score, -MOST_CERTAIN, MOST_CERTAIN)
    share, score = 0.0, scored.score
    rarer = int(min(answers.sum(), len(answers) - answers.sum())) if len(rows) else 0
    if rarer >= LEAST:
        columns = _columns(scored, pairs, records)
        share = _share(columns, rows, answers, base)
        if share > 0:
            score = share * _fit_predict(columns, rows, answers, columns) + (1 - share) * base
    score = score.copy()
    score[rows] = np.where(answers == 1, DECIDED, -DECIDED)
    return Learned(score, share)


def _columns(scored: Scored, pairs: Pairs, records: int) -> npt.NDArray[np.float32]:
    place = np.eye(len(STANDINGS), dtype=np.float32)[standing(scored.base, pairs, records)]
    scores = np.clip(np.stack([scored.base, scored.score], axis=1), -15, 15)
    return np.hstack([scored.features, place, scores]).astype(np.float32)


def _share(
    columns: npt.NDArray[np.float32],
    rows: npt.NDArray[np.int64],
    answers: npt.NDArray[np.int64],
    base: Floats,
) -> float:
    """The share of the learned score that predicts left-out decisions best, lowered when they are few."""
    unseen = np.zeros(len(rows))
    folds = StratifiedKFold(min(FOLDS, int(np.bincount(answers).min())), shuffle=True, random_state=0)
    for known, left_out in folds.split(rows, answers):
        unseen[left_out] = _fit_predict(columns, rows[known], answers[known], columns[rows[left_out]])
    shares = np.linspace(0, 1, 11)
    losses = [_loss(answers, share * unseen + (1 - share) * base[rows]) for share in shares]
    return float(shares[int(np.argmin(losses))]) * len(rows) / (len(rows) + DECISIONS_TO_TRUST)


def _fit_predict(
    columns: npt.NDArray[np.float32],
    rows: npt.NDArray[np.int64],
    answers: npt.NDArray[np.int64],
    wanted: npt.NDArray[np.float32],
) -> Floats:
    """Log-odds of the rows of `wanted`: the mean of both models."""
    scaler = StandardScaler().fit(columns)
    linear = LogisticRegression(C=0.05, max_iter=2000).fit(scaler.transform(columns[rows]), answers)
    trees = ExtraTreesClassifier(TREES, max_features=0.4, random_state=0, n_jobs=1).fit(
        columns[rows], answers
    )
    share = np.clip(trees.predict_proba(wanted)[:, 1], 0.02, 0.98)
    return np.asarray((linear.decision_function(scaler.transform(wanted)) + np.log(share / (1 - share))) / 2)


def _loss(answers: npt.NDArray[np.int64], score: Floats) -> float:
    """Mean log loss."""
    return float(np.mean(np.log1p(np.exp(-np.where(answers == 1, score, -score)))))
