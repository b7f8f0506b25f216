"""Questions about what a text holds: parts by their letters, LIKE and GLOB."""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import TypeAlias

from crosswalk_engine.formula.functions.spec import Example, Function, literal_text, text
from crosswalk_engine.formula.problems import EvalError
from crosswalk_engine.formula.values import BOOLEAN, INTEGER

_LONG_PATTERN = 256
#: The parts of a pattern between its `any run` signs: one regular expression for each character.
_Parts: TypeAlias = list[list[str]]


@lru_cache(maxsize=512)
def prepare_like(pattern: str) -> Callable[[str], bool]:
    """A test for the LIKE `pattern`."""
    return _matcher(_like_parts(_short(pattern, "LIKE")))


@lru_cache(maxsize=512)
def prepare_glob(pattern: str) -> Callable[[str], bool]:
    """A test for the GLOB `pattern`."""
    return _matcher(_glob_parts(_short(pattern, "GLOB")))


def _short(pattern: str, who: str) -> str:
    if len(pattern) > _LONG_PATTERN:
        raise EvalError("CW-ARGUMENT", None, f"a {who} pattern has at most {_LONG_PATTERN} characters")
    return pattern


def _matcher(split: _Parts) -> Callable[[str], bool]:
    """A test for the whole of a text: each part has a fixed width, so nothing backtracks."""
    parts = [re.compile("".join(part), re.DOTALL) for part in split]
    if len(parts) == 1:
        return lambda value: parts[0].fullmatch(value) is not None
    head, *middle, last = parts
    last_width = len(split[-1])

    def matches(value: str) -> bool:
        found = head.match(value)
        at = -1 if found is None else found.end()
        for part in middle:
            found = part.search(value, at) if at >= 0 else None
            at = -1 if found is None else found.end()
        start = len(value) - last_width
        return 0 <= at <= start and last.fullmatch(value, start) is not None

    return matches


def _like_parts(pattern: str) -> _Parts:
    parts: _Parts = [[]]
    escaped = False
    for character in pattern:
        if not escaped and character == "\\":
            escaped = True
            continue
        if not escaped and character == "%":
            parts.append([])
        elif not escaped and character == "_":
            parts[-1].append(".")
        else:
            parts[-1].append(re.escape(character))
        escaped = False
    if escaped:
        raise EvalError("CW-ARGUMENT", pattern, "a LIKE pattern cannot end with a backslash")
    return parts


def _glob_parts(pattern: str) -> _Parts:
    parts: _Parts = [[]]
    at = 0
    while at < len(pattern):
        character = pattern[at]
        at += 1
        if character == "*":
            parts.append([])
        elif character == "?":
            parts[-1].append(".")
        elif character == "[":
            one, at = _glob_set(pattern, at)
            parts[-1].append(one)
        else:
            quoted = character == "\\"
            if quoted and at == len(pattern):
                raise EvalError("CW-ARGUMENT", pattern, "a GLOB pattern cannot end with a backslash")
            parts[-1].append(re.escape(pattern[at] if quoted else character))
            at += quoted
    return parts


def _glob_set(pattern: str, at: int) -> tuple[str, int]:
    """The regular expression of the set that opens before `at`, and where it has ended."""
    if pattern[at : at + 1] == "^":
        advice = "[^…] is not in GLOB patterns; write [!…] for any character but these"
        raise EvalError("CW-ARGUMENT", pattern, advice)
    opposite = pattern[at : at + 1] == "!"
    end = pattern.find("]", at + opposite + 1)
    inside = pattern[at + opposite : end]
    if end < 0:
        raise EvalError("CW-ARGUMENT", pattern, "a [ of a GLOB pattern has a ] after at least one character")
    found, place = "", 0
    while place < len(inside):
        low, high = inside[place], inside[place]
        if inside[place + 1 : place + 2] == "-" and place + 2 < len(inside):
            high = inside[place + 2]
            place += 2
        if low > high:
            raise EvalError("CW-ARGUMENT", pattern, "a range of a GLOB pattern runs upwards, such as [A-F]")
        found += f"{re.escape(low)}-{re.escape(high)}"
        place += 1
    return f"[{'^' if opposite else ''}{found}]", end + 1


FUNCTIONS: tuple[Function, ...] = (
    Function(
        "STARTS_WITH",
        (text(), text("prefix")),
        BOOLEAN,
        "Whether a text begins with a prefix.",
        (
            Example("STARTS_WITH('WEB-771', 'WEB-')", True),
            Example("STARTS_WITH('a')", fails="CW-FORMULA-ARGUMENTS"),
        ),
        lambda value, prefix: value.startswith(prefix),
    ),
    Function(
        "ENDS_WITH",
        (text(), text("suffix")),
        BOOLEAN,
        "Whether a text ends with a suffix.",
        (
            Example("ENDS_WITH('invoice.pdf', '.pdf')", True),
            Example("ENDS_WITH('abc', 'ab')", False),
            Example("ENDS_WITH('a', TRUE)", fails="CW-FORMULA-TYPE"),
        ),
        lambda value, suffix: value.endswith(suffix),
        note="Not in PostgreSQL.",
    ),
    Function(
        "CONTAINS",
        (text(), text("search")),
        BOOLEAN,
        "Whether a text stands somewhere in another.",
        (
            Example("CONTAINS('Pallet delivery', 'delivery')", True),
            Example("CONTAINS('Pallet delivery', 'Delivery')", False),
            Example("CONTAINS('a')", fails="CW-FORMULA-ARGUMENTS"),
        ),
        lambda value, search: search in value,
        note="Letters are matched exactly; put UPPER(…) around both sides for any case. Not in PostgreSQL.",
    ),
    Function(
        "STRPOS",
        (text(), text("search")),
        INTEGER,
        "The position (from 1) at which a text first stands in another; 0 when it does not.",
        (
            Example("STRPOS('SHIRT-BLUE-M', '-')", 6),
            Example("STRPOS('SHIRT', '-')", 0),
            Example("STRPOS('a', 1.5)", fails="CW-FORMULA-TYPE"),
        ),
        lambda value, search: value.find(search) + 1,
        aliases=("POSITION",),
    ),
    Function(
        "LIKE",
        (text(), literal_text("pattern")),
        BOOLEAN,
        "Whether a text matches a pattern: % is any run of characters, _ is one, \\ quotes the next.",
        (
            Example("'WEB-77120' LIKE 'WEB-%'", True),
            Example("'BS1 4RW' LIKE '___ ___'", True),
            Example("'100%' LIKE '100\\%'", True),
            Example("'a' LIKE 'b\\'", fails="CW-FORMULA-ARGUMENT"),
        ),
        prepare=prepare_like,
        syntax="text LIKE 'pattern'",
        note="NOT LIKE is the opposite. The pattern is written out, at most 256 characters.",
        cost=3,
    ),
    Function(
        "GLOB",
        (text(), literal_text("pattern")),
        BOOLEAN,
        "Whether a text matches a file-name pattern: * is any run of characters, ? one, [A-F] one of a set.",
        (
            Example("GLOB('order-2026-03.csv', 'order-*.csv')", True),
            Example("GLOB('SKU-7B', 'SKU-[0-9][A-F]')", True),
            Example("GLOB('SKU-7B', 'SKU-[!7]?')", False),
            Example("GLOB('a', '[a')", fails="CW-FORMULA-ARGUMENT"),
        ),
        prepare=prepare_glob,
        note="[!A-F] is any one character that is not in the set. The whole text must match, letters "
        "exactly; \\ quotes the next sign, but stands for itself inside of brackets. The pattern is written "
        "out, at most 256 characters. Not in PostgreSQL.",
        cost=3,
    ),
)
