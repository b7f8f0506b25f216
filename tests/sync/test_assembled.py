"""A release with routes, mappings by condition and a policy on drift, assembled and run: nothing is faked but
the two systems."""

import json
import random
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from crosswalk_engine.journal import Journal, NewEvent
from crosswalk_engine.journal.reading import events_in, time_line
from crosswalk_engine.release import Release, load_release
from crosswalk_engine.release.build import build_release
from crosswalk_engine.release.reads import source_reads
from crosswalk_engine.sync.assemble import assemble
from crosswalk_engine.sync.replay import replay
from crosswalk_engine.sync.world import World
from crosswalk_engine.testing.chance import Chance
from crosswalk_engine.testing.scene import order
from crosswalk_engine.testing.systems import Erp, Shop

MAPPING = """\
format: crosswalk/mapping@1
name: {name}
source: {{system: shop, entity: order}}
target: {{system: erp, entity: sales_order}}
with:
  buyer: {{entity: contact, key: contact}}
rules:
  - {{to: CUOR, formula: "CONCAT('{prefix}', id)", required: true}}
  - {{to: OREF, formula: reference, max_length: 12}}
  - {{to: NAME, formula: gift, max_length: 5, on_too_long: cut}}
  - {{to: CUNO, formula: buyer.id, max_length: 1}}
  - {{to: ITNO, formula: item}}
checks:
  - {{name: not too many, formula: quantity < 50}}
"""
FILES = {
    "project.yaml": """\
format: crosswalk/project@1
name: routed
systems:
  shop: {connector: shop, entities: {order: {samples: samples/orders.ndjson}, contact: {}}}
  erp: {connector: erp, entities: {sales_order: {}}}
connections:
  shop: {system: shop}
  erp: {system: erp}
""",
    "flows/orders.yaml": """\
format: crosswalk/flow@1
name: orders
source: {connection: shop, entity: order}
target: {connection: erp, entity: sales_order}
trigger: {webhook: {events: [order.created]}}
accept: "status = 'paid'"
steps:
  - route:
      - {name: tests, when: "reference LIKE 'TEST%'", to: skip, reason: a test order}
      - {name: large, when: quantity > 20, to: hold, reason: more than the warehouse has}
      - {name: forbidden, when: "LOOKUP('countries', country, 'yes') = 'no'", to: reject}
  - map:
      - {when: "channel = 'web'", mapping: web-orders}
      - {mapping: shop-orders}
  - deliver: {natural_key: CUOR}
""",
    "mappings/shop-orders.yaml": MAPPING.format(name="shop-orders", prefix="S"),
    "mappings/web-orders.yaml": MAPPING.format(name="web-orders", prefix="W"),
    "lookups/countries.csv": "source,target\nGB,yes\nXX,no\n",
    "policies/drift.yaml": """\
format: crosswalk/policy@1
kind: drift
fields:
  channel: {value: hold}
""",
}
BASE = {"gift": "none", "status": "paid", "quantity": 2, "country": "GB", "channel": "shop", "item": "KETTLE"}


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """The release of the project above, with forty samples."""
    root = tmp_path_factory.mktemp("routed")
    samples = [order(n, **{**BASE, "channel": ["shop", "web"][n % 2]}) for n in range(1, 41)]
    files = {**FILES, "samples/orders.ndjson": "\n".join(map(json.dumps, samples)) + "\n"}
    for name, text in files.items():
        path = root / "project" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    build_release(root / "project", root / "release", at=datetime(2026, 11, 24, tzinfo=UTC))
    return load_release(root / "release")


class Stage:
    """The two systems, the journal and the assembled flow."""

    def __init__(self, path: Path, release: Release, orders: dict[str, dict[str, Any]]) -> None:
        self.clock = [1000.0]
        chance = Chance(random.Random(1))
        self.shop, self.erp = Shop(chance, orders), Erp(chance)
        self.journal = Journal(path / "journal.db", release=release.hash)
        world = World(
            now=lambda: self.clock[0], monotonic=lambda: self.clock[0], sleep=self._sleep, rng=chance.rng
        )
        (self.pipeline,) = assemble(release, {"shop": self.shop, "erp": self.erp}, self.journal, world)

    async def _sleep(self, seconds: float) -> None:
        self.clock[0] += seconds

    async def run(self) -> dict[str, tuple[str, str, str]]:
        """Bring all orders; record -> state, code and reason of those that were not delivered."""
        events = [NewEvent("orders", key, "webhook", key, 1000.0, 1000.0) for key in self.shop.orders]
        self.journal.inbox.receive(events, at=1000.0)
        while await self.pipeline.run_batch():
            pass
        rows = events_in(self.journal.core.db, ("held", "dead", "skipped", "retry", "waiting"))
        return {row.record: (row.state, row.code or "", row.reason or "") for row in rows}


async def test_each_order_goes_its_way(quick_path: Path, release: Release) -> None:
    """Conditions over the record, related records and tables; drift first; all problems of one together."""
    changes: dict[int, dict[str, Any]] = {
        1: {},
        2: {"channel": "web"},
        3: {"reference": "TEST 3"},
        4: {"quantity": 21},
        5: {"country": "XX"},
        6: {"status": "open"},
        7: {"channel": "marketplace"},
        8: {"reference": "much too long a text", "contact": "12"},
        9: {"quantity": "two"},
        10: {"channel": "web", "colour": "red"},
    }
    orders = {str(n): order(n, **{**BASE, **one}) for n, one in changes.items()}
    stage = Stage(quick_path, release, orders)
    ended = await stage.run()
    assert sorted(sent["CUOR"] for _, sent in stage.erp.orders) == ["S1", "W10", "W2"]
    assert {key: found[:2] for key, found in ended.items()} == {
        "3": ("skipped", "CW-ROUTE-SKIP"),
        "4": ("held", "CW-ROUTE-HOLD"),
        "5": ("dead", "CW-ROUTE-REJECT"),
        "6": ("skipped", "CW-NOT-ACCEPTED"),
        "7": ("held", "CW-DRIFT"),
        "8": ("dead", "CW-TOO-LONG"),
        "9": ("held", "CW-DRIFT"),
    }
    assert ended["7"][2] == (
        "not as the samples were: value channel: got 'marketplace', expected one of shop, web"
    )
    assert "OREF: CW-TOO-LONG" in ended["8"][2] and "CUNO: CW-TOO-LONG" in ended["8"][2]
    routed = [one["detail"] for one in time_line(stage.journal.core.db, "2") if one["action"] == "routed"]
    assert routed == [{"mapping": "web-orders"}]
    stage.journal.close()


async def test_what_a_mapping_cuts_is_told(quick_path: Path, release: Release) -> None:
    """In the audit, by path and code; the value stays out of it."""
    stage = Stage(quick_path, release, {"1": order(1, **{**BASE, "gift": "happy birthday"})})
    assert await stage.run() == {} and stage.erp.orders[0][1]["NAME"] == "happy"
    told = [one["detail"] for one in time_line(stage.journal.core.db, "1") if one["action"] == "mapped"]
    assert told == [{"warnings": ["NAME CW-CUT"]}]
    stage.journal.close()


async def test_a_replay_takes_the_same_mapping(quick_path: Path, release: Release) -> None:
    """What was journaled decides: the bytes are those of the web mapping."""
    stage = Stage(quick_path, release, {"2": order(2, **{**BASE, "channel": "web"})})
    await stage.run()
    assert json.loads(replay(1, release, stage.journal.core.db))["CUOR"] == "W2"
    stage.journal.close()


async def test_a_release_without_samples_looks_at_nothing(quick_path: Path, release: Release) -> None:
    """There is no shape, so nothing can depart from it."""
    bare = replace(release, shapes={})
    stage = Stage(quick_path, bare, {"7": order(7, **{**BASE, "channel": "marketplace"})})
    assert stage.pipeline.drift is None and await stage.run() == {}
    stage.journal.close()


def test_conditions_count_as_reading(release: Release) -> None:
    """What only a condition reads is used: drift there is grave."""
    found = source_reads(release, "shop", "order")
    assert {"status", "quantity", "country", "channel", "reference"} <= found and "version" not in found
