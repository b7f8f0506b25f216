"""Quicker forms of what formulas do most: for clean values, with exactly the results of the function table.

The code for clean records calls them. What is not clean raises (`Careful`, EvalError or ArithmeticError); the
record is then mapped again by the careful code, which says what is wrong.
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from operator import itemgetter
from typing import Any

from crosswalk_engine.formula import reads
from crosswalk_engine.formula.functions.collections import apportion
from crosswalk_engine.formula.functions.numbers import QUANTA, Number, divide
from crosswalk_engine.formula.problems import EvalError
from crosswalk_engine.formula.reads import EMPTY, MAX_ELEMENTS, Fault, leaf
from crosswalk_engine.formula.rows import ordered
from crosswalk_engine.formula.values import TEXTUAL, Kinds, Value, as_text, need, text_of

#: Texts that one parser remembers, and the length of the longest: some 0.5 MB a parser at most.
MEMO_ENTRIES = 2048
MEMO_TEXT = 40
#: The classes of values that sort without a look at each pair.
_SORTABLE = ({int}, {str}, {Decimal})
#: For `rounded_quotient`: the scales, how many digits more `left` may have, and per scale the distance from
#: the rounded value that is surely no tie.
_MAX_ROUNDED = 8
_MAX_DIGITS_APART = 3
_NO_TIE = [Decimal(5).scaleb(-scale - 1) - Decimal(1).scaleb(-11) for scale in range(_MAX_ROUNDED + 1)]
#: The classes of elements that are not looked at one by one when they are blank.
_MAYBE_BLANK = (type(None), str, list)
#: The keys of the elements of an array.
_KEYS = tuple(map(str, range(MAX_ELEMENTS)))
#: Digits of all keys of an object together, up to which they are looked at as numbers.
_MAX_KEYS = 4000


class Careful(Exception):  # noqa: N818  not an error: the record needs the careful code
    """Something is not as in a clean record."""


class Memo(dict[Any, Any]):
    """The results of a function of short texts; forgotten when there are `MEMO_ENTRIES`."""

    __slots__ = ("compute",)

    def __init__(self, compute: Callable[[Any], Any]) -> None:
        super().__init__()
        self.compute = compute

    def __missing__(self, key: Any) -> Any:
        value = self.compute(key)
        small = key.__class__ is not str or len(key) <= MEMO_TEXT
        if small and (value.__class__ is not str or len(value) <= MEMO_TEXT):
            if len(self) >= MEMO_ENTRIES:
                self.clear()
            self[key] = value
        return value


def quotient(left: Number, right: Number) -> Number:
    """As `numbers.divide`.

    The scale of the result follows from the first base-10000 digits of both sides, as there. The arithmetic
    of 34 digits gives the right digits whenever the number of digits before the point of `left`, the scale of
    `right` and that of the result are at most 30 together: then a tie cannot come about by rounding, for the
    distance of the exact quotient from a tie is at least 1 / (2 * 10**scale * right's digits).
    """
    if left.__class__ is not Decimal or right.__class__ is not Decimal or not left or not right:
        return divide(left, right)
    digits: int = left.adjusted()
    left_weight, right_weight = digits >> 2, right.adjusted() >> 2
    left_first = abs(int(left if not left_weight else left.scaleb(-4 * left_weight)))
    right_first = abs(int(right if not right_weight else right.scaleb(-4 * right_weight)))
    weight = left_weight - right_weight - (left_first <= right_first)
    right_scale = -_exponent(right)
    scale = max(16 - 4 * weight, -_exponent(left), right_scale, 0)
    if scale > 20 or (digits if digits > 0 else 0) + right_scale + scale > 30:
        return divide(left, right)
    return (left / right).quantize(QUANTA[scale]) + 0


def rounded_quotient(left: Number, right: Number, scale: int) -> Decimal:
    """ROUND(left / right, scale).

    The quotient is first rounded to the scale that `numbers.quotient` chooses: 12 digits or more when `left`
    is less than 10**4 times `right`. Rounding it once is the same, unless it lies within 10**-11 of a tie.
    """
    if isinstance(left, Decimal) and isinstance(right, Decimal) and right and scale <= _MAX_ROUNDED:
        exact = left / right
        found = exact.quantize(QUANTA[scale])
        if abs(exact - found) < _NO_TIE[scale] and left.adjusted() - right.adjusted() <= _MAX_DIGITS_APART:
            return found + 0
    return Decimal(quotient(left, right)).quantize(QUANTA[scale]) + 0


def _exponent(value: Any) -> int:
    text = str(value)
    if "E" in text:
        return int(value.as_tuple().exponent)
    point = text.find(".")
    return point + 1 - len(text) if point >= 0 else 0


def shared_out(
    amount: Number | None, weights: Sequence[Decimal | None], scale: int, places: int
) -> Sequence[Decimal | None]:
    """As `collections.apportion`, of weights with exactly `places` decimals.

    Rounds each share; when they add up there is nothing to mend.
    """
    if amount.__class__ is not Decimal or None in weights or -_exponent(amount) > scale:
        return apportion(amount, weights, scale)
    units = int(amount.scaleb(scale))
    parts = [int(weight.scaleb(places)) for weight in weights]  # type: ignore[union-attr]
    whole = sum(parts)
    if units <= 0 or whole <= 0 or min(parts) < 0:
        return apportion(amount, weights, scale)
    double = 2 * whole
    shares = [(2 * units * part + whole) // double for part in parts]
    if sum(shares) != units:
        return apportion(amount, weights, scale)
    unit = QUANTA[scale]
    return [share * unit for share in shares]


def chain(
    steps: Sequence[tuple[Callable[[Any], Any], Kinds, str]], where: str | None
) -> Callable[[Any], Value]:
    """Functions of one argument, one after the other, the innermost first: body, kinds that it takes, name.

    With `where`, the argument is what stands in the payload at that path; without, a value.
    """

    def run(value: Any) -> Value:
        if where is not None:
            value = leaf(value, where)
        for body, kinds, who in steps:
            if value is None:
                return None
            value = body(as_text(value, who) if kinds == TEXTUAL else need(value, kinds, who))
        return value  # type: ignore[no-any-return]

    return run


def word(value: Any, where: str) -> str:
    """The text form of what stands in the payload, '' for nothing."""
    found = leaf(value, where)
    return "" if found is None else text_of(found)


def elements(value: Any, where: str, limit: int = MAX_ELEMENTS, empty: Any = EMPTY) -> list[tuple[str, Any]]:
    """As `reads.elements`: quicker when no element is blank, and keys are numbers in their order.

    `empty` is what a blank element looks like, as it was decoded: with a type, so may others.

    Raises:
        Careful: when there may be a blank element among those that were decoded by type.
    """
    if value.__class__ is dict and len(value) <= limit:
        inner = value.values()
        if empty in inner:
            return _with_blank(value, where, limit, empty)
        if set(map(type, inner)).isdisjoint(_MAYBE_BLANK) and (len(value) < 2 or _ascend(value)):
            return list(value.items())
    elif value.__class__ is list and len(value) <= limit:
        if empty in value:
            return _with_blank(value, where, limit, empty)
        if set(map(type, value)).isdisjoint(_MAYBE_BLANK):
            return list(zip(_KEYS, value, strict=False))
    return reads.elements(value, where, limit)


def _with_blank(value: Any, where: str, limit: int, empty: Any) -> list[tuple[str, Any]]:
    if empty is not EMPTY:
        raise Careful
    return reads.elements(value, where, limit)


def elements_or_fault(
    value: Any, where: str, limit: int = MAX_ELEMENTS, empty: Any = EMPTY
) -> list[tuple[str, Any]] | Fault:
    """As `reads.elements_or_fault`; raises Careful as `elements`."""
    try:
        return elements(value, where, limit, empty)
    except EvalError as error:
        return Fault(error)


def _ascend(value: Mapping[str, Any]) -> bool:
    """Whether all keys are numbers, and stand in their order."""
    keys = "".join(value)
    if len(keys) > _MAX_KEYS or not keys.isdigit() or not keys.isascii() or "" in value:
        return False
    numbers = list(map(int, value))
    return numbers == sorted(numbers)


def collected(value: Any, first: str, names: Sequence[str], limit: int) -> list[tuple[Any, ...]]:
    """As `reads.collect` of ``{first: value}`` and paths ``first.name``: quicker for arrays of objects."""
    if (
        value.__class__ is list
        and len(value) <= limit
        and set(map(type, value)) == {dict}
        and EMPTY not in value
    ):
        return [tuple([one.get(name) for name in names]) for one in value]
    if value is None or value == "" or value == []:
        return []
    return reads.collect({first: value}, [(first, name) for name in names], limit)


def ordered_by(rows: list[Any], at: int) -> list[Any]:
    """`rows` in the order of their item number `at`, as `rows.ordered` puts them.

    Raises:
        EvalError: CW-TYPE when two of them cannot be compared.
    """
    if len(rows) < 2:
        return rows
    keys: list[Value] = [row[at] for row in rows]
    if {key.__class__ for key in keys} in _SORTABLE:
        return sorted(rows, key=itemgetter(at))
    return ordered(rows, keys)
