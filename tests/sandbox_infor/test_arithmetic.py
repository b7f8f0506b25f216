"""Laws of the arithmetic."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from crosswalk_engine.sandbox.infor.m3.arithmetic import CENT, line_net, rounded, totals, vat_on
from crosswalk_engine.sandbox.infor.m3.values import amount, price, quantity
from hypothesis import given
from hypothesis import strategies as st

quantities = st.decimals(min_value=0, max_value=10**9, places=6)
prices = st.decimals(min_value=0, max_value=10**11, places=6)
amounts = st.decimals(min_value=-(10**9), max_value=10**9, places=2)
rates = st.sampled_from([Decimal(text) for text in ("0", "5.00", "7", "19", "20.00", "25.5")])


def exact_half_up(value: Fraction) -> Fraction:
    """Half up (away from zero) to the cent, in whole numbers."""
    sign = -1 if value < 0 else 1
    return Fraction(sign * ((abs(value) * 200 + 1) // 2), 100)


@given(quantities, prices)
def test_a_line_is_the_exact_product_rounded_once(ordered: Decimal, unit: Decimal) -> None:
    """No digit is lost before the last step, however long quantity and price are."""
    assert Fraction(line_net(ordered, unit)) == exact_half_up(Fraction(ordered) * Fraction(unit))


@given(amounts, rates)
def test_vat_of_the_negative_is_the_negative_of_the_vat(net: Decimal, rate: Decimal) -> None:
    """A deduction takes back exactly the VAT that the same charge would bring."""
    assert vat_on(-net, rate) == -vat_on(net, rate)
    assert Fraction(vat_on(net, rate)) == exact_half_up(Fraction(net) * Fraction(rate) / 100)


@given(
    st.lists(st.tuples(quantities, prices, rates), max_size=12),
    st.lists(st.tuples(amounts, rates), max_size=5),
)
def test_lines_and_charges_sum_to_orva_to_the_cent(
    lines: list[tuple[Decimal, Decimal, Decimal]], charges: list[tuple[Decimal, Decimal]]
) -> None:
    """ORVA is the sum of rounded nets and charges, TOAM adds the rounded VAT; nothing is rounded twice."""
    nets = [line_net(ordered, unit) for ordered, unit, _ in lines]
    line_parts = [(net, vat_on(net, rate)) for net, (_, _, rate) in zip(nets, lines, strict=True)]
    charge_parts = [(net, vat_on(net, rate)) for net, rate in charges]
    result = totals(line_parts, charge_parts)
    assert Fraction(result.orva) == sum(map(Fraction, [*nets, *(net for net, _ in charges)]), Fraction(0))
    assert Fraction(result.vtam) == sum((Fraction(vat) for _, vat in line_parts + charge_parts), Fraction(0))
    assert Fraction(result.toam) == Fraction(result.orva) + Fraction(result.vtam)
    assert result.orva.as_tuple().exponent == -2


@pytest.mark.parametrize(
    ("value", "expected"),
    [("0.005", "0.01"), ("0.0049999", "0.00"), ("-0.005", "-0.01"), ("-0.004", "0.00"), ("2.675", "2.68")],
)
def test_halves_go_away_from_zero_and_nought_has_no_sign(value: str, expected: str) -> None:
    """The rounding that M3 is taken to use, on the values that tell modes apart."""
    assert amount(rounded(Decimal(value))) == expected
    assert rounded(Decimal(value)) == Decimal(value).quantize(CENT, ROUND_HALF_UP)


@pytest.mark.parametrize(
    ("value", "as_quantity", "as_price"),
    [
        ("2", "2", "2.00"), ("2.500000", "2.5", "2.50"), ("100", "100", "100.00"), ("0", "0", "0.00"),
        ("3.333333", "3.333333", "3.333333"), ("0.000001", "0.000001", "0.000001"),
        ("1E+3", "1000", "1000.00"),
    ],
)  # fmt: skip
def test_numbers_are_written_plainly(value: str, as_quantity: str, as_price: str) -> None:
    """No exponent, no idle noughts in quantities, at least two decimals in prices."""
    assert (quantity(Decimal(value)), price(Decimal(value))) == (as_quantity, as_price)
