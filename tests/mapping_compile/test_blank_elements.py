"""Blank elements of repeated parts (null, '', {} and []) do not count, in lists as in aggregates."""

from typing import Any

import pytest
from crosswalk_engine.formula import compile_formula, evaluate, parse_formula

from tests.mapping_compile.both_ways import output

LINES = """
rules:
- {to: number, formula: COUNT(rows)}
- {to: quantities, formula: "STRING_AGG(COALESCE(rows.q, 0), '+')"}
- to: l[]
  each: rows AS row
  rules:
  - {to: key, formula: ROW_KEY()}
  - {to: q, formula: row.q}
  - {to: of, formula: "APPORTION(1.00, COALESCE(row.q, 1), 2)"}
""".replace("to: l[]", "to: 'l[]'")
ARRAY: Any = [{"q": 1}, {}, None, [], {"q": None}, "", {"z": 1}]
KEYED: Any = {"9": {}, "3": {"q": 1}, "4": [], "5": {"q": None}, "8": {"z": 1}, "7": ""}


@pytest.mark.parametrize(("rows", "keys"), [(ARRAY, ["0", "4", "6"]), (KEYED, ["3", "5", "8"])])
def test_blank_elements_make_no_rows(rows: Any, keys: list[str]) -> None:
    """`{}` and `[]` make no row and have no share; an object whose fields are blank does."""
    found = output(LINES, {"rows": rows})
    assert [line["key"] for line in found["l"]] == keys
    assert [line["of"] for line in found["l"]] == ["0.34", "0.33", "0.33"]
    assert (found["number"], found["quantities"]) == (3, "1+0+0")


@pytest.mark.parametrize("blank", [{}, [], None, ""])
def test_only_blank_elements_are_none(blank: Any) -> None:
    """A list of nothing but blanks is like an empty one."""
    assert output(LINES, {"rows": [blank, blank]}) == {"number": 0, "quantities": None, "l": []}


def test_zero_and_false_are_elements() -> None:
    """What is falsy and yet there counts; without a shape as with the tree walker."""
    formula = parse_formula("COUNT(rows)")
    record = {"rows": [0, False, 0.0, "", {}, []]}
    assert evaluate(formula, record) == compile_formula(formula)(record) == 3
