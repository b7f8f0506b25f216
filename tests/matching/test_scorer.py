"""The shipped artefact, training and metrics."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from crosswalk_engine.errors import ConfigError, MissingFileError
from crosswalk_models.artifacts import read_artifact
from crosswalk_models.embed import NoEmbedder
from crosswalk_models.matching.features import build_features
from crosswalk_models.matching.labelled import LabelledPair
from crosswalk_models.matching.metrics import best_f1_threshold, calibration_error, rank_quality
from crosswalk_models.matching.pairs import Pairs
from crosswalk_models.matching.scorer import ARTIFACT, KIND, load_matcher, select
from crosswalk_models.matching.sides import Side
from crosswalk_models.matching.training import TRAINING_SETS, as_json, make_example, read_sets, train

WITHOUT = NoEmbedder("test")


def test_the_artefact_names_its_sets_and_their_licences() -> None:
    """The card lists exactly the sets that may train what ships, each with a licence; the hash holds."""
    card = read_artifact(ARTIFACT, kind=KIND).card
    assert {entry["set"]: entry["licence"] for entry in card["training_sets"]} == dict(TRAINING_SETS)
    assert "gdc" not in TRAINING_SETS
    assert "odoo_connect" not in TRAINING_SETS
    assert all(entry["matches"] > 0 for entry in card["training_sets"])


def test_the_artefact_fits_the_readings(field_list: Any) -> None:
    """Every reading that the artefact weighs is one that the comparators take."""
    side = Side(field_list(("a", ["1"]), "b"))
    features = build_features(side, side, Pairs(2, 2), WITHOUT)
    matcher = load_matcher()
    for model in (matcher.with_model, matcher.names_only):
        assert set(model.readings) <= set(features.names)
        assert 0.05 < model.abstain_below <= 0.5
        assert min(model.calibration[:3]) >= 0


def test_a_score_is_the_sum_of_its_reasons(field_list: Any) -> None:
    """Contributions add up to the score; a missing reading contributes nothing."""
    side = Side(field_list("orderId", "netPrice"))
    features = build_features(side, side, Pairs(2, 2), WITHOUT)
    model = load_matcher().names_only
    values = select(features, model.readings)
    shares = model.contributions(values)
    assert np.allclose(shares.sum(1) + model.intercept, model.score(values))
    assert (shares[np.isnan(values)] == 0).all()


def test_a_better_lead_never_hurts() -> None:
    """Raising one pair's score raises its probability and lowers those of its rivals."""
    model, pairs = load_matcher().with_model, Pairs(2, 2)
    before = model.probability(pairs, np.array([0.0, -1.0, -0.5, 1.0]))
    after = model.probability(pairs, np.array([0.5, -1.0, -0.5, 1.0]))
    assert after[0] > before[0]
    assert (after[[1, 2]] < before[[1, 2]]).all()
    assert (after.reshape(2, 2).sum(axis=0) <= 1 + 1e-12).all()


def labelled(make: Any, collection: str, name: str, words: list[str]) -> LabelledPair:
    source = make(*[f"source.{word}" for word in words], "source.noise", "source.other")
    target = make(*[f"target.{word}_value" for word in words], "target.extra")
    matches = tuple((f"source.{word}", f"target.{word}_value") for word in words)
    return LabelledPair(collection, name, source, target, matches)


def test_training_is_reproducible_and_learns(field_list: Any) -> None:
    """The same examples give the same model, and it ranks the right pairs of unseen names first."""
    vocabulary = ["price", "city", "street", "phone", "weight", "colour", "name", "date", "status"]
    pairs = [
        labelled(field_list, f"set{number}", "p", vocabulary[number : number + 4])
        for number in range(0, 6, 2)
    ]
    models = [as_json(train([make_example(pair, WITHOUT) for pair in pairs])) for _ in range(2)]
    assert models[0] == models[1]
    unseen = labelled(field_list, "unseen", "p", ["quantity", "currency", "country"])
    example = make_example(unseen, WITHOUT)
    model = train([make_example(pair, WITHOUT) for pair in pairs])
    score = model.score(select(example.features, model.readings)).reshape(unseen.truth.shape)
    assert rank_quality(score, unseen.truth).hit1 == 1.0


def test_missing_training_sets_are_told(tmp_path: Path) -> None:
    """A folder without the sets, and no folder at all, give a coded error."""
    with pytest.raises(MissingFileError) as caught:
        read_sets(tmp_path, TRAINING_SETS)
    assert caught.value.code == "CW-TRAINING-SETS"
    with pytest.raises(MissingFileError):
        read_sets(tmp_path / "nowhere")


def test_a_changed_matcher_is_refused(tmp_path: Path) -> None:
    """A weight changed by hand breaks the hash, and the error says what to do."""
    document = json.loads(ARTIFACT.read_text())
    document["content"]["with_model"]["weights"][0] += 1
    (tmp_path / "m.json").write_text(json.dumps(document))
    with pytest.raises(ConfigError) as caught:
        load_matcher(tmp_path / "m.json")
    assert caught.value.code == "CW-ARTIFACT-HASH"


def test_ranking_figures_by_hand() -> None:
    """MRR, hit@1, hit@3 and recall of a small table, computed on paper."""
    scores = np.array([[0.9, 0.1, 0.3], [0.8, 0.2, 0.4], [0.1, 0.7, 0.6]])
    truth = np.array([[1, 0, 0], [0, 0, 1], [0, 1, 0]], bool)
    found = rank_quality(scores, truth)
    assert found.mrr == pytest.approx((1 + 1 / 2 + 1) / 3)
    assert (found.hit1, found.hit3) == (pytest.approx(2 / 3), 1.0)
    assert found.recall == pytest.approx(2 / 3)


def test_calibration_error_by_hand() -> None:
    """Two bins: one .1 too sure, one .3 too shy, weighed by their size."""
    chance = np.array([0.2, 0.2, 0.6, 0.6])
    right = np.array([False, True, True, True])
    assert calibration_error(chance, right, bins=2) == pytest.approx((0.3 + 0.4) / 2)
    assert best_f1_threshold(np.array([0.9, 0.5, 0.1]), np.array([True, True, False]), 2) == 0.5
