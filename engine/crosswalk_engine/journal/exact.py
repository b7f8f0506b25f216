"""Documents to bytes and back without a change: a number keeps its digits, any text can be stored.

JSON, because a person must be able to read a journal. What JSON gave comes back as it was: ``1.10`` is
``Decimal("1.10")``, not 1.1 and not ``"1.10"``.
"""

import json
from decimal import Decimal
from json.encoder import encode_basestring_ascii as quoted
from typing import Any

import msgspec

_ENCODER = msgspec.json.Encoder(decimal_format="number")
_PLAIN = frozenset({str, int, bool, type(None)})


def pack(value: Any) -> bytes:
    """`value` (None, bool, int, Decimal, text, list and dict) as JSON.

    A float comes back as the Decimal of its shortest digits, which formulas read the same; anything else
    (a date) as text.
    """
    if _common(value):
        try:
            return _ENCODER.encode(value)
        except (UnicodeEncodeError, OverflowError):
            pass  # a lone surrogate, as bad senders make them, or a number of more than 64 bits
    parts: list[str] = []
    _write(value, parts)
    return "".join(parts).encode()


def unpack(body: bytes) -> Any:
    """What `pack` was given."""
    return json.loads(body, parse_float=Decimal)


def _common(value: Any) -> bool:
    """Whether the fast encoder keeps `value` exactly; it would turn ``Decimal("7")`` into an integer."""
    kind = value.__class__
    if kind is not dict and kind is not list:
        return kind in _PLAIN or (kind is Decimal and _has_point(str(value)))
    for inner in value.values() if kind is dict else value:
        if inner.__class__ not in _PLAIN and not _common(inner):
            return False
    return True


def _has_point(text: str) -> bool:
    return "." in text or "E" in text


def _write(value: Any, parts: list[str]) -> None:
    if isinstance(value, dict):
        between = "{"
        for key, inner in value.items():
            parts.append(f"{between}{quoted(str(key))}:")
            _write(inner, parts)
            between = ","
        parts.append("}" if value else "{}")
    elif isinstance(value, list | tuple):
        between = "["
        for inner in value:
            parts.append(between)
            _write(inner, parts)
            between = ","
        parts.append("]" if value else "[]")
    else:
        parts.append(_scalar(value))


def _scalar(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, Decimal):
        text = str(value)
        if not value.is_finite():
            return text if text in ("NaN", "Infinity", "-Infinity") else "NaN"
        return text if _has_point(text) else f"{text}E0"
    if isinstance(value, int | float):
        return json.dumps(value)
    return quoted(str(value))
