"""Calls with holes, made from the function table: a new function is under the differential tests at once.

``@`` stands for a formula, ``#`` for a whole number. What must be written out is taken from the function's
own examples, so a function needs no entry here.
"""

from collections.abc import Iterator
from itertools import product

from crosswalk_engine.formula import FUNCTIONS, FormulaError, RowScope, Scope, parse_formula
from crosswalk_engine.formula.functions import Example, Function, Param
from crosswalk_engine.formula.ir import Aggregate, Call, Const, walk
from crosswalk_engine.formula.values import BOOLEAN, DATE, DATETIME, INTEGER, MOMENT, text_of

#: What the first argument names, as the tests' own tables and id map know it.
NAMES = {"lookup": "'t'", "idmap": "'e'"}
#: Written by the hand-made templates, or special forms.
SPECIAL = frozenset({"APPORTION", "ROW_KEY", "NOW", "PRESENT"})
_MOST = 6


def _literal(value: object) -> str:
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return text_of(value)  # type: ignore[arg-type]


def _written(function: Function, example: Example) -> Iterator[tuple[str | None, ...]]:
    """The constants that an example writes for the literal parameters, in the order of the arguments."""
    try:
        tree = parse_formula(
            example.formula, Scope(row=RowScope("rows", "row") if example.each else None)
        ).node
    except FormulaError:
        return
    for node in walk(tree):
        if isinstance(node, Call | Aggregate) and node.name == function.name:
            yield tuple(
                _literal(arg.value) if function.param(at).literal and isinstance(arg, Const) else None
                for at, arg in enumerate(node.args)
            )


def _hole(param: Param) -> tuple[str, ...]:
    if param.kinds == INTEGER:
        return ("#", "@")
    if param.kinds == BOOLEAN:
        return ("(@ = @)", "@")
    if param.kinds == DATE:
        return ("TO_DATE(@)",)
    if param.kinds == DATETIME:
        return ("TO_DATETIME(@)", "@")
    return ("TO_DATETIME(@)", "TO_DATE(@)", "@") if param.kinds == MOMENT else ("@",)


def templates(function: Function) -> list[str]:
    """The ways to call `function`: with the constants of each example, and with each kind of hole."""
    found: dict[str, None] = {}
    for written in {found for example in function.examples for found in _written(function, example)}:
        literals = list(written)
        if function.asks and literals:
            literals[0] = NAMES[function.asks]
        if any(literal is not None and set(literal) & set("@#") for literal in literals):
            continue
        holes = [
            (literal,) if literal is not None else _hole(function.param(at))
            for at, literal in enumerate(literals)
        ]
        for chosen in list(product(*holes))[:_MOST]:
            found[f"{function.name}({', '.join(chosen)})"] = None
    return sorted(found)


#: Function -> its templates; operators are in the hand-made list of `strategies`.
CALLS: dict[str, list[str]] = {
    name: templates(function)
    for name, function in FUNCTIONS.items()
    if not (function.is_operator or function.is_aggregate or name in SPECIAL)
}
#: Aggregates of one value, by whether the value is a condition.
FOLDS = [name for name, function in FUNCTIONS.items() if function.is_aggregate and len(function.params) == 1]
CONDITIONS = frozenset(name for name in FOLDS if FUNCTIONS[name].params[0].kinds == BOOLEAN)
