"""The end of a line that holds a whole address: ZIP code, state and town, from right to left.

The gazetteer guides the cut (a ZIP code knows its towns), so that commas are a help and not a need. Used only
when the fields themselves say that somebody put everything into one line.
"""

import re
from typing import NamedTuple

from crosswalk_engine.addresses.us.gazetteer import Gazetteer, ZipArea
from crosswalk_engine.addresses.us.place_check import IMPOSSIBLE, typo_likelihood
from crosswalk_engine.addresses.us.places import place_key
from crosswalk_engine.addresses.us.states import NAMES, read_state
from crosswalk_engine.addresses.us.suffixes import is_suffix

_COUNTRY = re.compile(r"[, ]*\b(usa|u\.s\.a\.|united states( of america)?|us)\s*$", re.IGNORECASE)
_ZIP = re.compile(r"[ ,]*\b([0-9]{5})(?:-?([0-9]{4}))?\s*$")
_WORD = re.compile(r"[^\s,]+")
#: Longest town name, in words, that is tried ("Saint Johns by the Sea").
_MOST_WORDS = 5
#: A longer name that fits beats a shorter one: "West Palm Beach" over "Beach".
_PER_WORD = 0.3
_COMMA, _AFTER_SUFFIX = 2.5, 0.35
_NEAR_KM = 40.0


class Tail(NamedTuple):
    """`rest` is what stands before the town; blank fields were not found."""

    rest: str
    city: str
    state: str
    zip: str


def split_tail(line: str, gazetteer: Gazetteer) -> Tail:
    """Split ``27 Oak St, Apt 4, West Palm Beach FL 33401`` from its end."""
    line = _COUNTRY.sub("", line.strip())
    found = _ZIP.search(line)
    zip_code = found[1] if found else ""
    rest = line[: found.start()] if found else line
    words = list(_WORD.finditer(rest))
    state, taken = _state_at_end(words)
    if state:
        rest = rest[: words[-taken].start()].rstrip(" ,")
        words = words[:-taken]
    area = gazetteer.zips.get(zip_code)
    best, cut = IMPOSSIBLE * 2, 0
    for count in range(1, min(_MOST_WORDS + 1, len(words))):
        score = _town_score(rest, words, count, area, state, gazetteer)
        if score > best:
            best, cut = score, count
    if not cut:
        return Tail(rest, "", state, zip_code)
    start = words[-cut].start()
    return Tail(rest[:start].rstrip(" ,"), rest[start:].strip(" ,"), state, zip_code)


def _state_at_end(words: list[re.Match[str]]) -> tuple[str, int]:
    """The longest state name of one to three words at the end, and how many words it takes."""
    state, taken = "", 0
    for count in (1, 2, 3):
        if len(words) <= count:
            break
        text = " ".join(word[0] for word in words[-count:])
        read = read_state(text)
        if not read.code or read.finding == "ADR-US-STATE-TYPO":
            continue
        state, taken = read.code, count
        if text.replace(".", "").upper() in NAMES:
            break  # "Washington DC" ends with a code; the word before it is the town
    return state, taken


def _town_score(
    rest: str,
    words: list[re.Match[str]],
    count: int,
    area: ZipArea | None,
    state: str,
    gazetteer: Gazetteer,
) -> float:
    start = words[-count].start()
    key = place_key(rest[start:])
    score = IMPOSSIBLE
    own = gazetteer.zips_of(key, state)
    if area is not None:
        if key in area.keys:
            score = count * _PER_WORD
        elif key in area.aliases:
            score = count * _PER_WORD - 0.6
        else:
            if len(key) > 3:
                score = max(typo_likelihood(key, name) for name in area.keys) + 0.1 * count
            if own:
                near = gazetteer.nearest_km(area.zip, own) < _NEAR_KM
                score = max(score, (-1.2 if near else -4.0) + count * _PER_WORD)
    elif own:
        score = count * _PER_WORD - 1.0
    if rest[:start].rstrip().endswith(","):
        score = max(score + _COMMA, 0.01 * count - 6.0)
    before = words[-count - 1][0]
    if is_suffix(before) or any(c.isdigit() for c in before):
        score += _AFTER_SUFFIX
    return score
