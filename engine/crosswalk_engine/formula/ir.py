"""The formula as a small typed tree: what a release stores, the compiler reads and the oracle walks.

The JSON form is a list whose head names the node, so that it is short, canonical and needs no parser;
`crosswalk_engine.formula.stored` reads it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Literal, TypeAlias

#: Operators in one chain (a + b + c …): each is a level of the tree; the last operand is one more.
MAX_CHAIN = 64
MAX_DEPTH = MAX_CHAIN + 1
#: First and last column of the formula's text, from 1; (0, 0) when the tree did not come from a text.
Span: TypeAlias = tuple[int, int]
ScopeName: TypeAlias = Literal["record", "row", "row2", "row3", "row4", "item"]
#: The elements of `each` rules, from the outermost level to the innermost.
ROWS: tuple[ScopeName, ...] = ("row", "row2", "row3", "row4")


@dataclass(frozen=True, slots=True, eq=False)
class Const:
    """A literal: null, boolean, text, integer or decimal. Equal only to one of the same kind and scale."""

    value: bool | str | int | Decimal | None
    span: Span = field(default=(0, 0), compare=False, repr=False)

    def _key(self) -> tuple[type, str]:
        return (self.value.__class__, str(self.value))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Const) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())


@dataclass(frozen=True, slots=True)
class Path:
    """A field: of the record, of the current row of an `each`, or of the element that an aggregate is at.

    With `whole`, the question is only whether something is there (COUNT of the elements themselves).
    """

    scope: ScopeName
    parts: tuple[str, ...]
    whole: bool = False
    span: Span = field(default=(0, 0), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Related:
    """A field of the related record `name`.

    `key` is where its id stands: in the record, or in another related record; `None` when not known.
    """

    name: str
    key: "Path | Related | None"
    parts: tuple[str, ...]
    span: Span = field(default=(0, 0), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Present:
    """Whether the key of a field is there at all, be its value null or blank: TRUE or FALSE, never null."""

    of: Path | Related
    span: Span = field(default=(0, 0), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Call:
    """A function or an operator, by its name in the function table."""

    name: str
    args: tuple["Node", ...]
    span: Span = field(default=(0, 0), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Case:
    """CASE: the value of the first condition that is true."""

    whens: tuple[tuple["Node", "Node"], ...]
    otherwise: "Node"
    span: Span = field(default=(0, 0), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Aggregate:
    """A fold over a repeated part; `args` and `where` see each element as scope ``item``.

    `over` is the path of the repeated part. With `found`, it is only where to start (no parts): the repeated
    part is found in each record, and the item paths are whole paths from there.
    """

    name: str
    over: Path | Related
    found: bool
    args: tuple["Node", ...]
    where: "Node | None" = None
    span: Span = field(default=(0, 0), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Share:
    """APPORTION: the current row's share of `amount`, by `weights` (scope ``item``) over all rows.

    `scope` says which rows: those of the innermost `each` around the formula.
    """

    amount: "Node"
    weights: "Node"
    scale: int
    scope: ScopeName = "row"
    span: Span = field(default=(0, 0), compare=False, repr=False)


Node: TypeAlias = Const | Path | Related | Present | Call | Case | Aggregate | Share


def children(node: Node) -> tuple[Node, ...]:
    """The nodes directly below `node`, in the order in which they are evaluated."""
    if isinstance(node, Call):
        return node.args
    if isinstance(node, Case):
        return (*(part for when in node.whens for part in when), node.otherwise)
    if isinstance(node, Aggregate):
        where = () if node.where is None else (node.where,)
        return (node.over, *where, *node.args)
    if isinstance(node, Share):
        return (node.amount, node.weights)
    if isinstance(node, Related) and node.key is not None:
        return (node.key,)
    if isinstance(node, Present):
        return (node.of,)
    return ()


def walk(node: Node) -> Iterator[Node]:
    """`node` and everything below it."""
    yield node
    for child in children(node):
        yield from walk(child)


def depth(node: Node) -> int:
    """Levels of the tree, 1 for a leaf."""
    return 1 + max((depth(child) for child in children(node)), default=0)


def uses_row(node: Node) -> bool:
    """Whether the value depends on the current row of an `each`."""
    return any(
        (isinstance(part, Path) and part.scope in ROWS)
        or isinstance(part, Share)
        or (isinstance(part, Call) and part.name == "ROW_KEY")
        for part in walk(node)
    )


def rewrite(node: Node, change: Callable[[Node], Node | None]) -> Node:
    """A copy in which each node that `change` answers is replaced, without looking below the replacement."""
    changed = change(node)
    if changed is not None:
        return changed
    if isinstance(node, Call):
        return replace(node, args=tuple(rewrite(arg, change) for arg in node.args))
    if isinstance(node, Case):
        whens = tuple((rewrite(test, change), rewrite(value, change)) for test, value in node.whens)
        return replace(node, whens=whens, otherwise=rewrite(node.otherwise, change))
    if isinstance(node, Aggregate):
        where = None if node.where is None else rewrite(node.where, change)
        return replace(node, args=tuple(rewrite(arg, change) for arg in node.args), where=where)
    if isinstance(node, Share):
        return replace(node, amount=rewrite(node.amount, change), weights=rewrite(node.weights, change))
    if isinstance(node, Related) and node.key is not None:
        key = rewrite(node.key, change)
        return replace(node, key=key) if isinstance(key, Path | Related) else node
    if isinstance(node, Present):
        of = rewrite(node.of, change)
        return replace(node, of=of) if isinstance(of, Path | Related) else node
    return node


def to_json(node: Node) -> list[Any]:
    """The JSON form; equal trees give equal forms."""
    if isinstance(node, Const):
        is_decimal = isinstance(node.value, Decimal)
        return ["decimal", format(node.value, "f")] if is_decimal else ["const", node.value]
    if isinstance(node, Path):
        return ["path", node.scope, list(node.parts), *(["whole"] if node.whole else [])]
    if isinstance(node, Related):
        return ["with", node.name, None if node.key is None else to_json(node.key), list(node.parts)]
    if isinstance(node, Call):
        return ["call", node.name, *map(to_json, node.args)]
    if isinstance(node, Case):
        whens = [[to_json(test), to_json(value)] for test, value in node.whens]
        return ["case", whens, to_json(node.otherwise)]
    if isinstance(node, Aggregate):
        where = None if node.where is None else to_json(node.where)
        over = [to_json(node.over), *(["found"] if node.found else [])]
        return ["aggregate", node.name, over, where, *map(to_json, node.args)]
    if isinstance(node, Present):
        return ["present", to_json(node.of)]
    inner = [] if node.scope == "row" else [node.scope]
    return ["share", to_json(node.amount), to_json(node.weights), node.scale, *inner]
