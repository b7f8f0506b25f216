"""Every comparator is a ladder: readings for the scorer, a level and a sentence for people."""

from typing import Any

import numpy as np
import pytest
from crosswalk_models.embed import NoEmbedder
from crosswalk_models.matching.comparators import COMPARATORS
from crosswalk_models.matching.features import Features, build_features
from crosswalk_models.matching.pairs import Pairs
from crosswalk_models.matching.sides import Side

WITHOUT = NoEmbedder("test")


def features(source: Any, target: Any) -> Features:
    left, right = Side(source), Side(target)
    return build_features(left, right, Pairs(len(left), len(right)), WITHOUT)


def reading(found: Features, name: str) -> np.ndarray:
    pairs = found.comparison.pairs
    return pairs.matrix(found.values[:, found.column[name]], fill=np.nan)


def level(found: Features, comparator: str, row: int = 0, col: int = 0) -> str:
    one = next(item for item in COMPARATORS if item.name == comparator)
    reached = one.level(float(reading(found, one.lead)[row, col]))
    return one.nothing if reached is None else reached.name


@pytest.mark.parametrize("comparator", COMPARATORS, ids=lambda item: item.name)
def test_ladders_fall_and_have_a_bottom(comparator: Any) -> None:
    """Levels are named, fall from high to low, and the last one takes everything."""
    bounds = [rung.at_least for rung in comparator.ladder]
    assert bounds == sorted(bounds, reverse=True)
    assert bounds[-1] == -np.inf
    assert len({rung.name for rung in comparator.ladder}) == len(bounds) >= 2
    assert all(rung.sentence.endswith(".") for rung in comparator.ladder)
    assert comparator.level(float("nan")) is None


def test_names_are_compared_expanded(field_list: Any) -> None:
    """`custNo` and `customer_number` are the same name; `colour` is another."""
    found = features(field_list("custNo", "colour"), field_list("customer_number"))
    assert level(found, "name") == "same name"
    assert level(found, "name", row=1) == "different name"


def test_dates_clash_with_prices(field_list: Any) -> None:
    """A date and an amount clash; two amounts agree; a field without values says nothing."""
    source = field_list(("day", ["2026-03-09", "2026-03-10"]), ("net", ["1.50", "2"]), "empty")
    found = features(source, field_list(("price", ["9.99", "12"])))
    assert reading(found, "type_agreement")[:2, 0].tolist() == [0.0, 1.0]
    assert np.isnan(reading(found, "type_agreement")[2, 0])
    assert reading(found, "type_clash")[:, 0].tolist() == [1.0, 0.0, 0.0]
    assert level(found, "type") == "types clash"


def test_shared_values_are_counted(field_list: Any) -> None:
    """Two of three values shared: two thirds of the smaller set, half of all."""
    found = features(field_list(("a", ["GB", "DE", "FR"])), field_list(("b", ["gb", "de", "US"])))
    assert reading(found, "values_contained")[0, 0] == pytest.approx(2 / 3)
    assert reading(found, "values_jaccard")[0, 0] == pytest.approx(2 / 4)
    assert level(found, "shared values") == "many shared"


def test_the_form_of_values_is_compared(field_list: Any) -> None:
    """Postcodes are like postcodes, not like e-mail addresses."""
    source = field_list(("a", ["BS8 2DJ", "BS4 3EH"]))
    found = features(source, field_list(("b", ["LE1 7RH"]), ("c", ["a@example.net"])))
    assert level(found, "form of values", col=0) == "the same form"
    assert level(found, "form of values", col=1) == "different forms"


def test_parties_and_levels_are_places(field_list: Any) -> None:
    """Ship-to is not bill-to, and a line's field stands on another level than a header's."""
    source = field_list("shipping.city", "billing.city", "lines[].city")
    found = features(source, field_list("delivery.town", "rows[].town"))
    assert reading(found, "role")[:2, 0].tolist() == [1.0, -1.0]
    assert reading(found, "level_same").tolist() == [[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]]
    assert level(found, "party", row=1) == "different parties"
    assert level(found, "place", row=2) == "different levels"


def test_neighbours_speak_for_a_pair(field_list: Any) -> None:
    """A field in a group whose other fields match is nearer than one in a strange group."""
    source = field_list("ship.city", "ship.street", "ship.zip", "stats.city", "stats.hits", "stats.score")
    found = features(source, field_list("delivery.city", "delivery.street", "delivery.zip"))
    affinity = reading(found, "group_affinity")
    assert affinity[0, 0] > affinity[3, 0] + 0.1


def test_without_a_model_meaning_says_nothing(field_list: Any) -> None:
    """All readings of the model are missing, the others are there, and the features say so."""
    found = features(field_list("a", "b"), field_list("a"))
    assert not found.with_model
    missing = [name for name in found.names if np.isnan(found.values[:, found.column[name]]).all()]
    assert {name for name in missing if not name.startswith("meaning_")} <= {
        "values_contained", "values_jaccard", "value_words_contained", "form_kinds", "form_characters",
        "form_length", "range_quantiles", "type_agreement", "level_same", "role",
    }  # fmt: skip
    assert "meaning_leaf" in missing
    assert set(found.owners) <= {item.name for item in COMPARATORS}
