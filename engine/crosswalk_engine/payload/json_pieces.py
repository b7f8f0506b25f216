"""Where a JSON value ends when it may not be taken: what is wrong in it hides nothing that stands behind."""

import json
import re
from collections.abc import Collection
from typing import Any

#: Characters that a cut may take off a token, so that its fault shows up to so far before the end.
_TOKEN = 16
_OUTSIDE = re.compile(r'["{}\[\]]')
_INSIDE = re.compile(r'["\\]')


def _any(token: str) -> Any:
    return None


#: Takes numbers of any length, control characters in texts, duplicate keys.
_LENIENT = json.JSONDecoder(strict=False, parse_int=_any, parse_float=_any)


_KEY = re.compile(r'\s*(?P<key>"(?:[^"\\]|\\.)*+")\s*:\s*', re.DOTALL)
_NEXT = re.compile(r"\s*(?P<mark>[,}])")


class Cut:
    """What begins here may be a sound value, but the text ends before it does."""


CUT = Cut()


def skip_value(text: str, start: int) -> int | Cut | None:
    """Where the value at `start` ends, whatever is in it; `None` when it is no JSON at all."""
    try:
        return _LENIENT.raw_decode(text, start)[1]
    except json.JSONDecodeError as error:
        cut = error.pos >= len(text) - _TOKEN or error.msg.startswith("Unterminated string")
        return CUT if cut else None
    except RecursionError:
        end = Brackets().end(text, start)
        return CUT if end is None else end


class Brackets:
    """Finds the end of an object or array by its brackets alone, in one text or in several that follow."""

    def __init__(self) -> None:
        self._depth = 0
        self._inside = self._escaped = False

    def end(self, text: str, at: int) -> int | None:
        """The place behind the last bracket; `None` when it stands in a later text."""
        if self._escaped:
            at, self._escaped = at + 1, False
        while (match := (_INSIDE if self._inside else _OUTSIDE).search(text, at)) is not None:
            mark, at = match[0], match.end()
            if mark == "\\":
                self._escaped = at >= len(text)
                at += 1
            elif mark == '"':
                self._inside = not self._inside
            else:
                self._depth += 1 if mark in "{[" else -1
                if self._depth <= 0:
                    return at
        return None


def reply_array(text: str, start: int, *, ended: bool, keys: Collection[str]) -> int | None:
    """Where the array begins that is the ``response`` of the API reply at `start`; `None` when that is none.

    A reply is an object with no keys but `keys`. Of a text that has not `ended` the keys before the array
    decide, of one that is cut off or broken those that are seen.
    """
    found: int | None = None
    at = start + 1
    while (key := _KEY.match(text, at)) is not None:
        name = key["key"][1:-1]
        if name not in keys or (name == "response" and text[key.end() : key.end() + 1] != "["):
            return None
        if name == "response":
            found = key.end() if found is None else found
            if not ended:
                return found
        end = skip_value(text, key.end())
        if not isinstance(end, int):
            return found
        mark = _NEXT.match(text, end)
        if mark is None or mark["mark"] == "}":
            return found
        at = mark.end()
    return found
