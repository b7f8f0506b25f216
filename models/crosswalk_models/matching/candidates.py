"""Which pairs are compared at all: every one, or, of very large systems, the promising ones.

Up to a quarter of a million pairs (500 × 500 fields) all are compared. Beyond that, each target keeps its
40 closest sources and each source its 40 closest targets by cheap likeness: pieces of names, and meaning
where there is a model.
"""

import numpy as np
import numpy.typing as npt

from crosswalk_models.embed import TextEncoder
from crosswalk_models.matching.pairs import Pairs
from crosswalk_models.matching.sides import Side
from crosswalk_models.matching.tfidf import character_pieces, hashed

ALL_PAIRS = 250_000
KEPT = 40


def candidate_pairs(sources: Side, targets: Side, encoder: TextEncoder) -> Pairs:
    """The pairs to compare."""
    if len(sources) * len(targets) <= ALL_PAIRS:
        return Pairs(len(sources), len(targets))
    left = hashed([name.full for name in sources.names], character_pieces)
    right = hashed([name.full for name in targets.names], character_pieces)
    likeness = left @ right.T
    meaning = encoder.encode(sources.with_samples)
    if meaning is not None:
        other = encoder.encode(targets.with_samples)
        assert other is not None  # one encoder either embeds or does not
        likeness += meaning @ other.T
    return Pairs(len(sources), len(targets), _closest(likeness))


def _closest(likeness: npt.NDArray[np.float32]) -> npt.NDArray[np.bool_]:
    chosen = np.zeros(likeness.shape, bool)
    for axis in (0, 1):
        kept = min(KEPT, likeness.shape[axis])
        best = np.argpartition(-likeness, kept - 1, axis=axis).take(range(kept), axis=axis)
        np.put_along_axis(chosen, best, True, axis=axis)
    return chosen
