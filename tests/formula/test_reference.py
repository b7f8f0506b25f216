"""The page of the formula language says what is so."""

import json
import re
from pathlib import Path

import pytest
from crosswalk_engine.formula import (
    FUNCTIONS,
    FormulaError,
    compile_formula,
    parse_formula,
    to_json_value,
)
from crosswalk_engine.formula.fuel import MAX_WORK, MAX_WORK_SQUARED
from crosswalk_engine.formula.functions import Function
from crosswalk_engine.formula.ir import MAX_CHAIN
from crosswalk_engine.formula.lexer import MAX_BYTES, MAX_NESTING, MAX_PARTS
from crosswalk_engine.formula.reads import MAX_ELEMENTS, MAX_ELEMENTS_SQUARED
from crosswalk_engine.formula.reference import MARKER, with_reference
from crosswalk_engine.formula.values import DIGITS, MAX_TEXT

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/formula.md").read_text(encoding="utf-8")
HEAD = PAGE.partition(MARKER)[0]
EXAMPLES = re.findall(r"^(\S.*?)\s{2,}→\s{2}(.+)$", HEAD, re.MULTILINE)


def test_the_reference_is_current() -> None:
    """The generated part is what the function table gives now."""
    assert with_reference(PAGE) == PAGE
    assert all(f"`{function.usage()}`" in PAGE for function in FUNCTIONS.values())


@pytest.mark.parametrize(("formula", "result"), EXAMPLES)
def test_the_examples_of_the_page_hold(formula: str, result: str) -> None:
    """Each example in the written part gives what stands beside it."""
    assert (
        json.dumps(to_json_value(compile_formula(parse_formula(formula))({})), ensure_ascii=False) == result
    )


def test_the_page_names_the_limits_and_every_code() -> None:
    """Limits stand on the page as they are in the code, and so does every error code of formulas."""
    assert len(EXAMPLES) >= 13
    for limit in (
        MAX_BYTES,
        MAX_NESTING,
        MAX_CHAIN,
        MAX_PARTS,
        MAX_ELEMENTS,
        MAX_ELEMENTS_SQUARED,
        DIGITS,
        MAX_TEXT,
        MAX_WORK,
        MAX_WORK_SQUARED,
    ):
        assert f"{limit:,}" in HEAD
    sources = (ROOT / "engine/crosswalk_engine/formula").rglob("*.py")
    codes = {code for path in sources for code in re.findall(r'"(CW-[A-Z-]+[A-Z])"', path.read_text("utf-8"))}
    assert codes - {"CW-IR"} - set(re.findall(r"CW-[A-Z-]+[A-Z]", HEAD)) == set()


def test_the_page_shows_a_problem_as_it_is_reported() -> None:
    """The block that shows how problems look is what the parser reports for that formula."""
    with pytest.raises(FormulaError) as caught:
        parse_formula("UPER(qty) + 'a'")
    assert f"```\n{caught.value.render()}\n```" in HEAD


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=lambda function: function.name)
def test_the_page_states_null_rule_and_cost_of_every_function(function: Function) -> None:
    """Under the heading of each function stand its summary, its null rule and its cost."""
    entry = PAGE.partition(f"#### `{function.usage()}`\n")[2].partition("\n#### ")[0]
    assert function.summary in entry
    assert re.search(rf"Null: [a-z ]+\. Cost: {function.cost}( for each element)?\.", entry)
    assert all(example.formula in entry for example in function.examples)


def test_the_overview_names_every_function() -> None:
    """The table above the entries holds the name of every function, and counts them right."""
    overview = PAGE.partition(MARKER)[2].partition("\n### ")[0]
    names = [function.name for function in FUNCTIONS.values() if not function.is_operator]
    assert re.findall(r"`([A-Z_]+)`", overview) == names
    assert overview.strip().startswith(f"{len(names)} functions")
