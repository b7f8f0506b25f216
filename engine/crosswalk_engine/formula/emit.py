"""Formula trees to straight-line Python: one line for each step, nothing but our own nodes in it.

The generated text holds variables of ours, functions of ours by name, and constants by `repr`; no part of a
user's text reaches it in any other way.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from crosswalk_engine.formula import reads, values
from crosswalk_engine.formula.functions import FUNCTIONS, Function
from crosswalk_engine.formula.functions.collections import apportion
from crosswalk_engine.formula.ir import Aggregate, Call, Case, Const, Node, Path, Related, Share, uses_row, walk
from crosswalk_engine.formula.layout import Field
from crosswalk_engine.formula.oracle import item_paths
from crosswalk_engine.formula.problems import EvalError
from crosswalk_engine.formula.values import ANY, BOOLEAN, KIND_OF, NOTHING, NUMBER, TEXT, TEXTUAL, Kinds

#: What generated code may name besides its own variables and constants.
RUNTIME: dict[str, Any] = {
    "EMPTY": reads.EMPTY,
    "EvalError": EvalError,
    "Fault": reads.Fault,
    "APPORTION": apportion,
    "Decimal": Decimal,
    "date": date,
    "datetime": datetime,
    "as_text": values.as_text,
    "branch": reads.branch,
    "collect": reads.collect,
    "elements_or_fault": reads.elements_or_fault,
    "leaf": reads.leaf,
    "need": values.need,
    "present": reads.present,
    "related_record": reads.related_record,
}
_CLASS = {kind: python.__name__ for python, kind in KIND_OF.items()}


@dataclass(frozen=True, slots=True)
class Operand:
    """A computed value: the variable (or constant) that holds it, and what is certain of it."""

    name: str
    kinds: Kinds
    nullable: bool = True
    const: bool = False


class Writer:
    """Lines of Python, indented; a `hole` is a place that can be filled later."""

    def __init__(self, indent: int = 0) -> None:
        self.indent = indent
        self.parts: list[str | Writer] = []

    def line(self, text: str) -> None:
        """Adds one line."""
        self.parts.append("    " * self.indent + text)

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        """The lines added meanwhile stand below `head`."""
        self.line(head)
        self.indent += 1
        yield
        self.indent -= 1

    def hole(self) -> "Writer":
        """A writer whose lines stand here."""
        inner = Writer(self.indent)
        self.parts.append(inner)
        return inner

    def lines(self) -> Iterator[str]:
        """All lines, holes filled."""
        for part in self.parts:
            if isinstance(part, Writer):
                yield from part.lines()
            else:
                yield part


@dataclass(slots=True)
class Root:
    """Something that paths start from: its variable, its name in messages, where its objects are unpacked.

    `layout` is set when it was decoded by type; then fields are attributes. `of_row` tells what belongs to the
    current row of an `each` from what belongs to the record.
    """

    var: str
    where: str
    prelude: Writer
    layout: Field | None = None
    of_row: bool = False
    objects: dict[tuple[str, ...], tuple[str, Field | None]] = field(default_factory=dict)


class Emitter:
    """Writes the code of formulas that share one function."""

    def __init__(self, writer: Writer, record: Root, rows_where: str = "") -> None:
        self.writer = writer
        self.roots: dict[str, Root] = {"record": record}
        self.rows_where = rows_where
        self.columns: dict[tuple[str, ...], str] | None = None
        self.namespace: dict[str, Any] = dict(RUNTIME)
        self.constants: dict[str, str] = {}
        self.caches: list[dict[Any, Operand]] = [{}]
        self.hoisted: dict[Node, tuple[str, Operand]] = {}
        self.temps = 0
        self.rows_var, self.at_var = "rows", "at"

    # -- names

    def temp(self, letter: str = "t") -> str:
        """A fresh variable."""
        self.temps += 1
        return f"{letter}{self.temps}"

    def constant(self, value: Any, label: str) -> str:
        """A name for `value` in the function's namespace; `label` tells readers what it is."""
        for name, known in self.namespace.items():
            if known is value:
                return name
        name = f"K{len(self.constants)}"
        self.namespace[name] = value
        self.constants[name] = label
        return name

    def function(self, name: str, body: Any) -> str:
        """The name under which generated code calls `body`."""
        shown = "f_" + "".join(c if c.isalnum() else {"=": "eq", "<": "lt", ">": "gt", "+": "add", "-": "sub",
                                "*": "mul", "/": "div", "|": "or", " ": "_"}.get(c, "_") for c in name).lower()
        self.namespace[shown] = body
        return shown

    @contextmanager
    def scoped(self) -> Iterator[None]:
        """What is computed meanwhile is forgotten afterwards: it may not have been reached."""
        self.caches.append({})
        yield
        self.caches.pop()

    def _known(self, key: Any) -> Operand | None:
        return next((cache[key] for cache in self.caches if key in cache), None)

    # -- reading

    def object_at(self, root: Root, parts: tuple[str, ...]) -> tuple[str, Field | None]:
        """The variable of the object at `parts`, and its layout when it is a struct."""
        if parts in root.objects:
            return root.objects[parts]
        if not parts:
            found: tuple[str, Field | None] = (root.var, root.layout)
            if root.layout is None and root.var != "doc":
                found = (self.temp("o"), None)
                root.prelude.line(f"{found[0]} = branch({root.var}, {root.where!r})")
            root.objects[parts] = found
            return found
        above, layout = self.object_at(root, parts[:-1])
        var = self.temp("o")
        where = ".".join((root.where, *parts) if root.where else parts)
        inner = layout.fields[parts[-1]] if layout is not None else None
        if inner is not None and inner.kind == "object":
            root.prelude.line(f"{var} = {above}.{inner.attr}")
            empty = self.constant(inner.empty, f"{where}, when it is absent")
            root.prelude.line(f"if {var} is None: {var} = {empty}")
        else:
            inner = None
            root.prelude.line(f"{var} = {self._raw(above, layout, parts[-1], safe=True)}")
            root.prelude.line(f"if {var}.__class__ is not dict: {var} = branch({var}, {where!r})")
        root.objects[parts] = (var, inner)
        return var, inner

    @staticmethod
    def _raw(above: str, layout: Field | None, name: str, *, safe: bool = False) -> str:
        if layout is not None:
            return f"{above}.{layout.fields[name].attr}"
        get = f"{above}.get({name!r})"
        return f"{get} if {above}.__class__ is dict else {above}" if safe else get

    def raw(self, root: Root, parts: tuple[str, ...], *, safe: bool = False) -> str:
        """An expression for the raw value at `parts`; a `safe` one does not raise."""
        if not parts:
            return root.var
        above, layout = self.object_at(root, parts[:-1])
        return self._raw(above, layout, parts[-1], safe=safe)

    def path(self, node: Path) -> Operand:
        """A field of the record, the row or the element."""
        if (known := self._known(node)) is not None and node.scope != "item":
            return known
        var = self.temp()
        if node.scope == "item" and self.columns is not None:
            where = ".".join(node.parts)
            self.writer.line(f"{var} = {self.columns[node.parts]}")
        else:
            root = self.roots[node.scope]
            where = ".".join((root.where, *node.parts) if root.where else node.parts)
            self.writer.line(f"{var} = {self.raw(root, node.parts)}")
        if node.whole:
            self.writer.line(f"{var} = present({var})")
            return Operand(var, BOOLEAN)
        typed = node.scope != "item" and self.roots[node.scope].layout is not None
        return self._leaf(node, var, where, short=typed)

    def _leaf(self, node: Node, var: str, where: str, *, short: bool) -> Operand:
        # Records that were decoded by type came from fewer bytes than a text may have.
        long = "" if short else f" or len({var}) > {values.MAX_TEXT}"
        self.writer.line(f"if {var}.__class__ is not str or not {var}{long}: {var} = leaf({var}, {where!r})")
        operand = Operand(var, ANY)
        self.caches[-1][node] = operand
        return operand

    def related(self, node: Related) -> Root:
        """The related record, as a root to read from."""
        key, where, home, of_row = "None", None, self.roots["record"].prelude, False
        if node.key is not None and node.key.scope == "item" and self.columns is not None:
            key, where, home = self.columns[node.key.parts], ".".join(node.key.parts), self.writer
        elif node.key is not None:
            root = self.roots[node.key.scope]
            where = ".".join((root.where, *node.key.parts) if root.where else node.key.parts)
            key, home, of_row = self.raw(root, node.key.parts, safe=True), root.prelude, root.of_row
        name = f"with {node.name} {key}"
        if name not in self.roots or home is self.writer:
            var = self.temp("r")
            home.line(f"{var} = related_record(env.related, {node.name!r}, {key}, {where!r})")
            self.roots[name] = Root(var, node.name, home, of_row=of_row)
            self.roots[name].objects[()] = (var, None)
        return self.roots[name]

    # -- computing

    def emit(self, node: Node) -> Operand:
        """Writes the lines that compute `node`; what can be wrong raises EvalError there."""
        if node in self.hoisted:
            return self._hoisted(node)
        match node:
            case Const():
                return self._const(node)
            case Path():
                return self.path(node)
            case Related():
                return self._related(node)
            case Case():
                return self._case(node)
            case Aggregate():
                return self._aggregate(node)
            case Share():
                return self._share(node)
            case Call(name="AND" | "OR"):
                return self._chain(node)
            case Call(name="COALESCE"):
                return self._coalesce(node)
        return self._call(node)

    def _const(self, node: Const) -> Operand:
        if node.value is None:
            return Operand("None", NOTHING, const=True)
        kinds = frozenset({KIND_OF[node.value.__class__]})
        if isinstance(node.value, Decimal):
            return Operand(self.constant(node.value, f"{node.value:f}"), kinds, nullable=False)
        return Operand(repr(node.value), kinds, nullable=False, const=True)

    def _related(self, node: Related) -> Operand:
        if (known := self._known(node)) is not None and not (node.key and node.key.scope == "item"):
            return known
        root, var = self.related(node), self.temp()
        self.writer.line(f"{var} = {self.raw(root, node.parts)}")
        return self._leaf(node, var, ".".join((node.name, *node.parts)), short=False)

    def _assign(self, expression: str, kinds: Kinds, *, nullable: bool) -> Operand:
        var = self.temp()
        self.writer.line(f"{var} = {expression}")
        return Operand(var, kinds, nullable)

    @staticmethod
    def _nulls(operands: list[Operand]) -> str:
        return " or ".join(f"{operand.name} is None" for operand in operands if operand.nullable)

    def _argument(self, operand: Operand, kinds: Kinds, who: str, *, may_be_null: bool) -> str:
        name = operand.name
        if operand.kinds <= (TEXT if kinds == TEXTUAL else kinds):
            return name
        if operand.const and kinds == TEXTUAL:
            return f"as_text({name}, {who!r})"
        if kinds == TEXTUAL:
            test = f"{name}.__class__ is str" + (f" or {name} is None" if may_be_null else "")
            return f"{name} if {test} else as_text({name}, {who!r})"
        wanted = self.constant(kinds, values.describe(kinds))
        classes = " or ".join(f"{name}.__class__ is {_CLASS[kind]}" for kind in sorted(kinds))
        fits = f"{classes} or {name} is None" if may_be_null else classes
        check = f"need({name}, {wanted}, {who!r})"
        return check if operand.const else f"{name} if {fits} else {check}"

    def _call(self, node: Call) -> Operand:
        function = FUNCTIONS[node.name]
        literal = [function.prepare is not None and function.param(i).literal for i in range(len(node.args))]
        return self.call_on(
            node, [self.emit(arg) for arg, is_literal in zip(node.args, literal, strict=True) if not is_literal]
        )

    def call_on(self, node: Call, operands: list[Operand]) -> Operand:
        """The call of `node` on arguments that were computed already (all but its literal ones)."""
        function = FUNCTIONS[node.name]
        indexed = [(function.param(index), arg) for index, arg in enumerate(node.args)]
        prepared = function.prepare is not None
        literals = [arg.value for param, arg in indexed if prepared and param.literal and isinstance(arg, Const)]
        params = [param for param, _ in indexed if not (prepared and param.literal)]
        if (quick := self._compare_constant(node, operands)) is not None:
            return quick
        own = function.nulls == "own"
        shown = [
            self._argument(operand, param.kinds, node.name, may_be_null=own and operand.nullable)
            for operand, param in zip(operands, params, strict=True)
        ]
        call = f"{self._body(function, literals)}({', '.join((['env'] if function.needs_env else []) + shown)})"
        nulls = "" if own else self._nulls(operands)
        nullable = bool(nulls) or function.may_be_null
        kinds = function.result((*(operand.kinds for operand in operands), *[NOTHING] * len(literals)))
        return self._assign(f"None if {nulls} else {call}" if nulls else call, kinds, nullable=nullable)

    def _body(self, function: Function, literals: list[Any]) -> str:
        if function.prepare is None:
            return self.function(function.name, function.body)
        label = f"{function.name}(…{''.join(f', {literal!r}' for literal in literals)})"
        for name, known in self.constants.items():
            if known == label:
                return name
        return self.constant(function.prepare(*literals), label)

    def _compare_constant(self, node: Call, operands: list[Operand]) -> Operand | None:
        """The quick form of comparing with a whole number or a text that is written out."""
        if node.name not in _PYTHON_SIGN or len(operands) != 2:
            return None
        left, right = operands
        constant = next((arg.value for arg in node.args if isinstance(arg, Const)), None)
        if constant.__class__ not in (int, str) or left.const or not right.const:
            return None
        other = left
        kind = "int" if constant.__class__ is int else "str"
        quick = f"{left.name} {_PYTHON_SIGN[node.name]} {right.name}"
        slow = f"{self.function(node.name, FUNCTIONS[node.name].body)}({left.name}, {right.name})"
        test = f"{quick} if {other.name}.__class__ is {kind} else {slow}"
        nulls = self._nulls([other])
        return self._assign(f"None if {nulls} else {test}" if nulls else test, BOOLEAN, nullable=bool(nulls))

    def truth(self, operand: Operand, who: str) -> str:
        """The name of a condition, checked to be BOOLEAN or null."""
        name = operand.name
        if operand.kinds <= BOOLEAN:
            return name
        wanted = self.constant(BOOLEAN, "BOOLEAN")
        if operand.const:
            self.writer.line(f"need({name}, {wanted}, {who!r})")
            return name
        self.writer.line(f"if {name}.__class__ is not bool and {name} is not None: need({name}, {wanted}, {who!r})")
        return name

    def _chain(self, node: Call) -> Operand:
        decisive = node.name == "OR"
        var = self.temp()
        self.writer.line(f"{var} = {not decisive}")
        for index, arg in enumerate(node.args):
            with self.writer.block(f"if {var} is not {decisive}:" if index else "if True:"), self.scoped():
                name = self.truth(self.emit(arg), node.name)
                self.writer.line(f"if {name} is None: {var} = None")
                self.writer.line(f"elif {name} is {decisive}: {var} = {decisive}")
        return Operand(var, BOOLEAN)

    def _coalesce(self, node: Call) -> Operand:
        var = self.temp()
        kinds, nullable = NOTHING, True
        for index, arg in enumerate(node.args):
            with self.writer.block(f"if {var} is None:" if index else "if True:"), self.scoped():
                operand = self.emit(arg)
                self.writer.line(f"{var} = {operand.name}")
            kinds, nullable = kinds | operand.kinds, nullable and operand.nullable
        return Operand(var, kinds, nullable)

    def _case(self, node: Case) -> Operand:
        var, pending = self.temp(), self.temp("p")
        self.writer.line(f"{pending} = True")
        kinds, nullable = NOTHING, False
        for test, value in node.whens:
            with self.writer.block(f"if {pending}:"), self.scoped():
                name = self.truth(self.emit(test), "WHEN")
                with self.writer.block(f"if {name} is True:"), self.scoped():
                    operand = self.emit(value)
                    self.writer.line(f"{var} = {operand.name}")
                    self.writer.line(f"{pending} = False")
            kinds, nullable = kinds | operand.kinds, nullable or operand.nullable
        with self.writer.block(f"if {pending}:"), self.scoped():
            operand = self.emit(node.otherwise)
            self.writer.line(f"{var} = {operand.name}")
        return Operand(var, kinds | operand.kinds, nullable or operand.nullable)

    # -- repeated parts

    def elements(self, root: Root, parts: tuple[str, ...], limit: int) -> tuple[str, Field | None]:
        """The variable of the elements at `parts` (or of a Fault), and their layout when they are structs."""
        where = ".".join((root.where, *parts) if root.where else parts)
        inner = None
        if root.layout is not None and parts:
            above = self.object_at(root, parts[:-1])[1]
            inner = above.fields[parts[-1]] if above is not None else None
        layout = inner if inner is not None and inner.kind == "rows" else None
        key = ("elements", root.var, parts, limit)
        known = root.objects.get(key)  # type: ignore[call-overload]
        if known is None:
            var = self.temp("e")
            expression = self.raw(root, parts, safe=True)
            root.prelude.line(f"{var} = elements_or_fault({expression}, {where!r}, {limit})")
            known = root.objects[key] = (var, layout)  # type: ignore[index]
        return known  # type: ignore[no-any-return]

    def _aggregate(self, node: Aggregate) -> Operand:
        function = FUNCTIONS[node.name]
        parts = (*([node.where] if node.where is not None else []), *node.args)
        squared = any(uses_row(part) for part in parts)
        limit = reads.MAX_ELEMENTS_SQUARED if squared else reads.MAX_ELEMENTS
        root = self.related(node.over) if isinstance(node.over, Related) else self.roots[node.over.scope]
        found = self.temp("v")
        self.writer.line(f"{found} = []")
        outer, columns = self.roots, self.columns
        self.roots = dict(outer)
        head = self._found_head(node, root, limit) if node.found else self._static_head(node, root, limit)
        with self.writer.block(head), self.scoped():
            self.roots["item"].prelude = self.writer.hole()
            if node.where is not None:
                name = self.truth(self.emit(node.where), "FILTER (WHERE …)")
                self.writer.line(f"if {name} is not True: continue")
            operand = self.emit(node.args[0])
            argument = self._argument(operand, function.params[0].kinds, node.name, may_be_null=False)
            test = f"if {operand.name} is not None: " if operand.nullable else ""
            self.writer.line(f"{test}{found}.append({argument})")
        self.roots, self.columns = outer, columns
        extra = [repr(arg.value) for arg in node.args[1:] if isinstance(arg, Const)]
        body = self.function(node.name, function.body)
        kinds = function.result((operand.kinds, *[NOTHING] * len(extra)))
        return self._assign(f"{body}({', '.join([found, *extra])})", kinds, nullable=function.may_be_null)

    def _static_head(self, node: Aggregate, root: Root, limit: int) -> str:
        source, layout = self.elements(root, node.over.parts, limit)
        item = self.temp("i")
        where = ".".join((root.where, *node.over.parts) if root.where else node.over.parts)
        self.roots["item"] = Root(item, where, self.writer, layout)
        self.columns = None
        return f"for _, {item} in {source}:"

    def _found_head(self, node: Aggregate, root: Root, limit: int) -> str:
        paths = item_paths(node)
        names = [self.temp("i") for _ in paths]
        self.columns = dict(zip(paths, names, strict=True))
        self.roots["item"] = Root("", "", self.writer)
        base = root.var
        if root.layout is not None:
            firsts = list(dict.fromkeys(path[0] for path in paths if path))
            pairs = ", ".join(f"{name!r}: {self._raw(root.var, root.layout, name)}" for name in firsts)
            base = f"{{{pairs}}}"
        shown = f"({', '.join(names)}{',' if len(names) == 1 else ''})"
        wanted = self.constant(tuple(paths), ", ".join(".".join(path) for path in paths))
        return f"for {shown} in collect({base}, {wanted}, {limit}):"

    def _share(self, node: Share) -> Operand:
        return self._assign(f"{self.shares(node)}[{self.at_var}]", NUMBER, nullable=True)

    def shares(self, node: Share) -> str:
        """Writes the lines that share the amount over all rows; the variable of the list."""
        operand = self.emit(node.amount)
        nulls = operand.nullable
        amount = self._argument(operand, NUMBER, "APPORTION", may_be_null=nulls)
        checked, weights, item = self.temp(), self.temp("v"), self.temp("i")
        self.writer.line(f"{checked} = {amount}")
        self.writer.line(f"{weights} = []")
        outer, columns, row = self.roots, self.columns, self.roots["row"]
        self.roots, self.columns = dict(outer), None
        with self.writer.block(f"for _, {item} in {self.rows_var}:"), self.scoped():
            self.roots["item"] = Root(item, row.where, self.writer.hole(), row.layout)
            weight = self.emit(node.weights)
            argument = self._argument(weight, NUMBER, "APPORTION", may_be_null=weight.nullable)
            self.writer.line(f"{weights}.append({argument})")
        self.roots, self.columns = outer, columns
        var = self.temp("s")
        self.writer.line(f"{var} = APPORTION({checked}, {weights}, {node.scale})")
        return var

    # -- once for a whole record, or for all rows

    def hoist(self, node: Node) -> None:
        """Computes `node` here, once; where it is used, its value is taken or its error raised."""
        var = self.temp("h")
        with self.writer.block("try:"), self.scoped():
            if isinstance(node, Share):
                operand = Operand(self.shares(node), NUMBER)
            else:
                operand = self.emit(node)
            self.writer.line(f"{var} = {operand.name}")
        with self.writer.block("except EvalError as error:"):
            self.writer.line(f"{var} = Fault(error)")
        self.hoisted[node] = (var, operand)

    def _hoisted(self, node: Node) -> Operand:
        var, operand = self.hoisted[node]
        self.writer.line(f"if {var}.__class__ is Fault: raise {var}.again()")
        if isinstance(node, Share):
            return self._assign(f"{var}[{self.at_var}]", frozenset({"DECIMAL"}), nullable=True)
        return Operand(var, operand.kinds, operand.nullable)


_PYTHON_SIGN = {"=": "==", "<>": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}


def shared_parts(nodes: list[Node], *, rows: bool) -> list[Node]:
    """The outermost aggregates (with `rows`: APPORTIONs) of `nodes` whose value is the same for all rows."""
    found: dict[Node, None] = {}
    for node in nodes:
        for part in walk(node):
            if rows and isinstance(part, Share):
                found.setdefault(part)
            elif not rows and isinstance(part, Aggregate) and not uses_row(part) and not _uses_item(part):
                found.setdefault(part)
    return list(found)


def _uses_item(node: Aggregate) -> bool:
    return isinstance(node.over, Path) and node.over.scope == "item"
