"""A mapping document to its tree: every formula parsed and checked, all problems at once."""

from collections.abc import Iterator
from dataclasses import replace

from crosswalk_engine.errors import ConfigError, Finding, FindingsError
from crosswalk_engine.formula import FormulaError, RowScope, Scope, TypedFormula, parse_formula
from crosswalk_engine.mapping.document import EachRule, MappingDocument, Rule
from crosswalk_engine.mapping.tree import (
    AnyTree,
    CheckTree,
    EachTree,
    Level,
    Limits,
    MappingTree,
    RelatedTree,
    RuleTree,
    StepTree,
)
from crosswalk_engine.payload.paths import parse_path

Place = tuple[str | int, ...]


def document_scope(doc: MappingDocument, scope: Scope | None = None) -> Scope:
    """`scope`, completed by what `doc` itself says: related records, their keys, repeated parts."""
    given = scope or Scope()
    collections = {".".join(parse_path(rule.collection).names) for rule in _each_rules(doc)}
    return replace(
        given,
        related={name: given.related.get(name) for name in doc.with_},
        related_keys={name: record.key for name, record in doc.with_.items()},
        collections=given.collections | collections,
    )


def _each_rules(doc: MappingDocument) -> Iterator[EachRule]:
    return (rule for rule in doc.rules if isinstance(rule, EachRule))


def translate(doc: MappingDocument, scope: Scope | None = None) -> MappingTree:
    """The tree of `doc`.

    Raises:
        FindingsError: CW-MAPPING, every problem with ``file:line`` and the columns of the formula.
    """
    try:
        whole = document_scope(doc, scope)
    except ConfigError as error:
        finding = Finding(doc.at("rules"), error.code, "error", f"{error.what}: {error.got}", error.fix)
        raise FindingsError("CW-MAPPING", f"the mapping '{doc.name}' cannot be used", [finding]) from error
    work = _Translation(doc, whole)
    rules = tuple(tree for index, rule in enumerate(doc.rules) if (tree := work.any_rule(rule, index)))
    checks = tuple(work.checks())
    if work.findings:
        raise FindingsError("CW-MAPPING", f"the mapping '{doc.name}' cannot be used", work.findings)
    return MappingTree(
        doc.name,
        doc.source.model_dump(include={"system", "entity"}),
        doc.target.model_dump(include={"system", "entity"}),
        {
            name: RelatedTree(record.entity, record.key, record.max_age.total_seconds())
            for name, record in doc.with_.items()
        },
        rules,
        checks,
    )


class _Translation:
    def __init__(self, doc: MappingDocument, scope: Scope) -> None:
        self.doc = doc
        self.scope = scope
        self.findings: list[Finding] = []
        self.targets: dict[tuple[str, ...], str] = {}

    def any_rule(self, rule: Rule | EachRule, index: int) -> AnyTree | None:
        place: Place = ("rules", index)
        if isinstance(rule, EachRule):
            return self._each(rule, place)
        return self._rule(rule, place, self.scope, ())

    def _rule(self, rule: Rule, place: Place, scope: Scope, above: tuple[str, ...]) -> RuleTree | None:
        parts = self._target(rule.to, (*place, "to"), above)
        formula = self._formula(rule.text, (*place, "formula"), scope, rule.to)
        if formula is None or parts is None:
            return None
        levels = (Level(formula.row.collection, "row"),) if formula.row else ()
        return RuleTree(
            rule.to,
            parts,
            rule.text,
            formula.node,
            formula.type,
            rule.required,
            rule.on_too_long == "cut",
            Limits(max_length=rule.max_length),
            levels=levels,
        )

    def _each(self, rule: EachRule, place: Place) -> EachTree | None:
        to = rule.to.removesuffix("[]")
        parts = self._target(to, (*place, "to"), ())
        collection = parse_path(rule.collection).names
        path = ".".join(collection)
        row = replace(self.scope, row=RowScope(path, rule.alias))
        where = self._optional(rule.where, (*place, "where"), row, f"{rule.to} where")
        order = self._optional(rule.order_by, (*place, "order_by"), row, f"{rule.to} order_by")
        ordered = rule.order_by if order is not None else None
        inner = replace(self.scope, row=RowScope(path, rule.alias, ordered))
        rules = [
            self._rule(part, (*place, "rules", index), inner, (*(parts or ()), "[]"))
            for index, part in enumerate(rule.rules)
        ]
        if parts is None or None in rules:
            return None
        return EachTree(
            f"{to}[]",
            parts,
            (StepTree("record", collection, collection, rule.alias, "row"),),
            tuple(part for part in rules if part is not None),
            where.node if where else None,
            rule.where or "",
            order.node if order else None,
            rule.order_by or "",
        )

    def checks(self) -> Iterator[CheckTree]:
        for index, check in enumerate(self.doc.checks):
            formula = self._formula(
                check.formula, ("checks", index, "formula"), self.scope, f"check {check.name}"
            )
            if formula is not None:
                yield CheckTree(check.name, check.formula, formula.node)

    def _optional(self, text: str | None, place: Place, scope: Scope, shown: str) -> TypedFormula | None:
        return None if text is None else self._formula(text, place, scope, shown)

    def _formula(self, text: str, place: Place, scope: Scope, shown: str) -> TypedFormula | None:
        try:
            return parse_formula(text, scope)
        except FormulaError as error:
            for problem in error.problems:
                message = f"{shown}: {replace(problem, suggestion='').render()}"
                finding = Finding(self.doc.at(*place), problem.code, "error", message, problem.suggestion)
                self.findings.append(finding)
            return None

    def _target(self, to: str, place: Place, above: tuple[str, ...]) -> tuple[str, ...] | None:
        """The names of a target path that can be built: without ``[]``, once, and not inside another."""
        try:
            path = parse_path(to)
        except ConfigError as error:
            self._note(place, "CW-MAPPING-TARGET", f"{to}: {error.what}", error.fix)
            return None
        if path.repeating:
            self._note(place, "CW-MAPPING-TARGET", f"{to}: a list is filled by an `each` rule", "use `each`")
            return None
        whole = (*above, *path.names)
        for known in self.targets:
            shorter, longer = sorted((known, whole), key=len)
            if longer[: len(shorter)] == shorter and (known == whole or longer[len(shorter)] != "[]"):
                message = f"{to}: clashes with {self.targets[known]}, which has a rule already"
                self._note(place, "CW-MAPPING-TARGET", message, "keep one of the two")
                return None
        self.targets[whole] = to
        return path.names

    def _note(self, place: Place, code: str, message: str, suggestion: str) -> None:
        self.findings.append(Finding(self.doc.at(*place), code, "error", message, suggestion))
