"""The meaning of names: only doubtful products and companies are read, in bounds; nothing needs a model."""

import numpy as np
import pytest
from crosswalk_models.duplicates import Entity, find_duplicates, from_rows, meaning
from crosswalk_models.duplicates.blocking import Pairs
from crosswalk_models.duplicates.fields import make_comparable
from crosswalk_models.duplicates.meaning import RUNGS, UNKNOWN, WEIGHTS, read_meaning
from crosswalk_models.duplicates.roles import Role
from crosswalk_models.embed import NoEmbedder


class Angles:
    """An encoder that turns a title's last number into an angle, and remembers what it was asked."""

    name = "angles"

    def __init__(self):
        self.asked = []

    def encode(self, texts):
        """Unit vectors at so many degrees."""
        self.asked += texts
        angles = np.deg2rad([float(text.split()[-1]) for text in texts])
        return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


def titles(*values, entity=Entity.PRODUCT, role=Role.TITLE):
    """Comparable records of one column."""
    records = from_rows([{"id": str(n), "x": value} for n, value in enumerate(values)])
    return make_comparable(records, {"x": role}, entity)


def pairs_of(*rows):
    """Candidate pairs by row numbers."""
    return Pairs(*(np.array(side, np.int64) for side in zip(*rows, strict=True)))


def shops():
    """Eight products in two shops, their wording half changed."""
    kinds = ["desk lamp", "garden chair", "tea pot", "wall clock", "wool rug", "oak shelf", "bath mat", "mug"]
    left = [{"id": f"a{n}", "name": f"{kind} blue large {n}"} for n, kind in enumerate(kinds)]
    right = [{"id": f"b{n}", "name": f"large {kind} navy {n}"} for n, kind in enumerate(kinds)]
    return from_rows(left, right)


def outcome(found):
    """What a run says, without its reasons."""
    return [(pair.left, pair.right, pair.probability) for pair in found.pairs], found.clusters.tolist()


def test_each_rung_begins_at_its_cosine():
    """0, 25, 45 and 80 degrees apart: same, close, related, unlike."""
    data = titles("lamp 0", "shade 0", "lamp 25", "lamp 45", "lamp 80")
    found = read_meaning(data, pairs_of((0, 1), (0, 2), (0, 3), (0, 4)), np.zeros(4), Angles())
    assert [RUNGS[rung] for rung in found.rungs] == ["same", "close", "related", "unlike"]
    assert found.notes == ()


def test_a_higher_rung_never_counts_less():
    """One weight a rung, none falling, and none below nothing at the top."""
    assert len(WEIGHTS) == len(RUNGS)
    assert list(WEIGHTS) == sorted(WEIGHTS)
    assert WEIGHTS[-1] >= 0


def test_only_doubtful_pairs_with_names_are_read():
    """.01 and .99 are settled, a blank name says nothing: only the pair at .5 is read."""
    data = titles("lamp 0", "lamp 10", "lamp 20", "")
    encoder = Angles()
    score = np.array([-4.6, 0.0, 4.6, 0.0])
    found = read_meaning(data, pairs_of((0, 1), (0, 2), (1, 2), (0, 3)), score, encoder)
    assert found.rungs.tolist() == [UNKNOWN, 2, UNKNOWN, UNKNOWN]
    assert encoder.asked == ["lamp 0", "lamp 20"]


def test_texts_are_bounded_and_the_most_doubtful_come_first(monkeypatch):
    """Room for two texts: the pair at .5 is read, the one at .7 is not, and a note counts it."""
    monkeypatch.setattr(meaning, "MOST_TEXTS", 2)
    data, encoder = titles("lamp 0", "lamp 10", "lamp 20"), Angles()
    found = read_meaning(data, pairs_of((0, 1), (1, 2)), np.array([0.85, 0.0]), encoder)
    assert encoder.asked == ["lamp 10", "lamp 20"]
    assert found.rungs[0] == UNKNOWN
    assert found.notes == ("the meaning of 1 doubtful pairs was not compared: more than 2 names",)


def test_persons_are_never_embedded(make_people):
    """Neither by name nor by a column that looks like a title, however doubtful."""
    rows, _ = make_people(60, 12, 3)
    encoder = Angles()
    found = find_duplicates(from_rows(rows), encoder=encoder)
    assert found.entity is Entity.PERSON
    data = titles("lamp 0", "lamp 10", entity=Entity.PERSON)
    assert read_meaning(data, pairs_of((0, 1)), np.zeros(1), encoder).rungs.tolist() == [UNKNOWN]
    assert (encoder.asked, found.notes) == ([], ())


def test_companies_are_read_by_their_name():
    """The company column, 10 degrees apart."""
    data, encoder = titles("alma 0", "alma 10", entity=Entity.COMPANY, role=Role.COMPANY), Angles()
    assert read_meaning(data, pairs_of((0, 1)), np.zeros(1), encoder).rungs.tolist() == [3]


def test_without_a_model_nothing_changes_and_a_note_says_so():
    """The same pairs, probabilities and clusters; no reason about meaning; one note."""
    with_one = find_duplicates(shops(), entity=Entity.PRODUCT, minimum=0.0, encoder=Angles())
    without = find_duplicates(shops(), entity=Entity.PRODUCT, minimum=0.0, encoder=NoEmbedder("switched off"))
    assert outcome(without) == outcome(with_one)
    assert without.notes == ("no embedding model (switched off): the meaning of names was not compared",)
    assert not any(item.comparator == "meaning" for pair in without.pairs for item in pair.evidence)


@pytest.mark.parametrize("weights", [WEIGHTS, (0.0, 0.2, 0.4, 0.6)])
def test_the_meaning_is_a_reason_and_the_weights_still_add_up(monkeypatch, weights):
    """Doubtful pairs show the rung, with weight or without; all weights sum to ln(p / (1 - p))."""
    monkeypatch.setattr(meaning, "WEIGHTS", weights)
    found = find_duplicates(shops(), entity=Entity.PRODUCT, minimum=0.0, encoder=Angles())
    meant = [item for pair in found.pairs for item in pair.evidence if item.comparator == "meaning"]
    assert meant
    assert {item.weight for item in meant} <= set(weights)
    for pair in found.pairs:
        told = sum(item.weight for item in pair.evidence)
        assert 1 / (1 + np.exp(-np.clip(told, -13.8, 13.8))) == pytest.approx(pair.probability, abs=1e-5)


def test_where_all_pairs_start_from_is_told_last(make_people):
    """The prior closes every list of reasons and stands in it once."""
    rows, _ = make_people(60, 12, 3)
    for pair in find_duplicates(from_rows(rows)).pairs:
        assert [item.comparator for item in pair.evidence].index("start") == len(pair.evidence) - 1


@pytest.mark.model
def test_the_packaged_model_tells_a_synonym_from_another_thing(encoder):
    """A sofa is nearer to a couch than to a torch."""
    data = titles("grey three seat sofa", "grey three seat couch", "pocket torch with batteries")
    rungs = read_meaning(data, pairs_of((0, 1), (0, 2)), np.zeros(2), encoder).rungs
    assert rungs[0] >= RUNGS.index("close")
    assert RUNGS[rungs[1]] == "unlike"
