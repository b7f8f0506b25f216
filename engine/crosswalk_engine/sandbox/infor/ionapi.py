"""The `.ionapi` credentials file: one per tenant and authorised app."""

from dataclasses import dataclass

#: Fixed demo values in the shapes that real ones have: client id and account key begin with the tenant.
_CLIENT, _ACCOUNT = "~sandbox-crosswalk", "#sandbox-service-account"
_SECRETS = "sandbox-client-secret-+/=", "sandbox-service-secret-+/="


@dataclass(frozen=True, slots=True)
class Credentials:
    """What the authorised app of `tenant` logs in with."""

    tenant: str

    @property
    def client_id(self) -> str:
        """``ci``."""
        return self.tenant + _CLIENT

    @property
    def client_secret(self) -> str:
        """``cs``."""
        return _SECRETS[0]

    @property
    def account_key(self) -> str:
        """``saak``."""
        return self.tenant + _ACCOUNT

    @property
    def account_secret(self) -> str:
        """``sask``."""
        return _SECRETS[1]

    def file(self, base_url: str) -> dict[str, str]:
        """The file's content for a gateway and authorisation server at `base_url`.

        The token endpoint's address is ``pu + ot``, without another slash.
        """
        return {
            "ti": self.tenant,
            "cn": "Crosswalk",
            "dt": "12",
            "ci": self.client_id,
            "cs": self.client_secret,
            "iu": base_url,
            "pu": f"{base_url}/{self.tenant}/as/",
            "oa": "authorization.oauth2",
            "ot": "token.oauth2",
            "or": "revoke_token.oauth2",
            "ev": "sandbox",
            "v": "1.0",
            "saak": self.account_key,
            "sask": self.account_secret,
        }
