"""Values compared: shared ones, their form, their range and spread."""

from collections.abc import Mapping

import numpy as np

from crosswalk_models.matching.comparators.base import BOTTOM, Comparator, Floats, Level
from crosswalk_models.matching.sides import Comparison
from crosswalk_models.readers import Field


def _where_valued(comparison: Comparison, values: Floats) -> Floats:
    return np.where(comparison.both_valued, values, np.float32(np.nan))


class SharedValues(Comparator):
    """Values that stand in both fields."""

    name = "shared values"
    lead = "values_contained"
    nothing = "no values"
    ladder = (
        Level("the same values", 0.9, "Nearly all values of one field stand in the other."),
        Level("many shared", 0.4, "Many values stand in both fields."),
        Level("some shared", 0.05, "Some values stand in both fields."),
        Level("none shared", BOTTOM, "No value stands in both fields."),
    )

    def readings(self, comparison: Comparison) -> Mapping[str, Floats]:
        """Jaccard, containment, and containment of words."""
        jaccard, contained, tokens = comparison.overlaps
        return {
            "values_contained": _where_valued(comparison, contained),
            "values_jaccard": _where_valued(comparison, jaccard),
            "value_words_contained": _where_valued(comparison, tokens),
        }

    def examples(self, source: Field, target: Field) -> tuple[str, ...]:
        """Up to three shared samples."""
        shared = {value.lower() for value in target.samples}
        return tuple(value for value in source.samples if value.lower() in shared)[:3]


class ValueForm(Comparator):
    """How values are written: kinds, characters, length."""

    name = "form of values"
    lead = "form_kinds"
    nothing = "no values"
    ladder = (
        Level("the same form", 0.9, "The values are written in the same form."),
        Level("like forms", 0.5, "Many of the values are written alike."),
        Level("different forms", BOTTOM, "The values are written in different forms."),
    )

    def readings(self, comparison: Comparison) -> Mapping[str, Floats]:
        """Shared kinds, distance of character shares, distance of log length."""
        rows, cols = comparison.pairs.rows, comparison.pairs.cols
        left, right = comparison.sources.forms, comparison.targets.forms
        kinds = np.minimum(left.kinds[rows], right.kinds[cols]).sum(1)
        characters = -np.abs(left.characters[rows] - right.characters[cols]).sum(1)
        length = -np.abs(np.log1p(left.length[rows]) - np.log1p(right.length[cols]))
        return {
            "form_kinds": _where_valued(comparison, kinds),
            "form_characters": _where_valued(comparison, characters),
            "form_length": _where_valued(comparison, length),
        }

    def examples(self, source: Field, target: Field) -> tuple[str, ...]:
        """One value of each side."""
        return (*source.samples[:1], *target.samples[:1])


class ValueRange(Comparator):
    """Where numbers lie. (How often a field is filled tells too, but the labelled sets hold samples only.)"""

    name = "range of values"
    lead = "range_quantiles"
    nothing = "not numbers"
    ladder = (
        Level("the same range", -0.35, "The numbers lie in the same range."),
        Level("near ranges", -1.5, "The numbers lie in neighbouring ranges."),
        Level("different ranges", BOTTOM, "The numbers lie in different ranges."),
    )

    def readings(self, comparison: Comparison) -> Mapping[str, Floats]:
        """Mean distance of log quantiles; NaN where either field is not numeric."""
        rows, cols = comparison.pairs.rows, comparison.pairs.cols
        left, right = comparison.sources.forms, comparison.targets.forms
        quantiles = -np.abs(left.quantiles[rows] - right.quantiles[cols]).mean(1)
        return {"range_quantiles": quantiles}
