"""The formula as a small typed tree: what a release stores, the compiler reads and the oracle walks.

The JSON form is a list whose head names the node, so that it is short, canonical and needs no parser.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Literal, TypeAlias

from crosswalk_engine.errors import ConfigError, masked
from crosswalk_engine.formula.functions import FUNCTIONS

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


def from_json(stored: Any) -> Node:
    """The tree that `to_json` stored.

    Raises:
        ConfigError: CW-IR when it is damaged or from a later version.
    """
    try:
        return _READERS[stored[0]](stored)
    except (KeyError, IndexError, TypeError, ValueError, ArithmeticError, RecursionError) as error:
        raise ConfigError(
            "CW-IR",
            "a stored formula cannot be read",
            got=masked(stored),
            expected="the form that this version writes",
            fix="build the release again with this version",
        ) from error


def _read_path(stored: Any) -> Path:
    if stored[0] != "path" or stored[1] not in ("record", *ROWS, "item"):
        raise ValueError(stored[0])
    return Path(stored[1], tuple(map(str, stored[2])), stored[3:] == ["whole"])


def _read_related(stored: Any) -> Related:
    key = None if stored[2] is None else _read_field(stored[2])
    return Related(str(stored[1]), key, tuple(map(str, stored[3])))


def _read_field(stored: Any) -> Path | Related:
    return _read_related(stored) if stored[0] == "with" else _read_path(stored)


def _read_share(stored: Any) -> Share:
    scope = stored[4] if len(stored) > 4 else "row"
    if scope not in ROWS:
        raise ValueError(scope)
    return Share(from_json(stored[1]), from_json(stored[2]), int(stored[3]), scope)


def _read_const(stored: Any) -> Const:
    if not (stored[1] is None or isinstance(stored[1], bool | str | int)):
        raise TypeError(type(stored[1]).__name__)
    return Const(stored[1])


def _read_case(stored: Any) -> Case:
    whens = tuple((from_json(test), from_json(value)) for test, value in stored[1])
    return Case(whens, from_json(stored[2]))


def _known(name: Any, *, aggregate: bool) -> str:
    if name not in FUNCTIONS or FUNCTIONS[name].is_aggregate is not aggregate:
        raise KeyError(name)
    return str(name)


def _read_call(stored: Any) -> Call:
    args = tuple(map(from_json, stored[2:]))
    name = _known(stored[1], aggregate=False)
    if not FUNCTIONS[name].takes(len(args)):
        raise ValueError(name)
    return Call(name, args)


def _read_aggregate(stored: Any) -> Aggregate:
    over = from_json(stored[2][0])
    if not isinstance(over, Path | Related):
        raise TypeError(type(over).__name__)
    where = None if stored[3] is None else from_json(stored[3])
    found = stored[2][1:] == ["found"]
    return Aggregate(_known(stored[1], aggregate=True), over, found, tuple(map(from_json, stored[4:])), where)


_READERS: Mapping[str, Callable[[Any], Node]] = {
    "const": _read_const,
    "decimal": lambda stored: Const(Decimal(stored[1])),
    "path": _read_path,
    "with": _read_related,
    "call": _read_call,
    "case": _read_case,
    "aggregate": _read_aggregate,
    "present": lambda stored: Present(_read_field(stored[1])),
    "share": _read_share,
}
