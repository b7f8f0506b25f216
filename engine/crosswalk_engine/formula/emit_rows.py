"""Code for repeated parts: aggregates, APPORTION, and what is computed once for a whole record."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from crosswalk_engine.formula import reads
from crosswalk_engine.formula.code import Operand, Root
from crosswalk_engine.formula.emit import ScalarEmitter
from crosswalk_engine.formula.emit_paths import joined
from crosswalk_engine.formula.fuel import is_metered, limit_of
from crosswalk_engine.formula.functions import FUNCTIONS
from crosswalk_engine.formula.ir import (
    Aggregate,
    Call,
    Case,
    Const,
    Node,
    Path,
    Related,
    ScopeName,
    Share,
    children,
    depth,
    rewrite,
    uses_row,
    walk,
)
from crosswalk_engine.formula.oracle import item_paths
from crosswalk_engine.formula.values import DECIMAL, NOTHING, NUMBER, TEXT


@dataclass(frozen=True, slots=True)
class RowSet:
    """The rows of an `each`, as generated code holds them: tuples of a key, the steps' elements, and more.

    Attributes:
        var: the variable of the list.
        scopes: the steps' scopes; the elements' variables have their names.
        extra: variables of what was computed ahead for each row.
        columns: what those hold, as formulas see it from the row.
    """

    var: str
    scopes: tuple[ScopeName, ...]
    extra: tuple[str, ...] = ()
    columns: tuple[tuple[Node, Operand], ...] = ()

    @property
    def scope(self) -> ScopeName:
        """The scope of the last step."""
        return self.scopes[-1]

    def target(self, key: str) -> str:
        """What a loop over the rows unpacks them into."""
        return ", ".join((key, *self.scopes, *self.extra))


class Emitter(ScalarEmitter):
    """Writes the code of formulas that share one function.

    Inside an `each`, `rows` are all its rows, `at_var` is the variable of the current row's number and
    `key_var` that of its key. `hoisted` holds what was computed ahead: tree -> variable.
    """

    rows: RowSet | None = None
    at_var = "at"
    key_var = ""

    @property
    def hoisted(self) -> dict[Node, tuple[str, Operand]]:
        """What was computed ahead."""
        return self.__dict__.setdefault("_hoisted", {})  # type: ignore[no-any-return]

    def emit(self, node: Node) -> Operand:
        """Writes the lines that compute `node`, or takes what was computed ahead."""
        if node in self.hoisted and not self.is_counted(node):
            return self._take(node)
        if isinstance(node, Aggregate):
            return self._aggregate(node)
        if isinstance(node, Share):
            return self._part(self.shared_out(node), node)
        if isinstance(node, Call) and node.name == "ROW_KEY" and self.key_var:
            return Operand(self.key_var, TEXT, nullable=False)
        return super().emit(node)

    def is_counted(self, node: Node) -> bool:
        """Whether the calls of `node` are counted, so that it is computed where it stands."""
        return self.meter is not None and isinstance(node, Call | Case)

    def _aggregate(self, node: Aggregate) -> Operand:
        function, found = FUNCTIONS[node.name], self.temp("v")
        parts = (*([node.where] if node.where is not None else []), *node.args)
        squared = any(uses_row(part) for part in parts)
        limit = reads.MAX_ELEMENTS_SQUARED if squared else reads.MAX_ELEMENTS
        root = self.related_root(node.over) if isinstance(node.over, Related) else self.roots[node.over.scope]
        self.writer.line(f"{found} = []")
        outer, columns = self.roots, self.columns
        if is_metered(node):
            self.meter = (self.temp("m"), limit_of(node))
            self.writer.line(f"{self.meter[0]} = 0")
        self.roots = dict(outer)
        head = self._columns(node, root, limit) if node.found else self._elements(node, root, limit)
        with self.writer.block(head), self.scoped():
            self.roots["item"].prelude = self.writer.hole()
            if node.where is not None:
                name = self.truth(self.emit(node.where), "FILTER (WHERE …)")
                self.writer.line(f"if {name} is not True: continue")
            operand = self.emit(node.args[0])
            argument = self.argument(operand, function.params[0].kinds, node.name, may_be_null=False)
            test = f"if {operand.name} is not None: " if operand.nullable else ""
            self.writer.line(f"{test}{found}.append({argument})")
        self.roots, self.columns, self.meter = outer, columns, None
        return self.folded(node, found, operand)

    def folded(self, node: Aggregate, found: str, operand: Operand) -> Operand:
        """Writes the aggregate of the values in the list `found`, which are like `operand`."""
        function = FUNCTIONS[node.name]
        extra = [repr(arg.value) for arg in node.args[1:] if isinstance(arg, Const)]
        call = f"{self.function(node.name, function.body)}({', '.join([found, *extra])})"
        kinds = function.result((operand.kinds, *[NOTHING] * len(extra)))
        return self.assign(call, kinds, nullable=function.may_be_null)

    def _elements(self, node: Aggregate, root: Root, limit: int) -> str:
        source, layout = self.elements(root, node.over.parts, limit)
        item = self.temp("i")
        self.roots["item"] = Root(item, joined(root, node.over.parts), self.writer, layout)
        self.columns = None
        return f"for _, {item} in {source}:"

    def _columns(self, node: Aggregate, root: Root, limit: int) -> str:
        paths = item_paths(node)
        names = [self.temp("i") for _ in paths]
        self.columns = dict(zip(paths, names, strict=True))
        self.roots["item"] = Root("", "", self.writer)
        found = self.found_in(node, root, paths, limit)
        return f"for {', '.join(names)}{',' if len(names) == 1 else ''} in {found}:"

    def found_in(self, node: Aggregate, root: Root, paths: Sequence[tuple[str, ...]], limit: int) -> str:
        """An expression for the raw values at `paths` of each element of the part that is found."""
        del node
        base = root.var
        if root.layout is not None:
            firsts = dict.fromkeys(path[0] for path in paths if path)
            base = (
                "{" + ", ".join(f"{name!r}: {self.key(root.var, root.layout, name)}" for name in firsts) + "}"
            )
        wanted = self.constant(tuple(paths), ", ".join(".".join(path) for path in paths))
        return f"collect({base}, {wanted}, {limit})"

    def shared_out(self, node: Share) -> str:
        """Writes the lines that share the amount over all rows; the variable of the list."""
        operand, amount = self.emit(node.amount), self.temp()
        argument = self.argument(operand, NUMBER, "APPORTION", may_be_null=operand.nullable)
        self.writer.line(f"{amount} = {argument}")
        weights, weight = self._weights(node)
        return self.assign(self.share(amount, weights, weight, node.scale), DECIMAL, nullable=True).name

    def share(self, amount: str, weights: str, weight: Operand, scale: int) -> str:
        """An expression for the shares of `amount` by the list `weights`, made of values like `weight`."""
        del weight
        return f"APPORTION({amount}, {weights}, {scale})"

    def _weights(self, node: Share) -> tuple[str, Operand]:
        """Writes the loop over all rows; variables and values of the current row stay what they are."""
        rows = self.rows
        assert rows is not None
        weights, outer, columns, caches = self.temp("v"), self.roots, self.columns, self.caches
        names = {scope: self.temp("i") for scope in rows.scopes}
        extra = {name: self.temp() for name in rows.extra}
        self.writer.line(f"{weights} = []")
        self.roots, self.columns, self.caches = dict(outer), None, [{}]
        target = ", ".join(("_", *names.values(), *extra.values()))
        with self.writer.block(f"for {target} in {rows.var}:"):
            prelude = self.writer.hole()
            for scope, name in names.items():
                self.roots[scope] = Root(name, outer[scope].where, prelude, outer[scope].layout)
            self.roots["item"] = self.roots[node.scope]
            for column, operand in rows.columns:
                seen = from_scope(column, node.scope, "item")
                self.caches[-1][seen] = replace(operand, name=extra[operand.name])
            weight = self.emit(node.weights)
            argument = self.argument(weight, NUMBER, "APPORTION", may_be_null=weight.nullable)
            self.writer.line(f"{weights}.append({argument})")
        self.roots, self.columns, self.caches = outer, columns, caches
        return weights, weight

    def hoist(self, node: Node) -> None:
        """Computes `node` here, once; where it is used, its value is taken or its error raised."""
        var = self.temp("h")
        with self.writer.block("try:"), self.scoped():
            operand = Operand(self.shared_out(node), DECIMAL) if isinstance(node, Share) else self.emit(node)
            self.writer.line(f"{var} = {operand.name}")
        with self.writer.block("except EvalError as error:"):
            self.writer.line(f"{var} = Fault(error)")
        self.hoisted[node] = (var, operand)

    def _take(self, node: Node) -> Operand:
        var, operand = self.hoisted[node]
        self.writer.line(f"if {var}.__class__ is Fault: raise {var}.again()")
        if isinstance(node, Share):
            return self._part(var, node)
        return Operand(var, operand.kinds, operand.nullable, scale=operand.scale)

    def _part(self, shares: str, node: Share) -> Operand:
        """The current row's share."""
        part = self.assign(f"{shares}[{self.at_var}]", DECIMAL, nullable=True)
        return replace(part, scale=node.scale)


def from_scope(node: Node, scope: ScopeName, other: ScopeName) -> Node:
    """`node` with the paths from `scope` starting from `other`."""

    def change(part: Node) -> Node | None:
        return replace(part, scope=other) if isinstance(part, Path) and part.scope == scope else None

    return rewrite(node, change)


def shares(nodes: Iterable[Node]) -> list[Share]:
    """The APPORTIONs of `nodes`, each once."""
    return list(dict.fromkeys(part for node in nodes for part in walk(node) if isinstance(part, Share)))


def worth_hoisting(once: Iterable[Node], many: Iterable[Node]) -> list[Node]:
    """What should be computed ahead: the same for the whole record, and used several times.

    `once` are formulas evaluated once a record, `many` those evaluated for each row. Smaller trees come
    first. Questions to the id map are left where they are: they may cost a call.
    """
    uses: dict[Node, int] = {}

    def count(node: Node, weight: int) -> None:
        if isinstance(node, Call | Case | Aggregate) and not _depends(node):
            uses[node] = uses.get(node, 0) + weight
            if uses[node] > 1:
                return
        if not isinstance(node, Aggregate | Share):
            for child in children(node):
                count(child, weight)

    for node in once:
        count(node, 1)
    for node in many:
        count(node, 2)
    return sorted((node for node, times in uses.items() if times > 1), key=depth)


def _depends(node: Node) -> bool:
    """Whether the value depends on the row or the element, or must not be asked for ahead."""
    if uses_row(node) or any(isinstance(part, Call) and part.name == "IDMAP" for part in walk(node)):
        return True
    return not isinstance(node, Aggregate) and _free_item(node)


def _free_item(node: Node) -> bool:
    if isinstance(node, Path):
        return node.scope == "item"
    return not isinstance(node, Aggregate) and any(_free_item(child) for child in children(node))
