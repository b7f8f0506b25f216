"""Conditions of a flow: formulas over a record and its related records, as yes or no."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from crosswalk_engine.connectors.contract import Document
from crosswalk_engine.errors import RecordError
from crosswalk_engine.formula import EvalError, compile_formula, formula_from_ir
from crosswalk_engine.formula.env import Lookup
from crosswalk_engine.sync.stages import Related


class Condition(Protocol):
    """Whether something holds for a record; `now` is the time at which the record was taken up."""

    def __call__(self, document: Document, related: Related, now: datetime | None = None) -> bool:
        """Yes or no.

        Raises:
            RecordError: the condition cannot use the record's data.
        """
        ...


def condition(ir: Any, where: str, lookups: Mapping[str, Lookup]) -> Condition:
    """A compiled formula as a condition; no formula says yes, null says no.

    Errors are placed at `where`. It may ask `lookups`; the id map is not asked, since it changes while
    records wait.
    """
    if ir is None:
        return always
    compiled = compile_formula(formula_from_ir(ir))

    def holds(document: Document, related: Related, now: datetime | None = None) -> bool:
        try:
            return compiled(document, related=related, lookups=lookups, now=now) is True
        except EvalError as error:
            raise RecordError(error.code, str(error), where=where) from error

    return holds


def always(document: Document, related: Related, now: datetime | None = None) -> bool:
    """The condition that is none."""
    return True
