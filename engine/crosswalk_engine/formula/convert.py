"""sqlglot's tree to ours, by a white list of node classes: what is not listed is not in the language."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from sqlglot import exp

from crosswalk_engine.errors import masked
from crosswalk_engine.formula.bind import Binder
from crosswalk_engine.formula.fuel import grows
from crosswalk_engine.formula.functions import CALLABLE, Function
from crosswalk_engine.formula.functions.elsewhere import ELSEWHERE
from crosswalk_engine.formula.functions.numbers import MAX_SCALE
from crosswalk_engine.formula.ir import (
    Call,
    Case,
    Const,
    Node,
    Path,
    Present,
    Related,
    Share,
    Span,
    walk,
)
from crosswalk_engine.formula.lexer import MAX_PARTS, Prepared
from crosswalk_engine.formula.problems import NAME_SHOWN, FormulaProblem
from crosswalk_engine.formula.resolve import Resolver
from crosswalk_engine.formula.scope import Scope
from crosswalk_engine.formula.values import DIGITS

_BINARY: dict[type[exp.Expression], str] = {
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
    exp.Add: "+",
    exp.Sub: "-",
    exp.Mul: "*",
    exp.Div: "/",
    exp.Mod: "MOD",
    exp.DPipe: "||",
}
#: Stands where a part could not be converted, so that the rest of the formula is still checked.
_UNKNOWN = Const(None)


class TooManyPartsError(Exception):
    """The tree would have more than `MAX_PARTS`: a CASE subject is a part of each of its conditions."""


class Converter:
    """Converts one formula, noting every problem on the way."""

    def __init__(self, prepared: Prepared, scope: Scope, tree: exp.Expression) -> None:
        self.prepared = prepared
        self.parts = 0
        self.places = _places(tree)
        self.scope = scope
        self.resolver = Resolver(scope)
        self.problems: list[FormulaProblem] = []
        self.binder = Binder(self.resolver, self.problems)
        self.inside: list[str] = []
        self.around: Span = (1, max(token.end for token in prepared.tokens))
        self.handlers: dict[type[exp.Expression], Callable[[Any], Node]] = {
            exp.Paren: lambda tree: self.node(tree.this),
            exp.Literal: self._literal,
            exp.Boolean: lambda tree: Const(bool(tree.this), self._span(tree)),
            exp.Null: lambda tree: Const(None, self._span(tree)),
            exp.Column: self._field,
            exp.Dot: self._field,
            exp.And: self._chain,
            exp.Or: self._chain,
            exp.Not: lambda tree: Call("NOT", (self.node(tree.this),), self._span(tree)),
            exp.Neg: self._negative,
            exp.Is: self._is,
            exp.In: self._in,
            exp.Between: self._between,
            exp.Like: self._like,
            exp.Case: self._case,
            exp.Anonymous: self._call,
            exp.Filter: self._filter,
            exp.Alias: self._alias,
            exp.Star: self._star,
            **dict.fromkeys(_BINARY, self._binary),
        }

    def node(self, tree: exp.Expression) -> Node:
        """Our node for `tree`; a problem is noted for what is not in the language.

        Raises:
            TooManyPartsError: beyond `MAX_PARTS`.
        """
        self.parts += not isinstance(tree, exp.Paren)
        if self.parts > MAX_PARTS:
            raise TooManyPartsError
        handler = self.handlers.get(type(tree))
        if handler is None:
            name = type(tree).__name__.upper()
            return self._problem(
                tree, "CW-FORMULA-SYNTAX", f"`{self._text(tree)}` ({name}) is not in the language"
            )
        return handler(tree)

    def _span(self, tree: exp.Expression) -> Span:
        place = self.places.get(id(tree))
        if place is None:
            return self.around
        return self.prepared.original(place[0]).start + 1, self.prepared.original(place[1]).end

    def _text(self, tree: exp.Expression) -> str:
        return masked(" ".join(self.prepared.words(*self._span(tree))), 40)

    def _problem(
        self, tree: exp.Expression, code: str, message: str, advice: str = "", found: str = ""
    ) -> Node:
        start, end = self._span(tree)
        self.problems.append(FormulaProblem(start, end, code, message, found or self._text(tree), advice))
        return _UNKNOWN

    def _literal(self, tree: exp.Literal) -> Node:
        span = self._span(tree)
        if tree.is_string:
            return Const(str(tree.this), span)
        text = str(tree.this)
        if len(text.lstrip("0").replace(".", "")) > DIGITS:
            return self._problem(tree, "CW-FORMULA-SYNTAX", f"a number has at most {DIGITS} digits")
        return Const(Decimal(text) if "." in text else int(text), span)

    def _negative(self, tree: exp.Neg) -> Node:
        inner, span = self.node(tree.this), self._span(tree)
        if (
            isinstance(inner, Const)
            and isinstance(inner.value, int | Decimal)
            and not isinstance(inner.value, bool)
        ):
            self.parts -= 1
            return Const(
                0 - inner.value if isinstance(inner.value, int) else inner.value.copy_negate() + 0, span
            )
        return Call("NEG", (inner,), span)

    def _field(self, tree: exp.Expression) -> Node:
        parts = self._parts(tree)
        if parts is None:
            return self._problem(
                tree, "CW-FORMULA-SYNTAX", "`.` leads only to a field", "write e.g. parties.customer.email"
            )
        keyword = next((part for part in tree.find_all(exp.Identifier) if not part.quoted), None)
        if keyword is not None:
            # The lexer put every name in quotes; what has none is a keyword where a field should stand.
            advice = f'if it is a field, write "{keyword.name}"'
            return self._problem(
                keyword, "CW-FORMULA-RESERVED", f"`{keyword.name}` is a reserved word", advice
            )
        node = self.resolver.resolve(parts, self._span(tree))
        self._check(node, self.resolver.check_value(node))
        return node

    def _check(self, node: Path | Related, problem: FormulaProblem | None) -> None:
        """Notes what is wrong with a field; inside an aggregate, that is seen when it is bound."""
        if self.inside:
            return
        key = node.key if isinstance(node, Related) else None
        while problem is None and key is not None:
            problem = self.resolver.check_value(key)
            key = key.key if isinstance(key, Related) else None
        if problem is not None:
            self.problems.append(problem)

    def _parts(self, tree: exp.Expression) -> tuple[str, ...] | None:
        if isinstance(tree, exp.Dot):
            before = self._parts(tree.this)
            last = tree.expression
            return (*before, last.name) if before and isinstance(last, exp.Identifier) else None
        if not isinstance(tree, exp.Column):
            return None
        if not all(isinstance(part, exp.Identifier) for part in tree.parts):
            return None
        return tuple(part.name for part in tree.parts)

    def _alias(self, tree: exp.Alias) -> Node:
        self.node(tree.this)
        alias = tree.args["alias"]
        advice = "an operator or a bracket before it may be missing"
        return self._problem(alias, "CW-FORMULA-SYNTAX", f"`{self._text(alias)}` does not fit here", advice)

    def _star(self, tree: exp.Star) -> Node:
        advice = "name the repeated part"
        return self._problem(tree, "CW-FORMULA-SYNTAX", "`*` stands only between numbers", advice)

    def _chain(self, tree: exp.Expression) -> Node:
        kind, parts = type(tree), [tree]
        operands: list[exp.Expression] = []
        while parts:
            part = parts.pop()
            inner = part.this if isinstance(part, exp.Paren) and isinstance(part.this, kind) else part
            if isinstance(inner, kind):
                parts += [inner.expression, inner.this]
            else:
                operands.append(part)
        name = "AND" if kind is exp.And else "OR"
        return Call(name, tuple(self.node(operand) for operand in operands), self._span(tree))

    def _binary(self, tree: exp.Expression) -> Node:
        name = _BINARY[type(tree)]
        left, right = self.node(tree.this), self.node(tree.expression)
        if name in ("=", "<>") and any(
            side is not _UNKNOWN and side == Const(None) for side in (left, right)
        ):
            advice = "write IS NULL" if name == "=" else "write IS NOT NULL"
            return self._problem(tree, "CW-FORMULA-NULL", f"`{name} NULL` is never true", advice)
        return Call(name, (left, right), self._span(tree))

    def _is(self, tree: exp.Is) -> Node:
        value, span, tested = self.node(tree.this), self._span(tree), tree.expression
        if isinstance(tested, exp.Null):
            call = Call("IS NULL", (value,), span)
        elif isinstance(tested, exp.Boolean):
            call = Call("IS TRUE" if tested.this else "IS FALSE", (value,), span)
        else:
            return self._problem(
                tree, "CW-FORMULA-SYNTAX", "IS is followed by NULL, TRUE or FALSE", "write = to compare"
            )
        return Call("NOT", (call,), span) if tree.args.get("negate") else call

    def _in(self, tree: exp.In) -> Node:
        candidates = tree.args.get("expressions") or []
        if not candidates:
            return self._problem(
                tree, "CW-FORMULA-SYNTAX", "IN needs a list of values", "write IN ('a', 'b')"
            )
        return Call("IN", (self.node(tree.this), *map(self.node, candidates)), self._span(tree))

    def _between(self, tree: exp.Between) -> Node:
        parts = (tree.this, tree.args["low"], tree.args["high"])
        return Call("BETWEEN", tuple(map(self.node, parts)), self._span(tree))

    def _like(self, tree: exp.Like) -> Node:
        span = self._span(tree)
        call = Call("LIKE", (self.node(tree.this), self.node(tree.expression)), span)
        return Call("NOT", (call,), span) if tree.args.get("negate") else call

    def _case(self, tree: exp.Case) -> Node:
        before, subject = self.parts, tree.args.get("this")
        compared = None if subject is None else self.node(subject)
        size = self.parts - before
        whens = []
        for number, branch in enumerate(tree.args["ifs"]):
            test = self.node(branch.this)
            if compared is not None:
                self.parts += 1 + (size if number else 0)
                test = Call("=", (compared, test), self._span(branch.this))
            whens.append((test, self.node(branch.args["true"])))
        default = tree.args.get("default")
        span = self._span(tree)
        return Case(tuple(whens), Const(None, span) if default is None else self.node(default), span)

    def _filter(self, tree: exp.Filter) -> Node:
        call, condition = tree.this, tree.expression
        if not isinstance(call, exp.Anonymous) or not isinstance(condition, exp.Where):
            return self._problem(
                tree, "CW-FORMULA-SYNTAX", "FILTER stands after an aggregate", "write FILTER (WHERE …)"
            )
        return self._call(call, condition.this)

    def _call(self, tree: exp.Anonymous, where: exp.Expression | None = None) -> Node:
        written = str(tree.this.name if isinstance(tree.this, exp.Identifier) else tree.this)
        function = CALLABLE.get(written.upper())
        own = tree.meta.get("start")
        token = self.prepared.original(own) if own is not None else self.prepared.tokens[0]
        span, around = (token.start + 1, token.end), self.around
        if function is None:
            advice = ELSEWHERE.get(written.upper(), "")
            advice = f"use {advice}" if advice else self.resolver.nearest(written.upper(), CALLABLE)
            problem = FormulaProblem(
                *span, "CW-FORMULA-FUNCTION", f"unknown function '{masked(written, NAME_SHOWN)}'", "", advice
            )
            self.problems.append(problem)
            for argument in tree.expressions:
                self.node(argument)
            return _UNKNOWN
        self.around = span
        try:
            return self._known(function, tree.expressions, where, span)
        finally:
            self.around = around

    def _known(self, function: Function, trees: list[Any], where: exp.Expression | None, span: Span) -> Node:
        if function.name == "PRESENT" and where is None:
            return self._present(trees, span)
        folds = function.is_aggregate or function.name == "APPORTION"
        if where is not None and not function.is_aggregate:
            message = f"FILTER does not go with {function.name}"
            self._note(span, "CW-FORMULA-AGGREGATE", message, function.name, "write CASE WHEN … around it")
        if not self._fits(function, trees, span):
            return _UNKNOWN
        if folds and self.inside:
            message = f"{function.name} stands inside {self.inside[-1]}"
            advice = "put the inner one into an `each` over the outer part, or take it out"
            self._note(span, "CW-FORMULA-AGGREGATE", message, function.name, advice)
            return _UNKNOWN
        self.inside += [function.name] if folds else []
        before = len(self.problems)
        args = tuple(map(self.node, trees))
        condition = self.node(where) if where is not None else None
        del self.inside[len(self.inside) - (1 if folds else 0) :]
        if folds and len(self.problems) > before:
            return _UNKNOWN
        if function.is_aggregate:
            return self.binder.aggregate(function.name, args, condition, span) or _UNKNOWN
        if function.name == "APPORTION":
            return self._share(args, span)
        if function.name == "ROW_KEY" and self.scope.row is None:
            self._note(span, "CW-FORMULA-AGGREGATE", "ROW_KEY stands only inside an `each`", "ROW_KEY")
        if function.name == "ROW_KEY" and "APPORTION" in self.inside:
            advice = "weigh by a field of the row"
            self._note(span, "CW-FORMULA-AGGREGATE", "ROW_KEY stands inside APPORTION", "ROW_KEY", advice)
        return Call(function.name, args, span)

    def _fits(self, function: Function, trees: list[Any], span: Span) -> bool:
        if function.takes(len(trees)):
            return True
        got = f"{len(trees)} argument{'' if len(trees) == 1 else 's'}"
        message = f"{function.name} does not take {got}"
        self._note(span, "CW-FORMULA-ARGUMENTS", message, function.name, f"it is written {function.usage()}")
        return False

    def _share(self, args: tuple[Node, ...], span: Span) -> Node:
        amount, weights, scale = args
        if self.scope.row is None:
            self._note(span, "CW-FORMULA-AGGREGATE", "APPORTION stands only inside an `each`", "APPORTION")
            return _UNKNOWN
        for part in walk(amount):
            if isinstance(part, Path | Related) and (problem := self.resolver.check_value(part)):
                self.problems.append(problem)
        own = self.resolver.scopes()
        if any(isinstance(part, Path) and part.scope in own for part in walk(amount)):
            advice = "write a field of the record, or of a row around the list, there"
            self._note(
                span, "CW-FORMULA-AGGREGATE", "the amount of APPORTION is the same for all rows", "", advice
            )
        if any(grows(part) for part in walk(weights)):
            message = "APPORTION weighs by numbers; a text of any length cannot be made there"
            self._note(span, "CW-FORMULA-AGGREGATE", message, "", "pad and replace outside of it")
        value = scale.value if isinstance(scale, Const) else None
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_SCALE:
            message = f"the scale of APPORTION is a number from 0 to {MAX_SCALE}"
            self._note(span, "CW-FORMULA-ARGUMENT", message, "", "write e.g. 2, for cents")
            return _UNKNOWN
        return Share(amount, self.binder.weights(weights), value, self.resolver.stands[-1].scope, span)

    def _present(self, trees: list[Any], span: Span) -> Node:
        function = CALLABLE["PRESENT"]
        if not self._fits(function, trees, span):
            return _UNKNOWN
        parts = self._parts(trees[0])
        node = None if parts is None else self.resolver.resolve(parts, self._span(trees[0]))
        if node is None or not node.parts:
            advice = "write e.g. PRESENT(parties.customer.email)"
            return self._problem(trees[0], "CW-FORMULA-ARGUMENT", "PRESENT needs the name of a field", advice)
        self._check(node, self.resolver.check_present(node))
        return Present(node, span)

    def _note(self, span: Span, code: str, message: str, found: str, advice: str = "") -> None:
        self.problems.append(FormulaProblem(*span, code, message, found, advice))


def _places(tree: exp.Expression) -> dict[int, tuple[int, int]]:
    """For each node of the parser's tree, the first and the last place in its text: children first, once."""
    found: dict[int, tuple[int, int]] = {}
    for part in reversed(list(tree.bfs())):
        own = part.meta.get("start")
        places = [found[id(child)] for child in part.iter_expressions() if id(child) in found]
        places += [(own, own)] if own is not None else []
        if places:
            found[id(part)] = min(first for first, _ in places), max(last for _, last in places)
    return found
