"""Postal addresses that are consistent in themselves: town, postcode and state belong together."""

from dataclasses import dataclass
from functools import cache

from crosswalk_engine.sandbox.world.draw import Draw
from crosswalk_engine.sandbox.world.tables import read_table

#: ISO-2 -> name in Brightpearl's list, ISO-3, Brightpearl's country id, international dialling code.
COUNTRIES: dict[str, tuple[str, str, int, str]] = {
    "GB": ("United Kingdom", "GBR", 222, "44"),
    "DE": ("Germany", "DEU", 81, "49"),
    "FR": ("France", "FRA", 73, "33"),
    "NL": ("Netherlands", "NLD", 150, "31"),
    "IE": ("Ireland", "IRL", 103, "353"),
    "US": ("United States", "USA", 223, "1"),
    "BE": ("Belgium", "BEL", 21, "32"),
    "CH": ("Switzerland", "CHE", 204, "41"),
}

_FLATS = {
    "GB": ("Flat {n}", "Top Floor Flat", "{n} Mill House"),
    "US": ("Apt {n}", "Unit {n}", "Suite {n}00"),
}


@dataclass(frozen=True, slots=True)
class Place:
    """One postcode of one town; `region` is a county, or a state in the US, or blank."""

    country: str
    town: str
    region: str
    postcode: str


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address as Brightpearl keeps it: line 3 is the town, line 4 the county or state by habit."""

    line1: str
    line2: str
    place: Place
    line4: str


@cache
def places(country: str, town: str = "") -> tuple[Place, ...]:
    """All places of `country`, or those of one town."""
    rows = (Place(**row) for row in read_table("places"))
    return tuple(p for p in rows if p.country == country and town in ("", p.town))


@cache
def _streets(country: str) -> tuple[str, tuple[str, ...]]:
    row = next(row for row in read_table("streets") if row["country"] == country)
    return row["pattern"], tuple(row["names"].split(";"))


def draw_address(draw: Draw, country: str, town: str = "") -> Address:
    """A private address in `country`: house number and street, sometimes a flat, a town with its postcode."""
    place = draw.pick(places(country, town))
    pattern, names = _streets(country)
    highest = 9 if draw.chance(0.3) else 148
    number = draw.whole(100, 4990) if country == "US" else draw.whole(1, highest)
    line1 = pattern.format(number=number, street=draw.pick(names))
    line2 = ""
    if country in _FLATS and draw.chance(0.22):
        line2 = draw.pick(_FLATS[country]).format(n=draw.whole(1, 9))
    always = country in ("US", "IE")
    line4 = place.region if place.region and (always or draw.chance(0.6)) else ""
    return Address(line1, line2, place, line4)
