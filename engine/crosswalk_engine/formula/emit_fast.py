"""Straight code for clean records: what is computed is kept for later rules, what is not clean raises.

The record is then mapped again by the careful code, so that nothing here needs to say what is wrong, where.
Values are those of the careful code, always.
"""

from collections.abc import Sequence
from contextlib import ExitStack

from crosswalk_engine.formula import quick
from crosswalk_engine.formula.code import Operand, Root, Writer
from crosswalk_engine.formula.emit_inline import COMPARISONS, InlineEmitter
from crosswalk_engine.formula.functions import FUNCTIONS
from crosswalk_engine.formula.ir import Aggregate, Call, Case, Const, Node, Path
from crosswalk_engine.formula.quick import Careful
from crosswalk_engine.formula.values import (
    ANY,
    BOOLEAN,
    DATE,
    DECIMAL,
    FAMILIES,
    KIND_OF,
    MAX_TEXT,
    NOTHING,
    NUMBER,
    TEXT,
    Kinds,
)

_PYTHON_SIGN = {"=": "==", "<>": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
#: Conditions inside one another's ELSE, before CASE is written flat: Python allows 100 levels of indentation.
_NESTED = 8


class FastEmitter(InlineEmitter):
    """Writes code for clean records."""

    def __init__(self, writer: Writer, record: Root) -> None:
        super().__init__(writer, record)
        self.namespace |= {
            "Careful": Careful,
            "elements": quick.elements,
            "elements_or_fault": quick.elements_or_fault,
            "ordered_by": quick.ordered_by,
        }
        self._nested = 0

    def emit(self, node: Node) -> Operand:
        """Writes the lines that compute `node`, unless that was done already."""
        if isinstance(node, Const) or self.is_counted(node):
            return super().emit(node)
        if node in self.hoisted and self.known(node) is None:
            self.caches[-1][node] = super().emit(node)
        if (found := self.known(node)) is None:
            found = self.inline(node) or super().emit(node)
            self.caches[-1][node] = found
        return found

    def path(self, node: Path) -> Operand:
        """A field; whether something is there at all, without a call where that is plain."""
        root = self.roots.get(node.scope)
        if not node.whole or root is None or self.columns is not None:
            return super().path(node)
        if not node.parts and root.layout is not None:
            # Where the elements were listed, blank ones were looked for.
            return Operand("True", BOOLEAN, nullable=False)
        var = self.temp()
        self.writer.line(f"{var} = {self.raw(root, node.parts)}")
        self.writer.line(f"{var} = True if {var}.__class__ is int else present({var})")
        return Operand(var, BOOLEAN)

    def _leaf(self, node: Node, var: str, where: str, *, short: bool) -> Operand:
        slow = f"leaf({var}, {where!r})"
        number = f"({var}.__class__ is int and -BOUND < {var} < BOUND)"
        whole = f"{var} is None or {number} or {var}.__class__ is bool"
        self.writer.line(f"if {var}.__class__ is not str: {var} = {var} if {whole} else {slow}")
        self.writer.line(f"elif not {var}: {var} = None")
        if not short:
            self.writer.line(f"elif len({var}) > {MAX_TEXT}: {var} = {slow}")
        return Operand(var, ANY)

    def found_in(self, node: Aggregate, root: Root, paths: Sequence[tuple[str, ...]], limit: int) -> str:
        """Elements of a part that is found: quicker where all fields are in one array of the record."""
        firsts = {path[0] for path in paths if len(path) == 2}
        if root.layout is None or len(firsts) != 1 or any(len(path) != 2 for path in paths):
            return super().found_in(node, root, paths, limit)
        self.namespace["collected"] = quick.collected
        first = firsts.pop()
        names = tuple(path[1] for path in paths)
        return f"collected({self.key(root.var, root.layout, first)}, {first!r}, {names!r}, {limit})"

    # Conditions

    def condition(self, node: Node, who: str) -> str:
        """An expression that is truthy when `node` is TRUE, after the lines that it needs."""
        if not isinstance(node, Call) or self.known(node) is not None:
            return self.truth(self.emit(node), who)
        if node.name in _PYTHON_SIGN:
            return self._comparison(node, true_only=True)
        if node.name == "IS NULL":
            return f"{self.held(node.args[0]).name} is None"
        if node.name == "IS TRUE":
            return self.condition(node.args[0], node.name)
        if node.name == "NOT" and isinstance(node.args[0], Call) and node.args[0].name == "IS NULL":
            return f"{self.held(node.args[0].args[0]).name} is not None"
        if node.name == "AND" and len(node.args) == 2:
            return self._both(node)
        if node.name == "IN" and (found := self._among(node)) is not None:
            return found
        return self.truth(self.emit(node), who)

    def _both(self, node: Call) -> str:
        """Both conditions: a null on the left does not keep the right one from being computed."""
        left, outer = self.emit(node.args[0]), self.writer
        first = self.truth(left, "AND")
        self.writer = inner = Writer(outer.indent + 1)
        with self.scoped():
            second = self.condition(node.args[1], "AND")
        self.writer = outer
        if not inner.parts:
            return (
                f"({first} is not False and ({second}) and {first})"
                if left.nullable
                else f"({first} and ({second}))"
            )
        var = self.temp()
        self.writer.line(f"{var} = False")
        self.writer.line(f"if {first} is not False:" if left.nullable else f"if {first}:")
        self.writer.parts.append(inner)
        inner.line(f"{var} = ({second}) and {first}")
        return var

    def _among(self, node: Call) -> str | None:
        """IN a list of texts, or of whole numbers, that are written out."""
        values = [arg.value for arg in node.args[1:] if isinstance(arg, Const)]
        kinds = {value.__class__ for value in values}
        if len(values) < len(node.args) - 1 or kinds not in ({str}, {int}):
            return None
        kind = kinds.pop()
        operand = self.held(node.args[0])
        name = operand.name
        quick = f"{name} in {tuple(values)!r}"
        if operand.kinds <= frozenset({KIND_OF[kind]}):
            return quick
        slow = f"{self.function('IN', FUNCTIONS['IN'].body)}({name}, *{tuple(values)!r})"
        return f"({quick} if {name}.__class__ is {kind.__name__} else {name} is not None and {slow})"

    def inline(self, node: Node) -> Operand | None:
        """The quick form of `node`; `None` when there is none."""
        if isinstance(node, Call) and node.name in COMPARISONS:
            return self._compared(node)
        return super().inline(node)

    def _compared(self, node: Call) -> Operand:
        """A comparison as a value: null when one side is."""
        expression = self._comparison(node, true_only=False)
        nullable = any(self.emit(arg).nullable for arg in node.args)
        return self.assign(expression, BOOLEAN, nullable=nullable)

    def _comparison(self, node: Call, *, true_only: bool) -> str:
        left, right = (self.emit(arg) for arg in node.args)
        sides, sign = (left, right), _PYTHON_SIGN[node.name]
        quick = f"{self._side(node.args[0], left, right)} {sign} {self._side(node.args[1], right, left)}"
        family = next(
            (known for known in FAMILIES for side in sides if side.kinds and side.kinds <= known), TEXT
        )
        if sign == "==" and true_only and any(side.const and side.kinds for side in sides):
            # A null equals no constant.
            tests = [_class_test(side, family, other) for side, other in (sides, sides[::-1])]
            tests = [test for test in tests if "is not None" not in test]
        else:
            tests = [_class_test(side, family, other) for side, other in (sides, sides[::-1])]
        tests = [test for test in tests if test]
        if not tests:
            return f"({quick})"
        if all(not side.kinds or side.kinds <= family for side in sides):
            return (
                f"({' and '.join(tests)} and {quick})"
                if true_only
                else f"{quick} if {' and '.join(tests)} else None"
            )
        names = ", ".join(side.name for side in sides)
        slow = f"{self.function(node.name, FUNCTIONS[node.name].body)}({names})"
        unsure = [f"{side.name} is None" for side in sides if side.nullable]
        slow = f"None if {' or '.join(unsure)} else {slow}" if unsure else slow
        whole = f"{quick} if {' and '.join(tests)} else {slow}"
        return f"({whole})" if true_only else whole

    def _side(self, node: Node, operand: Operand, other: Operand) -> str:
        """One side of a comparison; a whole number is quicker to compare with a decimal as a decimal."""
        if isinstance(node, Const) and node.value.__class__ is int and other.kinds == DECIMAL:
            return self.decimal(int(node.value))
        return operand.name

    # CASE

    def _case(self, node: Case) -> Operand:
        if self.meter is not None or len(node.whens) + self._nested > _NESTED:
            return super()._case(node)
        var, kinds, nullable = self.temp(), NOTHING, False
        outer = self.writer
        self._nested += len(node.whens)
        with ExitStack() as scopes:
            word = "if"
            for test, value in node.whens:
                if word == "if":
                    shown = self.condition(test, "WHEN")
                else:
                    scopes.enter_context(self.scoped())
                    word, shown = self._else_test(test)
                self.writer.line(f"{word} {shown}:")
                operand = self._branch(var, value)
                kinds, nullable = kinds | operand.kinds, nullable or operand.nullable
                word = "elif"
            self.writer.line("else:")
            operand = self._branch(var, node.otherwise)
        self.writer = outer
        self._nested -= len(node.whens)
        return Operand(var, kinds | operand.kinds, nullable or operand.nullable)

    def _else_test(self, test: Node) -> tuple[str, str]:
        """The next WHEN: an `elif` when its test needs no lines, else inside an `else:`."""
        outer = self.writer
        self.writer = inner = Writer(outer.indent + 1)
        shown = self.condition(test, "WHEN")
        if not inner.parts:
            self.writer = outer
            return "elif", shown
        outer.line("else:")
        outer.parts.append(inner)
        return "if", shown

    def _branch(self, var: str, node: Node) -> Operand:
        self.writer.indent += 1
        with self.scoped():
            operand = self.emit(node)
            self.writer.line(f"{var} = {operand.name}")
        self.writer.indent -= 1
        return operand


def _class_test(side: Operand, family: Kinds, other: Operand) -> str:
    """What is to be tested before `side` can be compared as one of `family`; '' when it is certain."""
    if side.const and side.kinds:
        return ""
    if side.kinds <= family:
        return f"{side.name} is not None" if side.nullable else ""
    if family == NUMBER:
        return f"{side.name}.__class__ is {'Decimal' if other.kinds == DECIMAL else 'int'}"
    if family in (TEXT, BOOLEAN):
        return f"{side.name}.__class__ is {'str' if family == TEXT else 'bool'}"
    return f"{side.name}.__class__ is {'date' if family == DATE else 'datetime'}"
