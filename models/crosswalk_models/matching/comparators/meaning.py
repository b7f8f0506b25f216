"""Meaning compared by an embedding model: leaf, parent and leaf, path, description, samples, kept apart.

One embedding of everything drowns the leaf among its parents; apart, each tells something else.
"""

from collections.abc import Mapping

import numpy as np
from rapidfuzz import fuzz

from crosswalk_models.matching.comparators.base import BOTTOM, Comparator, Floats, Level, relative, unknown
from crosswalk_models.matching.comparators.names import fulls, leaves, longs, parents
from crosswalk_models.matching.sides import Comparison
from crosswalk_models.readers import Field

_RELATIVE = ("row_gap", "col_gap", "row_rank", "col_rank")


def _with_relative(prefix: str, values: Floats | None, comparison: Comparison) -> dict[str, Floats]:
    """A reading and its relatives; all NaN without a model."""
    if values is None:
        nothing = unknown(comparison)
        return {prefix: nothing, **{f"{prefix}_{name}": nothing for name in _RELATIVE}}
    return {prefix: values, **relative(prefix, values, comparison)}


class Meaning(Comparator):
    """What the names mean, by the embedding model."""

    name = "meaning"
    lead = "meaning_parent_leaf"
    nothing = "no model"
    ladder = (
        Level("the same", 0.9, "“{source}” and “{target}” mean the same."),
        Level("very close", 0.7, "“{source}” and “{target}” are very close in meaning."),
        Level("related", 0.5, "“{source}” and “{target}” are related in meaning."),
        Level("unrelated", BOTTOM, "“{source}” and “{target}” are not close in meaning."),
    )

    def readings(self, comparison: Comparison) -> Mapping[str, Floats]:
        """Cosines of leaf, parent and leaf, path, and all parents."""
        leaf = comparison.meaning(leaves)
        parent = comparison.meaning(parents)
        return {
            "meaning_leaf": unknown(comparison) if leaf is None else leaf,
            **_with_relative("meaning_parent_leaf", comparison.meaning(fulls), comparison),
            **_with_relative("meaning_path", comparison.meaning(longs), comparison),
            "meaning_parents": unknown(comparison) if parent is None else parent,
        }


class Description(Comparator):
    """What the documentation says about the fields."""

    name = "description"
    lead = "meaning_description"
    nothing = "not described"
    ladder = (
        Level("the same", 0.85, "The descriptions say the same."),
        Level("very close", 0.65, "The descriptions are very close."),
        Level("related", 0.45, "The descriptions are related."),
        Level("unrelated", BOTTOM, "The descriptions speak of different things."),
    )

    def readings(self, comparison: Comparison) -> Mapping[str, Floats]:
        """Cosine and shared words of name and description; of parent and name where nothing is described."""
        left, right = comparison.sources.descriptions, comparison.targets.descriptions
        meaning = comparison.meaning(lambda side: side.descriptions)
        return {
            **_with_relative("meaning_description", meaning, comparison),
            "description_shared": comparison.pairs.similarity(fuzz.token_set_ratio, left, right),
        }


class NameAndSamples(Comparator):
    """Names together with example values, as the embedding model reads them."""

    name = "name and examples"
    lead = "meaning_samples"
    nothing = "no model"
    ladder = (
        Level("the same", 0.85, "Name and examples together read alike."),
        Level("very close", 0.65, "Name and examples together are very close."),
        Level("related", 0.45, "Name and examples together are related."),
        Level("unrelated", BOTTOM, "Name and examples together read differently."),
    )

    def readings(self, comparison: Comparison) -> Mapping[str, Floats]:
        """Cosine of name with samples, and of the samples alone."""
        alone = comparison.meaning(lambda side: tuple(text or "-" for text in side.sample_texts))
        if alone is not None:
            alone = np.where(comparison.both_valued, alone, np.float32(np.nan))
        return {
            **_with_relative(
                "meaning_samples", comparison.meaning(lambda side: side.with_samples), comparison
            ),
            "meaning_samples_alone": unknown(comparison) if alone is None else alone,
        }

    def examples(self, source: Field, target: Field) -> tuple[str, ...]:
        """One value of each side."""
        return (*source.samples[:1], *target.samples[:1])
