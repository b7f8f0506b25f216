"""`suggest`: two systems in, ranked and explained mapping suggestions out. The page to read first."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from crosswalk_models.embed import NoEmbedder, TextEncoder, default_embedder
from crosswalk_models.matching.assign import assign
from crosswalk_models.matching.candidates import candidate_pairs
from crosswalk_models.matching.evidence import Beyond, Explainer
from crosswalk_models.matching.features import Features, build_features
from crosswalk_models.matching.links import LEAST, Links, find_links
from crosswalk_models.matching.memory import FROM, Memory, Recall, recall
from crosswalk_models.matching.pairs import Pairs
from crosswalk_models.matching.scorer import FieldMatcher, load_matcher, select
from crosswalk_models.matching.sides import Side
from crosswalk_models.matching.templates import propose
from crosswalk_models.readers import FieldSet, read_fields
from crosswalk_models.types import Suggestion

Doubles = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]
#: Records of a payload file that are looked at.
RECORDS = 2_000
#: Log-odds that linked records add: 1.5 times the log-odds of their agreement, from this agreement on; at
#: most 5 where a code decides; and where neither shows. Then what full recall by likeness adds. Set by hand:
#: no public benchmark has linked records (docs/matching.md).
AGREED, AGREES_FROM, DETERMINED, UNLINKED, RECALLED = 1.5, 0.35, 5.0, -2.5, 8.0
#: Log-odds of a source field that no record fills.
NEVER_FILLED = -2.0
#: Probability of a pair that was approved or rejected before, for exactly these paths.
APPROVED, REJECTED = 0.99, 0.01


@dataclass(frozen=True, slots=True)
class Assigned:
    """One pair of the one-to-one assignment; `group` names a many-to-one group, `None` for a single pair."""

    target: str
    source: str
    probability: float
    group: str | None = None


@dataclass(frozen=True)
class MatchResult:
    """Suggestions for every target field (in the target's order, then by rank), and an assignment.

    `notes` say what limited the result, e.g. that there is no embedding model.
    """

    suggestions: tuple[Suggestion, ...]
    assignment: tuple[Assigned, ...]
    model: str
    notes: tuple[str, ...]

    def for_target(self, target: str) -> tuple[Suggestion, ...]:
        """The suggestions for one target, best first."""
        return tuple(item for item in self.suggestions if item.target == target)

    def to_json(self) -> dict[str, Any]:
        """The command line's output (docs/matching.md)."""
        return {
            "suggestions": [
                {
                    "target": item.target,
                    "source": item.source,
                    "rank": item.rank,
                    "probability": round(item.probability, 6),
                    "evidence": [reason.to_json() for reason in item.evidence],
                }
                for item in self.suggestions
            ],
            "assignment": [
                {
                    "target": item.target,
                    "source": item.source,
                    "probability": round(item.probability, 6),
                    "group": item.group,
                }
                for item in self.assignment
            ],
        }


def suggest(
    source: FieldSet | Path | str,
    target: FieldSet | Path | str,
    *,
    top: int = 5,
    memory: Memory | None = None,
    encoder: TextEncoder | None = None,
    matcher: FieldMatcher | None = None,
) -> MatchResult:
    """Suggest for each target field the source fields that it may come from.

    Args:
        source, target: files (any format of `crosswalk_models.readers`) or field sets already read.
        top: suggestions a target, at least 1.
        memory: approved and rejected pairs (`crosswalk_models.matching.memory`).
        encoder: embedding model; `None` for the default one.
        matcher: scorer; `None` for the one that ships.

    Raises:
        CrosswalkError: a file or the model cannot be read.
    """
    encoder = encoder or default_embedder()
    matcher = matcher or load_matcher()
    sides = (Side(_fields(source)), Side(_fields(target)))
    pairs = candidate_pairs(*sides, encoder)
    if not len(pairs):
        return MatchResult((), (), matcher.label, ("one side has no fields",))
    features = build_features(*sides, pairs, encoder)
    model = matcher.choose(features)
    beyond = _look_beyond(sides, pairs, memory, encoder)
    score = model.score(select(features, model.readings)) + beyond.total
    probability = model.probability(pairs, score, np.minimum(beyond.link_weight, 0.0))
    if beyond.recall is not None:
        probability = _decided(probability, beyond.recall)
    shown, ranks = _best(pairs, probability, top)
    explainer = Explainer(features, model, beyond, shown)
    chosen = assign(pairs, probability, model.abstain_below)
    return MatchResult(
        tuple(
            _suggestion(features, explainer, int(index), int(rank), float(probability[index]), matcher.label)
            for index, rank in zip(shown, ranks, strict=True)
        ),
        _assigned(features, probability, chosen),
        matcher.label,
        _notes(encoder, beyond.links),
    )


def _fields(side: FieldSet | Path | str) -> FieldSet:
    return (side if isinstance(side, FieldSet) else read_fields(side, limit=RECORDS)).without_repeats()


def _look_beyond(
    sides: tuple[Side, Side], pairs: Pairs, memory: Memory | None, encoder: TextEncoder
) -> Beyond:
    links = find_links(sides[0].set, sides[1].set)
    link_weight = np.zeros(len(pairs))
    empty = (sides[0].set.kind == "records") & ~sides[0].forms.present[pairs.rows]
    empty_weight = np.where(empty, NEVER_FILLED, 0.0)
    if links is not None:
        link_weight = _link_weight(links, pairs)
    if not memory:
        return Beyond(links, link_weight, None, np.zeros(len(pairs)), empty_weight)
    remembered = recall(memory, *sides, pairs, encoder)
    weight = RECALLED * np.clip((remembered.likeness - FROM) / (1 - FROM), 0, 1).astype(np.float64)
    weight[remembered.approved] = RECALLED
    weight[remembered.rejected] = -RECALLED
    return Beyond(links, link_weight, remembered, weight, empty_weight)


def _link_weight(links: Links, pairs: Pairs) -> Doubles:
    """Log-odds that linked records add: for agreement, for a code list, and against where neither shows."""
    agreement, determines = (pairs.gather(matrix) for matrix in (links.agreement, links.determines))
    beyond_chance = np.log((agreement + 0.01) / (1.01 - agreement)) - np.log(AGREES_FROM / (1 - AGREES_FROM))
    speaks = np.maximum(np.maximum(AGREED * beyond_chance, 0), DETERMINED * determines).astype(np.float64)
    silent = (speaks < 0.5) & (pairs.gather(links.compared) >= LEAST)
    return np.where(silent | links.constant[pairs.cols], np.minimum(UNLINKED + speaks, speaks), speaks)


def _decided(probability: Doubles, remembered: Recall) -> Doubles:
    """Earlier decisions about exactly these paths bind the probability, the last word being a person's."""
    bound = np.where(remembered.approved, np.maximum(probability, APPROVED), probability)
    return np.where(remembered.rejected, np.minimum(bound, REJECTED), bound)


def _best(pairs: Pairs, probability: Doubles, top: int) -> tuple[Ints, Ints]:
    """The `top` pairs of each target, in order of target and rank, and their ranks (from 1)."""
    order = np.lexsort((pairs.rows, -probability, pairs.cols))
    counts = np.bincount(pairs.cols, minlength=pairs.targets)
    starts = np.concatenate(([0], np.cumsum(counts)[:-1]))
    ranks = np.arange(len(order)) - starts[pairs.cols[order]] + 1
    return order[ranks <= top], ranks[ranks <= top]


def _suggestion(
    features: Features, explainer: Explainer, index: int, rank: int, probability: float, label: str
) -> Suggestion:
    sources, targets = features.comparison.sources, features.comparison.targets
    row, col = int(features.comparison.pairs.rows[index]), int(features.comparison.pairs.cols[index])
    return Suggestion(
        kind="mapping",
        target=targets.fields[col].path,
        source=sources.fields[row].path,
        rank=rank,
        probability=probability,
        evidence=explainer.evidence(index),
        model=label,
        payload=propose(sources, row, targets, col).to_json(),
    )


def _assigned(features: Features, probability: Doubles, chosen: Ints) -> tuple[Assigned, ...]:
    comparison = features.comparison
    pairs = comparison.pairs
    return tuple(
        Assigned(
            comparison.targets.fields[int(pairs.cols[index])].path,
            comparison.sources.fields[int(pairs.rows[index])].path,
            float(probability[index]),
        )
        for index in chosen
    )


def _notes(encoder: TextEncoder, links: Links | None) -> tuple[str, ...]:
    notes = []
    if isinstance(encoder, NoEmbedder):
        notes.append(f"no embedding model ({encoder.reason}): names, types and values only")
    if links is not None:
        notes.append(f"{links.count} records are linked by {links.source_key} = {links.target_key}")
    return tuple(notes)
