"""Do town, state and ZIP code agree, and if not, which agreeing triple was meant?

A noisy channel: every hypothesis (town, state, ZIP code) carries the log-likelihood that a person who meant
it would have typed what stands there. The slips and their costs are few and named below.
"""

import math
from dataclasses import dataclass, field

from crosswalk_engine.addresses.extra import require
from crosswalk_engine.addresses.us.gazetteer import Gazetteer, ZipArea
from crosswalk_engine.addresses.us.places import looks_like_a_town, place_core, place_key
from crosswalk_engine.addresses.us.states import read_state
from crosswalk_engine.addresses.us.zip_code import TRANSPOSED, one_slip_away, read_zip

# Log-likelihoods of what may have gone wrong.
STATE_LEFT_OUT, STATE_WRONG = -1.2, -5.0
CITY_LEFT_OUT, CITY_ALIAS, CITY_REPLACED = -1.0, -1.0, -7.5
SECOND_NAME = -0.3  # an acceptable name that is not the preferred one
ONE_TYPO, FURTHER_TYPO, FIRST_LETTER_WRONG, CUT_SHORT = -1.8, -2.6, -1.5, -2.5
ZIP_REPLACED, ZIP_FILLED, DIGIT_LOST = -5.5, -1.0, -1.5
#: Kinds of ZIP code that seldom stand in a street address.
RARE_KIND = {"UNIQUE": -4.0, "PO BOX": -1.5}
IMPOSSIBLE = -99.0
LEAST_LIKELY = -12.0
#: Beyond a commute, a town's name is no longer used for its neighbour's ZIP code.
LOCAL_KM = 40.0
#: A ZIP code this near to the town, in the right state, may be the town's in the newest list.
NEAR_STATE_KM = 45.0
NOTABLE = -4.0
MOST_SUGGESTIONS = 5


@dataclass(frozen=True, slots=True)
class Place:
    """One agreeing triple with its log-likelihood and the code of the slip that explains the difference."""

    city: str
    state: str
    zip: str
    score: float
    code: str


@dataclass(frozen=True, slots=True)
class PlaceCheck:
    """`status` is ``ok``, ``local`` (a neighbour's name), ``fix`` (places hold better triples) or ``bad``."""

    status: str
    codes: tuple[str, ...]
    places: tuple[Place, ...]
    city: str
    state: str
    zip: str
    plus4: str

    @property
    def best(self) -> float:
        """Log-likelihood of the best triple; 0 when everything agrees as it stands."""
        if self.status == "ok":
            return 0.0
        return self.places[0].score if self.places else IMPOSSIBLE


@dataclass(slots=True)
class _Search:
    """What was read, and the hypotheses found so far."""

    gazetteer: Gazetteer
    city: str
    key: str
    state: str
    zip: str
    codes: list[str]
    found: dict[tuple[str, str, str], Place] = field(default_factory=dict)

    @property
    def area(self) -> ZipArea | None:
        return self.gazetteer.zips.get(self.zip)

    @property
    def five(self) -> bool:
        return len(self.zip) == 5 and self.zip.isdigit()

    @property
    def slips(self) -> dict[str, float]:
        return one_slip_away(self.zip) if self.five else {}

    @property
    def home(self) -> tuple[str, ...]:
        """ZIP codes of the typed town in the typed state."""
        return self.gazetteer.zips_of(self.key, self.state) if self.key and self.state else ()

    def add(self, city: str, state: str, zip_code: str, score: float, code: str) -> None:
        if score < LEAST_LIKELY:
            return
        triple = (place_key(city), state, zip_code)
        if triple not in self.found or self.found[triple].score < score:
            self.found[triple] = Place(city, state, zip_code, score, code)


def typo_likelihood(typed: str, meant: str) -> float:
    """Log-likelihood that the key `meant` was typed as `typed`; `IMPOSSIBLE` beyond a quarter of it."""
    if typed == meant:
        return 0.0
    if len(typed) >= 5 and (meant.startswith(typed) or typed.startswith(meant)):
        return CUT_SHORT
    longest = max(len(typed), len(meant))
    edits: int = require("rapidfuzz.distance").OSA.distance(typed, meant)
    if edits > max(1, longest // 4) + (longest > 6):
        return IMPOSSIBLE
    return ONE_TYPO + FURTHER_TYPO * (edits - 1) + FIRST_LETTER_WRONG * (typed[:1] != meant[:1])


def check_place(city: str, state: str, zip_code: str, gazetteer: Gazetteer) -> PlaceCheck:
    """Check one town, state and ZIP code, as they stand in their own fields."""
    read = read_state(state)
    zipped = read_zip(zip_code, read.code, gazetteer)
    codes = [code for code in (read.finding, zipped.finding) if code]
    city, in_city = _without_trailing_state(city, read.code, gazetteer)
    codes += in_city
    search = _Search(gazetteer, city, place_key(city), read.code, zipped.zip, codes)
    if not search.key:
        codes.append("ADR-CITY-MISSING")
    area = search.area
    if area and search.key and area.state == search.state and search.key in area.keys:
        exact = Place(city, area.state, area.zip, 0.0, "")
        return PlaceCheck("ok", tuple(codes), (exact,), city, area.state, area.zip, zipped.plus4)
    disagreement = _by_zip(search)
    _by_town(search)
    _by_both(search)
    _by_near_names(search)
    ranked = tuple(sorted(search.found.values(), key=lambda place: -place.score)[:MOST_SUGGESTIONS])
    if disagreement:
        codes.append(disagreement)
    status = _status(search, ranked)
    if status == "fix" and ranked[0].code:
        codes.append(ranked[0].code)
    return PlaceCheck(status, tuple(dict.fromkeys(codes)), ranked, city, read.code, zipped.zip, zipped.plus4)


def _status(search: _Search, ranked: tuple[Place, ...]) -> str:
    if "ADR-US-CITY-LOCAL" in search.codes:
        return "local"
    if not ranked:
        if search.five:
            known = search.area is not None
            search.codes.append("ADR-US-CITY-ZIP-MISMATCH" if known else "ADR-US-ZIP-NOT-FOUND")
        return "bad"
    best = ranked[0]
    unchanged = best.zip == search.zip and best.state == search.state and best.score > -0.4
    if unchanged and not set(search.codes) - {"ADR-US-STATE-NAME"}:
        return "ok"
    return "fix"


def _without_trailing_state(city: str, state: str, gazetteer: Gazetteer) -> tuple[str, list[str]]:
    """``("Austin TX", "TX")`` is Austin; but a town whose own name ends like that stays whole."""
    head, _, tail = city.rstrip(".").rpartition(" ")
    head = head.rstrip(" ,")
    if state and tail.upper() == state and len(head) > 2 and not gazetteer.zips_of(place_key(city), state):
        return head, ["ADR-LINES-STATE-IN-CITY"]
    return city, []


def _by_zip(search: _Search) -> str:
    """Hypotheses that keep the ZIP code; the code of a disagreement between it and the town, or blank."""
    area = search.area
    if area is None:
        return ""
    state_cost = 0.0 if search.state == area.state else STATE_WRONG if search.state else STATE_LEFT_OUT
    likelihoods = []
    for name, key in zip(area.names, area.keys, strict=True):
        likelihood = typo_likelihood(search.key, key) if search.key else CITY_LEFT_OUT
        likelihoods.append(likelihood)
        code = "ADR-US-CITY-FILL" if not search.key else "ADR-US-CITY-TYPO" if likelihood else ""
        score = state_cost + likelihood + (0.0 if name == area.city else SECOND_NAME)
        search.add(name, area.state, area.zip, score, code or "ADR-US-STATE-REPLACED")
    if search.key in area.aliases:
        search.add(area.city, area.state, area.zip, state_cost + CITY_ALIAS, "ADR-US-CITY-ALIAS")
        return ""
    if not search.key or (max(likelihoods) > IMPOSSIBLE and not _shares_core(search, area)):
        return ""
    if search.state != area.state:
        _state_replaced(search, area)
        return ""
    search.add(area.city, area.state, area.zip, CITY_REPLACED, "ADR-US-CITY-REPLACED")
    return "ADR-US-CITY-LOCAL" if _is_local_name(search, area) else "ADR-US-CITY-ZIP-MISMATCH"


def _state_replaced(search: _Search, area: ZipArea) -> None:
    """The town is unknown for the ZIP code, but lies near it in the ZIP code's own state."""
    there = search.gazetteer.zips_of(search.key, area.state)
    if there and search.gazetteer.nearest_km(area.zip, there) < NEAR_STATE_KM:
        score = -3.0 if search.state else -1.6
    elif search.key not in search.gazetteer.states_of and looks_like_a_town(search.city):
        score = -6.5 if search.state else -3.0
    else:
        return
    search.add(search.city, area.state, area.zip, score, "ADR-US-STATE-REPLACED")


def _shares_core(search: _Search, area: ZipArea) -> bool:
    """``Thetford`` where the ZIP code is East Thetford's, or ``Saint Albans City`` for Saint Albans."""
    core = place_core(search.city)
    return bool(core) and search.state == area.state and core in map(place_core, area.names)


def _is_local_name(search: _Search, area: ZipArea) -> bool:
    """The town's own ZIP codes are near, or its name is kin; and none is a likely misprint of this one."""
    slips = search.slips
    for own in search.home:
        last_digit_only = own[:4] == area.zip[:4] and own != area.zip
        if slips.get(own) == TRANSPOSED or last_digit_only:
            return False
    if _shares_core(search, area):
        return True
    return search.gazetteer.nearest_km(area.zip, search.home) < LOCAL_KM


def _by_town(search: _Search) -> None:
    """Hypotheses that keep town and state and mend the ZIP code."""
    home, zips = search.home, search.gazetteer.zips
    if not home:
        return
    if search.five:
        slips = search.slips
        _nearby_slips(search, home, slips)
        if len(home) == 1:
            search.add(search.city, search.state, home[0], ZIP_REPLACED, "ADR-US-ZIP-REPLACED")
            return
        return
    if not search.zip:
        usual = [own for own in home if zips[own].kind == "STANDARD"] or list(home)
        if len(usual) == 1:
            search.add(search.city, search.state, usual[0], ZIP_FILLED, "ADR-US-ZIP-FILL")
            return
        search.codes.append("ADR-US-ZIP-AMBIGUOUS")
        share = ZIP_FILLED - math.log(len(usual))
        for own in usual:
            search.add(search.city, search.state, own, share, "ADR-US-ZIP-AMBIGUOUS")
    elif search.zip.isdigit() and len(search.zip) != 5:
        distance = require("rapidfuzz.distance").OSA.distance
        lost = abs(5 - len(search.zip))
        near = [own for own in home if distance(search.zip, own) <= lost]
        share = DIGIT_LOST - 0.5 * math.log(max(1, len(near)))
        for own in near:
            score = share + RARE_KIND.get(zips[own].kind, 0.0)
            search.add(search.city, search.state, own, score, "ADR-US-ZIP-TYPO")


def _nearby_slips(search: _Search, home: tuple[str, ...], slips: dict[str, float]) -> None:
    """ZIP codes one slip away that are the town's, or lie near it when the typed one is in another state."""
    zips = search.gazetteer.zips
    own_slips = [own for own in home if own in slips]
    for own in own_slips:
        score = slips[own] - 0.5 * math.log(len(own_slips)) + RARE_KIND.get(zips[own].kind, 0.0)
        search.add(search.city, search.state, own, score, "ADR-US-ZIP-TYPO")
    area = search.area
    if own_slips or (area and area.state == search.state):
        return
    for other, likelihood in slips.items():
        there = zips.get(other)
        if there is None or there.state != search.state or there.kind != "STANDARD":
            continue
        distance = search.gazetteer.nearest_km(other, home[:40])
        if distance < LOCAL_KM:
            search.add(search.city, search.state, other, likelihood - 1.2 - distance / 20, "ADR-US-ZIP-TYPO")


def _by_both(search: _Search) -> None:
    """Hypotheses that mend a misspelt town and a mistyped ZIP code together."""
    area = search.area
    elsewhere = area is None or area.state != search.state
    if not (search.key and search.state and search.five and elsewhere) or search.home:
        return
    if not looks_like_a_town(search.city):
        return
    known = search.key in search.gazetteer.states_of
    for other, likelihood in search.slips.items():
        there = search.gazetteer.zips.get(other)
        if there is None or there.state != search.state:
            continue
        best = max(typo_likelihood(search.key, key) for key in there.keys)
        if best > IMPOSSIBLE:
            search.add(there.city, there.state, other, likelihood + best - 1, "ADR-US-CITY-ZIP-TYPO")
        elif likelihood == TRANSPOSED and there.kind == "STANDARD" and not known:
            search.add(search.city, search.state, other, likelihood - 4, "ADR-US-ZIP-TYPO")


def _by_near_names(search: _Search) -> None:
    """Hypotheses from towns of the state whose names are two keystrokes or fewer away."""
    if not (search.key and search.state) or search.home or len(search.key) <= 3:
        return
    if search.found and max(place.score for place in search.found.values()) >= NOTABLE:
        return
    names = search.gazetteer.names_in.get(search.state, {})
    process, distance = require("rapidfuzz.process"), require("rapidfuzz.distance").OSA.distance
    for key, _, _ in process.extract(search.key, names.keys(), scorer=distance, limit=3, score_cutoff=2):
        likelihood = typo_likelihood(search.key, key)
        if likelihood > IMPOSSIBLE:
            _near_name(search, key, names[key], likelihood)


def _near_name(search: _Search, key: str, name: str, likelihood: float) -> None:
    slips, state = search.slips, search.state
    own = search.gazetteer.zips_of(key, state)
    for zip_code in own:
        if zip_code == search.zip:
            search.add(name, state, zip_code, likelihood, "ADR-US-CITY-TYPO")
        elif zip_code in slips:
            search.add(name, state, zip_code, likelihood + slips[zip_code] - 1, "ADR-US-CITY-ZIP-TYPO")
    if len(own) == 1 and search.area is None and not slips:
        search.add(name, state, own[0], likelihood - 2, "ADR-US-CITY-TYPO")
