"""From what a formula gives to what a rule writes: default, limits, replacement, required."""

from collections.abc import Sequence
from enum import Enum
from typing import Final, Literal, TypeAlias

from crosswalk_engine.formula.problems import EvalError
from crosswalk_engine.formula.values import Value, text_of
from crosswalk_engine.mapping.faults import Spot, fault, missing
from crosswalk_engine.mapping.limits import LimitTest
from crosswalk_engine.mapping.result import Problem
from crosswalk_engine.mapping.tree import RuleTree


class _Mark(Enum):
    REJECTED = "rejected"


#: Stands for the value of a rule whose record is rejected: an error was noted.
REJECTED: Final = _Mark.REJECTED
Settled: TypeAlias = Value | Literal[_Mark.REJECTED]


class Settler:
    """What becomes of the values of one rule."""

    def __init__(self, rule: RuleTree, spot: Spot) -> None:
        self.spot = spot
        self.default = rule.default
        self.required = rule.required
        self.invalid = rule.invalid
        self.test = LimitTest(rule.limits, cut=rule.cut)

    def value(
        self,
        value: Value,
        errors: list[Problem],
        warnings: list[Problem],
        indexes: Sequence[int] = (),
        key: str | None = None,
    ) -> Settled:
        """What is written for `value`, problems noted; `REJECTED` when it cannot be."""
        if value is None or value == "":
            return self._needed(value if self.default is None else self.default, errors, indexes, key)
        kept, length, broken = self.test.check(value)
        if length is not None:
            warnings.append(self.spot.problem("CW-CUT", text_of(value), f"cut: {length}", indexes, key))
        if broken is None:
            return kept
        if self.invalid == "reject":
            shown = "" if kept is None else text_of(kept)
            errors.append(self.spot.problem(broken.code, shown, broken.what, indexes, key))
            return REJECTED
        return self._replaced(text_of(kept), broken.what, errors, warnings, indexes, key)

    def failed(
        self,
        error: EvalError,
        errors: list[Problem],
        warnings: list[Problem],
        indexes: Sequence[int] = (),
        key: str | None = None,
    ) -> Settled:
        """What is written when the value cannot be computed."""
        if self.invalid == "reject":
            fault(errors, self.spot, error, indexes, key)
            return REJECTED
        spot = self.spot.about(error)
        return self._replaced(error.value, error.message, errors, warnings, indexes, key, spot)

    def _replaced(
        self,
        shown: str,
        what: str,
        errors: list[Problem],
        warnings: list[Problem],
        indexes: Sequence[int],
        key: str | None,
        spot: Spot | None = None,
    ) -> Settled:
        by = "the default" if self.invalid == "default" else "nothing"
        message = f"replaced by {by}: {what}"
        spot = spot or self.spot
        warnings.append(spot.problem("CW-REPLACED", shown, message, indexes, key))
        value = self.default if self.invalid == "default" else None
        return self._needed(value, errors, indexes, key)

    def _needed(
        self, value: Value, errors: list[Problem], indexes: Sequence[int], key: str | None
    ) -> Settled:
        if self.required and (value is None or value == ""):
            missing(errors, self.spot, indexes, key)
            return REJECTED
        return value
