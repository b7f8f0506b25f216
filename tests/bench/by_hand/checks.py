"""What must be true of the whole order."""

from tests.bench.by_hand.order import Order, count, gross
from tests.bench.by_hand.values import Q2, FieldError, added, amount, exact, good, same


def checks(order: Order) -> None:
    """What must be true of the whole order."""
    errors = order.errors
    try:
        if same(order.doc.get("orderTypeCode"), str) != "SO":
            errors.append(("check: a sales order", "CW-CHECK"))
    except FieldError as error:
        errors.append(("check: a sales order", error.code))
    try:
        if not net_is_sum(order):
            errors.append(("check: totalValue.net is the sum of the rows", "CW-CHECK"))
    except FieldError as error:
        errors.append(("check: totalValue.net is the sum of the rows", error.code))
    try:
        if not total_is_gross(order):
            errors.append(("check: totalValue.total is net and tax", "CW-CHECK"))
    except FieldError as error:
        errors.append(("check: totalValue.total is net and tax", error.code))
    try:
        if not count(order):
            errors.append(("check: something is sold", "CW-CHECK"))
    except FieldError as error:
        errors.append(("check: something is sold", error.code))
    try:
        if not least(order):
            errors.append(("check: quantities are above zero", "CW-CHECK"))
    except FieldError as error:
        errors.append(("check: quantities are above zero", error.code))


def net_is_sum(order: Order) -> bool:
    """Whether the rows add up."""
    total = added([good(row.net) for row in good(order.rows) if row.net is not None])
    rounded = None if total is None else exact(total, Q2)
    net = good(order.net)
    return rounded is not None and net is not None and rounded == net


def total_is_gross(order: Order) -> bool:
    """Whether the total is net and tax."""
    total, sum_of_both = amount(order.totals.get("total")), gross(order)
    return total is not None and sum_of_both is not None and total == sum_of_both


def least(order: Order) -> bool:
    """Whether every quantity is above zero, and there is one."""
    found = [good(row.quantity) for row in good(order.rows) if row.quantity is not None]
    return bool(found) and min(found) > 0
