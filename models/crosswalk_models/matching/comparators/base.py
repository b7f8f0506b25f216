"""What a comparator is: readings for the scorer, and a ladder of levels for people."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from crosswalk_models.matching.sides import Comparison
from crosswalk_models.readers import Field

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Level:
    """A rung of a ladder: reached when the lead reading is at least `at_least`.

    `sentence` is filled with ``{source}`` and ``{target}``, the two names in plain words.
    """

    name: str
    at_least: float
    sentence: str


class Comparator:
    """One kind of evidence. Subclasses say what they measure and how to speak about it.

    Attributes:
        name: what people see, e.g. ``name``.
        lead: the reading that decides the level.
        ladder: levels, highest first; the last one has no lower bound.
        nothing: the level's name when there was nothing to compare.
    """

    name: ClassVar[str]
    lead: ClassVar[str]
    ladder: ClassVar[tuple[Level, ...]]
    nothing: ClassVar[str] = "nothing to compare"

    def readings(self, comparison: Comparison) -> Mapping[str, Floats]:
        """Named readings, each an array (n_pairs,); NaN where a pair gives no evidence."""
        raise NotImplementedError

    def level(self, value: float) -> Level | None:
        """The highest rung that `value` reaches; `None` when there was nothing to compare."""
        if np.isnan(value):
            return None
        return next(level for level in self.ladder if value >= level.at_least)

    def examples(self, source: Field, target: Field) -> tuple[str, ...]:
        """Values that show the evidence; none by default."""
        del source, target
        return ()


def relative(prefix: str, values: Floats, comparison: Comparison) -> dict[str, Floats]:
    """How far a reading stands below the best of its source and its target, and its rank in both."""
    pairs = comparison.pairs
    return {
        f"{prefix}_row_gap": values - pairs.over_rows(values),
        f"{prefix}_col_gap": values - pairs.over_cols(values),
        f"{prefix}_row_rank": pairs.rank_in_row(values),
        f"{prefix}_col_rank": pairs.rank_in_col(values),
    }


def unknown(comparison: Comparison) -> Floats:
    """An array of NaN: no pair gives evidence."""
    return np.full(len(comparison.pairs), np.nan, np.float32)


#: Bottom of every ladder.
BOTTOM = -np.inf
