"""What is noted while a mapping document is translated: problems, formulas, and where each part stands."""

from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any, Final, Literal

from crosswalk_engine.errors import ConfigError, Finding, masked
from crosswalk_engine.formula import FormulaError, Scope, TypedFormula, parse_formula
from crosswalk_engine.formula.ir import Node
from crosswalk_engine.formula.stands import stands_of
from crosswalk_engine.mapping.document import Check, Documents, EachRule, Empty, Rule
from crosswalk_engine.mapping.tree import Level, sources
from crosswalk_engine.mapping.written import Place, Role, Written
from crosswalk_engine.payload.documents import Document
from crosswalk_engine.payload.paths import parse_path

Owner = Rule | EachRule | Check | Documents


@dataclass(frozen=True)
class Context:
    """Where rules stand.

    Attributes:
        doc: the mapping, or the rule set.
        scope: what formulas may name.
        empty: what rules without a value write.
        levels: the `each` rules around.
        above: the names of the target path above, ``[]`` after those of lists.
        prefix: target names that go before those of the rules, within the element.
        using: the mapping and the rule sets that lead to the rule set; empty in the mapping itself.
    """

    doc: Document
    scope: Scope
    empty: Empty
    levels: tuple[Level, ...] = ()
    above: tuple[str, ...] = ()
    prefix: tuple[str, ...] = ()
    using: tuple[str, ...] = ()

    def within(self, **changes: Any) -> "Context":
        """The context a step further in."""
        return replace(self, **changes)


class _Mark(Enum):
    BAD = "bad"


#: Stands for a formula that has problems, where no formula is fine.
BAD: Final = _Mark.BAD


def _levels(context: Context) -> tuple[Level, ...]:
    """The rows around a formula; those of `documents` are no level of a list."""
    stands = stands_of(context.scope)
    return tuple(Level(stand.path, stand.scope) for stand in stands)


@dataclass
class Notes:
    """Everything that is noted, in the order in which it was met."""

    findings: list[Finding] = field(default_factory=list)
    formulas: list[Written] = field(default_factory=list)
    places: dict[int, tuple[Document, Place]] = field(default_factory=dict)

    def note(self, context: Context, place: Place, code: str, message: str, suggestion: str = "") -> None:
        """One problem."""
        if context.using:
            message += f" (used by {' -> '.join(context.using)})"
        finding = Finding(context.doc.at(*place), code, "error", message, suggestion)
        if finding not in self.findings[-8:]:
            self.findings.append(finding)

    def formula(
        self, text: str, place: Place, context: Context, role: Role, shown: str, owner: Owner
    ) -> TypedFormula | None:
        """The formula that `text` writes; `None` with its problems noted."""
        try:
            formula = parse_formula(text, context.scope)
        except FormulaError as error:
            for problem in error.problems:
                message = f"{shown}: {replace(problem, suggestion='').render()}"
                self.note(context, place, problem.code, message, problem.suggestion)
            return None
        for path in sources(formula.node, _levels(context)):
            try:
                parse_path(path)
            except ConfigError as error:
                what = f"{shown}: {masked(path, 40)}: {error.what}"
                self.note(context, place, "CW-FORMULA-FIELD", what, "no record is nested so deep")
                return None
        self.keep(formula, place, context, role, shown, owner)
        return formula

    def keep(
        self, formula: TypedFormula, place: Place, context: Context, role: Role, shown: str, owner: Owner
    ) -> None:
        """Keeps a formula for who looks at them all."""
        self.formulas.append(Written(context.doc, place, role, shown, formula, context.scope, owner))

    def optional(
        self, text: str | None, place: Place, context: Context, role: Role, shown: str, owner: Owner
    ) -> Node | Literal[_Mark.BAD] | None:
        """The tree of a formula that may be left out; `BAD` when it has problems."""
        if text is None:
            return None
        formula = self.formula(text, place, context, role, shown, owner)
        return BAD if formula is None else formula.node
