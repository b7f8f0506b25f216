"""From batch entry to real order: the check, the making, and the job that does it later."""

from collections.abc import Iterator
from datetime import UTC, datetime

from crosswalk_engine.sandbox.infor.m3.company import FIRST_ORDER, Company
from crosswalk_engine.sandbox.infor.m3.declare import Record
from crosswalk_engine.sandbox.infor.m3.effects import order_effect
from crosswalk_engine.sandbox.infor.m3.orders import (
    ALLOCATED,
    MADE,
    STOPPED,
    WAITING,
    BatchOrder,
    Order,
    Trouble,
)
from crosswalk_engine.sandbox.infor.m3.refusal import RefusedError
from crosswalk_engine.sandbox.infor.m3.valuation import totals_of, value_charge, value_line, vat_code

#: The state in which customers and items may be sold to and sold.
_RELEASED = "20"


def confirm(company: Company, given: Record) -> Iterator[Record]:
    """Confirm: the real order at once, or, where the job runs later, the temporary number in state 20.

    Raises:
        RefusedError: no such batch order, confirmed before, or stopped by the check (see LstErrMsgOrder).
    """
    batch = company.batch(given["ORNO"])
    if batch.state in (WAITING, MADE):
        raise RefusedError("WORNO06", f"Order {batch.number} has already been confirmed", "ORNO")
    delay = company.habits().confirm_delay_s
    if delay > 0:
        batch.state, batch.due = WAITING, company.clock.time() + delay
        company.waiting.append(batch)
        yield {"ORNO": batch.number, "STAT": WAITING}
        return
    _check_and_make(company, batch, company.clock.now())
    if batch.troubles:
        first = batch.troubles[0]
        raise RefusedError(first.code, first.text, first.field)
    yield {"ORNO": batch.final, "STAT": ALLOCATED}


def run_due_jobs(company: Company) -> None:
    """Make the real orders whose waiting time is over, in the order in which they fell due."""
    now = company.clock.time()
    due = [batch for batch in company.waiting if batch.due <= now]
    for batch in sorted(due, key=lambda one: (one.due, one.number)):
        company.waiting.remove(batch)
        _check_and_make(company, batch, datetime.fromtimestamp(batch.due, UTC))


def _check_and_make(company: Company, batch: BatchOrder, moment: datetime) -> None:
    batch.troubles = list(_troubles(company, batch))
    if batch.troubles:
        batch.state = STOPPED
        return
    batch.final = company.next_number("order", FIRST_ORDER, company.orders.__contains__)
    batch.state = MADE
    order = valued_order(company, batch, batch.final, moment)
    company.orders[order.number] = order
    company.notify("order.confirmed", order.number, **order_effect(order))


def valued_order(company: Company, batch: BatchOrder, number: str, moment: datetime) -> Order:
    """The real order `number` of `batch`, valued from the company's masters."""
    customer = company.customers[batch.head["CUNO"]]
    lines = tuple((line, value_line(company, customer, line)) for line in batch.lines)
    charges = tuple((charge, value_charge(company, customer, charge)) for charge in batch.charges)
    return Order(
        number=number,
        head=dict(batch.head),
        lines=lines,
        charges=charges,
        addresses=dict(batch.addresses),
        texts=tuple(batch.texts),
        totals=totals_of((v for _, v in lines), (v for _, v in charges)),
        confirmed=moment,
        batch=batch.number,
    )


def _troubles(company: Company, batch: BatchOrder) -> Iterator[Trouble]:
    customer = company.customers[batch.head["CUNO"]]
    number, state = batch.head["CUNO"], customer.get("STAT") or _RELEASED
    if state != _RELEASED:
        yield Trouble("1", "WCUNO07", f"Customer {number} has status {state}", number, "CUNO")
    if (customer.get("BLCD") or "0") != "0":
        yield Trouble("1", "WCUNO08", f"Customer {number} is stopped", number, "CUNO")
    if not batch.lines:
        yield Trouble("1", "WORNO09", f"Order {batch.number} has no lines", batch.number, "ORNO")
    for line in batch.lines:
        item = company.masters.items[line.item]
        state = item.get("STAT") or _RELEASED
        if state != _RELEASED:
            yield Trouble("2", "WITNO07", f"Item number {line.item} has status {state}", line.item, "ITNO")
        if not vat_code(customer, item.get("VTCS", "")):
            yield Trouble("2", "WVTCS01", f"VAT code of item {line.item} must be entered", line.item, "VTCS")
    for charge in batch.charges:
        own = company.masters.charges[charge.code].get("VTCD", "")
        if not vat_code(customer, own):
            text = f"VAT code of charge {charge.code} must be entered"
            yield Trouble("1", "WVTCD01", text, charge.code, "VTCD")
