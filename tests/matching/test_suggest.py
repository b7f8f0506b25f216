"""Two systems in, ranked and explained suggestions out."""

from pathlib import Path
from typing import Any

import pytest
from crosswalk_engine.formula import RowScope, Scope, parse_formula
from crosswalk_engine.mapping.document import MappingDocument, load_mapping
from crosswalk_models.embed import Embedder, NoEmbedder
from crosswalk_models.feedback import decisions_of
from crosswalk_models.matching.suggest import MatchResult, suggest

WITHOUT = NoEmbedder("test")
DATA = Path(__file__).parents[2] / "sample_data"
MAPPING = DATA / "projects/brightpearl-infor/mappings/order-to-m3.yaml"


@pytest.fixture(scope="module")
def sample(encoder: Embedder) -> MatchResult:
    """The sample pair: orders as the shop keeps them, and as people keyed some of them into the ERP."""
    return suggest(DATA / "brightpearl/orders.ndjson", DATA / "infor/orders.ndjson", encoder=encoder)


def test_ranks_follow_probabilities(field_list: Any) -> None:
    """For each target, in the target's order: ranks from 1, probabilities falling, at most `top`."""
    source = field_list("orderId", "customerName", "netPrice", "currency")
    target = field_list("price_net", "order_id")
    found = suggest(source, target, top=3, encoder=WITHOUT)
    assert list(dict.fromkeys(item.target for item in found.suggestions)) == ["price_net", "order_id"]
    for name in ("price_net", "order_id"):
        shown = found.for_target(name)
        assert [item.rank for item in shown] == [1, 2, 3]
        assert [item.probability for item in shown] == sorted(
            (item.probability for item in shown), reverse=True
        )
    assert {item.target: item.source for item in found.assignment} == {
        "price_net": "netPrice",
        "order_id": "orderId",
    }


def test_every_suggestion_says_why(field_list: Any) -> None:
    """Evidence is there, strongest first, at most six reasons, each a sentence."""
    found = suggest(field_list("postCode", "note"), field_list("zip"), encoder=WITHOUT)
    for item in found.suggestions:
        weights = [abs(reason.weight) for reason in item.evidence]
        assert weights == sorted(weights, reverse=True)
        assert 1 <= len(weights) <= 6
        assert all(reason.sentence.endswith(".") for reason in item.evidence)


def test_examples_in_evidence_are_masked(field_list: Any) -> None:
    """Personal values do not stand in the evidence, whatever the comparator."""
    source = field_list(("email", ["priya.raman@example.net"]), ("customerName", ["Priya Raman"]))
    target = field_list(("MAIL", ["priya.raman@example.net"]), ("contact_name", ["Priya Raman"]))
    text = str(suggest(source, target, encoder=WITHOUT).to_json())
    assert "priya" not in text.lower()
    assert "P•••• R••••" in text


@pytest.mark.parametrize("sizes", [(0, 3), (3, 0), (0, 0), (1, 1)])
def test_hardly_any_fields(field_list: Any, sizes: tuple[int, int]) -> None:
    """No field on a side gives no suggestion and a note; one field on each gives one."""
    sides = [field_list(*[f"name{number}" for number in range(size)]) for size in sizes]
    found = suggest(*sides, encoder=WITHOUT)
    assert len(found.suggestions) == (1 if sizes == (1, 1) else 0)
    assert ("one side has no fields" in found.notes) == (sizes != (1, 1))


def test_repeated_paths_are_suggested_once(field_list: Any) -> None:
    """A path that a list holds twice is one field."""
    found = suggest(field_list("a", "a", "b"), field_list("a", "a"), encoder=WITHOUT)
    assert [(item.target, item.source) for item in found.suggestions] == [("a", "a"), ("a", "b")]


def test_fields_that_are_never_filled_come_late(records: Any) -> None:
    """Of two fields of like name the filled one is suggested, and the other says that no record fills it."""
    source = records([{"phone": f"0117 496 01{number:02d}", "phone2": ""} for number in range(30)])
    target = records([{"phones": f"0117 222 01{number:02d}"} for number in range(30)])
    first, second = suggest(source, target, encoder=WITHOUT).for_target("phones")
    assert (first.source, second.source) == ("phone", "phone2")
    assert "never filled" in {reason.level for reason in second.evidence}


def test_names_of_other_scripts_match(field_list: Any) -> None:
    """Chinese column names that are equal find each other."""
    found = suggest(field_list("地址", "總價", "樓層"), field_list("樓層", "地址"), encoder=WITHOUT)
    assert {item.target: item.source for item in found.assignment} == {"樓層": "樓層", "地址": "地址"}


@pytest.mark.model
def test_meaning_finds_what_letters_do_not(field_list: Any, encoder: Embedder) -> None:
    """Names that share no word are matched by what they mean."""
    source = field_list("surname", "dispatchedAt", "unitCost", "remark")
    target = field_list("family_name", "shipping_date", "comment")
    found = suggest(source, target, encoder=encoder)
    firsts = {item.target: item.source for item in found.suggestions if item.rank == 1}
    assert firsts == {"family_name": "surname", "shipping_date": "dispatchedAt", "comment": "remark"}
    assert found.notes == ()


@pytest.mark.model
def test_the_sample_mapping_is_suggested(sample: MatchResult) -> None:
    """Of the sample mapping's targets that read the order, most find a source they use within the first 3."""
    ranks = used_ranks(load_mapping(MAPPING), sample)
    assert len(ranks) == 29
    assert sum(rank == 1 for rank in ranks.values()) >= 19
    assert sum(rank is not None and rank <= 3 for rank in ranks.values()) >= 23


@pytest.mark.model
def test_constants_and_own_numbers_are_left_open(sample: MatchResult) -> None:
    """What M3 numbers itself and what is always the same is not assigned."""
    assigned = {item.target for item in sample.assignment}
    assert assigned.isdisjoint({"FACI", "ORNO", "address.ADRT", "texts[].PARM"})
    assert {"CUOR", "OREF", "CUCD", "WHLO", "lines[].ITNO", "lines[].ORQT"} <= assigned


def used_ranks(document: MappingDocument, found: MatchResult) -> dict[str, int | None]:
    """Target → rank of the first suggestion that its formula reads, if it reads the order at all."""
    ranks: dict[str, int | None] = {}
    made = decisions_of(document, actor="-", at="2026-01-01T00:00:00Z", suggestions=found.suggestions)
    for item in made:
        formula = (item.rule or {}).get("formula")
        if formula is None:
            continue
        row = RowScope("orderRows", "row") if "[]" in item.target else None
        related = {"contact": None, "product": None}
        reads = parse_formula(str(formula), Scope(related=related, row=row)).paths
        if any(not path.startswith(("contact.", "product.")) for path in reads):
            ranks[item.target] = item.suggestion and int(item.suggestion["rank"])
    return ranks
