"""Cutting a small data folder out of a large one, closed under references: how the seed state is made.

``python -m crosswalk_engine.sandbox.seeding sample_data engine/crosswalk_engine/sandbox/seed``
"""

import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import msgspec

from crosswalk_engine.sandbox.data import data_root, read_ndjson

Record = dict[str, Any]

#: Files that are small and taken whole.
WHOLE = (
    "brightpearl/account.json",
    "brightpearl/channels.json",
    "brightpearl/order_statuses.json",
    "brightpearl/price_lists.json",
    "brightpearl/tax_codes.json",
    "brightpearl/warehouses.json",
    "infor/charges.json",
    "infor/company.json",
    "infor/customers.ndjson",
    "infor/vat_codes.json",
    "infor/warehouses.json",
)
#: Kinds of doubtful orders of which the seed holds one; of clean orders it holds one of every kind.
DOUBTFUL = ("unknown_sku", "place_mismatch")
#: Orders that people keyed into M3 before.
KEYED = 2


def write_seed(source: Path, target: Path) -> int:
    """Write the seed cut from `source` into `target`; gives the number of orders.

    Raises:
        MissingFileError, RecordError: `source` is no data folder.
    """
    root = data_root(source)
    orders = read_ndjson(root, "brightpearl/orders.ndjson")
    truths = read_ndjson(root, "truth.ndjson")
    keyed = read_ndjson(root, "infor/orders.ndjson")
    chosen = _chosen(orders, truths, keyed)
    kept = [order for order in orders if order["id"] in chosen]
    for name in WHOLE:
        _write(target / name, source.joinpath(name).read_bytes())
    products = _products(read_ndjson(root, "brightpearl/products.ndjson"), kept)
    skus = {product["identity"]["sku"].upper() for product in products}
    contacts = {order["parties"]["customer"]["contactId"] for order in kept}
    people = [c for c in read_ndjson(root, "brightpearl/contacts.ndjson") if c["contactId"] in contacts]
    places = {place for person in people for place in person["postAddressIds"].values()}

    def cut(name: str, keep: Callable[[Record], bool]) -> None:
        _lines(target / name, filter(keep, read_ndjson(root, name)))

    _lines(target / "brightpearl/orders.ndjson", kept)
    _lines(target / "brightpearl/products.ndjson", products)
    _lines(target / "brightpearl/contacts.ndjson", people)
    cut("brightpearl/addresses.ndjson", lambda place: place["addressId"] in places)
    cut("infor/items.ndjson", lambda item: item["ITNO"] in skus)
    _lines(target / "infor/orders.ndjson", [o for o in keyed if _order_of(o) in chosen])
    cut("truth.ndjson", lambda truth: truth["order"] in chosen)
    cut("edits.ndjson", lambda edit: edit["order"] in chosen)
    return len(kept)


def _chosen(orders: list[Record], truths: list[Record], keyed: list[Record]) -> set[int]:
    """The ids to keep: of each kind the smallest order, and the smallest that were keyed before."""
    size = {order["id"]: len(msgspec.json.encode(order)) for order in orders}
    best: dict[str, int] = {}
    for truth in truths:
        kind, order = truth["kind"], truth["order"]
        wanted = truth["expect"] == "delivered" or kind in DOUBTFUL
        if wanted and (kind not in best or size[order] < size[best[kind]]):
            best[kind] = order
    before = sorted((order for order in map(_order_of, keyed) if order in size), key=size.__getitem__)
    return {*best.values(), *before[:KEYED]}


def _order_of(keyed: Record) -> int:
    return int(str(keyed["CUOR"]).removeprefix("BP") or 0)


def _products(products: list[Record], orders: list[Record]) -> list[Record]:
    """The products of the orders' rows, and the components of the bundles among them."""
    wanted = {row["productId"] for order in orders for row in order["orderRows"].values()}
    for product in products:
        if product["id"] in wanted and product["composition"].get("bundle"):
            wanted |= {part["productId"] for part in product["composition"]["bundleComponents"]}
    return [product for product in products if product["id"] in wanted]


def _lines(file: Path, records: Iterable[Record]) -> None:
    encoder = msgspec.json.Encoder(decimal_format="number")
    _write(file, b"".join(encoder.encode(record) + b"\n" for record in records))


def _write(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)


if __name__ == "__main__":
    write_seed(Path(sys.argv[1]), Path(sys.argv[2]))
