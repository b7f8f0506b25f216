"""All readings of all pairs, side by side: what the scorer weighs."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from crosswalk_models.embed import TextEncoder
from crosswalk_models.matching.comparators import COMPARATORS
from crosswalk_models.matching.comparators.base import Comparator, relative
from crosswalk_models.matching.comparators.structure import affinity
from crosswalk_models.matching.pairs import Pairs
from crosswalk_models.matching.sides import Comparison, Side

Floats = npt.NDArray[np.float32]
#: Readings whose mean is the overall likeness: one of each channel that ranks well alone.
OVERALL = (
    "leaf_shared", "parent_leaf_sorted", "pieces_parent_leaf",
    "meaning_parent_leaf", "meaning_path", "meaning_description", "meaning_samples",
)  # fmt: skip
#: The same without an embedding model.
OVERALL_NAMES = (
    "leaf_shared",
    "parent_leaf_sorted",
    "pieces_parent_leaf",
    "words_path",
    "description_shared",
)


@dataclass(frozen=True)
class Features:
    """Readings of the compared pairs.

    Attributes:
        comparison: what was compared.
        names: the readings' names, in column order.
        owners: comparator of each column.
        values: array (n_pairs, n_readings); NaN where there was nothing to compare.
        overall: array (n_pairs,), the unlearned overall likeness.
        with_model: whether an embedding model took part.
    """

    comparison: Comparison
    names: tuple[str, ...]
    owners: tuple[str, ...]
    values: Floats
    overall: Floats
    with_model: bool

    @cached_property
    def column(self) -> dict[str, int]:
        """Reading → its column."""
        return {name: index for index, name in enumerate(self.names)}


def build_features(sources: Side, targets: Side, pairs: Pairs, encoder: TextEncoder) -> Features:
    """Compute every comparator's readings for `pairs`."""
    comparison = Comparison(sources, targets, pairs, encoder)
    columns: dict[str, Floats] = {}
    owners: dict[str, str] = {}
    for comparator in COMPARATORS:
        _add(columns, owners, comparator, dict(comparator.readings(comparison)))
    with_model = bool(len(pairs)) and not np.isnan(columns["meaning_leaf"]).all()
    overall = _overall(columns, OVERALL if with_model else OVERALL_NAMES)
    standing, neighbours = (_named(name) for name in ("stands out", "neighbours"))
    _add(columns, owners, standing, {"overall": overall, **relative("overall", overall, comparison)})
    _add(columns, owners, neighbours, {"group_affinity": affinity(comparison, overall)})
    names = tuple(columns)
    values = (
        np.stack([columns[name] for name in names], axis=1)
        if names
        else np.zeros((len(pairs), 0), np.float32)
    )
    return Features(comparison, names, tuple(owners[name] for name in names), values, overall, with_model)


def _overall(columns: dict[str, Floats], names: Sequence[str]) -> Floats:
    total = np.zeros(len(columns[names[0]]), np.float32)
    for name in names:
        total += columns[name]
    return total / np.float32(len(names))


def _add(
    columns: dict[str, Floats], owners: dict[str, str], comparator: Comparator, readings: dict[str, Floats]
) -> None:
    for name, values in readings.items():
        columns[name] = np.asarray(values, np.float32)
        owners[name] = comparator.name


def _named(name: str) -> Comparator:
    return next(comparator for comparator in COMPARATORS if comparator.name == name)
