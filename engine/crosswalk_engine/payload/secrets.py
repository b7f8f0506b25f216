"""Finding secrets where none may stand: in projects, releases and settings, which hold references only.

A reference is ``env:NAME``, ``file:PATH`` or ``keyring:NAME``. A literal is taken for a secret when its key
says so (``password``), when its form does (a bearer token, a private key), or when it is long and random.
"""

import math
import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from crosswalk_engine.payload.paths import Segment

_REFERENCE = re.compile(r"(?:env|file|keyring):\S+|\$\{[A-Za-z_]\w*\}")
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_SECRET_WORDS = frozenset(
    {
        "password", "passwd", "pwd", "passphrase", "passcode", "secret", "secrets", "token", "tokens",
        "apikey", "authorization", "credential", "credentials", "cookie",
    }
)  # fmt: skip
_SECRET_PAIRS = frozenset(
    {("api", "key"), ("private", "key"), ("access", "key"), ("signing", "key"), ("auth", "key")}
)
_PATTERNS = (
    (re.compile(r"(?i)\b(?:bearer|basic)\s+[A-Za-z0-9._~+/-]{12,}=*"), "a bearer or basic token"),
    (re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY"), "a private key"),
    (re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}"), "a signed token (JWT)"),
    (re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"), "a cloud access key"),
    (re.compile(r"\b(?:sk|pk|rk)_(?:live|test)_[A-Za-z0-9]{8,}"), "an API key"),
    (re.compile(r"\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|glpat-[\w-]{16,})"), "an access token"),
    (re.compile(r"\bxox[abprs]-[A-Za-z0-9-]{10,}"), "an access token"),
    (re.compile(r"[a-z][a-z0-9+.-]*://[^\s/:@]+:[^\s/:@]+@"), "a password in a URL"),
    (
        re.compile(r"(?i)\b(?:password|passwd|pwd|secret|api[_-]?key|token)\s*[=:]\s*['\"]?[^\s'\"]{6,}"),
        "a password written out",
    ),
)  # fmt: skip
_TOKEN = re.compile(r"[A-Za-z0-9+/_=-]{20,}")
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_HEX = re.compile(r"[0-9a-fA-F]+")
#: Bits a character; random base64 of 20 to 40 characters has 3.9 to 5, a repeated pattern has less than 3.
RANDOM_BITS = 3.4
#: Changes between small letters, capitals and digits, as a share of the characters. Random base62 has 0.62 on
#: average; joined names (`addressLine1OfBillingParty`) stay below 0.36.
RANDOM_CHANGES = 0.36
#: Without capitals only letters and digits can change: a name changes once or twice, a random key six times.
RANDOM_DIGIT_CHANGES = 6
#: Random hexadecimal of 32 characters has about 3.6 of at most 4.
RANDOM_HEX_BITS = 3.0
RANDOM_HEX_LENGTH = 32
#: Characters of the shortest text that is taken for random, and of the pieces of it that count.
MIN_RANDOM = 16
MIN_PIECE = 7


def find_secrets(data: Any, *, random_too: bool = True) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Every place in `data` that looks like a secret, with what it looks like; never the value itself.

    With `random_too` off, only keys and known forms count, not randomness: for documents that hold ids.
    """
    yield from _scan(data, (), False, random_too)


def looks_secret(text: str, *, random_too: bool = True) -> str:
    """What kind of secret `text` looks like; empty when it does not."""
    for pattern, name in _PATTERNS:
        if pattern.search(text):
            return name
    if random_too and any(_is_random(token) for token in _TOKEN.findall(_UUID.sub(" ", text))):
        return "a long random text, as keys and tokens are"
    return ""


def pointer(place: tuple[str | int, ...]) -> str:
    """``/connections/brightpearl/token``: a place as a JSON pointer."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in place) or "/"


def names_secret(key: str) -> bool:
    """Whether a key of this name holds a secret: ``client_secret`` does, ``token_url`` does not."""
    words = [word.lower() for word in _WORDS.findall(key)]
    return bool(words) and (words[-1] in _SECRET_WORDS or tuple(words[-2:]) in _SECRET_PAIRS)


def _scan(
    data: Any, place: tuple[str | int, ...], named: bool, random_too: bool
) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if isinstance(data, dict):
        for key, value in data.items():
            key = str(key)
            if looks_secret(key, random_too=random_too):
                yield (*place, Segment("…").name), "a key that is itself a secret"
                continue
            # `{ref: env:TOKEN}` is how a secret is named; everything else under such a key is one.
            yield from _scan(value, (*place, key), names_secret(key) or (named and key != "ref"), random_too)
    elif isinstance(data, list | tuple):
        for index, value in enumerate(data):
            yield from _scan(value, (*place, index), named, random_too)
    elif isinstance(data, str) and data.strip() and not _REFERENCE.fullmatch(data.strip()):
        found = looks_secret(data, random_too=random_too)
        if named or found:
            yield place, found or "a secret written out under a key that names one"


def _is_random(token: str) -> bool:
    token = token.strip("=-_/+")
    if len(token) < 20 or token.isdigit():
        return False
    if _HEX.fullmatch(token):
        return len(token) >= RANDOM_HEX_LENGTH and _bits(token.lower()) >= RANDOM_HEX_BITS
    # Words joined by - or / are names; what stands between is looked at, and short pieces say nothing.
    pieces = [piece for piece in re.split(r"[-_/+=]", token) if len(piece) >= MIN_PIECE]
    length = sum(map(len, pieces))
    if length < MIN_RANDOM or _bits("".join(pieces)) < RANDOM_BITS:
        return False
    changes = sum(_class(left) != _class(right) for piece in pieces for left, right in pairwise(piece))
    has_both_cases = token != token.lower() and token != token.upper()
    return changes >= (RANDOM_CHANGES * length if has_both_cases else RANDOM_DIGIT_CHANGES)


def _class(char: str) -> int:
    return 0 if char.isdigit() else 1 if char.islower() else 2


def _bits(token: str) -> float:
    counts = Counter(token)
    return -sum(count / len(token) * math.log2(count / len(token)) for count in counts.values())
