"""What belongs to a person stands in no problem: by the field's name, and by the form of the value."""

import pytest
from crosswalk_engine.payload.personal import looks_personal, shown_value

from tests.mapping_compile.both_ways import mapped

EMAIL, PHONE = "ana.lopez@example.com", "+44 117 496 0000"


@pytest.mark.parametrize(
    "text",
    [
        EMAIL, "contact:ana@example.com", PHONE, "0117 496 0000", "01174960000", "(0117) 4960000",
        "555-123-4567", "0044 117 4960000", "call 0117 496 0000",
    ],
)  # fmt: skip
def test_forms_of_addresses_and_phone_numbers(text: str) -> None:
    """They are told by their form, wherever in a text they stand."""
    assert looks_personal(text) and shown_value(text) == f"({len(text)} characters)"


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-02", "2026-03-02 10:00:00", "2026-03-02T10:00:00+01:00", "0001234567", "123456789.00",
        "SO-20001", "4006381333931", "00000012345678", "12.50 <> 13.00", "0.12345678", "-0.00", "20260302",
        "@type", "a @ b",
    ],
)  # fmt: skip
def test_other_values_are_shown(text: str) -> None:
    """Dates, amounts, article and order numbers are no phone numbers."""
    assert not looks_personal(text) and shown_value(text) == text


def shown(rules: str, record: dict[str, object], **options: object) -> str:
    """All that the problems of a record say."""
    result = mapped(rules, record, **options)
    problems = (*result.errors, *result.warnings)
    assert problems
    return "; ".join(f"{one.code} {one.value} {one.message}" for one in problems)


@pytest.mark.parametrize("value", [EMAIL, PHONE])
@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ("formula: \"LOOKUP('t', who)\"", "CW-LOOKUP-MISSING"),
        ("formula: who, one_of: [A]", "CW-ALLOWED"),
        ("formula: who, max_length: 3", "CW-TOO-LONG"),
        ("formula: who, max_length: 3, on_too_long: cut", "CW-CUT"),
        ("formula: who, max_length: 3, on_invalid: blank", "CW-REPLACED"),
        ("formula: who, pattern: country", "CW-PATTERN"),
        ("formula: other.x", "CW-RELATED-MISSING"),
    ],
)
def test_a_value_of_such_a_form_is_never_shown(rule: str, code: str, value: str) -> None:
    """Whatever the field is called, and whatever is wrong with its value."""
    text = f"with:\n  other: {{entity: other, key: who}}\nrules:\n- {{to: x, {rule}}}\n"
    if "other" not in rule:
        text = f"rules:\n- {{to: x, {rule}}}\n"
    told = shown(text, {"who": value}, lookups={"t": {"A": "B"}}, related={"other": {}})
    assert code in told and value not in told and "characters)" in told


def test_a_row_whose_key_has_such_a_form_is_not_named() -> None:
    """The keys of an object may be e-mail addresses."""
    rules = "rules:\n- to: l[]\n  each: rows AS row\n  rules: [{to: q, formula: row.q, required: true}]\n"
    assert f"(row ({len(EMAIL)} characters) of rows)" in shown(rules, {"rows": {EMAIL: {"q": ""}}})
    assert "(row 17 of rows)" in shown(rules, {"rows": {"17": {"q": ""}}})


def test_an_element_key_of_such_a_form_is_not_shown() -> None:
    """Two elements with one key."""
    rules = "rules:\n- to: l[]\n  each: rows AS row\n  keyed_by: row.k\n  rules: [{to: q, formula: row.q}]\n"
    told = shown(rules, {"rows": [{"k": EMAIL, "q": 1}, {"k": EMAIL, "q": 2}]})
    assert "CW-KEY-TWICE" in told and EMAIL not in told


def test_the_sides_of_a_check_are_not_shown() -> None:
    """A check that compares two such values names its fields, not what they hold."""
    rules = "rules: [{to: x, formula: id}]\nchecks: [{name: same, formula: a = b}]\n"
    told = shown(rules, {"id": 1, "a": EMAIL, "b": PHONE})
    assert "a=(" in told and EMAIL not in told and PHONE not in told


def test_a_name_below_a_person_is_not_shown() -> None:
    """`name` says nothing by itself; below a customer it is a person's."""
    rules = "rules: [{to: x, formula: customer.name, one_of: [A]}, {to: y, formula: group.name, one_of: [A]}]"
    told = shown(rules, {"customer": {"name": "Ana"}, "group": {"name": "Gold"}})
    assert "Ana" not in told and "Gold" in told


def test_a_key_is_shown_when_what_it_is_made_of_is_nobodys() -> None:
    """A rule may read a name and ask a table for something else; that key helps who mends the table."""
    rule = "CASE WHEN customer.name = 'x' THEN '' ELSE LOOKUP('t', %s) END"
    for options in ("", ", on_invalid: blank"):
        text = f'rules: [{{to: x, formula: "{rule}"{options}}}]'
        record: dict[str, object] = {"customer": {"name": "Ana"}, "code": "BE"}
        assert "t:BE" in shown(text % "code", record, lookups={"t": {"A": "B"}})
        assert "Ana" not in shown(text % "customer.name", record, lookups={"t": {"A": "B"}})
