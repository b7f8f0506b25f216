"""The quick forms for clean records give exactly what the function table and the plain reading give."""

from collections.abc import Callable
from decimal import Decimal, localcontext
from typing import Any

from crosswalk_engine.formula import EvalError, quick, reads
from crosswalk_engine.formula.functions.collections import apportion
from crosswalk_engine.formula.functions.numbers import divide
from crosswalk_engine.formula.functions.rounding import rounded
from crosswalk_engine.formula.rows import ordered
from crosswalk_engine.formula.values import CONTEXT
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.formula.strategies import NASTY

_decimals = st.builds(
    lambda digits, scale: Decimal(digits).scaleb(-scale),
    st.integers(-(10**14), 10**14) | st.integers(-130, 130),
    st.integers(0, 9),
)
_numbers = _decimals | st.integers(-1000, 1000)


def outcome(run: Callable[..., Any], *args: Any) -> Any:
    """What a function gives, or the error that it raises; no difference between 1 and 1.0 is lost."""
    with localcontext(CONTEXT):
        try:
            return repr(run(*args))
        except EvalError as error:
            return error.key()


@settings(max_examples=400)
@given(left=_numbers, right=_numbers)
@example(left=Decimal("0.00"), right=Decimal(7))
@example(left=Decimal("0.0001"), right=Decimal(9999))
def test_quotient(left: Any, right: Any) -> None:
    """A division has the digits and the scale of the function table's."""
    assert outcome(quick.quotient, left, right) == outcome(divide, left, right)


@settings(max_examples=400)
@given(left=_numbers, right=_numbers, scale=st.integers(0, 9))
@example(left=Decimal("0.125"), right=Decimal(1), scale=2)
@example(left=Decimal("1"), right=Decimal(8), scale=2)
def test_rounded_quotient(left: Any, right: Any, scale: int) -> None:
    """A division that is rounded in one step is rounded as in two."""
    expected = outcome(lambda: rounded(divide(left, right), scale))
    assert outcome(quick.rounded_quotient, left, right, scale) == expected


@settings(max_examples=300)
@given(tie=st.integers(0, 10**6), scale=st.integers(0, 8), by=st.integers(1, 999), off=st.integers(-9, 9))
def test_rounded_quotient_next_to_a_tie(tie: int, scale: int, by: int, off: int) -> None:
    """Quotients that lie 0 to 9 units of the 12th to 17th decimal from a tie are rounded as in two steps."""
    half = Decimal(2 * tie + 1).scaleb(-scale) / 2
    for digits in range(12, 18):
        left = half * by + Decimal(off).scaleb(-digits)
        expected = outcome(lambda left=left: rounded(divide(left, Decimal(by)), scale))  # type: ignore[misc]
        assert outcome(quick.rounded_quotient, left, Decimal(by), scale) == expected


@settings(max_examples=300)
@given(
    amount=st.none() | st.integers(-5, 900) | _decimals,
    weights=st.lists(st.none() | st.integers(-200, 10**7).map(lambda n: Decimal(n).scaleb(-4)), max_size=6),
)
def test_shared_out(amount: Any, weights: list[Decimal | None]) -> None:
    """Shares are those of APPORTION."""
    assert outcome(quick.shared_out, amount, weights, 2, 4) == outcome(apportion, amount, weights, 2)


_elements = st.lists(st.sampled_from([None, "", "odd", {}, [], 7]) | st.just({"a": 1}), max_size=4)
_keys = st.sampled_from(["10", "9", "007", "7", "100", "", "b", "٣", "9" * 70])


@settings(max_examples=300)
@given(
    value=_elements | st.dictionaries(_keys, st.sampled_from([{"a": 1}, None, ""])) | st.sampled_from(NASTY)
)
def test_elements(value: Any) -> None:
    """Elements come with the keys, in the order, and with the errors of the plain reading."""
    for limit in (2, 10_000):
        assert outcome(quick.elements, value, "x", limit) == outcome(reads.elements, value, "x", limit)


@settings(max_examples=200)
@given(value=_elements | st.dictionaries(_keys, st.just({"a": 1})) | st.sampled_from(NASTY))
def test_collected(value: Any) -> None:
    """The fields of elements that are found are those of the plain search."""
    expected = outcome(reads.collect, {"x": value}, [("x", "a"), ("x", "b")], 3)
    assert outcome(quick.collected, value, "x", ("a", "b"), 3) == expected


@given(
    keys=st.lists(st.none() | st.integers(-3, 3) | st.sampled_from(["a", "b", Decimal("1.5")]), max_size=6)
)
def test_ordered_by(keys: list[Any]) -> None:
    """Rows are in the order that `order_by` puts them in; what cannot be compared is an error."""
    rows = [(str(at), key) for at, key in enumerate(keys)]
    assert outcome(quick.ordered_by, rows, 1) == outcome(ordered, rows, keys)


def test_memo_is_bounded() -> None:
    """A parser remembers 2,048 texts of at most 40 characters, and computes each of them once."""
    asked: list[str] = []
    memo = quick.Memo(lambda text: asked.append(text) or text.upper())  # type: ignore[func-returns-value]
    assert [memo["ab"], memo["ab"], asked] == ["AB", "AB", ["ab"]]
    long = "x" * (quick.MEMO_TEXT + 1)
    assert [memo[long], long in memo] == [long.upper(), False]
    for number in range(3 * quick.MEMO_ENTRIES):
        assert memo[str(number)] == str(number)
        assert len(memo) <= quick.MEMO_ENTRIES
