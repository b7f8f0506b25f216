"""Entering a batch order: head, lines, charges, address, texts, dropping it."""

from collections.abc import Iterator
from decimal import Decimal

from crosswalk_engine.sandbox.infor.m3.arithmetic import line_net
from crosswalk_engine.sandbox.infor.m3.company import FIRST_BATCH, Company
from crosswalk_engine.sandbox.infor.m3.declare import Record
from crosswalk_engine.sandbox.infor.m3.masters import Row
from crosswalk_engine.sandbox.infor.m3.orders import ENTERED, STOPPED, BatchOrder, Charge, Line
from crosswalk_engine.sandbox.infor.m3.refusal import RefusedError, exists, invalid, missing, unknown
from crosswalk_engine.sandbox.infor.m3.values import check_country, number

#: Head fields that a blank takes from the customer's order defaults.
_FROM_CUSTOMER = ("ORTP", "FACI", "WHLO", "CUCD", "MODL", "TEDL", "TEPY", "PYCD")
#: Address types: delivery, location, invoice, payment, quotation, order confirmation.
_ADDRESS_TYPES = frozenset("123456")
#: The widest net amount a line has room for (NLAM).
_NET_LENGTH = 16


def add_batch_head(company: Company, given: Record) -> Iterator[Record]:
    """AddBatchHead: every call opens another temporary order, whatever its CUOR."""
    customer = company.customer(given["CUNO"])
    head = _with_defaults(company, customer, given)
    _check_codes(company, head)
    for name, text in (("PYNO", "Payer"), ("INRC", "Invoice recipient"), ("DECU", "Delivery customer")):
        company.customer(head[name], name, text)
    _check_address(company, head["CUNO"], head["ADID"])
    for name, text in (("OTBA", "Order discount amount"), ("OTDP", "Order discount percentage")):
        _no_discount(name, text, head[name])
    new = company.next_number("batch", FIRST_BATCH, company.batches.__contains__)
    company.batches[new] = BatchOrder(new, head, company.clock.now())
    company.notify("batch.opened", new, CUNO=head["CUNO"], CUOR=head["CUOR"])
    yield {"ORNO": new}


def _with_defaults(company: Company, customer: Row, given: Record) -> Row:
    head = dict(given)
    for name in _FROM_CUSTOMER:
        head[name] = head[name] or customer.get(name, "")
    head["FACI"] = head["FACI"] or company.masters.facility
    for name in ("PYNO", "INRC", "DECU"):
        head[name] = head[name] or customer.get(name, "") or head["CUNO"]
    for name in ("ORDT", "RLDT"):
        head[name] = head[name] or company.today()
    for name, text in (("ORTP", "Order type"), ("WHLO", "Warehouse"), ("CUCD", "Currency")):
        if not head[name]:
            raise missing(name, text)
    return head


def _check_codes(company: Company, head: Row) -> None:
    codes = company.masters.codes
    tables = (
        ("ORTP", "Order type", codes.order_types),
        ("FACI", "Facility", frozenset({company.masters.facility})),
        ("WHLO", "Warehouse", company.masters.warehouses),
        ("CUCD", "Currency", codes.currencies),
        ("MODL", "Delivery method", codes.delivery_methods),
        ("TEDL", "Delivery terms", codes.delivery_terms),
        ("TEPY", "Payment terms", codes.payment_terms),
    )
    for name, text, table in tables:
        if head[name] and head[name] not in table:
            raise unknown(name, text, head[name])


def _check_address(company: Company, customer: str, number_: str) -> None:
    if number_ and not any((c, n) == (customer, number_) for c, _, n in company.customer_addresses):
        raise unknown("ADID", "Address number", number_)


def _no_discount(name: str, text: str, value: str) -> None:
    if number(value):
        raise RefusedError(f"W{name}05", f"{text} {value} is not permitted by the discount model", name)


def enterable(company: Company, temporary: str) -> BatchOrder:
    """The batch order, if lines may still be added to it.

    Raises:
        RefusedError: there is none, or it was confirmed.
    """
    batch = company.batch(temporary)
    if batch.state not in (ENTERED, STOPPED):
        raise RefusedError("WORNO05", f"Order {temporary} has been confirmed and cannot be changed", "ORNO")
    return batch


def add_batch_line(company: Company, given: Record) -> Iterator[Record]:
    """AddBatchLine: the next line number; the same call again makes the next line again."""
    batch = enterable(company, given["ORNO"])
    item = company.masters.items.get(given["ITNO"])
    if item is None:
        raise unknown("ITNO", "Item number", given["ITNO"])
    _check_line(company, item, given)
    _check_address(company, batch.head["CUNO"], given["ADID"])
    line = Line(
        number=len(batch.lines) + 1,
        item=given["ITNO"],
        quantity=_quantity(given),
        price=number(given["SAPR"] or item.get("SAPR", "")),
        fields={
            **given,
            "WHLO": given["WHLO"] or batch.head["WHLO"],
            "DWDT": given["DWDT"] or batch.head["RLDT"],
        },
    )
    if len(str(line_net(line.quantity, line.price))) > _NET_LENGTH:
        raise invalid("SAPR", "Net line amount of sales price", given["SAPR"])
    batch.lines.append(line)
    yield {"PONR": str(line.number), "POSX": "0", "ATNR": "0"}


def _check_line(company: Company, item: Row, given: Record) -> None:
    if given["WHLO"] and given["WHLO"] not in company.masters.warehouses:
        raise unknown("WHLO", "Warehouse", given["WHLO"])
    for name, text in (("ALUN", "Alternate unit"), ("SPUN", "Sales price unit")):
        if given[name] not in ("", item.get("UNMS", "")):
            raise unknown(name, text, given[name])
    codes = company.masters.codes
    if given["MODL"] and given["MODL"] not in codes.delivery_methods:
        raise unknown("MODL", "Delivery method", given["MODL"])
    if given["TEPY"] and given["TEPY"] not in codes.payment_terms:
        raise unknown("TEPY", "Payment terms", given["TEPY"])
    if number(given["SACD"]) not in (0, 1):
        raise invalid("SACD", "Sales price quantity", given["SACD"])
    if number(given["SAPR"]) < 0:
        raise invalid("SAPR", "Sales price", given["SAPR"])
    for name in ("DIA1", "DIA2", "DIP1", "DIP2"):
        _no_discount(name, "Discount", given[name])


def _quantity(given: Record) -> Decimal:
    name = "ORQT" if given["ORQT"] else "D1QT"
    if not given[name]:
        raise missing("ORQT", "Ordered quantity, basic unit")
    value = number(given[name])
    if value <= 0:
        raise invalid(name, "Ordered quantity", given[name])
    return value


def add_batch_charge(company: Company, given: Record) -> Iterator[Record]:
    """AddBatchHeadChg: a charge in the order's currency, negative for a deduction; again adds it again."""
    batch = enterable(company, given["ORNO"])
    charge = company.masters.charges.get(given["CRID"])
    if charge is None:
        raise unknown("CRID", "Charge", given["CRID"])
    if given["CUCD"] not in ("", batch.head["CUCD"]):
        raise invalid("CUCD", "Currency", given["CUCD"])
    if number(given["CRFA"]):
        raise invalid("CRFA", "Calculation factor", given["CRFA"])
    if given["TAXC"]:
        raise unknown("TAXC", "Tax code", given["TAXC"])
    if not given["CRAM"]:
        raise missing("CRAM", "Charge amount")
    text = given["CRD0"] or charge.get("TX40", "")[:30]
    batch.charges.append(Charge(given["CRID"], number(given["CRAM"]), text))
    return iter(())


def add_batch_address(company: Company, given: Record) -> Iterator[Record]:
    """AddBatchAddress: a one-off address, one of each type."""
    batch = enterable(company, given["ORNO"])
    kind = given["ADRT"].lstrip("0")
    if kind not in _ADDRESS_TYPES:
        raise unknown("ADRT", "Address type", given["ADRT"])
    if kind in batch.addresses:
        raise exists("ADRT", f"Address of order {batch.number} and type", given["ADRT"])
    check_country(given["CSCD"])
    codes = company.masters.codes
    for name, text, table in (
        ("MODL", "Delivery method", codes.delivery_methods),
        ("TEDL", "Delivery terms", codes.delivery_terms),
    ):
        if given[name] and given[name] not in table:
            raise unknown(name, text, given[name])
    batch.addresses[kind] = {name: value for name, value in given.items() if name not in ("ORNO", "CONO")}
    return iter(())


def add_batch_text(company: Company, given: Record) -> Iterator[Record]:
    """AddBatchText: a line of text on the head (TYPE 1) or on the line PONR (TYPE 2)."""
    batch = enterable(company, given["ORNO"])
    if given["TYPE"] not in ("1", "2"):
        raise invalid("TYPE", "Kind of text", given["TYPE"])
    if given["TYTR"] not in ("1", "2", "3"):
        raise invalid("TYTR", "Text type", given["TYTR"])
    if given["TYPE"] == "2":
        if not given["PONR"]:
            raise missing("PONR", "Order line number")
        if not 1 <= number(given["PONR"]) <= len(batch.lines):
            raise unknown("PONR", "Order line number", given["PONR"])
    batch.texts.append({name: given[name] for name in ("TYPE", "TYTR", "PARM", "PONR", "TXHE", "LNCD")})
    return iter(())


def del_batch_head(company: Company, given: Record) -> Iterator[Record]:
    """DelBatchHead: drop an order that is no real one, with all that hangs on it."""
    batch = enterable(company, given["ORNO"])
    del company.batches[batch.number]
    company.notify("batch.deleted", batch.number, CUNO=batch.head["CUNO"], CUOR=batch.head["CUOR"])
    return iter(())
