"""Names of towns as keys: the same key for ``St. Paul``, ``SAINT PAUL`` and ``saint paul (north)``."""

import re
from functools import lru_cache

from crosswalk_engine.addresses.clean import ascii_fold

#: Words that the postal service and people abbreviate in town names (USPS Publication 28, appendix).
_LONG_FORMS = {
    "ST": "SAINT", "STE": "SAINTE", "MT": "MOUNT", "FT": "FORT", "N": "NORTH", "S": "SOUTH", "E": "EAST",
    "W": "WEST", "NO": "NORTH", "SO": "SOUTH", "HTS": "HEIGHTS", "HGTS": "HEIGHTS", "SPGS": "SPRINGS",
    "SPRGS": "SPRINGS", "SPG": "SPRING", "TWP": "TOWNSHIP", "VLG": "VILLAGE", "BCH": "BEACH", "PK": "PARK",
    "CTR": "CENTER", "CENTRE": "CENTER", "FLS": "FALLS", "JCT": "JUNCTION", "LK": "LAKE", "PT": "POINT",
    "HBR": "HARBOR", "IS": "ISLAND", "MTN": "MOUNTAIN", "GRV": "GROVE", "CY": "CITY", "CNTY": "COUNTY",
    "AFB": "AIR FORCE BASE", "HD": "HEAD",
}  # fmt: skip
#: What people write for the largest cities.
_NICKNAMES = {
    "NYC": "NEWYORK", "NEWYORKCITY": "NEWYORK", "MANHATTAN": "NEWYORK", "LA": "LOSANGELES",
    "SF": "SANFRANCISCO", "PHILLY": "PHILADELPHIA", "VEGAS": "LASVEGAS", "DC": "WASHINGTON",
    "WASHINGTONDC": "WASHINGTON",
}  # fmt: skip
_BRACKETS = re.compile(r"\([^)]*\)?")
_APOSTROPHES = str.maketrans("", "", "'’`´")
_NOT_ALPHANUMERIC = re.compile(r"[^A-Z0-9]+")


@lru_cache(maxsize=1 << 14)
def place_key(name: str) -> str:
    """`name` as a comparison key: A-Z and 0-9 only, abbreviations written out, no blanks."""
    text = ascii_fold(name).translate(_APOSTROPHES)
    if "(" in text:
        text = _BRACKETS.sub(" ", text)
    words = _NOT_ALPHANUMERIC.sub(" ", text).split()
    key = "".join(_LONG_FORMS.get(word, word) for word in words).replace(" ", "")
    return _NICKNAMES.get(key, key)


_CORE = re.compile(
    r"^((NORTH|SOUTH|EAST|WEST|NEW|OLD|UPPER|LOWER|MOUNT|PORT|LAKE|"
    r"(TOWN|CITY|VILLAGE|TOWNSHIP|BOROUGH) OF) )*"
    r"(.+?)( (CITY|TOWN|TOWNSHIP|VILLAGE|BOROUGH|HEIGHTS|PARK|BEACH|CENTER|JUNCTION|STATION|HARBOR))*$"
)


@lru_cache(maxsize=1 << 12)
def place_core(name: str) -> str:
    """The name without what tells neighbours apart: ``East Thetford``, ``Town of Thetford`` → one core."""
    words = _NOT_ALPHANUMERIC.sub(" ", ascii_fold(_BRACKETS.sub(" ", name)).translate(_APOSTROPHES)).split()
    found = _CORE.match(" ".join(_LONG_FORMS.get(word, word) for word in words))
    return found[4].replace(" ", "") if found else ""


_UNIT_WORD = re.compile(r"(suite|ste|apt|unit|room|floor|bldg)\b", re.IGNORECASE)


def looks_like_a_town(text: str) -> bool:
    """At least four characters, no digit, not the beginning of a unit."""
    return len(text) >= 4 and not any(c.isdigit() for c in text) and not _UNIT_WORD.match(text)
