"""Fields that stand in the wrong place: other ways to read the same lines, tried when the plain one fails."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from crosswalk_engine.addresses.model import Address
from crosswalk_engine.addresses.us.gazetteer import Gazetteer
from crosswalk_engine.addresses.us.place_check import IMPOSSIBLE, PlaceCheck, check_place
from crosswalk_engine.addresses.us.places import looks_like_a_town, place_key
from crosswalk_engine.addresses.us.states import read_state
from crosswalk_engine.addresses.us.tail import split_tail

_ZIP = re.compile(r"[0-9]{5}(-[0-9]{4})?")
#: A plain reading this good is not questioned.
STRONG = -2.2
#: Another reading must be at least this good, and this much better than the plain one.
ACCEPTABLE, MARGIN = -4.2, 1.0
#: A reading that gives a local name only.
LOCAL = -1.5


class Reading(NamedTuple):
    """One way to read the lines: `code` names it (blank: as they stand), `check` is its place's check."""

    code: str
    address: Address
    check: PlaceCheck


def read_layout(address: Address, gazetteer: Gazetteer) -> Reading:
    """The best way to read `address`: as it stands, unless another layout explains it clearly better."""
    plain = Reading("", address, check_place(address.city, address.state, address.postcode, gazetteer))
    status, best = plain.check.status, plain.check.best
    if address.city and (status == "ok" or (status == "fix" and best > STRONG)):
        return plain
    current = IMPOSSIBLE if status == "local" else best
    chosen, chosen_score = plain, max(current + MARGIN, ACCEPTABLE)
    for code, other in _others(address, gazetteer):
        if not looks_like_a_town(other.city) and place_key(other.city) not in gazetteer.states_of:
            continue
        if not read_state(other.state).code:
            continue
        check = check_place(other.city, other.state, other.postcode, gazetteer)
        score = LOCAL if check.status == "local" else check.best
        if score > chosen_score:
            chosen, chosen_score = Reading(code, other, check), score
    return chosen


def _others(address: Address, gazetteer: Gazetteer) -> Iterator[tuple[str, Address]]:
    line2, city, state, postcode = address.line2, address.city, address.state, address.postcode
    if line2 and city:
        yield "ADR-LINES-SHIFTED", address.with_fields(line2="", city=line2, state=city)
    if city and not state:
        tail = split_tail(f"{city} {postcode}", gazetteer)
        if tail.city and tail.state:
            whole = f"{tail.rest} {tail.city}".strip(" ,")
            yield "ADR-LINES-STATE-IN-CITY", address.with_fields(city=whole, state=tail.state)
    if _ZIP.fullmatch(city) and re.search("[A-Za-z]{3}", postcode):
        yield "ADR-LINES-CITY-POSTCODE-SWAPPED", address.with_fields(city=postcode, postcode=city)
    if state and read_state(city).code:
        yield "ADR-LINES-CITY-STATE-SWAPPED", address.with_fields(city=state, state=city)
    if not city or not state:
        lines = ", ".join(line for line in (address.line1, line2, city, state) if line)
        tail = split_tail(f"{lines} {postcode}".strip(), gazetteer)
        if tail.city and tail.state:
            yield (
                "ADR-LINES-ALL-IN-ONE",
                Address(tail.rest, "", tail.city, tail.state, tail.zip, address.country),
            )
    if line2 and not city:
        tail = split_tail(f"{line2} {postcode}", gazetteer)
        if tail.city:
            yield (
                "ADR-LINES-CITY-IN-LINE2",
                address.with_fields(
                    line2="",
                    city=f"{tail.rest} {tail.city}".strip(" ,"),
                    state=tail.state or state,
                    postcode=postcode or tail.zip,
                ),
            )
