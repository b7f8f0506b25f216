"""A mapping tree to one Python function: rules one after the other, each in its own try, errors collected.

Twice: for records that were decoded to the types of just the used fields, and for plain dicts.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from crosswalk_engine.formula.code import Operand, Root, Writer
from crosswalk_engine.formula.compile import annotated, run_generated
from crosswalk_engine.formula.emit_rows import Emitter, shares, worth_hoisting
from crosswalk_engine.formula.ir import Call, Node, walk
from crosswalk_engine.formula.layout import Field, layout_of, struct_type, use
from crosswalk_engine.formula.reads import MAX_ELEMENTS
from crosswalk_engine.formula.rows import ordered
from crosswalk_engine.formula.values import BOOLEAN, DECIMAL, INTEGER, TEXT, plain, to_json_value
from crosswalk_engine.mapping import faults
from crosswalk_engine.mapping.faults import Spot, check_fields, check_spot, each_spot, rule_spot
from crosswalk_engine.mapping.settle import REJECTED, Settler
from crosswalk_engine.mapping.tree import NO_LIMITS, CheckTree, EachTree, MappingTree, RuleTree, sources

_COMPARISONS = ("=", "<>", "<", "<=", ">", ">=")
_RUNTIME = {
    "fault": faults.fault,
    "REJECTED": REJECTED,
    "check_failed": faults.check_failed,
    "ordered": ordered,
    "plain": plain,
    "to_json_value": to_json_value,
}


@dataclass(frozen=True, slots=True)
class Generated:
    """The function ``mapping(doc, env, errors, warnings) -> output``, its text, its record type."""

    run: Callable[..., dict[str, Any]]
    code: str
    record: type[msgspec.Struct] | None


def generate(tree: MappingTree, *, typed: bool) -> Generated:
    """The function of a mapping, for decoded structs (`typed`) or for dicts."""
    layout = layout_of(lambda root: _uses(tree, root)) if typed else None
    record = struct_type(layout) if layout is not None else None
    writer = Writer(indent=1)
    emitter = Emitter(writer, Root("doc", "", writer.hole(), layout))
    emitter.namespace |= _RUNTIME
    _Generator(tree, emitter).write()
    code = "def mapping(doc, env, errors, warnings):\n" + "\n".join(writer.lines()) + "\n"
    namespace = run_generated(code, emitter.namespace)
    return Generated(namespace["mapping"], annotated(code, emitter), record)


def _uses(tree: MappingTree, root: Field) -> None:
    for rule in tree.rules:
        if isinstance(rule, RuleTree):
            use(rule.node, {"record": root})
            continue
        row = root.add(rule.collection, "rows")
        for node in each_nodes(rule):
            use(node, {"record": root, "row": row})
    for check in tree.checks:
        use(check.node, {"record": root})


def each_nodes(each: EachTree) -> list[Node]:
    """All formulas of an `each`."""
    extra = [node for node in (each.where, each.order_by) if node is not None]
    return [*extra, *(rule.node for rule in each.rules)]


class _Generator:
    def __init__(self, tree: MappingTree, emitter: Emitter) -> None:
        self.tree = tree
        self.emitter = emitter
        self.writer = emitter.writer
        self.outputs: list[tuple[tuple[str, ...], str]] = []
        #: (collection, order) -> variables of its rows and of what went wrong with them, and the rows' layout
        self.rows: dict[tuple[tuple[str, ...], Node | None], tuple[str, str, Field | None]] = {}
        #: variable of rows -> what was shared out over them
        self.shares: dict[str, dict[Node, tuple[str, Operand]]] = {}

    def write(self) -> None:
        """Writes the body of the function."""
        once = [rule.node for rule in self.tree.rules if isinstance(rule, RuleTree)]
        once += [check.node for check in self.tree.checks]
        many = [node for rule in self.tree.rules if isinstance(rule, EachTree) for node in each_nodes(rule)]
        for node in worth_hoisting(once, many):
            self.emitter.hoist(node)
        for rule in self.tree.rules:
            if isinstance(rule, RuleTree):
                self.outputs.append((rule.parts, self._rule(rule, rule_spot(rule), "")))
            else:
                self.outputs.append((rule.parts, self._each(rule)))
        for check in self.tree.checks:
            self._check(check)
        self.writer.line(f"return {literal(self.outputs)}")

    def _rule(self, rule: RuleTree, spot: Spot, place: str) -> str:
        emitter, writer = self.emitter, self.writer
        name = emitter.constant(Settler(rule, spot), f"{spot.path()}: {rule.text}")
        limited = rule.required or rule.default is not None or rule.limits != NO_LIMITS
        result = emitter.temp("x")
        with writer.block("try:"), emitter.scoped():
            operand = emitter.emit(rule.node)
            if limited:
                writer.line(f"{result} = {name}.value({operand.name}, errors, warnings{place})")
                writer.line(f"{result} = None if {result} is REJECTED else to_json_value({result})")
            else:
                writer.line(f"{result} = {_output(operand)}")
        with writer.block("except EvalError as error:"):
            writer.line(f"{result} = {name}.failed(error, errors, warnings{place})")
            writer.line(f"{result} = None if {result} is REJECTED else to_json_value({result})")
        return result

    def _each(self, each: EachTree) -> str:
        emitter, writer = self.emitter, self.writer
        out, (rows, layout) = emitter.temp("list"), self._rows(each)
        outer, hoisted = emitter.roots, dict(emitter.hoisted)
        emitter.rows_var = rows
        emitter.roots = {**outer, "row": Root("", ".".join(each.collection), writer, layout)}
        ahead = self.shares.setdefault(rows, {})
        for share in shares(each_nodes(each)):
            if share not in ahead:
                emitter.hoist(share)
                ahead[share] = emitter.hoisted[share]
        emitter.hoisted.update(ahead)
        writer.line(f"{out} = []")
        with writer.block(f"for at, (key, row) in enumerate({rows}):"), emitter.scoped():
            self._enter(each, layout)
            if each.where is not None:
                self._where(each, each.where)
            writer.line(f"index = len({out})")
            outputs = [
                (rule.parts, self._rule(rule, rule_spot(rule, each.to), ", (index,), key"))
                for rule in each.rules
            ]
            writer.line(f"{out}.append({literal(outputs)})")
        emitter.roots = outer
        emitter.hoisted.clear()
        emitter.hoisted.update(hoisted)
        return out

    def _rows(self, each: EachTree) -> tuple[str, Field | None]:
        """The variable of the ordered rows of an `each`; lists of the same rows share it."""
        emitter, writer = self.emitter, self.writer
        spot = emitter.constant(
            each_spot(each, sources(each.order_by, each.levels) if each.order_by else ()),
            f"{each.to}: {'.'.join(each.collection)}" + (f" by {each.order_text}" if each.order_by else ""),
        )
        key = (each.collection, each.order_by)
        if key not in self.rows:
            rows, bad = emitter.temp("rows"), emitter.temp("bad")
            source, layout = emitter.elements(emitter.roots["record"], each.collection, MAX_ELEMENTS)
            writer.line(f"{rows}, {bad} = {source}, []")
            writer.line(f"if {rows}.__class__ is Fault: {rows}, {bad} = [], [({rows}.again(), None)]")
            self.rows[key] = (rows, bad, layout)
            if each.order_by is not None:
                self._order(each, each.order_by)
        rows, bad, layout = self.rows[key]
        writer.line(f"for error, key in {bad}: fault(errors, {spot}, error, (), key)")
        return rows, layout

    def _enter(self, each: EachTree, layout: Field | None) -> None:
        """From here on, `row` is the variable of the current element."""
        row = Root("row", ".".join(each.collection), self.writer.hole(), layout)
        self.emitter.roots = {**self.emitter.roots, "row": row}
        if any(
            isinstance(part, Call) and part.name == "ROW_KEY" for n in each_nodes(each) for part in walk(n)
        ):
            self.writer.line("env.row_key = key")

    def _order(self, each: EachTree, order_by: Node) -> None:
        emitter, writer = self.emitter, self.writer
        rows, bad, layout = self.rows[each.collection, order_by]
        outer = emitter.roots
        writer.line("keys = []")
        with writer.block(f"for at, (key, row) in enumerate({rows}):"), emitter.scoped():
            self._enter(each, layout)
            with writer.block("try:"), emitter.scoped():
                writer.line(f"keys.append({emitter.emit(order_by).name})")
            with writer.block("except EvalError as error:"):
                writer.line(f"{bad}.append((error, key))")
                writer.line("keys.append(None)")
        with writer.block("try:"):
            writer.line(f"{rows} = ordered({rows}, keys)")
        with writer.block("except EvalError as error:"):
            writer.line(f"{bad}.append((error, None))")
        emitter.roots = outer

    def _where(self, each: EachTree, where: Node) -> None:
        emitter, writer = self.emitter, self.writer
        spot = emitter.constant(
            each_spot(each, sources(where, each.levels)), f"{each.to} where: {each.where_text}"
        )
        with writer.block("try:"), emitter.scoped():
            name = emitter.truth(emitter.emit(where), "where")
            writer.line(f"if {name} is not True: continue")
        with writer.block("except EvalError as error:"):
            writer.line(f"fault(errors, {spot}, error, (), key)")
            writer.line("continue")

    def _check(self, check: CheckTree) -> None:
        emitter, writer = self.emitter, self.writer
        spot = emitter.constant(check_spot(check), f"check: {check.text}")
        fields = ", ".join(f"({path!r}, {read})" for path, read in self._fields(check))
        with writer.block("try:"), emitter.scoped():
            sides = "None"
            node = check.node
            if isinstance(node, Call) and node.name in _COMPARISONS:
                left, right = (emitter.emit(arg) for arg in node.args)
                sides = f"({left.name}, {node.name!r}, {right.name})"
                name = emitter.truth(emitter.call_on(node, [left, right]), "the check")
            else:
                name = emitter.truth(emitter.emit(node), "the check")
            writer.line(f"if {name} is not True: check_failed(errors, {spot}, {sides}, [{fields}])")
        with writer.block("except EvalError as error:"):
            writer.line(f"fault(errors, {spot}, error)")

    def _fields(self, check: CheckTree) -> list[tuple[str, str]]:
        """The single fields of the record that a check reads, with expressions for their raw values."""
        root = self.emitter.roots["record"]
        return [
            (".".join(path.parts), self.emitter.raw(root, path.parts, safe=True))
            for path in check_fields(check)
        ]


def _output(operand: Operand) -> str:
    name = operand.name
    if operand.kinds <= TEXT | INTEGER | BOOLEAN:
        return name
    if operand.kinds <= DECIMAL:
        return f"None if {name} is None else plain({name})" if operand.nullable else f"plain({name})"
    return f"{name} if {name}.__class__ is str else to_json_value({name})"


def literal(outputs: list[tuple[tuple[str, ...], str]]) -> str:
    """A dict display with sorted keys, nested by the names of the target paths."""
    groups: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for parts, name in outputs:
        groups.setdefault(parts[0], []).append((parts[1:], name))
    shown = [
        f"{key!r}: {group[0][1] if not group[0][0] else literal(group)}"
        for key, group in sorted(groups.items())
    ]
    return "{" + ", ".join(shown) + "}"
