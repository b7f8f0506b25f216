"""Lasting effects as the verifier reads them: figures as M3 computed them, never as the caller gave them."""

from typing import Any

from crosswalk_engine.sandbox.clock import iso
from crosswalk_engine.sandbox.infor.m3.orders import BatchOrder, Order
from crosswalk_engine.sandbox.infor.m3.values import amount, price, quantity

_HEAD = ("CUNO", "CUOR", "ORTP", "CUCD", "WHLO", "FACI", "OREF", "ORDT", "RLDT")


def order_effect(order: Order) -> dict[str, Any]:
    """A confirmed order without names and addresses; figures as text, `time` when it was made."""
    totals = order.totals
    return {
        "ORNO": order.number,
        "batch": order.batch,
        **{name: order.head.get(name, "") for name in _HEAD},
        "lines": [
            {
                "PONR": str(line.number),
                "ITNO": line.item,
                "ORQT": quantity(line.quantity),
                "SAPR": price(line.price),
                "NLAM": amount(valued.net),
                "VTCD": valued.vat_code,
                "VTAM": amount(valued.vat),
            }
            for line, valued in order.lines
        ],
        "charges": [
            {
                "CRID": charge.code,
                "CRAM": amount(valued.net),
                "CRD0": charge.text,
                "VTCD": valued.vat_code,
                "VTAM": amount(valued.vat),
            }
            for charge, valued in order.charges
        ],
        "NTAM": amount(totals.ntam),
        "EXAM": amount(totals.exam),
        "ORVA": amount(totals.orva),
        "VTAM": amount(totals.vtam),
        "TOAM": amount(totals.toam),
        "time": iso(order.confirmed),
    }


def order_state(order: Order) -> dict[str, Any]:
    """A confirmed order whole: its effect, and the names, addresses and texts that stand in it."""
    return {
        **order_effect(order),
        "YREF": order.head.get("YREF", ""),
        "addresses": {kind: dict(address) for kind, address in order.addresses.items()},
        "texts": [dict(text) for text in order.texts],
    }


def batch_effect(batch: BatchOrder) -> dict[str, Any]:
    """An open batch head: who and what it is for, how far it came, and why it is stuck, if it is."""
    return {
        "ORNO": batch.number,
        "CUNO": batch.head["CUNO"],
        "CUOR": batch.head["CUOR"],
        "STAT": batch.state,
        "lines": len(batch.lines),
        "charges": len(batch.charges),
        "errors": [{"MSID": one.code, "TX60": one.text[:60]} for one in batch.troubles],
        "time": iso(batch.created),
    }
