"""Code that reads fields: objects are unpacked once, ahead and without raising; values in place."""

from crosswalk_engine.formula import values
from crosswalk_engine.formula.code import Frame, Operand, Root, Writer
from crosswalk_engine.formula.ir import Node, Path, Present, Related, walk
from crosswalk_engine.formula.layout import Field
from crosswalk_engine.formula.values import ANY, BOOLEAN, Kinds


def joined(root: Root, parts: tuple[str, ...]) -> str:
    """The text of a path below `root`, for messages."""
    return ".".join((root.where, *parts) if root.where else parts)


def by_item(node: Related) -> bool:
    """Whether a related record is another for each element of an aggregate."""
    return any(isinstance(part, Path) and part.scope == "item" for part in walk(node))


class PathEmitter(Frame):
    """Writes the code that reads fields.

    `roots` holds what paths can start from: ``record``, ``row`` and so on, ``item`` and related records.
    `columns` is set inside an aggregate whose repeated part is found at run time: path -> variable.
    """

    def __init__(self, writer: Writer, record: Root) -> None:
        super().__init__(writer)
        self.roots: dict[str, Root] = {"record": record}
        self.columns: dict[tuple[str, ...], str] | None = None

    def object_at(self, root: Root, parts: tuple[str, ...]) -> tuple[str, Field | None]:
        """The variable of the object at `parts`, and its layout when it is a struct."""
        if parts not in root.objects:
            root.objects[parts] = self._unpack(root, parts) if parts else self._base(root)
        return root.objects[parts]

    def _base(self, root: Root) -> tuple[str, Field | None]:
        if root.layout is not None or root.var == "doc":
            return root.var, root.layout
        var = self.temp("o")
        root.prelude.line(f"{var} = branch({root.var}, {root.where!r})")
        return var, None

    def _unpack(self, root: Root, parts: tuple[str, ...]) -> tuple[str, Field | None]:
        above, layout = self.object_at(root, parts[:-1])
        var, where = self.temp("o"), joined(root, parts)
        inner = layout.fields[parts[-1]] if layout is not None else None
        if inner is not None and inner.kind == "object":
            empty = self.constant(inner.empty, f"{where}, when it is absent")
            root.prelude.line(f"{var} = {above}.{inner.attr}")
            unset = f" or {var} is UNSET" if inner.tells else ""
            root.prelude.line(f"if {var} is None{unset}: {var} = {empty}")
            return var, inner
        root.prelude.line(f"{var} = {self.key(above, layout, parts[-1], safe=True)}")
        root.prelude.line(f"if {var}.__class__ is not dict: {var} = branch({var}, {where!r})")
        return var, None

    @staticmethod
    def key(above: str, layout: Field | None, name: str, *, safe: bool = False) -> str:
        """An expression for one key of the object in variable `above`; a `safe` one does not raise."""
        if layout is not None:
            field = layout.fields[name]
            value = f"{above}.{field.attr}"
            return f"(None if {value} is UNSET else {value})" if field.tells else value
        get = f"{above}.get({name!r})"
        return f"{get} if {above}.__class__ is dict else {above}" if safe else get

    def raw(self, root: Root, parts: tuple[str, ...], *, safe: bool = False) -> str:
        """An expression for the raw value at `parts`; a `safe` one does not raise."""
        if not parts:
            return root.var
        above, layout = self.object_at(root, parts[:-1])
        return self.key(above, layout, parts[-1], safe=safe)

    def path(self, node: Path) -> Operand:
        """A field of the record, the row or the element."""
        if node.scope != "item" and (known := self.known(node)) is not None:
            return known
        var, short = self.temp(), False
        if node.scope == "item" and self.columns is not None:
            where = ".".join(node.parts)
            self.writer.line(f"{var} = {self.columns[node.parts]}")
        else:
            root = self.roots[node.scope]
            where, short = joined(root, node.parts), root.layout is not None
            self.writer.line(f"{var} = {self.raw(root, node.parts)}")
        if node.whole:
            self.writer.line(f"{var} = present({var})")
            return Operand(var, BOOLEAN)
        return self._leaf(node, var, where, short=short)

    def _leaf(self, node: Node, var: str, where: str, *, short: bool) -> Operand:
        # A record that was decoded by type came from fewer bytes than a text may have characters.
        long = "" if short else f" or len({var}) > {values.MAX_TEXT}"
        self.writer.line(f"if {var}.__class__ is not str or not {var}{long}: {var} = leaf({var}, {where!r})")
        operand = Operand(var, ANY)
        self.caches[-1][node] = operand
        return operand

    def related_value(self, node: Related) -> Operand:
        """A field of a related record."""
        if not by_item(node) and (known := self.known(node)) is not None:
            return known
        root, var = self.related_root(node), self.temp()
        self.writer.line(f"{var} = {self.raw(root, node.parts)}")
        return self._leaf(node, var, joined(root, node.parts), short=False)

    def related_root(self, node: Related) -> Root:
        """The related record, as a root to read from.

        That of the record is looked up once, ahead; that of a row or an element where it is read, for many
        rows never need it.
        """
        key, where, home = self._id_of(node.key)
        name = f"with {node.name}"
        if name in self.roots and home is not self.writer:
            return self.roots[name]
        var = self.temp("r")
        home.line(f"{var} = related_record(env.related, {node.name!r}, {key}, {where!r})")
        found = Root(var, node.name, home, objects={(): (var, None)})
        if home is not self.writer:
            self.roots[name] = found
        return found

    def _id_of(self, key: Path | Related | None) -> tuple[str, str | None, Writer]:
        """An expression for the raw id of a related record, its path, and where to look the record up."""
        if key is None:
            return "None", None, self.roots["record"].prelude
        if isinstance(key, Path) and key.scope == "item" and self.columns is not None:
            return self.columns[key.parts], ".".join(key.parts), self.writer
        root = self.related_root(key) if isinstance(key, Related) else self.roots[key.scope]
        once = self._once(key)
        return (
            self.raw(root, key.parts, safe=True),
            joined(root, key.parts),
            self.roots["record"].prelude if once else self.writer,
        )

    @staticmethod
    def _once(key: Path | Related | None) -> bool:
        """Whether an id is one for the whole record."""
        while isinstance(key, Related):
            key = key.key
        return key is None or key.scope == "record"

    def present(self, node: Present) -> Operand:
        """Whether a key is there."""
        if isinstance(node.of, Related):
            test = f"has_key({self.related_root(node.of).var}, {node.of.parts!r})"
            return self.assign(test, BOOLEAN, nullable=False)
        raw = self.raw_or_unset(node.of)
        return self.assign(f"{raw} is not UNSET", BOOLEAN, nullable=False)

    def raw_or_unset(self, node: Path | Related) -> str:
        """An expression for the raw value of a field, UNSET where its key is not there; it does not raise."""
        if not node.parts:
            return "0"
        root = self.related_root(node) if isinstance(node, Related) else self.roots[node.scope]
        above, layout = self.object_at(root, node.parts[:-1])
        if layout is not None:
            return f"{above}.{layout.fields[node.parts[-1]].attr}"
        return f"({above}.get({node.parts[-1]!r}, UNSET) if {above}.__class__ is dict else UNSET)"

    def assign(self, expression: str, kinds: Kinds, *, nullable: bool) -> Operand:
        """Writes ``variable = expression``."""
        var = self.temp()
        self.writer.line(f"{var} = {expression}")
        return Operand(var, kinds, nullable)

    def blank(self, layout: Field | None) -> str:
        """The last argument of a call that lists elements: what an element may be that is blank (`{}`)."""
        if layout is None:
            return ""
        return f", {self.constant(layout.empty, 'an element without a field that is read')}"

    def elements(self, root: Root, parts: tuple[str, ...], limit: int) -> tuple[str, Field | None]:
        """The variable of the elements at `parts` (or of a Fault), and their layout when they are structs."""
        if (parts, limit) not in root.collections:
            layout = None
            if root.layout is not None and parts:
                above = self.object_at(root, parts[:-1])[1]
                inner = above.fields[parts[-1]] if above is not None else None
                layout = inner if inner is not None and inner.kind == "rows" else None
            var, source = self.temp("e"), self.raw(root, parts, safe=True)
            root.prelude.line(
                f"{var} = elements_or_fault({source}, {joined(root, parts)!r}, {limit}{self.blank(layout)})"
            )
            root.collections[parts, limit] = (var, layout)
        return root.collections[parts, limit]
