"""Post towns and the postcode areas that serve them.

A post town may lie in several areas (Newport: NP, PO, SA, TF); a few localities that share a post town's name
stand in their own area too (Hayes in Kent). Public facts of the postal system; a town that is missing here is
simply not judged.
"""

import re
from functools import cache
from importlib.resources import files

from crosswalk_engine.addresses.clean import ascii_fold

_SMALL_WORDS = re.compile(r"(?<= )(UPON|ON|IN|UNDER|LE|BY|THE|OF|NEXT|SUPER|DE|LA|AND|OVER|SUB) ")
_NOT_LETTERS = re.compile(r"[^A-Z]+")
_LONG_FORMS = {"SAINT": "ST", "NR": "NEAR"}


def town_key(name: str) -> str:
    """A town's name for comparison: ``Stockton on Tees`` and ``STOCKTON-ON-TEES`` are one."""
    folded = _NOT_LETTERS.sub(" ", ascii_fold(name).replace("'", "").replace("’", ""))
    words = [_LONG_FORMS.get(word, word) for word in _SMALL_WORDS.sub(" ", folded).split()]
    return "".join(words)


def _lines() -> list[str]:
    table = files("crosswalk_engine.addresses") / "data" / "gb_post_towns.txt"
    return [line for line in table.read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]


@cache
def areas_by_town() -> dict[str, frozenset[str]]:
    """Town key to the postcode areas that serve it."""
    found: dict[str, set[str]] = {}
    for line in _lines():
        area, _, towns = line.partition(" ")
        for town in towns.split(","):
            found.setdefault(town_key(town), set()).add(area)
    return {town: frozenset(areas) for town, areas in found.items()}


def areas_serving(name: str) -> frozenset[str]:
    """Postcode areas that serve the town `name`; empty when it is no post town known here."""
    return areas_by_town().get(town_key(name), frozenset())
