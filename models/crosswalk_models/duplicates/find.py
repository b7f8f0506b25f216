"""The way of the records: roles → comparable values → candidate pairs → comparisons → score → clusters."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from crosswalk_engine.errors import RecordError, masked

from crosswalk_models.duplicates.blocking import Pairs, candidate_pairs
from crosswalk_models.duplicates.cluster import find_clusters
from crosswalk_models.duplicates.compare import compare
from crosswalk_models.duplicates.evidence import Explainer
from crosswalk_models.duplicates.fields import make_comparable
from crosswalk_models.duplicates.meaning import read_meaning
from crosswalk_models.duplicates.records import Records
from crosswalk_models.duplicates.roles import Entity, Role, find_roles
from crosswalk_models.duplicates.score import load_weights, score_pairs
from crosswalk_models.duplicates.supervised import DECIDED, learn
from crosswalk_models.embed import TextEncoder
from crosswalk_models.types import Evidence

#: Pairs from this probability on are called a match.
MATCH = 0.5
Label = tuple[str, str, bool]


@dataclass(frozen=True, slots=True)
class DuplicatePair:
    """Two records that may be one thing; `left` and `right` are row numbers in the records."""

    left: int
    right: int
    probability: float
    evidence: tuple[Evidence, ...]

    @property
    def match(self) -> bool:
        """Whether the pair counts as one thing."""
        return self.probability >= MATCH


@dataclass(frozen=True, slots=True)
class Duplicates:
    """Every pair scored at least the minimum, surest first; and a cluster number for each record, (n,).

    `notes` say what limited the result, e.g. that there is no embedding model.
    """

    records: Records
    entity: Entity
    roles: dict[str, Role]
    pairs: tuple[DuplicatePair, ...]
    clusters: npt.NDArray[np.int64]
    model: str
    notes: tuple[str, ...] = ()


def find_duplicates(
    records: Records,
    *,
    entity: Entity | None = None,
    labels: Sequence[Label] = (),
    minimum: float = 0.05,
    encoder: TextEncoder | None = None,
) -> Duplicates:
    """Find records that are one thing: within one table, or across two.

    Args:
        records: from `read_records` or `from_rows`.
        entity: what the records are; None to tell it from the columns.
        labels: decisions (left id, right id, match) to learn from; decided pairs keep their answer.
        minimum: pairs less probable than this are not reported, in [0, 1].
        encoder: reads the names of doubtful products and companies; None for the packaged model.

    Raises:
        RecordError: a label names an id that is not there.
        ConfigError: an embedding model was named and is of no use.
    """
    roles, kind = find_roles(records, entity)
    data = make_comparable(records, roles, kind)
    decided = _rows_of(labels, records)
    pairs = candidate_pairs(data, also=decided)
    if not len(pairs):
        return Duplicates(records, kind, roles, (), np.arange(len(records)), load_weights()[0].label)
    compared = compare(data, pairs)
    scored = score_pairs(data, compared)
    final = scored.score
    if decided:
        answers = _numbers_of(decided, pairs.left * len(records) + pairs.right, len(records))
        final = learn(scored, pairs, len(records), answers).score
    meaning = read_meaning(data, pairs, final, encoder)
    final = final + meaning.weights
    probability = 1 / (1 + np.exp(-np.clip(final, -DECIDED, DECIDED)))
    apart = [pair for pair, same in decided.items() if not same]
    table = records.side if records.linking else None
    clusters = find_clusters(
        pairs, probability, len(records), threshold=MATCH, one_of_each=table, apart=apart
    )
    found = _shown(pairs, probability, minimum, Explainer(compared, scored, final, meaning))
    return Duplicates(records, kind, roles, found, clusters, scored.model, meaning.notes)


def _shown(
    pairs: Pairs, probability: npt.NDArray[np.floating], minimum: float, explainer: Explainer
) -> tuple[DuplicatePair, ...]:
    """The pairs to report, surest first, each with its evidence."""
    shown = np.flatnonzero(probability >= minimum)
    ordered = shown[np.lexsort((pairs.right[shown], pairs.left[shown], -probability[shown]))]
    return tuple(
        DuplicatePair(
            int(pairs.left[row]),
            int(pairs.right[row]),
            round(float(probability[row]), 6),
            explainer.explain(int(row)),
        )
        for row in ordered
    )


def _rows_of(labels: Sequence[Label], records: Records) -> dict[tuple[int, int], bool]:
    """Labels by row numbers, left below right; the last decision on a pair holds."""
    left = {record: row for row, record in enumerate(records.ids) if records.side[row] == 0}
    right = {record: row for row, record in enumerate(records.ids) if records.side[row] == 1} or left
    decided: dict[tuple[int, int], bool] = {}
    for one, other, same in labels:
        for name, table in ((one, left), (other, right)):
            if name not in table:
                raise RecordError(
                    "CW-LABELS-ID", "a label names a record that is not there", got=masked(name),
                    fix="labels name ids of the records: left_id of the first file, right_id of the second",
                )  # fmt: skip
        a, b = sorted((left[one], right[other]))
        if a != b:
            decided[a, b] = same
    return decided


def _numbers_of(
    decided: dict[tuple[int, int], bool], packed: npt.NDArray[np.int64], records: int
) -> dict[int, bool]:
    """Decisions by pair number; every decided pair is among the candidates."""
    number = {int(key): row for row, key in enumerate(packed)}
    return {number[a * records + b]: same for (a, b), same in decided.items() if a * records + b in number}
