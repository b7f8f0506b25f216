"""What a mapping knows of the XML that it reads: which elements are lists, and which it reads as texts."""

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from crosswalk_engine.formula.ir import Aggregate, Node, Path, children, walk
from crosswalk_engine.mapping.tree import MappingTree
from crosswalk_engine.payload.xml_options import Names, XmlOptions

_Bases: TypeAlias = Mapping[str, Names]


def xml_options(tree: MappingTree, record: Names = ()) -> XmlOptions:
    """How XML becomes the records that `tree` reads; `record` names the record's element, if a person did.

    The file itself is looked at only where a formula folds over a part that is not known before.
    """
    read = {
        names for node, levels in tree.formulas() for names in _read(node, {v.scope: v.path for v in levels})
    }
    look = any(
        isinstance(part, Aggregate) and part.found for node, _ in tree.formulas() for part in walk(node)
    )
    return XmlOptions(repeated=tree.collections, look=look, read=frozenset(read), record=record)


def _read(node: Node, bases: _Bases) -> Iterator[Names]:
    """The paths that a formula reads, from the record down."""
    if isinstance(node, Path):
        yield (*bases.get(node.scope, ()), *node.parts)
    if isinstance(node, Aggregate) and isinstance(node.over, Path):
        start = (*bases.get(node.over.scope, ()), *node.over.parts)
        inner = {**bases, "item": start}
        for part in (*node.args, *([node.where] if node.where is not None else [])):
            yield from _read(part, inner)
        return
    for part in children(node):
        yield from _read(part, bases)
