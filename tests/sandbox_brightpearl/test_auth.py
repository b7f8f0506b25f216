"""Who is let in: private-app headers, Bearer tokens, the token endpoint."""

from typing import Any

import httpx
import pytest
from crosswalk_engine.sandbox.brightpearl.tokens import FIRST_REFRESH_TOKEN

ORDER = "http://sandbox/public-api/acme/order-service/order/101"
NOT_AUTHENTICATED = {"response": "Not authenticated. You must provide a valid authentication token."}


async def _token(bench: Any, **form: str) -> httpx.Response:
    given = {"grant_type": "refresh_token", "client_id": "acme_crosswalk", **form}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(bench.app)) as client:
        return await client.post("http://sandbox/token/acme", data=given)


async def _get(bench: Any, headers: dict[str, str]) -> httpx.Response:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(bench.app)) as client:
        return await client.get(ORDER, headers=headers)


async def test_private_app_headers_let_in(bench: Any) -> None:
    """App reference and account token together are enough."""
    reply = await bench.client.get("/order-service/order/101")
    assert reply.status_code == 200
    assert reply.headers["brightpearl-installed-integration-instance-id"] == "7"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"brightpearl-app-ref": "acme_crosswalk"},
        {"brightpearl-app-ref": "other", "brightpearl-account-token": "sandbox-account-token+/="},
        {"brightpearl-app-ref": "acme_crosswalk", "brightpearl-account-token": "wrong"},
    ],
)
async def test_wrong_or_no_credentials_are_refused(bench: Any, headers: dict[str, str]) -> None:
    """401 with a `response` text, no challenge header, throttle headers yes, instance id no."""
    reply = await _get(bench, headers)
    assert (reply.status_code, reply.json()) == (401, NOT_AUTHENTICATED)
    assert "www-authenticate" not in reply.headers
    assert "brightpearl-installed-integration-instance-id" not in reply.headers
    assert reply.headers["brightpearl-requests-remaining"] == "199"
    assert reply.headers["content-type"] == "application/json;charset=UTF-8"


async def test_refused_calls_take_from_the_quota(bench: Any) -> None:
    """A 401 costs as much as any call."""
    await _get(bench, {})
    reply = await _get(bench, {})
    assert reply.headers["brightpearl-requests-remaining"] == "198"


async def test_another_account_is_refused(bench: Any) -> None:
    """Credentials are for one account."""
    reply = await bench.client.get("http://sandbox/public-api/other/order-service/order/101")
    assert (reply.status_code, reply.json()) == (401, NOT_AUTHENTICATED)


async def test_refresh_grant_gives_a_bearer_token(bench: Any) -> None:
    """The refresh reply: Bearer, seven days, a new refresh token, a host without scheme, no instance id."""
    reply = await _token(bench, refresh_token=FIRST_REFRESH_TOKEN)
    body = reply.json()
    assert reply.status_code == 200
    assert body == {
        "access_token": "sandbox-access-token-1+/=",
        "token_type": "Bearer",
        "expires_in": 604_800,
        "refresh_token": "sandbox-refresh-token-2+/=",
        "api_domain": "sandbox",
    }
    headers = {"Authorization": f"Bearer {body['access_token']}", "brightpearl-app-ref": "acme_crosswalk"}
    assert (await _get(bench, headers)).status_code == 200


async def test_token_also_at_the_data_centre(bench: Any) -> None:
    """The documented variant of the address serves the same endpoint."""
    form = {
        "grant_type": "refresh_token",
        "client_id": "acme_crosswalk",
        "refresh_token": FIRST_REFRESH_TOKEN,
    }
    reply = await bench.client.post("http://sandbox/acme/oauth/token", data=form)
    assert reply.json()["access_token"] == "sandbox-access-token-1+/="


async def test_old_refresh_token_is_refused_after_rotation(bench: Any) -> None:
    """Who forgets to store the new refresh token is locked out."""
    await _token(bench, refresh_token=FIRST_REFRESH_TOKEN)
    reply = await _token(bench, refresh_token=FIRST_REFRESH_TOKEN)
    assert reply.status_code == 400
    assert reply.json() == {
        "error_description": "The auth token has either expired or does not exist",
        "error": "invalid_grant",
    }


async def test_rotation_can_be_switched_off(bench: Any) -> None:
    """Without rotation the refresh token stays good."""
    await bench.settings(rotate_refresh_tokens=False)
    for number in (1, 2):
        reply = await _token(bench, refresh_token=FIRST_REFRESH_TOKEN)
        assert reply.json()["access_token"] == f"sandbox-access-token-{number}+/="


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"client_id": "other", "refresh_token": FIRST_REFRESH_TOKEN}, "invalid_client"),
        ({"grant_type": "password", "refresh_token": FIRST_REFRESH_TOKEN}, "unsupported_grant_type"),
        ({"grant_type": "", "refresh_token": FIRST_REFRESH_TOKEN}, "invalid_request"),
        # A client that does not encode the plus sends a blank instead.
        ({"refresh_token": FIRST_REFRESH_TOKEN.replace("+", " ")}, "invalid_grant"),
        ({}, "invalid_grant"),
    ],
)
async def test_token_errors(bench: Any, form: dict[str, str], error: str) -> None:
    """Each wrong request gets 400 with its OAuth error."""
    reply = await _token(bench, **form)
    assert (reply.status_code, reply.json()["error"]) == (400, error)


async def test_bearer_expires(bench: Any) -> None:
    """After its life the token is refused as expired."""
    token = (await _token(bench, refresh_token=FIRST_REFRESH_TOKEN)).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}", "brightpearl-app-ref": "acme_crosswalk"}
    bench.clock.advance(604_799)
    assert (await _get(bench, headers)).status_code == 200
    bench.clock.advance(1)
    reply = await _get(bench, headers)
    assert (reply.status_code, reply.json()) == (401, {"response": "Authorization token expired"})


async def test_unknown_bearer(bench: Any) -> None:
    """A token that was never given out is named back."""
    reply = await _get(bench, {"Authorization": "Bearer nope", "brightpearl-app-ref": "acme_crosswalk"})
    assert (reply.status_code, reply.json()) == (401, {"response": "Invalid instance token: nope"})


async def test_token_calls_are_neither_counted_nor_throttled(bench: Any) -> None:
    """The token endpoint is outside the quota and outside the count of requests."""
    reply = await _token(bench, refresh_token=FIRST_REFRESH_TOKEN)
    assert "brightpearl-requests-remaining" not in reply.headers
    counts = (await bench.control("calls"))["counts"]
    assert (counts["all"], counts["counted"]) == (1, 0)
