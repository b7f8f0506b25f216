"""Every ``ADR-…`` code: how severe it is and what it says. The verdict of an address is its worst code's."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from crosswalk_engine.addresses.model import Verdict


class Severity(IntEnum):
    """From a mere remark to a refusal."""

    NOTE = 0
    FORMAT = 1
    REVIEW = 2
    REJECT = 3
    UNSUPPORTED = 4


@dataclass(frozen=True, slots=True)
class Code:
    """One finding a check can make; `sentence` is what a person reads."""

    name: str
    severity: Severity
    sentence: str


_N, _F, _R, _X, _U = Severity

_TABLE = (
    Code("ADR-EMPTY", _X, "nothing but blanks"),
    Code("ADR-TOO-LONG", _X, "a field is longer than any address line"),
    Code("ADR-FORM", _F, "white space, case or separators were put in normal form"),
    Code("ADR-COUNTRY-MISSING", _R, "no country is given"),
    Code("ADR-COUNTRY-UNKNOWN", _U, "the country code is not known, or there are no rules for it"),
    Code("ADR-COUNTRY-WRONG", _R, "the rest of the address belongs to another country"),
    Code("ADR-STREET-MISSING", _X, "there is no street line"),
    Code("ADR-STREET-JUNK", _X, "the street line is a placeholder"),
    Code("ADR-STREET-NO-NAME", _R, "the street line has no name in it"),
    Code("ADR-STREET-NO-NUMBER", _R, "the street line has no house number"),
    Code("ADR-STREET-NUMBER-LATE", _N, "the street line does not begin with its number"),
    Code("ADR-STREET-UNIT-EMPTY", _R, "a unit word stands without its number"),
    Code("ADR-STREET-SUFFIX-TYPO", _R, "the kind of street is misspelt"),
    Code("ADR-STREET-NAME-IN-LINE1", _R, "line 1 holds a name and line 2 the street"),
    Code("ADR-CITY-MISSING", _R, "there is no town"),
    Code("ADR-POSTCODE-MISSING", _R, "there is no postcode"),
    Code("ADR-POSTCODE-INVALID", _R, "the postcode does not have the country's form"),
    Code("ADR-POSTCODE-IGNORED", _N, "the postcode is optional here, and what stands there is none"),
    Code("ADR-STATE-OMITTED", _N, "the state or province is missing, but the postcode says which it is"),
    Code("ADR-STATE-MISSING", _R, "the state or province is missing and nothing replaces it"),
    Code("ADR-STATE-UNKNOWN", _N, "the state or province is not in the country's list"),
    Code("ADR-STATE-POSTCODE-MISMATCH", _R, "the postcode does not belong to the state or province"),
    Code("ADR-LINES-SHIFTED", _R, "the fields are moved by one line"),
    Code("ADR-LINES-ALL-IN-ONE", _R, "the whole address stands in one line"),
    Code("ADR-LINES-CITY-IN-LINE2", _R, "the town stands in line 2"),
    Code("ADR-LINES-LINE2-REPEATS-CITY", _R, "line 2 repeats the town"),
    Code("ADR-LINES-CITY-POSTCODE-SWAPPED", _R, "town and postcode have changed places"),
    Code("ADR-LINES-CITY-STATE-SWAPPED", _R, "town and state have changed places"),
    Code("ADR-LINES-STATE-IN-CITY", _R, "the state stands in the town's field"),
    Code("ADR-US-STATE-NAME", _F, "the state's name was replaced by its code"),
    Code("ADR-US-STATE-TYPO", _R, "the state is misspelt"),
    Code("ADR-US-STATE-UNKNOWN", _R, "there is no such state"),
    Code("ADR-US-STATE-MISSING", _R, "the state is missing"),
    Code("ADR-US-STATE-REPLACED", _R, "the ZIP code lies in another state"),
    Code("ADR-US-ZIP-MISSING", _R, "the ZIP code is missing"),
    Code("ADR-US-ZIP-FORMAT", _R, "the ZIP code does not have five digits"),
    Code("ADR-US-ZIP-LEADING-ZERO", _R, "the ZIP code has lost its leading zero"),
    Code("ADR-US-ZIP-OCR", _R, "the ZIP code has a letter in place of a digit"),
    Code("ADR-US-ZIP-NOT-FOUND", _R, "there is no such ZIP code"),
    Code("ADR-US-ZIP-TYPO", _R, "another ZIP code, one keystroke away, belongs to the town"),
    Code("ADR-US-ZIP-REPLACED", _R, "the town has another ZIP code"),
    Code("ADR-US-ZIP-FILL", _R, "the town has just one ZIP code"),
    Code("ADR-US-ZIP-AMBIGUOUS", _R, "the town has several ZIP codes"),
    Code("ADR-US-CITY-TYPO", _R, "the town is misspelt"),
    Code("ADR-US-CITY-ALIAS", _N, "the town is a name that the post discourages for this ZIP code"),
    Code("ADR-US-CITY-LOCAL", _N, "a local name: the town lies beside the ZIP code's own"),
    Code("ADR-US-CITY-FILL", _R, "the ZIP code names the missing town"),
    Code("ADR-US-CITY-REPLACED", _R, "the ZIP code belongs to another town"),
    Code("ADR-US-CITY-ZIP-MISMATCH", _R, "town and ZIP code do not belong together"),
    Code("ADR-US-CITY-ZIP-TYPO", _R, "town and ZIP code are both misspelt"),
    Code("ADR-GB-POSTCODE-OCR", _R, "the postcode has a letter in place of a digit, or the reverse"),
    Code("ADR-GB-POSTCODE-NOT-FOUND", _R, "the postcode is well formed, but not among the live ones"),
    Code("ADR-GB-POSTCODE-TOWN-MISMATCH", _R, "the postcode's area does not serve the town"),
    Code("ADR-GB-TOWN-UNCONFIRMED", _N, "no line names a post town that is known here"),
)

#: Code name to its meaning, in the order of the reference page.
CODES = {code.name: code for code in _TABLE}

_VERDICTS = {
    Severity.NOTE: Verdict.ACCEPT,
    Severity.FORMAT: Verdict.ACCEPT_NORMALISED,
    Severity.REVIEW: Verdict.REVIEW,
    Severity.REJECT: Verdict.REJECT,
    Severity.UNSUPPORTED: Verdict.UNSUPPORTED,
}


def verdict_of(codes: Iterable[str]) -> Verdict:
    """The verdict that the worst of `codes` asks for; no code means ACCEPT."""
    return _VERDICTS[max((CODES[code].severity for code in codes), default=Severity.NOTE)]


def sentence(code: str) -> str:
    """What `code` says to a person."""
    return CODES[code].sentence


#: Word in a code to the field it is about; the first that fits counts.
_FIELDS = (
    ("LINE1", "line1"),
    ("LINE2", "line2"),
    ("STREET", "line1"),
    ("COUNTRY", "country"),
    ("ZIP", "postcode"),
    ("POSTCODE", "postcode"),
    ("CITY", "city"),
    ("TOWN", "city"),
    ("STATE", "state"),
)


def field_of(code: str) -> str:
    """The address field that `code` is about, or blank when it is about the whole."""
    words = code.split("-")
    return next((field for word, field in _FIELDS if word in words), "")
