"""Functions that bring texts into fields of a fixed width, without cutting what belongs together."""

from collections.abc import Iterable, Iterator
from itertools import islice

from crosswalk_engine.formula.functions.spec import Example, Function, integer, text
from crosswalk_engine.formula.functions.text import joined
from crosswalk_engine.formula.functions.widths import fit, wrapped
from crosswalk_engine.formula.problems import EvalError
from crosswalk_engine.formula.values import TEXT

#: Lines that can be asked for; documents have about five.
MAX_LINES = 99
_BETWEEN = ", "


def _line(lines: Iterable[str], line: int, who: str) -> str | None:
    if not 1 <= line <= MAX_LINES:
        raise EvalError("CW-ARGUMENT", str(line), f"{who} counts lines from 1 to {MAX_LINES}")
    return next(islice(lines, line - 1, None), None)


def _width(width: int, who: str) -> int:
    if width < 1:
        raise EvalError("CW-ARGUMENT", str(width), f"{who} needs a width of 1 or more")
    return width


def wrap(value: str, width: int, line: int) -> str | None:
    """Line number `line` (from 1) of `value` wrapped to `width`; null when there are fewer."""
    return _line(wrapped(value, _width(width, "WRAP")), line, "WRAP")


def compose(separator: str | None, *parts: str | None) -> str | None:
    """The parts that are not blank, with `separator` between them and single spaces inside."""
    if separator is None:
        return None
    return joined(separator, _plain(parts), "COMPOSE") or None


def _plain(parts: Iterable[str | None]) -> Iterator[str]:
    words = (" ".join(part.split()) for part in parts if part is not None)
    return (part for part in words if part)


def packed(parts: Iterable[str], width: int) -> Iterator[str]:
    """Lines of at most `width` characters: as many whole parts each as fit, too long ones wrapped."""
    open_line = ""
    for part in parts:
        longer = f"{open_line}{_BETWEEN}{part}" if open_line else part
        if len(longer) <= width:
            open_line = longer
            continue
        if open_line:
            yield open_line
        # Line by line: who asks for the first one does not wait for the rest of a long text.
        pieces = wrapped(part, width)
        open_line = next(pieces)
        for piece in pieces:
            yield open_line
            open_line = piece
    if open_line:
        yield open_line


def address_line(line: int | None, width: int | None, *parts: str | None) -> str | None:
    """Line number `line` of the address that `parts` make; null when it has fewer lines."""
    if line is None or width is None:
        return None
    return _line(packed(_plain(parts), _width(width, "ADDRESS_LINE")), line, "ADDRESS_LINE")


_PLACE = {"line1": "84 Bridge Street", "line2": "Flat 5, Rowan Court", "line3": "Newcastle upon Tyne"}

FUNCTIONS: tuple[Function, ...] = (
    Function(
        "FIT",
        (text(), integer("width")),
        TEXT,
        "Cuts a text to a width, after the last whole word or unit that fits.",
        (
            Example("FIT('Steel kettle, brushed, 1.7 l', 15)", "Steel kettle,"),
            Example("FIT('Rowan Court Flat 12', 17)", "Rowan Court"),
            Example("FIT('Donaudampfschifffahrt', 10)", "Donaudampf"),
            Example("FIT('a', 0 - 1)", fails="CW-ARGUMENT"),
        ),
        fit,
        note="A unit is a word with its number: Flat 12, Unit B, PO Box 7, 84 Bridge, Kastanienallee 136, "
        "1.7 l. A first unit that is longer than the width is cut between its words, a first word inside "
        "(but no letter with its marks, and no joined emoji). A line end counts as a space; spaces around a "
        "text that is too long go. Not in PostgreSQL.",
        cost=40,
    ),
    Function(
        "WRAP",
        (text(), integer("width"), integer("line")),
        TEXT,
        "One line (from 1) of a text wrapped to a width, as FIT would cut it; null after the last one.",
        (
            Example("WRAP('Leave with the porter at Unit 4, ring twice', 29, 2)", "Unit 4, ring twice"),
            Example("WRAP('Short', 24, 2)", None),
            Example("WRAP(note, 24, 2)", "Ring twice", given={"note": "Unit 4\r\nRing twice"}),
            Example("WRAP('a b', 0, 1)", fails="CW-ARGUMENT"),
        ),
        wrap,
        may_be_null=True,
        note=f"At most {MAX_LINES} lines. A line end in the text ends a line; blank ones are left out. To be "
        "told of a text that needs more lines than there are, check that the line after the last one is "
        "null. Not in PostgreSQL.",
        cost=60,
    ),
    Function(
        "COMPOSE",
        (text("separator"), text("part", many=True)),
        TEXT,
        "Joins the parts that are not blank, each without spare spaces; null when all are blank.",
        (
            Example("COMPOSE(', ', ' Flat 5 ', '', NULL, 'Bristol')", "Flat 5, Bristol"),
            Example("COMPOSE(' ', '  ', NULL)", None),
            Example("COMPOSE(', ')", fails="CW-FORMULA-ARGUMENTS"),
        ),
        compose,
        nulls="own",
        may_be_null=True,
        note="Unlike CONCAT_WS, a part of nothing but spaces leaves no separator behind. Not in PostgreSQL.",
        cost=6,
    ),
    Function(
        "ADDRESS_LINE",
        (integer("line"), integer("width"), text("part", many=True)),
        TEXT,
        "One line (from 1) of an address made of parts: whole parts side by side while they fit the width.",
        (
            Example("ADDRESS_LINE(1, 36, line1, line2, line3)", "84 Bridge Street", given=_PLACE),
            Example("ADDRESS_LINE(2, 36, line1, line2, line3)", "Flat 5, Rowan Court", given=_PLACE),
            Example("ADDRESS_LINE(2, 50, line1, line2, line3)", "Newcastle upon Tyne", given=_PLACE),
            Example("ADDRESS_LINE(4, 36, line1, line2, line3)", None, given=_PLACE),
            Example("ADDRESS_LINE(0, 36, line1)", fails="CW-ARGUMENT", given=_PLACE),
        ),
        address_line,
        nulls="own",
        may_be_null=True,
        note="Blank parts are left out; a comma stands between parts of one line; a part that is longer than "
        "the width is wrapped as WRAP does. To be told of an address that needs more lines than there are, "
        "check that the line after the last one is null. Not in PostgreSQL.",
        cost=18,
    ),
)
