"""Pairs, margins, assignment and candidates: laws that hold for any numbers."""

from typing import Any

import numpy as np
import pytest
from crosswalk_models.embed import NoEmbedder
from crosswalk_models.matching import candidates
from crosswalk_models.matching.assign import assign
from crosswalk_models.matching.pairs import Pairs
from crosswalk_models.matching.scorer import rival_margins
from crosswalk_models.matching.sides import Side
from crosswalk_models.matching.tfidf import character_pieces, weighted
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from rapidfuzz import fuzz

SHAPES = st.tuples(st.integers(1, 6), st.integers(1, 6))
MATRICES = SHAPES.flatmap(
    lambda shape: hnp.arrays(np.float32, shape, elements=st.floats(-5, 5, width=16), unique=True)
)


def sparse(matrix: np.ndarray) -> Pairs:
    """All pairs, but held as a choice."""
    return Pairs(*matrix.shape, np.ones(matrix.shape, bool))


@given(MATRICES)
def test_dense_and_chosen_pairs_agree(matrix: np.ndarray) -> None:
    """Maxima, ranks and margins are the same whether all pairs are implied or chosen one by one."""
    dense, chosen, values = Pairs(*matrix.shape), sparse(matrix), matrix.ravel()
    for name in ("over_rows", "over_cols", "rank_in_row", "rank_in_col"):
        assert np.allclose(getattr(dense, name)(values), getattr(chosen, name)(values)), name
    assert np.allclose(
        rival_margins(dense, values.astype(float)), rival_margins(chosen, values.astype(float))
    )


@given(MATRICES)
def test_only_the_best_stands_above_its_rivals(matrix: np.ndarray) -> None:
    """Exactly one pair a target has a positive lead, and it is the one with the greatest score."""
    lead = rival_margins(Pairs(*matrix.shape), matrix.astype(float).ravel())[:, 0].reshape(matrix.shape)
    assert (lead > 0).sum(axis=0).tolist() == [1] * matrix.shape[1]
    assert np.array_equal(lead.argmax(axis=0), matrix.argmax(axis=0))


@given(MATRICES, st.floats(0.05, 0.95))
def test_assignment_is_one_to_one_and_abstains(matrix: np.ndarray, least: float) -> None:
    """Each source and target stands once, nothing below the threshold, targets in order."""
    pairs, chance = Pairs(*matrix.shape), 1 / (1 + np.exp(-matrix.ravel().astype(float)))
    chosen = assign(pairs, chance, least)
    assert len(set(pairs.rows[chosen])) == len(set(pairs.cols[chosen])) == len(chosen)
    assert (chance[chosen] >= least).all()
    assert (np.diff(pairs.cols[chosen]) > 0).all()


def test_assignment_takes_the_best_sum() -> None:
    """Two targets that want one source share: .9 + .7 beats .95 + .1."""
    chance = np.array([[0.95, 0.9], [0.7, 0.1]])
    pairs = Pairs(2, 2)
    chosen = assign(pairs, chance.ravel(), 0.05)
    assert [(int(pairs.rows[at]), int(pairs.cols[at])) for at in chosen] == [(1, 0), (0, 1)]


def test_similarities_of_chosen_pairs_are_those_of_all() -> None:
    """rapidfuzz pair by pair gives what the whole table gives, repeated texts included."""
    left, right = ["order id", "qty", "order id"], ["id", "quantity"]
    full = Pairs(3, 2).similarity(fuzz.token_set_ratio, left, right)
    some = Pairs(3, 2, np.ones((3, 2), bool)).similarity(fuzz.token_set_ratio, left, right)
    assert np.array_equal(full, some)
    assert full[0] == full[4] == 1.0


def test_large_systems_keep_their_closest(monkeypatch: pytest.MonkeyPatch, field_list: Any) -> None:
    """Beyond the limit each field keeps its closest partners, its namesake among them."""
    monkeypatch.setattr(candidates, "ALL_PAIRS", 10)
    monkeypatch.setattr(candidates, "KEPT", 2)
    names = ["post code", "quantity", "currency", "order date", "customer name"]
    side = Side(field_list(*names))
    pairs = candidates.candidate_pairs(side, side, NoEmbedder("test"))
    assert not pairs.dense
    assert len(pairs) < 25
    kept = set(zip(pairs.rows.tolist(), pairs.cols.tolist(), strict=True))
    assert {(number, number) for number in range(5)} <= kept


def test_rare_pieces_weigh_more() -> None:
    """A shared rare word makes two names nearer than a shared common one."""
    left, right = weighted(
        ["order kettle", "order mug", "order jug"], ["order kettle", "order cup"], character_pieces
    )
    assert left[0] @ right[0] == pytest.approx(1, abs=1e-5)
    assert left[0] @ right[0] > left[1] @ right[1] > 0
