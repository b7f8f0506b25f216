"""The guarded client: where it may connect, what it makes of lost replies, tokens, quota and retries."""

import asyncio
import json
import random
import sys
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
from crosswalk_engine.connectors.config import EngineConfig, resolve_secret
from crosswalk_engine.connectors.http import MAX_REPLY, HttpClient
from crosswalk_engine.connectors.network import NetworkPolicy
from crosswalk_engine.connectors.oauth import Token, TokenSource, TokenStore, request_token
from crosswalk_engine.connectors.quota import Quota, QuotaReading
from crosswalk_engine.connectors.retry import Backoff, repeat
from crosswalk_engine.errors import (
    ConfigError,
    OutcomeUnknownError,
    RetriableError,
    ThrottledError,
)
from hypothesis import given
from hypothesis import strategies as st

FORBIDDEN = [
    "127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "168.63.129.16", "100.64.0.1",
    "192.0.0.192", "224.0.0.1", "0.0.0.0", "255.255.255.255", "::1", "::", "fe80::1", "fec0::1", "fd00::1",
    "fd00:ec2::254", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1",
    "2002:7f00:1::", "2002:a00:1::", "198.18.0.1", "240.0.0.1",
]  # fmt: skip


def resolving(*addresses: str):
    async def resolver(host: str, port: int) -> list[str]:
        return list(addresses)

    return resolver


@pytest.mark.parametrize("address", FORBIDDEN)
async def test_inner_addresses_are_refused(address: str) -> None:
    """Whatever its notation, an address that is not public is never dialled."""
    policy = NetworkPolicy(resolver=resolving(address))
    with pytest.raises(ConfigError, match="CW-NETWORK"):
        await policy.check("https://erp.example.com/x")


async def test_one_inner_address_among_public_ones_is_enough_to_refuse() -> None:
    """A name that resolves to a public and an inner address is refused whole."""
    policy = NetworkPolicy(resolver=resolving("93.184.216.34", "10.0.0.1"))
    with pytest.raises(ConfigError, match=r"10\.0\.0\.1"):
        await policy.check("https://erp.example.com/")


async def test_a_listed_network_is_allowed() -> None:
    """Private systems are reached only through networks that an engineer listed."""
    network = EngineConfig.model_validate(
        {"format": "crosswalk/engine@1", "connections": {}, "network": {"allow": ["10.1.0.0/16"]}}
    ).network
    policy = NetworkPolicy(allow=network.policy().allow, resolver=resolving("10.1.2.3"))
    destination = await policy.check("https://erp.example.com:8443/x")
    assert (destination.address, destination.port, destination.host) == ("10.1.2.3", 8443, "erp.example.com")


@pytest.mark.parametrize(
    "url",
    [
        "ftp://a/",
        "file:///etc/passwd",
        "https://user:pw@erp.example.com/",
        "https://",
        "https://a:99999/",
        "erp",
    ],
)
async def test_unusable_urls_are_refused_without_credentials_in_the_message(url: str) -> None:
    """One clear error, and a password in the URL is not repeated."""
    with pytest.raises(ConfigError, match="CW-URL") as caught:
        await NetworkPolicy(resolver=resolving("93.184.216.34")).check(url)
    assert "pw" not in caught.value.render()


async def test_plain_http_is_for_loopback_only() -> None:
    """`plain_http: loopback` does not open plain HTTP to the world."""
    open_policy = NetworkPolicy(loopback_http=True, resolver=resolving("93.184.216.34"))
    with pytest.raises(ConfigError, match="CW-PLAIN-HTTP"):
        await open_policy.check("http://erp.example.com/")
    closed = NetworkPolicy(resolver=resolving("127.0.0.1"))
    with pytest.raises(ConfigError, match="CW-NETWORK"):
        await closed.check("http://localhost/")


async def test_the_checked_address_is_the_dialled_one() -> None:
    """The name is resolved once: what was checked is what is connected to, with the name in Host."""
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={})

    policy = NetworkPolicy(resolver=resolving("93.184.216.34"))
    client = HttpClient(policy, transport=httpx.MockTransport(answer))
    await client.send("GET", "https://erp.example.com/a?b=1", writes=False)
    (request,) = seen
    assert (request.url.host, request.headers["host"]) == ("93.184.216.34", "erp.example.com")
    assert request.extensions["sni_hostname"] == "erp.example.com"


@pytest.mark.parametrize(
    ("error", "writes", "kind"),
    [
        (httpx.ReadTimeout("slow"), True, OutcomeUnknownError),
        (httpx.ReadError("cut"), True, OutcomeUnknownError),
        (httpx.RemoteProtocolError("half"), True, OutcomeUnknownError),
        (httpx.ReadTimeout("slow"), False, RetriableError),
        (httpx.ConnectError("refused"), True, RetriableError),
        (httpx.ConnectTimeout("no answer"), True, RetriableError),
    ],
)
async def test_a_lost_reply_of_a_write_is_unknown(
    error: Exception, writes: bool, kind: type[Exception]
) -> None:
    """Only a call that certainly never arrived, or that changes nothing, may be repeated as it is."""

    def answer(request: httpx.Request) -> httpx.Response:
        raise error

    policy = NetworkPolicy(resolver=resolving("93.184.216.34"))
    client = HttpClient(policy, transport=httpx.MockTransport(answer))
    with pytest.raises(kind) as caught:
        await client.send("POST", "https://erp.example.com/", json_body={}, writes=writes)
    assert type(caught.value) is kind


async def test_redirects_are_not_followed() -> None:
    """A redirect is a reply like any other: credentials never travel to another host."""

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(302, headers={"location": "http://169.254.169.254/"})

    client = HttpClient(
        NetworkPolicy(resolver=resolving("93.184.216.34")), transport=httpx.MockTransport(answer)
    )
    assert (await client.send("GET", "https://erp.example.com/", writes=False)).status == 302


async def test_an_endless_reply_is_cut() -> None:
    """A reply is read up to its cap and no further."""

    async def endless():
        for _ in range(10_000):
            yield b"x" * 65_536

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=endless())

    client = HttpClient(
        NetworkPolicy(resolver=resolving("93.184.216.34")), transport=httpx.MockTransport(answer)
    )
    with pytest.raises(RetriableError, match=str(MAX_REPLY)):
        await client.send("GET", "https://erp.example.com/", writes=False)


async def test_ten_callers_cause_one_refresh() -> None:
    """All see the same refused token; one of them fetches, the others take what it got."""
    fetched = 0

    async def refresh(last: Token | None) -> Token:
        nonlocal fetched
        fetched += 1
        await asyncio.sleep(0)
        return Token(f"t{fetched}", 1e12, f"r{fetched}")

    source = TokenSource("bp", refresh, TokenStore(None), lambda: 0.0)
    assert await source.token() == "t1"
    assert set(await asyncio.gather(*(source.token(rejected="t1") for _ in range(10)))) == {"t2"}
    assert fetched == 2


async def test_refused_credentials_are_tried_once_a_minute() -> None:
    """Ten orders with a wrong secret cost one token call, not ten: they are counted by the day."""
    asked, clock = 0, [0.0]

    async def refuse(last: Token | None) -> Token:
        nonlocal asked
        asked += 1
        raise ConfigError("CW-OAUTH-REFUSED", "no")

    source = TokenSource("erp", refuse, TokenStore(None), lambda: clock[0])
    for _ in range(10):
        with pytest.raises(ConfigError, match="CW-OAUTH-REFUSED"):
            await source.token()
    clock[0] = 61.0
    with pytest.raises(ConfigError, match="CW-OAUTH-REFUSED"):
        await source.token()
    assert asked == 2


async def test_a_rotated_refresh_token_is_on_disk_before_it_is_used(tmp_path: Path) -> None:
    """After a restart the newest refresh token is the one that is known, in a private file."""
    path = tmp_path / "tokens"

    async def refresh(last: Token | None) -> Token:
        return Token("a2", 1e12, "r2" if last is None else f"{last.refresh}+")

    await TokenSource("bp", refresh, TokenStore(path), lambda: 0.0).token()
    assert path.stat().st_mode & 0o777 == 0o600
    kept = TokenStore(path).get("bp")
    assert kept is not None
    assert (kept.refresh, repr(kept)) == ("r2", "Token(ends_at=1000000000000)")


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (httpx.Response(400, json={"error": "invalid_grant"}), ConfigError),
        (httpx.Response(401, json={"error": "invalid_client"}), ConfigError),
        (httpx.Response(200, json={"token_type": "Bearer"}), ConfigError),
        (httpx.Response(503, text="down"), RetriableError),
        (httpx.Response(429, text="slow"), ThrottledError),
    ],
)
async def test_token_errors_say_what_to_do(reply: httpx.Response, kind: type[Exception]) -> None:
    """Bad credentials are a person's business; a failing endpoint is tried again."""
    client = HttpClient(
        NetworkPolicy(resolver=resolving("93.184.216.34")), transport=httpx.MockTransport(lambda _: reply)
    )
    with pytest.raises(kind) as caught:
        await request_token(client, "https://a.example.com/token", {}, now=0.0, keep_refresh=None)
    assert type(caught.value) is kind


@pytest.mark.parametrize(
    ("life", "ends"), [("3600", 3600.0), (None, 600.0), (0, 90.0), (-5, 90.0), ("x", 600.0)]
)
async def test_a_token_always_has_a_sensible_life(life: object, ends: float) -> None:
    """A missing, textual, zero or negative `expires_in` neither fails nor becomes a hot loop."""
    body = {"access_token": "a", **({} if life is None else {"expires_in": life})}
    client = HttpClient(
        NetworkPolicy(resolver=resolving("93.184.216.34")),
        transport=httpx.MockTransport(lambda _: httpx.Response(200, json=body)),
    )
    token = await request_token(client, "https://a.example.com/token", {}, now=0.0, keep_refresh="r")
    assert (token.ends_at, token.refresh) == (ends, "r")


async def test_the_first_call_goes_alone() -> None:
    """Until a reply has told what is left, one call is open at a time."""
    quota = Quota(200, 60.0, monotonic=lambda: 0.0)
    await quota.acquire()
    second = asyncio.create_task(quota.acquire())
    await asyncio.sleep(0)
    assert not second.done()
    quota.release(QuotaReading(199, 60.0))
    await second


@given(st.lists(st.integers(0, 199), min_size=1, max_size=40))
def test_calls_in_flight_never_exceed_what_is_left(readings: list[int]) -> None:
    """Whatever the replies say, calls in flight stay below what the last one left, less the reserve."""

    async def scenario() -> None:
        clock = [0.0]

        async def sleep(seconds: float) -> None:
            clock[0] += max(seconds, 0.01)

        quota = Quota(200, 60.0, monotonic=lambda: clock[0], sleep=sleep)
        for remaining in readings:
            before = clock[0]
            await quota.acquire()
            if remaining <= 2:
                quota.release(QuotaReading(remaining, 60.0))
                await quota.acquire()
                assert clock[0] >= before + 59.0
                quota.release(QuotaReading(150, 60.0))
            else:
                quota.release(QuotaReading(remaining, 60.0))

    asyncio.run(scenario())


@given(st.integers(1, 10_000), st.integers(0, 1000))
def test_backoff_is_bounded(failures: int, seed: int) -> None:
    """A pause is never negative and never longer than the longest."""
    assert 0.0 <= Backoff(8, 0.5, 60.0).delay(failures, random.Random(seed)) <= 60.0


async def test_a_lost_write_is_never_repeated() -> None:
    """`repeat` gives an unknown outcome straight back, and tries what is safe up to its limit."""
    tries = 0

    async def call() -> None:
        nonlocal tries
        tries += 1
        raise OutcomeUnknownError("X", "lost") if tries == 3 else RetriableError("X", "down")

    async def sleep(seconds: float) -> None:
        return None

    with pytest.raises(OutcomeUnknownError):
        await repeat(call, Backoff(attempts=9), rng=random.Random(1), sleep=sleep)
    assert tries == 3


def test_secrets_are_references(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A literal, an unset variable and a file that others can read are refused, without the value."""
    monkeypatch.setenv("CW_T", "s3cret")
    file = tmp_path / "token"
    file.write_text("s3cret\n")
    file.chmod(0o600)
    assert resolve_secret("env:CW_T", base=tmp_path, where="x") == "s3cret"
    assert resolve_secret("file:token", base=tmp_path, where="x") == "s3cret"
    file.chmod(0o644)
    for reference, code in (("file:token", "MODE"), ("env:CW_NONE", "ENV"), ("s3cret", "LITERAL")):
        with pytest.raises(ConfigError, match=f"CW-SECRET-{code}") as caught:
            resolve_secret(reference, base=tmp_path, where="connections.bp.auth")
        assert "s3cret" not in caught.value.render()


def test_a_secret_may_lie_in_the_keyring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`keyring:SERVICE/NAME` asks the system's keyring; no keyring and no entry are said apart."""
    reference = "keyring:crosswalk/brightpearl"
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(ConfigError, match="pip install keyring"):
        resolve_secret(reference, base=tmp_path, where="x")
    kept = {("crosswalk", "brightpearl"): "s3cret"}
    fake = SimpleNamespace(get_password=lambda service, name: kept.get((service, name)))
    monkeypatch.setitem(sys.modules, "keyring", fake)
    assert resolve_secret(reference, base=tmp_path, where="x") == "s3cret"
    with pytest.raises(ConfigError, match="no such entry"):
        resolve_secret("keyring:crosswalk/other", base=tmp_path, where="x")


def test_a_reply_that_is_not_json_is_said_so() -> None:
    """A login page in the place of a reply is named by its content type, and not quoted."""
    from crosswalk_engine.connectors.http import Reply

    reply = Reply(200, {"content-type": "text/html"}, b"<html>secret page</html>")
    with pytest.raises(RetriableError, match="text/html") as caught:
        reply.json("GET x")
    assert "secret" not in caught.value.render()
    assert json.loads(b"1") == 1
