"""The street lines: placeholders, missing numbers, empty unit words, misspelt kinds of street, components."""

import re
from dataclasses import dataclass
from threading import Lock

from crosswalk_engine.addresses.extra import require
from crosswalk_engine.addresses.junk import is_placeholder
from crosswalk_engine.addresses.model import Component, Level
from crosswalk_engine.addresses.us.suffixes import meant_suffix

_UNIT = r"(?:apartment|apt|suite|ste|unit|#)"
_UNIT_EMPTY = re.compile(rf"(?:^|\s){_UNIT}\.?\s*$", re.IGNORECASE)
_ONLY_UNIT = re.compile(rf"\s*{_UNIT}\.?\s*", re.IGNORECASE)
_NUMBER_WORD = re.compile(
    r"\b(one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|p\.? ?o\.? box|box)\b", re.IGNORECASE
)
_NUMBER_FIRST = re.compile(
    r"(\d|[A-Z]\d|[NSEW] ?\d|#|p\.?\s*o|post|box|rr|hc|hwy|highway|one|two|three|four|five|psc|unit|cmr|us|"
    r"county|route|rt)",
    re.IGNORECASE,
)
_AFTER_SUFFIX = re.compile(
    r"(#|apt|ste|suite|unit|bldg|fl|floor|rm)\b|"
    r"(n|s|e|w|ne|nw|se|sw|north|south|east|west|northeast|northwest|southeast|southwest)\b",
    re.IGNORECASE,
)
_LETTER = re.compile(r"[^\W\d_]")
_DIGIT = re.compile(r"\d")

#: usaddress labels to component names; the rest keeps the label in snake case.
_NAMES = {
    "AddressNumber": "house_number", "AddressNumberPrefix": "house_number",
    "AddressNumberSuffix": "house_number",
    "StreetNamePreDirectional": "direction", "StreetNamePostDirectional": "direction",
    "StreetNamePreModifier": "street", "StreetNamePreType": "street", "StreetName": "street",
    "StreetNamePostType": "street_kind", "OccupancyType": "unit_kind", "OccupancyIdentifier": "unit",
    "SubaddressType": "building_kind", "SubaddressIdentifier": "building", "BuildingName": "building",
    "LandmarkName": "building", "USPSBoxType": "box_kind", "USPSBoxID": "box", "USPSBoxGroupType": "box_kind",
    "USPSBoxGroupID": "box", "Recipient": "recipient", "CornerOf": "corner",
    "IntersectionSeparator": "corner",
}  # fmt: skip
#: The tagger holds the line being tagged; two threads must not share it at once.
_TAGGER = Lock()


@dataclass(frozen=True, slots=True)
class StreetCheck:
    """`codes` found on the street lines; `line1` with the kind of street spelt right."""

    codes: tuple[str, ...]
    line1: str


def check_street(line1: str, line2: str) -> StreetCheck:
    """Check the two street lines of a United States address."""
    if not line1 and not line2:
        return StreetCheck(("ADR-STREET-MISSING",), line1)
    if is_placeholder(line1) and (not line2 or is_placeholder(line2)):
        return StreetCheck(("ADR-STREET-JUNK",), line1)
    codes = []
    if not _LETTER.search(line1):
        codes.append("ADR-STREET-NO-NAME")
    if (not line2 and _UNIT_EMPTY.search(line1)) or _ONLY_UNIT.fullmatch(line2):
        codes.append("ADR-STREET-UNIT-EMPTY")
    fixed = _with_suffix(line1)
    if fixed != line1:
        codes.append("ADR-STREET-SUFFIX-TYPO")
    numbered = _DIGIT.search(line1) or _NUMBER_WORD.search(line1)
    if not numbered and not _DIGIT.search(line2):
        codes.append("ADR-STREET-NO-NUMBER")
    elif numbered and not _NUMBER_FIRST.match(line1):
        codes.append("ADR-STREET-NUMBER-LATE")
    return StreetCheck(tuple(codes), fixed)


def _with_suffix(line: str) -> str:
    """`line` with a misspelt kind of street mended: third word or later, last or before unit or direction."""
    words = line.split(" ")
    for i in range(2, len(words)):
        word = words[i].strip(".,")
        last = i == len(words) - 1 or words[i].endswith(",") or _AFTER_SUFFIX.match(words[i + 1])
        if last and len(word) >= 3 and word.isalpha():
            meant = meant_suffix(word)
            if meant:
                comma = "," if words[i].endswith(",") else ""
                words[i] = (meant if word.isupper() else meant.title()) + comma
    return " ".join(words)


def street_components(line: str) -> tuple[Component, ...]:
    """`line` in parts, neighbours of one kind joined; `parse` takes repeated labels, where `tag` raises."""
    if not line:
        return ()
    with _TAGGER:
        tagged = require("usaddress").parse(line)
    parts: list[tuple[str, str]] = []
    for token, label in tagged:
        name = _NAMES.get(label, "other")
        if parts and parts[-1][0] == name:
            parts[-1] = (name, f"{parts[-1][1]} {token}")
        else:
            parts.append((name, token))
    return tuple(Component(name, text, text.strip(" ,"), Level.PLAUSIBLE) for name, text in parts)
