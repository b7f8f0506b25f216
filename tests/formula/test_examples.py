"""Every function's worked examples, on both backends."""

from typing import Any

import pytest
from crosswalk_engine.formula import (
    FUNCTIONS,
    EvalError,
    FormulaError,
    RowScope,
    Scope,
    compile_formula,
    evaluate,
    parse_formula,
    to_json_value,
)
from crosswalk_engine.formula.functions.spec import Example, Function

EXAMPLES = [
    pytest.param(function, example, id=f"{function.name}: {example.formula}")
    for function in FUNCTIONS.values()
    for example in function.examples
]


def outcome(example: Example, backend: str) -> tuple[str, Any]:
    """("gives", JSON value) or ("fails", code)."""
    scope = Scope(row=RowScope(example.each, "row") if example.each else None)
    try:
        formula = parse_formula(example.formula, scope)
    except FormulaError as error:
        return ("fails", error.problems[0].code)
    options: dict[str, Any] = {"lookups": example.lookups, "row": example.row}
    try:
        if backend == "oracle":
            value = evaluate(formula, example.given, **options)
        else:
            value = compile_formula(formula)(example.given, **options)
    except EvalError as error:
        return ("fails", error.code)
    return ("gives", to_json_value(value))


@pytest.mark.parametrize("backend", ["oracle", "compiled"])
@pytest.mark.parametrize(("function", "example"), EXAMPLES)
def test_example(function: Function, example: Example, backend: str) -> None:
    """A worked example gives exactly what its page says it gives, in value and in type."""
    found = outcome(example, backend)
    expected = ("fails", example.fails) if example.fails else ("gives", example.gives)
    assert found == expected
    assert type(found[1]) is type(expected[1])


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=lambda function: function.name)
def test_every_function_is_explained(function: Function) -> None:
    """Each function has a one-line summary and at least two examples, one of which fails."""
    assert function.summary.endswith(".") and "\n" not in function.summary
    assert len(function.examples) >= 2
    assert any(example.fails for example in function.examples)
    assert any(not example.fails for example in function.examples) or function.name in ("NOW",)
