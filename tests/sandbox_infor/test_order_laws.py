"""Laws of whole orders, entered through the transactions of the sample company."""

import random
from decimal import Decimal
from pathlib import Path

from crosswalk_engine.sandbox.clock import SandboxClock
from crosswalk_engine.sandbox.infor import InforSettings
from crosswalk_engine.sandbox.infor.call import Item, M3Call, Options
from crosswalk_engine.sandbox.infor.execute import execute
from crosswalk_engine.sandbox.infor.m3.company import Company
from crosswalk_engine.sandbox.infor.m3.effects import order_effect
from crosswalk_engine.sandbox.infor.m3.masters import load_masters
from hypothesis import given, settings
from hypothesis import strategies as st

MASTERS = load_masters(Path(__file__).parents[2] / "sample_data")
CENT = Decimal("0.01")

quantities = st.decimals("0.000001", 1000, places=6).map(str)
prices = st.decimals(0, 10_000, places=6).map(str)
lines = st.lists(
    st.tuples(st.sampled_from(sorted(MASTERS.items)), quantities, prices), min_size=1, max_size=8
)
charges = st.lists(
    st.tuples(st.sampled_from(sorted(MASTERS.charges)), st.decimals(-500, 500, places=2).map(str)), max_size=4
)


def run(company: Company, *transactions: tuple[str, dict[str, str]]) -> list[dict[str, str]]:
    """Run transactions of OIS100MI, all of which must succeed; gives their first records."""
    items = tuple(Item(name, fields, Options()) for name, fields in transactions)
    done = execute(M3Call("OIS100MI", items, True), company, InforSettings(), random.Random(0))
    assert all(one.refusal is None for one in done.outcomes), [one.refusal for one in done.outcomes]
    return [dict(one.records[0]) if one.records else {} for one in done.outcomes]


@settings(max_examples=60, deadline=None)
@given(lines, charges, st.sampled_from(sorted(MASTERS.customers)))
def test_an_orders_parts_sum_to_its_orva_and_vtam_to_the_cent(
    ordered: list[tuple[str, str, str]], charged: list[tuple[str, str]], customer: str
) -> None:
    """Every figure of a confirmed order follows from what was entered and from M3's masters."""
    company = Company(MASTERS, SandboxClock(base=lambda: 1_795_000_000.0))
    (head,) = run(company, ("AddBatchHead", {"CUNO": customer}))
    key = {"ORNO": head["ORNO"]}
    run(
        company,
        *[("AddBatchLine", {**key, "ITNO": i, "ORQT": q, "SAPR": p}) for i, q, p in ordered],
        *[("AddBatchHeadChg", {**key, "CRID": c, "CRAM": a}) for c, a in charged],
    )
    (confirmed,) = run(company, ("Confirm", key))
    effect = order_effect(company.orders[confirmed["ORNO"]])
    parts = [*effect["lines"], *effect["charges"]]
    nets = [Decimal(part.get("NLAM") or part["CRAM"]) for part in parts]
    assert Decimal(effect["ORVA"]) == sum(nets)
    assert Decimal(effect["VTAM"]) == sum(Decimal(part["VTAM"]) for part in parts)
    assert Decimal(effect["TOAM"]) == Decimal(effect["ORVA"]) + Decimal(effect["VTAM"])
    for (_, q, p), line in zip(ordered, effect["lines"], strict=True):
        assert abs(Decimal(q) * Decimal(p) - Decimal(line["NLAM"])) <= CENT / 2
    for part, net in zip(parts, nets, strict=True):
        rate = MASTERS.vat[part["VTCD"]].rate
        assert abs(net * rate / 100 - Decimal(part["VTAM"])) <= CENT / 2
