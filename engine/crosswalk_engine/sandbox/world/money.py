"""Exact amounts: half-up rounding and the wire's fixed scales."""

from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
FOUR = Decimal("0.0001")
SIX = Decimal("0.000001")


def to_cents(amount: Decimal) -> Decimal:
    """`amount` at 2 decimals, half away from zero."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def to_four(amount: Decimal) -> Decimal:
    """`amount` at 4 decimals, half away from zero: the scale of row nets and quantities."""
    return amount.quantize(FOUR, ROUND_HALF_UP)


def to_six(amount: Decimal) -> Decimal:
    """`amount` at 6 decimals, half away from zero: the scale of exchange rates."""
    return amount.quantize(SIX, ROUND_HALF_UP)
