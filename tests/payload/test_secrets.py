"""Secrets are found wherever they stand, and plain business text is left alone."""

import base64
import random

import pytest
from crosswalk_engine.errors import FindingsError
from crosswalk_engine.payload.documents import Document, load_document
from crosswalk_engine.payload.secrets import find_secrets, looks_secret, names_secret, pointer

SECRETS = [
    "Bearer c2VjcmV0LXRva2Vu0a1b2c",
    "-----BEGIN RSA PRIVATE KEY-----",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc",
    "AKIAIOSFODNN7EXAMPLE",
    "sk_live_4eC39HqLyjWDarjtT1zdp7dc",
    "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
    "https://ana:hunter22@erp.example.net/api",
    "call it with password=hunter22x please",
    "9f86d081884c7d659a2feaa0c55ad015",
]
PLAIN = [
    "order-to-m3",
    "CASE WHEN contact.organisation.name <> '' THEN IDMAP('customer', parties.customer.contactId) END",
    "SUM(TO_DECIMAL(orderRows.rowValue.rowNet.value, 4)) = TO_DECIMAL(totalValue.net, 2)",
    "https://oauth.example.net/token?grant_type=refresh_token",
    "installedIntegrationInstanceId",
    "parties.customer.addressLine1",
    "0b7c2f0e-9a54-4c1e-8a50-3b6d1f0e2a11",
    "2026-11-23T09:00:00Z",
    "12345678901234567890",
    "Standard delivery, tracked and insured, next working day",
    "env:BP_TOKEN",
]


@pytest.mark.parametrize("text", SECRETS)
def test_known_forms_are_found(text: str) -> None:
    """Each form has a name that can be shown; the value is not part of it."""
    found = looks_secret(text)
    assert found and text not in found


@pytest.mark.parametrize("text", PLAIN)
def test_business_text_is_no_secret(text: str) -> None:
    """Formulas, paths, names, dates and references pass."""
    assert looks_secret(text) == ""


def test_random_keys_are_found_whatever_the_field_is_called() -> None:
    """Of 200 random keys in base64 and hexadecimal at most one slips through."""
    source = random.Random(7)
    canaries = [base64.b64encode(source.randbytes(24)).decode() for _ in range(100)]
    canaries += [source.randbytes(20).hex() for _ in range(100)]
    missed = [canary for canary in canaries if not looks_secret(f"see {canary} there")]
    assert len(missed) <= 1


@pytest.mark.parametrize(
    ("key", "secret"),
    [
        ("password", True), ("client_secret", True), ("accessToken", True), ("x-api-key", True),
        ("APIKey", True),
        ("privateKey", True), ("Authorization", True), ("token_url", False), ("key", False),
        ("natural_key", False),
        ("tokenise", False), ("secretary", False),
    ],
)  # fmt: skip
def test_names_of_keys(key: str, secret: bool) -> None:
    """The last word of a key says whether it holds a secret."""
    assert names_secret(key) is secret


def test_places_are_pointers() -> None:
    """References and empty values under secret names pass, literals do not."""
    data = {
        "connections": {
            "bp": {
                "token": "hunter2",
                "auth": {"ref": "env:BP_TOKEN"},
                "secret": {"ref": "file:./x"},
                "password": "",
            },
            "m3": {"credentials": {"user": "ana", "list": ["a/b"]}},
        }
    }
    assert [pointer(place) for place, _ in find_secrets(data)] == [
        "/connections/bp/token",
        "/connections/m3/credentials/user",
        "/connections/m3/credentials/list/0",
    ]


class _Note(Document):
    text: str


def test_document_with_a_secret_is_refused_without_showing_it() -> None:
    """The finding has file, line and place; the value stands nowhere."""
    with pytest.raises(FindingsError) as caught:
        load_document(f"text: {SECRETS[0]}\nother: 1\n", _Note, where="note.yaml")
    shown = caught.value.render()
    assert "note.yaml:1: error CW-SECRET /text looks like a bearer or basic token" in shown
    assert "c2VjcmV0" not in shown and "unknown key 'other'" in shown
