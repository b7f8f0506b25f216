"""Linting a mapping: everything that can be known to be wrong before a record is mapped, all at once.

Formulas are checked against the source's shape, targets against the target's. What only might be wrong (a
target that no sample has, a related record that no formula reads) is a warning.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from crosswalk_engine.errors import ConfigError, Finding, masked
from crosswalk_engine.formula import FormulaError, RowScope, Scope, TypedFormula, parse_formula
from crosswalk_engine.mapping.document import EachRule, MappingDocument, Rule, split_each
from crosswalk_engine.mapping.targets import lint_targets
from crosswalk_engine.payload.nearest import did_you_mean
from crosswalk_engine.payload.paths import parse_path
from crosswalk_engine.payload.shape import Shape

_BARE_PATH = re.compile(r'[\w."]+')
Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class LintReport:
    """What linting one mapping found, and which tables, id maps and related records its formulas use."""

    findings: tuple[Finding, ...]
    lookups: frozenset[str]
    idmaps: frozenset[str]
    related: frozenset[str]


def lint_mapping(
    doc: MappingDocument,
    *,
    shape: Shape | None = None,
    related: Mapping[str, Shape | None] | None = None,
    lookups: Iterable[str] | None = None,
    idmaps: Iterable[str] | None = None,
    target: Shape | None = None,
) -> tuple[Finding, ...]:
    """All findings of `doc`; what is not given (`None`) is unknown and not checked against.

    `shape` is the source's, `target` the target's, `related` is by name under ``with:``.
    """
    return inspect_mapping(
        doc, shape=shape, related=related, lookups=lookups, idmaps=idmaps, target=target
    ).findings


def inspect_mapping(
    doc: MappingDocument,
    *,
    shape: Shape | None = None,
    related: Mapping[str, Shape | None] | None = None,
    lookups: Iterable[str] | None = None,
    idmaps: Iterable[str] | None = None,
    target: Shape | None = None,
    related_used: Iterable[str] = (),
) -> LintReport:
    """`lint_mapping`, with what the formulas use; `related_used` names records that something else reads."""
    scope = mapping_scope(doc, shape=shape, related=related, lookups=lookups, idmaps=idmaps)
    lint = _Lint(doc, scope)
    lint.run(frozenset(related_used))
    findings = (*lint.findings, *lint_targets(doc, target))
    formulas = lint.formulas
    return LintReport(
        findings=tuple(sorted(findings)),
        lookups=frozenset(name for formula in formulas for name in formula.lookups),
        idmaps=frozenset(name for formula in formulas for name in formula.idmaps),
        related=frozenset(name for formula in formulas for name in formula.related),
    )


def mapping_scope(
    doc: MappingDocument,
    *,
    shape: Shape | None = None,
    related: Mapping[str, Shape | None] | None = None,
    lookups: Iterable[str] | None = None,
    idmaps: Iterable[str] | None = None,
) -> Scope:
    """What the formulas of `doc` may name, outside of its `each` rules."""
    shapes = related or {}
    return Scope(
        shape=shape,
        related={name: shapes.get(name) for name in doc.with_},
        related_keys={name: record.key for name, record in doc.with_.items() if _is_path(record.key)},
        collections=frozenset(_collections(doc)),
        lookups=None if lookups is None else frozenset(lookups),
        idmaps=None if idmaps is None else frozenset(idmaps),
    )


def _is_path(text: str) -> bool:
    try:
        parse_path(text)
    except ConfigError:
        return False
    return True


def _collections(doc: MappingDocument) -> Iterator[str]:
    for rule in doc.rules:
        if isinstance(rule, EachRule):
            try:
                yield split_each(rule.each)[0].replace("[]", "")
            except ConfigError:
                continue


@dataclass
class _Lint:
    doc: MappingDocument
    scope: Scope
    findings: list[Finding] = field(default_factory=list)
    formulas: list[TypedFormula] = field(default_factory=list)
    sound: bool = True

    def run(self, related_used: frozenset[str]) -> None:
        for index, rule in enumerate(self.doc.rules):
            place: Place = ("rules", index)
            if isinstance(rule, EachRule):
                self._each(rule, place)
            else:
                self._rule(rule, place, self.scope, rule.to)
        self._checks()
        self._with(related_used)

    def _rule(self, rule: Rule, place: Place, scope: Scope, shown: str) -> None:
        formula = self._formula(rule.formula, (*place, "formula"), scope, shown)
        if formula is None or rule.max_length is None or rule.on_too_long == "cut":
            return
        longest = self._longest(formula)
        if longest > rule.max_length:
            message = (
                f"{shown}: source texts have up to {longest} characters, the target takes {rule.max_length}"
            )
            hint = "such records will be rejected; `on_too_long: cut` would keep them"
            self._note((*place, "max_length"), "LENGTH", message, hint, "warning")

    def _longest(self, formula: TypedFormula) -> int:
        """Characters of the longest text of the one field that `formula` simply copies; else 0."""
        if len(formula.paths) != 1 or not _BARE_PATH.fullmatch(formula.text.strip()) or formula.related:
            return 0
        found = self.scope.shape.find(formula.paths[0]) if self.scope.shape is not None else None
        return found.longest if found is not None else 0

    def _each(self, rule: EachRule, place: Place) -> None:
        try:
            collection, alias = split_each(rule.each)
            parse_path(collection)
        except ConfigError as error:
            self._note((*place, "each"), "EACH", f"{rule.to}: {error.what}: {error.got}", error.fix)
            return
        self._collection(collection, (*place, "each"), rule.to)
        self._alias(alias, (*place, "each"), rule.to)
        row = replace(self.scope, row=RowScope(collection.replace("[]", ""), alias))
        inner = row
        if rule.order_by is not None:
            shown = f"{rule.to} order_by"
            if self._formula(rule.order_by, (*place, "order_by"), row, shown) is not None:
                ordered = RowScope(collection.replace("[]", ""), alias, rule.order_by)
                inner = replace(self.scope, row=ordered)
        if rule.where is not None:
            shown = f"{rule.to} where"
            self._boolean(rule.where, (*place, "where"), row, shown)
        if not rule.rules:
            self._note((*place, "rules"), "EACH", f"{rule.to}: the `each` has no rules")
        for index, part in enumerate(rule.rules):
            self._rule(part, (*place, "rules", index), inner, f"{rule.to}.{part.to}")

    def _collection(self, collection: str, place: Place, to: str) -> None:
        shape = self.scope.shape
        if shape is None:
            return
        found = shape.find(collection)
        if found is None:
            repeated = [node.path.replace("[]", "") for node in shape.walk() if node.repeated is not None]
            hint = did_you_mean(collection, repeated)
            self._note(place, "EACH", f"{to}: the source has no '{masked(collection, 60)}'", hint)
        elif found.repeated is None and found.kinds.keys() - {"null"} - {"object"}:
            message = f"{to}: '{masked(collection, 60)}' is not a list or an object keyed by id"
            self._note(place, "EACH", message, "go over a repeated part of the source")

    def _alias(self, alias: str, place: Place, to: str) -> None:
        fields = self.scope.shape.fields if self.scope.shape is not None else {}
        if alias in self.doc.with_:
            self._note(place, "ALIAS", f"{to}: '{alias}' is also a related record", "choose another alias")
        elif alias in fields:
            self._note(
                place, "ALIAS", f"{to}: '{alias}' is also a field of the source", "choose another alias"
            )

    def _checks(self) -> None:
        seen: dict[str, int] = {}
        for index, check in enumerate(self.doc.checks):
            place: Place = ("checks", index)
            if seen.setdefault(check.name, index) != index:
                line = self.doc.at("checks", seen[check.name])
                self._note(
                    place, "CHECK-TWICE", f"the check '{masked(check.name, 40)}' stands at {line} already"
                )
            self._boolean(check.formula, (*place, "formula"), self.scope, f"check '{masked(check.name, 40)}'")

    def _with(self, related_used: frozenset[str]) -> None:
        used = {name for formula in self.formulas for name in formula.related} | related_used
        fields = self.scope.shape.fields if self.scope.shape is not None else {}
        for name, record in self.doc.with_.items():
            place: Place = ("with", name)
            if name in fields:
                message = f"the related record '{name}' hides the field '{name}' of the source"
                self._note(place, "WITH", message, "rename the related record")
            self._key(name, record.key, (*place, "key"))
            # A formula that cannot be read may read any record: say nothing until it can.
            if name not in used and self.sound:
                message = f"no formula reads the related record '{name}'"
                hint = did_you_mean(name, used) or "drop it: each related record costs calls"
                self._note(place, "WITH-UNUSED", message, hint, "warning")

    def _key(self, name: str, key: str, place: Place) -> None:
        try:
            parse_path(key)
        except ConfigError as error:
            self._note(place, "WITH", f"with {name}: {error.what}: {error.got}", error.fix)
            return
        shape = self.scope.shape
        if shape is not None and shape.find(key) is None:
            nearest = shape.nearest(key, limit=1)
            hint = f"did you mean '{nearest[0]}'?" if nearest else ""
            self._note(place, "WITH", f"with {name}: the source has no field '{masked(key, 60)}'", hint)

    def _boolean(self, text: str, place: Place, scope: Scope, shown: str) -> None:
        formula = self._formula(text, place, scope, shown)
        if formula is not None and formula.kinds and "BOOLEAN" not in formula.kinds:
            message = f"{shown}: the formula gives {formula.type}, not true or false"
            self._note(place, "BOOLEAN", message, "compare it with something")

    def _formula(self, text: str, place: Place, scope: Scope, shown: str) -> TypedFormula | None:
        try:
            formula = parse_formula(text, scope)
        except FormulaError as error:
            self.sound = False
            for problem in error.problems:
                columns = (
                    f"{problem.start}-{problem.end}" if problem.end > problem.start else f"{problem.start}"
                )
                message = f"{shown}: {problem.message} at {columns}"
                self.findings.append(
                    Finding(self.doc.at(*place), problem.code, "error", message, problem.suggestion)
                )
            return None
        self.formulas.append(formula)
        return formula

    def _note(
        self, place: Place, kind: str, message: str, suggestion: str = "", level: str = "error"
    ) -> None:
        self.findings.append(Finding(self.doc.at(*place), f"CW-LINT-{kind}", level, message, suggestion))
