"""From comparisons to log-odds, without labels: a first opinion, weights for these records, then the context.

1. The first opinion is a logistic regression that ships with the package (`weights.json`, made by `train`).
2. `expectation` fits weights to these very records, starting from that opinion; the two are mixed.
3. Products: a second fit that also looks at how a pair stands among its rivals, and a second opinion that
   does.
4. Linking: candidates on the other side compete.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from crosswalk_engine.errors import ConfigError

from crosswalk_models.artifacts import Artifact, read_artifact
from crosswalk_models.duplicates.compare import Compared
from crosswalk_models.duplicates.context import compete, standing
from crosswalk_models.duplicates.expectation import Fitted, fit
from crosswalk_models.duplicates.fields import Comparable
from crosswalk_models.duplicates.matrix import column_names, feature_matrix
from crosswalk_models.duplicates.roles import Entity, Role

Floats = npt.NDArray[np.float64]
KIND = "duplicate-weights"
#: Share of the fitted score in the mix, once there are pairs enough to fit anything.
FITTED = 0.7
PRODUCT_FITTED = 0.5
#: Expected true pairs at which the fit counts half of that, and still leans half on the first opinion.
PAIRS_TO_TRUST = 40
#: Several product measures look at the same words, so their weights must not simply add up.
PRODUCT_CAUTION = 0.8
RECORD_MEASURES = ("names_crossed",)
PRODUCT_ROUNDS = 10
PRODUCT_MEASURES = (
    "title_jaccard", "code_length", "code_conflict", "numbers_shared", "first_word", "description_cosine",
    "whole_cosine",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Opinion:
    """A logistic regression over `feature_matrix`: log-odds = features @ weights + bias."""

    weights: Floats
    bias: float

    def of(self, features: npt.NDArray[np.float32]) -> Floats:
        """Log-odds of each row, (m,)."""
        return np.asarray(features @ self.weights + self.bias, np.float64)


@dataclass(frozen=True, slots=True)
class Prior:
    """What is known before these records are seen: `opinions` by name, and `usual` rungs by kind and
    factor."""

    opinions: dict[str, Opinion]
    usual: dict[str, dict[str, list[float]]]


@dataclass(frozen=True, slots=True)
class Scored:
    """`score`: log-odds of each pair, (m,); `base` is the score before any competition.

    `fitted` explains it: its weights count `share` of their size in the score.
    """

    score: Floats
    base: Floats
    fitted: Fitted
    share: float
    features: npt.NDArray[np.float32]
    model: str


@cache
def load_weights(path: Path | None = None) -> tuple[Artifact, "Prior"]:
    """What ships: opinions and usual rungs, for people and companies (``records``) and for products.

    Raises:
        ConfigError: the file was changed or belongs to other columns.
    """
    artifact = read_artifact(path or Path(__file__).with_name("weights.json"), kind=KIND)
    if artifact.content["columns"] != list(column_names()):
        raise ConfigError(
            "CW-WEIGHTS-COLUMNS",
            "the weights were made for other comparisons",
            where="weights.json",
            fix="train them again: python -m crosswalk_models.duplicates.train",
        )
    opinions = {
        name: Opinion(np.array(item["weights"], np.float64), float(item["bias"]))
        for name, item in artifact.content["opinions"].items()
    }
    return artifact, Prior(opinions, artifact.content["usual"])


def score_pairs(data: Comparable, compared: Compared, prior: Prior | None = None) -> Scored:
    """Log-odds that each pair is one thing; `prior` stands in for the shipped one while that is made."""
    artifact, shipped = load_weights() if prior is None else (None, prior)
    model = artifact.label if artifact else "duplicate-finder@0"
    features = feature_matrix(compared, len(data))
    if data.entity is Entity.PRODUCT:
        score, fitted, features, share = _products(data, compared, features, shipped)
    else:
        first = shipped.opinions["records"].of(features)
        usual, sure = shipped.usual["records"], _settled(first)
        fitted = fit(compared, first, measures=RECORD_MEASURES, usual=usual, anchor=1 - sure)
        share = FITTED * sure
        score = share * fitted.score + (1 - share) * first
    base = score
    if data.side.any():
        score = compete(score, compared.pairs, len(data), _copies(data))
    return Scored(score, base, fitted, share, features, model)


def _settled(first: Floats) -> float:
    """How far the fit can stand on its own, in [0, 1]: it learns from true pairs, so it needs some."""
    expected = float((1 / (1 + np.exp(-np.clip(first, -30, 30)))).sum())
    return expected / (expected + PAIRS_TO_TRUST)


def _products(
    data: Comparable, compared: Compared, features: npt.NDArray[np.float32], prior: Prior
) -> tuple[Floats, Fitted, npt.NDArray[np.float32], float]:
    first = prior.opinions["products, first"].of(features)
    sure = _settled(first)
    settings: Any = {
        "measures": PRODUCT_MEASURES,
        "leave_out": (Role.TITLE,),
        "caution": PRODUCT_CAUTION,
        "usual": prior.usual["products"],
        "anchor": 1 - sure,
    }
    share = FITTED * sure
    score = share * fit(compared, first, **settings).score + (1 - share) * first
    place = standing(score, compared.pairs, len(data))
    fitted = fit(compared, score, standing=place, rounds=PRODUCT_ROUNDS, **settings)
    features = feature_matrix(compared, len(data), place)
    second = prior.opinions["products, second"].of(features)
    share = PRODUCT_FITTED * sure
    return share * fitted.score + (1 - share) * second, fitted, features, share


def _copies(data: Comparable) -> npt.NDArray[np.int64]:
    """A number for each distinct text, so that copies of one record can be told from rivals, (n,)."""
    return np.unique(np.array(data.whole, dtype=object), return_inverse=True)[1].astype(np.int64)
