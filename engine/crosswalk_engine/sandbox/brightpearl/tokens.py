"""Who may call: the private app's fixed headers, or a Bearer token from the OAuth token endpoint."""

from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import Headers

from crosswalk_engine.sandbox.brightpearl.settings import BrightpearlSettings
from crosswalk_engine.sandbox.clock import SandboxClock
from crosswalk_engine.sandbox.host import Host

#: Fixed demo values. Real tokens hold ``+ / =`` too: a client that forgets to encode them fails here first.
ACCOUNT_TOKEN = "sandbox-account-token+/="  # noqa: S105
FIRST_REFRESH_TOKEN = "sandbox-refresh-token-1+/="  # noqa: S105

NOT_AUTHENTICATED = "Not authenticated. You must provide a valid authentication token."
TOKEN_EXPIRED = "Authorization token expired"  # noqa: S105
_GONE = "The auth token has either expired or does not exist"

#: Sent with every authenticated reply.
INSTANCE_ID = 7


@dataclass(slots=True)
class Tokens:
    """The tokens that the sandbox has given out for the app `app`; access tokens with their end (seconds)."""

    app: str
    host: Host[BrightpearlSettings]
    access: dict[str, float] = field(default_factory=dict)
    refresh: str = FIRST_REFRESH_TOKEN
    issued: int = 0

    def refusal(self, headers: Headers) -> str | None:
        """Why a call with these headers is not let in, in Brightpearl's words; None if it is."""
        kind, _, token = headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer" and token:
            return self._bearer_refusal(token, headers)
        private = headers.get("brightpearl-account-token")
        if private == ACCOUNT_TOKEN and headers.get("brightpearl-app-ref") == self.app:
            return None
        return NOT_AUTHENTICATED

    def _bearer_refusal(self, token: str, headers: Headers) -> str | None:
        end = self.access.get(token)
        if end is None:
            return f"Invalid instance token: {token}"
        if end <= self.clock.time():
            return TOKEN_EXPIRED
        return None if headers.get("brightpearl-app-ref") == self.app else NOT_AUTHENTICATED

    @property
    def clock(self) -> SandboxClock:
        """The sandbox's clock."""
        return self.host.clock

    def grant(self, form: dict[str, str], api_domain: str) -> tuple[int, dict[str, Any]]:
        """The token endpoint's answer to `form`: status and body.

        Only the refresh grant is served; with rotation on, the old refresh token is refused from then on.
        """
        grant = form.get("grant_type", "")
        if not grant:
            return 400, {"error": "invalid_request"}
        if form.get("client_id") != self.app:
            return 400, {"error": "invalid_client"}
        if grant != "refresh_token":
            return 400, {"error": "unsupported_grant_type"}
        if form.get("refresh_token") != self.refresh:
            return 400, {"error_description": _GONE, "error": "invalid_grant"}
        return 200, self._issue(api_domain)

    def _issue(self, api_domain: str) -> dict[str, Any]:
        settings = self.host.settings
        self.issued += 1
        access = f"sandbox-access-token-{self.issued}+/="
        self.access[access] = self.clock.time() + settings.token_life_s
        if settings.rotate_refresh_tokens:
            self.refresh = f"sandbox-refresh-token-{self.issued + 1}+/="
        return {
            "access_token": access,
            "token_type": "Bearer",
            "expires_in": int(settings.token_life_s),
            "refresh_token": self.refresh,
            "api_domain": api_domain,
        }
