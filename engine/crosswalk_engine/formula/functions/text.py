"""Functions of text."""

import re
from collections.abc import Callable
from functools import lru_cache

from crosswalk_engine.formula.functions.spec import Example, Function, Param, integer, literal_text, text
from crosswalk_engine.formula.problems import EvalError
from crosswalk_engine.formula.values import (
    ANY,
    BOOLEAN,
    INTEGER,
    MAX_TEXT,
    TEXT,
    Value,
    bounded,
    text_of,
    text_too_long,
)

_LONG_PATTERN = 256


def concat(*values: Value) -> str:
    """All that are not null, one after the other."""
    return bounded("".join([text_of(value) for value in values if value is not None]), "CONCAT")


def concat_ws(separator: str | None, *values: Value) -> str | None:
    """All that are not null, with `separator` between them."""
    if separator is None:
        return None
    return bounded(separator.join([text_of(value) for value in values if value is not None]), "CONCAT_WS")


def join(left: Value, right: Value) -> str:
    """`left` followed by `right`."""
    return bounded(text_of(left) + text_of(right), "||")


def substring(value: str, start: int, count: int | None = None) -> str:
    """`count` characters from position `start` (from 1); positions before it count, as in PostgreSQL."""
    if count is None:
        return value[max(start - 1, 0) :]
    if count < 0:
        raise EvalError("CW-ARGUMENT", str(count), "SUBSTRING needs a count of 0 or more")
    return value[max(start - 1, 0) : max(start - 1 + count, 0)]


def left(value: str, count: int) -> str:
    """The first `count` characters; with a negative count, all but the last ones."""
    return value[:count]


def right(value: str, count: int) -> str:
    """The last `count` characters; with a negative count, all but the first ones."""
    if count < 0:
        return value[-count:]
    return value[-count:] if count else ""


def split_part(value: str, delimiter: str, part: int) -> str:
    """Part number `part` (from 1; negative: from the end) of `value` cut at `delimiter`; else ``''``."""
    if part == 0:
        raise EvalError("CW-ARGUMENT", "0", "SPLIT_PART counts parts from 1 (or from -1 at the end)")
    parts = value.split(delimiter) if delimiter else [value]
    index = part - 1 if part > 0 else len(parts) + part
    return parts[index] if 0 <= index < len(parts) else ""


def _filler(value: str, length: int, fill: str, who: str) -> str:
    if length > MAX_TEXT:
        raise text_too_long(length, who)
    missing = length - len(value)
    return (fill * (missing // len(fill) + 1))[:missing] if missing > 0 and fill else ""


def lpad(value: str, length: int, fill: str = " ") -> str:
    """`value` filled on the left to `length` characters, or cut on the right to it."""
    return _filler(value, length, fill, "LPAD") + value[: max(length, 0)]


def rpad(value: str, length: int, fill: str = " ") -> str:
    """`value` filled on the right to `length` characters, or cut on the right to it."""
    return value[: max(length, 0)] + _filler(value, length, fill, "RPAD")


def replace(value: str, search: str, replacement: str) -> str:
    """`value` with every `search` replaced; an empty `search` changes nothing."""
    if not search:
        return value
    growth = len(replacement) - len(search)
    if growth > 0 and (longest := len(value) + value.count(search) * growth) > MAX_TEXT:
        raise text_too_long(longest, "REPLACE")
    return value.replace(search, replacement)


def fit(value: str, width: int) -> str:
    """`value` cut to at most `width` characters: after the last whole word that fits, else inside it."""
    if width < 0:
        raise EvalError("CW-ARGUMENT", str(width), "FIT needs a width of 0 or more")
    if len(value) <= width:
        return value
    cut = value[:width]
    if not value[width].isspace() and any(c.isspace() for c in cut.strip()):
        cut = cut[: max(index for index, c in enumerate(cut) if c.isspace())]
    return cut.rstrip() or value[:width]


def trim(value: str, characters: str = " ") -> str:
    """`value` without `characters` at both ends."""
    return value.strip(characters) if characters else value


def digits(value: str) -> str:
    """The digits 0 to 9 of `value`, in order."""
    return "".join([c for c in value if "0" <= c <= "9"])


@lru_cache(maxsize=512)
def prepare_like(pattern: str) -> Callable[[str], bool]:
    """A test for the LIKE `pattern`: each part between ``%`` has a fixed width, so nothing backtracks."""
    if len(pattern) > _LONG_PATTERN:
        raise EvalError("CW-ARGUMENT", None, f"a LIKE pattern has at most {_LONG_PATTERN} characters")
    split = _split_pattern(pattern)
    parts = [re.compile("".join(part), re.DOTALL) for part in split]
    head, *middle, last = parts if len(parts) > 1 else [parts[0], parts[0]]
    last_width = len(split[-1])

    def matches(value: str) -> bool:
        found = head.match(value)
        at = -1 if found is None else found.end()
        for part in middle:
            found = part.search(value, at) if at >= 0 else None
            at = -1 if found is None else found.end()
        start = len(value) - last_width
        return 0 <= at <= start and last.fullmatch(value, start) is not None

    if len(parts) == 1:
        return lambda value: head.fullmatch(value) is not None
    return matches


def _split_pattern(pattern: str) -> list[list[str]]:
    """The parts between ``%``, each a list with one regular expression for each character."""
    parts: list[list[str]] = [[]]
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


FUNCTIONS: tuple[Function, ...] = (
    Function(
        "CONCAT",
        (Param("value", ANY, many=True),),
        TEXT,
        "Joins values into one text; nulls are left out.",
        (
            Example("CONCAT('BP', id)", "BP1042", given={"id": 1042}),
            Example("CONCAT('a', NULL, 1.50)", "a1.50"),
            Example("CONCAT()", fails="CW-FORMULA-ARGUMENTS"),
        ),
        concat,
        nulls="own",
        note="Takes values of every kind, in their text form. All null gives ''.",
    ),
    Function(
        "CONCAT_WS",
        (text("separator"), Param("value", ANY, many=True)),
        TEXT,
        "Joins values into one text with a separator between them; nulls are left out.",
        (
            Example("CONCAT_WS(', ', 'Unit 3', line2, 'Bristol')", "Unit 3, Bristol", given={"line2": ""}),
            Example("CONCAT_WS(NULL, 'a', 'b')", None),
            Example("CONCAT_WS(1.5, 'a')", fails="CW-FORMULA-TYPE"),
        ),
        concat_ws,
        nulls="own",
        may_be_null=True,
    ),
    Function(
        "||",
        (Param("left", ANY), Param("right", ANY)),
        TEXT,
        "Joins two values into one text; null if one of them is null.",
        (
            Example("'M3-' || 17", "M3-17"),
            Example("'M3-' || NULL", None),
            Example(
                "'a' || row_total.value", fails="CW-PATH-OBJECT", given={"row_total": {"value": {"net": 1}}}
            ),
        ),
        join,
        syntax="left || right",
    ),
    Function(
        "UPPER",
        (text(),),
        TEXT,
        "Capital letters.",
        (
            Example("UPPER('sku-1a')", "SKU-1A"),
            Example("UPPER('ß')", "SS"),
            Example("UPPER(TRUE)", fails="CW-FORMULA-TYPE"),
        ),
        lambda value: bounded(value.upper(), "UPPER"),
        note="By Unicode's full mapping: ß becomes SS.",
    ),
    Function(
        "LOWER",
        (text(),),
        TEXT,
        "Small letters.",
        (
            Example("LOWER('Anna@Example.COM')", "anna@example.com"),
            Example("LOWER(1.5)", fails="CW-FORMULA-TYPE"),
        ),
        lambda value: bounded(value.lower(), "LOWER"),
    ),
    Function(
        "TRIM",
        (text(), text("characters", optional=True)),
        TEXT,
        "Takes spaces (or the given characters) away at both ends.",
        (
            Example("TRIM('  A 1 ')", "A 1"),
            Example("TRIM('--x-', '-')", "x"),
            Example("TRIM(2.5)", fails="CW-FORMULA-TYPE"),
        ),
        trim,
        note="Only U+0020 is a space here. A text of spaces becomes '', which is not null.",
    ),
    Function(
        "SUBSTRING",
        (text(), integer("start"), integer("count", optional=True)),
        TEXT,
        "Part of a text from position start (the first is 1).",
        (
            Example("SUBSTRING('KETTLE-17', 1, 6)", "KETTLE"),
            Example("SUBSTRING('KETTLE-17', 8)", "17"),
            Example("SUBSTRING('KETTLE', 2, 0 - 1)", fails="CW-ARGUMENT"),
        ),
        substring,
        aliases=("SUBSTR",),
    ),
    Function(
        "LEFT",
        (text(), integer("count")),
        TEXT,
        "The first characters; with a negative count, all but the last ones.",
        (
            Example("LEFT('BS1 4RW', 3)", "BS1"),
            Example("LEFT('abc', -1)", "ab"),
            Example("LEFT('abc', '1')", fails="CW-FORMULA-TYPE"),
        ),
        left,
    ),
    Function(
        "RIGHT",
        (text(), integer("count")),
        TEXT,
        "The last characters; with a negative count, all but the first ones.",
        (
            Example("RIGHT('BS1 4RW', 3)", "4RW"),
            Example("RIGHT('abc', -1)", "bc"),
            Example("RIGHT('abc', 1.5)", fails="CW-FORMULA-TYPE"),
        ),
        right,
    ),
    Function(
        "SPLIT_PART",
        (text(), text("delimiter"), integer("part")),
        TEXT,
        "One part of a text cut at a delimiter; parts count from 1, negative ones from the end.",
        (
            Example("SPLIT_PART('SHIRT-BLUE-M', '-', 2)", "BLUE"),
            Example("SPLIT_PART('SHIRT-BLUE-M', '-', -1)", "M"),
            Example("SPLIT_PART('a-b', '-', 0)", fails="CW-ARGUMENT"),
        ),
        split_part,
        note="A part that does not exist is ''.",
    ),
    Function(
        "LPAD",
        (text(), integer("length"), text("fill", optional=True)),
        TEXT,
        "Fills on the left (with spaces, or the given text) to a length; a longer text is cut on the right.",
        (
            Example("LPAD(1042, 8, '0')", "00001042"),
            Example("LPAD('abcdef', 3)", "abc"),
            Example("LPAD('x', 70000)", fails="CW-TEXT-LONG"),
        ),
        lpad,
    ),
    Function(
        "RPAD",
        (text(), integer("length"), text("fill", optional=True)),
        TEXT,
        "Fills on the right (with spaces, or the given text) to a length; a longer text is cut.",
        (Example("RPAD('A', 3, '.')", "A.."), Example("RPAD('x', 70000)", fails="CW-TEXT-LONG")),
        rpad,
    ),
    Function(
        "REPLACE",
        (text(), text("search"), text("replacement")),
        TEXT,
        "Replaces every occurrence of a text.",
        (
            Example("REPLACE('0117 496 0181', ' ', '')", "01174960181"),
            Example("REPLACE('a', 'a')", fails="CW-FORMULA-ARGUMENTS"),
        ),
        replace,
        note="Letters are matched exactly. There are no patterns.",
    ),
    Function(
        "LENGTH",
        (text(),),
        INTEGER,
        "The number of characters.",
        (Example("LENGTH('Zoë')", 3), Example("LENGTH(TRUE)", fails="CW-FORMULA-TYPE")),
        len,
    ),
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
    ),
    Function(
        "FIT",
        (text(), integer("width")),
        TEXT,
        "Cuts a text to a width, after the last whole word that fits.",
        (
            Example("FIT('Steel kettle, brushed, 1.7 l', 15)", "Steel kettle,"),
            Example("FIT('Donaudampfschifffahrt', 10)", "Donaudampf"),
            Example("FIT('a', 0 - 1)", fails="CW-ARGUMENT"),
        ),
        fit,
        note="A first word that is longer than the width is cut inside. Not in PostgreSQL.",
    ),
    Function(
        "DIGITS",
        (text(),),
        TEXT,
        "The digits 0 to 9 of a text, without anything else.",
        (
            Example("DIGITS('+44 (0)117 496-0181')", "4401174960181"),
            Example("DIGITS(1.5)", fails="CW-FORMULA-TYPE"),
        ),
        digits,
        note="No digits gives ''. Not in PostgreSQL.",
    ),
)
