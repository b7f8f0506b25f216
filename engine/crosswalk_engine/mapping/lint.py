"""Linting a mapping: everything that can be known to be wrong before a record is mapped, all at once.

Formulas are checked against the source's shape, targets against the target's; with samples, the mapping is
tried on them. What only might be wrong is a warning: a target that no sample has, a branch never reached.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from crosswalk_engine.errors import ConfigError, Finding
from crosswalk_engine.formula import Scope
from crosswalk_engine.mapping.document import (
    MappingDocument,
    RuleSet,
    SourceRef,
    TargetRef,
    UseRule,
    walk_rules,
)
from crosswalk_engine.mapping.lint_amounts import lint_amounts
from crosswalk_engine.mapping.lint_branches import lint_branches
from crosswalk_engine.mapping.lint_limits import lint_limits
from crosswalk_engine.mapping.lint_names import lint_names
from crosswalk_engine.mapping.lint_samples import Samples, lint_samples
from crosswalk_engine.mapping.scopes import document_scope
from crosswalk_engine.mapping.targets import lint_targets
from crosswalk_engine.mapping.translate import examine
from crosswalk_engine.mapping.written import Examined, Written
from crosswalk_engine.mapping.xml_out import xml_plan
from crosswalk_engine.payload.shape import Shape

#: What the translation says of targets; `lint_targets` says it with the place of the other rule.
_TARGET = "CW-MAPPING-TARGET"


@dataclass(frozen=True, slots=True)
class LintReport:
    """What linting one mapping found, and which tables, id maps, related records and rule sets it uses."""

    findings: tuple[Finding, ...]
    lookups: frozenset[str]
    idmaps: frozenset[str]
    related: frozenset[str]
    rule_sets: frozenset[str] = frozenset()


def lint_mapping(
    doc: MappingDocument,
    *,
    shape: Shape | None = None,
    related: Mapping[str, Shape | None] | None = None,
    lookups: Iterable[str] | None = None,
    idmaps: Iterable[str] | None = None,
    target: Shape | None = None,
    rule_sets: Mapping[str, RuleSet] | None = None,
) -> tuple[Finding, ...]:
    """All findings of `doc`; what is not given (`None`) is unknown and not checked against.

    `shape` is the source's, `target` the target's, `related` is by name under ``with:``.
    """
    return inspect_mapping(
        doc,
        shape=shape,
        related=related,
        lookups=lookups,
        idmaps=idmaps,
        target=target,
        rule_sets=rule_sets,
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
    rule_sets: Mapping[str, RuleSet] | None = None,
    samples: Samples | None = None,
) -> LintReport:
    """`lint_mapping`, with what the formulas use.

    `related_used` names related records that something else reads; `samples` are tried.
    """
    scope = mapping_scope(doc, shape=shape, related=related, lookups=lookups, idmaps=idmaps)
    sets = rule_sets or {}
    examined = examine(doc, scope, sets)
    targets = lint_targets(doc, target, sets)
    told = any(finding.level == "error" for finding in targets)
    findings = [finding for finding in examined.findings if not (told and finding.code == _TARGET)]
    findings += targets
    for written in examined.formulas:
        findings += _formula(written, target, tried=samples is not None)
    findings += lint_names(doc, examined, document_scope(doc, scope, sets), frozenset(related_used), sets)
    findings += _xml(doc, examined)
    if samples is not None:
        findings += lint_samples(examined, samples)
    return _report(doc, examined, findings, sets)


def lint_rule_set(rules: RuleSet, rule_sets: Mapping[str, RuleSet] | None = None) -> tuple[Finding, ...]:
    """The findings of a rule set by itself, where no mapping uses it: nothing is known of the fields.

    `rule_sets` are those that it may use.
    """
    alone = MappingDocument(
        name=rules.name,
        source=SourceRef(system="any", entity="any"),
        target=TargetRef(system="any", entity="any"),
        rules=(UseRule(use=rules.name, given={name: name for name in rules.parameters}),),
    )
    used_by = f" (used by {rules.name} -> {rules.name})"
    found = lint_mapping(alone, rule_sets={**(rule_sets or {}), rules.name: rules})
    return tuple(replace(finding, message=finding.message.replace(used_by, "")) for finding in found)


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
    return document_scope(
        doc,
        Scope(
            shape=shape,
            related={name: shapes.get(name) for name in doc.with_},
            lookups=None if lookups is None else frozenset(lookups),
            idmaps=None if idmaps is None else frozenset(idmaps),
        ),
    )


def _report(
    doc: MappingDocument, examined: Examined, findings: list[Finding], sets: Mapping[str, RuleSet]
) -> LintReport:
    formulas = [written.formula for written in examined.formulas]
    return LintReport(
        # A rule set that is used twice says the same twice.
        findings=tuple(sorted(set(findings))),
        lookups=frozenset(name for formula in formulas for name in formula.lookups),
        idmaps=frozenset(name for formula in formulas for name in formula.idmaps),
        related=frozenset(name for formula in formulas for name in formula.related),
        rule_sets=_all_sets(doc, sets),
    )


def _all_sets(doc: MappingDocument, sets: Mapping[str, RuleSet]) -> frozenset[str]:
    """The rule sets that a mapping uses, and those that they use."""
    found: set[str] = set()
    waiting = list(doc.rule_sets)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            rules = walk_rules(sets[name].rules) if name in sets else []
            waiting += [rule.use for rule in rules if isinstance(rule, UseRule)]
    return frozenset(found)


def _formula(written: Written, target: Shape | None, *, tried: bool) -> Iterator[Finding]:
    yield from lint_branches(written)
    yield from lint_amounts(written, _target_field(written, target))
    yield from lint_limits(written, tried=tried)
    kinds = written.formula.kinds
    if written.role in ("when", "where", "check") and kinds and "BOOLEAN" not in kinds:
        what = f"the formula gives {written.formula.type}, not true or false"
        yield written.finding("BOOLEAN", what, "compare it with something", level="error")


def _target_field(written: Written, target: Shape | None) -> Shape | None:
    if target is None or written.role != "value":
        return None
    try:
        return target.find(written.shown)
    except ConfigError:
        # The target is no path, which is told elsewhere.
        return None


def _xml(doc: MappingDocument, examined: Examined) -> Iterator[Finding]:
    """What keeps the outputs from being written as XML."""
    if doc.target.xml is None:
        return
    try:
        xml_plan(examined.tree)
    except ConfigError as error:
        what = f"{error.what}: {error.got}" if error.got else error.what
        yield Finding(doc.at("target", "xml"), error.code, "error", what, error.fix)
