"""Formula text to a typed formula, with every problem that can be told at once."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from crosswalk_engine.formula.check import Checker
from crosswalk_engine.formula.ir import Aggregate, Call, Const, Node, Path, Related, Share, depth, from_json, to_json, walk
from crosswalk_engine.formula.problems import FormulaError, FormulaProblem
from crosswalk_engine.formula.resolve import Resolver, value_kinds
from crosswalk_engine.formula.scope import Scope
from crosswalk_engine.formula.values import BOOLEAN, Kinds, describe
from crosswalk_engine.payload.paths import Segment

MAX_NODES = 500
#: Levels of our own tree: a chain of operators (a + b + c …) nests one level for each.
MAX_DEPTH = 64


@dataclass(frozen=True)
class Row:
    """The `each` that a formula stands in: its collection, and the formula that orders it."""

    collection: tuple[str, ...]
    order_by: Node | None = None


@dataclass(frozen=True)
class TypedFormula:
    """A formula that was parsed and checked.

    Attributes:
        text: as it was written; empty when it came from a release.
        node: the tree.
        kinds: the kinds of its result, as far as they are known.
        row: set when it stands in an `each`.
    """

    text: str
    node: Node
    kinds: Kinds
    row: Row | None = None

    @property
    def ir(self) -> list[Any]:
        """The canonical JSON form of the tree."""
        return to_json(self.node)

    @property
    def type(self) -> str:
        """The type in words, e.g. ``INTEGER or DECIMAL``; ``ANY`` when unknown."""
        return describe(self.kinds)

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """The record's fields that it reads, in order, e.g. ``orderRows[].productSku``; related ones too."""
        return source_paths(self.node, self.row.collection if self.row else ())

    @cached_property
    def lookups(self) -> frozenset[str]:
        """The lookup tables that it asks."""
        return _named(self.node, "LOOKUP")

    @cached_property
    def idmaps(self) -> frozenset[str]:
        """The entities whose id map it asks."""
        return _named(self.node, "IDMAP")

    @cached_property
    def related(self) -> frozenset[str]:
        """The related records that it reads."""
        return frozenset(node.name for node in walk(self.node) if isinstance(node, Related))


def _named(tree: Node, function: str) -> frozenset[str]:
    names = (node.args[0] for node in walk(tree) if isinstance(node, Call) and node.name == function)
    return frozenset(str(name.value) for name in names if isinstance(name, Const))


def source_paths(tree: Node, row: tuple[str, ...]) -> tuple[str, ...]:
    """The paths that `tree` reads, each once; `row` is the collection of the `each` around it."""
    found: dict[str, None] = {}

    def visit(node: Node, over: tuple[Segment, ...]) -> None:
        if isinstance(node, Path):
            start = {"record": (), "row": _each(row), "item": over}[node.scope]
            found.setdefault(_text((*start, *map(Segment, node.parts))))
            return
        if isinstance(node, Related):
            found.setdefault(_text((Segment(node.name), *map(Segment, node.parts))))
        inner = over
        if isinstance(node, Share):
            visit(node.amount, over)
            visit(node.weights, _each(row))
            return
        if isinstance(node, Aggregate):
            inner = _over(node, row)
            for child in (*([node.where] if node.where is not None else []), *node.args):
                visit(child, inner)
            return
        for child in _below(node):
            visit(child, inner)

    visit(tree, ())
    return tuple(path for path in found if path)


def _below(node: Node) -> tuple[Node, ...]:
    from crosswalk_engine.formula.ir import children

    return () if isinstance(node, Related) else children(node)


def _each(names: tuple[str, ...]) -> tuple[Segment, ...]:
    return (*map(Segment, names[:-1]), Segment(names[-1], 1)) if names else ()


def _over(node: Aggregate, row: tuple[str, ...]) -> tuple[Segment, ...]:
    if isinstance(node.over, Related):
        return (Segment(node.over.name), *(_each(node.over.parts)))
    start = _each(row) if node.over.scope == "row" else ()
    return start if node.found else (*start, *_each(node.over.parts))


def _text(segments: tuple[Segment, ...]) -> str:
    return ".".join(map(str, segments))


def parse_formula(text: str, scope: Scope | None = None) -> TypedFormula:
    """The typed formula that `text` writes.

    Raises:
        FormulaError: every problem that was found, each with its columns.
    """
    formula, problems = _parse(text, scope or Scope())
    if problems or formula is None:
        raise FormulaError(text, problems)
    return formula


def formula_from_ir(ir: Any) -> TypedFormula:
    """The formula that a release carries; sqlglot is not needed.

    Raises:
        ConfigError: CW-IR when it is damaged, or names a function that this version does not know.
    """
    node = from_json(ir)
    return TypedFormula("", node, Checker().kinds(node))


def check_formula(text: str, scope: Scope | None = None) -> tuple[FormulaProblem, ...]:
    """The problems of `text`, in the order of their columns; empty when it can be used."""
    try:
        parse_formula(text, scope)
    except FormulaError as error:
        return error.problems
    return ()


def _parse(text: str, scope: Scope) -> tuple[TypedFormula | None, list[FormulaProblem]]:
    from crosswalk_engine.formula.convert import Converter
    from crosswalk_engine.formula.grammar import parse_tree

    tree, prepared = parse_tree(text)
    converter = Converter(prepared, scope)
    node = converter.node(tree)
    problems = list(dict.fromkeys(converter.problems))
    whole = (1, len(text))
    if sum(1 for _ in walk(node)) > MAX_NODES:
        return None, [FormulaProblem(*whole, "CW-FORMULA-LENGTH", f"a formula has at most {MAX_NODES} parts")]
    if depth(node) > MAX_DEPTH:
        message = f"a formula chains at most {MAX_DEPTH} operators"
        return None, [FormulaProblem(*whole, "CW-FORMULA-NESTING", message)]
    checker = Checker(_fields(converter.resolver), _row_path(converter.resolver))
    kinds = checker.kinds(node)
    problems += [problem for problem in dict.fromkeys(checker.problems) if problem not in problems]
    problems += _known_names(node, scope)
    row = None
    if scope.row is not None and not problems:
        row = _row(scope, converter.resolver.row or ())
    return TypedFormula(text, node, kinds, row), problems


def _row_path(resolver: Resolver) -> Path | None:
    return Path("record", resolver.row) if resolver.row is not None else None


def _row(scope: Scope, collection: tuple[str, ...]) -> Row:
    order = scope.row.order_by if scope.row else None
    if order is None:
        return Row(collection)
    parsed, problems = _parse(order, _without_order(scope))
    if problems or parsed is None:
        raise FormulaError(order, problems)
    return Row(collection, parsed.node)


def _without_order(scope: Scope) -> Scope:
    from dataclasses import replace

    return replace(scope, row=replace(scope.row, order_by=None) if scope.row else None)


def _fields(resolver: Resolver):  # type: ignore[no-untyped-def]
    def kinds(field: Path | Related, over: Path | Related | None) -> Kinds:
        if isinstance(field, Path) and field.whole:
            return BOOLEAN
        if isinstance(field, Path) and field.scope == "item":
            if over is None:
                return value_kinds(None)
            from dataclasses import replace

            field = replace(over, parts=over.parts + field.parts)
        shape = resolver.find(field).shape
        return value_kinds(shape.element if shape and shape.repeated else shape)

    return kinds


def _known_names(tree: Node, scope: Scope) -> list[FormulaProblem]:
    from crosswalk_engine.payload.nearest import did_you_mean

    problems = []
    for node in walk(tree):
        if not isinstance(node, Call) or node.name not in ("LOOKUP", "IDMAP"):
            continue
        known = scope.lookups if node.name == "LOOKUP" else scope.idmaps
        name = node.args[0]
        if known is None or not isinstance(name, Const) or name.value in known:
            continue
        what = "lookup table" if node.name == "LOOKUP" else "id map entity"
        message = f"unknown {what} '{name.value}'"
        advice = did_you_mean(str(name.value), known)
        problems.append(FormulaProblem(*name.span, f"CW-FORMULA-{node.name}", message, str(name.value), advice))
    return problems
