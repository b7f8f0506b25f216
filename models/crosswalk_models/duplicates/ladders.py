"""One ladder a role: the rungs that two values can reach, from different to the same, as a person would say
it.

A rung is what the score's weights hang on and what the evidence shows. Each ladder is a function of two
arrays of normal values (m,) and gives rung numbers (m,), int8; missing values are dealt with by the caller.
"""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA, JaroWinkler

from crosswalk_models.duplicates.normal import formal_name
from crosswalk_models.duplicates.roles import Role

Objects = npt.NDArray[np.object_]
Floats = npt.NDArray[np.float32]
Rungs = npt.NDArray[np.int8]

#: Jaro-Winkler at which two names read as one misspelt (Winkler's own cut), and as kin.
NEARLY, SIMILAR = 0.92, 0.8
#: Mail hosts that say nothing about who writes.
FREE_MAIL = frozenset(
    [
        "gmail.com",
        "googlemail.com",
        "yahoo.com",
        "yahoo.co.uk",
        "outlook.com",
        "hotmail.com",
        "hotmail.co.uk",
        "live.com",
        "icloud.com",
        "aol.com",
        "btinternet.com",
        "msn.com",
        "me.com",
        "gmx.de",
        "web.de",
        "gmx.net",
        "t-online.de",
        "orange.fr",
        "free.fr",
        "mail.com",
        "protonmail.com",
    ]
)


#: A mail host in more than this share of the pairs is taken for a public one.
COMMON_HOST = 0.05
_DIGITS = re.compile(r"[0-9]+")


@dataclass(frozen=True, slots=True)
class Ladder:
    """`rungs` are named from the lowest (0); `climb` finds the rung of each pair of filled values."""

    role: Role
    rungs: tuple[str, ...]
    climb: Callable[[Objects, Objects], Rungs]


def similarity(left: Objects, right: Objects) -> Floats:
    """Jaro-Winkler, (m,), in [0, 1]."""
    return _pairwise(JaroWinkler.normalized_similarity, left, right)


def edits(left: Objects, right: Objects) -> Floats:
    """Keystrokes (optimal string alignment), (m,)."""
    return _pairwise(OSA.distance, left, right)


def _pairwise(scorer: Any, left: Objects, right: Objects) -> Floats:
    found: Floats = process.cpdist(list(left), list(right), scorer=scorer, dtype=np.float32, workers=1)
    return found


def _each(left: Objects, right: Objects, test: Callable[[str, str], bool]) -> npt.NDArray[np.bool_]:
    return np.fromiter((test(a, b) for a, b in zip(left, right, strict=True)), bool, len(left))


def _rungs(*conditions: npt.NDArray[np.bool_]) -> Rungs:
    """The number of the best condition that holds, counted from the last (1) to the first (len); none is
    0."""
    count = len(conditions)
    return np.select(conditions, [np.int8(count - i) for i in range(count)], np.int8(0)).astype(np.int8)


def _given(left: Objects, right: Objects) -> Rungs:
    close, off = similarity(left, right), edits(left, right)
    formal = _each(left, right, lambda a, b: formal_name(a) == formal_name(b))
    short = _each(left, right, lambda a, b: a[0] == b[0] and min(len(a), len(b)) == 1)
    long = _each(left, right, lambda a, b: min(len(a), len(b)) >= 3)
    near = long & ((close >= NEARLY) | (off <= 1))
    return _rungs(left == right, formal, near, short, close >= SIMILAR)


def _surname(left: Objects, right: Objects) -> Rungs:
    close, off = similarity(left, right), edits(left, right)
    long = _each(left, right, lambda a, b: min(len(a), len(b)) >= 3)
    return _rungs(left == right, long & ((close >= NEARLY) | (off <= 1)), close >= SIMILAR)


def _words(left: Objects, right: Objects) -> Rungs:
    sorted_ratio = _pairwise(fuzz.token_sort_ratio, left, right)
    set_ratio = _pairwise(fuzz.token_set_ratio, left, right)
    return _rungs(
        left == right, sorted_ratio >= 99.5, sorted_ratio >= 90, set_ratio >= 95, sorted_ratio >= 75,
        (sorted_ratio >= 60) | (set_ratio >= 80),
    )  # fmt: skip


def _email(left: Objects, right: Objects) -> Rungs:
    off = edits(left, right)
    local = [np.array([value.split("@")[0] for value in side], object) for side in (left, right)]
    host = [np.array([value.rpartition("@")[2] for value in side], object) for side in (left, right)]
    public = FREE_MAIL | _common(host[0])
    own_host = (host[0] == host[1]) & _each(host[0], host[1], lambda a, _: a not in public)
    # anna.smith12 and anna.smith47: two people of one name take numbers, so that is no slip of the pen.
    numbered = _each(local[0], local[1], lambda a, b: a != b and _DIGITS.sub("", a) == _DIGITS.sub("", b))
    near = ((off <= 1) & (host[0] == host[1]) & ~numbered) | ((local[0] == local[1]) & (edits(*host) <= 2))
    return _rungs(
        left == right,
        near,
        local[0] == local[1],
        (similarity(*local) >= NEARLY) & ~numbered,
        own_host,
    )


def _common(hosts: Objects) -> frozenset[str]:
    """Mail hosts that so many of the records use that they say nothing."""
    counts = Counter(hosts)
    return frozenset(host for host, count in counts.items() if count > max(20, COMMON_HOST * len(hosts)))


def _phone(left: Objects, right: Objects) -> Rungs:
    tail = _each(left, right, lambda a, b: a[-6:] == b[-6:])
    return _rungs(left == right, (edits(left, right) <= 1) | tail)


def _date(left: Objects, right: Objects) -> Rungs:
    off = edits(left, right)
    swapped = _each(left, right, lambda a, b: len(a) == len(b) == 8 and a == b[:4] + b[6:] + b[4:6])
    year = _each(left, right, lambda a, b: a[:4] == b[:4])
    return _rungs(left == right, (off <= 1) | swapped, off <= 2, year)


def _code(left: Objects, right: Objects) -> Rungs:
    long = _each(left, right, lambda a, b: min(len(a), len(b)) >= 4)
    off = edits(left, right)
    return _rungs(left == right, long & (off <= 1), long & (off <= 2))


def _numbers(text: str) -> frozenset[str]:
    return frozenset(word for word in text.split() if any(c.isdigit() for c in word))


def _street(left: Objects, right: Objects) -> Rungs:
    ratio = _pairwise(fuzz.token_sort_ratio, left, right)
    subset = _pairwise(fuzz.token_set_ratio, left, right)
    shared = _each(
        left, right, lambda a, b: bool(_numbers(a) & _numbers(b)) or not (_numbers(a) or _numbers(b))
    )
    return _rungs(
        left == right, shared & ((ratio >= 88) | (subset >= 97)), shared & ((ratio >= 70) | (subset >= 85)),
        ratio >= 80, subset >= 70,
    )  # fmt: skip


def _town(left: Objects, right: Objects) -> Rungs:
    return _rungs(left == right, (similarity(left, right) >= NEARLY) | (edits(left, right) <= 1))


def _postcode(left: Objects, right: Objects) -> Rungs:
    off = edits(left, right)
    front = _each(left, right, lambda a, b: a[: max(3, len(a) - 3)] == b[: max(3, len(b) - 3)])
    return _rungs(left == right, off <= 1, front)


def _equal(left: Objects, right: Objects) -> Rungs:
    return _rungs(left == right)


def _price(left: Objects, right: Objects) -> Rungs:
    a, b = left.astype(np.float64), right.astype(np.float64)
    apart = np.abs(a - b) / np.maximum(a, b)
    return _rungs(apart <= 0.02, apart <= 0.1, apart <= 0.3, apart <= 0.6)


_WORDS = ("different", "some words", "similar", "one in the other", "nearly the same", "same words", "same")
LADDERS = {
    ladder.role: ladder
    for ladder in (
        Ladder(
            Role.GIVEN, ("different", "similar", "initial", "nearly the same", "nickname", "same"), _given
        ),
        Ladder(Role.SURNAME, ("different", "similar", "nearly the same", "same"), _surname),
        Ladder(Role.FULL_NAME, _WORDS, _words),
        Ladder(Role.COMPANY, _WORDS, _words),
        Ladder(Role.TITLE, _WORDS, _words),
        Ladder(Role.BRAND, _WORDS, _words),
        Ladder(
            Role.EMAIL,
            (
                "different",
                "same own domain",
                "similar mailbox",
                "same mailbox elsewhere",
                "nearly the same",
                "same",
            ),
            _email,
        ),
        Ladder(Role.PHONE, ("different", "nearly the same", "same"), _phone),
        Ladder(Role.DATE, ("different", "same year", "two digits off", "one digit off", "same"), _date),
        Ladder(Role.CODE, ("different", "two characters off", "one character off", "same"), _code),
        Ladder(
            Role.STREET,
            ("different", "some words", "similar, other number", "similar", "nearly the same", "same"),
            _street,
        ),
        Ladder(Role.CITY, ("different", "nearly the same", "same"), _town),
        Ladder(Role.POSTCODE, ("different", "same district", "one character off", "same"), _postcode),
        Ladder(Role.STATE, ("different", "same"), _equal),
        Ladder(Role.COUNTRY, ("different", "same"), _equal),
        Ladder(Role.CATEGORY, ("different", "same"), _equal),
        Ladder(Role.PRICE, ("different", "within 60 %", "within 30 %", "within 10 %", "same"), _price),
        Ladder(Role.TEXT, _WORDS, _words),
    )
}
