"""Which ZIP code belongs to which town and state: an index over the `zipcodes` package, built once."""

import math
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from typing import Any

from crosswalk_engine.addresses.extra import require
from crosswalk_engine.addresses.us.places import place_key
from crosswalk_engine.addresses.us.states import NAMES

_KM_PER_DEGREE = 111.2
#: Discouraged names of three letters or fewer are airline and railway codes, not towns.
_SHORTEST_ALIAS = 4


@dataclass(frozen=True, slots=True)
class ZipArea:
    """One ZIP code: its kind, state, acceptable names (the preferred one first) and position in degrees."""

    zip: str
    kind: str
    state: str
    names: tuple[str, ...]
    keys: tuple[str, ...]
    aliases: frozenset[str]
    position: tuple[float, float] | None

    @property
    def city(self) -> str:
        """The name that the post prefers."""
        return self.names[0]


class Gazetteer:
    """The United States' ZIP codes by number, by town and by state. Town names are keys of `place_key`."""

    def __init__(self, areas: list[ZipArea]) -> None:
        self.zips = {area.zip: area for area in areas}
        places: dict[tuple[str, str], list[str]] = defaultdict(list)
        self.names_in: dict[str, dict[str, str]] = defaultdict(dict)
        self.states_of: dict[str, set[str]] = defaultdict(set)
        for area in areas:
            for key, name in zip(area.keys, area.names, strict=True):
                places[key, area.state].append(area.zip)
                self.names_in[area.state].setdefault(key, name)
                self.states_of[key].add(area.state)
            for key in area.aliases.difference(area.keys):
                if len(key) >= _SHORTEST_ALIAS:
                    places[key, area.state].append(area.zip)
                    self.states_of[key].add(area.state)
        self._places = {place: tuple(dict.fromkeys(zips)) for place, zips in places.items()}

    def zips_of(self, key: str, state: str) -> tuple[str, ...]:
        """ZIP codes of the town `key` in `state`; empty when there is no such town."""
        return self._places.get((key, state), ())

    def distance_km(self, one: str, other: str) -> float:
        """Kilometres between two ZIP codes' positions (equirectangular); infinite when one has none."""
        here, there = self.zips[one].position, self.zips[other].position
        if here is None or there is None:
            return math.inf
        middle = math.radians((here[0] + there[0]) / 2)
        return math.hypot(
            (here[0] - there[0]) * _KM_PER_DEGREE, (here[1] - there[1]) * _KM_PER_DEGREE * math.cos(middle)
        )

    def nearest_km(self, zip_code: str, others: tuple[str, ...]) -> float:
        """Kilometres from `zip_code` to the nearest of `others`; infinite when there is none."""
        return min((self.distance_km(zip_code, other) for other in others), default=math.inf)


def _area(row: dict[str, Any]) -> ZipArea:
    names = tuple(dict.fromkeys([row["city"], *row["acceptable_cities"]]))
    try:
        position = (float(row["lat"]), float(row["long"]))
    except (TypeError, ValueError):
        position = None
    return ZipArea(
        zip=row["zip_code"],
        kind=row["zip_code_type"],
        state=row["state"],
        names=names,
        keys=tuple(place_key(name) for name in names),
        aliases=frozenset(place_key(name) for name in row["unacceptable_cities"]),
        position=position,
    )


@cache
def load_gazetteer() -> Gazetteer:
    """The gazetteer, built on first use (about a second) and shared by the process."""
    zipcodes = require("zipcodes")
    # By state, not all at once: the package keeps the list of everything for ever.
    return Gazetteer([_area(row) for state in NAMES for row in zipcodes.filter_by(state=state)])
