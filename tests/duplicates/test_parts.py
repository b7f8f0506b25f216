"""The parts: roles, normal values, ladders, blocking, competition, clusters, tokens."""

import numpy as np
import pytest
from crosswalk_models.duplicates.blocking import LARGEST_BLOCK, Pairs, candidate_pairs
from crosswalk_models.duplicates.cluster import find_clusters
from crosswalk_models.duplicates.context import STANDINGS, compete, standing
from crosswalk_models.duplicates.fields import make_comparable
from crosswalk_models.duplicates.ladders import LADDERS
from crosswalk_models.duplicates.matrix import column_names, columns, feature_matrix
from crosswalk_models.duplicates.normal import formal_name, normal
from crosswalk_models.duplicates.records import from_rows
from crosswalk_models.duplicates.roles import Entity, Role, find_roles
from crosswalk_models.duplicates.score import load_weights
from crosswalk_models.duplicates.tokens import codes_in


@pytest.mark.parametrize(
    ("names", "entity", "roles"),
    [
        (["given_name", "surname", "soc_sec_id"], Entity.PERSON, [Role.GIVEN, Role.SURNAME, Role.CODE]),
        (["first_and_surname", "first_name", "surname"], Entity.PERSON,
         [Role.FULL_NAME, Role.GIVEN, Role.SURNAME]),
        (["Site name", "Address", "Zip"], Entity.COMPANY, [Role.COMPANY, Role.STREET, Role.POSTCODE]),
        (["title", "manufacturer", "price"], Entity.PRODUCT, [Role.TITLE, Role.BRAND, Role.PRICE]),
        (["name", "description", "price"], Entity.PRODUCT, [Role.TITLE, Role.DESCRIPTION, Role.PRICE]),
    ],
)  # fmt: skip
def test_roles_come_from_the_columns_names(names, entity, roles):
    """Names tell the role; what the records are follows from the roles."""
    rows = [{"id": str(n), **dict.fromkeys(names, f"word{n} {n}9")} for n in range(20)]
    found, kind = find_roles(from_rows(rows))
    assert kind is entity
    assert [found[name] for name in names] == roles


def test_roles_of_unnamed_columns_come_from_the_values():
    """An e-mail is one whatever its column is called; an empty column is left out."""
    rows = [{"id": str(n), "a": f"x{n}@example.com", "b": "", "c": "1980-01-02"} for n in range(9)]
    found, _ = find_roles(from_rows(rows))
    assert (found["a"], found["b"], found["c"]) == (Role.EMAIL, Role.IGNORED, Role.DATE)


@pytest.mark.parametrize(
    ("text", "role", "value"),
    [
        ("+44 (0)117 496 0384", Role.PHONE, "174960384"),
        ("0117 4960384", Role.PHONE, "174960384"),
        ("Lantern Studio Ltd.", Role.COMPANY, "lantern studio"),
        ("The Limited Company", Role.COMPANY, "the limited company"),
        ("12 High Street", Role.STREET, "12 high st"),
        ("31/12/1980", Role.DATE, "19801231"),
        ("bs8 2dj", Role.POSTCODE, "bs82dj"),
        ("Café Müller", Role.TITLE, "cafe muller"),
        ("$1,299.00", Role.PRICE, "1299.00"),
        ("free", Role.PRICE, ""),
        ("none", Role.EMAIL, ""),
    ],
)
def test_values_become_comparable(text, role, value):
    """What two people write differently for the same thing becomes equal."""
    assert normal(text, role) == value


def test_nicknames_lead_to_the_formal_name():
    """The given name's ladder knows them."""
    assert (formal_name("bill"), formal_name("kathy"), formal_name("otto")) == (
        "william",
        "katherine",
        "otto",
    )


@pytest.mark.parametrize(
    ("role", "one", "other", "rung"),
    [
        (Role.GIVEN, "william", "bill", "nickname"),
        (Role.GIVEN, "w", "william", "initial"),
        (Role.GIVEN, "donna", "dona", "nearly the same"),
        (Role.GIVEN, "donna", "peter", "different"),
        (Role.SURNAME, "allen", "alan", "similar"),
        (Role.EMAIL, "anna@acme.com", "peter@acme.com", "same own domain"),
        (Role.EMAIL, "anna12@gmail.com", "anna47@gmail.com", "different"),
        (Role.EMAIL, "anna@acme.com", "ana@acme.com", "nearly the same"),
        (Role.EMAIL, "anna@gmail.com", "peter@gmail.com", "different"),
        (Role.EMAIL, "anna@a.com", "anna@b.org", "same mailbox elsewhere"),
        (Role.DATE, "19801203", "19800312", "one digit off"),
        (Role.DATE, "19801203", "19801204", "one digit off"),
        (Role.PHONE, "174960384", "999960384", "nearly the same"),
        (Role.STREET, "12 high st", "12 hgh st", "nearly the same"),
        (Role.STREET, "12 high st", "21 high st", "similar, other number"),
        (Role.POSTCODE, "bs82dj", "bs82dl", "one character off"),
        (Role.POSTCODE, "bs82dj", "bs84ab", "same district"),
        (Role.COMPANY, "lantern studio", "studio lantern", "same words"),
        (Role.PRICE, "100.00", "108.00", "within 10 %"),
    ],
)
def test_each_ladder_reaches_the_rung_a_person_would_name(role, one, other, rung):
    """One pair, one rung."""
    ladder = LADDERS[role]
    reached = ladder.climb(np.array([one], object), np.array([other], object))
    assert ladder.rungs[int(reached[0])] == rung


def test_blocks_are_bounded():
    """A value that everybody shares brings nobody together; the pairs grow with the records."""
    rows = [
        {"id": str(n), "first_name": f"a{n:04d}x", "surname": "smith", "city": "york"} for n in range(7000)
    ]
    records = from_rows(rows)
    roles, kind = find_roles(records)
    pairs = candidate_pairs(make_comparable(records, roles, kind))
    assert len(pairs) <= 7000 * LARGEST_BLOCK
    assert len(pairs) < 7000 * 6999 // 2 // 50


def test_linking_pairs_cross_the_tables():
    """Within one table nothing is compared when two are linked."""
    rows = [
        {"id": str(n), "first_name": "anna", "surname": f"ash{n % 3}", "email": f"a{n % 3}@x.com"}
        for n in range(6)
    ]
    records = from_rows(rows[:3], rows[3:])
    roles, kind = find_roles(records)
    pairs = candidate_pairs(make_comparable(records, roles, kind))
    assert {(a, b) for a, b in zip(pairs.left.tolist(), pairs.right.tolist(), strict=True)} >= {
        (0, 3),
        (1, 4),
        (2, 5),
    }
    assert bool((records.side[pairs.left] != records.side[pairs.right]).all())


def test_rivals_share_their_odds_and_copies_do_not():
    """Two equal rivals get half each; two copies of one text both keep their odds."""
    pairs = Pairs(np.array([0, 0]), np.array([1, 2]))
    score = np.array([6.0, 6.0])
    apart = compete(score, pairs, 3, np.array([0, 1, 2]))
    copies = compete(score, pairs, 3, np.array([0, 1, 1]))
    assert apart == pytest.approx([-0.0025, -0.0025], abs=1e-3)
    assert copies == pytest.approx([6.0, 6.0])


def test_standing_names_the_place_among_rivals():
    """By far the best of both, the best of one, neither's best."""
    pairs = Pairs(np.array([0, 0, 3]), np.array([1, 2, 2]))
    places = [STANDINGS[place] for place in standing(np.array([9.0, 1.0, 2.0]), pairs, 4)]
    assert places == ["best by far", "neither's best", "best of both"]


def test_clusters_do_not_chain():
    """A-B and B-C are sure, A-C is not: C stays out. Told-apart pairs never meet."""
    pairs = Pairs(np.array([0, 0, 1]), np.array([1, 2, 2]))
    chained = find_clusters(pairs, np.array([0.99, 0.02, 0.9]), 4)
    closed = find_clusters(pairs, np.array([0.99, 0.6, 0.9]), 4)
    decided = find_clusters(pairs, np.array([0.99, 0.6, 0.9]), 4, apart=[(0, 2)])
    assert (chained.tolist(), closed.tolist()) == ([0, 0, 2, 3], [0, 0, 0, 3])
    assert decided.tolist() == [0, 0, 2, 3]


def test_one_record_of_each_table_when_linking():
    """The surer partner wins."""
    pairs = Pairs(np.array([0, 0]), np.array([1, 2]))
    found = find_clusters(pairs, np.array([0.9, 0.8]), 3, one_of_each=np.array([0, 1, 1], np.int8))
    assert found.tolist() == [0, 0, 2]


def test_part_numbers_are_told_from_years_and_words():
    """Four or more characters with a digit, not a year."""
    assert codes_in("sony psl350h turntable 2007 black") == {"psl350h"}


def test_shipped_weights_fit_the_columns_and_keep_their_signs():
    """Every weight helps or harms as its column says, so a higher rung never counts less."""
    artifact, prior = load_weights()
    assert artifact.label == "duplicate-finder@1"
    signs = np.array([column.sign for column in columns()])
    for opinion in prior.opinions.values():
        assert len(opinion.weights) == len(column_names())
        assert bool((opinion.weights * signs >= 0).all())


def test_features_have_no_gaps(make_people):
    """Missing values become plain zeros beside an `is there` column."""
    from crosswalk_models.duplicates.compare import compare

    rows, _ = make_people(40, 10, 1)
    records = from_rows(rows)
    roles, kind = find_roles(records)
    data = make_comparable(records, roles, kind)
    pairs = candidate_pairs(data)
    features = feature_matrix(compare(data, pairs), len(data))
    assert features.shape == (len(pairs), len(column_names()))
    assert not np.isnan(features).any()
