"""Linting: every finding appears, none is false, and what they advise helps."""

from typing import Any

import pytest
from crosswalk_engine.mapping.document import load_mapping
from crosswalk_engine.mapping.lint import inspect_mapping
from crosswalk_engine.mapping.lint_samples import Samples
from crosswalk_engine.payload.shape import infer_shape

HEAD = """\
format: crosswalk/mapping@1
name: m
source: {system: a, entity: order%s}
target: {system: b, entity: order%s}
"""
RECORDS: list[dict[str, Any]] = [
    {
        "id": number,
        "country": "GB" if number else "XX",
        "net": f"{number}.50",
        "count": f"{number}.0000",
        "rate": 1.25,
        "who": "ana@example.com",
        "rows": [{"id": 1, "sku": "A", "price": f"{number}.99"}],
    }
    for number in range(4)
]
TABLES = {"countries": {"GB": "UK"}}


def lint(
    body: str,
    *,
    records: list[dict[str, Any]] = RECORDS,
    target: list[dict[str, Any]] | None = None,
    group: str = "",
    xml: str = "",
) -> list[str]:
    """All findings of a mapping with that body, tried on the records."""
    report = inspect_mapping(
        load_mapping(HEAD % (group, xml) + body + "\n", where="m.yaml"),
        shape=infer_shape(records),
        lookups=TABLES,
        target=None if target is None else infer_shape(target),
        samples=Samples(records, {}, TABLES),
    )
    return [finding.render() for finding in report.findings]


def test_bad_limits_do_not_hide_the_other_findings() -> None:
    """A limit that is none is told, and the rest of the mapping is looked at and tried all the same."""
    found = lint(
        """rules:
  - {to: a, formula: country, pattern: emial, max_length: 5}
  - {to: b, formula: country, min: abc}
  - {to: c, formula: "LOOKUP('countries', country)"}
  - {to: d, formula: countri}"""
    )
    assert [one.partition(":")[2].partition(" (")[0] for one in found] == [
        "6: error CW-MAPPING-LIMIT a: there is no pattern 'emial'",
        "7: error CW-MAPPING-LIMIT b: 'abc' is no number, ISO date or ISO time with a zone",
        "8: warning CW-LINT-LOOKUP c: the table 'countries' lacks what 1 of 4 samples ask: 'XX'",
        "9: error CW-FORMULA-FIELD d: unknown field 'countri' at 1-7",
    ]


def test_a_list_whose_only_rule_has_a_fault_is_not_told_to_have_none() -> None:
    """The fault of the rule is the finding."""
    found = lint('rules: [{to: "l[]", each: rows AS r, rules: [{to: x, formula: r.skuu}]}]')
    assert len(found) == 1 and "l[].x: unknown field 'r.skuu'" in found[0]


def test_values_of_a_persons_form_are_not_shown() -> None:
    """Keys that a table lacks may be e-mail addresses."""
    (found,) = lint("rules: [{to: a, formula: \"LOOKUP('countries', who)\"}]")
    assert "CW-LINT-LOOKUP" in found and "ana@" not in found


@pytest.mark.parametrize(
    ("options", "advice"),
    [
        ("", "(add it to lookups/countries.csv, or give LOOKUP a third argument)"),
        ("default: ZZ", "`default` is for null alone: give it to LOOKUP as third argument, or `on_invalid"),
        ("on_invalid: blank", "(add it to lookups/countries.csv: nothing is written for such values)"),
    ],
)
def test_what_to_do_about_a_key_that_a_table_lacks(options: str, advice: str) -> None:
    """A default of the rule does not stand in for it; with `blank`, it is told at least."""
    (found,) = lint(f"rules: [{{to: a, formula: \"LOOKUP('countries', country)\", {options}}}]")
    assert "CW-LINT-LOOKUP" in found and advice in found


@pytest.mark.parametrize(
    ("rule", "finding"),
    [
        ("value: '', required: true", "a blank `value` is no value, and the rule is required"),
        ("formula: country, default: '', required: true", "a blank `default` is no value"),
        ("formula: TRIM(country), type: integer", "(write TO_INTEGER(…) around it)"),
        ("formula: TRIM(country), type: date", "(write TO_DATE(…) around it)"),
        ("formula: 'TO_DECIMAL(net, 0)'", "TO_DECIMAL rounds to whole numbers, and the samples have digits"),
        ("formula: 'ROUND(TO_DECIMAL(net, 2))'", "ROUND rounds to whole numbers"),
        ("formula: 'ROUND(SUM(TO_DECIMAL(rows.price, 2)), 0)'", "ROUND rounds to whole numbers"),
        ("formula: TO_INTEGER(net)", "digits after the point, which TO_INTEGER refuses"),
    ],
)
def test_findings_of_single_rules(rule: str, finding: str) -> None:
    """Blank constants of required rules, conversions, cents that are lost."""
    found = lint(f"rules: [{{to: a, {rule}}}]")
    assert len(found) == 1 and finding in found[0]


@pytest.mark.parametrize(
    "rule",
    [
        "formula: 'TO_DECIMAL(count, 0)'",
        "formula: 'TO_DECIMAL(net, 2)', default: 5.00, max: 10.00",
        "formula: 'TO_DECIMAL(net, 2)', one_of: [5, 5.00, 1.5]",
        "formula: TO_INTEGER(id), one_of: [5, 6.0]",
        "formula: country, default: '', required: false",
    ],
)
def test_what_is_right_is_left_alone(rule: str) -> None:
    """Quantities may lose their zeros; constants are of the kind that the formula gives."""
    assert lint(f"rules: [{{to: a, {rule}}}]") == []


FLAT = [
    {"nr": "1", "country": "GB", "sku": "A"},
    {"nr": "1", "country": "GB", "sku": "B"},
    {"nr": "2", "country": "XX", "sku": "C"},
]
GATHERED = """rules:
  - {to: a, formula: "LOOKUP('countries', country)"}
  - {to: "l[]", each: lines AS line, where: line.sku = 'B', rules: [{to: s, formula: line.sku}]}"""


def test_flat_samples_are_gathered_before_the_mapping_is_tried() -> None:
    """Three rows are two records; the second row is found in the collection of the first record."""
    (found,) = lint(GATHERED, records=FLAT, group=", group: {by: nr, as: lines}")
    assert "lacks what 1 of 2 samples ask: 'XX'" in found
    never = GATHERED.replace("'B'", "'Z'")
    assert any(
        "CW-LINT-NEVER" in one for one in lint(never, records=FLAT, group=", group: {by: nr, as: lines}")
    )


@pytest.mark.parametrize("name", ["sku", "nr"])
def test_gathered_records_must_not_hide_a_field(name: str) -> None:
    """The name of the collection is no column's."""
    rules = "rules: [{to: a, formula: country}]"
    found = lint(rules, records=FLAT, group=f", group: {{by: nr, as: {name}}}")
    assert f"m.yaml:3: error CW-MAPPING-GROUP group: '{name}' is also a field of the source" in found[0]
    assert lint(rules, records=FLAT, group=", group: {by: nr, as: lines}") == []


KEYED = 'rules: [{to: "%s", each: rows AS r, keyed_by: r.sku, rules: [{to: q, formula: r.id}%s]}]'


@pytest.mark.parametrize("to", ["items[]", "items"])
def test_a_target_object_keyed_by_id(to: str) -> None:
    """Its samples are read as such, whatever the keys look like; `[]` may be left out."""
    target = [{"items": {"A": {"q": 1}, "B-7": {"q": 2}}}, {"items": {"C": {"q": 3}}}]
    assert lint(KEYED % (to, ""), target=target) == []
    (found,) = lint(KEYED % (to, ", {to: qq, formula: r.price}"), target=target)
    assert "CW-LINT-TARGET-UNKNOWN no sample of the target has the field items[].qq" in found
    more = [{"items": {"A": {"q": 1, "z": 2}, "B": {"q": 1, "z": 5}}}]
    (found,) = lint(KEYED % (to, ""), target=more)
    assert "filled in every sample of the target, but by no rule: items[].z" in found


def test_a_name_that_no_xml_element_has() -> None:
    """What keeps outputs from being written as XML is told before one is."""
    xml = ", xml: {root: Order}"
    assert lint("rules: [{to: '1st', formula: id}]", xml=xml)[0].startswith("m.yaml:4: error CW-XML-NAME")
    assert lint(KEYED % ("items[]", ""), xml=xml)[0].startswith("m.yaml:4: error CW-XML-FORM")
    assert lint("rules: [{to: first, formula: id}]", xml=xml) == []


def test_hints_keep_the_brackets() -> None:
    """The key of a related record that stands in rows is written with []."""
    found = lint("with: {p: {entity: p, key: 'rows[].idd'}}\nrules: [{to: a, formula: id}]")
    assert any("did you mean 'rows[].id'?" in one for one in found)
