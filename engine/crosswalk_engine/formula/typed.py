"""A formula after parsing: its tree, its type, and what it reads. Nothing here needs the parser."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

from crosswalk_engine.formula.check import Checker
from crosswalk_engine.formula.functions import FUNCTIONS
from crosswalk_engine.formula.ir import (
    Aggregate,
    Call,
    Const,
    Node,
    Path,
    Present,
    Related,
    ScopeName,
    Share,
    children,
    to_json,
    walk,
)
from crosswalk_engine.formula.stored import from_json
from crosswalk_engine.formula.values import Kinds, describe
from crosswalk_engine.payload.paths import Segment

_Segments: TypeAlias = tuple[Segment, ...]


@dataclass(frozen=True)
class Row:
    """A row that a formula stands in.

    Attributes:
        collection: the whole source path of its collection.
        order_by: the formula that orders the rows.
        base, parts: where the collection is, seen from the record or from a row around it.
        scope: what the tree calls it.
        rows_as: the collection that it holds when it stands for a group.
        flattens: it is a step of the same `each` as the row before it.
    """

    collection: tuple[str, ...]
    order_by: Node | None = None
    base: ScopeName = "record"
    parts: tuple[str, ...] = ()
    scope: ScopeName = "row"
    rows_as: str | None = None
    flattens: bool = False


@dataclass(frozen=True)
class TypedFormula:
    """A formula that was parsed and checked.

    Attributes:
        text: as it was written; empty when it came from a release.
        node: the tree.
        kinds: the kinds of its result, as far as they are known.
        rows: the rows of the `each` rules that it stands in, outermost first.
    """

    text: str
    node: Node
    kinds: Kinds
    rows: tuple[Row, ...] = ()

    @property
    def row(self) -> Row | None:
        """The row of the innermost `each`."""
        return self.rows[-1] if self.rows else None

    @property
    def ir(self) -> list[Any]:
        """The canonical JSON form of the tree."""
        return to_json(self.node)

    @property
    def type(self) -> str:
        """The type in words, e.g. ``INTEGER or DECIMAL``; ``ANY`` when unknown."""
        return describe(self.kinds)

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """The fields that it reads, in order, e.g. ``orderRows[].productSku``, ``contact.email``."""
        return source_paths(self.node, {row.scope: row.collection for row in self.rows})

    @cached_property
    def lookups(self) -> frozenset[str]:
        """The lookup tables that it asks."""
        return _named(self.node, "lookup")

    @cached_property
    def idmaps(self) -> frozenset[str]:
        """The entities whose id map it asks."""
        return _named(self.node, "idmap")

    @cached_property
    def related(self) -> frozenset[str]:
        """The related records that it reads."""
        return frozenset(node.name for node in walk(self.node) if isinstance(node, Related))


def formula_from_ir(ir: Any) -> TypedFormula:
    """The formula that a release carries; sqlglot is not needed.

    Raises:
        ConfigError: CW-IR when it is damaged, or names a function that this version does not know.
    """
    node = from_json(ir)
    return TypedFormula("", node, Checker().kinds(node))


#: Scope of the elements of an `each` -> the whole path of its collection.
Bases: TypeAlias = Mapping[ScopeName, tuple[str, ...]]


def source_paths(tree: Node, rows: Bases) -> tuple[str, ...]:
    """The paths that `tree` reads, each once; `rows` are the `each` rules around it."""
    starts = {scope: _each(path, frozenset(rows.values())) for scope, path in rows.items()}
    return tuple(dict.fromkeys(path for path in map(_text, _paths(tree, starts, ())) if path))


_Starts: TypeAlias = Mapping[ScopeName, _Segments]


def _paths(node: Node, rows: _Starts, over: _Segments) -> Iterator[_Segments]:
    if isinstance(node, Path):
        start = over if node.scope == "item" else rows.get(node.scope, ())
        yield (*start, *map(Segment, node.parts))
    elif isinstance(node, Present):
        yield from _paths(node.of, rows, over)
    elif isinstance(node, Related):
        yield (Segment(node.name), *map(Segment, node.parts))
    elif isinstance(node, Share):
        yield from _paths(node.amount, rows, over)
        yield from _paths(node.weights, rows, rows.get(node.scope, ()))
    elif isinstance(node, Aggregate):
        inner = _over(node, rows)
        for child in (*node.args, *([node.where] if node.where is not None else [])):
            yield from _paths(child, rows, inner)
    else:
        for child in children(node):
            yield from _paths(child, rows, over)


def _over(node: Aggregate, rows: _Starts) -> _Segments:
    if isinstance(node.over, Related):
        return (Segment(node.over.name), *_each(node.over.parts))
    start = rows.get(node.over.scope, ())
    return start if node.found else (*start, *_each(node.over.parts))


def _each(names: tuple[str, ...], repeated: frozenset[tuple[str, ...]] = frozenset()) -> _Segments:
    """The path of elements: ``[]`` after the last name, and after those that lead to an outer collection."""
    last = len(names)
    return tuple(
        Segment(name, int(length == last or names[:length] in repeated))
        for length, name in enumerate(names, 1)
    )


def _text(segments: _Segments) -> str:
    return ".".join(map(str, segments))


def _named(tree: Node, what: str) -> frozenset[str]:
    calls = (node for node in walk(tree) if isinstance(node, Call) and FUNCTIONS[node.name].asks == what)
    names = (node.args[0] for node in calls)
    return frozenset(str(name.value) for name in names if isinstance(name, Const))
