"""What names and titles mean: sentence embeddings of the doubtful pairs of products and companies.

Words and part numbers have decided most pairs before; only the doubtful ones are read once more, and never
people, whose names mean nothing. Without a model nothing changes, and a note says so.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from crosswalk_models.duplicates.blocking import Pairs
from crosswalk_models.duplicates.fields import Comparable, Field
from crosswalk_models.duplicates.roles import Entity, Role
from crosswalk_models.embed import NoEmbedder, TextEncoder, default_embedder

#: From the lowest rung, and the cosine at which each higher one begins. Measured: of the 638 doubtful pairs
#: of abt-buy and amazon-google 23 % lie below .6, 23 % at .85 or more, 5 % at .95 or more.
RUNGS = ("unlike", "related", "close", "same")
FROM = (0.6, 0.85, 0.95)
#: Log-odds of each rung, never falling. Fitted on top of the score to the same pairs (regularised logistic
#: regression, steps not below 0, each set weighing the same), the steps to "close" and "same" came out at 0,
#: because variants of one product read alike, and the step to "related" at .10: .35 on the one set, where
#: five pairs lie beneath it, .02 on the other. That carries no weight, so the rung is shown and counts
#: nothing; `docs/duplicates.md` has the counts.
WEIGHTS = (0.0, 0.0, 0.0, 0.0)
#: Pairs between these probabilities are doubtful.
DOUBTFUL = (0.05, 0.95)
#: Distinct texts read in one run, those of the most doubtful pairs first: about 25 s of one core
#: when none is in the cache (measured: 3.5 s to load the model, 5 ms a text).
MOST_TEXTS = 4_000
UNKNOWN = -1
#: Where the meaning stands; people are not here.
_ROLES = {Entity.PRODUCT: (Role.TITLE,), Entity.COMPANY: (Role.COMPANY, Role.TITLE)}


@dataclass(frozen=True, slots=True)
class Meaning:
    """`rungs` of each pair, (m,), UNKNOWN where it was not read; `notes` say what limited it."""

    rungs: npt.NDArray[np.int8]
    notes: tuple[str, ...] = ()

    @property
    def weights(self) -> npt.NDArray[np.float64]:
        """Log-odds that each pair gets, (m,)."""
        return np.where(self.rungs >= 0, np.array(WEIGHTS)[np.maximum(self.rungs, 0)], 0.0)


def read_meaning(
    data: Comparable, pairs: Pairs, score: npt.NDArray[np.floating], encoder: TextEncoder | None = None
) -> Meaning:
    """The likeness in meaning of the doubtful pairs by `score` (log-odds, (m,)).

    Args:
        encoder: None for the packaged model, which is loaded only if a text is not in its cache.

    Raises:
        ConfigError: CW-MODEL-MISSING or CW-MODEL-BROKEN, when a model was named and is of no use.
    """
    rungs = np.full(len(pairs), UNKNOWN, np.int8)
    field = next((found for role in _ROLES.get(data.entity, ()) if (found := data.one(role))), None)
    if field is None:
        return Meaning(rungs)
    doubtful = _doubtful(field, pairs, score)
    if not len(doubtful):
        return Meaning(rungs)
    chosen, texts = _within_bound(field.values, pairs, doubtful)
    model = default_embedder() if encoder is None else encoder
    vectors = model.encode(list(texts))
    if vectors is None:
        reason = f" ({model.reason})" if isinstance(model, NoEmbedder) else ""
        return Meaning(rungs, (f"no embedding model{reason}: the meaning of names was not compared",))
    left = [texts[field.values[row]] for row in pairs.left[chosen]]
    right = [texts[field.values[row]] for row in pairs.right[chosen]]
    cosine = np.einsum("ij,ij->i", vectors[left], vectors[right])
    rungs[chosen] = np.searchsorted(FROM, cosine, side="right")
    left_out = len(doubtful) - len(chosen)
    note = f"the meaning of {left_out:,} doubtful pairs was not compared: more than {MOST_TEXTS:,} names"
    return Meaning(rungs, (note,) if left_out else ())


def _doubtful(field: Field, pairs: Pairs, score: npt.NDArray[np.floating]) -> npt.NDArray[np.int64]:
    """Numbers of the doubtful pairs that have a name on both sides, the most doubtful first."""
    low, high = (np.log(p / (1 - p)) for p in DOUBTFUL)
    filled = ~(field.blank[pairs.left] | field.blank[pairs.right])
    rows = np.flatnonzero((score >= low) & (score <= high) & filled)
    return rows[np.argsort(np.abs(score[rows]), kind="stable")]


def _within_bound(
    values: tuple[str, ...], pairs: Pairs, rows: Iterable[int]
) -> tuple[npt.NDArray[np.int64], dict[str, int]]:
    """The pairs of `rows` whose texts fit into the bound, and each text's number."""
    texts: dict[str, int] = {}
    chosen = []
    for row in rows:
        both = {values[pairs.left[row]], values[pairs.right[row]]}
        if len(texts) + len(both - texts.keys()) > MOST_TEXTS:
            continue
        for text in sorted(both):
            texts.setdefault(text, len(texts))
        chosen.append(row)
    return np.array(chosen, np.int64), texts
