"""Paths of lists and targets: commas in names, and more names than a path has."""

import pytest
from crosswalk_engine.mapping.document import split_steps

from tests.mapping_compile.both_ways import errors, findings, mapped, output, rule_sets


def test_a_comma_in_a_name_separates_no_steps() -> None:
    """What stands in double quotes is a name."""
    assert split_steps('"l,m" AS x') == (('"l,m"', "x"),)
    assert split_steps('a."l,m"[] AS x, x."n, AS o" AS y') == (('a."l,m"', "x"), ('x."n, AS o"', "y"))
    rules = "rules: [{to: 'l[]', each: '\"l,m\" AS x', rules: [{to: q, formula: x.q}]}]\n"
    assert output(rules, {"l,m": [{"q": 1}]}) == {"l": [{"q": 1}]}


def deep(names: int) -> str:
    """A path of so many names."""
    return ".".join(f"n{number}" for number in range(names))


@pytest.mark.parametrize(
    "rules",
    [
        f"- {{to: a, formula: {deep(65)}}}",
        f"- {{to: {deep(65)}, value: 1}}",
        f"- {{to: 'l[]', each: {deep(40)} AS x, rules: [{{to: a, formula: x.{deep(40)}}}]}}",
        f"- {{to: 'l[]', each: 'a AS x, x.{deep(64)} AS y', rules: [{{to: a, formula: y.b}}]}}",
        f"- {{to: {deep(40)}, use: s, given: {{at: a}}}}",
        f"- {{use: s, to: x, given: {{at: {deep(40)}}}}}",
    ],
)
def test_a_path_of_more_than_64_names_is_a_finding(rules: str) -> None:
    """Wherever it comes together: in a formula, from rows, or from a rule set."""
    sets = rule_sets(f"name: s\nparameters: [at]\nrules:\n- {{to: {deep(40)}, formula: at.{deep(40)}}}\n")
    assert findings(f"rules:\n{rules}\n", None, sets)


def test_a_path_of_64_names_is_fine() -> None:
    """As deep as records are."""
    assert findings(f"rules: [{{to: {deep(64)}, formula: {deep(64)}}}]\n") == []
    assert (
        errors(f"rules: [{{to: {deep(64)}, formula: {deep(64)}, required: true}}]\n", {})[0][1]
        == "CW-REQUIRED"
    )


def test_numbers_are_allowed_by_value() -> None:
    """Of numbers, 5, 5.0 and 5.00 are one; texts are compared as they are written."""
    rules = "rules: [{to: x, formula: %s, one_of: [5, 2.50]}]\n"
    for formula, value in (("TO_DECIMAL(a, 2)", "5.00"), ("TO_DECIMAL(a, 1)", "2.5"), ("TO_INTEGER(a)", 5)):
        assert output(rules % f"'{formula}'", {"a": str(value)}) == {"x": value}
    assert errors(rules % "'TO_DECIMAL(a, 2)'", {"a": "2.51"}) == [("x", "CW-ALLOWED", "2.51")]
    assert errors(rules % "TRIM(a)", {"a": "5"}) == [("x", "CW-ALLOWED", "5")]
    assert errors("rules: [{to: x, formula: a, one_of: [true]}]\n", {"a": 1}) == [("x", "CW-ALLOWED", "1")]


def test_the_row_of_a_list_as_a_whole_is_one_of_the_list_around_it() -> None:
    """A required inner list without elements names the outer row by the outer collection."""
    rules = """rules:
- to: l[]
  each: rows AS row
  rules:
  - {to: 's[]', each: row.s AS s, required: true, rules: [{to: q, formula: s.q}]}
  - {to: 't[]', each: row.s AS t, when: row.q, rules: [{to: q, formula: t.q}]}
"""
    found = mapped(rules, {"rows": {"17": {"s": [], "q": 5}}}).errors
    assert [one.message.partition(" (row ")[2] for one in found] == ["17 of rows)", "17 of rows)"]
