"""Where a mapping reads a related record, and which conditions a row must meet to come there."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from crosswalk_engine.formula.ir import ROWS, Aggregate, Node, Path, Related, ScopeName, Share, children, walk
from crosswalk_engine.mapping.tree import AnyTree, EachTree, Level, MappingTree, RuleTree


@dataclass(frozen=True, slots=True)
class Condition:
    """A `where`; `rows` says which level of the id's own rows each of its scopes is."""

    where: Node
    rows: Mapping[ScopeName, ScopeName]


#: The lists around a formula whose `where` a row has passed.
_Passed = tuple[EachTree, ...]


def conditions(
    tree: MappingTree, name: str, levels: tuple[Level, ...]
) -> tuple[tuple[Condition, ...], ...] | None:
    """For each place that reads the related record `name`: the conditions of its row.

    `levels` are the rows that its id stands in. `None` when a place needs it of every row.
    """
    found: list[tuple[Condition, ...]] = []
    for node, passed in _formulas(tree):
        for scope in _readers(node, name, None):
            around = [each for each in passed if scope is not None]
            whole = [level for each in around for level in each.levels]
            # Only the rows of a list that goes over these very elements are the rows of the id.
            if not any(level.scope == scope and level.path == levels[-1].path for level in whole):
                return None
            usable = tuple(
                condition
                for each in around
                if (condition := _condition(tree, each, passed, levels)) is not None
            )
            if not usable:
                return None
            found.append(usable)
    return tuple(found) or None


def _readers(node: Node, name: str, derived: ScopeName | None) -> Iterator[ScopeName | None]:
    """Of each reading of the record: the row that its id is of; `None` when it is of no single row."""
    if isinstance(node, Related):
        if node.name == name:
            yield _row_of(node, derived)
        elif node.key is not None:
            yield from _readers(node.key, name, derived)
        return
    if isinstance(node, Aggregate):
        over = node.over
        # The rows of a group have passed the conditions of their list, as its element has.
        inner = over.scope if isinstance(over, Path) and over.scope in ROWS and len(over.parts) == 1 else None
        yield from _readers(over, name, derived)
        for child in (*node.args, *([node.where] if node.where is not None else [])):
            yield from _readers(child, name, inner)
        return
    inner = node.scope if isinstance(node, Share) else derived
    for child in children(node):
        yield from _readers(child, name, inner)


def _row_of(node: Related, derived: ScopeName | None) -> ScopeName | None:
    key: Path | Related | None = node
    while isinstance(key, Related):
        key = key.key
    if key is None or key.scope == "record":
        return None
    return derived if key.scope == "item" else key.scope


def _formulas(tree: MappingTree) -> Iterator[tuple[Node, _Passed]]:
    """Every formula, with the lists around it whose conditions hold where it is computed."""
    yield from _of_rules(tree.rules, ())
    for check in tree.checks:
        yield from ((node, ()) for node in (check.node, check.when) if node is not None)
    if tree.documents is not None:
        parts = (tree.documents.where, *tree.documents.by)
        yield from ((node, ()) for node in parts if node is not None)


def _of_rules(rules: tuple[AnyTree, ...], passed: _Passed) -> Iterator[tuple[Node, _Passed]]:
    for rule in rules:
        if isinstance(rule, RuleTree):
            yield from ((node, passed) for node in (rule.when, rule.node) if node is not None)
            continue
        early = (rule.when, rule.where, rule.order_by)
        yield from ((node, passed) for node in early if node is not None)
        inside = (*passed, rule)
        late = (*rule.group_by, rule.keyed_by)
        yield from ((node, inside) for node in late if node is not None)
        yield from _of_rules(rule.rules, inside)


def _condition(
    tree: MappingTree, each: EachTree, passed: _Passed, levels: tuple[Level, ...]
) -> Condition | None:
    """The `where` of one list as a condition on the rows of the id; `None` when it cannot be told of them."""
    if each.where is None:
        return None
    rows: dict[ScopeName, ScopeName] = {}
    for level in reversed(each.levels):
        ours = next((one.scope for one in levels if one.path == level.path), None)
        if ours is not None and ours not in rows.values():
            rows[level.scope] = ours
    own = {step.scope for step in each.steps}
    made = {(one.scope, one.rows_as) for one in passed if one is not each and one.rows_as is not None}
    if tree.documents is not None:
        made.add(("record", tree.documents.name))
    for part in walk(each.where):
        if isinstance(part, Share):
            return None
        if isinstance(part, Path) and part.scope in ROWS and part.scope not in rows:
            return None
        if isinstance(part, Path) and part.parts and (part.scope, part.parts[0]) in made:
            return None
    return Condition(each.where, rows) if own & rows.keys() else None
