"""Names of a mapping that lead nowhere, or that nothing reads: aliases, related records, parameters."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from crosswalk_engine.errors import ConfigError, Finding, masked
from crosswalk_engine.formula import Scope
from crosswalk_engine.formula.ir import ROWS, Call, Node, Path, Related, Share
from crosswalk_engine.formula.ir import walk as walk_node
from crosswalk_engine.mapping.document import EachRule, MappingDocument, RuleSet, UseRule, walk_rules
from crosswalk_engine.mapping.tree import AnyTree, EachTree, MappingTree
from crosswalk_engine.mapping.written import Examined, Place
from crosswalk_engine.payload.nearest import did_you_mean
from crosswalk_engine.payload.paths import parse_path
from crosswalk_engine.payload.shape import Shape


def lint_names(
    doc: MappingDocument,
    examined: Examined,
    scope: Scope,
    related_used: frozenset[str],
    rule_sets: Mapping[str, RuleSet],
) -> Iterator[Finding]:
    """All such findings of one mapping; `related_used` names related records that something else reads."""
    yield from _checks(doc)
    yield from _related(doc, examined, scope, related_used)
    yield from _lists(examined)
    yield from _group(doc, scope)
    yield from _parameters(examined, rule_sets)


def _checks(doc: MappingDocument) -> Iterator[Finding]:
    seen: dict[str, int] = {}
    for index, check in enumerate(doc.checks):
        if seen.setdefault(check.name, index) != index:
            line = doc.at("checks", seen[check.name])
            message = f"the check '{masked(check.name, 40)}' stands at {line} already"
            yield Finding(doc.at("checks", index), "CW-LINT-CHECK-TWICE", "error", message)


def _related(
    doc: MappingDocument, examined: Examined, scope: Scope, related_used: frozenset[str]
) -> Iterator[Finding]:
    used = {name for written in examined.formulas for name in written.formula.related} | related_used
    used |= {key[0] for record in doc.with_.values() if (key := _names(record.key)) and key[0] in doc.with_}
    fields = scope.shape.fields if scope.shape is not None else {}
    # A formula that cannot be read may read any record: say nothing until it can.
    sound = not any(finding.code.startswith("CW-FORMULA") for finding in examined.findings)
    for name, record in doc.with_.items():
        if name in fields:
            message = f"the related record '{name}' hides the field '{name}' of the source"
            yield Finding(doc.at("with", name), "CW-LINT-WITH", "error", message, "rename the related record")
        yield from _key(doc, name, record.key, scope)
        if name not in used and sound:
            message = f"no formula reads the related record '{name}'"
            hint = did_you_mean(name, used) or "drop it: each related record costs calls"
            yield Finding(doc.at("with", name), "CW-LINT-WITH-UNUSED", "warning", message, hint)


def _names(path: str) -> tuple[str, ...]:
    try:
        return parse_path(path).names
    except ConfigError:
        return ()


def _key(doc: MappingDocument, name: str, key: str, scope: Scope) -> Iterator[Finding]:
    """Whether the record that holds the id has such a field; what is no path at all is told elsewhere."""
    parts = _names(key)
    if not parts:
        return
    through = parts[0] in doc.with_ and len(parts) > 1
    shape = scope.related.get(parts[0]) if through else scope.shape
    path = key.partition(".")[2] if through else key
    if shape is None or shape.find(path) is not None:
        return
    nearest = shape.nearest(path, limit=1)
    prefix = f"{parts[0]}." if through else ""
    hint = f"did you mean '{prefix}{with_each(shape, nearest[0])}'?" if nearest else ""
    where = f"the related record '{parts[0]}'" if through else "the source"
    message = f"with {name}: {where} has no field '{masked(path, 60)}'"
    yield Finding(doc.at("with", name, "key"), "CW-LINT-WITH", "error", message, hint)


def with_each(shape: Shape, path: str) -> str:
    """A path without ``[]``, as the shape knows it."""
    found = shape.find(path)
    return found.path if found is not None else path


def _lists(examined: Examined) -> Iterator[Finding]:
    read = _scopes_read(examined.tree)
    for rule in examined.tree.walk():
        if not isinstance(rule, EachTree) or id(rule) not in examined.places:
            continue
        document, place = examined.places[id(rule)]
        if not rule.rules and rule.keyed_by is None and not _written(document, place):
            message = f"{rule.to}: the `each` has no rules"
            yield Finding(document.at(*place, "rules"), "CW-LINT-EACH", "error", message)
        elif not read[id(rule)] and not any(one.code.startswith("CW-FORMULA") for one in examined.findings):
            message = f"{rule.to}: no formula reads '{rule.alias}', so every element is the same"
            hint = "read a field of the element, or drop the `each`"
            where = document.at(*place, "each")
            yield Finding(where, "CW-LINT-ALIAS-UNUSED", "warning", message, hint)


def _written(document: Any, place: Place) -> Any:
    """The rules that an `each` has as it is written; some may have faults, which are told by themselves."""
    for step in (*place, "rules"):
        document = document[step] if isinstance(step, int) else document.rules
    return document


def _scopes_read(tree: MappingTree) -> dict[int, bool]:
    """id of an `each` -> whether a formula in it reads an element of any of its steps."""
    found: dict[int, bool] = {}

    def visit(rules: tuple[AnyTree, ...]) -> set[str]:
        scopes: set[str] = set()
        for rule in rules:
            if isinstance(rule, EachTree):
                nodes = (rule.where, rule.order_by, rule.keyed_by, *rule.group_by)
                inner = visit(rule.rules).union(*(_read(node) for node in nodes))
                inner |= {step.base for step in rule.steps[1:]}
                found[id(rule)] = bool(inner & {step.scope for step in rule.steps})
                scopes |= inner | {rule.steps[0].base} | _read(rule.when)
            else:
                scopes |= _read(rule.node) | _read(rule.when)
        return scopes

    visit(tree.rules)
    return found


def _read(tree: Node | None) -> set[str]:
    """The scopes whose elements a formula reads."""
    found: set[str] = set()
    for node in walk_node(tree) if tree is not None else ():
        if isinstance(node, Path | Share):
            found.add(node.scope)
        elif isinstance(node, Related) and isinstance(node.key, Path):
            found.add(node.key.scope)
        elif isinstance(node, Call) and node.name == "ROW_KEY":
            found |= set(ROWS)
    return found


def _group(doc: MappingDocument, scope: Scope) -> Iterator[Finding]:
    """The fields that gather flat records."""
    group = doc.source.group
    if group is None or scope.shape is None:
        return
    for index, path in enumerate(group.by):
        if scope.shape.find(path) is None:
            nearest = scope.shape.nearest(path, limit=1)
            hint = f"did you mean '{with_each(scope.shape, nearest[0])}'?" if nearest else ""
            message = f"group: the source has no field '{masked(path, 60)}'"
            yield Finding(doc.at("source", "group", "by", index), "CW-LINT-GROUP", "error", message, hint)


def _parameters(examined: Examined, rule_sets: Mapping[str, RuleSet]) -> Iterator[Finding]:
    """Parameters of the rule sets in use that no formula of them reads."""
    texts: dict[str, list[str]] = {}
    for written in examined.formulas:
        if isinstance(written.doc, RuleSet):
            texts.setdefault(written.doc.name, []).append(written.formula.text)
    broken = {finding.where.partition(":")[0] for finding in examined.findings}
    for name, formulas in texts.items():
        document = rule_sets.get(name)
        if document is None or document.where in broken:
            continue
        others = _paths_of(document)
        for index, parameter in enumerate(document.parameters):
            if not any(_names_word(text, parameter) for text in (*formulas, *others)):
                message = f"no rule reads the parameter '{parameter}'"
                where = document.at("parameters", index)
                yield Finding(where, "CW-LINT-PARAMETER-UNUSED", "warning", message, "drop it")


def _paths_of(document: RuleSet) -> list[str]:
    """The texts of a rule set that may name a parameter without being formulas."""
    found: list[str] = []
    for rule in walk_rules(document.rules):
        if isinstance(rule, EachRule):
            found.append(rule.each)
        elif isinstance(rule, UseRule):
            found += rule.given.values()
    return found


def _names_word(text: str, word: str) -> bool:
    return re.search(rf"(?<![\w.'\"]){re.escape(word)}(?![\w'])", text) is not None
