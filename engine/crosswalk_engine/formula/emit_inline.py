"""Single functions written out in place, for clean records: where a call would cost more than the work."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Protocol, runtime_checkable

from crosswalk_engine.formula import quick
from crosswalk_engine.formula.code import Operand
from crosswalk_engine.formula.emit_paths import joined
from crosswalk_engine.formula.emit_rows import Emitter
from crosswalk_engine.formula.env import Lookup
from crosswalk_engine.formula.functions import FUNCTIONS, Function
from crosswalk_engine.formula.functions.numbers import QUANTA
from crosswalk_engine.formula.ir import Aggregate, Call, Const, Node, Path, Related
from crosswalk_engine.formula.problems import EvalError
from crosswalk_engine.formula.values import (
    ANY,
    BOOLEAN,
    DECIMAL,
    MAX_TEXT,
    NUMBER,
    TEXT,
    TEXTUAL,
    Kinds,
    as_text,
    need,
    text_of,
)

#: From this cost on (see `Function.cost`) remembering results of texts pays, even if few of them repeat.
_WORTH = 3
#: Parsers of what repeats much: amounts, rates, quantities, sequences.
_PARSERS = frozenset({"TO_DECIMAL", "TO_INTEGER"})
#: Cheap text functions: name -> the method call that does the work.
_METHODS = {
    "TRIM": ".strip(' ')",
    "LTRIM": ".lstrip(' ')",
    "RTRIM": ".rstrip(' ')",
    "UPPER": ".upper()",
    "LOWER": ".lower()",
}
#: Texts up to here stay below `MAX_TEXT` whatever their letters become.
_SHORT = MAX_TEXT // 4
#: So many texts are joined in place, and measured after that; of more, the length is added up before.
_JOINED = 16
COMPARISONS = frozenset({"=", "<>", "<", "<=", ">", ">="})


@dataclass(frozen=True, slots=True)
class Chain:
    """Functions of one argument, one after the other from the innermost on `base`."""

    base: Node
    calls: tuple[Call, ...]
    steps: tuple[tuple[Callable[[Any], Any], Kinds, str], ...]

    @property
    def cost(self) -> int:
        """What one run takes."""
        return sum(FUNCTIONS[call.name].cost for call in self.calls)


class InlineEmitter(Emitter):
    """Writes single functions in place. `tables` are the lookup tables that are known meanwhile."""

    tables: Mapping[str, Lookup] = MappingProxyType({})

    def inline(self, node: Node) -> Operand | None:
        """The quick form of `node`; `None` when there is none."""
        if not isinstance(node, Call):
            return None
        if (found := chain_of(node)) is not None and (operand := self._chained(found)) is not None:
            return operand
        form = _FORMS.get(node.name)
        return form(self, node) if form is not None else None

    def decimal(self, value: int | Decimal) -> str:
        """The name of a decimal constant."""
        return self.shared(f"decimal {value}", lambda: Decimal(value))

    def held(self, node: Node) -> Operand:
        """`node` in a variable, also when it is a constant: Python warns of tests of literals."""
        operand = self.emit(node)
        if not operand.const or not operand.kinds:
            return operand
        return self.assign(operand.name, operand.kinds, nullable=False)

    # Chains

    def _chained(self, found: Chain) -> Operand | None:
        parser = any(call.name in _PARSERS for call in found.calls)
        methods = [_METHODS.get(call.name) if len(call.args) == 1 else None for call in found.calls]
        if not (None not in methods or parser or found.cost >= _WORTH) or not found.steps[0][1] & TEXT:
            return None
        source, where, kinds = self._source(found.base)
        if not kinds & TEXT:
            return None
        shown = "|".join(
            f"{call.name}{[arg.value for arg in call.args if isinstance(arg, Const)]}" for call in found.calls
        )
        slow = self.shared(f"{shown} of {where}", lambda: quick.chain(found.steps, where))
        var = self.temp()
        if None not in methods:
            done = source + "".join(map(str, methods))
            done = f"{done} if {source} else None" if where is not None else done
            self.writer.line(f"if {source}.__class__ is str and len({source}) < {_SHORT}: {var} = {done}")
            self.writer.line(f"else: {var} = None if {source} is None else {slow}({source})")
        else:
            memo = self.shared(
                f"{shown} of {where}, remembered", lambda: quick.Memo(quick.chain(found.steps, where))
            )
            test = f"{source}.__class__ is str"
            if found.steps[0][1] >= TEXTUAL and not kinds <= TEXT:
                test += f" or {source}.__class__ is int"
            rest = f"None if {source} is None else {slow}({source})"
            self.writer.line(f"{var} = {memo}[{source}] if {test} else {rest}")
        last = found.calls[-1]
        return Operand(
            var,
            FUNCTIONS[last.name].result((kinds, *[frozenset()] * (len(last.args) - 1))),
            scale=scale_of(last),
        )

    def _source(self, base: Node) -> tuple[str, str | None, Kinds]:
        """The variable of a chain's argument, the path when it is as it stands in the payload, its kinds."""
        if isinstance(base, Path | Related) and self.known(base) is None and self.columns is None:
            if isinstance(base, Path) and base.whole:
                operand = self.emit(base)
                return operand.name, None, operand.kinds
            root = self.related_root(base) if isinstance(base, Related) else self.roots[base.scope]
            var = self.temp()
            self.writer.line(f"{var} = {self.raw(root, base.parts)}")
            return var, joined(root, base.parts), ANY
        operand = self.held(base)
        return operand.name, None, operand.kinds

    # Text

    def _concat(self, node: Call) -> Operand | None:
        words = [self._word(arg) for arg in node.args]
        words = [word for word in words if word]
        if not 2 <= len(words) <= _JOINED:
            return None
        operand = self.assign(" + ".join(words), TEXT, nullable=False)
        self.writer.line(f"if len({operand.name}) > {MAX_TEXT}: raise Careful")
        return operand

    def _word(self, node: Node) -> str:
        """An expression for the text form of `node`, '' for null."""
        if isinstance(node, Const):
            return "" if node.value is None else repr(text_of(node.value))
        name, where, kinds = self._source(node)
        if where is None and kinds <= TEXT:
            return f"({name} or '')"
        slow = f"word({name}, {where!r})" if where is not None else f"text_of({name})"
        self.namespace |= {"word": quick.word, "text_of": text_of}
        whole = f"str({name}) if {name}.__class__ is int and -BOUND < {name} < BOUND else "
        return f"({name} if {name}.__class__ is str else '' if {name} is None else {whole}{slow})"

    def _concat_ws(self, node: Call) -> Operand | None:
        separator = node.args[0]
        if not (isinstance(separator, Const) and isinstance(separator.value, str)):
            return None
        if len(node.args) > _JOINED:
            return None
        items = []
        for arg in node.args[1:]:
            operand = self.held(arg)
            name = operand.name
            self.namespace["text_of"] = text_of
            plain = f"{name} if {name}.__class__ is str or {name} is None else text_of({name})"
            items.append(name if operand.kinds <= TEXT else plain)
        found = f"{separator.value!r}.join([x for x in ({', '.join(items)},) if x is not None])"
        operand = self.assign(found, TEXT, nullable=False)
        self.writer.line(f"if len({operand.name}) > {MAX_TEXT}: raise Careful")
        return operand

    # Numbers

    def share(self, amount: str, weights: str, weight: Operand, scale: int) -> str:
        """Shares by weights of one scale are quicker."""
        if weight.scale is None or weight.kinds != DECIMAL:
            return super().share(amount, weights, weight, scale)
        self.namespace["shared_out"] = quick.shared_out
        return f"shared_out({amount}, {weights}, {scale}, {weight.scale})"

    def _arithmetic(self, node: Call) -> Operand | None:
        if len(node.args) != 2:
            return None
        left, right = (self.emit(arg) for arg in node.args)
        if not (left.kinds and right.kinds and left.kinds | right.kinds <= NUMBER):
            return None
        if DECIMAL not in (left.kinds, right.kinds):
            return None
        sides = [self._number(arg, operand) for arg, operand in zip(node.args, (left, right), strict=True)]
        scales = [left.scale, right.scale]
        scale = None
        if node.name == "/":
            self.namespace["quotient"] = quick.quotient
            found = f"quotient({sides[0]}, {sides[1]})"
        else:
            found = f"{sides[0]} {node.name} {sides[1]}{' + 0' if node.name == '*' else ''}"
            if None not in scales:
                scale = sum(map(int, scales)) if node.name == "*" else max(map(int, scales))  # type: ignore[arg-type]
        nulls = self._nulls([left, right])
        operand = self.assign(
            f"None if {nulls} else {found}" if nulls else found, DECIMAL, nullable=bool(nulls)
        )
        return replace(operand, scale=scale)

    def _number(self, node: Node, operand: Operand) -> str:
        is_whole = isinstance(node, Const) and node.value.__class__ is int
        return self.decimal(int(node.value)) if is_whole else operand.name  # type: ignore[union-attr, arg-type]

    def _round(self, node: Call) -> Operand | None:
        scale = node.args[1].value if len(node.args) == 2 and isinstance(node.args[1], Const) else None
        if scale.__class__ is not int or not 0 <= int(scale) <= 20:
            return None
        if (found := self._rounded_quotient(node.args[0], int(scale))) is not None:
            return found
        operand = self.emit(node.args[0])
        if operand.kinds != DECIMAL:
            return None
        quantum = self.shared(f"{scale} decimals", lambda: QUANTA[int(scale)])
        done = f"{operand.name}.quantize({quantum}) + 0"
        found = self.assign(
            f"None if {operand.name} is None else {done}" if operand.nullable else done,
            DECIMAL,
            nullable=operand.nullable,
        )
        return replace(found, scale=int(scale))

    def _rounded_quotient(self, node: Node, scale: int) -> Operand | None:
        """ROUND of a division, in one step."""
        if not isinstance(node, Call) or node.name != "/" or self.known(node) is not None:
            return None
        left, right = (self.emit(arg) for arg in node.args)
        kinds = (left.kinds, right.kinds)
        if DECIMAL not in kinds or not all(kind and kind <= NUMBER for kind in kinds):
            return None
        self.namespace["rounded_quotient"] = quick.rounded_quotient
        sides = [self._number(arg, side) for arg, side in zip(node.args, (left, right), strict=True)]
        done, nulls = f"rounded_quotient({sides[0]}, {sides[1]}, {scale})", self._nulls([left, right])
        found = self.assign(f"None if {nulls} else {done}" if nulls else done, DECIMAL, nullable=bool(nulls))
        return replace(found, scale=scale)

    def folded(self, node: Aggregate, found: str, operand: Operand) -> Operand:
        """Aggregates of decimals, without a call of ours."""
        quickly = {"SUM": "sum", "MIN": "min", "MAX": "max"}.get(node.name)
        if quickly is None or operand.kinds != DECIMAL:
            return super().folded(node, found, operand)
        done = self.assign(f"{quickly}({found}) if {found} else None", DECIMAL, nullable=True)
        return replace(done, scale=operand.scale)

    # Choice

    def _is_null(self, node: Call) -> Operand:
        return self.assign(f"{self.held(node.args[0]).name} is None", BOOLEAN, nullable=False)

    def _lookup(self, node: Call) -> Operand | None:
        table, default = node.args[0], node.args[2] if len(node.args) == 3 else None
        found = self.tables.get(str(table.value)) if isinstance(table, Const) else None
        if found is None or not (
            default is None or (isinstance(default, Const) and default.value is not None)
        ):
            return None
        entries = found.entries if isinstance(found, _Table) else found
        get = self.shared(f"the table {table.value}", lambda: entries.get)  # type: ignore[union-attr]
        key = self.held(node.args[1])
        name = key.name
        if not key.kinds <= TEXT:
            name = self.temp()
            whole = f"str({key.name}) if {key.name}.__class__ is int else as_text({key.name}, 'LOOKUP')"
            test = f"{key.name}.__class__ is str or {key.name} is None"
            self.writer.line(f"{name} = {key.name} if {test} else {whole}")
        var = self.temp()
        self.writer.line(f"{var} = {get}({name})")
        some = f" and {name} is not None" if key.nullable else ""
        if default is None:
            self.writer.line(f"if {var} is None{some}: raise Careful")
        else:
            self.writer.line(f"if {var} is None{some}: {var} = {as_text(default.value, 'LOOKUP')!r}")
        return Operand(var, TEXT, nullable=key.nullable)


@runtime_checkable
class _Table(Protocol):
    """A lookup table that shows what it holds."""

    entries: Mapping[str, str]


_FORMS: dict[str, Callable[[Any, Call], Operand | None]] = {
    "CONCAT": InlineEmitter._concat,
    "CONCAT_WS": InlineEmitter._concat_ws,
    "+": InlineEmitter._arithmetic,
    "-": InlineEmitter._arithmetic,
    "*": InlineEmitter._arithmetic,
    "/": InlineEmitter._arithmetic,
    "ROUND": InlineEmitter._round,
    "IS NULL": InlineEmitter._is_null,
    "LOOKUP": InlineEmitter._lookup,
}


def scale_of(call: Call) -> int | None:
    """The digits after the point that every value of `call` has, if that is certain."""
    if call.name in ("TO_DECIMAL", "ROUND") and len(call.args) == 2 and isinstance(call.args[1], Const):
        value = call.args[1].value
        return value if value.__class__ is int and int(value) >= 0 else None
    return None


def chain_of(node: Node) -> Chain | None:
    """`node` as a chain of functions of one argument; `None` when it is none."""
    calls: list[Call] = []
    steps: list[tuple[Callable[[Any], Any], Kinds, str]] = []
    while isinstance(node, Call) and (step := _step(node)) is not None:
        at, body = step
        calls.append(node)
        steps.append((body, FUNCTIONS[node.name].param(at).kinds, node.name))
        node = node.args[at]
    return Chain(node, tuple(reversed(calls)), tuple(reversed(steps))) if calls else None


def _step(node: Call) -> tuple[int, Callable[[Any], Any]] | None:
    """Which argument of `node` varies, and the function of it alone."""
    function = FUNCTIONS[node.name]
    if function.nulls != "null" or function.needs_env or function.asks or node.name in COMPARISONS:
        return None
    varying = [at for at, arg in enumerate(node.args) if not isinstance(arg, Const)]
    if len(varying) != 1 or any(isinstance(arg, Const) and arg.value is None for arg in node.args):
        return None
    try:
        return varying[0], _bound(function, node, varying[0])
    except EvalError:
        return None


def _bound(function: Function, node: Call, at: int) -> Callable[[Any], Any]:
    literals: list[Any] = []
    before: list[Any] = []
    after: list[Any] = []
    for index, arg in enumerate(node.args):
        if not isinstance(arg, Const):
            continue
        param = function.param(index)
        if function.prepare is not None and param.literal:
            literals.append(arg.value)
            continue
        taken = (
            as_text(arg.value, node.name)
            if param.kinds == TEXTUAL
            else need(arg.value, param.kinds, node.name)
        )
        (before if index < at else after).append(taken)
    body = function.prepare(*literals) if function.prepare is not None else function.body
    assert body is not None
    if not before and not after:
        return body
    return lambda value: body(*before, value, *after)
