"""Each clean order's net survives M3: spread over the rows to the cent, priced with 6 decimals."""

import json
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from crosswalk_engine.sandbox.world.orders import make_order
from crosswalk_engine.sandbox.world.plan import PAST
from crosswalk_engine.sandbox.world.write import SEED

CENT, SIX = Decimal("0.01"), Decimal("0.000001")


def half_up(amount: Decimal, scale: Decimal) -> Decimal:
    """`amount` at the decimals of `scale`, half away from zero."""
    return amount.quantize(scale, ROUND_HALF_UP)


def shares(net: Decimal, weights: list[Decimal]) -> list[Decimal]:
    """`net` spread by largest remainder: cents that rounding leaves over go where it took most away."""
    total = sum(weights)
    exact = [net * weight / total for weight in weights]
    rounded = [half_up(value, CENT) for value in exact]
    missing = int((net - sum(rounded)) / CENT)
    step = CENT if missing > 0 else -CENT
    order = sorted(range(len(weights)), key=lambda place: (rounded[place] - exact[place]) * step)
    for place in order[: abs(missing)]:
        rounded[place] += step
    return rounded


def order_value(order: dict[str, Any]) -> Decimal:
    """ORVA: what M3 adds up from quantities and prices, and from charges."""
    rows = sorted(order["orderRows"].values(), key=lambda row: int(row["orderRowSequence"]))
    net = Decimal(order["totalValue"]["net"])
    value = Decimal(0)
    weights = [Decimal(row["rowValue"]["rowNet"]["value"]) for row in rows]
    for row, share in zip(rows, shares(net, weights), strict=True):
        if row["productId"] == 1000:
            value += share
        else:
            quantity = Decimal(row["quantity"]["magnitude"])
            value += half_up(quantity * half_up(share / quantity, SIX), CENT)
    return value


@pytest.mark.parametrize("seed", [SEED, 3])
def test_m3s_order_value_equals_the_net_of_every_clean_order(seed: int) -> None:
    """600 orders a seed: ORVA = totalValue.net to the cent."""
    checked = 0
    for index in range(600):
        made = make_order(seed, index)
        if made.truth.clean:
            assert order_value(made.record) == Decimal(made.record["totalValue"]["net"]), json.dumps(
                made.record
            )
            checked += 1
    assert checked >= 600 - (600 - PAST) * 0.07


def test_the_spare_cent_goes_to_the_largest_remainder() -> None:
    """Three thirds of 24.88 are 8.30, 8.29 and 8.29; a negative share takes part too."""
    third = Decimal("8.2917")
    assert shares(Decimal("24.88"), [third] * 3) == [Decimal("8.30"), Decimal("8.29"), Decimal("8.29")]
    mixed = shares(Decimal("34.67"), [Decimal(45), Decimal("-4.5"), Decimal(-10), Decimal("4.1667")])
    assert mixed == [Decimal("45.00"), Decimal("-4.50"), Decimal("-10.00"), Decimal("4.17")]
