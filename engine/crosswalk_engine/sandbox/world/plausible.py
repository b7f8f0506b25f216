"""Whether a delivery address can be right at all: a second opinion from small tables, for judging a run.

It knows which ZIP areas belong to which state, the grammar of postcodes, and the areas of the world's own
towns. It shares nothing with the address validator that the product ships.
"""

import re
from functools import cache

from crosswalk_engine.sandbox.world.places import COUNTRIES, places
from crosswalk_engine.sandbox.world.tables import read_table

_POSTCODES = {
    "GB": re.compile(r"([A-Z]{1,2})\d[A-Z\d]? ?\d[ABD-HJLNP-UW-Z]{2}"),
    "DE": re.compile(r"\d{5}"),
    "FR": re.compile(r"\d{5}"),
    "NL": re.compile(r"[1-9]\d{3} ?[A-Z]{2}"),
    "IE": re.compile(r"[A-Z]\d[\dW] ?[A-Z\d]{4}"),
    "US": re.compile(r"\d{5}(-\d{4})?"),
    "BE": re.compile(r"\d{4}"),
    "CH": re.compile(r"\d{4}"),
}


@cache
def _zip_states() -> dict[str, set[str]]:
    """First three digits of a ZIP -> the states where they are used."""
    found: dict[str, set[str]] = {}
    for row in read_table("states"):
        for area in row["zip_areas"].split(";"):
            first, _, last = area.partition("-")
            for number in range(int(first), int(last or first) + 1):
                found.setdefault(f"{number:03d}", set()).add(row["state"])
    return found


@cache
def state_code(text: str) -> str:
    """The two-letter code of a US state given by code or name in any case; blank when there is none."""
    wanted = text.strip().upper()
    for row in read_table("states"):
        if wanted in (row["state"], row["name"].upper()):
            return row["state"]
    return ""


@cache
def _areas_of_town(country: str, town: str) -> frozenset[str]:
    """The postcode areas of one of the world's own towns; empty when the town is not among them."""
    known = [p.postcode for p in places(country) if p.town.upper() == town.upper()]
    return frozenset(match[0] for match in (re.match(r"[A-Z]+", postcode) for postcode in known) if match)


def address_fault(line1: str, town: str, region: str, postcode: str, country: str) -> str:
    """Why the address cannot be right, in plain words; blank when nothing speaks against it.

    `country` is ISO-2 in capitals; a country without a table here is not judged.
    """
    if country not in COUNTRIES:
        return ""
    if not line1.strip() or not town.strip():
        return "street or town is missing"
    postcode = postcode.strip().upper()
    found = _POSTCODES[country].fullmatch(postcode)
    if not found:
        return f"not a postcode of {country}"
    if country == "US":
        states = _zip_states().get(postcode[:3])
        if not states:
            return "no such ZIP code"
        if state_code(region) not in states:
            return f"the ZIP code is in {' or '.join(sorted(states))}, the address says {region.strip()}"
    areas = _areas_of_town(country, town.strip()) if country == "GB" else frozenset()
    if areas and found[1] not in areas:
        return f"the postcode belongs to another place than {town.strip()}"
    return ""
