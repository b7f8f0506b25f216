"""Connectors against the sandboxes, in this process, on a clock that only moves when told."""

import random
from pathlib import Path

import httpx
import pytest
from crosswalk_engine.connectors.brightpearl.client import BrightpearlClient
from crosswalk_engine.connectors.brightpearl.source import BrightpearlSource
from crosswalk_engine.connectors.http import HttpClient
from crosswalk_engine.connectors.infor.client import M3Client
from crosswalk_engine.connectors.infor.ionapi import IonApi, grant
from crosswalk_engine.connectors.infor.target import InforM3Target
from crosswalk_engine.connectors.network import NetworkPolicy
from crosswalk_engine.connectors.oauth import TokenSource, TokenStore
from crosswalk_engine.connectors.quota import Quota
from crosswalk_engine.sandbox import brightpearl, infor
from crosswalk_engine.sandbox.clock import SandboxClock

DATA = Path(__file__).parents[2] / "sample_data"
BASE = "http://127.0.0.1"


class Cuttable(httpx.ASGITransport):
    """An in-process transport on which a cut connection looks as it does on a socket."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        try:
            return await super().handle_async_request(request)
        except ConnectionResetError as error:
            raise httpx.ReadError(str(error), request=request) from error


class Waits:
    """A `sleep` that only notes, and moves the clock."""

    def __init__(self, clock: SandboxClock) -> None:
        self.clock = clock
        self.slept: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.clock.advance(seconds)


@pytest.fixture
def transport() -> type[Cuttable]:
    return Cuttable


@pytest.fixture
def data() -> Path:
    return DATA


@pytest.fixture
def clock() -> SandboxClock:
    return SandboxClock(base=lambda: 1_795_000_000.0)


@pytest.fixture
def waits(clock: SandboxClock) -> Waits:
    return Waits(clock)


@pytest.fixture
def m3_app(clock: SandboxClock, waits: Waits):
    settings = infor.InforSettings(error_shape="200")
    return infor.make_app(DATA, base_url=BASE, clock=clock, settings=settings, sleep=waits)


@pytest.fixture
def m3(m3_app, clock: SandboxClock, waits: Waits) -> InforM3Target:
    client = HttpClient(NetworkPolicy(loopback_http=True), transport=Cuttable(app=m3_app))
    described = infor.describe(BASE, DATA)["ionapi"]
    ionapi = IonApi(**{key: described[key] for key in ("ti", "ci", "cs", "iu", "pu", "ot", "saak", "sask")})
    tokens = TokenSource("infor", grant(ionapi, client, clock.time), TokenStore(None), clock.time)
    rng = random.Random(7)
    api = M3Client(client, ionapi, tokens, company="100", rng=rng, sleep=waits, monotonic=clock.time)
    return InforM3Target(api, sleep=waits)


@pytest.fixture
def bp_app(clock: SandboxClock, waits: Waits):
    return brightpearl.make_app(DATA, base_url=BASE, clock=clock, sleep=waits)


@pytest.fixture
def bp(bp_app, clock: SandboxClock, waits: Waits) -> BrightpearlSource:
    client = HttpClient(NetworkPolicy(loopback_http=True), transport=Cuttable(app=bp_app))
    described = brightpearl.describe(BASE, DATA)
    quota = Quota(200, 60.0, monotonic=clock.time, sleep=waits)

    async def headers(rejected: str | None) -> dict[str, str]:
        return dict(described["headers"])

    api = BrightpearlClient(client, described["base_url"], headers, quota)
    return BrightpearlSource(api, rng=random.Random(7), sleep=waits)
