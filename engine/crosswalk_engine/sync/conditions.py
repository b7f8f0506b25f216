"""Conditions of a flow: formulas over a record and its related records, as yes or no."""

from collections.abc import Callable
from typing import Any, TypeAlias

from crosswalk_engine.connectors.contract import Document
from crosswalk_engine.errors import RecordError
from crosswalk_engine.formula import EvalError, compile_formula, formula_from_ir
from crosswalk_engine.sync.stages import Related

Condition: TypeAlias = Callable[[Document, Related], bool]


def condition(ir: Any, where: str) -> Condition:
    """A compiled formula as a condition; no formula says yes, null says no.

    The condition raises RecordError, placed at `where`, for a record whose data it cannot use.
    """
    if ir is None:
        return lambda document, related: True
    compiled = compile_formula(formula_from_ir(ir))

    def holds(document: Document, related: Related) -> bool:
        try:
            return compiled(document, related=related) is True
        except EvalError as error:
            raise RecordError(error.code, str(error), where=where) from error

    return holds
