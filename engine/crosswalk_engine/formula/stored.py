"""The tree that a release carries, read back: what the parser could not have made is refused.

A stored tree is compiled and run without the parser, so that this is its only check.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from crosswalk_engine.errors import ConfigError, masked
from crosswalk_engine.formula.fuel import grows
from crosswalk_engine.formula.functions import FUNCTIONS, Function
from crosswalk_engine.formula.functions.numbers import MAX_SCALE
from crosswalk_engine.formula.ir import (
    MAX_DEPTH,
    ROWS,
    Aggregate,
    Call,
    Case,
    Const,
    Node,
    Path,
    Present,
    Related,
    Share,
    children,
    depth,
    walk,
)
from crosswalk_engine.formula.problems import EvalError
from crosswalk_engine.formula.values import DIGITS, KIND_OF, MAX_TEXT

#: Calls without a body: evaluation spells them out.
_SPELLED_OUT = frozenset({"AND", "OR", "COALESCE"})
_DAMAGED = (KeyError, IndexError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError)


def from_json(stored: Any) -> Node:
    """The tree that `to_json` stored.

    Raises:
        ConfigError: CW-IR when it is damaged or from a later version.
    """
    try:
        node = _read(stored)
        if depth(node) > MAX_DEPTH:
            raise ValueError("depth")
        _check_items(node, inside=False)
    except (*_DAMAGED, EvalError) as error:
        raise ConfigError(
            "CW-IR",
            "a stored formula cannot be read",
            got=_shown(stored),
            expected="the form that this version writes",
            fix="build the release again with this version",
        ) from error
    return node


def _shown(stored: Any) -> str:
    try:
        return masked(stored)
    except RecursionError:
        return "lists in lists"


def _read(stored: Any) -> Node:
    if not isinstance(stored, list):
        raise TypeError(type(stored).__name__)
    return _READERS[stored[0]](stored)


def _check_items(node: Node, *, inside: bool) -> None:
    """Elements are seen only by aggregates and weights, and those stand in no other.

    Raises:
        ValueError: for a tree in which they do not.
    """
    if isinstance(node, Path) and node.scope == "item" and not inside:
        raise ValueError("item")
    if isinstance(node, Aggregate | Share) and inside:
        raise ValueError("inside another")
    for number, child in enumerate(children(node)):
        sees = isinstance(node, Aggregate | Share) and number > 0
        _check_items(child, inside=inside or sees)


def _texts(stored: Any) -> tuple[str, ...]:
    if not isinstance(stored, list) or not all(isinstance(name, str) for name in stored):
        raise TypeError(type(stored).__name__)
    return tuple(stored)


def _read_path(stored: Any) -> Path:
    if stored[0] != "path" or stored[1] not in ("record", *ROWS, "item") or stored[3:] not in ([], ["whole"]):
        raise ValueError(stored[0])
    return Path(stored[1], _texts(stored[2]), stored[3:] == ["whole"])


def _read_related(stored: Any) -> Related:
    key = None if stored[2] is None else _read_field(stored[2])
    if not isinstance(stored[1], str):
        raise TypeError(stored[1])
    return Related(stored[1], key, _texts(stored[3]))


def _read_field(stored: Any) -> Path | Related:
    return _read_related(stored) if stored[0] == "with" else _read_path(stored)


def _read_share(stored: Any) -> Share:
    scope = stored[4] if len(stored) > 4 else "row"
    scale = stored[3]
    if scope not in ROWS or scale.__class__ is not int or not 0 <= scale <= MAX_SCALE:
        raise ValueError(scope)
    weights = _read(stored[2])
    if any(grows(part) for part in walk(weights)):
        raise ValueError("weights")
    return Share(_read(stored[1]), weights, scale, scope)


def _read_const(stored: Any) -> Const:
    value = stored[1]
    if not (value is None or isinstance(value, bool | str | int)):
        raise TypeError(type(value).__name__)
    if (isinstance(value, int) and abs(value) >= 10**DIGITS) or (
        isinstance(value, str) and len(value) > MAX_TEXT
    ):
        raise ValueError("out of range")
    return Const(value)


def _read_decimal(stored: Any) -> Const:
    if not isinstance(stored[1], str):
        raise TypeError(type(stored[1]).__name__)
    value = Decimal(stored[1])
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int) or not -DIGITS <= exponent <= 0 or value.adjusted() >= DIGITS:
        raise ValueError("out of range")
    if len(value.as_tuple().digits) > DIGITS or (not value and value.is_signed()):
        raise ValueError("out of range")
    return Const(value)


def _read_case(stored: Any) -> Case:
    whens = tuple((_read(test), _read(value)) for test, value in stored[1])
    if not whens:
        raise ValueError("CASE")
    return Case(whens, _read(stored[2]))


def _known(name: Any, *, aggregate: bool) -> Function:
    function = FUNCTIONS[name]
    if function.is_aggregate is not aggregate:
        raise KeyError(name)
    if function.body is None and function.prepare is None and name not in _SPELLED_OUT:
        raise KeyError(name)
    return function


def _arguments(function: Function, stored: list[Any]) -> tuple[Node, ...]:
    """The arguments of a call: as many as it takes, and constants where they are written out.

    Raises:
        EvalError: when the function refuses its constants.
    """
    args = tuple(map(_read, stored))
    if not function.takes(len(args)):
        raise ValueError(function.name)
    literals = []
    for index, arg in enumerate(args):
        param = function.param(index)
        if not param.literal:
            continue
        if not isinstance(arg, Const) or arg.value is None or KIND_OF[type(arg.value)] not in param.kinds:
            raise ValueError(param.name)
        literals.append(arg.value)
    if function.prepare is not None:
        function.prepare(*literals)
    return args


def _read_call(stored: Any) -> Call:
    function = _known(stored[1], aggregate=False)
    return Call(function.name, _arguments(function, stored[2:]))


def _read_aggregate(stored: Any) -> Aggregate:
    over = _read(stored[2][0])
    if not isinstance(over, Path | Related):
        raise TypeError(type(over).__name__)
    found = stored[2][1:] == ["found"]
    if (found and over.parts) or stored[2][1:] not in ([], ["found"]):
        raise ValueError("found")
    function = _known(stored[1], aggregate=True)
    where = None if stored[3] is None else _read(stored[3])
    return Aggregate(function.name, over, found, _arguments(function, stored[4:]), where)


_READERS: Mapping[str, Callable[[Any], Node]] = {
    "const": _read_const,
    "decimal": _read_decimal,
    "path": _read_path,
    "with": _read_related,
    "call": _read_call,
    "case": _read_case,
    "aggregate": _read_aggregate,
    "present": lambda stored: Present(_read_field(stored[1])),
    "share": _read_share,
}
