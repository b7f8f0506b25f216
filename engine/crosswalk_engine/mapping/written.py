"""The formulas of a mapping where a person wrote them: what the lint needs beside the tree."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from crosswalk_engine.errors import Finding
from crosswalk_engine.formula.ir import Span
from crosswalk_engine.formula.scope import Scope
from crosswalk_engine.formula.typed import TypedFormula
from crosswalk_engine.mapping.document import Check, Documents, EachRule, Rule
from crosswalk_engine.mapping.tree import CheckTree, EachTree, MappingTree, RuleTree
from crosswalk_engine.payload.documents import Document

Place: TypeAlias = tuple[str | int, ...]
#: What a formula is for: the value of a rule, a condition, an order, a key of groups or of elements.
Role: TypeAlias = Literal["value", "when", "where", "order_by", "group_by", "keyed_by", "check", "by"]


@dataclass(frozen=True, slots=True)
class Written:
    """One formula where it stands.

    Attributes:
        doc: the mapping, or the rule set that holds it.
        place: in `doc`, e.g. ``("rules", 3, "rules", 1, "formula")``.
        role: what it is for.
        shown: how messages name it: ``lines[].ITNO``, ``lines[] where``, ``check 'net adds up'``.
        formula: as parsed, with its kinds.
        scope: what it may name.
        owner: the part of the document that it belongs to.
    """

    doc: Document
    place: Place
    role: Role
    shown: str
    formula: TypedFormula
    scope: Scope
    owner: Rule | EachRule | Check | Documents

    @property
    def where(self) -> str:
        """``file:line``."""
        return self.doc.at(*self.place)

    def finding(
        self, kind: str, what: str, suggestion: str = "", *, level: str = "warning", span: Span = (0, 0)
    ) -> Finding:
        """A finding about this formula, with the columns of `span` when they are known."""
        start, end = span
        columns = f" at {start}-{end}" if end > start else f" at {start}" if start else ""
        return Finding(self.where, f"CW-LINT-{kind}", level, f"{self.shown}: {what}{columns}", suggestion)


@dataclass(frozen=True, slots=True)
class Examined:
    """What came of translating a document: never an exception, whatever is wrong with it.

    Attributes:
        tree: what could be translated; parts with errors are left out.
        findings: every error, with ``file:line`` of the mapping or the rule set.
        formulas: every formula that could be read.
        places: where each part of the tree stands, by the part's `id`.
    """

    tree: MappingTree
    findings: tuple[Finding, ...]
    formulas: tuple[Written, ...]
    places: Mapping[int, tuple[Document, Place]] = field(default_factory=dict)

    def at(self, tree: RuleTree | EachTree | CheckTree) -> str:
        """``file:line`` of a part of the tree."""
        document, place = self.places[id(tree)]
        return document.at(*place)
