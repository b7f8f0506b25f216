"""Finding duplicates: whole runs on small worlds, decisions, evidence, laws."""

import math

import numpy as np
import pytest
from crosswalk_engine.errors import RecordError
from crosswalk_models.duplicates import Entity, find_duplicates, from_rows
from hypothesis import given, settings
from hypothesis import strategies as st


def matched(found):
    """The matched pairs, as sets of ids."""
    ids = found.records.ids
    return {frozenset((ids[pair.left], ids[pair.right])) for pair in found.pairs if pair.match}


def test_doubled_people_are_found_and_others_left_alone(make_people):
    """150 people, 30 of them twice: all pairs, nothing else, and clusters that say the same."""
    rows, truth = make_people(150, 30, 7)
    found = find_duplicates(from_rows(rows))
    assert found.entity is Entity.PERSON
    assert matched(found) == truth
    sizes = np.bincount(np.unique(found.clusters, return_inverse=True)[1])
    assert sorted(sizes.tolist())[-30:] == [2] * 30
    assert len(sizes) == 150


def test_rare_duplicates_are_not_drowned(make_people):
    """Three pairs among 200: all found, surer than all else, and at most one stranger taken for a match."""
    rows, truth = make_people(200, 3, 8)
    found = find_duplicates(from_rows(rows))
    ids = found.records.ids
    surest = [frozenset((ids[pair.left], ids[pair.right])) for pair in found.pairs[:3]]
    assert set(surest) == truth
    assert len(matched(found) - truth) <= 1


def test_linking_two_tables(make_people):
    """Ids may repeat across the tables; partners are found across, one of each in a cluster."""
    rows, _ = make_people(80, 20, 9)
    left = [row for row in rows if row["id"].startswith("p")]
    right = [{**row, "id": "p" + row["id"][1:]} for row in rows if row["id"].startswith("q")]
    found = find_duplicates(from_rows(left, right))
    ids = found.records.ids
    pairs = {(ids[pair.left], ids[pair.right]) for pair in found.pairs if pair.match}
    assert pairs == {(row["id"], row["id"]) for row in right}


def test_names_the_wrong_way_round(make_people):
    """Given name and surname have changed places, and nothing but the phone is there besides."""
    rows, _ = make_people(40, 0, 11)
    rows = [{name: row[name] for name in ("id", "first_name", "last_name", "phone")} for row in rows]
    twin = {**rows[3], "id": "x", "first_name": rows[3]["last_name"], "last_name": rows[3]["first_name"]}
    assert matched(find_duplicates(from_rows([*rows, twin]))) == {frozenset((rows[3]["id"], "x"))}


def test_products_are_linked_by_their_part_numbers():
    """Twenty products with part numbers, described differently in two shops."""
    kinds = ["turntable", "speaker", "dishwasher", "camera", "headphones"] * 4
    left = [
        {"id": f"a{n}", "name": f"Brand {kind} XR{n * 37 + 100}B black", "price": f"{50 + n}.00"}
        for n, kind in enumerate(kinds)
    ]
    right = [
        {"id": f"b{n}", "name": f"{kind} xr{n * 37 + 100}b by brand", "price": ""}
        for n, kind in enumerate(kinds)
    ]
    found = find_duplicates(from_rows(left, right))
    assert found.entity is Entity.PRODUCT
    assert matched(found) == {frozenset((f"a{n}", f"b{n}")) for n in range(20)}


def test_evidence_adds_up_to_the_log_odds(make_people):
    """The weights of a pair's evidence sum to ln(p / (1 - p)); the strongest stands first."""
    rows, _ = make_people(60, 12, 3)
    found = find_duplicates(from_rows(rows))
    pair = min(found.pairs, key=lambda item: abs(item.probability - 0.9))
    told = sum(item.weight for item in pair.evidence)
    assert 1 / (1 + math.exp(-told)) == pytest.approx(pair.probability, abs=1e-5)
    named = [
        abs(item.weight) for item in pair.evidence if item.comparator not in ("start", "decisions", "rivals")
    ]
    assert named == sorted(named, reverse=True)


def test_decided_pairs_keep_their_answer(make_people):
    """A person's yes is 1, a no is 0 and keeps the two apart in every cluster."""
    rows, truth = make_people(60, 12, 4)
    yes = ("p50", "p51")
    no = tuple(sorted(next(iter(truth))))
    found = find_duplicates(from_rows(rows), labels=[(*yes, True), (*no, False)], minimum=0.0)
    ids = found.records.ids
    by_ids = {frozenset((ids[pair.left], ids[pair.right])): pair for pair in found.pairs}
    assert by_ids[frozenset(yes)].probability == pytest.approx(1, abs=1e-5)
    assert by_ids[frozenset(no)].probability == pytest.approx(0, abs=1e-5)
    row = {record: number for number, record in enumerate(ids)}
    assert found.clusters[row[no[0]]] != found.clusters[row[no[1]]]


def test_decisions_teach(make_people):
    """In a world where colleagues share all but their names, decisions on some raise the answer on the
    others."""
    rows, truth = make_people(120, 40, 5)
    pairs = sorted(tuple(sorted(pair)) for pair in truth)
    labels = [(*pair, True) for pair in pairs[:20]]
    labels += [(f"p{n}", f"p{n + 1}", False) for n in range(60, 80)]
    found = find_duplicates(from_rows(rows), labels=labels)
    assert truth <= matched(found)
    assert any(item.comparator == "decisions" for pair in found.pairs for item in pair.evidence)


def test_an_unknown_id_in_the_labels_is_named():
    """The message names the id and what labels are."""
    records = from_rows([{"id": "1", "first_name": "Anna"}, {"id": "2", "first_name": "Ana"}])
    with pytest.raises(RecordError, match="a record that is not there"):
        find_duplicates(records, labels=[("1", "9", True)])


@pytest.mark.parametrize("count", [0, 1, 2])
def test_few_records_are_no_trouble(count):
    """No record, one, or two different ones: no pair, a cluster each."""
    rows = [{"id": str(n), "first_name": "Anna" if n else "Peter", "city": ""} for n in range(count)]
    found = find_duplicates(from_rows(rows))
    assert not matched(found)
    assert len(found.clusters) == count


NAMES = ("first_name", "surname", "email", "dob", "phone", "name", "price")
ROWS = st.lists(st.fixed_dictionaries({name: st.text(max_size=12) for name in NAMES}), max_size=6)


@settings(max_examples=25, deadline=None)
@given(ROWS, st.sampled_from(list(Entity)), st.booleans())
def test_any_text_is_survived(rows, entity, linking):
    """Never raises; probabilities lie in [0, 1]; no pair stands twice; the same again gives the same."""
    rows = [{"id": str(n), **row} for n, row in enumerate(rows)]
    records = from_rows(rows[::2], rows[1::2]) if linking else from_rows(rows)
    found = find_duplicates(records, entity=entity, minimum=0.0)
    pairs = [(pair.left, pair.right) for pair in found.pairs]
    assert len(set(pairs)) == len(pairs)
    assert all(0 <= pair.probability <= 1 and pair.left < pair.right for pair in found.pairs)
    again = find_duplicates(records, entity=entity, minimum=0.0)
    assert [pair.probability for pair in again.pairs] == [pair.probability for pair in found.pairs]
