"""The comparisons as numbers: the same columns for every data set, each with the sign that its weight may
have.

A ladder becomes steps: "is there" and "at least this rung". With steps that may only help and a presence
    that may only harm, a higher rung never counts less than a lower one, whatever the sets that the weights
    were learned from have in common by accident.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from crosswalk_models.duplicates.compare import Compared, RoleComparison
from crosswalk_models.duplicates.context import STANDINGS
from crosswalk_models.duplicates.ladders import LADDERS
from crosswalk_models.duplicates.roles import Role

Floats = npt.NDArray[np.float32]
HELPS, HARMS = 1, -1


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, the sign its weight may have, and how it is made from the comparisons."""

    name: str
    sign: int
    make: Callable[["_Pairs"], npt.NDArray[np.generic]]


@dataclass(frozen=True, slots=True)
class _Pairs:
    compared: Compared
    records: int
    standing: npt.NDArray[np.int8]
    told: Floats

    def role(self, role: Role) -> RoleComparison | None:
        return self.compared.roles.get(role)

    def rung(self, role: Role) -> npt.NDArray[np.int8]:
        found = self.role(role)
        return np.full(len(self.compared.pairs), -1, np.int8) if found is None else found.rung

    def measure(self, name: str) -> Floats:
        found = self.compared.measures.get(name)
        return np.full(len(self.compared.pairs), np.nan, np.float32) if found is None else found


#: Measures of `compare` and the sign of their weight; those that may be undefined say so in a further column.
MEASURES = {
    "whole_jaccard": HELPS, "whole_contained": HELPS, "whole_cosine": HELPS, "title_jaccard": HELPS,
    "title_contained": HELPS, "title_cosine": HELPS, "title_apart": HARMS, "code_length": HELPS,
    "code_conflict": HARMS, "numbers_shared": HELPS, "numbers_differ": HARMS, "first_word": HELPS,
    "description_cosine": HELPS,
}  # fmt: skip
_MAY_BE_UNDEFINED = ("title_jaccard", "numbers_shared", "description_cosine")
#: Jaro-Winkler of the crossed names at which they have changed places.
CROSSED = 0.9


def columns() -> tuple[Column, ...]:
    """All columns, in order."""
    return tuple(_columns())


def column_names() -> tuple[str, ...]:
    """Names of the columns of `feature_matrix`, in order."""
    return tuple(column.name for column in columns())


def feature_matrix(compared: Compared, records: int, standing: npt.NDArray[np.int8] | None = None) -> Floats:
    """Array (pairs, columns), float32, no NaN. `records` is the number of records searched."""
    place = np.full(len(compared.pairs), -1, np.int8) if standing is None else standing
    pairs = _Pairs(compared, records, place, _told(compared))
    return np.stack([column.make(pairs).astype(np.float32) for column in columns()], axis=1)


def _columns() -> Iterator[Column]:
    for ladder in LADDERS.values():
        yield Column(f"{ladder.role.value} is there", HARMS, _there(ladder.role))
        for step, rung in enumerate(ladder.rungs[1:], start=1):
            yield Column(f"{ladder.role.value}: at least {rung}", HELPS, _at_least(ladder.role, step))
        yield Column(f"{ladder.role.value}: telling", HELPS, _telling(ladder.role))
    yield Column(
        "names crossed", HELPS, lambda pairs: np.nan_to_num(pairs.measure("names_crossed")) > CROSSED
    )
    yield Column("another given name, the same surname", HARMS, _household)
    for name, sign in MEASURES.items():
        yield Column(name, sign, _measure(name))
    for name in _MAY_BE_UNDEFINED:
        yield Column(f"{name} is there", HARMS, _defined(name))
    # More agreement than the luckiest of all records would show by accident.
    yield Column("telling beyond chance", HELPS, lambda pairs: pairs.told - np.log(max(2, pairs.records)))
    for step, place in enumerate(STANDINGS[1:], start=1):
        yield Column(f"standing: at least {place}", HELPS, _standing(step))


def _there(role: Role) -> Callable[[_Pairs], npt.NDArray[np.generic]]:
    return lambda pairs: pairs.rung(role) >= 0


def _at_least(role: Role, step: int) -> Callable[[_Pairs], npt.NDArray[np.generic]]:
    return lambda pairs: pairs.rung(role) >= step


def _telling(role: Role) -> Callable[[_Pairs], npt.NDArray[np.generic]]:
    def make(pairs: _Pairs) -> npt.NDArray[np.generic]:
        found = pairs.role(role)
        return np.zeros(len(pairs.compared.pairs), np.float32) if found is None else found.telling

    return make


def _measure(name: str) -> Callable[[_Pairs], npt.NDArray[np.generic]]:
    return lambda pairs: np.nan_to_num(pairs.measure(name))


def _defined(name: str) -> Callable[[_Pairs], npt.NDArray[np.generic]]:
    return lambda pairs: ~np.isnan(pairs.measure(name))


def _standing(step: int) -> Callable[[_Pairs], npt.NDArray[np.generic]]:
    return lambda pairs: pairs.standing >= step


def _household(pairs: _Pairs) -> npt.NDArray[np.generic]:
    top = len(LADDERS[Role.SURNAME].rungs) - 1
    return (pairs.rung(Role.GIVEN) == 0) & (pairs.rung(Role.SURNAME) == top)


def _told(compared: Compared) -> Floats:
    """Surprise of all agreements together, (m,), without roles that many columns share or that repeat
    others."""
    whole_name = {Role.GIVEN, Role.SURNAME} <= set(compared.roles)
    left_out = {Role.TEXT, Role.CATEGORY, *([Role.FULL_NAME] if whole_name else [])}
    told = np.zeros(len(compared.pairs), np.float32)
    for role, found in compared.roles.items():
        if role not in left_out:
            told = told + found.telling
    return told
