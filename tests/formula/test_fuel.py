"""What an aggregate may work on is bounded where an element can make much more text than it holds."""

import time
import tracemalloc
from typing import Any

import pytest
from crosswalk_engine.formula import (
    EvalError,
    RowScope,
    Scope,
    check_formula,
    compile_formula,
    evaluate,
    parse_formula,
)
from crosswalk_engine.formula.fuel import MAX_WORK, is_metered
from crosswalk_engine.formula.ir import Aggregate

from tests.mapping_compile.both_ways import errors, output

SCOPE = Scope(collections=frozenset({"rows"}))
PLAIN = Scope()


def both(text: str, record: dict[str, Any], scope: Scope = SCOPE) -> list[Any]:
    """The value or the error's key, by the tree walker and compiled."""
    formula = parse_formula(text, scope)
    found: list[Any] = []
    for run in (lambda: evaluate(formula, record), lambda: compile_formula(formula)(record)):
        try:
            found.append(run())
        except EvalError as error:
            found.append(error.key())
    return found


@pytest.mark.parametrize("scope", [SCOPE, PLAIN])
@pytest.mark.parametrize(
    "text",
    [
        "SUM(LENGTH(TRANSLITERATE(LPAD(rows.a, 65536, 'é'))))",
        "STRING_AGG(LPAD(rows.a, 65536, '😀'), ',')",
        "COUNT_DISTINCT(RPAD(rows.a, 65536, '😀'))",
        "MIN(LPAD(rows.a, 65536, '😀'))",
        "FIRST(LPAD(rows.a, rows.n * 30000, '😀'))",
        "COUNT(REPLACE(rows.a, 'x', big))",
        "COUNT(rows.a) FILTER (WHERE CASE WHEN rows.n = 2 THEN LPAD(rows.a, 65536) END = 'x')",
        "SUM(rows.n) FILTER (WHERE LENGTH(INITCAP(big)) > 3)",
    ],
)
def test_too_much_text_is_an_error(text: str, scope: Scope) -> None:
    """Over 2,000 elements, the work ends with the same coded error both ways, soon."""
    record = {"rows": [{"a": f"x{number}", "n": 2} for number in range(2_000)], "big": "ab" * 30_000}
    began = time.process_time()
    first, second = both(text, record, scope)
    assert time.process_time() - began < 8
    assert first == second
    assert first[0] == "CW-FORMULA-FUEL"
    assert f"over {MAX_WORK:,} characters" in first[2]


@pytest.mark.parametrize("name", ["MIN", "FIRST", "COUNT_DISTINCT", "COUNT"])
def test_memory_is_bounded(name: str) -> None:
    """Long texts of 10,000 elements never stand in memory together."""
    record = {"rows": [{"a": f"x{number}"} for number in range(10_000)]}
    both(f"{name}(LPAD(rows.a, 300, '😀'))", {"rows": []})
    tracemalloc.start()
    first, second = both(f"{name}(LPAD(rows.a, 65536, '😀'))", record)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert first == second and first[0] == "CW-FORMULA-FUEL"
    assert peak < 100_000_000


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("SUM(LENGTH(LPAD(rows.a, 300)))", 600),
        ("STRING_AGG(REPLACE(rows.a, 'x', 'yyy'), '+')", "yyy0+yyy1"),
        ("COUNT(1) FILTER (WHERE LPAD(rows.a, rows.n, '-') = 'x0')", 1),
        ("STRING_AGG(CASE WHEN rows.n = 2 THEN RPAD(rows.a, 400, '.') END, '')", "x0" + "." * 398),
        ("COUNT(LPAD(rows.none, 400))", 0),
    ],
)
def test_ordinary_work_is_done(text: str, value: Any) -> None:
    """A measured aggregate gives what it gave before, in a mapping as by itself."""
    record = {"rows": [{"a": "x0", "n": 2}, {"a": "x1", "n": 1}]}
    text = text.replace("COUNT(1)", "COUNT(rows.a)")
    formula = parse_formula(text, SCOPE)
    assert isinstance(formula.node, Aggregate) and is_metered(formula.node)
    assert both(text, record) == [value, value]
    rules = f"""
rules:
- {{to: x, formula: "{text}"}}
- {{to: y, formula: "{text}"}}
- to: 'l[]'
  each: rows AS row
  rules: [{{to: x, formula: "{text}"}}, {{to: a, formula: row.a}}]
"""
    assert output(rules, record) == {
        "x": value,
        "y": value,
        "l": [{"x": value, "a": "x0"}, {"x": value, "a": "x1"}],
    }


@pytest.mark.parametrize(
    "text",
    [
        "SUM(LENGTH(LPAD(rows.a, 10, '0')))",
        "STRING_AGG(UPPER(TRIM(rows.a)), ',')",
        "SUM(TO_DECIMAL(REPLACE(rows.a, ',', '.'), 2))",
        "COUNT(rows.a) FILTER (WHERE rows.kind = UPPER(kind))",
        "STRING_AGG(CONCAT(rows.a, '-', name), ', ')",
    ],
)
def test_what_mappings_do_is_not_measured(text: str) -> None:
    """Short padding, texts of the element and quick functions cost nothing more."""
    node = parse_formula(text, SCOPE).node
    assert isinstance(node, Aggregate) and not is_metered(node)


def test_errors_of_rows_in_a_mapping() -> None:
    """The error stands at the rule, the same in every way of computing the mapping."""
    record = {"rows": [{"a": "x"}] * 300}
    text = """
rules:
- {to: x, formula: "SUM(LENGTH(LPAD(rows.a, 65536)))"}
- {to: 'l[]', each: rows AS row, rules: [{to: a, formula: row.a}]}
"""
    assert errors(text, record) == [("x", "CW-FORMULA-FUEL", "")]


def test_weights_are_numbers() -> None:
    """A text of any length cannot be made in a weight, for it would be made for each row."""
    scope = Scope(row=RowScope("rows", "row"))
    problem = check_formula("APPORTION(1, LENGTH(LPAD(row.a, 65536)), 2)", scope)[0]
    assert (problem.code, problem.start) == ("CW-FORMULA-AGGREGATE", 1)
    assert check_formula("APPORTION(1, TO_DECIMAL(REPLACE(row.a, ',', '.')), 2)", scope) == ()
