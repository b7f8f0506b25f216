"""APPORTION: shares that add up exactly, by the largest remainder method."""

from decimal import Decimal

import pytest
from crosswalk_engine.formula import EvalError, RowScope, Scope, compile_formula, evaluate, parse_formula
from crosswalk_engine.formula.functions.collections import apportion
from hypothesis import given
from hypothesis import strategies as st

_weights = st.lists(
    st.decimals(min_value=-500, max_value=5000, places=4, allow_nan=False), min_size=1, max_size=12
)
_amounts = st.decimals(min_value=-10_000, max_value=10_000, places=2, allow_nan=False)


@given(amount=_amounts, weights=_weights.filter(lambda found: sum(found) != 0))
def test_shares_add_up(amount: Decimal, weights: list[Decimal]) -> None:
    """The shares add up to the amount to the cent, each with exactly two decimals."""
    shares = apportion(amount, weights, 2)
    assert sum(share for share in shares if share is not None) == amount
    assert {share.as_tuple().exponent for share in shares if share is not None} == {-2}


@given(amount=_amounts, weights=_weights.filter(lambda found: sum(found) > 0 and min(found) >= 0))
def test_no_share_is_off_by_a_cent(amount: Decimal, weights: list[Decimal]) -> None:
    """No share is a whole cent or more away from its exact value."""
    total = sum(weights)
    for share, weight in zip(apportion(amount, weights, 2), weights, strict=True):
        assert share is not None
        assert abs(share - amount * weight / total) < Decimal("0.01")


@given(
    amount=st.integers(0, 10_000), weights=st.lists(st.integers(0, 50), min_size=1, max_size=9).filter(any)
)
def test_the_shares_are_those_of_hamiltons_method(amount: int, weights: list[int]) -> None:
    """Whole parts first, then one unit each to the largest fractions, of equal ones to the first."""
    products = [amount * weight for weight in weights]
    shares = [product // sum(weights) for product in products]
    rest = sorted(range(len(weights)), key=lambda at: (-(products[at] % sum(weights)), at))
    for at in rest[: amount - sum(shares)]:
        shares[at] += 1
    assert [int(share or 0) for share in apportion(amount, weights, 0)] == shares


@given(amount=_amounts, weights=_weights.filter(lambda found: sum(found) != 0))
def test_a_credit_is_shared_like_its_invoice(amount: Decimal, weights: list[Decimal]) -> None:
    """The shares of -x are the shares of x with the other sign."""
    negative = [-share for share in apportion(amount, weights, 2) if share is not None]
    assert apportion(-amount, weights, 2) == negative


@given(weights=_weights)
def test_amounts_that_already_add_up_stay(weights: list[Decimal]) -> None:
    """When the weights are cents and add up to the amount, each row keeps its own."""
    cents = [weight.quantize(Decimal("0.01")) for weight in weights]
    assert apportion(sum(cents, Decimal("0.00")), cents, 2) == cents


@pytest.mark.parametrize(
    ("amount", "weights", "expected"),
    [
        ("10.00", ["1", "1", "1"], ["3.34", "3.33", "3.33"]),
        ("0.05", ["1", "1", "1"], ["0.02", "0.02", "0.01"]),
        ("0.02", ["1", "1", "1"], ["0.01", "0.01", "0.00"]),
        ("-10.00", ["1", "1", "1"], ["-3.34", "-3.33", "-3.33"]),
        ("100.00", ["33.333", "66.667"], ["33.33", "66.67"]),
        ("15.00", ["20", "-5"], ["20.00", "-5.00"]),
        ("0.00", ["10", "-10"], ["10.00", "-10.00"]),
        ("0.00", ["0", "0"], ["0.00", "0.00"]),
        ("0.00", ["0.005", "-0.005"], ["0.01", "-0.01"]),
        ("1.00", ["3", None, "1"], ["0.75", "0.00", "0.25"]),
        ("8.32", ["0.8333", "2.4999", "4.9999"], ["0.83", "2.50", "4.99"]),
    ],
)
def test_worked_shares(amount: str, weights: list[str | None], expected: list[str]) -> None:
    """Worked by hand: ties go to the first, discounts are negative, null weighs nothing."""
    found = apportion(Decimal(amount), [None if weight is None else Decimal(weight) for weight in weights], 2)
    assert [str(share) for share in found] == expected


def test_null_amount_and_faults() -> None:
    """A null amount gives nulls; too fine an amount and weights that cancel out are errors."""
    assert apportion(None, [Decimal(1)], 2) == [None]
    for amount, weights in ((Decimal("0.005"), [Decimal(1)]), (Decimal(1), [Decimal(1), Decimal(-1)])):
        with pytest.raises(EvalError) as caught:
            apportion(amount, weights, 2)
        assert caught.value.code == "CW-APPORTION"


def test_spare_cents_go_in_the_order_of_the_rows() -> None:
    """Equal remainders: the first by `order_by` gets the spare cent, whatever the key order is."""
    record = {"net": "0.01", "rows": {"1": {"seq": "20"}, "2": {"seq": "10"}}}
    for order, expected in (("TO_INTEGER(row.seq)", "2"), (None, "1")):
        formula = parse_formula(
            "APPORTION(TO_DECIMAL(net, 2), 1, 2)", Scope(row=RowScope("rows", "row", order))
        )
        shares = {key: evaluate(formula, record, row=key) for key in ("1", "2")}
        assert shares == {key: compile_formula(formula)(record, row=key) for key in ("1", "2")}
        assert [key for key, share in shares.items() if share] == [expected]


def test_weights_are_written_with_the_collection_or_the_alias() -> None:
    """Both spellings of a weight are the same formula."""
    scope = Scope(row=RowScope("rows", "row"))
    assert (
        parse_formula("APPORTION(1, row.q, 2)", scope).ir
        == parse_formula("APPORTION(1, rows.q, 2)", scope).ir
    )


def test_sharing_leaves_the_row_where_it_is() -> None:
    """What stands beside APPORTION in a formula is of the current row, also when it is read after it."""
    record = {"rows": [{"k": 1, "subs": [{"w": 3}]}, {"k": 2, "subs": [{"w": 4}, {"w": 5}]}]}
    formula = parse_formula(
        "CONCAT(row.k, ':', APPORTION(10, row.k, 1), ':', row.k, MAX(row.subs.w))",
        Scope(row=RowScope("rows", "row"), collections=frozenset({"rows", "rows.subs"})),
    )
    for row, expected in ((0, "1:3.3:13"), (1, "2:6.7:25")):
        assert evaluate(formula, record, row=row) == expected
        assert compile_formula(formula)(record, row=row) == expected
