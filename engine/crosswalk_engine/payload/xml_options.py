"""What is known of XML before it is read: which elements are records, and which form some parts take."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

Names = tuple[str, ...]


class Node:
    """One name of a known path, and the names below it.

    `repeated`: a list, even of one element; `as_object`: an object with ``#text``, even without attributes;
    `as_text`: its text alone, attributes or not.
    """

    __slots__ = ("as_object", "as_text", "below", "repeated")

    def __init__(self) -> None:
        self.below: dict[str, Node] = {}
        self.repeated = self.as_object = self.as_text = False

    def at(self, names: Names) -> "Node":
        """The node of a path below this one, made where it is not there yet."""
        node = self
        for name in names:
            node = node.below.setdefault(name, Node())
        return node


@dataclass(frozen=True)
class XmlOptions:
    """How XML becomes records; paths are names from the record down, without the record's own.

    Attributes:
        repeated: elements that are lists in every record, also where one stands alone.
        look: those that repeat anywhere in the file are lists too; this costs a first pass over it.
        read: the paths that somebody reads. An element that is read both with and without its attributes
            keeps one form: ``Quantity.#text`` makes ``Quantity`` an object everywhere, ``Quantity`` alone a
            text everywhere.
        record: the element that is a record, as names below the root; empty: found out.
    """

    repeated: frozenset[Names] = frozenset()
    look: bool = True
    read: frozenset[Names] = frozenset()
    record: Names = ()

    @cached_property
    def known(self) -> Node:
        """The paths as a tree of names."""
        return known_paths(self.repeated, self.read)


def known_paths(repeated: Iterable[Names], read: Iterable[Names]) -> Node:
    """A tree of names for `XmlOptions`."""
    root = Node()
    for names in repeated:
        root.at(names).repeated = True
    texts = []
    for names in read:
        if names and not names[-1].startswith(("@", "#")):
            texts.append(names)
        for end, name in enumerate(names[1:], 1):
            if name.startswith(("@", "#")):
                root.at(names[:end]).as_object = True
    for names in texts:
        node = root.at(names)
        # What is an object for somebody, or a list or parent of others, cannot be a bare text as well.
        node.as_text = not node.as_object and not node.below
    return root
