"""The matcher against baselines: ``python -m crosswalk_models.matching.benchmark --data DIR``.

Every set is scored by a model that saw nothing of it: a set that trains what ships is left out of a training
of its own, the others are scored by what ships. One run, one metric code, one table (docs/matching.md).
"""

import argparse
from collections.abc import Callable, Iterable, Sequence
from dataclasses import astuple, dataclass
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz

from crosswalk_models.embed import NoEmbedder, TextEncoder
from crosswalk_models.matching.labelled import LabelledPair, pair_folders, read_pair
from crosswalk_models.matching.metrics import Ranking, calibration_error, rank_quality
from crosswalk_models.matching.names import split_path, split_words
from crosswalk_models.matching.pairs import Pairs
from crosswalk_models.matching.scorer import LinearModel, load_matcher, select
from crosswalk_models.matching.training import TRAINING_SETS, Example, make_example, steady_encoder, train

Scores = npt.NDArray[np.floating]
#: Of two sets with many near copies, the pairs that count; of the others, all but the two toys.
REPORTED: dict[str, frozenset[str]] = {
    "codemeta": frozenset(
        [
            "datacite",
            "citation_file_format_1_2_0",
            "nodejs",
            "java_maven",
            "zenodo",
            "wikidata",
            "dcat_3",
            "spase",
            "publiccode",
            "usgs_modelcatalog",
        ]
    ),
    "edi": frozenset(["850ToJSON", "850ToIDOC", "850ToXML", "JSONTo850", "XMLTo850", "UNEordersToiDOC"]),
}
TOYS = frozenset({"authors", "prestashop_odoo_delivery_carrier"})


@dataclass(frozen=True)
class Row:
    """One method on one set: the mean of its pairs' figures."""

    method: str
    collection: str
    pairs: int
    ranking: Ranking


def is_reported(pair: LabelledPair) -> bool:
    """Whether a pair counts in the table."""
    chosen = REPORTED.get(pair.collection)
    return pair.name not in TOYS and (chosen is None or pair.name in chosen)


def plain_names(pair: LabelledPair, parents: int) -> tuple[list[str], list[str]]:
    """Names split into words and no more: the last `parents` + 1 parts of each path."""
    sides = (pair.source, pair.target)
    left, right = (
        [
            " ".join(word for name, _ in split_path(path)[-parents - 1 :] for word in split_words(name))
            or path
            for path in side.paths
        ]
        for side in sides
    )
    return left, right


def by_rapidfuzz(pair: LabelledPair) -> Scores:
    """token_set_ratio of the whole paths."""
    left, right = plain_names(pair, parents=64)
    return Pairs(len(left), len(right)).similarity(fuzz.token_set_ratio, left, right)


def by_embedding(pair: LabelledPair, *, encoder: TextEncoder, samples: bool) -> Scores:
    """Cosine of parent and leaf, with up to five samples if wanted."""
    texts = list(plain_names(pair, parents=1))
    if samples:
        for number, side in enumerate((pair.source, pair.target)):
            texts[number] = [
                f"{name}: {', '.join(value[:30] for value in item.samples[:5])}" if item.samples else name
                for name, item in zip(texts[number], side.fields, strict=True)
            ]
    left, right = (encoder.encode(side) for side in texts)
    assert left is not None  # the baseline is only run with a model
    assert right is not None
    return (left @ right.T).ravel()


def held_out_models(examples: Sequence[Example], *, with_model: bool) -> dict[str, LinearModel]:
    """For each set, a model that saw nothing of it."""
    shipped = load_matcher()
    found = {}
    for collection in sorted({example.collection for example in examples}):
        if collection in TRAINING_SETS:
            others = [item for item in examples if item.collection in TRAINING_SETS]
            found[collection] = train([item for item in others if item.collection != collection])
        else:
            found[collection] = shipped.with_model if with_model else shipped.names_only
    return found


def ours(examples: Sequence[Example], *, with_model: bool) -> dict[tuple[str, str], Scores]:
    """Probabilities of every pair by models that saw nothing of its set."""
    models = held_out_models(examples, with_model=with_model)
    found: dict[tuple[str, str], Scores] = {}
    for example in examples:
        model = models[example.collection]
        score = model.score(select(example.features, model.readings))
        found[example.collection, example.name] = model.probability(example.pairs, score)
    return found


def score_rows(
    pairs: Iterable[LabelledPair], method: str, scores: Callable[[LabelledPair], Scores]
) -> list[Row]:
    """The figures of one method, a row a set."""
    by_set: dict[str, list[Ranking]] = {}
    for pair in pairs:
        truth = pair.truth
        by_set.setdefault(pair.collection, []).append(rank_quality(scores(pair).reshape(truth.shape), truth))
    return [Row(method, name, len(found), mean(found)) for name, found in sorted(by_set.items())]


def mean(rankings: Sequence[Ranking]) -> Ranking:
    """The mean of each figure."""
    return Ranking(*(float(value) for value in np.mean([astuple(item) for item in rankings], axis=0)))


def reliability(pairs: Sequence[LabelledPair], scores: dict[tuple[str, str], Scores]) -> list[str]:
    """Calibration of the best suggestion of every target, a line a set: error, coverage at two thresholds."""
    lines = []
    for collection in (*sorted({pair.collection for pair in pairs}), "all"):
        chances, right = [], []
        for pair in pairs:
            if collection in ("all", pair.collection):
                matrix = scores[pair.collection, pair.name].reshape(pair.truth.shape)
                best = matrix.argmax(axis=0)
                chances.append(matrix.max(axis=0))
                right.append(pair.truth[best, np.arange(len(best))])
        p, ok = np.concatenate(chances), np.concatenate(right)
        cells = [f"{collection:14} error {calibration_error(p, ok):.3f}"]
        for least in (0.95, 0.8):
            sure = p >= least
            precision = f"{ok[sure].mean():.3f}" if sure.any() else "-"
            cells.append(f"p >= {least}: {sure.mean():6.1%} of targets, {precision} right")
        lines.append("  ".join(cells))
    return lines


def render(rows: Sequence[Row]) -> str:
    """Methods down, sets across, each cell MRR / hit@1 / hit@3; the last column is the mean over sets."""
    sets = sorted({row.collection for row in rows})
    methods = list(dict.fromkeys(row.method for row in rows))
    by_place = {(row.method, row.collection): row for row in rows}
    counts = {row.collection: row.pairs for row in rows}
    lines = [
        "| method | " + " | ".join(f"{name} ({counts[name]})" for name in sets) + " | macro |",
        "|---" * (len(sets) + 2) + "|",
    ]
    for method in methods:
        found = [by_place[method, name].ranking for name in sets]
        lines.append(f"| {method} | " + " | ".join(map(_cell, [*found, mean(found)])) + " |")
    return "\n".join(lines)


def _cell(ranking: Ranking) -> str:
    return " / ".join(f"{value:.3f}".lstrip("0") for value in (ranking.mrr, ranking.hit1, ranking.hit3))


def _looked_up(scores: dict[tuple[str, str], Scores], pair: LabelledPair) -> Scores:
    return scores[pair.collection, pair.name]


def run(root: Path) -> str:
    """The tables of all methods on the labelled pairs below `root`."""
    every = [read_pair(folder) for folder in pair_folders(root)]
    pairs = [pair for pair in every if is_reported(pair)]
    known = [pair for pair in every if pair.collection in TRAINING_SETS or is_reported(pair)]
    rows = score_rows(pairs, "rapidfuzz token_set, whole path", by_rapidfuzz)
    scores: dict[tuple[str, str], Scores] = {}
    with steady_encoder() as encoder:
        for method, samples in (("MiniLM, parent and leaf", False), ("MiniLM, name and samples", True)):
            rows += score_rows(pairs, method, partial(by_embedding, encoder=encoder, samples=samples))
        for method, used in (("Crosswalk without a model", NoEmbedder("left out")), ("Crosswalk", encoder)):
            scores = ours([make_example(pair, used) for pair in known], with_model=used is encoder)
            rows += score_rows(pairs, method, partial(_looked_up, scores))
    return render(rows) + "\n\n" + "\n".join(reliability(pairs, scores))


def main() -> None:
    """Score all methods on the folder given on the command line and print the tables."""
    parser = argparse.ArgumentParser(description="The matcher against baselines.")
    parser.add_argument("--data", type=Path, required=True, help="folder with <set>/<pair>/")
    print(run(parser.parse_args().data))


if __name__ == "__main__":
    main()
