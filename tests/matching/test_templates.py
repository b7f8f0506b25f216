"""The first formula for a pair, checked by the engine's own parser."""

from pathlib import Path
from typing import Any

import pytest
from crosswalk_engine.formula import RowScope, Scope, parse_formula
from crosswalk_engine.payload.codecs import read_records
from crosswalk_engine.payload.shape import infer_shape
from crosswalk_models.embed import NoEmbedder
from crosswalk_models.matching.sides import Side
from crosswalk_models.matching.suggest import suggest
from crosswalk_models.matching.templates import propose

DATA = Path(__file__).parents[2] / "sample_data"
CODES = ["2", "3"] * 10


CASES = [
    (
        ("placedOn", ["2026-03-09T10:13:58+00:00"]),
        ("ORDT", ["20260309"]),
        "FORMAT_DATE(TO_DATETIME(placedOn), 'yyyyMMdd')",
    ),
    (
        ("day", ["20260309"]),
        ("date", ["09/03/2026"]),
        "FORMAT_DATE(TO_DATE(day, 'yyyyMMdd'), 'dd/MM/yyyy')",
    ),
    (("day", ["20260309"]), ("DWDT", ["20260310"]), "day"),
    (("total.net", ["90.8900"]), ("NTAM", ["90.89", "1.5"]), "TO_DECIMAL(total.net, 2)"),
    (("name", ["Priya Raman"]), ("CUNM", ["Ana"]), "TRIM(name)"),
    (("warehouseId", CODES), ("warehouse", ["BRS", "MUC"] * 10), "LOOKUP('warehouse', warehouseId)"),
    (("currency", ["GBP", "EUR"] * 10), ("CUCD", ["EUR", "GBP"] * 10), "currency"),
    (("id", ["100482"]), ("number", ["7"]), "id"),
    (("order no", ["A-1"]), ("number", ["B-2"]), '"order no"'),
    (("rows[].net", ["1.00"]), ("total", ["2.00"]), "TO_DECIMAL(MIN(rows.net), 2)"),
]


@pytest.mark.parametrize(("source", "target", "formula"), CASES, ids=lambda part: str(part)[:20])
def test_first_formulas(field_list: Any, source: Any, target: Any, formula: str) -> None:
    """The values of both sides decide the starting formula."""
    made = propose(Side(field_list(source)), 0, Side(field_list(target)), 0)
    assert (made.to, made.formula) == (target[0], formula)


def test_lists_are_made_from_lists(field_list: Any) -> None:
    """Between collections a formula goes through the row's alias; from the header it does not."""
    target = Side(field_list(("lines[].ITNO", ["A-1"])))
    inside = propose(Side(field_list(("orderRows[].productSku", ["K-1"]))), 0, target, 0)
    assert inside.to_json() == {
        "to": "ITNO",
        "formula": "row.productSku",
        "in": "lines[]",
        "each": "orderRows AS row",
    }
    header = propose(Side(field_list(("reference", ["K-1"]))), 0, target, 0)
    assert header.to_json() == {"to": "ITNO", "formula": "reference", "in": "lines[]"}


@pytest.mark.parametrize(("source", "target"), [("brightpearl", "infor"), ("infor", "brightpearl")])
def test_every_proposed_formula_is_valid(source: str, target: str) -> None:
    """The formula checker takes each formula proposed for the sample data, in both directions."""
    path = DATA / source / "orders.ndjson"
    shape = infer_shape(read_records(path).records)
    found = suggest(path, DATA / target / "orders.ndjson", top=3, encoder=NoEmbedder("test"))
    assert len(found.suggestions) > 100
    for item in found.suggestions:
        each = item.payload.get("each")
        row = RowScope(*each.split(" AS ")) if each else None
        parse_formula(item.payload["formula"], Scope(shape=shape, row=row))
