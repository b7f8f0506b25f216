"""Evidence in words: what each comparator contributed to a pair's score, strongest first."""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from crosswalk_models.matching.comparators import COMPARATORS
from crosswalk_models.matching.comparators.base import Comparator
from crosswalk_models.matching.features import Features
from crosswalk_models.matching.links import Links
from crosswalk_models.matching.memory import Recall
from crosswalk_models.matching.scorer import LinearModel
from crosswalk_models.profile.masking import mask_value
from crosswalk_models.types import Evidence

#: Contributions smaller than this (log-odds) are not worth a sentence.
LEAST = 0.05
#: Reasons shown for a pair.
SHOWN = 6


@dataclass(frozen=True)
class Beyond:
    """What is known beyond the comparators: linked records, the memory, fields that no record fills.

    The weights are the log-odds that each adds, arrays (n_pairs,).
    """

    links: Links | None
    link_weight: np.ndarray
    recall: Recall | None
    recall_weight: np.ndarray
    empty_weight: np.ndarray

    @property
    def total(self) -> np.ndarray:
        """All log-odds together."""
        total: np.ndarray = self.link_weight + self.recall_weight + self.empty_weight
        return total


class Explainer:
    """Says why a pair has its probability."""

    def __init__(
        self, features: Features, model: LinearModel, beyond: Beyond, shown: npt.NDArray[np.intp]
    ) -> None:
        """Prepare the reasons for the pairs numbered in `shown`."""
        self._features = features
        self._beyond = beyond
        order = [features.column[reading] for reading in model.readings]
        self._row = {int(index): row for row, index in enumerate(shown)}
        self._shares = model.contributions(features.values[shown][:, order])
        self._columns: dict[str, list[int]] = defaultdict(list)
        for column, reading in enumerate(model.readings):
            self._columns[features.owners[features.column[reading]]].append(column)

    def evidence(self, index: int) -> tuple[Evidence, ...]:
        """At most six reasons for (or against) pair number `index`."""
        shares = self._shares[self._row[index]]
        found = [
            reason
            for comparator in COMPARATORS
            if (
                reason := self._reason(comparator, index, float(shares[self._columns[comparator.name]].sum()))
            )
        ]
        found += self._linked(index) + self._remembered(index) + self._empty(index)
        return tuple(sorted(found, key=lambda item: -abs(item.weight))[:SHOWN])

    def _reason(self, comparator: Comparator, index: int, weight: float) -> Evidence | None:
        if abs(weight) < LEAST:
            return None
        level = comparator.level(float(self._features.values[index, self._features.column[comparator.lead]]))
        if level is None:
            return None
        comparison = self._features.comparison
        row, col = comparison.pairs.rows[index], comparison.pairs.cols[index]
        source, target = comparison.sources.fields[row], comparison.targets.fields[col]
        sentence = level.sentence.format(
            source=comparison.sources.names[row].spoken, target=comparison.targets.names[col].spoken
        )
        name = level.name
        if weight > 0 and level is comparator.ladder[-1]:
            name, sentence = "closer than most", sentence.removesuffix(".") + ", yet less so than most pairs."
        elif weight < 0 and level is comparator.ladder[0]:
            name, sentence = "others closer", sentence.removesuffix(".") + ", yet other pairs stand out more."
        shown = dict.fromkeys(comparator.examples(source, target))
        examples = tuple(mask_value(value, source.path, target.path) for value in shown)
        return Evidence(comparator.name, name, weight, sentence, examples)

    def _linked(self, index: int) -> list[Evidence]:
        weight, links = float(self._beyond.link_weight[index]), self._beyond.links
        if links is None or abs(weight) < LEAST:
            return []
        pairs = self._features.comparison.pairs
        row, col = pairs.rows[index], pairs.cols[index]
        agreement, explained = float(links.agreement[row, col]), float(links.determines[row, col])
        where = f"In {links.count} records linked by {links.source_key} = {links.target_key}"
        if links.constant[col]:
            level, sentence = "constant", f"{where}, the target is always the same: a constant, not a field."
        elif weight < 0:
            level, sentence = "no relation", f"{where}, the values neither agree nor go together."
        elif agreement >= explained:
            level, sentence = "same values", f"{where}, {agreement:.0%} of the values agree beyond chance."
        else:
            level, sentence = (
                "code list",
                f"{where}, the source's code decides {explained:.0%} of the target's.",
            )
        return [Evidence("linked records", level, weight, sentence)]

    def _empty(self, index: int) -> list[Evidence]:
        weight = float(self._beyond.empty_weight[index])
        sentence = "No record fills the source field."
        return [Evidence("values", "never filled", weight, sentence)] if weight else []

    def _remembered(self, index: int) -> list[Evidence]:
        weight, recall = float(self._beyond.recall_weight[index]), self._beyond.recall
        if recall is None or abs(weight) < LEAST:
            return []
        if recall.rejected[index]:
            return [Evidence("memory", "rejected before", weight, "Somebody rejected this pair before.")]
        if recall.approved[index]:
            return [Evidence("memory", "approved before", weight, "Somebody approved this pair before.")]
        label = recall.labels[recall.origin[index]]
        level = "the same pair" if recall.likeness[index] > 0.999 else "a pair like it"
        return [Evidence("memory", level, weight, f"Approved elsewhere ({label}).")]
