"""From decisions to a mapping document, and back.

- kind ``mapping``: ``create`` and ``edit`` set the head: ``subject`` holds ``source``, ``target``, ``with``,
  ``checks`` and what else stands beside the rules (what is given replaces what stood before).
- kind ``rule``: ``create``, ``accept`` and ``edit`` put ``rule`` in its place (a new one goes to the end; one
  with ``each`` keeps its inner rules unless it brings its own); ``reject`` takes the rule away, if it stands.
- other kinds do not touch mappings.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from crosswalk_engine.errors import ConfigError, masked
from crosswalk_engine.mapping.document import AnyRule, EachRule, MappingDocument

from crosswalk_models.feedback.decision import Decision
from crosswalk_models.types import Suggestion

#: What a decision of kind ``mapping`` may set.
HEAD = ("source", "target", "empty", "with", "documents", "checks")


def apply_decisions(decisions: Iterable[Decision], mapping: str) -> MappingDocument:
    """The document that the decisions about `mapping` make.

    Raises:
        ConfigError: CW-DECISIONS-…: nobody created it, or a rule stands in a list that nobody made.
    """
    head: dict[str, Any] | None = None
    rules: list[dict[str, Any]] = []
    for decision in decisions:
        if decision.mapping != mapping:
            continue
        if decision.kind == "mapping" and decision.action != "reject":
            given = {key: value for key, value in (decision.subject or {}).items() if key in HEAD}
            head = {**(head or {}), **given}
        elif decision.kind == "rule":
            _decide_rule(rules, decision)
    if head is None:
        raise ConfigError(
            "CW-DECISIONS-NO-MAPPING",
            "no decision creates this mapping",
            got=masked(mapping),
            fix="create it first",
        )
    return MappingDocument.model_validate({"name": mapping, **head, "rules": rules})


def _decide_rule(rules: list[dict[str, Any]], decision: Decision) -> None:
    group, to = _place(decision)
    inside = _inside(rules, group)
    if inside is None:
        if decision.action == "reject":
            return
        raise ConfigError(
            "CW-DECISIONS-NO-LIST",
            "a rule stands in a list that no decision makes",
            where=f"decision {decision.id}",
            got=masked(decision.target),
            fix=f"decide on {group} first",
        )
    at = next((index for index, rule in enumerate(inside) if _name(rule) == to), None)
    if decision.action == "reject" or decision.rule is None:
        if at is not None:
            del inside[at]
        return
    rule = {key: value for key, value in decision.rule.items() if key != "in"}
    if "use" not in rule:
        rule["to"] = to
    if "each" in rule:
        rule.setdefault("rules", [] if at is None else inside[at].get("rules", []))
        rule["rules"] = list(rule["rules"])
    if at is None:
        inside.append(rule)
    else:
        inside[at] = rule


def _inside(rules: list[dict[str, Any]], group: str) -> list[dict[str, Any]] | None:
    """The rules of the list `group` (``lines[].serials[]``); those at the top when it is empty."""
    if not group:
        return rules
    outer, mark, name = group.removesuffix("[]").rpartition("[].")
    around = _inside(rules, f"{outer}[]" if mark else "")
    made = (rule for rule in around or () if rule.get("to") == f"{name}[]" and "each" in rule)
    found = next(made, None)
    return None if found is None else found["rules"]


def _name(rule: Mapping[str, Any]) -> str:
    """By what decisions mean a rule: its target; of a rule set, also the set's name."""
    return f"use {rule['use']} {rule.get('to', '')}".strip() if "use" in rule else str(rule["to"])


def _place(decision: Decision) -> tuple[str, str]:
    """The list that a rule stands in (empty at the top) and its name there."""
    if decision.rule is not None and (decision.rule.get("to") or "use" in decision.rule):
        return str(decision.rule.get("in") or ""), _name(decision.rule)
    head, mark, tail = decision.target.rpartition("[].")
    return (f"{head}[]", tail) if mark else ("", decision.target)


def decisions_of(
    document: MappingDocument, *, actor: str, at: str, suggestions: Iterable[Suggestion] = ()
) -> list[Decision]:
    """Decisions that make `document` from nothing, as if `actor` had decided it rule by rule.

    A rule that takes up one of `suggestions` (its formula reads the suggested source) is an accepted or
    edited suggestion and cites it; the others are created.
    Ids are made from the mapping's name and the rule's number.
    """
    by_target: dict[str, list[Suggestion]] = {}
    for item in suggestions:
        by_target.setdefault(item.target, []).append(item)
    head = {key: value for key, value in document.to_json().items() if key in HEAD}
    first = Decision(f"{document.name}:0", at, actor, "mapping", "create", document.name, subject=head)
    found = [first]
    for target, rule, each in _rules(document):
        formula = str(rule.get("formula", ""))
        shown = _taken_up(by_target.get(target, ()), formula, each)
        same = shown is not None and formula == shown.payload.get("formula")
        decided = replace(
            first,
            id=f"{document.name}:{len(found)}",
            kind="rule",
            action="create" if shown is None else "accept" if same else "edit",
            target=target,
            rule=rule,
            suggestion=None if shown is None else cited(shown),
            subject=None,
        )
        found.append(decided)
    return found


def cited(shown: Suggestion) -> dict[str, Any]:
    """A suggestion as a decision cites it."""
    probability = round(shown.probability, 4)
    return {"source": shown.source, "rank": shown.rank, "probability": probability, "model": shown.model}


def _rules(document: MappingDocument) -> Iterator[tuple[str, dict[str, Any], EachRule | None]]:
    """Target, rule as a decision holds it, and the list it stands in, in the document's order."""
    yield from _below(document.rules, "", None)


def _below(
    rules: Iterable[AnyRule], group: str, around: EachRule | None
) -> Iterator[tuple[str, dict[str, Any], EachRule | None]]:
    for rule in rules:
        plain = rule.model_dump(mode="json", exclude_defaults=True, exclude={"rules"})
        name = _name(plain)
        target = f"{group}.{name}" if group else name
        yield target, ({"in": group, **plain} if group else plain), around
        if isinstance(rule, EachRule):
            yield from _below(rule.rules, target, rule)


def _taken_up(shown: Iterable[Suggestion], formula: str, each: EachRule | None) -> Suggestion | None:
    """The best-ranked suggestion whose source the formula reads."""
    words = set(_words(formula))
    for item in shown:
        path = item.source
        if each is not None and path.startswith(f"{each.collection}[]."):
            path = f"{each.alias}.{path.removeprefix(f'{each.collection}[].')}"
        if path.replace("[]", "") in words:
            return item
    return None


def _words(formula: str) -> list[str]:
    """The dotted names in a formula, texts in quotes left out."""
    outside = "".join(part for number, part in enumerate(formula.split("'")) if number % 2 == 0)
    return "".join(char if char.isalnum() or char in "._" else " " for char in outside).split()
