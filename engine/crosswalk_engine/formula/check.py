"""Types: which kinds of value a formula can give, and where its parts do not go together.

A problem is reported only when it is certain: when no kind that an argument can have is one that the function
takes. What depends on the record is checked when the formula runs.
"""

from collections.abc import Callable
from itertools import combinations
from typing import TypeAlias

from crosswalk_engine.formula.functions import FUNCTIONS, Function
from crosswalk_engine.formula.functions.spec import comparable
from crosswalk_engine.formula.ir import Aggregate, Call, Case, Const, Node, Path, Present, Related, Share
from crosswalk_engine.formula.problems import EvalError, FormulaProblem
from crosswalk_engine.formula.values import (
    ANY,
    BOOLEAN,
    DECIMAL,
    KIND_OF,
    MOMENT,
    NOTHING,
    NUMBER,
    Kinds,
    describe,
)

#: Kinds of a field; the second argument is the repeated part when the field is seen from one of its elements.
FieldKinds: TypeAlias = Callable[[Path | Related, "Path | Related | None"], Kinds]

#: Functions whose arguments must be comparable with one another.
ALIKE = frozenset(
    ["=", "<>", "<", "<=", ">", ">=", "IN", "BETWEEN", "NULLIF", "LEAST", "GREATEST", "COALESCE"],
)


def any_kind(field: Path | Related, over: Path | Related | None) -> Kinds:
    """What is known of a field without a shape."""
    del over
    return BOOLEAN if isinstance(field, Path) and field.whole else ANY


class Checker:
    """Computes kinds bottom-up; `problems` fills on the way."""

    def __init__(self, fields: FieldKinds = any_kind, row: Path | None = None) -> None:
        self.fields = fields
        self.row = row
        self.problems: list[FormulaProblem] = []

    def kinds(self, node: Node, over: Path | Related | None = None) -> Kinds:
        """The kinds that `node` can give, null apart."""
        if isinstance(node, Const):
            return NOTHING if node.value is None else frozenset({KIND_OF[node.value.__class__]})
        if isinstance(node, Path | Related):
            return self.fields(node, over)
        if isinstance(node, Present):
            return BOOLEAN
        if isinstance(node, Case):
            return self._case(node, over)
        if isinstance(node, Aggregate):
            return self._aggregate(node)
        if isinstance(node, Share):
            self._expect(node.amount, self.kinds(node.amount), NUMBER, "APPORTION")
            self._expect(node.weights, self.kinds(node.weights, self.row), NUMBER, "APPORTION")
            return DECIMAL
        return self._call(node, over)

    def _call(self, node: Call, over: Path | Related | None) -> Kinds:
        function = FUNCTIONS[node.name]
        kinds = tuple(self.kinds(arg, over) for arg in node.args)
        for index, (arg, found) in enumerate(zip(node.args, kinds, strict=True)):
            self._expect(arg, found, function.param(index).kinds, node.name)
        if node.name in ALIKE:
            self._alike(node.name, node.args, kinds)
        self._literals(function, node)
        return function.result(kinds)

    def _aggregate(self, node: Aggregate) -> Kinds:
        function = FUNCTIONS[node.name]
        over = None if node.found else node.over
        if node.where is not None:
            self._expect(node.where, self.kinds(node.where, over), BOOLEAN, "FILTER (WHERE …)")
        kinds = tuple(self.kinds(arg, over) for arg in node.args)
        for index, (arg, found) in enumerate(zip(node.args, kinds, strict=True)):
            self._expect(arg, found, function.param(index).kinds, node.name)
        self._literals(function, node)
        return function.result(kinds)

    def _case(self, node: Case, over: Path | Related | None) -> Kinds:
        for test, _ in node.whens:
            self._expect(test, self.kinds(test, over), BOOLEAN, "WHEN")
        branches = (*(value for _, value in node.whens), node.otherwise)
        kinds = tuple(self.kinds(branch, over) for branch in branches)
        self._alike("CASE", branches, kinds)
        return NOTHING.union(*kinds)

    def _expect(self, node: Node, found: Kinds, wanted: Kinds, who: str) -> None:
        if found and not found & wanted:
            message = f"{who} needs {describe(wanted)}, not {describe(found)}"
            self._note(node, "CW-FORMULA-TYPE", message, describe(found), _conversion(found, wanted))

    def _alike(self, who: str, nodes: tuple[Node, ...], kinds: tuple[Kinds, ...]) -> None:
        # Of each type the first: the others go together with what it goes together with.
        known: dict[Kinds, Node] = {}
        for node, found in zip(nodes, kinds, strict=True):
            if found:
                known.setdefault(found, node)
        for (left, _), (right, node) in combinations(known.items(), 2):
            if not comparable(left, right):
                message = f"{who} cannot put {describe(left)} and {describe(right)} together"
                self._note(node, "CW-FORMULA-TYPE", message, describe(right), _conversion(right, left))
                return

    def _literals(self, function: Function, node: Call | Aggregate) -> None:
        values = []
        for index, arg in enumerate(node.args):
            param = function.param(index)
            if not param.literal:
                continue
            if not isinstance(arg, Const) or arg.value is None:
                if isinstance(arg, Const) and arg.span == (0, 0):
                    return  # it stands in for what could not be converted, and that was noted there
                message = f"the {param.name} of {function.name} is written out in the formula"
                self._note(arg, "CW-FORMULA-ARGUMENT", message, "", f"write {describe(param.kinds)} there")
                return
            values.append(arg.value)
        if function.prepare is not None:
            try:
                function.prepare(*values)
            except (EvalError, TypeError, AttributeError) as error:
                # The wrong kind was noted above; what the function says of the value is the user's to read.
                if isinstance(error, EvalError):
                    spans = [arg.span for at, arg in enumerate(node.args) if function.param(at).literal]
                    start, end = min(spans)[0], max(spans)[1]
                    if not start:
                        return
                    advice = f"it is written {function.usage()}"
                    problem = FormulaProblem(
                        start, end, "CW-FORMULA-ARGUMENT", error.message, error.value, advice
                    )
                    self.problems.append(problem)

    def _note(self, node: Node, code: str, message: str, found: str, advice: str = "") -> None:
        start, end = node.span
        if not start:  # it stands for a part that has a problem of its own
            return
        self.problems.append(FormulaProblem(start, end, code, message, found, advice))


def _conversion(found: Kinds, wanted: Kinds) -> str:
    if found <= NUMBER and wanted & MOMENT and wanted != ANY:
        return "if it counts seconds since 1970, write FROM_EPOCH(…, 's') there"
    if "TEXT" in wanted and "TEXT" not in found and wanted != ANY:
        return "write TO_TEXT(…) around it"
    if wanted & NUMBER and "TEXT" in found:
        return "write TO_DECIMAL(…) or TO_INTEGER(…) around it"
    if "DATE" in wanted and found & {"TEXT", "DATETIME"}:
        return "write TO_DATE(…) around it"
    if "DATETIME" in wanted and "TEXT" in found:
        return "write TO_DATETIME(…) around it"
    if wanted == BOOLEAN:
        return "compare it with something, e.g. write = 'x' or IS NOT NULL after it"
    return ""
