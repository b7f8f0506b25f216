"""A scene: shop, ERP, journal and pipeline on a clock that is told, restartable like a process."""

import asyncio
import random
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from crosswalk_engine.connectors.contract import Document
from crosswalk_engine.connectors.retry import Backoff
from crosswalk_engine.journal import Journal, NewEvent
from crosswalk_engine.mapping.compile import CompiledMapping
from crosswalk_engine.mapping.result import MapResult, Problem
from crosswalk_engine.mapping.tree import RelatedTree
from crosswalk_engine.project.flow import FlowDocument
from crosswalk_engine.sync.apply import id_map
from crosswalk_engine.sync.ensure import Ensurer
from crosswalk_engine.sync.pipeline import Pipeline
from crosswalk_engine.sync.related import RelatedCache
from crosswalk_engine.sync.world import World
from crosswalk_engine.sync.write_back import WriteBacks
from crosswalk_engine.testing.chance import Chance, Crash
from crosswalk_engine.testing.systems import Erp, Shop

FLOW = FlowDocument.model_validate(
    {
        "name": "orders",
        "source": {"connection": "shop", "entity": "order"},
        "target": {"connection": "erp", "entity": "sales_order"},
        "trigger": {"webhook": {"events": ["order.modified"]}, "linger": "2s"},
        "steps": [
            {"ensure": {"entity": "customer", "mapping": "c", "related": "contact", "key": "contact"}},
            {"map": "m"},
            {"deliver": {"natural_key": "CUOR", "unsent_after_delivery": ["OREF"]}},
            {"write_back": {"status": 21, "note": "order {ORNO}"}},
        ],
        "retry": {"attempts": 50, "first": "1s", "longest": "5s"},
    }
)


class OrderMapping:
    """Stands in for a compiled mapping: an order of the shop becomes an order of the ERP."""

    name = "m"
    tree = SimpleNamespace(related={"contact": RelatedTree("contact", "contact")})

    def related_keys(self, record: Document, *, related: Any = None) -> dict[str, frozenset[str]]:
        """The order's contact."""
        return {"contact": frozenset({record["contact"]})}

    def apply(
        self, record: Document, *, related: Any = None, idmap: Any = None, now: Any = None
    ) -> MapResult:
        """Bad, waiting for its customer, or an output of four fields."""
        if record.get("bad"):
            return MapResult(None, (Problem("CUOR", "X-BAD", "bad", "cannot be mapped"),))
        customer = idmap("customer", record["contact"])
        if customer is None:
            key = f"customer:{record['contact']}"
            return MapResult(None, (Problem("CUNO", "CW-IDMAP-MISSING", key, "not there yet"),))
        return MapResult(
            {
                "CUOR": f"BP{record['id']}",
                "CUNO": customer,
                "OREF": record["reference"],
                "ITNO": record.get("item", "KETTLE"),
            }
        )


class CustomerMapping:
    """Stands in for the mapping of a contact."""

    name = "c"
    tree = SimpleNamespace(related={})

    def related_keys(self, record: Document, *, related: Any = None) -> dict[str, frozenset[str]]:
        """None."""
        return {}

    def apply(
        self, record: Document, *, related: Any = None, idmap: Any = None, now: Any = None
    ) -> MapResult:
        """A customer number made of the contact's."""
        return MapResult({"CUNO": f"C{record['id']}"})


def order(number: int, **changes: Any) -> Document:
    """Order `number`; every third one is of the same contact."""
    return {"id": number, "version": 1, "contact": str(number % 3), "reference": f"W{number}", **changes}


@dataclass
class Scene:
    """Shop, ERP, journal and pipeline, restartable like a process."""

    path: Path
    chance: Chance
    shop: Shop
    erp: Erp
    clock: list[float] = field(default_factory=lambda: [1000.0])

    def __post_init__(self) -> None:
        self.boot()

    def boot(self) -> None:
        """Start the engine on whatever the journal holds."""
        self.journal = Journal(self.path, release="r1")
        self.journal.inbox.recover(at=self.clock[0])
        world = World(
            now=lambda: self.clock[0], monotonic=lambda: self.clock[0], sleep=self.sleep, rng=self.chance.rng
        )
        ids = id_map(self.journal.outbox)
        cache = RelatedCache(self.shop, world)
        ensurer = Ensurer(
            step=FLOW.ensures[0],
            entity="contact",
            mapping=cast("CompiledMapping", CustomerMapping()),
            needed=lambda record: str(record.document["contact"]),
            target=self.erp,
            target_name="erp",
            cache=cache,
            journal=self.journal,
            ids=ids,
            world=world,
            locks=defaultdict(asyncio.Lock),
        )
        self.pipeline = Pipeline(
            flow=FLOW,
            source=self.shop,
            target=self.erp,
            mapping=cast("CompiledMapping", OrderMapping()),
            accepts=lambda document, related, now=None: document.get("status") != 21,
            ensurers=(ensurer,),
            validators={},
            cache=cache,
            journal=self.journal,
            ids=ids,
            world=world,
        )
        backoff = Backoff(attempts=50, first=1.0, longest=5.0)
        self.backs = WriteBacks(self.journal, ["orders"], self.shop, world, backoff, lambda: False)

    async def sleep(self, seconds: float) -> None:
        """Let the clock jump."""
        self.clock[0] += seconds

    def crash(self) -> None:
        """The process is gone: its transaction rolls back, its lock is free, nothing is drained."""
        self.journal.core.abandon()
        self.boot()

    def notice(self, number: int, version: int = 1) -> None:
        """A notice of order `number` arrives."""
        event = NewEvent(
            "orders", str(number), "webhook", f"{number}/{version}", self.clock[0], self.clock[0] + 2
        )
        self.journal.inbox.receive([event], at=self.clock[0])

    async def run(self, steps: int = 400) -> None:
        """Let time pass until nothing is left to do, restarting after each crash."""
        idle = 0
        for _ in range(steps):
            try:
                worked = await self.pipeline.run_batch()
                worked = await self.backs.step() or worked
            except Crash:
                self.crash()
                worked = True
            idle = 0 if worked else idle + 1
            self.clock[0] += 1.0
            if idle > 40:
                return

    def close(self) -> None:
        """End in good order."""
        self.journal.close()


def scene(path: Path, count: int, *, seed: int = 1, **chances: float) -> Scene:
    """A scene with `count` orders."""
    chance = Chance(random.Random(seed), **chances)  # noqa: S311  a simulation must repeat
    orders = {str(number): order(number) for number in range(1, count + 1)}
    return Scene(path / "journal.db", chance, Shop(chance, orders), Erp(chance))
