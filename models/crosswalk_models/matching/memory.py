"""Mapping memory: what people approved and rejected before, in this project and in others.

Exact recall: the same two paths were approved (or rejected) before. Recall by likeness: a pair of fields like
this one was approved between other systems; both sides must be like their counterparts, so the weaker side
decides. A known mapping says more than any comparison of names.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
from crosswalk_engine.errors import MissingFileError

from crosswalk_models.embed import TextEncoder
from crosswalk_models.feedback import read_decisions
from crosswalk_models.matching.labelled import LabelledPair, is_pair, read_pair
from crosswalk_models.matching.pairs import Pairs
from crosswalk_models.matching.sides import Side
from crosswalk_models.matching.tfidf import character_pieces, hashed
from crosswalk_models.readers import FieldSet

Floats = npt.NDArray[np.float32]
#: Likeness from which a remembered pair begins to count.
FROM = 0.5


@dataclass(frozen=True)
class Memory:
    """Approved and rejected pairs of paths.

    Attributes:
        pairs: mappings between other systems (or earlier versions of these), with their field lists.
        approved, rejected: (source path, target path) → by whom or where, for exactly these systems.
    """

    pairs: tuple[LabelledPair, ...] = ()
    approved: dict[tuple[str, str], str] = field(default_factory=dict)
    rejected: dict[tuple[str, str], str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.pairs or self.approved or self.rejected)


@dataclass(frozen=True, slots=True)
class Recall:
    """What the memory says of each compared pair.

    Attributes:
        likeness: array (n_pairs,), 0 to 1: how like an approved pair it is.
        origin: array (n_pairs,), number of that approved pair in `labels`; -1 for none.
        labels: ``pair: source → target`` of the remembered pairs.
        approved, rejected: array (n_pairs,) of bool.
    """

    likeness: Floats
    origin: npt.NDArray[np.intp]
    labels: tuple[str, ...]
    approved: npt.NDArray[np.bool_]
    rejected: npt.NDArray[np.bool_]


def read_memory(folder: Path) -> Memory:
    """The approved pairs in ``<folder>/<pair>/``; `folder` may also be one pair itself.

    Raises:
        MissingFileError: there is no such folder, or no pair in it.
        RecordError: one of them is unreadable.
    """
    if not folder.is_dir():
        raise MissingFileError(
            "CW-MEMORY-FOLDER", "there is no such folder", where=str(folder), fix="check --memory"
        )
    folders = [folder] if is_pair(folder) else sorted(inner for inner in folder.iterdir() if is_pair(inner))
    if not folders:
        raise MissingFileError(
            "CW-MEMORY-EMPTY",
            "the folder holds no mapping memory",
            where=str(folder),
            expected="<pair>/source_fields.csv, target_fields.csv and mapping.json",
        )
    return Memory(pairs=tuple(read_pair(inner) for inner in folders))


def decided_pairs(project: Path) -> tuple[dict[tuple[str, str], str], dict[tuple[str, str], str]]:
    """The pairs that people approved and rejected in the decisions of `project`; the last word counts.

    Raises:
        MissingFileError: there is no such project.
        RecordError: a decision is unreadable.
    """
    if not project.is_dir():
        raise MissingFileError("CW-PROJECT-MISSING", "there is no such project", where=str(project))
    approved: dict[tuple[str, str], str] = {}
    rejected: dict[tuple[str, str], str] = {}
    for decision in read_decisions(project):
        source = (decision.suggestion or {}).get("source")
        if decision.kind != "rule" or not source:
            continue
        pair = (str(source), decision.target)
        accepted = decision.action != "reject"
        (approved if accepted else rejected)[pair] = decision.actor
        (rejected if accepted else approved).pop(pair, None)
    return approved, rejected


def recall(memory: Memory, sources: Side, targets: Side, pairs: Pairs, encoder: TextEncoder) -> Recall:
    """What `memory` says of `pairs`."""
    likeness = np.zeros(len(pairs), np.float32)
    origin = np.full(len(pairs), -1, np.intp)
    labels: list[str] = []
    for known in memory.pairs:
        for matches, left, right in _directions(known):
            if not matches:
                continue
            start = len(labels)
            labels += [f"{known.name}: {a} → {b}" for a, b in matches]
            found, which = _alike(matches, (left, right), (sources, targets), pairs, encoder)
            better = found > likeness
            likeness[better], origin[better] = found[better], which[better] + start
    return Recall(likeness, origin, tuple(labels), *_exact(memory, sources, targets, pairs))


def _directions(
    known: LabelledPair,
) -> Iterable[tuple[Sequence[tuple[str, str]], FieldSet, FieldSet]]:
    """A mapping read forwards and backwards: what maps A to B also says how B maps to A."""
    yield known.matches, known.source, known.target
    yield [(b, a) for a, b in known.matches], known.target, known.source


def _alike(
    matches: Sequence[tuple[str, str]],
    known: tuple[FieldSet, FieldSet],
    sides: tuple[Side, Side],
    pairs: Pairs,
    encoder: TextEncoder,
) -> tuple[Floats, npt.NDArray[np.intp]]:
    """Per pair, the likeness to the most like of `matches` (the weaker of both sides), and which it is."""
    left = _likeness(sides[0], known[0], [a for a, _ in matches], encoder)
    right = _likeness(sides[1], known[1], [b for _, b in matches], encoder)
    best = np.zeros(len(pairs), np.float32)
    which = np.full(len(pairs), -1, np.intp)
    for number in range(len(matches)):
        both = np.minimum(left[pairs.rows, number], right[pairs.cols, number])
        better = both > best
        best[better], which[better] = both[better], number
    return best, which


def _likeness(side: Side, known: FieldSet, paths: Sequence[str], encoder: TextEncoder) -> Floats:
    """How like each field is to each remembered one: 1 for the same path in a list with most of our paths."""
    remembered = Side(known)
    chosen = [known.index[path] for path in paths]
    texts, other = side.with_samples, [remembered.with_samples[index] for index in chosen]
    vectors = encoder.encode(texts)
    if vectors is None:
        names = [name.full for name in side.names]
        found = (
            hashed(names, character_pieces)
            @ hashed([remembered.names[index].full for index in chosen], character_pieces).T
        )
    else:
        others = encoder.encode(other)
        assert others is not None  # one encoder either embeds or does not
        found = vectors @ others.T
    found = np.clip(found, 0, 1)
    shared = len(set(known.paths) & set(side.set.paths))
    if shared >= 0.5 * min(len(known.paths), len(side.set.paths)):
        for column, path in enumerate(paths):
            if path in side.set.index:
                found[side.set.index[path], column] = 1.0
    return np.asarray(found, np.float32)


def _exact(
    memory: Memory, sources: Side, targets: Side, pairs: Pairs
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    found = []
    for decided in (memory.approved, memory.rejected):
        matrix = np.zeros((len(sources), len(targets)), bool)
        for source, target in decided:
            row, col = sources.set.index.get(source), targets.set.index.get(target)
            if row is not None and col is not None:
                matrix[row, col] = True
        found.append(matrix[pairs.rows, pairs.cols])
    return found[0], found[1]
