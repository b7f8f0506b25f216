"""Functions that join, cut and fill text."""

from collections.abc import Iterable

from crosswalk_engine.formula.functions.spec import Example, Function, Param, integer, text
from crosswalk_engine.formula.problems import EvalError
from crosswalk_engine.formula.values import (
    ANY,
    INTEGER,
    MAX_TEXT,
    TEXT,
    Value,
    bounded,
    text_of,
    text_too_long,
)


def joined(separator: str, parts: Iterable[str], who: str) -> str:
    """`parts` with `separator` between them; too much is told before it is put together.

    Raises:
        EvalError: CW-TEXT-LONG.
    """
    kept: list[str] = []
    length = -len(separator)
    for part in parts:
        length += len(separator) + len(part)
        if length > MAX_TEXT:
            raise text_too_long(length, who)
        kept.append(part)
    return separator.join(kept)


def concat(*values: Value) -> str:
    """All that are not null, one after the other."""
    return joined("", (text_of(value) for value in values if value is not None), "CONCAT")


def concat_ws(separator: str | None, *values: Value) -> str | None:
    """All that are not null, with `separator` between them."""
    if separator is None:
        return None
    return joined(separator, (text_of(value) for value in values if value is not None), "CONCAT_WS")


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
        cost=4,
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
        cost=3,
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
        cost=3,
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
        cost=2,
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
        cost=2,
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
        cost=3,
    ),
    Function(
        "RPAD",
        (text(), integer("length"), text("fill", optional=True)),
        TEXT,
        "Fills on the right (with spaces, or the given text) to a length; a longer text is cut.",
        (Example("RPAD('A', 3, '.')", "A.."), Example("RPAD('x', 70000)", fails="CW-TEXT-LONG")),
        rpad,
        cost=3,
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
)
