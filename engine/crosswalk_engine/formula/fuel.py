"""How much text an aggregate may work on: measured where an element can make much more of it than it holds.

Texts are at most `MAX_TEXT` long, and elements at most 10,000: without functions that make long texts of
short ones, what an aggregate works on is about as large as the record. Where there are some, each call inside
the aggregate is counted, by the characters of its arguments and of its result.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from crosswalk_engine.formula.functions import FUNCTIONS
from crosswalk_engine.formula.ir import Aggregate, Call, Const, Node, Path, Related, uses_row, walk
from crosswalk_engine.formula.problems import EvalError

#: Characters that one aggregate may work on, where that is measured: about 2 s for the slowest functions, and
#: 32 MB when it keeps them all. The second figure holds where each row of a list goes over all rows again.
MAX_WORK = 8_000_000
MAX_WORK_SQUARED = 100_000
#: Padding up to here is no long text.
_SHORT = 256
#: From this cost on (see `Function.cost`) it is too much work to go over the same long text for each element.
_SLOW = 5


def is_metered(node: Aggregate) -> bool:
    """Whether the aggregate's work is measured."""
    unsure = node.found and len({part.parts[:-1] for part in _inside(node) if isinstance(part, Path)}) > 1
    return any(grows(part) or _is_slow(part, unsure=unsure) for part in _inside(node))


def limit_of(node: Aggregate) -> int:
    """Characters that the aggregate may work on."""
    return MAX_WORK_SQUARED if any(uses_row(part) for part in _arguments(node)) else MAX_WORK


def grows(node: Node) -> bool:
    """Whether a call can make a long text of short ones."""
    if not isinstance(node, Call):
        return False
    if node.name in ("LPAD", "RPAD"):
        length = node.args[1]
        return not (isinstance(length, Const) and isinstance(length.value, int) and length.value <= _SHORT)
    if node.name == "REPLACE":
        lengths = [len(str(arg.value)) for arg in node.args[1:] if isinstance(arg, Const)]
        return len(lengths) < 2 or lengths[1] > lengths[0]
    return False


def spend(spent: int, values: Iterable[Any], limit: int) -> int:
    """What is spent after a call on (and with the result) `values`.

    Raises:
        EvalError: CW-FORMULA-FUEL beyond `limit`.
    """
    for value in values:
        if value.__class__ is str:
            spent += len(value)
    if spent > limit:
        message = f"this formula works on too much text: over {limit:,} characters in one aggregate"
        raise EvalError("CW-FORMULA-FUEL", None, message)
    return spent


def _arguments(node: Aggregate) -> tuple[Node, ...]:
    return (*([node.where] if node.where is not None else []), *node.args)


def _inside(node: Aggregate) -> Iterator[Node]:
    for part in _arguments(node):
        yield from walk(part)


def _is_slow(node: Node, *, unsure: bool) -> bool:
    """Whether a slow function works on a text that is the same for every element.

    It is `unsure` where the repeated part is found in each record, and some fields may stand outside of it.
    """
    if not isinstance(node, Call) or FUNCTIONS[node.name].cost < _SLOW or FUNCTIONS[node.name].asks:
        return False
    fields = [part for arg in node.args for part in walk(arg) if isinstance(part, Path | Related)]
    own = any(isinstance(part, Path) and part.scope == "item" for part in fields)
    return bool(fields) and (unsure or not own)
