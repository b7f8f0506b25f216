"""What clean records need in several places, computed once ahead: values of the record, and of each row."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from keyword import iskeyword

from crosswalk_engine.formula.code import Operand, Root
from crosswalk_engine.formula.emit_fast import FastEmitter
from crosswalk_engine.formula.emit_rows import RowSet, from_scope, shares
from crosswalk_engine.formula.fuel import is_metered
from crosswalk_engine.formula.functions import FUNCTIONS
from crosswalk_engine.formula.ir import Aggregate, Call, Case, Node, Path, uses_row, walk
from crosswalk_engine.formula.reads import MAX_ELEMENTS
from crosswalk_engine.formula.sharing import Uses, of_item, of_record
from crosswalk_engine.formula.values import INTEGER
from crosswalk_engine.mapping.generate_lists import Prepared
from crosswalk_engine.mapping.tree import EachTree, MappingTree, RuleTree


@dataclass(slots=True)
class _Pass:
    """One way over a collection of the record: the aggregates over it, and the lists made of it."""

    aggregates: list[Aggregate] = field(default_factory=list)
    lists: list[EachTree] = field(default_factory=list)


class Ahead:
    """Writes what is computed ahead in one function."""

    def __init__(self, tree: MappingTree, emitter: FastEmitter) -> None:
        self.tree = tree
        self.emitter = emitter
        self.uses = Uses(of_record)
        #: What rows use, in any case when there are some.
        self.of_rows = Uses(of_record)
        for node, certain, in_row in _formulas(tree):
            self.uses.add(node, certain=certain and not in_row, weight=2 if in_row else 1)
            if in_row:
                self.of_rows.add(node, certain=certain)

    def write(self) -> dict[tuple[str, ...], Prepared]:
        """Writes the lines; the rows by collection."""
        later: list[Node] = []
        for node in self.uses.shared():
            if any(isinstance(part, Aggregate) for part in walk(node)):
                later.append(node)
            else:
                self.emitter.emit(node)
        found = {parts: self._pass(parts, one) for parts, one in self._passes().items()}
        for node in later:
            self.emitter.emit(node)
        for node in self._for_rows():
            self.emitter.hoist(node)
        return {parts: prepared for parts, prepared in found.items() if prepared is not None}

    def _for_rows(self) -> list[Node]:
        """Values of the record that rows alone need; they may be wrong where there are no rows."""
        found = [
            node
            for node in self.of_rows.count
            if node in self.of_rows.certain
            and isinstance(node, Call | Case | Aggregate)
            and self.emitter.known(node) is None
        ]
        inner = {id(part) for node in found for part in walk(node) if part is not node}
        inside = {part for node in found for part in walk(node) if id(part) in inner}
        return [node for node in found if node not in inside]

    def _passes(self) -> dict[tuple[str, ...], _Pass]:
        passes: dict[tuple[str, ...], _Pass] = {}
        certain = (node for node in self.uses.count if node in self.uses.certain)
        for node in (node for node in certain if isinstance(node, Aggregate)):
            if _over_record(node):
                passes.setdefault(node.over.parts, _Pass()).aggregates.append(node)
        for rule in self.tree.rules:
            if (
                isinstance(rule, EachTree)
                and len(rule.steps) == 1
                and rule.when is None
                and not rule.group_by
            ):
                passes.setdefault(rule.steps[0].parts, _Pass()).lists.append(rule)
        return passes

    def _pass(self, parts: tuple[str, ...], one: _Pass) -> Prepared | None:
        """Writes one loop over all elements."""
        emitter, where = self.emitter, ".".join(parts)
        root = emitter.roots["record"]
        source, layout = emitter.raw(root, parts, safe=True), None
        if root.layout is not None:
            above = emitter.object_at(root, parts[:-1])[1]
            inner = above.fields[parts[-1]] if above is not None else None
            layout = inner if inner is not None and inner.kind == "rows" else None
        rows, outer = emitter.temp("rows"), emitter.roots
        values = [emitter.temp("v") for _ in one.aggregates]
        for var, node in zip(values, one.aggregates, strict=True):
            emitter.writer.line(f"{var} = {'0' if node.name == 'COUNT' else '[]'}")
        if one.lists:
            emitter.writer.line(f"{rows} = []")
        head = f"for key, row in elements({source}, {where!r}, {MAX_ELEMENTS}{emitter.blank(layout)}):"
        operands = []
        with emitter.writer.block(head), emitter.scoped():
            emitter.roots = {**outer, "item": Root("row", where, emitter.writer.hole(), layout)}
            columns = [(node, emitter.emit(node)) for node in self._columns(one)]
            operands = [self._fold(node, var) for node, var in zip(one.aggregates, values, strict=True)]
            # What is a constant for every element needs no column.
            columns = [(node, value) for node, value in columns if not iskeyword(value.name)]
            extra = tuple(dict.fromkeys(value.name for _, value in columns))
            if one.lists:
                emitter.writer.line(f"{rows}.append(({', '.join(('key', 'row', *extra))}))")
        emitter.roots = outer
        for node, var, operand in zip(one.aggregates, values, operands, strict=True):
            emitter.caches[-1][node] = self._folded(node, var, operand)
        return Prepared(RowSet(rows, ("item",), extra, tuple(columns)), layout) if one.lists else None

    def _columns(self, one: _Pass) -> list[Node]:
        """What lists need of each element and is computed for each in any case, at least twice in all."""
        uses, wanted = Uses(of_item), Uses(of_item)
        for aggregate in one.aggregates:
            if aggregate.where is not None:
                uses.add(aggregate.where, certain=True)
            uses.add(aggregate.args[0], certain=aggregate.where is None)
        for each in one.lists:
            for node, certain in _of_rows(each):
                seen = from_scope(node, each.scope, "item")
                uses.add(seen, certain=certain)
                wanted.add(seen, certain=True)
        return [node for node in uses.shared() if node in wanted.count]

    def _fold(self, node: Aggregate, var: str) -> Operand:
        """Writes what one element adds to an aggregate; the element's value."""
        emitter, writer = self.emitter, self.emitter.writer
        if node.where is None:
            return self._add(node, var)
        test = emitter.condition(node.where, "FILTER (WHERE …)")
        with writer.block(f"if {test}:"), emitter.scoped():
            return self._add(node, var)

    def _add(self, node: Aggregate, var: str) -> Operand:
        emitter = self.emitter
        operand = emitter.emit(node.args[0])
        function = FUNCTIONS[node.name]
        argument = emitter.argument(operand, function.params[0].kinds, node.name, may_be_null=False)
        test = f"if {operand.name} is not None: " if operand.nullable else ""
        add = f"{var} += 1" if node.name == "COUNT" else f"{var}.append({argument})"
        emitter.writer.line(f"{test}{add}")
        return operand

    def _folded(self, node: Aggregate, var: str, operand: Operand) -> Operand:
        """Writes the aggregate of the values that were gathered."""
        if node.name == "COUNT":
            return Operand(var, INTEGER, nullable=False)
        return self.emitter.folded(node, var, operand)


def _over_record(node: Aggregate) -> bool:
    parts = (*([node.where] if node.where is not None else []), node.args[0])
    over = node.over
    if is_metered(node):
        return False
    is_plain = isinstance(over, Path) and over.scope == "record" and bool(over.parts) and not node.found
    return is_plain and not any(uses_row(part) for part in parts)


def _formulas(tree: MappingTree) -> Iterator[tuple[Node, bool, bool]]:
    """Every formula, whether it is computed for certain (of each row, in a row), and whether in a row."""
    for rule in (*tree.rules, *tree.checks):
        if isinstance(rule, EachTree):
            yield from _in_list(rule)
        else:
            if rule.when is not None:
                yield rule.when, True, False
            yield rule.node, rule.when is None, False


def _in_list(each: EachTree) -> Iterator[tuple[Node, bool, bool]]:
    if each.when is not None:
        yield each.when, True, bool(each.outer)
    for node in (each.where, each.order_by, each.keyed_by, *each.group_by):
        if node is not None:
            yield node, True, True
    for rule in each.rules:
        if isinstance(rule, EachTree):
            yield from _in_list(rule)
        else:
            if rule.when is not None:
                yield rule.when, True, True
            yield rule.node, rule.when is None, True


def _of_rows(each: EachTree) -> Iterator[tuple[Node, bool]]:
    """The formulas of a list that stand at its rows, and whether they are computed for every element."""
    if each.order_by is not None:
        yield each.order_by, True
    if each.where is not None:
        yield each.where, True
    own = [rule for rule in each.rules if isinstance(rule, RuleTree)]
    nodes = [node for rule in own for node in (rule.when, rule.node) if node is not None]
    for share in shares(nodes):
        yield share.weights, True
    sure = each.where is None
    for rule in own:
        if rule.when is not None:
            yield rule.when, sure
        yield rule.node, sure and rule.when is None
    if each.keyed_by is not None:
        yield each.keyed_by, sure
