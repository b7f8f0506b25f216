"""A mapping in words: each target with its formula, its type, what it reads and what its functions do."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from textwrap import wrap

from crosswalk_engine.errors import ConfigError, one_line
from crosswalk_engine.formula.functions import FUNCTIONS
from crosswalk_engine.formula.ir import Aggregate, Call, Const, Node, Present, Share, walk
from crosswalk_engine.mapping.explain_rules import each_lines, flat, head_lines, limits_of, rule_lines
from crosswalk_engine.mapping.tree import AnyTree, CheckTree, EachTree, MappingTree, RuleTree, sources
from crosswalk_engine.payload.nearest import did_you_mean

_WIDTH = 100


def explain(tree: MappingTree, target: str | None = None) -> str:
    """The whole mapping in words, or only the rule of `target` (``lines[].ITNO``; ``lines[]`` is the list).

    Raises:
        ConfigError: CW-MAPPING-TARGET when no rule fills `target`.
    """
    blocks = dict(_blocks(tree))
    if target is None:
        return "\n\n".join([_text(head_lines(tree)), *blocks.values()]) + "\n"
    if target not in blocks:
        raise ConfigError(
            "CW-MAPPING-TARGET",
            f"no rule of '{tree.name}' fills this target",
            got=target,
            fix=did_you_mean(target, blocks) or f"one of {', '.join(list(blocks)[:8])} …",
        )
    return blocks[target] + "\n"


def _blocks(tree: MappingTree) -> Iterator[tuple[str, str]]:
    for to, rule in _targets(tree.rules, ""):
        yield to, _text(_rule(rule, to) if isinstance(rule, RuleTree) else each_lines(rule, to))
    for check in tree.checks:
        yield f"check: {check.name}", _text(_check(check))


def _text(lines: Iterable[str]) -> str:
    """Lines of text; what a name or a formula has of line breaks breaks none of them."""
    return "\n".join(map(one_line, lines))


def _targets(rules: tuple[AnyTree, ...], above: str) -> Iterator[tuple[str, AnyTree]]:
    """Every rule with its whole target path."""
    for rule in rules:
        to = f"{above}.{rule.to}" if above else rule.to
        yield to, rule
        if isinstance(rule, EachTree):
            yield from _targets(rule.rules, to)


def _rule(rule: RuleTree, to: str) -> list[str]:
    nodes = [node for node in (rule.node, rule.when) if node is not None]
    read = dict.fromkeys(path for node in nodes for path in sources(node, rule.levels))
    return [
        f"{to}  {', '.join(limits_of(rule))}",
        *_formula(rule.text),
        *rule_lines(rule),
        *_reads((*read, *_row_key(nodes))),
        *_uses(*nodes),
    ]


def _row_key(nodes: list[Node]) -> list[str]:
    found = any(isinstance(part, Call) and part.name == "ROW_KEY" for node in nodes for part in walk(node))
    return ["the key of the row"] if found else []


def _check(check: CheckTree) -> list[str]:
    lines = [f"check: {check.name}", *_formula(check.text)]
    lines += [f"    only when {flat(check.when_text)}"] if check.when is not None else []
    nodes = [node for node in (check.node, check.when) if node is not None]
    read = dict.fromkeys(path for node in nodes for path in sources(node, ()))
    return [*lines, *_reads(tuple(read)), *_uses(*nodes)]


def _formula(text: str) -> list[str]:
    return [f"    = {line}" if not index else f"      {line}" for index, line in enumerate(_wrapped(text))]


def _reads(sources: tuple[str, ...]) -> list[str]:
    if not sources:
        return ["    reads nothing: the same for every record"]
    return [f"    {line}" for line in _wrapped("reads " + ", ".join(sources))]


def _uses(*nodes: Node) -> list[str]:
    found: dict[str, None] = {}
    for part in (part for node in nodes for part in walk(node)):
        if isinstance(part, Call) and FUNCTIONS[part.name].asks and isinstance(part.args[0], Const):
            what = "lookup table" if FUNCTIONS[part.name].asks == "lookup" else "id map of"
            found.setdefault(f"asks the {what} {part.args[0].value}")
        name = _function(part)
        if name and not FUNCTIONS[name].is_operator:
            found.setdefault(f"{name}: {FUNCTIONS[name].summary}")
    return [f"    {line}" for line in found]


def _function(node: Node) -> str:
    """The function that a node stands for; empty when it stands for none."""
    if isinstance(node, Call | Aggregate):
        return node.name
    return "APPORTION" if isinstance(node, Share) else "PRESENT" if isinstance(node, Present) else ""


def _wrapped(text: str) -> list[str]:
    return wrap(flat(text), _WIDTH, break_long_words=False, break_on_hyphens=False) or [""]


def only(tree: MappingTree, target: str) -> MappingTree:
    """The mapping with nothing but the rule (or check) of `target`, which must be there."""
    checks = tuple(check for check in tree.checks if f"check: {check.name}" == target)
    return replace(tree, rules=_only(tree.rules, target, ""), checks=checks)


def _only(rules: tuple[AnyTree, ...], target: str, above: str) -> tuple[AnyTree, ...]:
    found: list[AnyTree] = []
    for rule in rules:
        to = f"{above}.{rule.to}" if above else rule.to
        if to == target:
            found.append(rule)
        elif isinstance(rule, EachTree):
            inner = _only(rule.rules, target, to)
            found += [replace(rule, rules=inner)] if inner else []
    return tuple(found)
