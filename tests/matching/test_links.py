"""Records that both files hold tell which fields belong together."""

from typing import Any

import numpy as np
from crosswalk_models.matching.links import find_links

WAREHOUSES = {2: "BRS", 3: "MUC"}
METHODS = {7: "DPD", 8: "RML", 9: "UPS"}


def orders(count: int = 60, first: int = 0) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The same orders in two systems; names, numbers and dates are written differently."""
    left, right = [], []
    for number in range(first, first + count):
        warehouse, method = 2 + number % 2, 7 + (number * 5 + number // 7) % 3
        net = f"{10 + number * 1.25:.4f}"
        left.append(
            {
                "id": 200_000 + number,
                "reference": f"WEB-{number}",
                "name": f"Person {chr(65 + number % 26)}{number % 9}",
                "placedOn": f"2026-{1 + number % 12:02d}-{1 + number % 28:02d}T10:00:00+00:00",
                "net": net,
                "warehouseId": warehouse,
                "shippingMethodId": method,
                "other": (number * 7919) % 101,
                "rows": {str(number): {"sku": f"SKU-{number % 17}"}},
            }
        )
        right.append(
            {
                "CUOR": f"BP{200_000 + number}",
                "OREF": f"WEB-{number}",
                "YREF": f"PERSON {chr(65 + number % 26)}{number % 9}",
                "ORDT": f"2026{1 + number % 12:02d}{1 + number % 28:02d}",
                "NTAM": f"{10 + number * 1.25:.2f}",
                "WHLO": WAREHOUSES[warehouse],
                "MODL": METHODS[method],
                "FACI": "BRS",
                "lines": [{"ITNO": f"sku-{number % 17}"}],
            }
        )
    return left, right


def test_linked_records_find_equal_values(records: Any) -> None:
    """A shared reference links all orders; text, number, date and prefixed number agree beyond chance."""
    left, right = orders()
    source, target = records(left), records(right)
    links = find_links(source, target)
    assert links is not None
    assert (links.source_key, links.target_key, links.count) == ("reference", "OREF", 60)
    for a, b in (("id", "CUOR"), ("name", "YREF"), ("placedOn", "ORDT"), ("rows[].sku", "lines[].ITNO")):
        assert links.agreement[source.index[a], target.index[b]] > 0.98, (a, b)
    assert links.agreement[source.index["net"], target.index["NTAM"]] > 0.4
    assert links.agreement[source.index["other"], target.index["NTAM"]] < 0.1


def test_code_lists_are_found_without_equal_values(records: Any) -> None:
    """A warehouse id decides the warehouse code and no other code does; a constant is told as one."""
    left, right = orders()
    source, target = records(left), records(right)
    links = find_links(source, target)
    assert links is not None
    decides = links.determines
    assert decides[source.index["warehouseId"], target.index["WHLO"]] == 1.0
    assert decides[source.index["shippingMethodId"], target.index["MODL"]] == 1.0
    assert decides[source.index["warehouseId"], target.index["MODL"]] < 0.3
    assert np.flatnonzero(links.constant).tolist() == [target.index["FACI"]]


def test_other_records_are_not_linked(records: Any) -> None:
    """Orders of different numbers, few orders, and field lists give no links."""
    left, _ = orders()
    _, right = orders(first=5000)
    assert find_links(records(left), records(right)) is None
    few_left, few_right = orders(count=10)
    assert find_links(records(few_left), records(few_right)) is None
