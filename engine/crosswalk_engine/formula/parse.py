"""Formula text to a typed formula, with every problem that can be told at once.

sqlglot is loaded by the first formula that is parsed, not with this module: an engine that runs a release
never needs it.
"""

from dataclasses import replace
from typing import Any

from crosswalk_engine.errors import masked
from crosswalk_engine.formula.check import Checker, FieldKinds
from crosswalk_engine.formula.functions import FUNCTIONS
from crosswalk_engine.formula.ir import MAX_CHAIN, MAX_DEPTH, Call, Const, Node, Path, Related, depth, walk
from crosswalk_engine.formula.lexer import MAX_PARTS, too_many_parts
from crosswalk_engine.formula.problems import NAME_SHOWN, FormulaError, FormulaProblem
from crosswalk_engine.formula.resolve import Resolver, value_kinds
from crosswalk_engine.formula.scope import Scope
from crosswalk_engine.formula.stands import stands_of
from crosswalk_engine.formula.typed import Row, TypedFormula
from crosswalk_engine.formula.values import BOOLEAN, Kinds
from crosswalk_engine.payload.nearest import did_you_mean

#: Levels of the parser's tree: brackets and the like are levels there, and not in ours.
MAX_PARSED_DEPTH = 4 * MAX_CHAIN


def parse_formula(text: str, scope: Scope | None = None) -> TypedFormula:
    """The typed formula that `text` writes.

    Raises:
        FormulaError: every problem that was found, each with its columns.
    """
    scope = scope or Scope()
    formula, problems = _parse(text, scope)
    if problems:
        raise FormulaError(text, problems)
    return replace(formula, rows=_rows(scope)) if scope.row is not None else formula


def check_formula(text: str, scope: Scope | None = None) -> tuple[FormulaProblem, ...]:
    """The problems of `text`, in the order of their columns; empty when it can be used."""
    try:
        parse_formula(text, scope)
    except FormulaError as error:
        return error.problems
    return ()


def _parse(text: str, scope: Scope) -> tuple[TypedFormula, list[FormulaProblem]]:
    from crosswalk_engine.formula.convert import Converter, TooManyPartsError
    from crosswalk_engine.formula.grammar import parse_tree

    tree, prepared = parse_tree(text)
    if _is_chained(tree):
        many = sum(1 for _ in tree.bfs()) > MAX_PARTS
        raise FormulaError(text, [too_many_parts(text) if many else _too_long_a_chain(text)])
    converter = Converter(prepared, scope, tree)
    try:
        node = converter.node(tree)
    except TooManyPartsError as error:
        raise FormulaError(text, [too_many_parts(text)]) from error
    too_large = _size(text, node)
    if too_large is not None:
        raise FormulaError(text, [too_large])
    stands = converter.resolver.stands
    row = Path(stands[-1].base, stands[-1].parts) if stands else None
    checker = Checker(_field_kinds(converter.resolver), row)
    kinds = checker.kinds(node)
    problems = dict.fromkeys([*converter.problems, *checker.problems, *_unknown_names(node, scope)])
    return TypedFormula(text, node, kinds), list(problems)


def _size(text: str, node: Node) -> FormulaProblem | None:
    if sum(1 for _ in walk(node)) > MAX_PARTS:
        return too_many_parts(text)
    if depth(node) > MAX_DEPTH:
        return _too_long_a_chain(text)
    return None


def _too_long_a_chain(text: str) -> FormulaProblem:
    message = f"the formula is nested too deeply: it chains more than {MAX_CHAIN} operators"
    return FormulaProblem(1, len(text), "CW-FORMULA-NESTING", message, "", "split it")


def _is_chained(tree: Any) -> bool:
    """Whether the parsed tree has more levels than our own can be made from."""
    level = [tree]
    for _ in range(MAX_PARSED_DEPTH):
        level = [child for node in level for child in node.iter_expressions()]
        if not level:
            return False
    return True


def _rows(scope: Scope) -> tuple[Row, ...]:
    found: list[Row] = []
    for at, (stand, row) in enumerate(zip(stands_of(scope), scope.rows, strict=False)):
        order = None
        if row.order_by is not None:
            seen = replace(scope, outer=scope.rows[:at], row=replace(row, order_by=None, rows_as=None))
            order = parse_formula(row.order_by, seen).node
        found.append(
            Row(stand.path, order, stand.base, stand.parts, stand.scope, stand.rows_as, stand.flattens)
        )
    return tuple(found)


def _field_kinds(resolver: Resolver) -> FieldKinds:
    def kinds(field: Path | Related, over: Path | Related | None) -> Kinds:
        if isinstance(field, Path) and field.whole:
            return BOOLEAN
        if isinstance(field, Path) and field.scope == "item":
            if over is None:
                return value_kinds(None)
            field = replace(over, parts=over.parts + field.parts)
        shape = resolver.find(field).shape
        return value_kinds(shape.element if shape and shape.repeated else shape)

    return kinds


def _unknown_names(tree: Node, scope: Scope) -> list[FormulaProblem]:
    problems = []
    for node in walk(tree):
        asks = FUNCTIONS[node.name].asks if isinstance(node, Call) else ""
        if not isinstance(node, Call) or not asks:
            continue
        known = scope.lookups if asks == "lookup" else scope.idmaps
        name = node.args[0]
        if known is None or not isinstance(name, Const) or name.value in known:
            continue
        what = "lookup table" if asks == "lookup" else "id map entity"
        message = f"unknown {what} '{masked(name.value, NAME_SHOWN)}'"
        advice = did_you_mean(str(name.value), known)
        problems.append(
            FormulaProblem(*name.span, f"CW-FORMULA-{asks.upper()}", message, str(name.value), advice)
        )
    return problems
