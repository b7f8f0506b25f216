"""Two small systems for simulations: a shop that orders come from, and an ERP in which nothing is unique.

They keep what was done to them, so that a checker never has to ask the engine.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from crosswalk_engine.connectors.contract import Document, Found, ItemResult, SourceEvent, WriteBack
from crosswalk_engine.errors import OutcomeUnknownError, RecordError
from crosswalk_engine.testing.chance import Chance


@dataclass
class Shop:
    """The source: orders with versions, what it was told, whom it refuses, and what it cannot read."""

    chance: Chance
    orders: dict[str, Document]
    told: Counter[str] = field(default_factory=Counter)
    refuse: set[str] = field(default_factory=set)
    unreadable: set[str] = field(default_factory=set)
    calls: int = 0
    entities: ClassVar[Mapping[str, int]] = {"order": 200, "contact": 200}
    write_back_batch: ClassVar[int] = 10

    async def fetch(self, entity: str, keys: Sequence[str]) -> dict[str, Document]:
        """Current state by key; contacts are made up as asked for."""
        self.calls += 1
        self.chance.before()
        if self.unreadable.intersection(keys) and entity == "order":
            raise RecordError("X-KEY", "this key cannot be read", got=", ".join(sorted(self.unreadable)))
        if entity == "contact":
            return {key: {"id": key} for key in keys}
        return {key: dict(self.orders[key]) for key in keys if key in self.orders}

    async def subscribe(self, events: Sequence[str], url: str) -> None:
        """Notices come by hand here."""
        return

    def read_notice(self, body: bytes) -> list[SourceEvent]:
        """The body is the order's key."""
        return [SourceEvent("order", body.decode(), 0.0, "order.modified")]

    async def write_back(self, items: Sequence[WriteBack]) -> list[ItemResult]:
        """Set the status, and count each telling."""
        self.calls += 1
        self.chance.before()
        for item in items:
            if item.record in self.refuse:
                continue
            self.told[item.record] += 1
            self.orders[item.record]["status"] = item.status
        try:
            self.chance.after()
        except OutcomeUnknownError as error:
            return [ItemResult(item.record, "unknown", error.code) for item in items]
        return [
            ItemResult(item.record, "refused" if item.record in self.refuse else "done") for item in items
        ]

    async def written_back(self, items: Sequence[WriteBack]) -> set[str]:
        """Which orders have the status."""
        self.chance.before()
        return {item.record for item in items if self.state(self.orders[item.record]) != item.before}

    def state(self, document: Document) -> int | None:
        """The order's status."""
        status = document.get("status")
        return status if isinstance(status, int) else None

    async def close(self) -> None:
        """Nothing is open."""
        return


@dataclass
class Erp:
    """The target: an order is a head that becomes real when it is confirmed, and nothing is unique."""

    chance: Chance
    heads: dict[str, str] = field(default_factory=dict)
    orders: list[tuple[str, Document]] = field(default_factory=list)
    customers: list[str] = field(default_factory=list)
    entities: ClassVar[Mapping[str, str]] = {"sales_order": "CUOR", "customer": "CUNO"}

    async def find(
        self, entity: str, output: Document, *, sent: Document | None, progress: str | None
    ) -> Found | None:
        """Look up by natural key; after an attempt, heads of the order are cleared."""
        self.chance.before()
        if entity == "customer":
            return Found(output["CUNO"]) if output["CUNO"] in self.customers else None
        if sent is not None:
            self.heads = {head: key for head, key in self.heads.items() if key != output["CUOR"]}
        for number, order in self.orders:
            if order["CUOR"] == output["CUOR"]:
                return Found(number)
        return None

    async def create(self, entity: str, output: Document, *, remember: Callable[[str], None]) -> str:
        """A head that becomes real in a second step; an unknown item is refused."""
        self.chance.before()
        if entity == "customer":
            self.customers.append(output["CUNO"])
            self.chance.after()
            return str(output["CUNO"])
        head = f"T{len(self.heads) + len(self.orders) + 1}-{output['CUOR']}"
        self.heads[head] = output["CUOR"]
        self.chance.after()
        remember(head)
        if output["ITNO"] == "UNKNOWN":
            del self.heads[head]
            raise RecordError("X-ITEM", "no such item", where="lines[0].ITNO", got="UNKNOWN")
        self.chance.before()
        del self.heads[head]
        number = f"{len(self.orders) + 1:07d}"
        self.orders.append((number, dict(output)))
        self.chance.after()
        return number

    async def close(self) -> None:
        """Nothing is open."""
        return
