"""The learned scorer: weighs the readings of a pair, then says how likely the pair is right.

Two steps, both small enough to read in the artefact. First a regularised logistic regression over all
readings gives a score (log-odds scale). Then a calibration looks at the score and at how far it stands above
the best other candidate of the same target and of the same source, and gives the probability: a pair with
rivals is less likely right, and all candidates of a target together are at most certain. Readings that are
missing count as average: they speak neither for nor against.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from crosswalk_engine.errors import ConfigError

from crosswalk_models.artifacts import read_artifact
from crosswalk_models.matching.features import Features
from crosswalk_models.matching.pairs import Ints, Pairs

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]
KIND = "field-matcher"
ARTIFACT = Path(__file__).with_name("data") / "field_matcher.json"
#: A reading counts as at most so many standard deviations from the training pairs' mean.
FAR = 4.0
#: A lead over rivals beyond this says no more.
MARGIN = 6.0


@dataclass(frozen=True)
class LinearModel:
    """A logistic regression over named readings, and its calibration.

    Attributes:
        readings: their names; the arrays below are in this order.
        mean, scale: of the training pairs; a reading counts as (value - mean) / scale.
        weights, intercept: log-odds.
        calibration: weights of score, lead over the target's rivals, lead over the source's rivals, constant.
        abstain_below: a target whose assigned probability is lower is left open.
    """

    readings: tuple[str, ...]
    mean: Doubles
    scale: Doubles
    weights: Doubles
    intercept: float
    calibration: tuple[float, float, float, float]
    abstain_below: float

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> "LinearModel":
        """Read one model of an artefact."""
        return cls(
            readings=tuple(content["readings"]),
            mean=np.asarray(content["mean"], np.float64),
            scale=np.asarray(content["scale"], np.float64),
            weights=np.asarray(content["weights"], np.float64),
            intercept=float(content["intercept"]),
            calibration=tuple(float(value) for value in content["calibration"]),  # type: ignore[arg-type]
            abstain_below=float(content["abstain_below"]),
        )

    def contributions(self, values: Floats) -> Doubles:
        """Log-odds that each reading adds: array (n, n_readings); 0 where a reading is missing."""
        standard = np.clip((values.astype(np.float64) - self.mean) / self.scale, -FAR, FAR)
        return np.nan_to_num(standard, nan=0.0) * self.weights

    def score(self, values: Floats) -> Doubles:
        """Log-odds before calibration: array (n,)."""
        total: Doubles = self.contributions(values).sum(1) + self.intercept
        return total

    def probability(self, pairs: Pairs, score: Doubles, shift: Doubles | float = 0.0) -> Doubles:
        """Calibrated probabilities, array (n_pairs,), in (0, 1); `shift` is added to the log-odds."""
        slope, by_target, by_source, constant = self.calibration
        margins = rival_margins(pairs, score)
        log_odds = slope * score + by_target * margins[:, 0] + by_source * margins[:, 1] + constant + shift
        alone = 1 / (1 + np.exp(-log_odds))
        together = np.bincount(pairs.cols, weights=alone, minlength=pairs.targets)
        likely: Doubles = alone / np.maximum(together, 1.0)[pairs.cols]
        return likely


@dataclass(frozen=True)
class FieldMatcher:
    """The shipped scorer: one model for when there are embeddings, one for names and values alone."""

    label: str
    with_model: LinearModel
    names_only: LinearModel

    def choose(self, features: Features) -> LinearModel:
        """The model that fits what the features hold.

        Raises:
            ConfigError: CW-MATCHER-READINGS when the artefact was trained on other readings.
        """
        model = self.with_model if features.with_model else self.names_only
        if not set(model.readings) <= set(features.names):
            missing = sorted(set(model.readings) - set(features.names))
            raise ConfigError(
                "CW-MATCHER-READINGS",
                "the matcher was trained on readings that this version does not take",
                got=", ".join(missing)[:80],
                fix="train it again",
            )
        return model


@cache
def load_matcher(path: Path = ARTIFACT) -> FieldMatcher:
    """The matcher in the artefact at `path`.

    Raises:
        MissingFileError, ConfigError: there is none, or it was changed.
    """
    artifact = read_artifact(path, kind=KIND)
    return FieldMatcher(
        artifact.label,
        LinearModel.from_json(artifact.content["with_model"]),
        LinearModel.from_json(artifact.content["names_only"]),
    )


def select(features: Features, readings: Sequence[str]) -> Floats:
    """The columns of `readings`: array (n_pairs, n_readings)."""
    return features.values[:, [features.column[name] for name in readings]]


def rival_margins(pairs: Pairs, score: Doubles) -> Doubles:
    """Score minus the best other score of the same target and of the same source, within ±6: array (n, 2)."""
    by_target = _margin(score, pairs.cols, pairs.targets)
    by_source = _margin(score, pairs.rows, pairs.sources)
    return np.clip(np.stack([by_target, by_source], axis=1), -MARGIN, MARGIN)


def _margin(score: Doubles, group: Ints, size: int) -> Doubles:
    if not len(score):
        return score
    order = np.lexsort((-score, group))
    first = np.ones(len(order), bool)
    first[1:] = group[order][1:] != group[order][:-1]
    winners = order[first]
    best = np.full(size, -np.inf)
    best[group[winners]] = score[winners]
    others = score.copy()
    others[winners] = -np.inf
    second = np.full(size, -np.inf)
    np.maximum.at(second, group, others)
    rival = best[group]
    rival[winners] = second[group[winners]]
    return np.where(np.isfinite(rival), score - np.where(np.isfinite(rival), rival, 0.0), MARGIN)
