"""The seed state that ships in the wheel: small, closed under references, and cut from sample data."""

from pathlib import Path
from typing import Any

import pytest
from crosswalk_engine.sandbox.brightpearl import make_app
from crosswalk_engine.sandbox.data import data_root, read_json, read_ndjson
from crosswalk_engine.sandbox.seeding import DOUBTFUL, write_seed
from crosswalk_engine.sandbox.world import write_world

SEED = Path(str(data_root(None)))


@pytest.fixture(scope="module")
def cut(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A seed cut from a freshly generated world."""
    world, seed = tmp_path_factory.mktemp("world"), tmp_path_factory.mktemp("seed")
    write_world(world, orders=60, seed=5)
    write_seed(world, seed)
    return seed


def _closed(folder: Path) -> None:
    orders = read_ndjson(folder, "brightpearl/orders.ndjson")
    products = {p["id"]: p for p in read_ndjson(folder, "brightpearl/products.ndjson")}
    contacts = {c["contactId"]: c for c in read_ndjson(folder, "brightpearl/contacts.ndjson")}
    places = {a["addressId"] for a in read_ndjson(folder, "brightpearl/addresses.ndjson")}
    items = {item["ITNO"] for item in read_ndjson(folder, "infor/items.ndjson")}
    unknown = {t["order"] for t in read_ndjson(folder, "truth.ndjson") if t["kind"] == "unknown_sku"}
    for order in orders:
        contact = contacts[order["parties"]["customer"]["contactId"]]
        assert set(contact["postAddressIds"].values()) <= places
        for row in order["orderRows"].values():
            if row["productId"] != 1000 and order["id"] not in unknown:
                assert products[row["productId"]]["identity"]["sku"] in items
    for product in products.values():
        for part in product["composition"].get("bundleComponents", []):
            assert part["productId"] in products


def test_the_seed_is_small() -> None:
    """All of it stays below 150 KB."""
    assert sum(file.stat().st_size for file in SEED.rglob("*") if file.is_file()) < 150_000


def test_the_seed_is_closed() -> None:
    """Every contact, address, product, component and item that an order needs is there."""
    _closed(SEED)


def test_a_fresh_cut_is_closed(cut: Path) -> None:
    """Cutting another world gives a closed folder too."""
    _closed(cut)


def test_the_seed_holds_what_a_try_out_needs() -> None:
    """10 to 20 orders: clean ones ready for the ERP, doubtful ones, and some that people keyed before."""
    orders = {o["id"]: o for o in read_ndjson(SEED, "brightpearl/orders.ndjson")}
    truth = {t["order"]: t for t in read_ndjson(SEED, "truth.ndjson")}
    keyed = read_ndjson(SEED, "infor/orders.ndjson")
    assert 10 <= len(orders) <= 20 and truth.keys() <= orders.keys()
    assert {t["kind"] for t in truth.values() if not t["clean"]} == set(DOUBTFUL)
    assert all(orders[key]["orderStatus"]["orderStatusId"] == 19 for key in truth)
    assert {int(o["CUOR"].removeprefix("BP")) for o in keyed} == orders.keys() - truth.keys()


def test_the_sandbox_starts_on_the_seed() -> None:
    """The loader takes the seed as it is shipped."""
    system: Any = make_app(data_root(None)).state.system
    assert len(system.account.orders.ids) == len(read_ndjson(SEED, "brightpearl/orders.ndjson"))
    assert set(system.account.custom_fields) == {
        field["code"] for field in read_json(SEED, "brightpearl/account.json")["custom_fields"]
    }
