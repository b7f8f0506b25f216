"""Reading the batch entry: what is still open, what stopped it, and what became of it."""

from collections.abc import Iterator

from crosswalk_engine.sandbox.infor.m3.company import Company
from crosswalk_engine.sandbox.infor.m3.declare import Record
from crosswalk_engine.sandbox.infor.m3.masters import Row
from crosswalk_engine.sandbox.infor.m3.orders import BatchOrder
from crosswalk_engine.sandbox.infor.m3.valuation import totals_of, value_charge, value_line
from crosswalk_engine.sandbox.infor.m3.values import amount, price, quantity


def _head(batch: BatchOrder) -> Row:
    return {
        **batch.head,
        "ORNO": batch.number,
        "ORNR": batch.final,
        "STAT": batch.state,
        "ORSL": batch.state,
        "ORST": batch.state,
        "RGDT": batch.created.strftime("%Y%m%d"),
    }


def get_batch_head(company: Company, given: Record) -> Iterator[Record]:
    """GetBatchHead: one temporary head, also after it became a real order (STAT 90)."""
    batch = company.batch(given["ORNO"])
    customer = company.customers[batch.head["CUNO"]]
    valued = totals_of(
        (value_line(company, customer, line) for line in batch.lines),
        (value_charge(company, customer, charge) for charge in batch.charges),
    )
    yield {**_head(batch), "NTAM": amount(valued.ntam), "VTCD": customer.get("VTCD", "")}


def lst_batch_head(company: Company, given: Record) -> Iterator[Record]:
    """LstBatchHead: the customer's open temporary orders, oldest first, within a span of states if given."""
    company.customer(given["CUNO"])
    low, high = given["ORSL"] or "00", given["ORST"] or "99"
    for batch in company.batches.values():
        if batch.open and batch.head["CUNO"] == given["CUNO"] and low <= batch.state <= high:
            yield _head(batch)


def lst_batch_line(company: Company, given: Record) -> Iterator[Record]:
    """LstBatchLine: the lines entered so far."""
    for line in company.batch(given["ORNO"]).lines:
        yield {
            **line.fields,
            "ITDS": line.fields["ITDS"] or company.masters.items[line.item].get("ITDS", ""),
            "ORQT": quantity(line.quantity),
            "SAPR": price(line.price),
            "PONR": str(line.number),
            "POSX": "0",
            "ATNR": "0",
        }


def lst_err_msg_order(company: Company, given: Record) -> Iterator[Record]:
    """LstErrMsgOrder: why the batch order is stuck; empty for one that is not."""
    for trouble in company.batch(given["ORNO"]).troubles:
        yield {"LEVL": trouble.level, "MDTA": trouble.data, "TX60": trouble.text[:60], "MSID": trouble.code}


def get_order_no(company: Company, given: Record) -> Iterator[Record]:
    """GetOrderNo: the real number of a temporary one, blank as long as there is none."""
    yield {"ORNR": company.batch(given["ORNO"]).final}


def get_tmp_order_stat(company: Company, given: Record) -> Iterator[Record]:
    """OIS275MI GetTmpOrderStat: the same with the state of the temporary order."""
    batch = company.batch(given["ORNO"])
    yield {"ORNO": batch.number, "ORNR": batch.final, "STAT": batch.state}
