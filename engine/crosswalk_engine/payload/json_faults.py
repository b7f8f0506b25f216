"""Finding and explaining what is wrong with JSON text; runs only once something is known to be wrong."""

import json
import re
from dataclasses import dataclass, field
from decimal import Decimal

from crosswalk_engine.payload.tally import pattern

_TOKEN = re.compile(
    r'(?P<string>"(?:[^"\\]|\\.)*")|(?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)'
    r"|(?P<constant>-?Infinity|NaN)|(?P<mark>[{}\[\],:])|(?P<word>[a-z]+)|\s+",
    re.DOTALL,
)
_CONTEXT = 20


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: its character offset, and its path in the value."""

    code: str
    what: str
    offset: int
    path: tuple[str | int, ...]
    expected: str = ""
    fix: str = ""


@dataclass(slots=True)
class _Level:
    """One open object or array."""

    is_object: bool
    keys: set[str] = field(default_factory=set)
    at: str | int = 0
    wants_key: bool = True


def find_fault(text: str, start: int, digits: int) -> Fault:
    """The first duplicate key, constant or oversized number at or after `start`; the syntax must be sound."""
    levels: list[_Level] = []
    for match in _TOKEN.finditer(text, start):
        path = tuple(level.at for level in levels)
        kind, token, offset = match.lastgroup, match.group(), match.start()
        if kind == "constant":
            what = f"{token} is not JSON"
            return Fault("CW-JSON-NUMBER", what, offset, path, "a finite number", "write null or a number")
        if kind == "number" and is_oversized(token, digits):
            what, fix = f"a number has more than {digits} digits", "identifiers stand in quotes, as text"
            if "e" in token.lower():
                what, fix = "a number with an exponent is too large, too small or too exact", ""
            return Fault("CW-JSON-NUMBER", what, offset, path, f"at most {digits} digits written out", fix)
        if kind == "string" and levels and levels[-1].is_object and levels[-1].wants_key:
            level, key = levels[-1], json.loads(token, strict=False)
            level.at, level.wants_key = key, False
            if key in level.keys:
                path = tuple(inner.at for inner in levels)
                what = "a key stands twice in one object"
                return Fault("CW-JSON-DUPLICATE", what, offset, path, "every key once", "keep one of the two")
            level.keys.add(key)
        elif kind == "mark":
            _step(levels, token)
            if not levels:
                break
    return Fault("CW-JSON-SYNTAX", "this is not strict JSON", start, ())


def explain_syntax(error: json.JSONDecodeError) -> tuple[str, str, str, str]:
    """Code, plain sentence, next step and masked context of a decoder's complaint."""
    text, at = error.doc, error.pos
    rest = text[at:].lstrip()
    before = text[:at].rstrip()
    context = pattern_of(text, at)
    if not before and not rest:
        return "CW-EMPTY", "there is no JSON here, only blank space", "", ""
    if not rest or error.msg.startswith("Unterminated string"):
        return "CW-JSON-TRUNCATED", "the JSON ends before it is complete", "fetch or copy it whole", context
    what, fix = f"this is not JSON: {error.msg[:1].lower()}{error.msg[1:]}", ""
    if rest.startswith(("//", "/*", "#")):
        what, fix = "JSON has no comments", "remove the comment"
    elif error.msg == "Extra data":
        what, fix = "a second value follows the first", "one value a file, or one object a line (NDJSON)"
    elif before.endswith(",") and rest[0] in "}]":
        what, fix = "a comma stands before a closing bracket", "remove the comma"
    elif rest.startswith("'"):
        what, fix = "a text stands in single quotes", 'JSON texts stand in "double quotes"'
    elif re.match(r"(?:None|True|False|undefined)\b", rest):
        what, fix = "a word is no JSON value", "write null, true or false"
    elif error.msg.startswith("Invalid control character"):
        what, fix = (
            "a line break or control character stands inside a text",
            "write it as \\n, or close the quote",
        )
    return "CW-JSON-SYNTAX", what, fix, context


def pattern_of(text: str, at: int) -> str:
    """Twenty characters around `at`, letters and digits masked: the form is seen, the data is not."""
    around = text[max(0, at - _CONTEXT // 2) : at + _CONTEXT // 2]
    return pattern(around) if around.strip() else ""


def _step(levels: list[_Level], mark: str) -> None:
    if mark in "{[":
        levels.append(_Level(mark == "{"))
    elif mark in "}]":
        if levels:
            levels.pop()
    elif mark == "," and levels:
        level = levels[-1]
        level.wants_key = True
        if isinstance(level.at, int):
            level.at += 1


def is_oversized(token: str, digits: int) -> bool:
    """Whether a number needs more than `digits` digits when it is written out without an exponent.

    ``1e400`` does: it is a trap for whoever turns it into an integer later.
    """
    if token.lstrip("-").isdigit():
        return len(token.lstrip("-")) > digits
    try:
        number = Decimal(token)
    except ArithmeticError:
        return True
    return abs(number.adjusted()) > digits or len(number.as_tuple().digits) > digits
