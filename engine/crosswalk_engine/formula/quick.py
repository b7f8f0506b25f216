"""Quicker forms of what formulas do most: for clean values, with exactly the results of the function table.

The code for clean records calls them. What is not clean raises (`Careful`, EvalError or ArithmeticError); the
record is then mapped again by the careful code, which says what is wrong.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal
from operator import itemgetter
from typing import Any

from crosswalk_engine.formula.functions.collections import apportion
from crosswalk_engine.formula.functions.numbers import QUANTA, Number, divide
from crosswalk_engine.formula.reads import leaf
from crosswalk_engine.formula.rows import ordered
from crosswalk_engine.formula.values import TEXTUAL, Kinds, Value, as_text, need, text_of

#: Texts that one parser remembers, and the length of the longest: some 0.5 MB a parser at most.
MEMO_ENTRIES = 2048
MEMO_TEXT = 40
#: The classes of values that sort without a look at each pair.
_SORTABLE = ({int}, {str}, {Decimal})


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
    digits = left.adjusted()
    left_weight, right_weight = digits >> 2, right.adjusted() >> 2
    left_first = abs(int(left if not left_weight else left.scaleb(-4 * left_weight)))
    right_first = abs(int(right if not right_weight else right.scaleb(-4 * right_weight)))
    weight = left_weight - right_weight - (left_first <= right_first)
    right_scale = -_exponent(right)
    scale = max(16 - 4 * weight, -_exponent(left), right_scale, 0)
    if scale > 20 or (digits if digits > 0 else 0) + right_scale + scale > 30:
        return divide(left, right)
    return (left / right).quantize(QUANTA[scale]) + 0


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
