"""The whole check of a United Kingdom address: street, postcode, and whether its area serves the town."""

import math
import re

from crosswalk_engine.addresses.codes import sentence, verdict_of
from crosswalk_engine.addresses.gb import postcode as pc
from crosswalk_engine.addresses.gb.towns import areas_serving
from crosswalk_engine.addresses.gb.units import DATA_VERSION, Units, load_units
from crosswalk_engine.addresses.junk import is_placeholder
from crosswalk_engine.addresses.model import (
    Address,
    AddressResult,
    AddressSuggestion,
    Component,
    Level,
)

#: A postcode in the town's own area is this much likelier than one elsewhere (log-likelihood).
SERVES_TOWN = 2.0
#: Log-likelihood of "none of these": one slip in a postcode mostly leaves several live neighbours.
NONE_OF_THESE = -3.0
#: Fitted once so that the stated probabilities match the share of right suggestions.
SHARPER = 1.3
MOST_SUGGESTIONS = 5
MOST_SURE = 0.99
_POSTCODE_AT_END = re.compile(r"^(.*?)[ ,]*\b([A-Z]{1,2}[0-9][0-9A-Z]? ?[0-9][A-Z]{2})$", re.IGNORECASE)


def check_gb(address: Address) -> AddressResult:
    """Check a cleaned United Kingdom address."""
    units = load_units()
    codes = list(_street_codes(address))
    layout = _postcode_elsewhere(address) if not address.postcode else None
    read = layout or address
    codes += ["ADR-LINES-SHIFTED"] if layout else []
    typed = pc.bare(read.postcode)
    areas = _areas_named(read)
    if not read.city and not areas:
        codes.append("ADR-CITY-MISSING")
    found, slips = _postcode_codes(typed, areas, units)
    codes += found
    if not areas and read.city:
        codes.append("ADR-GB-TOWN-UNCONFIRMED")
    normal = address
    if pc.well_formed(typed) and not layout:
        normal = address.with_fields(postcode=pc.spaced(typed))
    suggestions = _suggestions(read, typed, areas, slips)
    if layout and not found:
        whole = layout.with_fields(postcode=pc.spaced(typed))
        suggestions = (AddressSuggestion(whole, MOST_SURE, ("the postcode stands in another line",)),)
    return AddressResult(
        verdict_of(codes), tuple(codes), normal, _components(normal, codes, bool(areas)), suggestions
    )


def _street_codes(address: Address) -> tuple[str, ...]:
    if not address.line1 and not address.line2:
        return ("ADR-STREET-MISSING",)
    if is_placeholder(address.line1) and (not address.line2 or is_placeholder(address.line2)):
        return ("ADR-STREET-JUNK",)
    return ()


def _postcode_elsewhere(address: Address) -> Address | None:
    """The address with a postcode taken from the end of another line, when its own field is blank."""
    for name in ("state", "city", "line2", "line1"):
        found = _POSTCODE_AT_END.match(getattr(address, name))
        if found and pc.well_formed(pc.bare(found[2])):
            return address.with_fields(**{name: found[1], "postcode": found[2]})
    return None


def _areas_named(address: Address) -> frozenset[str]:
    """Areas that serve a town named by a line or its part after a comma; line 2 only if no other does."""
    found = _areas_in(address.city) | _areas_in(address.state)
    return found or _areas_in(address.line2)


def _areas_in(line: str) -> frozenset[str]:
    return areas_serving(line) | areas_serving(line.rpartition(",")[2]) if line else frozenset()


def _postcode_codes(typed: str, areas: frozenset[str], units: Units) -> tuple[list[str], dict[str, float]]:
    """The codes, and the live postcodes one slip away when there is a code at all."""
    if not typed:
        return ["ADR-POSTCODE-MISSING"], {}
    if not pc.well_formed(typed):
        slips = pc.candidates(typed, units)
        alike = any(pc.alike_only(typed, meant) for meant in slips)
        return ["ADR-GB-POSTCODE-OCR" if alike else "ADR-POSTCODE-INVALID"], slips
    if not pc.exists(typed, units):
        return ["ADR-GB-POSTCODE-NOT-FOUND"], pc.candidates(typed, units)
    if areas and pc.area(typed) not in areas and not typed.startswith("BFPO"):
        slips = {
            meant: cost for meant, cost in pc.candidates(typed, units).items() if pc.area(meant) in areas
        }
        return ["ADR-GB-POSTCODE-TOWN-MISMATCH"], slips
    return [], {}


def _suggestions(
    read: Address, typed: str, areas: frozenset[str], slips: dict[str, float]
) -> tuple[AddressSuggestion, ...]:
    """Live postcodes one slip away; where a town is known, those of its areas are far likelier."""
    scored = {meant: cost + SERVES_TOWN * (pc.area(meant) in areas) for meant, cost in slips.items()}
    total = math.exp(NONE_OF_THESE) + sum(math.exp(SHARPER * score) for score in scored.values())
    ranked = sorted(scored.items(), key=lambda item: (-item[1], item[0]))[:MOST_SUGGESTIONS]
    return tuple(
        AddressSuggestion(
            read.with_fields(postcode=pc.spaced(meant)),
            round(min(MOST_SURE, math.exp(SHARPER * score) / total), 4),
            _reasons(read, typed, meant, areas),
        )
        for meant, score in ranked
    )


def _reasons(read: Address, typed: str, meant: str, areas: frozenset[str]) -> tuple[str, ...]:
    slip = "look-alike letters and digits" if pc.alike_only(typed, meant) else "one keystroke"
    reasons = [f"postcode: {read.postcode} → {pc.spaced(meant)}", f"a live postcode, {slip} away"]
    if pc.area(meant) in areas:
        reasons.append(f"the area {pc.area(meant)} serves the town")
    return tuple(reasons)


def _components(normal: Address, codes: list[str], town_known: bool) -> tuple[Component, ...]:
    trouble = next((code for code in codes if "POSTCODE" in code), "")
    parts = [
        Component(name, value, value, Level.PLAUSIBLE)
        for name in ("line1", "line2")
        if (value := getattr(normal, name))
    ]
    mismatch = trouble == "ADR-GB-POSTCODE-TOWN-MISMATCH"
    town = (
        Level.SUSPICIOUS if mismatch else Level.CONFIRMED if town_known and not trouble else Level.PLAUSIBLE
    )
    parts.append(Component("city", normal.city, normal.city, town if normal.city else Level.MISSING))
    if normal.state:
        parts.append(Component("state", normal.state, normal.state, Level.PLAUSIBLE))
    level = Level.SUSPICIOUS if trouble else Level.CONFIRMED
    evidence = sentence(trouble) if trouble else f"live in the {DATA_VERSION}"
    parts.append(
        Component(
            "postcode",
            normal.postcode,
            normal.postcode,
            level if normal.postcode else Level.MISSING,
            evidence,
        )
    )
    return (*parts, Component("country", normal.country, normal.country, Level.CONFIRMED))
