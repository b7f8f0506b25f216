"""What a person wrote stands in generated code and in messages on one line, whatever characters it has."""

import ast
import json

import pytest
from crosswalk_engine.errors import FindingsError
from crosswalk_engine.mapping.compile import CompiledMapping
from crosswalk_engine.mapping.explain import explain
from crosswalk_engine.mapping.translate import translate

from tests.mapping_compile.both_ways import document, mapped, tree_of

ODD = "x\\nimport os\\r\\u2028\\u0085\\x0c\\x1b[31m"
NAME = f'"\\"{ODD}\\""'
LIST = f'\\"list {ODD}\\"'
MAPPING = f"""
with:
  other: {{entity: "{ODD}", key: {NAME}}}
rules:
- to: {NAME}
  formula: {NAME}
  max_length: 3
  one_of: ["{ODD}"]
- to: when
  formula: "LOOKUP('t',\\nCOALESCE(a,\\nother.b))"
  when: "b\\n=\\n'x'"
- to: l[]
  each: "{LIST} AS row"
  where: "row.q\\n> 1"
  order_by: "row.q\\n"
  group_by: "row.q\\n"
  rows_as: all
  rules:
  - {{to: {NAME}, formula: "row.q\\n", required: true}}
checks:
- {{name: "{ODD}", formula: "a =\\n{NAME[1:-1]}", when: "a\\n= 1"}}
"""
#: Characters that some reader takes for the end of a line, or that a terminal acts upon.
_BREAKS = ("\r", "\u2028", "\x85", "\x0c", "\x1b")


def test_generated_code_is_python_with_every_comment_on_its_line() -> None:
    """Labels stand in comments alone: nothing that a mapping holds becomes code."""
    mapping = CompiledMapping(tree_of(MAPPING), {})
    for code in (mapping.code, mapping.typed_code, mapping._plain.code):
        module = ast.parse(code)
        assert [type(part) for part in module.body] == [ast.FunctionDef]
        assert not any(sign in code for sign in _BREAKS)
        assert all(line.startswith(("#", "def ", "    ")) for line in code.split("\n") if line)


def test_the_explanation_has_no_other_line_breaks_than_its_own() -> None:
    """Each line begins as one of the explanation does."""
    told = explain(tree_of(MAPPING))
    assert not any(sign in told for sign in _BREAKS)
    assert not any(line.startswith("import os") for line in told.split("\n"))
    assert "    only when b = 'x'" in told.split("\n")
    assert '"xU+000Aimport osU+000DU+2028U+0085U+000CU+001B[31m"' in told


def test_what_a_rule_reads_that_asks_for_its_row() -> None:
    """The key of the row is no field, but it is not the same for every record either."""
    rules = (
        "rules: [{to: 'l[]', each: rows AS row, rules: [{to: k, formula: ROW_KEY()}, {to: c, value: 1}]}]\n"
    )
    tree = tree_of(rules)
    assert "    reads the key of the row\n" in explain(tree, "l[].k")
    assert "    reads nothing: the same for every record\n" in explain(tree, "l[].c")


def test_findings_and_problems_are_one_line() -> None:
    """The texts of findings and of problems, with the names in them."""
    with pytest.raises(FindingsError) as caught:
        translate(
            document(f"rules: [{{to: {NAME}, formula: {NAME}, pattern: '{ODD}'}}, {{to: a, formula: '='}}]")
        )
    for finding in caught.value.findings:
        assert finding.render().isprintable() and len(finding.render().splitlines()) == 1
    rules = json.dumps([{"to": "a", "formula": '"x\ny"', "required": True}])
    (problem,) = mapped(f"rules: {rules}\n", {}).errors
    assert problem.message == 'a required field has no value (from "xU+000Ay")'
