"""Formulas: SQL scalar expressions, typed, total, compiled to Python.

The text is read once (`parse_formula`); what a release carries and the engine runs is the tree (`ir`). Two
backends give the same value or the same error: the tree walker (`evaluate`) and the compiler
(`compile_formula`). Parsing loads sqlglot; running does not.
"""

from crosswalk_engine.formula.compile import CompiledFormula, compile_formula, evaluate
from crosswalk_engine.formula.functions import FUNCTIONS, Function
from crosswalk_engine.formula.parse import check_formula, parse_formula
from crosswalk_engine.formula.problems import EvalError, FormulaError, FormulaProblem
from crosswalk_engine.formula.scope import RowScope, Scope
from crosswalk_engine.formula.typed import TypedFormula, formula_from_ir
from crosswalk_engine.formula.values import Value, to_json_value

__all__ = [
    "FUNCTIONS",
    "CompiledFormula",
    "EvalError",
    "FormulaError",
    "FormulaProblem",
    "Function",
    "RowScope",
    "Scope",
    "TypedFormula",
    "Value",
    "check_formula",
    "compile_formula",
    "evaluate",
    "formula_from_ir",
    "parse_formula",
    "to_json_value",
]
