"""A mapping in words: each target with its formula, its type, what it reads and what its functions do."""

from collections.abc import Iterator
from dataclasses import replace
from textwrap import wrap

from crosswalk_engine.errors import ConfigError
from crosswalk_engine.formula.functions import FUNCTIONS
from crosswalk_engine.formula.ir import Aggregate, Call, Const, Node, Share, walk
from crosswalk_engine.mapping.tree import EachTree, MappingTree, RuleTree
from crosswalk_engine.payload.nearest import did_you_mean

_WIDTH = 100


def explain(tree: MappingTree, target: str | None = None) -> str:
    """The whole mapping in words, or only the rule of `target` (``lines[].ITNO``; ``lines[]`` is the list).

    Raises:
        ConfigError: CW-MAPPING-TARGET when no rule fills `target`.
    """
    blocks = dict(_blocks(tree))
    if target is None:
        return "\n\n".join([_head(tree), *blocks.values()]) + "\n"
    if target not in blocks:
        raise ConfigError(
            "CW-MAPPING-TARGET",
            f"no rule of '{tree.name}' fills this target",
            got=target,
            fix=did_you_mean(target, blocks) or f"one of {', '.join(list(blocks)[:8])} …",
        )
    return blocks[target] + "\n"


def _head(tree: MappingTree) -> str:
    source, goal = tree.source, tree.target
    lines = [
        tree.name,
        f"  {source['system']} {source['entity']} -> {goal['system']} {goal['entity']}",
    ]
    lines += [
        f"  with {name}: the {entity} whose id is {key}" for name, (entity, key, _) in tree.related.items()
    ]
    return "\n".join(lines)


def _blocks(tree: MappingTree) -> Iterator[tuple[str, str]]:
    for rule in tree.rules:
        if isinstance(rule, RuleTree):
            yield rule.to, _rule(rule, rule.to)
            continue
        yield rule.to, _each(rule)
        for inner in rule.rules:
            to = f"{rule.to}.{inner.to}"
            yield to, _rule(inner, to)
    for check in tree.checks:
        lines = [f"check: {check.name}", *_formula(check.text), *_reads(check.sources), *_uses(check.node)]
        yield f"check: {check.name}", "\n".join(lines)


def _each(each: EachTree) -> str:
    lines = [f"{each.to}  one for each of {'.'.join(each.collection)}, called {each.alias}"]
    lines += [f"    where {each.where_text}"] if each.where_text else []
    lines += [f"    in the order of {each.order_text}"] if each.order_text else []
    return "\n".join(lines)


def _rule(rule: RuleTree, to: str) -> str:
    limits = [rule.type]
    limits += ["required"] if rule.required else []
    if rule.max_length is not None:
        limits.append(f"at most {rule.max_length} characters" + (", cut if longer" if rule.cut else ""))
    lines = [f"{to}  {', '.join(limits)}", *_formula(rule.text), *_reads(rule.sources), *_uses(rule.node)]
    return "\n".join(lines)


def _formula(text: str) -> list[str]:
    return [f"    = {line}" if not index else f"      {line}" for index, line in enumerate(_wrapped(text))]


def _reads(sources: tuple[str, ...]) -> list[str]:
    if not sources:
        return ["    reads nothing: the same for every record"]
    return [f"    {line}" for line in _wrapped("reads " + ", ".join(sources))]


def _uses(node: Node) -> list[str]:
    found: dict[str, None] = {}
    for part in walk(node):
        if isinstance(part, Call) and part.name in ("LOOKUP", "IDMAP") and isinstance(part.args[0], Const):
            what = "lookup table" if part.name == "LOOKUP" else "id map of"
            found.setdefault(f"asks the {what} {part.args[0].value}")
        name = part.name if isinstance(part, Call | Aggregate) else "APPORTION"
        if isinstance(part, Call | Aggregate | Share) and not FUNCTIONS[name].is_operator:
            found.setdefault(f"{name}: {FUNCTIONS[name].summary}")
    return [f"    {line}" for line in found]


def _wrapped(text: str) -> list[str]:
    return wrap(" ".join(text.split()), _WIDTH, break_long_words=False, break_on_hyphens=False) or [""]


def only(tree: MappingTree, target: str) -> MappingTree:
    """The mapping with nothing but the rule (or check) of `target`, which must be there."""
    rules: list[RuleTree | EachTree] = []
    for rule in tree.rules:
        if rule.to == target:
            rules.append(rule)
        elif isinstance(rule, EachTree):
            inner = tuple(part for part in rule.rules if f"{rule.to}.{part.to}" == target)
            rules += [replace(rule, rules=inner)] if inner else []
    checks = tuple(check for check in tree.checks if f"check: {check.name}" == target)
    return replace(tree, rules=tuple(rules), checks=checks)
