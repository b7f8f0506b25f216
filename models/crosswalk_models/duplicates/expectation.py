"""Weights for these very records: Fellegi and Sunter's model, fitted by expectation maximisation.

For every rung, m is how often true pairs reach it and u how often other candidate pairs do; ln(m/u) is its
weight. Nobody tells which pairs are true: the fit starts from a first opinion and alternates between
weights and opinions (Winkler 1988). u is taken among the candidate pairs, which share a key, so it is not
the u of random pairs and needs no correction for the blocking.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from crosswalk_models.duplicates.compare import Compared, RoleComparison
from crosswalk_models.duplicates.ladders import LADDERS
from crosswalk_models.duplicates.roles import Role

Floats = npt.NDArray[np.float64]
Rungs = npt.NDArray[np.int8]
ROUNDS = 25
#: Pseudo-pairs on each rung, so that a rung nobody reached has a finite weight.
SMOOTH = 0.5
#: What is usual elsewhere counts as many true pairs as this.
USUAL_PAIRS = 20.0
#: An agreement on a rarer value than usual weighs more, by this share of the surprise, and at most so much.
RARITY, MOST_RARITY = 0.6, 4.0
#: Fewer agreements than this tell nothing about what is usual.
LEAST_AGREEING = 20
#: Steps at which a measure is cut into rungs.
STEPS = {
    "names_crossed": (0.9,), "title_jaccard": (0.15, 0.3, 0.45, 0.6, 0.8), "code_length": (3.5, 4.5, 6.5),
    "code_conflict": (0.5,), "numbers_shared": (0.01, 0.34, 0.67, 0.99), "first_word": (0.5,),
    "description_cosine": (0.1, 0.25, 0.5), "whole_cosine": (0.2, 0.35, 0.5, 0.65, 0.8),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Factor:
    """One thing compared: `rungs` (m,) with MISSING for unknown, `weights` one log-odds a rung."""

    name: str
    rungs: Rungs
    weights: Floats

    def of_pairs(self) -> Floats:
        """The weight each pair gets, (m,); 0 where it is unknown."""
        return np.where(self.rungs >= 0, self.weights[np.maximum(self.rungs, 0)], 0.0)


@dataclass(frozen=True, slots=True)
class Fitted:
    """`score` is the log-odds of each pair, (m,); `factors` and `rarity` (by role) add up to it with
    `prior`."""

    score: Floats
    prior: float
    factors: tuple[Factor, ...]
    rarity: dict[Role, Floats]


def fit(
    compared: Compared,
    start: Floats,
    *,
    measures: Sequence[str] = (),
    leave_out: Sequence[Role] = (),
    standing: Rungs | None = None,
    usual: Mapping[str, Sequence[float]] | None = None,
    caution: float = 1.0,
    anchor: float = 0.0,
    rounds: int = ROUNDS,
) -> Fitted:
    """Fit weights, starting from the log-odds `start` (m,).

    `anchor` is the share of the first opinion in every round's, in [0, 1]: it keeps the fit on the
    question. Where few records are duplicates, the two clearest groups of pairs are otherwise something
    else (say, same town or not). `usual` is how often true pairs reach each rung elsewhere, by factor: a
    start that few pairs do not overrule. `caution` scales every weight: below 1 where many measures look at
    the same words and are not independent.
    """
    roles = {role: found for role, found in compared.roles.items() if role not in leave_out}
    named = [(role.value, found.rung, len(LADDERS[role].rungs)) for role, found in roles.items()]
    for name in measures:
        values = compared.measures.get(name)
        if values is not None:
            cut = np.digitize(np.nan_to_num(values), STEPS[name])
            named.append((name, np.where(np.isnan(values), -1, cut).astype(np.int8), len(STEPS[name]) + 1))
    if standing is not None:
        named.append(("standing", standing, 6))
    patterns, which = np.unique(np.stack([rungs for _, rungs, _ in named], 1), axis=0, return_inverse=True)
    which = which.ravel()
    opinion = _probability(start)
    score, prior = start, 0.0
    tables: list[Floats] = []
    rarity: dict[Role, Floats] = {}
    for _ in range(rounds):
        share = float(np.clip(opinion.mean(), 1e-6, 1 - 1e-6))
        prior = float(np.log(share / (1 - share)))
        true: Floats = np.bincount(which, opinion, len(patterns)).astype(np.float64)
        false: Floats = np.bincount(which, 1 - opinion, len(patterns)).astype(np.float64)
        tables = [
            caution * _weights(patterns[:, column], true, false, _start(usual, name, size))
            for column, (name, _, size) in enumerate(named)
        ]
        by_pattern = np.full(len(patterns), prior)
        for column, table in enumerate(tables):
            reached = patterns[:, column]
            by_pattern += np.where(reached >= 0, table[np.maximum(reached, 0)], 0.0)
        rarity = {role: _rarity(role, found, opinion) for role, found in roles.items()}
        score = by_pattern[which] + sum(rarity.values(), np.zeros(len(which)))
        opinion = _probability((1 - anchor) * score + anchor * start)
    factors = tuple(Factor(name, rungs, table) for (name, rungs, _), table in zip(named, tables, strict=True))
    return Fitted(score, prior, factors, rarity)


def _start(usual: Mapping[str, Sequence[float]] | None, name: str, size: int) -> Floats:
    """Pseudo-pairs on each rung before any pair is seen, (size,)."""
    start = np.full(size, SMOOTH)
    known = (usual or {}).get(name)
    return start if known is None else start + USUAL_PAIRS * np.array(known, np.float64)


def _weights(reached: Rungs, true: Floats, false: Floats, start: Floats) -> Floats:
    """ln(m/u) of each rung, (size,)."""
    known = reached >= 0
    m = np.bincount(reached[known], true[known], len(start)) + start
    u = np.bincount(reached[known], false[known], len(start)) + SMOOTH
    return np.asarray(np.log(m / m.sum()) - np.log(u / u.sum()), np.float64)


def rung_shares(
    compared: Compared, true: npt.NDArray[np.bool_], measures: Sequence[str]
) -> dict[str, Floats]:
    """How often true pairs reach each rung, by factor; for `usual`."""
    fitted = fit(compared, np.where(true, 30.0, -30.0), measures=measures, rounds=1)
    found = {}
    for factor in fitted.factors:
        counts = np.bincount(factor.rungs[true & (factor.rungs >= 0)], minlength=len(factor.weights)) + SMOOTH
        found[factor.name] = counts / counts.sum()
    return found


def _rarity(role: Role, found: RoleComparison, opinion: Floats) -> Floats:
    """Extra weight of agreeing on a rare value, less of agreeing on a common one, (m,)."""
    extra = np.zeros(len(opinion))
    agree = found.rung == len(LADDERS[role].rungs) - 1
    if agree.sum() <= LEAST_AGREEING or found.telling[agree].std() == 0:
        return extra
    usual = np.average(found.telling[agree], weights=1 - opinion[agree] + 1e-9)
    extra[agree] = RARITY * np.clip(found.telling[agree] - usual, -MOST_RARITY, MOST_RARITY)
    return extra


def _probability(score: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(score, -30, 30))), np.float64)
