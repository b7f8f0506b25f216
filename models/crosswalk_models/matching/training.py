"""Training of the shipped matcher: ``python -m crosswalk_models.matching.training --data DIR``.

Only sets under permissive licences and pairs that we wrote ourselves may train what ships; they are named
here, and the artefact's card repeats them. Everything is deterministic: same data, same artefact.
"""

import argparse
import os
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from crosswalk_engine.errors import MissingFileError

from crosswalk_models.artifacts import write_artifact
from crosswalk_models.embed import Embedder, NoEmbedder, TextEncoder, default_embedder
from crosswalk_models.matching.assign import assign
from crosswalk_models.matching.features import Features, build_features
from crosswalk_models.matching.labelled import LabelledPair, pair_folders, read_pair
from crosswalk_models.matching.metrics import best_f1_threshold
from crosswalk_models.matching.pairs import Pairs
from crosswalk_models.matching.scorer import ARTIFACT, FAR, KIND, LinearModel, rival_margins, select
from crosswalk_models.matching.sides import Side

Doubles = npt.NDArray[np.float64]
VERSION = 1
#: Sets that may train what ships, each with its licence as its README states it.
TRAINING_SETS: Mapping[str, str] = {
    "codemeta": "Apache-2.0",
    "edi": "MIT",
    "retail_orders": "labels written for this purpose, free; field names are facts",
    "webtables_zh": "Apache-2.0",
}
#: Inverse strength of the L2 penalty. Strong, because the readings are correlated and the sets few.
STRENGTH = 0.003
#: Wrong pairs kept a source: its closest 8, 2 a target, and 6 a source at random.
CLOSE_ROW, CLOSE_COL, RANDOM = 8, 2, 6
#: Total weight of wrong pairs ÷ that of right ones.
BALANCE = 4.0
#: Rules that the sets are too few to teach, in log-odds a unit, added to what is learned: fields of different
#: parties do not match, a line's field seldom matches a header's, a date never matches a price.
FIXED: Mapping[str, float] = {"role": 0.8, "level_same": 1.0, "type_clash": -2.0}
#: Calibration looks at so many candidates a target: what a person is shown.
SHOWN = 5
#: The score itself keeps at least this weight in the calibration: without rivals a pair is not yet right.
SLOPE_FLOOR = 0.3
DIGITS = 6


@dataclass(frozen=True)
class Example:
    """A labelled pair with its readings."""

    collection: str
    name: str
    features: Features
    truth: npt.NDArray[np.bool_]

    @property
    def pairs(self) -> Pairs:
        """The compared pairs: all."""
        return self.features.comparison.pairs


def make_example(pair: LabelledPair, encoder: TextEncoder) -> Example:
    """The readings of all pairs of fields of `pair`."""
    sources, targets = Side(pair.source), Side(pair.target)
    pairs = Pairs(len(sources), len(targets))
    return Example(
        pair.collection, pair.name, build_features(sources, targets, pairs, encoder), pair.truth.ravel()
    )


def fit(examples: Sequence[Example]) -> LinearModel:
    """The logistic regression of `examples`, each set with the same weight; not yet calibrated."""
    from sklearn.linear_model import LogisticRegression

    values, right, weight = _training_rows(examples)
    spoke: npt.NDArray[np.bool_] = np.min(np.isnan(values), axis=0) == 0
    readings = tuple(name for name, said in zip(examples[0].features.names, spoke, strict=True) if said)
    values = values[:, spoke].astype(np.float64)
    mean, scale = np.nanmean(values, axis=0), np.nanstd(values, axis=0)
    scale[scale < 1e-6] = 1.0
    standard = np.nan_to_num(np.clip((values - mean) / scale, -FAR, FAR))
    learned = LogisticRegression(C=STRENGTH, max_iter=2000, tol=1e-8).fit(
        standard, right, sample_weight=weight
    )
    fixed = np.asarray([FIXED.get(name, 0.0) for name in readings])
    return LinearModel(
        readings=readings,
        mean=mean,
        scale=scale,
        weights=learned.coef_[0] + fixed * scale,
        intercept=float(learned.intercept_[0]) + float(fixed @ mean),
        calibration=(1.0, 0.0, 0.0, 0.0),
        abstain_below=0.5,
    )


def calibrate(model: LinearModel, held_out: Sequence[tuple[Example, Doubles]]) -> LinearModel:
    """`model` with a calibration learned from scores of examples that it (or its like) was not trained on."""
    sets = Counter(example.collection for example, _ in held_out)
    rows, right, weight = [], [], []
    for example, score in held_out:
        shown = example.pairs.rank_in_col(score.astype(np.float32)) * example.pairs.sources < SHOWN
        inputs = np.column_stack([score, rival_margins(example.pairs, score)])
        rows.append(inputs[shown])
        right.append(example.truth[shown])
        weight.append(np.full(int(shown.sum()), 1 / sets[example.collection] / max(int(shown.sum()), 1)))
    learned = _fit_calibration(np.concatenate(rows), np.concatenate(right), np.concatenate(weight))
    calibrated = _replace(model, calibration=learned)
    return _replace(calibrated, abstain_below=_abstain_below(calibrated, held_out))


def leave_one_set_out(examples: Sequence[Example]) -> list[tuple[Example, Doubles]]:
    """Each example with the scores of a model that saw nothing of its set."""
    found = []
    for collection in sorted({example.collection for example in examples}):
        model = fit([example for example in examples if example.collection != collection])
        found += [
            (example, model.score(select(example.features, model.readings)))
            for example in examples
            if example.collection == collection
        ]
    return found


def train(examples: Sequence[Example]) -> LinearModel:
    """A calibrated model of `examples`; the calibration is learned on sets that the scores did not see."""
    return calibrate(fit(examples), leave_one_set_out(examples))


def _fit_calibration(
    inputs: Doubles, right: npt.NDArray[np.bool_], weight: Doubles
) -> tuple[float, float, float, float]:
    """Logistic regression with bounded weights: a better score or lead never makes a pair less likely."""
    from scipy.optimize import minimize

    share = weight / weight.sum()
    sign = np.where(right, 1.0, -1.0)
    design = np.column_stack([inputs, np.ones(len(inputs))])

    def loss(weights: Doubles) -> tuple[float, Doubles]:
        margin = sign * (design @ weights)
        pull = -sign / (1 + np.exp(np.clip(margin, -500, 500)))
        return float(share @ np.logaddexp(0, -margin)), design.T @ (share * pull)

    bounds = [(SLOPE_FLOOR, None), (0.0, None), (0.0, None), (None, None)]
    found = minimize(loss, np.asarray([1.0, 0.5, 0.5, -2.0]), jac=True, method="L-BFGS-B", bounds=bounds)
    slope, by_target, by_source, constant = (float(value) for value in found.x)
    return slope, by_target, by_source, constant


def _training_rows(
    examples: Sequence[Example],
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.bool_], Doubles]:
    sets = Counter(example.collection for example in examples)
    values, right, weight = [], [], []
    for example in examples:
        kept = _kept(example)
        values.append(example.features.values[kept])
        right.append(example.truth[kept])
        weight.append(np.full(int(kept.sum()), 1000 / sets[example.collection] / int(kept.sum())))
    labels, weights = np.concatenate(right), np.concatenate(weight)
    weights[labels] *= weights[~labels].sum() / weights[labels].sum() / BALANCE
    return np.concatenate(values), labels, weights


def _kept(example: Example) -> npt.NDArray[np.bool_]:
    """Which pairs of an example train: all right ones, and a choice of wrong ones."""
    pairs, overall = example.pairs, example.features.overall
    kept = example.truth.copy()
    kept |= pairs.rank_in_row(overall) * pairs.targets < CLOSE_ROW
    kept |= pairs.rank_in_col(overall) * pairs.sources < CLOSE_COL
    chosen = np.random.default_rng(1).choice(
        len(kept), min(len(kept), RANDOM * pairs.sources), replace=False, shuffle=False
    )
    kept[chosen] = True
    return kept


def _abstain_below(model: LinearModel, held_out: Iterable[tuple[Example, Doubles]]) -> float:
    """The mean over sets of the threshold with the best F1, at most 0.5: what is likelier right stays."""
    by_set: dict[str, tuple[list[Doubles], list[npt.NDArray[np.bool_]], int]] = {}
    for example, score in held_out:
        probability = model.probability(example.pairs, score)
        chosen = assign(example.pairs, probability, 0.0)
        matrix = example.truth.reshape(example.pairs.sources, example.pairs.targets)
        found = by_set.setdefault(example.collection, ([], [], 0))
        found[0].append(probability[chosen])
        found[1].append(example.truth[chosen])
        by_set[example.collection] = (found[0], found[1], found[2] + int(matrix.any(0).sum()))
    best = [
        best_f1_threshold(np.concatenate(chances), np.concatenate(right), wanted)
        for chances, right, wanted in by_set.values()
    ]
    return min(float(np.mean(best)), 0.5)


def _replace(model: LinearModel, **changes: Any) -> LinearModel:
    return LinearModel(**{**vars(model), **changes})


def as_json(model: LinearModel) -> dict[str, Any]:
    """A model as the artefact holds it, numbers to 6 significant digits."""
    numbers = {
        name: [_rounded(value) for value in getattr(model, name)]
        for name in ("mean", "scale", "weights", "calibration")
    }
    return {
        "readings": list(model.readings),
        **numbers,
        "intercept": _rounded(model.intercept),
        "abstain_below": _rounded(model.abstain_below),
    }


def _rounded(value: float) -> float:
    return float(f"{float(value):.{DIGITS}g}")


def read_sets(root: Path, collections: Iterable[str] | None = None) -> list[LabelledPair]:
    """The labelled pairs below `root`, of the named sets only.

    Raises:
        MissingFileError: one of the named sets is not there.
    """
    pairs = [
        read_pair(folder)
        for folder in pair_folders(root)
        if collections is None or folder.parent.name in collections
    ]
    missing = set(collections or ()) - {pair.collection for pair in pairs}
    if missing:
        raise MissingFileError(
            "CW-TRAINING-SETS", "training sets are missing", where=str(root), got=", ".join(sorted(missing))
        )
    return pairs


def card(pairs: Sequence[LabelledPair], encoder: TextEncoder) -> dict[str, Any]:
    """What the artefact says about itself."""
    counts = Counter(pair.collection for pair in pairs)
    links = Counter(
        {name: sum(len(pair.matches) for pair in pairs if pair.collection == name) for name in counts}
    )
    return {
        "task": "which source field a target field comes from",
        "method": "L2-regularised logistic regression over readings of pairs, calibrated on held-out sets",
        "training_sets": [
            {"set": name, "licence": TRAINING_SETS[name], "pairs": counts[name], "matches": links[name]}
            for name in sorted(counts)
        ],
        "embedding_model": encoder.name,
        "settings": {
            "inverse_penalty": STRENGTH,
            "balance": BALANCE,
            "shown": SHOWN,
            "fixed_rules": dict(FIXED),
        },
        "limits": "calibrated over these sets; probabilities may be off on one unlike all of them",
    }


@contextmanager
def steady_encoder() -> Iterator[Embedder | NoEmbedder]:
    """The default model on one thread and with a cache of its own, so that figures repeat to the last digit.

    Sums over several threads differ in their last digits, and so do batches that an older cache made smaller.
    """
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    os.environ["OMP_NUM_THREADS"] = "1"
    with threadpool_limits(1), tempfile.TemporaryDirectory() as folder:
        yield default_embedder(cache=Path(folder) / "embeddings.sqlite")


def main() -> None:
    """Train from the folder given on the command line and write the artefact."""
    parser = argparse.ArgumentParser(description="Train the field matcher.")
    parser.add_argument("--data", type=Path, required=True, help="folder with <set>/<pair>/")
    parser.add_argument("--out", type=Path, default=ARTIFACT, help="where the artefact goes")
    options = parser.parse_args()
    pairs = read_sets(options.data, TRAINING_SETS)
    with steady_encoder() as encoder:
        models = {
            name: as_json(train([make_example(pair, used) for pair in pairs]))
            for name, used in (("with_model", encoder), ("names_only", NoEmbedder("trained without")))
        }
    artifact = write_artifact(
        options.out, kind=KIND, name=KIND, version=VERSION, card=card(pairs, encoder), content=models
    )
    print(f"{artifact.label} {artifact.sha256[:12]} from {len(pairs)} pairs")


if __name__ == "__main__":
    main()
