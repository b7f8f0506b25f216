"""Numbers that lose something: money in whole numbers, numbers compared as texts, products left unrounded.

Each rule speaks only where the kinds of the formula and the form of the samples leave no doubt.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from crosswalk_engine.errors import Finding
from crosswalk_engine.formula.check import Checker, FieldKinds
from crosswalk_engine.formula.ir import Aggregate, Call, Case, Const, Node, Path, Related
from crosswalk_engine.formula.ir import walk as walk_node
from crosswalk_engine.formula.resolve import value_kinds
from crosswalk_engine.formula.values import DECIMAL, INTEGER, Kinds
from crosswalk_engine.mapping.lint_fields import (
    field_shape,
    folded_shape,
    fractions,
    has_fractions,
    has_number_texts,
)
from crosswalk_engine.mapping.written import Written
from crosswalk_engine.payload.personal import words_of
from crosswalk_engine.payload.shape import Shape

_ORDERS = frozenset({"<", "<=", ">", ">=", "BETWEEN", "LEAST", "GREATEST"})
_CONVERT = "write TO_DECIMAL(…) around it"
_MONEY = frozenset(
    {
        "amount", "balance", "charge", "charges", "cost", "costs", "discount", "fee", "gross", "net", "price",
        "tax", "total", "totals", "value", "vat",
    }
)  # fmt: skip
#: The scale of a quotient of decimals: as many digits as there is room for.
_ENDLESS: Final = 1_000


def lint_amounts(written: Written, target: Shape | None = None) -> Iterator[Finding]:
    """What one formula does to numbers; `target` is the shape of the field that it fills, if known."""
    node = written.formula.node
    checker = Checker(_kinds_of(written))
    for part in walk_node(node):
        if isinstance(part, Aggregate):
            if part.name in ("MIN", "MAX") and has_number_texts(folded_shape(written, part)):
                yield _as_texts(written, f"{part.name} compares", part)
        elif isinstance(part, Call):
            yield from _call(written, part, checker)
    if written.role == "order_by" and has_number_texts(field_shape(written, node)):
        yield _as_texts(written, "the order is by", node)
    if written.role == "value":
        yield from _lossy(written, node)
        yield from _unrounded(written, node, target)


def _call(written: Written, call: Call, checker: Checker) -> Iterator[Finding]:
    if call.name == "/" and all(checker.kinds(arg) == INTEGER for arg in call.args):
        what = "a quotient of two whole numbers drops its fraction"
        yield written.finding("MONEY", what, _CONVERT, span=call.span)
    elif call.name == "TO_INTEGER" and fractions(field_shape(written, call.args[0])):
        what = "the samples have digits after the point, which TO_INTEGER refuses"
        yield written.finding("MONEY", what, "write TO_DECIMAL(…)", span=call.span)
    elif call.name in _ORDERS:
        yield from _text_order(written, call)


def _lossy(written: Written, node: Node) -> Iterator[Finding]:
    """Money whose cents are rounded away."""
    for part in walk_node(node):
        if not isinstance(part, Call) or part.name not in ("TO_DECIMAL", "ROUND"):
            continue
        scale = part.args[1] if len(part.args) > 1 else Const(0 if part.name == "ROUND" else None)
        if scale != Const(0):
            continue
        if any(_has_cents(written, one) for one in walk_node(part.args[0])):
            what = f"{part.name} rounds to whole numbers, and the samples have digits after the point"
            yield written.finding("MONEY", what, "give 2 as the digits after the point", span=part.span)


def _has_cents(written: Written, node: Node) -> bool:
    """Whether a field, or one that an aggregate folds, holds money with digits after the point."""
    if isinstance(node, Path | Related):
        return _is_money(node) and has_fractions(field_shape(written, node))
    if not isinstance(node, Aggregate):
        return False
    items = [one for one in walk_node(node.args[0]) if isinstance(one, Path)]
    return any(
        _is_money(one) and has_fractions(folded_shape(written, replace(node, args=(one,)))) for one in items
    )


def _is_money(field: Path | Related) -> bool:
    """Whether the name of a field says that it holds an amount of money."""
    return any(not _MONEY.isdisjoint(words_of(name)) for name in field.parts)


def _kinds_of(written: Written) -> FieldKinds:
    def kinds(field: Path | Related, over: Path | Related | None) -> Kinds:
        return value_kinds(None if over is not None else field_shape(written, field))

    return kinds


def _text_order(written: Written, call: Call) -> Iterator[Finding]:
    """Numbers written as texts, compared with one another or with a number in quotes."""
    if all(_is_number_text(written, arg) for arg in call.args):
        fields = [arg for arg in call.args if not isinstance(arg, Const)]
        if fields:
            yield _as_texts(written, f"{call.name} compares", call)


def _is_number_text(written: Written, node: Node) -> bool:
    if isinstance(node, Const):
        return isinstance(node.value, str) and node.value.replace(".", "", 1).removeprefix("-").isdigit()
    return has_number_texts(field_shape(written, node))


def _as_texts(written: Written, who: str, node: Node) -> Finding:
    what = f"{who} numbers that are written as texts, letter by letter: '10' comes before '9'"
    return written.finding("NUMBER-TEXT", what, _CONVERT, span=node.span)


def _unrounded(written: Written, node: Node, target: Shape | None) -> Iterator[Finding]:
    scale, room = _scale(node), fractions(target)
    if scale is None or not any(
        isinstance(part, Call) and part.name in ("*", "/") for part in _arithmetic(node)
    ):
        return
    if scale >= _ENDLESS:
        what = "a quotient of decimals has 16 digits and more"
        yield written.finding("ROUND", what, "write ROUND(…, 2) around it", span=node.span)
    elif room is not None and scale > room:
        what = f"the product has {scale} decimals, the samples of the target have {room}"
        yield written.finding("ROUND", what, f"write ROUND(…, {room}) around it", span=node.span)


def _arithmetic(node: Node) -> Iterator[Node]:
    """The operators that give the value as it is, with no ROUND around them."""
    yield node
    if isinstance(node, Call) and node.name in ("+", "-", "*", "/", "COALESCE", "NEG"):
        for arg in node.args:
            yield from _arithmetic(arg)
    elif isinstance(node, Case):
        for part in (*(value for _, value in node.whens), node.otherwise):
            yield from _arithmetic(part)


def _scale(node: Node) -> int | None:
    """Digits after the point that the value has at most; `None` when that is not known."""
    if isinstance(node, Const):
        return _digits(node)
    if isinstance(node, Aggregate):
        return _scale(node.args[0]) if node.name in ("SUM", "MIN", "MAX", "FIRST", "LAST") else None
    if isinstance(node, Case):
        return _largest([*(value for _, value in node.whens), node.otherwise])
    if not isinstance(node, Call):
        return None
    if node.name in ("+", "-", "COALESCE"):
        return _largest(list(node.args))
    if node.name == "*":
        scales = [_scale(arg) for arg in node.args]
        return None if None in scales else sum(scale for scale in scales if scale is not None)
    if node.name == "/":
        decimal = any(Checker().kinds(arg) == DECIMAL for arg in node.args)
        return _ENDLESS if decimal else None
    if node.name in ("TO_DECIMAL", "ROUND") and len(node.args) == 2 and isinstance(node.args[1], Const):
        return node.args[1].value if isinstance(node.args[1].value, int) else None
    return 0 if node.name == "TO_INTEGER" else None


def _largest(parts: list[Node]) -> int | None:
    scales = [_scale(part) for part in parts if part != Const(None)]
    known = [scale for scale in scales if scale is not None]
    return max(known) if known and len(known) == len(scales) else None


def _digits(node: Const) -> int | None:
    if isinstance(node.value, bool) or node.value is None or isinstance(node.value, str):
        return None
    return max(0, -int(node.value.as_tuple().exponent)) if not isinstance(node.value, int) else 0
