"""Parts of formulas that can never matter: conditions that are always the same, branches never reached.

Only what is certain for every record is named; what merely does not happen in the samples is the trial's.
"""

from collections.abc import Iterator

from crosswalk_engine.errors import Finding
from crosswalk_engine.formula.env import Env
from crosswalk_engine.formula.functions import FUNCTIONS
from crosswalk_engine.formula.ir import Aggregate, Call, Case, Const, Node, Path, Present, Related, Share
from crosswalk_engine.formula.ir import walk as walk_node
from crosswalk_engine.formula.oracle import Place, walk_tree
from crosswalk_engine.formula.problems import EvalError
from crosswalk_engine.mapping.lint_fields import field_shape
from crosswalk_engine.mapping.written import Written
from crosswalk_engine.payload.nearest import did_you_mean

#: What a formula needs from outside of itself: it is no constant then.
_OPEN = (Path, Related, Present, Aggregate, Share)
#: Comparisons of a value with itself: true wherever it is not null, or false.
_REFLEXIVE = {"=": "true", "<=": "true", ">=": "true", "<>": "false", "<": "false", ">": "false"}
#: Functions that give a value even when all their arguments are null.
_NEVER_NULL = frozenset({"CONCAT", "IS NULL", "COUNT"})
_CONDITIONS = frozenset({"when", "where", "check"})


def lint_branches(written: Written) -> Iterator[Finding]:
    """What of one formula is constant where it should decide, or is never reached."""
    node = written.formula.node
    if written.role in _CONDITIONS:
        yield from _condition(written, node)
    elif written.role in ("order_by", "group_by", "keyed_by", "by") and _is_constant(node):
        what = "the formula is the same for every element"
        yield written.finding("CONSTANT", what, "name a field of the element")
    for part in walk_node(node):
        if isinstance(part, Case):
            yield from _case(written, part)
        elif isinstance(part, Aggregate) and part.where is not None:
            yield from _inner_condition(written, part.where, "the FILTER")
        elif isinstance(part, Call):
            yield from _call(written, part)


def _condition(written: Written, node: Node) -> Iterator[Finding]:
    truth = _truth(node)
    if truth is not None:
        hint = "leave it out" if truth == "true" else "what it decides on never happens"
        yield written.finding("CONSTANT", f"the condition is always {truth}", hint)


def _inner_condition(written: Written, node: Node, who: str) -> Iterator[Finding]:
    truth = _truth(node)
    if truth is not None:
        yield written.finding("CONSTANT", f"{who} is always {truth}", span=node.span)


def _case(written: Written, case: Case) -> Iterator[Finding]:
    seen: list[Node] = []
    for index, (test, _) in enumerate(case.whens):
        truth = _truth(test)
        if test in seen:
            what = "the same condition stands before in this CASE, so this branch is never reached"
            yield written.finding("UNREACHABLE", what, "drop it, or mend the condition", span=test.span)
        elif truth == "true":
            rest = case.whens[index + 1 :]
            after = rest[0][0] if rest else case.otherwise
            if rest or after != Const(None):
                what = "this WHEN is always true, so what follows is never reached"
                yield written.finding("UNREACHABLE", what, "write it as ELSE", span=test.span)
            return
        elif truth is not None:
            what = f"this WHEN is always {truth}, so its value is never used"
            yield written.finding("UNREACHABLE", what, "drop it, or mend the condition", span=test.span)
        seen.append(test)
    branches = [value for _, value in case.whens] + [case.otherwise]
    if all(branch == branches[0] for branch in branches):
        what = "every branch of this CASE gives the same"
        yield written.finding("CONSTANT", what, "write the value alone", span=case.span)


def _call(written: Written, call: Call) -> Iterator[Finding]:
    if call.name == "COALESCE":
        certain = next((at for at, arg in enumerate(call.args[:-1]) if _never_null(arg)), None)
        if certain is not None:
            arg = call.args[certain]
            what = "this alternative of COALESCE is never null, so those after it are never used"
            yield written.finding("UNREACHABLE", what, "put it last, or drop the others", span=arg.span)
    elif call.name in ("AND", "OR"):
        yield from _operands(written, call)
    elif call.name in _REFLEXIVE and call.args[0] == call.args[1] and not _is_constant(call.args[0]):
        what = f"both sides of {call.name} are the same, so it is never anything but {_REFLEXIVE[call.name]}"
        yield written.finding("CONSTANT", what, "compare it with something else", span=call.span)
    elif call.name in ("=", "<>", "IN"):
        yield from _unseen_values(written, call)


def _operands(written: Written, call: Call) -> Iterator[Finding]:
    decisive = "false" if call.name == "AND" else "true"
    for index, arg in enumerate(call.args):
        if arg in call.args[:index]:
            what = f"this operand of {call.name} stands there twice"
            yield written.finding("CONSTANT", what, "drop one of the two", span=arg.span)
        truth = _truth(arg)
        if truth == decisive:
            what = f"an operand of {call.name} is always {truth}, and so is the whole"
            yield written.finding("CONSTANT", what, "drop the others", span=arg.span)
        elif truth is not None:
            what = f"an operand of {call.name} is always {truth}"
            yield written.finding("CONSTANT", what, "drop it", span=arg.span)


def _unseen_values(written: Written, call: Call) -> Iterator[Finding]:
    """A word that no sample has where one is nearly the same: a slip of the fingers."""
    shapes = (field_shape(written, arg) for arg in (call.args[:1] if call.name == "IN" else call.args))
    values = next((shape.values for shape in shapes if shape is not None), ())
    for arg in call.args:
        if values and isinstance(arg, Const) and isinstance(arg.value, str) and arg.value not in values:
            hint = did_you_mean(arg.value, values)
            if hint:
                what = f"no sample has '{arg.value}' there"
                yield written.finding("VALUE", what, hint, span=arg.span)


def _truth(node: Node) -> str | None:
    """``true``, ``false`` or ``null`` when `node` is always that."""
    if not _is_constant(node):
        return None
    try:
        value = walk_tree(node, Place({}, Env()))
    except EvalError:
        return None
    return "null" if value is None else str(value).lower() if isinstance(value, bool) else None


def _is_constant(node: Node) -> bool:
    return not any(
        isinstance(part, _OPEN) or (isinstance(part, Call) and FUNCTIONS[part.name].needs_env)
        for part in walk_node(node)
    )


def _never_null(node: Node) -> bool:
    """Whether `node` certainly gives a value (or an error) for every record."""
    if isinstance(node, Const):
        return node.value is not None
    if isinstance(node, Present):
        return True
    if isinstance(node, Case):
        return all(_never_null(part) for part in (*(value for _, value in node.whens), node.otherwise))
    if isinstance(node, Aggregate):
        return node.name in _NEVER_NULL
    if not isinstance(node, Call):
        return False
    if node.name in _NEVER_NULL:
        return True
    if node.name == "COALESCE":
        return any(map(_never_null, node.args))
    function = FUNCTIONS[node.name]
    return function.nulls == "null" and not function.may_be_null and all(map(_never_null, node.args))
