"""Editing a mapping document keeps what a person wrote."""

import difflib
from pathlib import Path

import pytest
from crosswalk_engine.errors import FindingsError
from crosswalk_engine.mapping.document import load_mapping
from crosswalk_studio.errors import StaleError
from crosswalk_studio.services.edits import edit_text, find_rule, split_target, with_rule
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

TEXT = """\
# Orders to M3. Read the naming rules before you touch this.
format: crosswalk/mapping@1
name: orders
source: {system: shop, entity: order}
target: {system: erp, entity: sales_order}
rules:
- to: CUOR           # the natural key
  formula: CONCAT('BP', id)
  required: true
# Money below.
- to: lines[]
  each: orderRows AS row
  rules:
  # one line a row
  - to: ITNO
    formula: row.productSku
  - {to: ORQT, formula: "TO_DECIMAL(row.quantity, 2)"}
- to: OREF
  formula: reference
checks:
- name: sold
  formula: id <> 0
"""


def changed(before: str, after: str) -> list[str]:
    """The lines that differ."""
    return [line for line in difflib.ndiff(before.splitlines(), after.splitlines()) if line[:1] in "+-"]


def test_replacing_a_rule_changes_its_lines_alone() -> None:
    """Comments and the other rules stay byte for byte."""
    edited = edit_text(TEXT, "OREF", {"to": "OREF", "formula": "TRIM(reference)"}, where="x")
    assert changed(TEXT, edited) == ["-   formula: reference", "+   formula: TRIM(reference)"]


def test_a_rule_inside_a_list_is_replaced_in_place() -> None:
    """The comment above the inner rule stays."""
    edited = edit_text(TEXT, "lines[].ITNO", {"to": "ITNO", "formula": "UPPER(row.productSku)"}, where="x")
    assert changed(TEXT, edited) == ["-     formula: row.productSku", "+     formula: UPPER(row.productSku)"]


def test_a_flow_style_rule_is_replaced_too() -> None:
    """A rule on one line is replaced by a block; nothing else moves."""
    edited = edit_text(TEXT, "lines[].ORQT", {"to": "ORQT", "formula": "1"}, where="x")
    assert changed(TEXT, edited) == [
        '-   - {to: ORQT, formula: "TO_DECIMAL(row.quantity, 2)"}',
        "+   - to: ORQT",
        '+     formula: "1"',
    ]


def test_a_new_rule_goes_to_the_end_of_its_list() -> None:
    """A rule for the head after the last head rule, one for a list after the list's last."""
    edited = edit_text(TEXT, "WHLO", {"to": "WHLO", "formula": "'BRS'"}, where="x")
    assert [line.split("formula")[0] for line in changed(TEXT, edited)] == ["+ - to: WHLO", "+   "]
    assert edited.index("- to: WHLO") < edited.index("checks:")
    edited = edit_text(TEXT, "lines[].SAPR", {"to": "SAPR", "formula": "1"}, where="x")
    assert edited.index("- to: SAPR") < edited.index("- to: OREF")


def test_removing_a_rule_keeps_the_comment_of_the_next() -> None:
    """Only the rule's own lines go."""
    edited = edit_text(TEXT, "CUOR", None, where="x")
    assert changed(TEXT, edited) == [
        "- - to: CUOR           # the natural key",
        "-   formula: CONCAT('BP', id)",
        "-   required: true",
    ]


def test_a_list_without_a_rule_of_its_own_is_refused() -> None:
    """There is nowhere to put a rule of a list that nothing makes."""
    with pytest.raises(StaleError, match="there is no rule that makes charges"):
        edit_text(TEXT, "charges[].CRID", {"to": "CRID", "formula": "1"}, where="x")


def test_a_rule_that_is_no_rule_is_refused_and_nothing_changes() -> None:
    """An unknown key would make the document unreadable: it is refused before anything is written."""
    with pytest.raises(FindingsError):
        edit_text(TEXT, "OREF", {"to": "OREF", "formula": "id", "colour": "red"}, where="x")


targets = st.sampled_from(
    ["CUOR", "OREF", "lines[].ITNO", "lines[].ORQT", "NEW", "lines[].NEW", "address.TOWN"]
)
words = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30)
rules = st.fixed_dictionaries(
    {"formula": words}, optional={"required": st.just(True), "max_length": st.integers(1, 99), "note": words}
)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps=st.lists(st.tuples(targets, st.none() | rules), max_size=6))
def test_any_edits_say_what_they_mean(steps: list[tuple[str, dict[str, object] | None]]) -> None:
    """However often and with whatever text rules are edited, the document says exactly the edited rules."""
    text, data = TEXT, load_mapping(TEXT).to_json()
    for target, rule in steps:
        whole = None if rule is None else {"to": split_target(target)[1], **rule}
        text = edit_text(text, target, whole, where="x")
        data = with_rule(data, target, whole)
        found = find_rule(load_mapping(text, where="x").to_json(), target)
        assert found == whole
    assert load_mapping(text, where="x").to_json() == data


def test_the_sample_project_is_edited_with_small_diffs() -> None:
    """Every rule of the sample mapping can be replaced, and only its own lines differ."""
    sample = Path(__file__).parents[2] / "sample_data/projects/brightpearl-infor/mappings"
    text = (sample / "order-to-m3.yaml").read_text("utf-8")
    data = load_mapping(text, where="x").to_json()
    for target in ("CUNO", "address.TOWN", "lines[].SAPR", "texts[].PARM"):
        rule = {**(find_rule(data, target) or {}), "formula": "'x'"}
        gone = changed(text, edit_text(text, target, rule, where="x"))
        assert [line[:1] for line in gone].count("+") == 1, gone


NESTED = """\
format: crosswalk/mapping@1
name: orders
source: {system: shop, entity: order}
target: {system: erp, entity: sales_order}
rules:
- use: m3-address
  to: address
  given: {address: parties.delivery}
- to: lines[]
  each: orderRows AS row
  rules:
  - to: ITNO
    formula: row.productSku
  - to: serials[]
    each: row.serials AS serial
    rules:
    # one for each piece
    - to: SERN
      formula: serial.number
"""


def test_a_rule_in_a_list_in_a_list_is_replaced_in_place() -> None:
    """Only its own lines change; the comment above it stays."""
    edited = edit_text(NESTED, "lines[].serials[].SERN", {"to": "SERN", "value": "X"}, where="x")
    assert changed(NESTED, edited) == ["-       formula: serial.number", "+       value: X"]
    assert find_rule(load_mapping(edited).to_json(), "lines[].serials[].SERN") == {"to": "SERN", "value": "X"}


def test_a_new_rule_in_a_list_in_a_list_goes_to_its_end() -> None:
    """A rule set beside it has no target of its own and is passed over."""
    edited = edit_text(NESTED, "lines[].serials[].DATE", {"to": "DATE", "formula": "placedOn"}, where="x")
    assert changed(NESTED, edited) == ["+     - to: DATE", "+       formula: placedOn"]
