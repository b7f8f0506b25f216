"""Related records: fetched in waves of id sets, used again while they are young enough, bounded."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from crosswalk_engine.connectors.contract import Document, Source, SourceEvent
from crosswalk_engine.errors import RecordError, RetriableError
from crosswalk_engine.journal import Event, Journal
from crosswalk_engine.mapping.compile import CompiledMapping, compile_mapping
from crosswalk_engine.mapping.document import load_mapping
from crosswalk_engine.mapping.tree import RelatedTree
from crosswalk_engine.sync.fetch import fetch, gather
from crosswalk_engine.sync.receive import Receiver
from crosswalk_engine.sync.related import ABSENT_AGE, MAX_AGE, RelatedCache
from crosswalk_engine.sync.stages import Work
from crosswalk_engine.sync.world import World
from crosswalk_engine.testing.scene import FLOW

Records = dict[str, dict[str, Document]]


class Shelf:
    """A source of records by entity and id that counts its calls: one a started id set of 200."""

    most = 200

    def __init__(self, records: Records) -> None:
        self.records = records
        self.calls: Counter[str] = Counter()
        self.asked: dict[str, list[list[str]]] = defaultdict(list)
        self.gate: asyncio.Event | None = None

    async def fetch(self, entity: str, keys: Sequence[str]) -> dict[str, Document]:
        self.asked[entity].append(list(keys))
        self.calls[entity] += -(-len(keys) // self.most)
        there = self.records[entity]
        found = {key: dict(there[key]) for key in keys if key in there}
        if self.gate is not None:
            await self.gate.wait()
        return found


class Chained:
    """Stands in for a compiled mapping whose keys stand in other related records."""

    def __init__(self, **related: RelatedTree) -> None:
        self.tree = SimpleNamespace(related=related)

    def related_keys(
        self, record: Document, *, related: Mapping[str, Mapping[str, Any]] | None = None
    ) -> dict[str, frozenset[str]]:
        found: dict[str, frozenset[str]] = {}
        for name, one in self.tree.related.items():
            first, _, rest = one.key.partition(".")
            if rest:
                parents = [(related or {}).get(first, {}).get(key) for key in found[first]]
                values = [parent.get(rest) for parent in parents if parent]
            else:
                value = record.get(first)
                values = value if isinstance(value, list) else [value]
            found[name] = frozenset(str(value) for value in values if value is not None)
        return found


def mapping(**related: RelatedTree) -> CompiledMapping:
    return cast("CompiledMapping", Chained(**related))


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def cache(self, shelf: Shelf, **bounds: int) -> RelatedCache:
        world = World(now=lambda: self.now, monotonic=lambda: self.now)
        return RelatedCache(cast("Source", shelf), world, **bounds)


def world_of(orders: int) -> Records:
    """Orders of a contact each and three products each; 40 customer groups, 12 product types, one tax."""
    number = range(orders)
    return {
        "order": {str(n): {"id": n, "contact": n, "products": [3 * n, 3 * n + 1, 3 * n + 2]} for n in number},
        "contact": {str(n): {"id": n, "group": n % 40} for n in number},
        "product": {str(n): {"id": n, "type": n % 12} for n in range(3 * orders)},
        "customer_group": {str(n): {"id": n, "tax": 1} for n in range(40)},
        "product_type": {str(n): {"id": n} for n in range(12)},
        "tax": {"1": {"id": 1}},
    }


CHAIN = mapping(
    contact=RelatedTree("contact", "contact"),
    product=RelatedTree("product", "products"),
    group=RelatedTree("customer_group", "contact.group"),
    type=RelatedTree("product_type", "product.type"),
    tax=RelatedTree("tax", "group.tax"),
)


async def test_two_hundred_orders_cost_one_id_set_an_entity_and_wave() -> None:
    """200 orders: a call of orders, one of contacts, 3 of 600 products, then one of groups, types and tax."""
    shelf = Shelf(world_of(200))
    works = [Work(Event(n + 1, "orders", str(n), 1, 0.0, 0.0)) for n in range(200)]
    fetched, absent = await fetch(works, "order", cast("Source", shelf), CHAIN, Clock().cache(shelf))
    assert shelf.calls == {
        "order": 1,
        "contact": 1,
        "product": 3,
        "customer_group": 1,
        "product_type": 1,
        "tax": 1,
    }
    assert {entity: len(asked) for entity, asked in shelf.asked.items()} == dict.fromkeys(shelf.calls, 1)
    assert absent == {}
    seventh = fetched[7].related
    assert seventh["contact"] == {"7": {"id": 7, "group": 7}}
    assert seventh["group"] == {"7": {"id": 7, "tax": 1}}
    assert seventh["type"] == {str(n): {"id": n} for n in (9, 10, 11)}
    assert (seventh["tax"], sorted(seventh["product"])) == ({"1": {"id": 1}}, ["21", "22", "23"])


CHAIN_DOCUMENT = """format: crosswalk/mapping@1
name: priced
source: {system: shop, entity: order}
target: {system: erp, entity: sales_order}
with:
  contact: {entity: contact, key: contact, max_age: 10m}
  group: {entity: customer_group, key: contact.group}
  product: {entity: product, key: 'rows[].product'}
  type: {entity: product_type, key: product.type}
rules:
- {to: GROUP, formula: group.name}
- to: lines[]
  each: rows AS row
  where: row.product <> 1000
  rules:
  - {to: ITEM, formula: product.sku}
  - {to: NET, formula: 'TO_DECIMAL(product.price, 2) * (100 - type.discount - group.discount) / 100'}
"""


async def test_a_price_by_customer_group_and_product_type() -> None:
    """A compiled mapping whose keys are chained: 200 orders, two waves, and the price that they make."""
    number = range(200)
    shelf = Shelf(
        {
            "contact": {str(n): {"id": n, "group": n % 5} for n in number},
            "customer_group": {str(n): {"id": n, "name": f"G{n}", "discount": n} for n in range(5)},
            "product": {str(n): {"sku": f"S{n}", "price": "10.00", "type": n % 3} for n in range(400)},
            "product_type": {str(n): {"discount": 10 * n} for n in range(3)},
        }
    )
    orders: list[Document] = [
        {"contact": n, "rows": [{"product": 2 * n}, {"product": 2 * n + 1}, {"product": 1000}]}
        for n in number
    ]
    priced = compile_mapping(load_mapping(CHAIN_DOCUMENT))
    gathered = await gather(priced, orders, Clock().cache(shelf))
    assert shelf.calls == {"contact": 1, "customer_group": 1, "product": 2, "product_type": 1}
    assert ["1000" in asked for asked in shelf.asked["product"]] == [False]
    result = priced.apply(orders[7], related=gathered[7].related)
    assert result.output is not None
    assert (result.output["GROUP"], [line["ITEM"] for line in result.output["lines"]]) == (
        "G2",
        ["S14", "S15"],
    )
    nets = [Decimal(line["NET"]) for line in result.output["lines"]]
    assert nets == [Decimal("7.8"), Decimal("9.8")]


async def test_the_next_batch_asks_for_what_is_new_only() -> None:
    """With groups, types and tax in memory, 200 other orders cost their contacts and products only."""
    shelf, clock = Shelf(world_of(400)), Clock()
    cache = clock.cache(shelf)
    orders = list(shelf.records["order"].values())
    await gather(CHAIN, orders[:200], cache)
    shelf.calls.clear()
    gathered = await gather(CHAIN, orders[200:], cache)
    assert shelf.calls == {"contact": 1, "product": 3}
    assert gathered[0].related["group"] == {"0": {"id": 0, "tax": 1}}


async def test_a_ring_of_keys_ends() -> None:
    """Keys that name each other for ever are followed no further than there are related records."""
    shelf = Shelf({"a": {str(n): {"id": n} for n in range(100)}})
    ring = mapping(one=RelatedTree("a", "two.next"), two=RelatedTree("a", "one.next"))

    def further(record: Document, *, related: Mapping[str, Mapping[str, Any]]) -> dict[str, frozenset[str]]:
        return {"one": frozenset(map(str, range(len(related["one"]) + 1)))}

    ring.related_keys = further  # type: ignore[method-assign, assignment]
    await gather(ring, [{}], Clock().cache(shelf))
    assert shelf.asked == {"a": [["0"], ["1"]]}


async def test_two_names_of_one_entity_share_an_id_set() -> None:
    """The buyer and the payer are both contacts: one call, and the shorter age counts where both ask."""
    shelf, clock = Shelf(world_of(10)), Clock()
    both = mapping(buyer=RelatedTree("contact", "buyer", 600.0), payer=RelatedTree("contact", "payer", 30.0))
    cache = clock.cache(shelf)
    document = {"buyer": 1, "payer": 2}
    await gather(both, [document], cache)
    assert shelf.asked["contact"] == [["1", "2"]]
    clock.now = 31.0
    (gathered,) = await gather(both, [document], cache)
    assert shelf.asked["contact"] == [["1", "2"], ["2"]]
    clock.now = 62.0
    await gather(both, [{"buyer": 2, "payer": 2}], cache)
    assert shelf.asked["contact"][2:] == [["2"]]
    assert {name: list(found) for name, found in gathered.related.items()} == {"buyer": ["1"], "payer": ["2"]}


@pytest.mark.parametrize(
    ("age", "later", "calls"), [(120.0, 120.0, 1), (120.0, 120.1, 2), (600.0, 599.0, 1), (0.0, 0.1, 2)]
)
async def test_a_copy_is_used_while_it_is_young_enough(age: float, later: float, calls: int) -> None:
    """Up to its age limit a copy costs no call, after it one."""
    shelf, clock = Shelf(world_of(1)), Clock()
    cache = clock.cache(shelf)
    one = mapping(contact=RelatedTree("contact", "contact", age))
    for clock.now in (0.0, later):
        await gather(one, [{"contact": 0}], cache)
    assert shelf.calls["contact"] == calls


async def test_a_copy_is_as_old_as_the_question() -> None:
    """A reply that takes 100 s brings a copy that may be used for 20 s more, not for 120 s."""
    shelf, clock = Shelf(world_of(1)), Clock()
    cache, shelf.gate = clock.cache(shelf), asyncio.Event()
    slow = asyncio.create_task(cache.get("contact", ["0"]))
    await asyncio.sleep(0)
    clock.now = 100.0
    shelf.gate.set()
    assert await slow == {"0": {"id": 0, "group": 0}}
    clock.now = MAX_AGE + 1
    await cache.get("contact", ["0"])
    assert shelf.calls["contact"] == 2


async def test_an_absent_record_is_asked_for_again_soon() -> None:
    """That an id stands for none is believed for a minute, or for the age limit when that is shorter."""
    shelf, clock = Shelf({"contact": {}}), Clock()
    cache = clock.cache(shelf)
    assert await cache.get("contact", ["9"], max_age=600.0) == {}
    clock.now = ABSENT_AGE
    assert await cache.get("contact", ["9"], max_age=600.0) == {}
    assert shelf.calls["contact"] == 1
    shelf.records["contact"]["9"] = {"id": 9}
    clock.now = ABSENT_AGE + 1
    assert await cache.get("contact", ["9"], max_age=600.0) == {"9": {"id": 9}}
    assert shelf.calls["contact"] == 2


async def test_a_change_notice_drops_the_copy() -> None:
    """After `forget`, the next use fetches; other copies stay."""
    shelf, clock = Shelf(world_of(2)), Clock()
    cache = clock.cache(shelf)
    await cache.get("contact", ["0", "1"])
    shelf.records["contact"]["1"] = {"id": 1, "group": 39}
    cache.forget("contact", "1")
    cache.forget("contact", "77")
    assert (await cache.get("contact", ["0", "1"]))["1"] == {"id": 1, "group": 39}
    assert shelf.asked["contact"] == [["0", "1"], ["1"]]


async def test_a_change_while_fetching_is_not_missed() -> None:
    """A notice that comes between question and answer: the answer is used once and not kept."""
    shelf, clock = Shelf(world_of(2)), Clock()
    cache, shelf.gate = clock.cache(shelf), asyncio.Event()
    asked = asyncio.create_task(cache.get("contact", ["0", "1"]))
    await asyncio.sleep(0)
    cache.forget("contact", "1")
    shelf.gate.set()
    assert (await asked).keys() == {"0", "1"}
    await cache.get("contact", ["0", "1"])
    assert shelf.asked["contact"] == [["0", "1"], ["1"]]


async def test_flows_that_want_the_same_share_one_fetch() -> None:
    """Five flows ask for the same record at once: one call."""
    shelf, clock = Shelf(world_of(2)), Clock()
    cache, shelf.gate = clock.cache(shelf), asyncio.Event()
    asked = [asyncio.create_task(cache.get("contact", ["0"])) for _ in range(5)]
    await asyncio.sleep(0)
    shelf.gate.set()
    assert await asyncio.gather(*asked) == [{"0": {"id": 0, "group": 0}}] * 5
    assert shelf.calls["contact"] == 1


async def test_the_least_recently_used_copy_goes_first() -> None:
    """Of four copies in a cache of three, the one that nobody has used since is dropped."""
    shelf, clock = Shelf(world_of(9)), Clock()
    cache = clock.cache(shelf, most=3)
    for key in ("0", "1", "2", "0", "3"):
        await cache.get("contact", [key])
    await cache.get("contact", ["0", "2", "3"])
    assert shelf.asked["contact"] == [["0"], ["1"], ["2"], ["3"]]
    await cache.get("contact", ["1"])
    assert (shelf.asked["contact"][-1], len(cache)) == (["1"], 3)


async def test_the_cache_is_bounded_in_bytes() -> None:
    """However many and large the records are, no more than the bytes allowed are kept, nor counted wrong."""
    shelf = Shelf({"product": {str(n): {"id": n, "text": "x" * (n % 977)} for n in range(5000)}})
    cache = Clock().cache(shelf, most_bytes=20_000)
    for start in range(0, 5000, 100):
        keys = [str(n) for n in range(start, start + 100)]
        assert len(await cache.get("product", keys)) == 100
        assert cache.size <= 20_000
    for key in map(str, range(5000)):
        cache.forget("product", key)
    assert (cache.size, len(cache)) == (0, 0)


async def test_a_failed_fetch_keeps_nothing_and_blocks_nobody() -> None:
    """An outage is passed on; the next call asks again."""
    shelf, clock = Shelf(world_of(1)), Clock()
    cache = clock.cache(shelf)
    good = shelf.fetch

    async def down(entity: str, keys: Sequence[str]) -> dict[str, Document]:
        raise RetriableError("X-DOWN", "down")

    shelf.fetch = down  # type: ignore[method-assign]
    with pytest.raises(RetriableError, match="X-DOWN"):
        await cache.get("contact", ["0"])
    shelf.fetch = good  # type: ignore[method-assign]
    assert await cache.get("contact", ["0"]) == {"0": {"id": 0, "group": 0}}


async def test_a_refused_related_key_is_left_out_and_not_remembered() -> None:
    """One key of a set is refused for its data: the others come, and that one is asked for again."""
    shelf, clock = Shelf(world_of(4)), Clock()
    cache = clock.cache(shelf)
    good = shelf.fetch

    async def picky(entity: str, keys: Sequence[str]) -> dict[str, Document]:
        if "2" in keys:
            raise RecordError("X-KEY", "no")
        return await good(entity, keys)

    shelf.fetch = picky  # type: ignore[method-assign]
    assert (await cache.get("contact", ["0", "1", "2", "3"])).keys() == {"0", "1", "3"}
    shelf.fetch = good  # type: ignore[method-assign]
    assert (await cache.get("contact", ["2"])).keys() == {"2"}


async def test_a_record_nested_without_end_takes_no_other_along() -> None:
    """A document that cannot be stored is a data error, a related record that cannot is not there."""
    deep: Any = {}
    for _ in range(5000):
        deep = {"in": deep}
    records = world_of(3)
    records["order"]["1"]["deep"] = deep
    records["contact"]["2"]["deep"] = deep
    shelf = Shelf(records)
    works = [Work(Event(n + 1, "orders", str(n), 1, 0.0, 0.0)) for n in range(3)]
    fetched, absent = await fetch(works, "order", cast("Source", shelf), CHAIN, Clock().cache(shelf))
    assert [one.work.record for one in fetched] == ["0", "2"]
    assert {key: error.code for key, error in absent.items() if error} == {"1": "CW-RECORD-DEPTH"}
    assert fetched[1].related["contact"] == {}


class Announcing(Shelf):
    """A source whose notices name an entity and a key: ``contact/1``."""

    def read_notice(self, body: bytes) -> list[SourceEvent]:
        entity, key = body.decode().split("/")
        return [SourceEvent(entity, key, 0.0, f"{entity}.modified")]


async def test_a_notice_about_a_related_record_drops_its_copy(quick_path: Path) -> None:
    """`contact.modified` makes no event of the orders' flow, but the next order reads the contact anew."""
    shelf = Announcing(world_of(2))
    cache = Clock().cache(shelf)
    journal = Journal(quick_path / "journal.db")
    sources = {"shop": cast("Source", shelf)}
    receiver = Receiver(journal, [FLOW], sources, {"shop": cache})
    await cache.get("contact", ["0", "1"])
    assert receiver.receive("shop", b"contact/1", now=5.0) == 0
    assert receiver.receive("shop", b"order/1", now=5.0) == 1
    await cache.get("contact", ["0", "1"])
    assert shelf.asked["contact"] == [["0", "1"], ["1"]]
    journal.close()
