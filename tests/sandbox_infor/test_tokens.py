"""Credentials, the token endpoint, and who is let in."""

from collections.abc import Callable
from typing import Any

import pytest


def test_the_ionapi_file_has_every_key_that_clients_read(make_sandbox: Callable[..., Any]) -> None:
    """The credentials hold the documented keys, and the token address is pu + ot without a slash more."""
    ionapi = make_sandbox().ionapi
    needed = {"ti", "cn", "ci", "cs", "iu", "pu", "oa", "ot", "or", "saak", "sask"}
    assert needed <= set(ionapi)
    assert ionapi["pu"] + ionapi["ot"] == "http://sandbox/ACME_TST/as/token.oauth2"
    assert ionapi["ci"].startswith("ACME_TST~") and ionapi["saak"].startswith("ACME_TST#")


async def test_the_password_grant_gives_a_token_for_two_hours_and_no_refresh_token(
    make_sandbox: Callable[..., Any],
) -> None:
    """The reply has exactly access_token, token_type and expires_in 7200, and may not be stored."""
    reply = await make_sandbox().login()
    assert reply.status_code == 200
    assert reply.json() == {
        "access_token": "sandbox-ion-token-1",
        "token_type": "Bearer",
        "expires_in": 7200,
    }
    assert reply.headers["cache-control"] == "no-store"


async def test_client_credentials_work_in_the_body_and_as_basic(make_sandbox: Callable[..., Any]) -> None:
    """Both ways to name the client give a token."""
    sandbox = make_sandbox()
    body = await sandbox.login(grant_type="client_credentials", username="", password="")
    url = sandbox.ionapi["pu"] + sandbox.ionapi["ot"]
    basic = await sandbox.client.post(
        url,
        data={"grant_type": "client_credentials"},
        auth=(sandbox.ionapi["ci"], sandbox.ionapi["cs"]),
    )
    assert (body.status_code, basic.status_code) == (200, 200)
    assert basic.json()["access_token"] == "sandbox-ion-token-2"


@pytest.mark.parametrize(
    ("change", "status", "error"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_id": ""}, 401, "invalid_client"),
        ({"password": "wrong"}, 400, "invalid_grant"),
        ({"username": "ACME_PRD#account"}, 400, "invalid_grant"),
        ({"grant_type": "authorization_code"}, 400, "unsupported_grant_type"),
        ({"grant_type": ""}, 400, "invalid_request"),
        ({"grant_type": "refresh_token", "refresh_token": "none"}, 400, "invalid_grant"),
    ],
)
async def test_a_refused_token_request_names_the_standard_error(
    make_sandbox: Callable[..., Any], change: dict[str, str], status: int, error: str
) -> None:
    """Each wrong request gets its OAuth2 error word and never a token."""
    reply = await make_sandbox().login(**change)
    assert reply.status_code == status
    assert reply.json()["error"] == error
    assert set(reply.json()) == {"error", "error_description"}
    assert ("www-authenticate" in reply.headers) == (status == 401)


async def test_a_body_that_is_no_form_is_an_invalid_request(make_sandbox: Callable[..., Any]) -> None:
    """JSON or binary at the token endpoint answers 400 invalid_request."""
    sandbox = make_sandbox()
    url = sandbox.ionapi["pu"] + sandbox.ionapi["ot"]
    for content in (b'{"grant_type":"password"}', b"\xff\xfe"):
        reply = await sandbox.client.post(url, content=content)
        assert (reply.status_code, reply.json()["error"]) == (400, "invalid_request")


async def test_refresh_tokens_are_given_only_when_the_app_issues_them(
    make_sandbox: Callable[..., Any],
) -> None:
    """Switched on, the refresh token works until it is revoked."""
    sandbox = make_sandbox(refresh_tokens=True)
    refresh = (await sandbox.login()).json()["refresh_token"]
    again = await sandbox.login(grant_type="refresh_token", refresh_token=refresh)
    assert again.status_code == 200
    client = {"client_id": sandbox.ionapi["ci"], "client_secret": sandbox.ionapi["cs"]}
    url = sandbox.ionapi["pu"] + sandbox.ionapi["or"]
    assert (await sandbox.client.post(url, data={**client, "token": refresh})).status_code == 200
    refused = await sandbox.login(grant_type="refresh_token", refresh_token=refresh)
    assert refused.json()["error"] == "invalid_grant"


async def test_the_daily_token_cap_holds_until_the_clock_has_moved_a_day(
    make_sandbox: Callable[..., Any],
) -> None:
    """Token 101 of a day is refused with 429 and a wait; a day later tokens are given again."""
    sandbox = make_sandbox(service_logins_per_minute=1000)
    for _ in range(100):
        assert (await sandbox.login()).status_code == 200
    refused = await sandbox.login()
    assert refused.status_code == 429
    assert refused.headers["retry-after"] == "86401"
    sandbox.clock.advance(86_400)
    assert (await sandbox.login()).status_code == 200


async def test_twenty_service_logins_a_minute_and_no_more(make_sandbox: Callable[..., Any]) -> None:
    """The 21st password grant within a minute is refused; failed ones count; client_credentials do not."""
    sandbox = make_sandbox()
    for number in range(20):
        await sandbox.login(**({"password": "wrong"} if number % 2 else {}))
    assert (await sandbox.login()).status_code == 429
    assert (await sandbox.login(grant_type="client_credentials")).status_code == 200
    sandbox.clock.advance(60)
    assert (await sandbox.login()).status_code == 200


async def test_calls_need_a_good_token(sandbox: Any) -> None:
    """No, a wrong, an expired and a revoked token all answer 401 with the reason in the header."""
    path = f"{sandbox.path}/GENERAL/GetUserInfo"
    for header in ({}, {"Authorization": "Bearer nonsense"}, {"Authorization": "Basic eDp5"}):
        reply = await sandbox.client.get(path, headers=header)
        assert reply.status_code == 401
        assert reply.json()["error"] == "invalid_token"
    assert (await sandbox.client.get(path, headers=sandbox.headers)).status_code == 200
    sandbox.clock.advance(7200)
    expired = await sandbox.client.get(path, headers=sandbox.headers)
    assert (expired.status_code, expired.json()["error_description"]) == (401, "access token expired")
    assert expired.headers["www-authenticate"].startswith('Bearer error="invalid_token"')


async def test_the_gateway_refuses_what_is_over_the_quota(make_sandbox: Callable[..., Any]) -> None:
    """Call 4 of 3 a minute answers 429 with Retry-After and without effect; token calls do not count."""
    sandbox = make_sandbox(calls_per_minute=3)
    sandbox.token = (await sandbox.login()).json()["access_token"]
    for _ in range(3):
        await sandbox.head()
    sandbox.clock.advance(20)
    refused = await sandbox.get("OIS100MI", "AddBatchHead", CUNO="WEBUKGBP")
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "40")
    assert (await sandbox.control("state"))["counts"]["open_batch_heads"] == 3
    counts = (await sandbox.control("calls"))["counts"]
    assert (counts["throttled"], counts["units"], counts["counted"]) == (1, 3, 4)
    sandbox.clock.advance(40)
    await sandbox.head()


async def test_another_tenant_is_not_here(sandbox: Any) -> None:
    """A path with another tenant's id answers 404 as JSON."""
    reply = await sandbox.client.get("/ACME_PRD/M3/m3api-rest/v2/execute/GENERAL/GetUserInfo")
    assert (reply.status_code, reply.json()["error"]) == (404, "not_found")
