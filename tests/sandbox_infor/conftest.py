"""A small M3 company in a folder, and a client that talks to its sandbox in process."""

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from crosswalk_engine.sandbox.clock import SandboxClock
from crosswalk_engine.sandbox.infor import InforSettings, describe, make_app

#: 2026-11-18T11:06:40Z, a Wednesday.
START = 1_795_000_000.0

COMPANY = {
    "CONO": "100",
    "DIVI": "AAA",
    "FACI": "BRS",
    "tenant": "ACME_TST",
    "order_types": ["WEB", "B2B"],
    "templates": ["CUTM1"],
    "currencies": ["GBP", "EUR", "USD"],
    "delivery_methods": ["DPD", "RML"],
    "delivery_terms": ["DAP"],
    "payment_terms": ["CRD", "N30"],
}
ITEMS = [
    {"ITNO": "KETTLE-SS-17", "ITDS": "Kettle, 1.7 l", "STAT": "20", "UNMS": "PCE", "VTCS": "1"},
    {"ITNO": "MUG-STN-BLU", "ITDS": "Stoneware mug, blue", "STAT": "20", "UNMS": "PCE", "VTCS": "1"},
    {"ITNO": "BOOK-TEA", "ITDS": "The book of tea", "STAT": "20", "UNMS": "PCE", "VTCS": "2"},
    {"ITNO": "OLD-PLATE", "ITDS": "Plate, discontinued", "STAT": "90", "UNMS": "PCE", "VTCS": "1"},
    {"ITNO": "NO-VAT", "ITDS": "Item without VAT code", "STAT": "20", "UNMS": "PCE", "VTCS": ""},
    {"ITNO": "LONG-NAME", "ITDS": "x" * 60, "FUDS": "y" * 120, "STAT": "20", "UNMS": "PCE", "VTCS": "3"},
]
VAT = [
    {"VTCD": "1", "VTP1": "20.00", "TX40": "Standard"},
    {"VTCD": "2", "VTP1": "0.00", "TX40": "Zero rated"},
    {"VTCD": "3", "VTP1": "5.00", "TX40": "Reduced"},
]
CHARGES = [
    {"CRID": "FREIGH", "TX40": "Freight", "VTCD": "1"},
    {"CRID": "DISCNT", "TX40": "Discount", "VTCD": "1"},
    {"CRID": "GIFTRD", "TX40": "Gift card redeemed", "VTCD": "2"},
]
WAREHOUSES = [
    {"WHLO": "BRS", "WHNM": "Bristol", "FACI": "BRS"},
    {"WHLO": "MUC", "WHNM": "Munich", "FACI": "BRS"},
]
_DEFAULTS = {"STAT": "20", "CUCD": "GBP", "ORTP": "WEB", "WHLO": "BRS", "FACI": "BRS", "TEPY": "CRD"}
CUSTOMERS = [
    {"CUNO": "WEBUKGBP", "CUNM": "Web UK", "CUA1": "1 High Street", "CSCD": "GB", "VTCD": "", **_DEFAULTS},
    {"CUNO": "WEBUSUSD", "CUNM": "Web US", "CUA1": "1 Main St", "CSCD": "US", **_DEFAULTS, "VTCD": "0"},
    {"CUNO": "REDUCED", "CUNM": "Hospice", "CUA1": "4 High Street", "CSCD": "GB", **_DEFAULTS, "VTCD": "3"},
    {"CUNO": "BLOCKED", "CUNM": "Blocked", "CUA1": "2 High Street", "CSCD": "GB", **_DEFAULTS, "STAT": "90"},
    {"CUNO": "STOPPED", "CUNM": "Stopped", "CUA1": "3 High Street", "CSCD": "GB", **_DEFAULTS, "BLCD": "1"},
]
KEYED = {
    "CUNO": "WEBUKGBP",
    "ORTP": "WEB",
    "FACI": "BRS",
    "WHLO": "BRS",
    "CUOR": "BP7",
    "OREF": "WEB-7",
    "ORDT": "20260302",
    "RLDT": "20260305",
    "CUCD": "GBP",
    "address": {"ADRT": "1", "CUNM": "Priya Raman", "CUA1": "14 Alma Road", "TOWN": "Bristol", "CSCD": "GB"},
    "lines": [{"ITNO": "KETTLE-SS-17", "ORQT": "2", "SAPR": "29.95", "WHLO": "BRS", "CUPO": "10"}],
    "charges": [{"CRID": "FREIGH", "CRAM": "4.99", "CRD0": "Standard delivery"}],
    "texts": [],
    "ORNO": "0010003401",
    "ORVA": "64.89",
    "VTAM": "12.98",
}

FILES: dict[str, Any] = {
    "company.json": COMPANY,
    "items.ndjson": ITEMS,
    "vat_codes.json": VAT,
    "charges.json": CHARGES,
    "warehouses.json": WAREHOUSES,
    "customers.ndjson": CUSTOMERS,
    "orders.ndjson": [KEYED],
}


def write_company(root: Path, **changes: Any) -> Path:
    """The company's files below `root`, some replaced: None leaves a file out, text is written as it is."""
    folder = root / "infor"
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in {**FILES, **changes}.items():
        if content is None:
            continue
        if isinstance(content, str):
            text = content
        elif name.endswith(".ndjson"):
            text = "".join(json.dumps(row) + "\n" for row in content)
        else:
            text = json.dumps(content)
        (folder / name).write_text(text, encoding="utf-8")
    return root


@dataclass
class Sandbox:
    """A sandbox under test: HTTP by `client`, its clock, and short cuts to transactions."""

    client: httpx.AsyncClient
    clock: SandboxClock
    ionapi: dict[str, str]
    slept: list[float]
    token: str = ""
    path: str = field(default="/ACME_TST/M3/m3api-rest/v2/execute")

    @property
    def headers(self) -> dict[str, str]:
        """The Bearer header."""
        return {"Authorization": f"Bearer {self.token}"}

    async def login(self, **changes: str) -> httpx.Response:
        """Ask for a token with the password grant, some form fields changed; "" leaves one out."""
        ionapi = self.ionapi
        form = {
            "grant_type": "password",
            "client_id": ionapi["ci"],
            "client_secret": ionapi["cs"],
            "username": ionapi["saak"],
            "password": ionapi["sask"],
            **changes,
        }
        url = ionapi["pu"] + ionapi["ot"]
        return await self.client.post(url, data={name: value for name, value in form.items() if value})

    async def get(self, program: str, transaction: str, /, **params: str) -> httpx.Response:
        """A single call; lower-case names are system parameters."""
        return await self.client.get(
            f"{self.path}/{program}/{transaction}", params=params, headers=self.headers
        )

    async def records(self, program: str, transaction: str, /, **params: str) -> list[dict[str, str]]:
        """The records of a call that must succeed."""
        reply = await self.get(program, transaction, **params)
        body = reply.json()
        assert reply.status_code == 200 and body["nrOfSuccessfullTransactions"] == 1, body
        records: list[dict[str, str]] = body["results"][0]["records"]
        return records

    async def refusal(self, program: str, transaction: str, /, **params: str) -> tuple[str, str, str]:
        """Code, field and unpadded text of a call that must be refused, whatever its shape."""
        reply = await self.get(program, transaction, **params)
        body = reply.json()
        error = body if reply.status_code == 400 else body["results"][0]
        assert error.get("errorCode"), body
        text = (
            error["errorMessage"].removeprefix(error["errorCode"]).removesuffix(error["errorField"]).strip()
        )
        return error["errorCode"], error["errorField"], text

    async def bulk(
        self, program: str, *transactions: tuple[str, dict[str, Any]], **more: Any
    ) -> httpx.Response:
        """A bulk call."""
        items = [{"transaction": name, "record": record} for name, record in transactions]
        body = {"program": program, "transactions": items, **more}
        return await self.client.post(self.path, json=body, headers=self.headers)

    async def head(self, **changes: str) -> str:
        """Open a batch order for BP1 and give its temporary number."""
        fields = {"CUNO": "WEBUKGBP", "CUOR": "BP1", "CUCD": "GBP", "ORTP": "WEB", "WHLO": "BRS", **changes}
        (record,) = await self.records("OIS100MI", "AddBatchHead", **fields)
        return record["ORNO"]

    async def order(
        self, *lines: tuple[str, str, str], charges: tuple[tuple[str, str], ...] = (), **head: str
    ) -> str:
        """Enter and confirm an order of (ITNO, ORQT, SAPR) and (CRID, CRAM); gives the real number."""
        temporary = await self.head(**head)
        for item, quantity, price in lines:
            await self.records(
                "OIS100MI", "AddBatchLine", ORNO=temporary, ITNO=item, ORQT=quantity, SAPR=price
            )
        for code, amount in charges:
            await self.records("OIS100MI", "AddBatchHeadChg", ORNO=temporary, CRID=code, CRAM=amount)
        (record,) = await self.records("OIS100MI", "Confirm", ORNO=temporary)
        return record["ORNO"]

    async def control(self, name: str, **change: Any) -> Any:
        """GET a control route, or PUT `change` to it."""
        url = f"/_sandbox/{name}"
        reply = await (self.client.put(url, json=change) if change else self.client.get(url))
        assert reply.status_code == 200, reply.text
        return reply.json()


@pytest.fixture
def write_masters(tmp_path: Path) -> Callable[..., Path]:
    """Writes the small company, with some files replaced, and gives the data folder."""

    def write(**changes: Any) -> Path:
        return write_company(tmp_path, **{name.replace("__", "."): value for name, value in changes.items()})

    return write


@pytest.fixture
def make_sandbox(tmp_path: Path) -> Callable[..., Sandbox]:
    """Makes sandboxes over the small company, without a token; keyword arguments are settings."""

    def make(data: Path | None = None, **settings: Any) -> Sandbox:
        clock, slept = SandboxClock(base=lambda: START), list[float]()

        async def sleep(seconds: float) -> None:
            slept.append(seconds)

        root = data or write_company(tmp_path)
        chosen = InforSettings(**{"error_shape": "200", **settings})
        app = make_app(root, clock=clock, settings=chosen, sleep=sleep)
        client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://sandbox")
        return Sandbox(client, clock, describe("http://sandbox", root)["ionapi"], slept)

    return make


@pytest.fixture
async def sandbox(make_sandbox: Callable[..., Sandbox]) -> AsyncIterator[Sandbox]:
    """A logged-in sandbox whose refusals come inside 200."""
    made = make_sandbox()
    made.token = (await made.login()).json()["access_token"]
    yield made
    await made.client.aclose()
