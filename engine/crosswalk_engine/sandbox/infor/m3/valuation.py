"""What an order is worth: each line and charge valued by the company's own VAT codes, then summed."""

from collections.abc import Iterable
from decimal import Decimal

from crosswalk_engine.sandbox.infor.m3.arithmetic import Totals, line_net, rounded, totals, vat_on
from crosswalk_engine.sandbox.infor.m3.company import Company
from crosswalk_engine.sandbox.infor.m3.masters import Row
from crosswalk_engine.sandbox.infor.m3.orders import Charge, Line, Valued

#: The customer's VAT code that makes all sales to it export: no VAT on any line or charge.
EXPORT = "0"


def vat_code(customer: Row, own: str) -> str:
    """The code that applies to a line or charge whose item or charge record has the code `own`.

    A customer without a code takes the item's; a customer's own code goes before it; blank if there is none.
    """
    theirs = customer.get("VTCD", "")
    if theirs.strip("0") == "" and theirs != "":
        return EXPORT
    return theirs or own


def value_line(company: Company, customer: Row, line: Line) -> Valued:
    """`line` with its net and its VAT by the item's sales code (VTCS)."""
    own = company.masters.items[line.item].get("VTCS", "")
    return _valued(company, line_net(line.quantity, line.price), vat_code(customer, own))


def value_charge(company: Company, customer: Row, charge: Charge) -> Valued:
    """`charge` with its VAT by the charge's own code."""
    own = company.masters.charges[charge.code].get("VTCD", "")
    return _valued(company, rounded(charge.amount), vat_code(customer, own))


def totals_of(lines: Iterable[Valued], charges: Iterable[Valued]) -> Totals:
    """The order's figures from its valued parts."""
    return totals(((v.net, v.vat) for v in lines), ((v.net, v.vat) for v in charges))


def _valued(company: Company, net: Decimal, code: str) -> Valued:
    known = company.masters.vat.get(code)
    rate = known.rate if known and code != EXPORT else Decimal(0)
    return Valued(net, code, rate, vat_on(net, rate))
