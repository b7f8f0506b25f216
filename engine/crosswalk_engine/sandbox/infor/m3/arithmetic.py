"""M3's order arithmetic on Decimals: the sandbox's own figures, computed from its own masters.

A line is worth its quantity times its price, rounded half up to the cent; VAT is rounded half up line by
line and charge by charge, so an order's VAT is a sum of rounded parts. Half up means away from zero, so that
a negative charge is the exact mirror of a positive one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal

CENT = Decimal("0.01")
#: Digits enough for a quantity of 16 characters times a price of 18: nothing is rounded before the last step.
_WIDE = Context(prec=60, rounding=ROUND_HALF_UP)


def rounded(value: Decimal) -> Decimal:
    """`value` at two decimals, halves away from zero; never a negative zero."""
    result = value.quantize(CENT, context=_WIDE)
    return result if result else Decimal("0.00")


def line_net(quantity: Decimal, price: Decimal) -> Decimal:
    """Net value of a line in the order's currency: round half up (ORQT x SAPR, 2)."""
    return rounded(_WIDE.multiply(quantity, price))


def vat_on(net: Decimal, rate: Decimal) -> Decimal:
    """VAT on `net` at `rate` percent, rounded half up to the cent."""
    return rounded(_WIDE.multiply(net, rate).scaleb(-2, _WIDE))


@dataclass(frozen=True, slots=True)
class Totals:
    """An order's figures in its currency, as GetHead and GetOrderValue give them.

    `ntam` net of the lines, `exam` charges, `orva` before VAT, `vtam` VAT, `toam` with VAT, `topy` to pay.
    """

    ntam: Decimal
    exam: Decimal
    orva: Decimal
    vtam: Decimal
    toam: Decimal
    topy: Decimal


def totals(lines: Iterable[tuple[Decimal, Decimal]], charges: Iterable[tuple[Decimal, Decimal]]) -> Totals:
    """Sum (net, VAT) pairs of lines and of charges; nothing is rounded here, since the parts are."""
    line_parts, charge_parts = list(lines), list(charges)
    ntam = _sum(net for net, _ in line_parts)
    exam = _sum(net for net, _ in charge_parts)
    vtam = _sum(vat for _, vat in (*line_parts, *charge_parts))
    orva = _WIDE.add(ntam, exam)
    toam = _WIDE.add(orva, vtam)
    return Totals(ntam=ntam, exam=exam, orva=orva, vtam=vtam, toam=toam, topy=toam)


def _sum(values: Iterable[Decimal]) -> Decimal:
    total = Decimal("0.00")
    for value in values:
        total = _WIDE.add(total, value)
    return total
