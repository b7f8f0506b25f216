"""Strict JSON: what would change, hide or break a value is refused, with its place.

Numbers with a fraction or an exponent become `Decimal`, whole numbers `int`. Duplicate keys, NaN and
Infinity, numbers of more than 64 digits, nesting deeper than 64, NUL characters and lone
surrogates are refused.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NoReturn

from crosswalk_engine.errors import RecordError
from crosswalk_engine.payload.json_faults import explain_syntax, find_fault, is_oversized
from crosswalk_engine.payload.limits import DEFAULT, Limits
from crosswalk_engine.payload.secrets import pointer

_EVERYTHING_ELSE = bytes(byte for byte in range(256) if byte not in b'{}[]"\\')
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"?', re.DOTALL)
_OPENING, _CLOSING = b"{[", b"}]"
#: A NUL, or one half of a surrogate pair, written as an escape; whether it stands alone is looked at later.
_SUSPECT_ESCAPE = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")
_SURROGATE_OR_NUL = re.compile("[\0\ud800-\udfff]")


class _RefusedError(ValueError):
    """A hook met something that strict JSON has no place for; the caller finds out where."""


class _TooDeepError(ValueError):
    """Nested deeper than the limit."""


@dataclass(frozen=True, slots=True)
class JsonText:
    """JSON text with where it came from, so that faults can be placed in their file.

    `first_line` is the line of the file on which `text` begins, `before` counts the characters before it
    there.
    """

    text: str
    where: str = ""
    first_line: int = 1
    before: int = 0

    def place(self, offset: int) -> str:
        """``file:line:column`` of a character."""
        breaks = self.text.count("\n", 0, offset)
        line = breaks + self.first_line
        column = offset - (self.text.rfind("\n", 0, offset) + 1) + 1 + (0 if breaks else self.before)
        return f"{self.where}:{line}:{column}" if self.where else f"line {line} column {column}"


def decode_json(text: str, *, where: str = "", limits: Limits = DEFAULT) -> Any:
    """The one JSON value in `text`.

    Raises:
        RecordError: CW-JSON-SYNTAX, -TRUNCATED, -DEPTH, -DUPLICATE, -NUMBER or -TEXT, with line and column.
    """
    source = JsonText(text, where)
    start = skip_space(text, 0)
    value, end = decode_at(source, start, limits)
    end = skip_space(text, end)
    if end != len(text):
        raise syntax_error_at(source, "Extra data", end)
    return value


def decode_at(source: JsonText, start: int, limits: Limits = DEFAULT) -> tuple[Any, int]:
    """The JSON value that begins at character `start`, and where it ends.

    Raises:
        RecordError: as `decode_json`.
    """
    text = source.text
    try:
        value, end = _decoder(limits.digits).raw_decode(text, start)
        inner = text[start:end]
        check_depth(inner.encode("utf-8", "surrogatepass"), limits.depth)
    except json.JSONDecodeError as error:
        raise syntax_error(source, error) from error
    except (RecursionError, _TooDeepError) as error:
        raise RecordError(
            "CW-JSON-DEPTH",
            "the JSON is nested too deep",
            where=source.place(start),
            expected=f"at most {limits.depth} levels",
        ) from error
    except _RefusedError as error:
        _raise_fault(source, start, limits, error)
    if _SUSPECT_ESCAPE.search(inner):
        _check_texts(value, source, start)
    return value, end


def skip_space(text: str, at: int) -> int:
    """The next character at or after `at` that is not JSON white space."""
    end = len(text)
    while at < end and text[at] in " \t\r\n":
        at += 1
    return at


def check_depth(raw: bytes, limit: int) -> None:
    """Refuse `raw` when its brackets, those in strings left out, nest deeper than `limit`.

    Works on text that is not valid JSON too; costs about 10 µs for 5 KB.

    Raises:
        ValueError: nested too deep.
    """
    # Every level needs an opening bracket of its own, so few brackets settle it at once.
    if raw.count(b"{") + raw.count(b"[") <= limit:
        return
    # Only brackets, quotes and backslashes are left; then strings without brackets are empty pairs of quotes.
    kept = raw.translate(None, _EVERYTHING_ELSE)
    if b"\\" in kept:
        kept = _STRING.sub(b"", raw).translate(None, _EVERYTHING_ELSE)
    elif b'"' in (short := kept.replace(b'""', b"")):
        kept = _STRING.sub(b"", kept)
    else:
        kept = short
    depth = 0
    for byte in kept:
        if byte in _OPENING:
            depth += 1
            if depth > limit:
                raise _TooDeepError
        elif byte in _CLOSING:
            depth -= 1


def syntax_error(source: JsonText, error: json.JSONDecodeError) -> RecordError:
    """The decoder's complaint as one that a person can act on: place, form of the context, what to do."""
    code, what, fix, context = explain_syntax(error)
    return RecordError(
        code, what, where=source.place(error.pos), got=f"near {context}" if context else "", fix=fix
    )


def syntax_error_at(source: JsonText, message: str, offset: int) -> RecordError:
    """`syntax_error` for a fault that the caller found; `message` in the decoder's words."""
    return syntax_error(source, json.JSONDecodeError(message, source.text, offset))


def _decoder(digits: int) -> json.JSONDecoder:
    found = _DECODERS.get(digits)
    if found is None:
        found = _DECODERS[digits] = _make_decoder(digits)
    return found


_DECODERS: dict[int, json.JSONDecoder] = {}


def _make_decoder(digits: int) -> json.JSONDecoder:
    def whole(text: str) -> int:
        if len(text) > digits and is_oversized(text, digits):
            raise _RefusedError
        return int(text)

    def fraction(text: str) -> Decimal:
        if (len(text) > digits or "e" in text or "E" in text) and is_oversized(text, digits):
            raise _RefusedError
        return Decimal(text)

    return json.JSONDecoder(
        object_pairs_hook=_unique, parse_int=whole, parse_float=fraction, parse_constant=_refuse
    )


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _RefusedError
    return found


def _refuse(constant: str) -> NoReturn:
    raise _RefusedError(constant)


def _raise_fault(source: JsonText, start: int, limits: Limits, error: Exception) -> NoReturn:
    fault = find_fault(source.text, start, limits.digits)
    raise RecordError(
        fault.code,
        fault.what,
        where=f"{source.place(fault.offset)} {pointer(fault.path)}",
        expected=fault.expected,
        fix=fault.fix,
    ) from error


def _check_texts(value: Any, source: JsonText, start: int) -> None:
    for path in _bad_texts(value, ()):
        raise RecordError(
            "CW-JSON-TEXT",
            "a text holds a NUL character or one half of a surrogate pair",
            where=f"{source.place(start)} {pointer(path)}",
            expected="characters that every system can store",
            fix="remove the \\u escape",
        )


def _bad_texts(value: Any, path: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    if isinstance(value, str):
        if _SURROGATE_OR_NUL.search(value):
            yield path
    elif isinstance(value, dict):
        for key, inner in value.items():
            if _SURROGATE_OR_NUL.search(key):
                yield path
            yield from _bad_texts(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _bad_texts(inner, (*path, index))
