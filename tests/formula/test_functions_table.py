"""The function table is complete: what every function must say, and what suggestions may not say."""

import re

import pytest
from crosswalk_engine.formula import FUNCTIONS
from crosswalk_engine.formula.functions import CALLABLE, GROUPS, Function
from crosswalk_engine.formula.functions.elsewhere import ELSEWHERE
from crosswalk_engine.formula.lexer import KEYWORDS

from tests.formula.templates import CALLS, CONDITIONS, FOLDS, SPECIAL


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=lambda function: function.name)
def test_a_function_says_what_it_must(function: Function) -> None:
    """Each function has a cost, a null rule, typed parameters and two examples, one of which fails."""
    assert function.cost >= 1 and isinstance(function.cost, int)
    assert function.nulls in ("null", "own", "lazy", "skip")
    assert all(param.kinds for param in function.params)
    assert len(function.examples) >= 2
    assert sum(example.fails is not None for example in function.examples) >= 1
    assert (function.body is None) or (function.prepare is None)
    assert function.nulls == "lazy" or function.body is not None or function.prepare is not None
    optional = [param.optional for param in function.params]
    assert optional == sorted(optional)
    assert not any(param.many for param in function.params[:-1])


def test_there_are_about_eighty_functions_each_in_one_group() -> None:
    """80 to 95 functions besides the operators; no name stands twice, neither as an alias."""
    listed = [function for functions in GROUPS.values() for function in functions]
    names = [name for function in listed for name in (function.name, *function.aliases)]
    assert len(names) == len(set(names))
    assert 80 <= sum(not function.is_operator for function in listed) <= 95
    assert len(CALLABLE) == sum(1 + len(function.aliases) for function in listed if not function.is_operator)


def test_no_suggestion_of_other_systems_names_hides_a_function() -> None:
    """What is suggested for the names of other systems is in the table, and those names are not."""
    words = {word for advice in ELSEWHERE.values() for word in re.findall(r"[A-Z_]{3,}", advice)}
    assert words - KEYWORDS - {"FILTER"} <= set(CALLABLE)
    assert len(words) >= 30
    assert not set(ELSEWHERE) & set(CALLABLE)


def test_the_differential_tests_call_every_function() -> None:
    """Each function of the table is in a template, except for those that stand only in special places."""
    called = {name for name, found in CALLS.items() if found} | set(FOLDS) | SPECIAL | {"STRING_AGG"}
    assert {function.name for function in FUNCTIONS.values() if not function.is_operator} <= called
    assert sorted(CONDITIONS) == ["BOOL_AND", "BOOL_OR"]
