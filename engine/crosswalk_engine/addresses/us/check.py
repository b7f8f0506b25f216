"""The whole check of a United States address: layout, place, street; then what to say about them."""

import math
import re

from crosswalk_engine.addresses.codes import CODES, Severity, sentence, verdict_of
from crosswalk_engine.addresses.model import (
    Address,
    AddressResult,
    AddressSuggestion,
    Component,
    Level,
    Verdict,
)
from crosswalk_engine.addresses.us.gazetteer import Gazetteer, load_gazetteer
from crosswalk_engine.addresses.us.layout import Reading, read_layout
from crosswalk_engine.addresses.us.place_check import Place, PlaceCheck
from crosswalk_engine.addresses.us.places import place_key
from crosswalk_engine.addresses.us.states import read_state
from crosswalk_engine.addresses.us.street import StreetCheck, check_street, street_components

#: Log-likelihood of "something else was meant", against which the hypotheses are weighed.
NOTHING_OF_THESE = -8.5
#: How sure a mended kind of street is (rank-1 share measured on misspelt ones).
SUFFIX_SURE = 0.95
#: Beside an accepted address, a suggestion less likely than this is noise.
WORTH_A_REMARK = 0.05
#: Nothing offline is certain.
MOST_SURE = 0.99
_NUMBERED_LINE = re.compile(r"\d+[A-Za-z]?(-\d+)?\s+\S|p\.?\s?o\.? box \d", re.IGNORECASE)
_OWN_NUMBER = re.compile(r"(\d|one|p\.?\s?o|post|rr |hc |#)", re.IGNORECASE)
_ONLY_ZIP = re.compile(r"\d{5}(-\d{4})?")
_TRAILING_STATE = re.compile(r"[ ,]+[A-Za-z]{2}$")


def check_us(address: Address) -> AddressResult:
    """Check a cleaned United States address."""
    gazetteer = load_gazetteer()
    reading = _tidy_lines(read_layout(address, gazetteer))
    street = check_street(reading.address.line1, reading.address.line2)
    codes = tuple(dict.fromkeys(code for code in (reading.code, *reading.check.codes, *street.codes) if code))
    normal = _normal_form(address, reading)
    if normal != address:
        codes = (*codes, "ADR-FORM")
    return AddressResult(
        verdict=verdict_of(codes),
        codes=codes,
        address=normal,
        components=_components(normal, reading, codes, gazetteer),
        suggestions=_suggestions(normal, reading, street, codes),
    )


def _tidy_lines(reading: Reading) -> Reading:
    """Line 2 that only repeats the town, and a name in line 1 above the street, as readings of their own."""
    if reading.code:
        return reading
    address = reading.address
    line2 = address.line2
    if line2:
        repeated = place_key(_TRAILING_STATE.sub("", line2)) == place_key(address.city) != ""
        if repeated or place_key(line2) == place_key(address.city) != "" or _ONLY_ZIP.fullmatch(line2):
            return reading._replace(
                code="ADR-LINES-LINE2-REPEATS-CITY", address=address.with_fields(line2="")
            )
        unnumbered = not any(c.isdigit() for c in address.line1) and not _OWN_NUMBER.match(address.line1)
        if unnumbered and _NUMBERED_LINE.match(line2):
            return reading._replace(
                code="ADR-STREET-NAME-IN-LINE1", address=address.with_fields(line1=line2, line2="")
            )
    return reading


def _normal_form(address: Address, reading: Reading) -> Address:
    """The input with state and ZIP code in their usual form, when they can be read as they stand."""
    state = read_state(address.state)
    check = reading.check
    values = {"state": state.code if state.finding in ("", "ADR-US-STATE-NAME") else address.state}
    plain_zip = not any(code.startswith("ADR-US-ZIP") for code in check.codes) and not reading.code
    if plain_zip and check.zip:
        values["postcode"] = check.zip + (f"-{check.plus4}" if check.plus4 else "")
    return address.with_fields(**{name: value for name, value in values.items() if value})


def _suggestions(
    normal: Address, reading: Reading, street: StreetCheck, codes: tuple[str, ...]
) -> tuple[AddressSuggestion, ...]:
    base = reading.address.with_fields(line1=street.line1)
    mended = SUFFIX_SURE if street.line1 != reading.address.line1 else 1.0
    places = _ranked(reading.check)
    reasons = tuple(f"{sentence(code)} ({code})" for code in codes if CODES[code].severity >= Severity.REVIEW)
    found: dict[Address, AddressSuggestion] = {}
    for place, probability in places:
        plus4 = reading.check.plus4 if place.zip == reading.check.zip else ""
        whole = base.with_fields(
            city=place.city, state=place.state, postcode=place.zip + (f"-{plus4}" if plus4 else "")
        )
        if whole != normal and whole not in found:
            why = _why(normal, whole, place, reasons)
            found[whole] = AddressSuggestion(whole, round(probability * mended, 4), why)
    least = 0.0 if verdict_of(codes) is Verdict.REVIEW else WORTH_A_REMARK
    return tuple(item for item in found.values() if item.probability >= least)


def _ranked(check: PlaceCheck) -> list[tuple[Place, float]]:
    """The places with probabilities: a softmax over their likelihoods and "nothing of these"."""
    places = list(check.places)
    if check.status == "local" or (check.status == "ok" and not places):
        as_it_stands = Place(check.city, check.state, check.zip, CODE_LOCAL, "ADR-US-CITY-LOCAL")
        places = [as_it_stands, *places]
    total = math.exp(NOTHING_OF_THESE) + sum(math.exp(place.score) for place in places)
    return [(place, min(MOST_SURE, math.exp(place.score) / total)) for place in places]


#: A local name is right more often than not.
CODE_LOCAL = -0.5


def _why(normal: Address, whole: Address, place: Place, reasons: tuple[str, ...]) -> tuple[str, ...]:
    changed = tuple(
        f"{name}: {getattr(normal, name) or 'blank'} → {getattr(whole, name) or 'blank'}"
        for name in normal.changes_to(whole)
    )
    own = f"{sentence(place.code)} ({place.code})" if place.code else ""
    first = (own,) if own and own not in reasons else ()
    return (*first, *reasons, *changed)


def _components(
    normal: Address, reading: Reading, codes: tuple[str, ...], gazetteer: Gazetteer
) -> tuple[Component, ...]:
    levels = _levels(reading.check, reading.code, gazetteer)
    fields = ("city", "state", "postcode")
    parts = tuple(
        Component(
            name,
            getattr(reading.address, name),
            getattr(normal, name),
            levels[name],
            "; ".join(sentence(code) for code in codes if _about(code, name)),
        )
        for name in fields
    )
    line2 = (
        (Component("line2", normal.line2, normal.line2, Level.PLAUSIBLE),) if reading.address.line2 else ()
    )
    country = Component("country", normal.country, normal.country, Level.CONFIRMED)
    return (*street_components(reading.address.line1), *line2, *parts, country)


def _about(code: str, name: str) -> bool:
    word = {"city": "CITY", "state": "STATE", "postcode": "ZIP"}[name]
    return code.startswith("ADR-") and word in code.split("-")


def _levels(check: PlaceCheck, layout: str, gazetteer: Gazetteer) -> dict[str, Level]:
    if layout.startswith("ADR-LINES") and layout != "ADR-LINES-LINE2-REPEATS-CITY":
        return dict.fromkeys(("city", "state", "postcode"), Level.UNEXPECTED)
    area = gazetteer.zips.get(check.zip)
    key = place_key(check.city)
    city = Level.SUSPICIOUS
    if not key:
        city = Level.MISSING
    elif area and key in area.keys and check.state == area.state:
        city = Level.CONFIRMED
    elif check.status == "local" or (area and key in area.aliases):
        city = Level.PLAUSIBLE
    state = Level.SUSPICIOUS
    if not check.state:
        state = Level.MISSING if "ADR-US-STATE-MISSING" in check.codes else Level.SUSPICIOUS
    elif area and area.state == check.state:
        state = Level.CONFIRMED
    postcode = Level.SUSPICIOUS
    if not check.zip:
        postcode = Level.MISSING
    elif city is Level.CONFIRMED:
        postcode = Level.CONFIRMED
    elif city is Level.PLAUSIBLE:
        postcode = Level.PLAUSIBLE
    return {"city": city, "state": state, "postcode": postcode}
