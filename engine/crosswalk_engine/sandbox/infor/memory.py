"""What a verifier reads: the effect log, and the state of orders, batch heads and customers."""

from dataclasses import dataclass, field
from typing import Any

from crosswalk_engine.sandbox.infor.m3.company import Company
from crosswalk_engine.sandbox.infor.m3.confirming import run_due_jobs
from crosswalk_engine.sandbox.infor.m3.effects import batch_effect, order_state
from crosswalk_engine.sandbox.infor.tokens import TokenDesk
from crosswalk_engine.sandbox.log import EffectLog


@dataclass(slots=True)
class DueEffects(EffectLog):
    """The effect log of a company whose orders may fall due while nobody calls."""

    company: Company = field(kw_only=True)

    def report(self, since: int = 0, kind: str | None = None, key: str | None = None) -> list[dict[str, Any]]:
        """As of an `EffectLog`, once all that is due has been done."""
        run_due_jobs(self.company)
        return EffectLog.report(self, since, kind, key)


def state_of(company: Company, desk: TokenDesk) -> dict[str, Any]:
    """The JSON of ``GET /_sandbox/state``.

    `counts` hold what calls made; what stood there before (keyed orders, customers) is in `before`.
    """
    run_due_jobs(company)
    made = [order for order in company.orders.values() if order.batch]
    still_open = [batch for batch in company.batches.values() if batch.open]
    before = len(company.masters.customers)
    return {
        "company": company.masters.company,
        "counts": {
            "orders": len(made),
            "open_batch_heads": len(still_open),
            "customers": len(company.customers) - before,
        },
        "before": {"orders": len(company.orders) - len(made), "customers": before},
        "orders": [order_state(order) for order in made],
        "open_batch_heads": [batch_effect(batch) for batch in still_open],
        "tokens_issued": desk.issued,
    }
