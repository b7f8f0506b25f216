"""Reading real orders: heads, lines, values, and the ways to find one."""

from collections.abc import Iterator

from crosswalk_engine.sandbox.infor.m3.company import Company
from crosswalk_engine.sandbox.infor.m3.declare import Record
from crosswalk_engine.sandbox.infor.m3.masters import Row
from crosswalk_engine.sandbox.infor.m3.orders import ALLOCATED, Line, Order, Valued
from crosswalk_engine.sandbox.infor.m3.refusal import unknown
from crosswalk_engine.sandbox.infor.m3.values import amount, number, price, quantity

_ZERO_AMOUNTS = ("ODAM", "EFAM", "ROAM", "OTDP")
_NOT_INVOICED = ("INTA", "IDAM", "INET", "IXAM", "IFAM", "IRVA", "IVTA", "ITOA", "IROA", "ITOP", "IRAM")


def _values(order: Order) -> Row:
    totals = order.totals
    return {
        **dict.fromkeys(_ZERO_AMOUNTS, "0.00"),
        "NTAM": amount(totals.ntam),
        "ONET": amount(totals.ntam),
        "BRAM": amount(totals.ntam),
        "EXAM": amount(totals.exam),
        "ORVA": amount(totals.orva),
        "VTAM": amount(totals.vtam),
        "TOAM": amount(totals.toam),
        "TOPY": amount(totals.topy),
    }


def _head(company: Company, order: Order) -> Row:
    day = order.confirmed.strftime("%Y%m%d")
    return {
        **order.head,
        **_values(order),
        "ORNO": order.number,
        "STAT": ALLOCATED,
        "ORSL": ALLOCATED,
        "ORST": ALLOCATED,
        "DIVI": company.masters.division,
        "CUNM": company.customers[order.customer].get("CUNM", ""),
        "OBLC": "0",
        "RGDT": day,
        "LMDT": day,
    }


def _line(company: Company, order: Order, line: Line, valued: Valued) -> Row:
    item = company.masters.items[line.item]
    return {
        **line.fields,
        "PONR": str(line.number),
        "POSX": "0",
        "ITNO": line.item,
        "ITDS": line.fields.get("ITDS") or item.get("ITDS", "")[:30],
        "ORQT": quantity(line.quantity),
        "ORQA": quantity(line.quantity),
        "ALUN": item.get("UNMS", ""),
        "SPUN": item.get("UNMS", ""),
        "SACD": "1",
        "CUCD": order.head["CUCD"],
        "CODT": line.fields.get("CODT") or line.fields.get("DWDT", ""),
        "SAPR": price(line.price),
        "NEPR": price(line.price),
        "NLAM": amount(valued.net),
        "LNA2": amount(valued.net),
        "VTCD": valued.vat_code,
        "ORST": ALLOCATED,
        "ALQT": quantity(line.quantity),
        "DLQT": "0",
        "IVQT": "0",
        "CUOR": line.fields.get("CUOR") or order.head["CUOR"],
    }


def get_head(company: Company, given: Record) -> Iterator[Record]:
    """GetHead: one real order; a temporary number is unknown here."""
    yield _head(company, company.order(given["ORNO"]))


def get_line(company: Company, given: Record) -> Iterator[Record]:
    """GetLine: one line of a real order."""
    order = company.order(given["ORNO"])
    for line, valued in order.lines:
        if line.number == number(given["PONR"]) and number(given["POSX"]) == 0:
            yield _line(company, order, line, valued)
            return
    raise unknown("PONR", "Order line number", given["PONR"])


def lst_line(company: Company, given: Record) -> Iterator[Record]:
    """LstLine: all lines of a real order, of one item or state if asked so."""
    order = company.order(given["ORNO"])
    for line, valued in order.lines:
        if given["ITNO"] in ("", line.item) and given["ORST"] in ("", ALLOCATED):
            yield _line(company, order, line, valued)


def lst_head(company: Company, given: Record) -> Iterator[Record]:
    """LstHead: a customer's real orders within a span of states."""
    company.customer(given["CUNO"])
    if (given["ORSL"] or "00") <= ALLOCATED <= (given["ORST"] or "99"):
        for order in company.orders.values():
            if order.customer == given["CUNO"]:
                yield _head(company, order)


def get_order_value(company: Company, given: Record) -> Iterator[Record]:
    """GetOrderValue: what is ordered and what was invoiced, which here is nothing yet."""
    order = company.order(given["ORNO"])
    yield {
        **dict.fromkeys(_NOT_INVOICED, "0.00"),
        **_values(order),
        "CUCD": order.head["CUCD"],
        "ISUM": "0",
        "ITPR": "0",
        "VXCL": "0",
    }


#: The key of the stop list, in the order in which NFTR counts filters.
_STOP_KEY = ("FACI", "CUOR", "CUNO", "ORNO")


def lst_co_stop_by_cuor(company: Company, given: Record) -> Iterator[Record]:
    """OIS120MI LstCOStopByCUOR: real orders by the customer's order number, no CUNO needed.

    NFTR says how many leading key fields must be equal (a blank facility stands for the company's own); the
    list then starts at the others. Without NFTR every field given must be equal.
    """
    filters = int(number(given["NFTR"])) if given["NFTR"] else 0
    if not 0 <= filters <= len(_STOP_KEY):
        raise unknown("NFTR", "Number of filters", given["NFTR"])
    wanted = [given["FACI"] or company.masters.facility, given["CUOR"], given["CUNO"], given["ORNO"]]
    fits: list[tuple[list[str], Order]] = []
    for order in company.orders.values():
        key = [order.head["FACI"], order.head["CUOR"], order.customer, order.number]
        if given["NFTR"]:
            fit = key[:filters] == wanted[:filters] and key >= wanted
        else:
            fit = all(given[name] in ("", value) for name, value in zip(_STOP_KEY, key, strict=True))
        if fit:
            fits.append((key, order))
    for _, order in sorted(fits, key=lambda one: one[0]):
        yield _head(company, order)


def search_head(company: Company, given: Record) -> Iterator[Record]:
    """SearchHead: the search index, which learns of a fresh order only after its lag.

    The query is ``FIELD:value`` terms, all of which must fit; ``*`` at a value's end stands for anything.
    """
    terms = [term.partition(":") for term in given["SQRY"].split() if term != "AND"]
    seen_until = company.clock.time() - company.habits().search_lag_s
    for order in company.orders.values():
        head = _head(company, order)
        for name, colon, _ in terms:
            if not colon or name not in head:
                raise unknown("SQRY", "Search field", name)
        if order.confirmed.timestamp() <= seen_until and all(_fits(head[n], v) for n, _, v in terms):
            yield head


def _fits(text: str, wanted: str) -> bool:
    if wanted.endswith("*"):
        return text.startswith(wanted[:-1])
    return text == wanted
