"""The judge: its own opinion of each order agrees with the generator's truth, and it sees other dirt."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from crosswalk_engine.errors import MissingFileError
from crosswalk_engine.sandbox.world.judge import Masters, expected_outcome, load_masters
from crosswalk_engine.sandbox.world.write import world_files, write_world

SAMPLE = Path(__file__).parents[2] / "sample_data"
LOOKUPS = SAMPLE / "projects" / "brightpearl-infor" / "lookups"
MASTERS = load_masters(SAMPLE)


def records(text: str) -> list[dict[str, Any]]:
    """The records of an NDJSON text."""
    return [json.loads(line) for line in text.splitlines()]


def agree(orders: list[dict[str, Any]], truths: list[dict[str, Any]], masters: Masters) -> int:
    """Hold the judge's opinion and the truth equal; the number of orders compared."""
    known = {truth["order"]: truth for truth in truths}
    for order in orders:
        truth = known.get(order["id"])
        found = expected_outcome(order, masters)
        if truth is None:
            assert found.expect == "skipped"
            continue
        assert (found.clean, found.expect) == (truth["clean"], truth["expect"]), (truth, found)
        if not found.clean:
            assert (found.path, found.value) == (truth["field"], truth["value"])
            assert found.reason
    return len(known)


def test_judge_and_truth_agree_on_the_committed_data() -> None:
    """300 orders to sync: same outcome, field and value; 150 past ones are skipped."""
    orders = records((SAMPLE / "brightpearl" / "orders.ndjson").read_text(encoding="utf-8"))
    assert agree(orders, records((SAMPLE / "truth.ndjson").read_text(encoding="utf-8")), MASTERS) == 300


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_judge_and_truth_agree_on_other_worlds(tmp_path: Path, seed: int) -> None:
    """500 orders of another seed, with the same agreed lookup tables."""
    write_world(tmp_path, orders=500, seed=seed)
    files = world_files(orders=500, seed=seed)
    masters = load_masters(tmp_path, lookups=LOOKUPS)
    assert agree(records(files["brightpearl/orders.ndjson"]), records(files["truth.ndjson"]), masters) == 500


def clean_order() -> dict[str, Any]:
    """A clean order of the sample, free to spoil."""
    orders = records((SAMPLE / "brightpearl" / "orders.ndjson").read_text(encoding="utf-8"))
    order = next(
        order for order in orders if expected_outcome(order, MASTERS).clean and len(order["orderRows"]) > 2
    )
    return copy.deepcopy(order)


def spoil_sku(order: dict[str, Any]) -> None:
    """An item that M3 never had."""
    next(row for row in order["orderRows"].values() if row["productId"] != 1000)["productSku"] = "NO-SUCH"


def spoil_net(order: dict[str, Any]) -> None:
    """A net that is no number."""
    next(iter(order["orderRows"].values()))["rowValue"]["rowNet"]["value"] = "n/a"


def spoil_quantity(order: dict[str, Any]) -> None:
    """Nothing ordered."""
    row = next(row for row in order["orderRows"].values() if row["productId"] != 1000)
    row["quantity"]["magnitude"] = "0.0000"


@pytest.mark.parametrize(
    ("path", "value", "expect", "field"),
    [
        (("currency", "orderCurrencyCode"), "SEK", "dead_letter", "parties.delivery.countryIsoCode"),
        (("warehouseId",), 9, "dead_letter", "warehouseId"),
        (("delivery", "shippingMethodId"), 99, "dead_letter", "delivery.shippingMethodId"),
        (("parties", "customer", "contactId"), 1, "dead_letter", "parties.customer.contactId"),
        (("parties", "delivery", "postalCode"), "", "held", "parties.delivery.postalCode"),
        (("parties", "delivery", "addressLine1"), " ", "held", "parties.delivery.postalCode"),
        (("totalValue", "net"), "1.00", "dead_letter", "totalValue.net"),
        (("orderStatus", "orderStatusId"), 20, "skipped", "orderStatus.orderStatusId"),
    ],
)
def test_dirt_of_other_kinds_is_seen(path: tuple[str, ...], value: Any, expect: str, field: str) -> None:
    """One spoilt value at a time: the outcome and the field that it names."""
    order = clean_order()
    place = order
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    found = expected_outcome(order, MASTERS)
    assert (found.clean, found.expect, found.path) == (False, expect, field)


@pytest.mark.parametrize(
    ("spoil", "field", "value"),
    [
        (spoil_sku, "orderRows[].productSku", "NO-SUCH"),
        (spoil_net, "orderRows[].rowValue.rowNet.value", "n/a"),
        (spoil_quantity, "orderRows[].quantity.magnitude", "0.0000"),
    ],
)
def test_dirt_in_rows_is_seen(spoil: Any, field: str, value: str) -> None:
    """A spoilt row makes a dead letter that names field and value."""
    order = clean_order()
    spoil(order)
    found = expected_outcome(order, MASTERS)
    assert (found.expect, found.path, found.value) == ("dead_letter", field, value)


def test_missing_masters_are_one_clear_error(tmp_path: Path) -> None:
    """A data folder without files: the error names the file, exit code 66."""
    with pytest.raises(MissingFileError) as caught:
        load_masters(tmp_path)
    assert (caught.value.code, caught.value.exit_code) == ("CW-MASTERS-MISSING", 66)
    assert "contacts.ndjson" in caught.value.where
