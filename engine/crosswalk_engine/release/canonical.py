"""Canonical JSON: one byte sequence for one value, so that a hash names it.

Sorted keys, no spaces, UTF-8, no floats (a decimal is a text with its scale), no NaN. Two machines that hold
the same documents get the same bytes and so the same release.
"""

import hashlib
import json
from decimal import Decimal
from typing import Any

from crosswalk_engine.errors import FatalError


def canonical_json(value: Any) -> bytes:
    """The canonical bytes of `value`: dicts (text keys), lists, texts, integers, decimals, booleans, nulls.

    Raises:
        FatalError: CW-CANONICAL; a float, or something that JSON has no form for, is a fault of the program.
    """
    text = json.dumps(
        _plain(value, ""), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    return text.encode("utf-8")


def sha256(raw: bytes) -> str:
    """The SHA-256 of `raw`, as 64 hexadecimal digits."""
    return hashlib.sha256(raw).hexdigest()


def _plain(value: Any, path: str) -> Any:
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, list | tuple):
        return [_plain(inner, f"{path}/{index}") for index, inner in enumerate(value)]
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        return {key: _plain(inner, f"{path}/{key}") for key, inner in value.items()}
    raise FatalError(
        "CW-CANONICAL",
        "a value has no canonical form",
        where=path or "/",
        got=type(value).__name__,
        expected="text, integer, decimal, boolean, null, list or mapping",
    )
