"""Which fields of a record a set of formulas reads, and the msgspec types that decode just those."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec

from crosswalk_engine.formula.ir import Aggregate, Node, Path, Present, Related, Share, children

#: msgspec decodes no keys with these by type: an object that has one of them is decoded whole.
_UNDECODED = re.compile(r'[\x00-\x1f"\\\ud800-\udfff]')


@dataclass(slots=True)
class Field:
    """One key of the payload.

    `kind` ``leaf`` is decoded whole, ``object`` by its `fields`, ``rows`` as an array or an object keyed by
    id whose elements have the `fields`. `attr` is its name in the decoded struct. With `tells`, a key that is
    not there is told apart from null.
    """

    attr: str
    kind: Literal["leaf", "object", "rows"]
    fields: dict[str, "Field"] = field(default_factory=dict)
    empty: Any = None
    tells: bool = False

    def child(self, name: str, kind: Literal["leaf", "object", "rows"]) -> "Field":
        """The key `name` below, made if needed; used in two ways, it becomes a leaf."""
        found = self.fields.get(name)
        if found is None:
            found = self.fields[name] = Field(f"f{len(self.fields)}", kind)
        elif found.kind != kind:
            found.kind = "leaf"
            found.fields.clear()
        return found

    def add(self, parts: tuple[str, ...], kind: Literal["leaf", "rows"]) -> "Field | None":
        """The field at `parts`, made if needed; `None` when it lies below a leaf or is this one itself."""
        if not parts:
            if self.kind == "rows" and kind == "leaf":
                # The element itself is a value: nothing is known of its form.
                self.kind = "leaf"
                self.fields.clear()
            return None
        here = self._above(parts)
        found = here.child(parts[-1], kind) if here is not None else None
        return found if found is not None and found.kind == kind else None

    def tell(self, parts: tuple[str, ...]) -> None:
        """Notes that it matters whether the key at `parts` is there."""
        here = self._above(parts) if parts else None
        if here is not None:
            found = here.fields.get(parts[-1]) or here.child(parts[-1], "leaf")
            found.tells = True

    def _above(self, parts: tuple[str, ...]) -> "Field | None":
        """The object that holds the key at `parts`, made if needed; `None` when it is decoded whole."""
        here = self
        for depth, part in enumerate(parts):
            if depth:
                here = here.child(parts[depth - 1], "object")
            if _UNDECODED.search(part):
                here.kind = "leaf"
                here.fields.clear()
            if here.kind == "leaf":
                return None
        return here


Roots = Mapping[str, "Field | None"]


def use(node: Node, roots: Roots) -> None:
    """Notes in `roots` (scope -> field tree, `None`: not decoded by type) what `node` reads."""
    if isinstance(node, Path):
        root = roots.get(node.scope)
        if root is not None and (node.parts or not node.whole):
            root.add(node.parts, "leaf")
        return
    if isinstance(node, Related):
        if node.key is not None:
            use(node.key, roots)
        return
    if isinstance(node, Aggregate):
        _use_aggregate(node, roots)
        return
    if isinstance(node, Share):
        use(node.amount, roots)
        use(node.weights, {**roots, "item": roots.get(node.scope)})
        return
    if isinstance(node, Present):
        tell(node.of, roots)
        return
    for child in children(node):
        use(child, roots)


def tell(field: Path | Related, roots: Roots) -> None:
    """Notes in `roots` that it matters whether `field` is there at all."""
    root = roots.get(field.scope) if isinstance(field, Path) else None
    if root is not None and isinstance(field, Path):
        root.tell(field.parts)
    elif isinstance(field, Related):
        use(field, roots)


def _use_aggregate(node: Aggregate, roots: Roots) -> None:
    inner: Field | None = None
    base = roots.get(node.over.scope) if isinstance(node.over, Path) else None
    if isinstance(node.over, Related):
        use(node.over, roots)
    elif base is not None and not node.found:
        inner = base.add(node.over.parts, "rows")
    parts = (*([node.where] if node.where is not None else []), *node.args)
    for part in parts:
        use(part, {**roots, "item": inner})
    if node.found and base is not None:
        for path in _items(parts):
            base.add(path[:1], "leaf")


def _items(nodes: Iterable[Node]) -> Iterator[tuple[str, ...]]:
    for node in nodes:
        if isinstance(node, Path) and node.scope == "item":
            yield node.parts
        yield from _items(children(node))


def layout_of(fill: Callable[[Field], None]) -> Field:
    """The field tree that `fill` notes its uses in; twice, for a leaf found late hides what lies below it."""
    root = Field("", "object")
    for _ in range(2):
        fill(root)
    _take_whole(root)
    return root


def _take_whole(here: Field) -> None:
    """Elements of which no field is read are decoded whole: only so is it known which of them are blank."""
    for inner in here.fields.values():
        if inner.kind == "rows" and not inner.fields:
            inner.kind = "leaf"
        _take_whole(inner)


def struct_type(root: Field, name: str = "Record") -> type[msgspec.Struct]:
    """The msgspec type of an ``object`` or of the elements of ``rows``; fills in `Field.empty`."""
    fields = [
        (inner.attr, _type_of(inner, f"{name}_{inner.attr}"), _default_of(inner, key))
        for key, inner in root.fields.items()
    ]
    struct = msgspec.defstruct(name, fields, gc=False)
    root.empty = struct()
    return struct


def _default_of(inner: Field, key: str) -> Any:
    return msgspec.field(default=msgspec.UNSET if inner.tells else None, name=key)


def _type_of(inner: Field, name: str) -> Any:
    if inner.kind == "leaf":
        return Any
    element = struct_type(inner, name) | None
    found = element if inner.kind == "object" else dict[str, element] | list[element] | None  # type: ignore[valid-type]
    return found | msgspec.UnsetType if inner.tells else found
