"""States, territories and military regions: codes, names, habitual abbreviations, misspellings."""

from functools import lru_cache
from typing import NamedTuple

from crosswalk_engine.addresses.clean import ascii_fold
from crosswalk_engine.addresses.extra import require

#: USPS codes with their names; AA, AE and AP are the military regions.
NAMES = {
    "AL": "ALABAMA", "AK": "ALASKA", "AZ": "ARIZONA", "AR": "ARKANSAS", "CA": "CALIFORNIA",
    "CO": "COLORADO", "CT": "CONNECTICUT", "DE": "DELAWARE", "DC": "DISTRICT OF COLUMBIA", "FL": "FLORIDA",
    "GA": "GEORGIA", "HI": "HAWAII", "ID": "IDAHO", "IL": "ILLINOIS", "IN": "INDIANA", "IA": "IOWA",
    "KS": "KANSAS", "KY": "KENTUCKY", "LA": "LOUISIANA", "ME": "MAINE", "MD": "MARYLAND",
    "MA": "MASSACHUSETTS", "MI": "MICHIGAN", "MN": "MINNESOTA", "MS": "MISSISSIPPI", "MO": "MISSOURI",
    "MT": "MONTANA", "NE": "NEBRASKA", "NV": "NEVADA", "NH": "NEW HAMPSHIRE", "NJ": "NEW JERSEY",
    "NM": "NEW MEXICO", "NY": "NEW YORK", "NC": "NORTH CAROLINA", "ND": "NORTH DAKOTA", "OH": "OHIO",
    "OK": "OKLAHOMA", "OR": "OREGON", "PA": "PENNSYLVANIA", "RI": "RHODE ISLAND", "SC": "SOUTH CAROLINA",
    "SD": "SOUTH DAKOTA", "TN": "TENNESSEE", "TX": "TEXAS", "UT": "UTAH", "VT": "VERMONT", "VA": "VIRGINIA",
    "WA": "WASHINGTON", "WV": "WEST VIRGINIA", "WI": "WISCONSIN", "WY": "WYOMING",
    "AS": "AMERICAN SAMOA", "FM": "FEDERATED STATES OF MICRONESIA", "GU": "GUAM", "MH": "MARSHALL ISLANDS",
    "MP": "NORTHERN MARIANA ISLANDS", "PR": "PUERTO RICO", "PW": "PALAU", "VI": "VIRGIN ISLANDS",
    "AA": "ARMED FORCES AMERICAS", "AE": "ARMED FORCES EUROPE", "AP": "ARMED FORCES PACIFIC",
}  # fmt: skip
_HABITS = {
    "ALA": "AL", "ARIZ": "AZ", "ARK": "AR", "CALIF": "CA", "COLO": "CO", "CONN": "CT", "D C": "DC",
    "WASHINGTON DC": "DC", "WASHINGTON D C": "DC", "DEL": "DE", "FLA": "FL", "ILL": "IL", "IND": "IN",
    "KANS": "KS", "MASS": "MA", "MICH": "MI", "MINN": "MN", "MISS": "MS", "MONT": "MT", "NEBR": "NE",
    "NEV": "NV", "N H": "NH", "N J": "NJ", "N M": "NM", "N Y": "NY", "N C": "NC", "N D": "ND",
    "OKLA": "OK", "ORE": "OR", "OREG": "OR", "PENN": "PA", "PENNA": "PA", "R I": "RI", "S C": "SC",
    "S D": "SD", "S DAK": "SD", "N DAK": "ND",
    "TENN": "TN", "TEX": "TX", "WASH": "WA", "W VA": "WV", "WISC": "WI", "WIS": "WI",
    "WYO": "WY", "US VIRGIN ISLANDS": "VI", "U S VIRGIN ISLANDS": "VI",
}  # fmt: skip
_BY_NAME = {name: code for code, name in NAMES.items()} | _HABITS
#: Two keystrokes off is as far as a state's name can be bent and still be told from the others.
_MOST_TYPOS = 2


class StateReading(NamedTuple):
    """`code` is the USPS code or blank; `finding` an ``ADR-US-STATE-…`` code or blank."""

    code: str
    finding: str


@lru_cache(maxsize=4096)
def read_state(text: str) -> StateReading:
    """The state that `text` means: a code, a name, the beginning of just one name, or a near miss."""
    words = " ".join("".join(c if "A" <= c <= "Z" else " " for c in ascii_fold(text)).split())
    squeezed = words.replace(" ", "")
    if squeezed in NAMES:
        return StateReading(squeezed, "" if text == squeezed else "ADR-US-STATE-NAME")
    if words in _BY_NAME:
        return StateReading(_BY_NAME[words], "ADR-US-STATE-NAME")
    beginnings = {code for name, code in _BY_NAME.items() if name.startswith(words)} if len(words) > 3 else ()
    if len(beginnings) == 1:
        return StateReading(min(beginnings), "ADR-US-STATE-NAME")
    if len(words) > 3:
        distance = require("rapidfuzz.distance").OSA.distance
        process = require("rapidfuzz.process")
        near = process.extractOne(words, list(_BY_NAME), scorer=distance, score_cutoff=_MOST_TYPOS)
        if near:
            return StateReading(_BY_NAME[near[0]], "ADR-US-STATE-TYPO")
    return StateReading("", "ADR-US-STATE-UNKNOWN" if text.strip() else "ADR-US-STATE-MISSING")
