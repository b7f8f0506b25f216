"""The demo's report: figures as the systems themselves counted them."""

from dataclasses import asdict, dataclass, field
from typing import Any

#: The cause of a VAT difference that rounding cannot explain.
UNEXPLAINED = "more than a cent a line"


@dataclass(frozen=True, slots=True)
class DemoReport:
    """What a run came to; every count is over the orders of the run.

    Attributes:
        orders: how many were raised.
        clean: how many should arrive, judged from the two systems' masters.
        exact_once, doubled, lost: clean orders that are at the target once, more than once, not at all.
        wrong: orders at a wrong end, and dirty ones whose reason names neither field nor value.
        dead_letters, held: orders that ended there.
        open_batches: unconfirmed batch heads left at the target.
        kills, retries, throttled: engine kills, repeated attempts, calls refused for the quota.
        totals_equal: clean orders whose net at the target equals the source's to the cent.
        tax_differences: orders whose VAT differs, with amounts and cause.
        calls_per_order: requests that Brightpearl counted until the last write-back ÷ orders.
        quota_utilisation: those ÷ what the quota would have allowed in that time.
        quota_efficiency: fewest possible calls ÷ calls made.
        latency_p50_s, latency_p95_s: seconds, event raised → write-back.
        seconds: engine start → last write-back.
        reasons: dead letters and held orders, each with its reason.
    """

    orders: int
    clean: int
    exact_once: int
    doubled: int
    lost: int
    wrong: int
    dead_letters: int
    held: int
    open_batches: int
    kills: int
    retries: int
    throttled: int
    totals_equal: int
    tax_differences: list[dict[str, Any]]
    calls: int
    calls_per_order: float
    quota_utilisation: float
    quota_efficiency: float
    latency_p50_s: float
    latency_p95_s: float
    seconds: float
    audit_rows: int
    reasons: list[dict[str, Any]] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """Every clean order is there exactly once, net equal, VAT within a cent a line, nothing left open."""
        return (
            all(difference["cause"] != UNEXPLAINED for difference in self.tax_differences)
            and self.exact_once == self.clean
            and self.doubled == 0
            and self.lost == 0
            and self.wrong == 0
            and self.totals_equal == self.clean
            and self.open_batches == 0
        )

    def to_json(self) -> dict[str, Any]:
        """As a JSON object."""
        return asdict(self)

    def lines(self) -> list[str]:
        """For a person."""
        rows = [
            ("orders", f"{self.orders}, of them {self.clean} clean"),
            (
                "exactly once at M3",
                f"{self.exact_once} of {self.clean}; doubled {self.doubled}, lost {self.lost}",
            ),
            ("net equal to the cent", f"{self.totals_equal} of {self.clean}"),
            ("VAT different", f"{len(self.tax_differences)}{_causes(self.tax_differences)}"),
            ("dead letters, held", f"{self.dead_letters}, {self.held}; wrongly so {self.wrong}"),
            ("open batch heads", str(self.open_batches)),
            (
                "Brightpearl calls",
                f"{self.calls} = {self.calls_per_order:.3f} an order; throttled {self.throttled}",
            ),
            ("quota", f"{self.quota_utilisation:.0%} used, {self.quota_efficiency:.0%} efficient"),
            ("latency", f"p50 {self.latency_p50_s:.1f} s, p95 {self.latency_p95_s:.1f} s"),
            ("kills, retries", f"{self.kills}, {self.retries}"),
            ("audit", f"{self.audit_rows} rows, chain intact"),
            ("run", f"{self.seconds:.1f} s"),
        ]
        return [f"  {name:<22} {text}" for name, text in rows]


def _causes(differences: list[dict[str, Any]]) -> str:
    causes: dict[str, int] = {}
    for difference in differences:
        causes[difference["cause"]] = causes.get(difference["cause"], 0) + 1
    return "".join(f"; {count} × {cause}" for cause, count in sorted(causes.items()))
