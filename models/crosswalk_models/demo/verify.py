"""Verify at the target: the sandboxes' own logs are the truth, the journal only explains."""

import json
import math
import sqlite3
import statistics
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

from crosswalk_engine.errors import RejectedError
from crosswalk_engine.journal import open_reader
from crosswalk_engine.journal.audit import verify_audit
from crosswalk_engine.sandbox.world.judge import Expectation, expected_outcome, load_masters

from crosswalk_models.demo.drive import Watch
from crosswalk_models.demo.options import Workplace
from crosswalk_models.demo.processes import Engine, Sandboxes
from crosswalk_models.demo.report import UNEXPLAINED, DemoReport

CENT = Decimal("0.01")

#: Brightpearl's calls a minute, and the sizes of its id sets and multi-messages.
QUOTA, ID_SET, MESSAGES = 200, 200, 10

Effects = Mapping[str, Sequence[Mapping[str, Any]]]
Order = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class End:
    """Where the journal says an order ended, and why."""

    state: str
    code: str
    reason: str
    raised_at: float


@dataclass(frozen=True)
class Evidence:
    """All that the verification looks at."""

    orders: Mapping[str, Order]
    expected: Mapping[str, Expectation]
    confirmed: Effects
    ends: Mapping[str, End]
    written_back: Mapping[str, float]


def verify(place: Workplace, sandboxes: Sandboxes, engine: Engine, watch: Watch) -> DemoReport:
    """Compare what was raised with what the target says it has.

    Raises:
        RejectedError: the audit chain is broken.
    """
    reader = open_reader(place.journal)
    try:
        audit = verify_audit(reader)
        if audit.first_bad is not None:
            raise RejectedError(
                "CW-AUDIT-BROKEN", "the audit chain is broken", where=f"row {audit.first_bad}"
            )
        evidence = _evidence(place, sandboxes, reader)
        retries = _count(reader, "select count(*) from audit where action in ('retry', 'write_back_retry')")
    finally:
        reader.close()
    clean = [key for key, expected in evidence.expected.items() if expected.clean]
    times = [evidence.confirmed.get(_natural(key), ()) for key in clean]
    last = max(evidence.written_back.values(), default=engine.started_at)
    calls, throttled = _calls(sandboxes, last)
    seconds = max(last - engine.started_at, 0.001)
    latencies = _latencies(evidence)
    stuck = {key: end for key, end in evidence.ends.items() if end.state in ("dead", "held")}
    return DemoReport(
        orders=len(evidence.orders),
        clean=len(clean),
        exact_once=sum(len(found) == 1 for found in times),
        doubled=sum(len(found) > 1 for found in evidence.confirmed.values()),
        lost=sum(not found for found in times),
        wrong=sum(_wrong(evidence, key) for key in evidence.orders),
        dead_letters=sum(end.state == "dead" for end in stuck.values()),
        held=sum(end.state == "held" for end in stuck.values()),
        open_batches=int(sandboxes.get("infor", "state")["counts"]["open_batch_heads"]),
        kills=watch.kills,
        retries=retries,
        throttled=throttled,
        totals_equal=sum(_net_equal(evidence, key) for key in clean),
        tax_differences=[d for key in evidence.orders if (d := _tax_difference(evidence, key))],
        calls=calls,
        calls_per_order=round(calls / len(evidence.orders), 4),
        quota_utilisation=round(calls / (QUOTA * max(seconds / 60.0, 1.0)), 4),
        quota_efficiency=round(_fewest(evidence, place.data) / max(calls, 1), 4),
        latency_p50_s=round(statistics.median(latencies), 3) if latencies else 0.0,
        latency_p95_s=round(_percentile(latencies, 0.95), 3) if latencies else 0.0,
        seconds=round(seconds, 3),
        audit_rows=audit.rows,
        reasons=_reasons(stuck),
    )


def _evidence(place: Workplace, sandboxes: Sandboxes, reader: sqlite3.Connection) -> Evidence:
    wanted = {str(order) for order in place.orders}
    orders = {key: order for key, order in _read_orders(place.data) if key in wanted}
    masters = load_masters(place.data, lookups=place.project / "lookups")
    confirmed: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for effect in sandboxes.get("infor", "effects?kind=order.confirmed"):
        confirmed[effect["data"]["CUOR"]].append(effect["data"])
    written: dict[str, float] = {}
    for effect in sandboxes.get("brightpearl", "effects?kind=order.status"):
        written.setdefault(str(effect["key"]), float(effect["t"]))
    return Evidence(
        orders,
        {key: expected_outcome(order, masters) for key, order in orders.items()},
        confirmed,
        _ends(reader),
        {key: at for key, at in written.items() if key in wanted},
    )


def _read_orders(data: Path) -> Iterable[tuple[str, Order]]:
    with (data / "brightpearl" / "orders.ndjson").open(encoding="utf-8") as lines:
        for line in lines:
            order = json.loads(line)
            yield str(order["id"]), order


def _ends(reader: sqlite3.Connection) -> dict[str, End]:
    """The end of each order's first event: later ones are edits and echoes of our own write-back."""
    query = "select record, state, code, reason, raised_at from event order by id"
    ends: dict[str, End] = {}
    for record, state, code, reason, raised_at in reader.execute(query):
        first = ends.get(record)
        if first is None or first.state == "superseded":
            since = raised_at if first is None else min(first.raised_at, raised_at)
            ends[record] = End(state, code or "", reason or "", since)
    return ends


def _wrong(evidence: Evidence, key: str) -> bool:
    """Clean orders must be delivered; dirty ones correct, or stopped with a reason that names the fault."""
    expected, end = evidence.expected[key], evidence.ends.get(key)
    there = evidence.confirmed.get(_natural(key), ())
    if expected.clean or len(there) > 1 or end is None:
        return len(there) != 1
    if there:
        return not _net_equal(evidence, key)
    # An address has several fields that disagree: any of its block may be the one that is named.
    block = expected.path.rpartition(".")[0] or expected.path
    names_it = bool(expected.value) and expected.value in end.reason
    return end.state not in ("dead", "held") or not (names_it or block in end.reason)


def _net_equal(evidence: Evidence, key: str) -> bool:
    there = evidence.confirmed.get(_natural(key), ())
    net = Decimal(evidence.orders[key]["totalValue"]["net"])
    return bool(there) and all(Decimal(order["ORVA"]) == net for order in there)


def _tax_difference(evidence: Evidence, key: str) -> dict[str, Any] | None:
    there = evidence.confirmed.get(_natural(key), ())
    if len(there) != 1:
        return None
    order = evidence.orders[key]
    ours, theirs = Decimal(order["totalValue"]["taxAmount"]), Decimal(there[0]["VTAM"])
    if ours == theirs:
        return None
    rows = list(order["orderRows"].values())
    cause = "VAT rounded on a line's cents in M3, on four decimals in Brightpearl"
    if any(_tax_given(row) != _tax_computed(row) for row in rows):
        cause = "the sales channel's own VAT stands in Brightpearl"
    if abs(ours - theirs) > CENT * len(rows):
        cause = UNEXPLAINED
    return {"order": key, "brightpearl": str(ours), "m3": str(theirs), "lines": len(rows), "cause": cause}


def _tax_given(row: Mapping[str, Any]) -> Decimal:
    return Decimal(row["rowValue"]["rowTax"]["value"])


def _tax_computed(row: Mapping[str, Any]) -> Decimal:
    value = row["rowValue"]
    exact = Decimal(value["rowNet"]["value"]) * Decimal(value["taxRate"]) / 100
    return exact.quantize(CENT, ROUND_HALF_UP)


def _calls(sandboxes: Sandboxes, last: float) -> tuple[int, int]:
    """Requests that Brightpearl counted up to the last write-back, and how many it refused."""
    report = sandboxes.get("brightpearl", "calls")
    counted = sum(bool(call["counted"]) and call["t"] <= last for call in report["calls"])
    return counted, int(report["counts"]["throttled"])


def _fewest(evidence: Evidence, data: Path) -> int:
    """Fewest calls that could do it: full id sets of each entity once, full multi-messages."""
    contacts = {order["parties"]["customer"]["contactId"] for order in evidence.orders.values()}
    products = {row["productId"] for order in evidence.orders.values() for row in order["orderRows"].values()}
    sets = (len(evidence.orders), len(contacts), len(products), len(evidence.written_back))
    sizes = (ID_SET, ID_SET, ID_SET, MESSAGES)
    return sum(math.ceil(number / size) for number, size in zip(sets, sizes, strict=True))


def _latencies(evidence: Evidence) -> list[float]:
    return sorted(
        at - evidence.ends[key].raised_at for key, at in evidence.written_back.items() if key in evidence.ends
    )


def _percentile(ordered: Sequence[float], share: float) -> float:
    """Nearest rank."""
    return ordered[min(len(ordered) - 1, math.ceil(share * len(ordered)) - 1)]


def _reasons(stuck: Mapping[str, End]) -> list[dict[str, Any]]:
    return [
        {"order": key, "state": end.state, "code": end.code, "reason": end.reason}
        for key, end in sorted(stuck.items())
    ]


def _natural(key: str) -> str:
    return f"BP{key}"


def _count(reader: sqlite3.Connection, query: str) -> int:
    return int(reader.execute(query).fetchone()[0])
