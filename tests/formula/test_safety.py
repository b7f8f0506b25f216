"""Formulas cannot reach the host: nothing is evaluated, opened or imported while they run."""

import ast
import sys
from pathlib import Path
from typing import Any

import crosswalk_engine.formula
import crosswalk_engine.mapping
from crosswalk_engine.formula import EvalError, compile_formula, evaluate
from hypothesis import given, settings

from tests.formula.strategies import FIELDS, LOOKUPS, formulas, idmap, records
from tests.formula.test_differential import SCOPE, parsed

_FORBIDDEN = {
    "eval",
    "exec",
    "compile",
    "getattr",
    "setattr",
    "__import__",
    "open",
    "globals",
    "vars",
    "input",
}
#: The one function that runs generated text.
_ALLOWED = {("compile.py", "run_generated", "exec"), ("compile.py", "run_generated", "compile")}
#: Reads documents and checks them; no formula gets there.
_APART = {"examples.py"}


def test_the_engine_evaluates_no_text_but_its_own() -> None:
    """No module of formulas or mappings calls eval, exec, getattr and the like, but for one place."""
    found = set()
    for package in (crosswalk_engine.formula, crosswalk_engine.mapping):
        for path in Path(package.__path__[0]).rglob("*.py"):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
                calls = (node.func for node in ast.walk(function) if isinstance(node, ast.Call))
                named = {call.id for call in calls if isinstance(call, ast.Name)} & _FORBIDDEN
                found |= {(path.name, function.name, name) for name in named if path.name not in _APART}
    assert found == _ALLOWED


_events: list[str] = []
_watching = False


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if _watching and event in (
        "exec",
        "compile",
        "import",
        "open",
        "os.system",
        "subprocess.Popen",
        "socket.connect",
    ):
        _events.append(f"{event} {arguments!r:.80}")


sys.addaudithook(_watch)


@settings(max_examples=150, deadline=None)
@given(text=formulas(*FIELDS, "rel.p"), record=records())
def test_running_a_formula_touches_nothing(text: str, record: dict[str, Any]) -> None:
    """While a compiled formula or the oracle runs, no file, import, process or code event happens."""
    global _watching
    formula = parsed(text, SCOPE)
    if formula is None:
        return
    run = compile_formula(formula)
    _events.clear()
    for attempt in (run, lambda doc, **more: evaluate(formula, doc, **more)):
        _watching = True
        try:
            attempt(record, lookups=LOOKUPS, idmap=idmap)
        except EvalError:
            pass
        finally:
            _watching = False
    assert _events == []


def test_texts_of_a_formula_stay_texts() -> None:
    """Quotes, backslashes and braces in constants, fields and tables cannot break out of generated code."""
    nasty = "'''; import os; os.abort() #\\\\\\n{0.__class__}\"\"\""
    quoted = nasty.replace("'", "''")
    name = nasty.replace('"', '""')
    formula = parsed(f"CONCAT('{quoted}', \"{name}\", LOOKUP('{quoted}', 'x', '{quoted}'))", SCOPE)
    assert formula is not None
    options: dict[str, Any] = {"lookups": {nasty: {}}}
    assert compile_formula(formula)({nasty: "!"}, **options) == nasty + "!" + nasty
