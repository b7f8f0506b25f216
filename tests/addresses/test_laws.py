"""Laws: no text raises, the normal form is a fixed point, every code is in the catalogue and the docs."""

import json
import string
from pathlib import Path

from crosswalk_engine.addresses import Address, Verdict, validate_address, validate_batch
from crosswalk_engine.addresses.clean import clean_field
from crosswalk_engine.addresses.codes import CODES, verdict_of
from hypothesis import given, settings
from hypothesis import strategies as st

WORDS = st.sampled_from(
    [
        "",
        "TX",
        "Austin",
        "78701",
        "7870I",
        "London",
        "SW1A 1AA",
        "Main St",
        "n/a",
        "Apt",
        "#",
        "12½",
        "DC",
        "ON",
    ]
)
TEXT = st.one_of(
    WORDS, st.text(max_size=30), st.text(string.ascii_letters + string.digits + " -,.#", max_size=30)
)
COUNTRIES = st.one_of(
    st.sampled_from(["US", "GB", "DE", "CA", "IE", "FR", "", "uk", "USA", "ZZ"]), st.text(max_size=4)
)
ADDRESSES = st.builds(Address, TEXT, TEXT, TEXT, TEXT, TEXT, COUNTRIES)


@settings(max_examples=400, deadline=None)
@given(ADDRESSES)
def test_any_text_gets_an_answer_whose_codes_explain_the_verdict(address):
    """Never raises; verdict and codes agree; suggestions differ from the address; JSON can hold it."""
    result = validate_address(address)
    assert set(result.codes) <= set(CODES)
    assert result.verdict is verdict_of(result.codes)
    assert all(0 <= item.probability <= 0.99 and item.reasons for item in result.suggestions)
    assert all(item.address != result.address for item in result.suggestions)
    assert json.loads(json.dumps(result.as_dict()))["verdict"] == result.verdict


@settings(max_examples=300, deadline=None)
@given(ADDRESSES)
def test_the_normal_form_is_a_fixed_point(address):
    """Checking the normal form changes nothing more, and what was accepted stays accepted."""
    first = validate_address(address)
    second = validate_address(first.address)
    assert second.address == first.address
    if first.verdict in (Verdict.ACCEPT, Verdict.ACCEPT_NORMALISED):
        assert second.verdict is Verdict.ACCEPT


@given(st.text(max_size=60))
def test_cleaning_a_field_twice_is_cleaning_it_once(text):
    """Idempotent, and no control character is left."""
    once = clean_field(text)
    assert clean_field(once) == once
    assert not any(ord(c) < 32 for c in once)


def test_a_batch_keeps_order_and_answers_like_single_checks():
    """The memory of a batch never shows."""
    one = Address("14 Alma Road", "", "Bristol", "", "BS8 2DJ", "GB")
    other = Address("1 High St", "", "Austin", "TX", "78701", "US")
    batch = [one, other, one, one.with_fields(postcode="BS8 2DI"), other]
    assert list(validate_batch(batch)) == [validate_address(item) for item in batch]


def test_every_code_stands_on_the_reference_page():
    """docs/addresses.md lists exactly the codes of the catalogue, with severity and sentence."""
    page = (Path(__file__).parents[2] / "docs" / "addresses.md").read_text(encoding="utf-8")
    rows = [f"| `{code.name}` | {code.severity.name} | {code.sentence} |" for code in CODES.values()]
    listed = [line for line in page.splitlines() if line.startswith("| `ADR-")]
    assert listed == rows
