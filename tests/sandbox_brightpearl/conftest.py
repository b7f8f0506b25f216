"""A small hand-made account, and its sandbox with a clock that stands still and deliveries that are noted."""

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from crosswalk_engine.sandbox.brightpearl import BrightpearlSettings, describe, make_app
from crosswalk_engine.sandbox.brightpearl.delivery import Sending
from crosswalk_engine.sandbox.brightpearl.system import System
from crosswalk_engine.sandbox.clock import SandboxClock
from starlette.applications import Starlette

#: 2026-07-01T12:00:00Z: summer in London, so the account's offset is +01:00.
NOON = 1_782_907_200.0


def order(number: int, **changes: Any) -> dict[str, Any]:
    """One order in the shape of GET order, cut to what the sandbox looks at."""
    made = {
        "id": number,
        "parentOrderId": 0,
        "orderTypeCode": "SO",
        "reference": f"WEB-{number}",
        "version": 3,
        "orderStatus": {"orderStatusId": 19, "name": "Ready for ERP"},
        "orderPaymentStatus": "PAID",
        "stockStatusCode": "SOA",
        "shippingStatusCode": "SNS",
        "createdOn": "2026-06-30T10:00:00.000+01:00",
        "createdById": 4,
        "warehouseId": 2,
        "invoices": [{"invoiceReference": "", "taxDate": "2026-06-30T00:00:00.000+01:00"}],
        "totalValue": {"net": "90.89", "taxAmount": "18.18", "total": "109.07"},
        "assignment": {"current": {"staffOwnerContactId": 0, "channelId": 1, "teamId": 0}},
        "parties": {"customer": {"contactId": 5012}, "delivery": {"postalCode": "BS4 3EH"}},
        "orderRows": {"1": {"orderRowSequence": "10", "quantity": {"magnitude": "2.0000"}}},
    }
    return {**made, **changes}


def _status(number: int, name: str, **changes: Any) -> dict[str, Any]:
    return {
        "statusId": number,
        "name": name,
        "orderTypeCode": "SO",
        "disabled": False,
        "visible": True,
        **changes,
    }


FILES: dict[str, Any] = {
    "brightpearl/account.json": {
        "account": "acme",
        "zone": "Europe/London",
        "developer": "acme-dev",
        "app": "acme_crosswalk",
        "custom_fields": [
            {"code": "PCF_M3ORDER", "name": "M3 order number", "type": "TEXT"},
            {"code": "PCF_TRIES", "name": "Tries", "type": "INTEGER"},
            {
                "code": "PCF_KIND",
                "name": "Kind",
                "type": "SELECT",
                "options": {"137": {"id": 137, "value": "Gift"}},
            },
        ],
    },
    "brightpearl/channels.json": [{"id": 1, "name": "Web UK"}],
    "brightpearl/warehouses.json": [{"id": 2, "name": "Bristol"}, {"id": 3, "name": "Munich"}],
    "brightpearl/tax_codes.json": [{"id": 7, "code": "T20", "rate": 20.5}, {"id": 1, "code": "T0"}],
    "brightpearl/price_lists.json": [{"id": 2, "code": "RRP"}],
    "brightpearl/order_statuses.json": [
        _status(19, "Ready for ERP"),
        _status(21, "Sent to ERP"),
        _status(30, "Hidden", visible=False),
        _status(40, "Purchase placed", orderTypeCode="PO"),
    ],
    "brightpearl/orders.ndjson": [
        order(101, customFields={"PCF_M3ORDER": "0010000777"}),
        order(102, updatedOn="2026-07-01T09:00:00.000+01:00", reference="SHOP-7"),
        order(103, orderStatus={"orderStatusId": 21, "name": "Sent to ERP"}),
        order(107, updatedOn="2026-07-01T11:30:00.000+01:00", orderPaymentStatus="UNPAID"),
    ],
    "brightpearl/contacts.ndjson": [
        {
            "contactId": 5012,
            "firstName": "Priya",
            "communication": {"emails": {"PRI": {"email": "priya@example.net"}}},
            "organisation": {"name": "Lantern Studio"},
            "relationshipToAccount": {"isSupplier": False, "isStaff": False},
            "updatedOn": "2026-06-01T00:00:00.000+01:00",
        }
    ],
    "brightpearl/addresses.ndjson": [{"addressId": 8802, "postalCode": "BS4 3EH"}],
    "brightpearl/products.ndjson": [
        {
            "id": 1044,
            "identity": {"sku": "KETTLE"},
            "stock": {"stockTracked": True},
            "salesChannels": [{"productName": "Steel kettle", "categories": [{"categoryCode": "296"}]}],
        }
    ],
}


def write_folder(root: Path, **changes: Any) -> Path:
    """The small account as a data folder below `root`; `changes` replace files by stem (``orders=[…]``)."""
    for name, content in FILES.items():
        stem = name.rpartition("/")[2].partition(".")[0]
        content = changes.get(stem, content)
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            file.write_bytes(content)
        elif name.endswith(".ndjson"):
            file.write_text("".join(json.dumps(record) + "\n" for record in content))
        else:
            file.write_text(json.dumps(content))
    return root


@dataclass
class Bench:
    """One sandbox under test: `answers` are the receiver's next statuses (200 when they run out)."""

    app: Starlette
    clock: SandboxClock
    client: httpx.AsyncClient
    slept: list[float]
    sent: list[Sending] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)

    @property
    def system(self) -> System:
        """The system behind the routes."""
        system = self.app.state.system
        assert isinstance(system, System)
        return system

    async def settings(self, **changes: Any) -> None:
        """Change settings through the control route."""
        reply = await self.client.put("http://sandbox/_sandbox/faults", json=changes)
        assert reply.status_code == 200, reply.text

    async def control(self, name: str, body: dict[str, Any] | None = None) -> Any:
        """GET a control route, or POST `body` to it."""
        url = f"http://sandbox/_sandbox/{name}"
        reply = await (self.client.get(url) if body is None else self.client.post(url, json=body))
        assert reply.status_code == 200, reply.text
        return reply.json()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The small account's data folder."""
    return write_folder(tmp_path / "data")


@pytest.fixture
def write_data(tmp_path: Path) -> Callable[..., Path]:
    """Writes a data folder with some files replaced."""
    return lambda **changes: write_folder(tmp_path / "other", **changes)


@pytest.fixture
async def bench(folder: Path) -> AsyncIterator[Bench]:
    """The sandbox over the small account, in process, with the private app's headers."""
    async with bench_over(folder) as made:
        yield made


class bench_over:  # noqa: N801  used like a function
    """``async with bench_over(folder) as bench``."""

    def __init__(self, folder: Path, settings: BrightpearlSettings | None = None) -> None:
        self.folder = folder
        self.settings = settings

    async def __aenter__(self) -> Bench:
        clock = SandboxClock(base=lambda: NOON)
        slept: list[float] = []

        async def note(seconds: float) -> None:
            slept.append(seconds)

        async def send(sending: Sending) -> int:
            made.sent.append(sending)
            return made.answers.pop(0) if made.answers else 200

        app = make_app(
            self.folder,
            base_url="http://sandbox",
            clock=clock,
            settings=self.settings,
            sleep=note,
            send=send,
        )
        described = describe("http://sandbox", self.folder)
        self.client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url=described["base_url"], headers=described["headers"]
        )
        made = Bench(app, clock, self.client, slept)
        return made

    async def __aexit__(self, *exc: object) -> None:
        await self.client.aclose()


@pytest.fixture
def open_bench() -> type[bench_over]:
    """Opens a sandbox over another folder or with other settings."""
    return bench_over
