"""Formula trees to straight-line Python: one line for each step, nothing but our own nodes in it.

The generated text holds variables of ours, functions of ours by name, and constants by `repr`; no part of a
user's text reaches it in any other way.
"""

from decimal import Decimal
from typing import Any

from crosswalk_engine.formula import values
from crosswalk_engine.formula.code import Operand
from crosswalk_engine.formula.emit_paths import PathEmitter
from crosswalk_engine.formula.functions import FUNCTIONS, Function
from crosswalk_engine.formula.functions.spec import Param
from crosswalk_engine.formula.ir import Call, Case, Const, Node, Path, Present, Related
from crosswalk_engine.formula.values import BOOLEAN, KIND_OF, NOTHING, TEXT, TEXTUAL, Kinds

_CLASS = {kind: python.__name__ for python, kind in KIND_OF.items()}
_PYTHON_SIGN = {"=": "==", "<>": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}


class ScalarEmitter(PathEmitter):
    """Writes the code of everything but aggregates.

    Inside an aggregate whose work is measured, `meter` is the variable of what is spent, and the limit: then
    every call is made where it stands.
    """

    meter: tuple[str, int] | None = None

    def emit(self, node: Node) -> Operand:
        """Writes the lines that compute `node`; what can be wrong raises EvalError there."""
        match node:
            case Const():
                return self._const(node)
            case Path():
                return self.path(node)
            case Related():
                return self.related_value(node)
            case Present():
                return self.present(node)
            case Case():
                return self._case(node)
            case Call(name="AND" | "OR"):
                return self._chain(node)
            case Call(name="COALESCE"):
                return self._coalesce(node)
            case Call():
                return self._call(node)
        raise TypeError(type(node).__name__)

    def _const(self, node: Const) -> Operand:
        if node.value is None:
            return Operand("None", NOTHING, const=True)
        kinds = frozenset({KIND_OF[node.value.__class__]})
        if isinstance(node.value, Decimal):
            return Operand(self.constant(node.value, f"{node.value:f}"), kinds, nullable=False)
        return Operand(repr(node.value), kinds, nullable=False, const=True)

    def argument(self, operand: Operand, kinds: Kinds, who: str, *, may_be_null: bool) -> str:
        """An expression for an argument of `who`, checked to be of `kinds` unless that is certain."""
        name = operand.name
        if operand.kinds <= (TEXT if kinds == TEXTUAL else kinds):
            return name
        if kinds == TEXTUAL:
            check, classes = f"as_text({name}, {who!r})", f"{name}.__class__ is str"
        else:
            check = f"need({name}, {self.constant(kinds, values.describe(kinds))}, {who!r})"
            classes = " or ".join(f"{name}.__class__ is {_CLASS[kind]}" for kind in sorted(kinds))
        if operand.const:
            return check
        return f"{name} if {classes}{f' or {name} is None' if may_be_null else ''} else {check}"

    def _call(self, node: Call) -> Operand:
        function = FUNCTIONS[node.name]
        evaluated = [
            arg for param, arg in zip(_params(node), node.args, strict=True) if not _fixed(function, param)
        ]
        operands = [self.emit(arg) for arg in evaluated]
        result = self.call_on(node, operands)
        if self.meter is not None:
            var, limit = self.meter
            names = ", ".join(operand.name for operand in (*operands, result))
            self.writer.line(f"{var} = spend({var}, ({names},), {limit})")
        return result

    def call_on(self, node: Call, operands: list[Operand]) -> Operand:
        """The call of `node` on arguments that were computed already (all but the prepared ones)."""
        if (quick := self._compare_constant(node, operands)) is not None:
            return quick
        function, own = FUNCTIONS[node.name], FUNCTIONS[node.name].nulls == "own"
        params = [param for param in _params(node) if not _fixed(function, param)]
        shown = ["env"] if function.needs_env else []
        shown += [
            self.argument(operand, param.kinds, node.name, may_be_null=own and operand.nullable)
            for operand, param in zip(operands, params, strict=True)
        ]
        body, literals = self._body(node)
        call = f"{body}({', '.join(shown)})"
        nulls = "" if own else self._nulls(operands)
        kinds = function.result((*(operand.kinds for operand in operands), *[NOTHING] * literals))
        nullable = bool(nulls) or function.may_be_null
        return self.assign(f"None if {nulls} else {call}" if nulls else call, kinds, nullable=nullable)

    @staticmethod
    def _nulls(operands: list[Operand]) -> str:
        return " or ".join(f"{operand.name} is None" for operand in operands if operand.nullable)

    def _body(self, node: Call) -> tuple[str, int]:
        """The name of the function to call, and how many literals it is prepared with."""
        function = FUNCTIONS[node.name]
        if function.prepare is None:
            return self.function(function.name, function.body), 0
        pairs = zip(_params(node), node.args, strict=True)
        literals: list[Any] = [arg.value for param, arg in pairs if param.literal and isinstance(arg, Const)]
        label = f"{function.name}(…{''.join(f', {literal!r}' for literal in literals)})"
        prepare = function.prepare
        return self.shared(label, lambda: prepare(*literals)), len(literals)

    def _compare_constant(self, node: Call, operands: list[Operand]) -> Operand | None:
        """The quick form of comparing with a whole number or a text that is written out."""
        if node.name not in _PYTHON_SIGN:
            return None
        (left, right), constant = operands, node.args[1]
        value = constant.value if isinstance(constant, Const) else None
        if value.__class__ not in (int, str) or left.const or not right.const:
            return None
        quick = f"{left.name} {_PYTHON_SIGN[node.name]} {right.name}"
        if not left.kinds <= frozenset({KIND_OF[value.__class__]}):
            slow = f"{self.function(node.name, FUNCTIONS[node.name].body)}({left.name}, {right.name})"
            quick = f"{quick} if {left.name}.__class__ is {value.__class__.__name__} else {slow}"
        nulls = self._nulls([left])
        return self.assign(f"None if {nulls} else {quick}" if nulls else quick, BOOLEAN, nullable=bool(nulls))

    def truth(self, operand: Operand, who: str) -> str:
        """The name of a condition, checked to be BOOLEAN or null."""
        name = operand.name
        if operand.kinds <= BOOLEAN:
            return name
        test = f"need({name}, {self.constant(BOOLEAN, 'BOOLEAN')}, {who!r})"
        if operand.const:
            # This raises; and Python warns of further tests of a literal.
            self.writer.line(test)
            return "None"
        self.writer.line(f"if {name}.__class__ is not bool and {name} is not None: {test}")
        return name

    def _chain(self, node: Call) -> Operand:
        decisive, var = node.name == "OR", self.temp()
        name = self.truth(self.emit(node.args[0]), node.name)
        self.writer.line(f"{var} = {name}")
        for arg in node.args[1:]:
            with self.writer.block(f"if {var} is not {decisive}:"), self.scoped():
                name = self.truth(self.emit(arg), node.name)
                # Null stays null unless the next one decides.
                self.writer.line(f"if {name} is {decisive} or {var} is not None: {var} = {name}")
        return Operand(var, BOOLEAN)

    def _coalesce(self, node: Call) -> Operand:
        var, first = self.temp(), self.emit(node.args[0])
        self.writer.line(f"{var} = {first.name}")
        kinds, nullable = first.kinds, first.nullable
        for arg in node.args[1:]:
            with self.writer.block(f"if {var} is None:"), self.scoped():
                operand = self.emit(arg)
                self.writer.line(f"{var} = {operand.name}")
            kinds, nullable = kinds | operand.kinds, nullable and operand.nullable
        return Operand(var, kinds, nullable)

    def _case(self, node: Case) -> Operand:
        var, pending = self.temp(), self.temp("p")
        kinds, nullable = NOTHING, False
        for number, (test, value) in enumerate(node.whens):
            if number:
                self.writer.line(f"if {pending}:")
                self.writer.indent += 1
            with self.scoped():
                name = self.truth(self.emit(test), "WHEN")
                self.writer.line(f"{pending} = {name} is not True")
                with self.writer.block(f"if not {pending}:"), self.scoped():
                    operand = self.emit(value)
                    self.writer.line(f"{var} = {operand.name}")
            self.writer.indent -= 1 if number else 0
            kinds, nullable = kinds | operand.kinds, nullable or operand.nullable
        with self.writer.block(f"if {pending}:"), self.scoped():
            operand = self.emit(node.otherwise)
            self.writer.line(f"{var} = {operand.name}")
        return Operand(var, kinds | operand.kinds, nullable or operand.nullable)


def _params(node: Call) -> list[Param]:
    return [FUNCTIONS[node.name].param(index) for index in range(len(node.args))]


def _fixed(function: Function, param: Param) -> bool:
    """Whether an argument goes into the preparation of the body."""
    return function.prepare is not None and param.literal
