"""Kinds of street: long form, the short forms people use, and what a misspelt one was meant to be."""

from functools import cache
from importlib.resources import files
from typing import NamedTuple

from crosswalk_engine.addresses.extra import require


class Kinds(NamedTuple):
    """`common`: kinds that are mended; `long`: short to long form; `all`: every form; `words`: no slips."""

    common: tuple[str, ...]
    long: dict[str, str]
    all: frozenset[str]
    words: frozenset[str]


@cache
def load_kinds() -> Kinds:
    """The table in ``data/us_street_kinds.txt``."""
    table = files("crosswalk_engine.addresses") / "data" / "us_street_kinds.txt"
    lines = [line.split() for line in table.read_text(encoding="ascii").splitlines() if line[0] != "#"]
    common = [line[1:] for line in lines if line[0] == "common"]
    long = {form: forms[0] for forms in common for form in forms}
    others = [form for line in lines if line[0] == "other" for form in line[1:]]
    words = frozenset(word for line in lines if line[0] == "word" for word in line[1:])
    return Kinds(tuple(forms[0] for forms in common), long, frozenset([*long, *others]), words)


def _letters(word: str) -> str:
    return "".join(c for c in word.upper() if "A" <= c <= "Z")


def is_suffix(word: str) -> bool:
    """Whether `word` is a kind of street, in a long or short form."""
    return _letters(word) in load_kinds().all


def long_form(word: str) -> str:
    """``Ave.`` → ``AVENUE``; a word that is no common kind of street comes back in upper case."""
    letters = _letters(word)
    return load_kinds().long.get(letters, letters)


def meant_suffix(word: str) -> str:
    """The kind of street that `word` is one keystroke away from (first letter kept), or blank."""
    letters, kinds = _letters(word), load_kinds()
    if len(letters) < 3 or letters in kinds.all or letters in kinds.words:
        return ""
    distance = require("rapidfuzz.distance").OSA.distance
    for kind in kinds.common:
        if kind[0] == letters[0] and abs(len(kind) - len(letters)) <= 1 and distance(kind, letters) == 1:
            return kind
    return ""
