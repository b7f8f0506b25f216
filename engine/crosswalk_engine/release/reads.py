"""Which fields of an entity a release reads or writes: what its rules and conditions stand on."""

from collections.abc import Iterable, Iterator
from typing import Any

from crosswalk_engine.formula.ir import Node
from crosswalk_engine.formula.stored import from_json
from crosswalk_engine.mapping.tree import AnyTree, EachTree, MappingTree, sources
from crosswalk_engine.payload.paths import format_path, parse_path
from crosswalk_engine.project.flow import FlowDocument
from crosswalk_engine.release.load import Release


def source_reads(release: Release, system: str, entity: str) -> frozenset[str]:
    """The paths of ``system.entity`` that mappings and conditions of `release` read, without ``[]``.

    Records of it may be what is mapped, or related to that (``with:``).
    """
    trees = {name: MappingTree.from_json(ir) for name, ir in release.mappings.items()}
    found: set[str] = set()
    for tree in trees.values():
        found |= set(_of_entity(tree, _tree_paths(tree), system, entity))
    for flow in release.flows.values():
        for name in flow.candidates:
            found |= set(_of_entity(trees[name], _flow_paths(release, flow), system, entity))
    return frozenset(found)


def target_writes(release: Release, system: str, entity: str) -> frozenset[str]:
    """The paths of ``system.entity`` that mappings of `release` write."""
    trees = (MappingTree.from_json(ir) for ir in release.mappings.values())
    wanted = (tree for tree in trees if (tree.target["system"], tree.target["entity"]) == (system, entity))
    return frozenset(path for tree in wanted for path in _written(tree.rules, ()))


def _of_entity(tree: MappingTree, paths: Iterable[str], system: str, entity: str) -> Iterator[str]:
    """The paths among `paths` that lie in records of the entity, as seen from there."""
    if tree.source["system"] != system:
        return
    is_source = tree.source["entity"] == entity
    for path in paths:
        first, *rest = parse_path(path).names
        related = tree.related.get(first)
        if related is not None and related.entity == entity and rest:
            yield format_path(*rest)
        elif related is None and is_source:
            yield format_path(first, *rest)


def _tree_paths(tree: MappingTree) -> Iterator[str]:
    for node, levels in tree.formulas():
        yield from (_real(tree, path) for path in sources(node, levels))
    yield from (_real(tree, format_path(*path)) for path in tree.collections)
    yield from (related.key for related in tree.related.values())
    if tree.group is not None:
        yield from tree.group.by


def _real(tree: MappingTree, path: str) -> str:
    """The elements of one output lie where all elements of the record lie."""
    documents = tree.documents
    names = parse_path(path).names
    if documents is None or names[0] != documents.name:
        return path
    return format_path(*documents.collection, *names[1:])


def _flow_paths(release: Release, flow: FlowDocument) -> Iterator[str]:
    conditions = release.conditions(flow.name)
    for ir in (conditions.accept, *conditions.ensures, *conditions.routes, *conditions.choices):
        yield from condition_paths(ir)
    yield from (ensure.key for ensure in flow.ensures)


def condition_paths(ir: Any) -> tuple[str, ...]:
    """The paths that a compiled condition reads, without ``[]``; of related records under their names.

    `None`, no condition, reads nothing.
    """
    if ir is None:
        return ()
    node: Node = from_json(ir)
    return tuple(format_path(*parse_path(path).names) for path in sources(node, ()))


def _written(rules: Iterable[AnyTree], above: tuple[str, ...]) -> Iterator[str]:
    for rule in rules:
        place = (*above, *parse_path(rule.to).names)
        yield format_path(*place)
        if isinstance(rule, EachTree):
            yield from _written(rule.rules, place)
