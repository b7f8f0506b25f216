"""Where a text may be cut: after words, and not inside a unit such as `Flat 12`, `84 Bridge` or `1.7 l`.

The words of a unit say that the number after them belongs to them; a number belongs to what follows it, or to
the street before it where streets are written first (`Kastanienallee 136`).
"""

import re
import unicodedata
from collections.abc import Iterator

from crosswalk_engine.formula.problems import EvalError

#: Words that a number follows: parts of buildings (the designators of Royal Mail and USPS), and others.
DESIGNATORS = frozenset(
    """apartment apt appartement block bldg box building cottage door etage fl flat floor gate haus house
    ln level lot no nr number office p.o po porte postfach room rm shop stair stall ste studio suite top tower
    unit villa wohnung zimmer size grösse pack set type no. nr. apt. ste. fl. #""".split()  # noqa: SIM905
)
#: Ends of street names after which the number stands.
_STREET = re.compile(
    r"(?:stra(?:ß|ss)e|str\.?|allee|weg|platz|gasse|ring|damm|ufer|chaussee|laan|straat|plein|gracht|vej|gade"
    r"|gatan|vägen|gata|veien|katu)",
    re.IGNORECASE,
)
_STREET_END = re.compile(rf"\S*{_STREET.pattern},?", re.IGNORECASE).fullmatch
#: What ends a line, by Unicode.
_LINE_END = re.compile("\r\n|[\n\v\f\r\x1c-\x1e\x85\u2028\u2029]")
#: The joiner of emoji, and what turns a character into one; at an end they join nothing.
_JOINER, _LOOSE = "\u200d", "\u200d\ufe0e\ufe0f"
#: Colours of skin, which belong to the emoji before them.
_COLOURS = "\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"
_WORD = re.compile(r"\S+")
_NUMBER = re.compile(r"[0-9]\S{0,11}").fullmatch
_LETTER = re.compile(r"[A-Za-z],?").fullmatch


def _belongs(before: str, word: str, joined: bool) -> bool:
    """Whether `word` must stay with the word before it; `joined` when that one already has a partner."""
    plain, number = before.lower().rstrip(":"), _NUMBER(word) is not None
    if plain in DESIGNATORS:
        return (
            number or _LETTER(word) is not None or (plain in ("po", "p.o", "p.o.") and word.lower() == "box")
        )
    if number:
        return _STREET_END(before) is not None and not before.endswith(",")
    return _NUMBER(before) is not None and not joined and not before.endswith((",", ";"))


def breaks(value: str) -> Iterator[int]:
    """The offsets in `value` before which it may be cut: each the start of white space between two units."""
    previous: re.Match[str] | None = None
    joined = False
    for word in _WORD.finditer(value):
        if previous is not None:
            joined = _belongs(previous[0], word[0], joined)
            if not joined:
                yield previous.end()
        previous = word


def fit(value: str, width: int) -> str:
    """`value` cut to at most `width` characters: after the last unit that fits, else word, else inside it.

    Line ends count as spaces; spaces around a text that is too long go first.
    """
    if width < 0:
        raise EvalError("CW-ARGUMENT", str(width), "FIT needs a width of 0 or more")
    value = _LINE_END.sub(" ", value)
    return value if len(value) <= width else _cut(value.strip(), width)


def _cut(value: str, width: int) -> str:
    if len(value) <= width:
        return value
    # Words beyond the width can still belong to what stands before it.
    seen = value[: 2 * width + 40]
    best = max((at for at in breaks(seen) if at <= width), default=0)
    return value[:best] if best else _fit_word(value, width)


def _fit_word(value: str, width: int) -> str:
    cut = value[:width]
    if not value[width].isspace():
        if any(c.isspace() for c in cut):
            cut = cut[: max(index for index, c in enumerate(cut) if c.isspace())]
        else:
            cut = cut[: _character_end(value, width)]
    return cut.rstrip()


def _character_end(value: str, width: int) -> int:
    """The last offset up to `width` that is not inside of what readers see as one character."""
    at = width
    while at > 0 and (_continues(value[at]) or value[at - 1] == _JOINER):
        at -= 1
    # One character that is longer than the width is cut, but ends with nothing that joins.
    return at or max(len(value[:width].rstrip(_LOOSE)), min(width, 1))


def _continues(character: str) -> bool:
    return unicodedata.category(character).startswith("M") or character in _JOINER + _COLOURS


def wrapped(value: str, width: int) -> Iterator[str]:
    """The lines of `value`, each at most `width` characters, broken at line ends and as `fit` would cut."""
    for whole in _LINE_END.split(value):
        rest = whole.strip()
        while rest:
            line = _cut(rest, width)
            yield line
            rest = rest[len(line) :].lstrip().lstrip(_LOOSE)
