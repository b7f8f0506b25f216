"""What several formulas compute alike: found before code is written, so that it is computed once."""

from collections.abc import Callable, Iterable, Iterator

from crosswalk_engine.formula.emit_inline import chain_of
from crosswalk_engine.formula.functions import FUNCTIONS
from crosswalk_engine.formula.ir import (
    Aggregate,
    Call,
    Case,
    Node,
    Path,
    Related,
    Share,
    children,
    depth,
    uses_row,
    walk,
)


class Uses:
    """How often each part of some formulas is used, and whether it is computed for certain."""

    def __init__(self, can_share: Callable[[Node], bool]) -> None:
        self.can_share = can_share
        self.count: dict[Node, int] = {}
        self.certain: set[Node] = set()

    def add(self, node: Node, *, certain: bool, weight: int = 1) -> None:
        """Notes the parts of `node`; with `weight` 2, it is computed for each row."""
        news = True
        if isinstance(node, Call | Case | Aggregate | Path | Related) and self.can_share(node):
            before = self.count.get(node, 0)
            self.count[node] = before + weight
            news = not before or (certain and node not in self.certain)
            if certain:
                self.certain.add(node)
        if news:
            for child, sure in _below(node):
                self.add(child, certain=certain and sure, weight=weight)

    def shared(self) -> list[Node]:
        """What is used several times, and for certain at least once; smaller trees first."""
        found = [node for node, count in self.count.items() if count > 1 and node in self.certain]
        return sorted(found, key=depth)


def _below(node: Node) -> Iterator[tuple[Node, bool]]:
    """The parts of `node` that are computed on the way, and whether they are in any case."""
    if (chain := chain_of(node)) is not None:
        # A field at the start of a chain is read as it stands in the payload, in the chain.
        if not isinstance(chain.base, Path | Related):
            yield chain.base, True
    elif isinstance(node, Aggregate):
        yield from ((part, False) for part in children(node)[1:])
    elif isinstance(node, Share):
        yield node.amount, True
    elif isinstance(node, Case) or (isinstance(node, Call) and FUNCTIONS[node.name].nulls == "lazy"):
        yield from ((part, number == 0) for number, part in enumerate(children(node)))
    elif isinstance(node, Call):
        yield from ((part, True) for part in node.args)


def of_record(node: Node) -> bool:
    """Whether a value is one for the whole record, and may be asked for ahead."""
    return not uses_row(node) and not _asks(node) and not free_item(node)


def of_item(node: Node) -> bool:
    """Whether a value is one for an element (scope ``item``) and nothing else, and may be asked for ahead."""
    parts = [part for part in walk(node) if isinstance(part, Path | Related | Aggregate | Share)]
    return (
        bool(parts)
        and all(isinstance(part, Path) and part.scope == "item" for part in parts)
        and not _asks(node)
    )


def _asks(node: Node) -> bool:
    """The id map may be far away, and who asks it is noted; the key of a row is not the record's."""
    return any(isinstance(part, Call) and part.name in ("IDMAP", "ROW_KEY") for part in walk(node))


def free_item(node: Node) -> bool:
    """Whether a value depends on the element of an aggregate around it."""
    if isinstance(node, Path):
        return node.scope == "item"
    below: Iterable[Node] = children(node)
    return not isinstance(node, Aggregate | Share) and any(free_item(child) for child in below)
