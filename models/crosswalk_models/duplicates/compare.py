"""Compare candidate pairs: the rung each role reaches, how telling the agreement is, and whole-text
measures."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from crosswalk_models.duplicates.blocking import Pairs
from crosswalk_models.duplicates.fields import Comparable, Field
from crosswalk_models.duplicates.ladders import LADDERS, similarity
from crosswalk_models.duplicates.nearest import cosines, text_vectors
from crosswalk_models.duplicates.roles import Role
from crosswalk_models.duplicates.tokens import codes_in, numbers_in, word_matrix

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
MISSING = -1
#: An agreement tells at most this much (natural log): beyond it, slips are likelier than chance agreement.
MOST_TELLING = 9.0


@dataclass(frozen=True, slots=True)
class RoleComparison:
    """Per pair, (m,): the best `rung` over the role's fields (MISSING where a side is blank), and in
    `telling` how surprising the agreement is: -ln of the value's share, 0 below the upper rungs."""

    role: Role
    rung: npt.NDArray[np.int8]
    telling: Floats
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """All comparisons of the pairs. `measures` are further columns by name, (m,), NaN where not defined."""

    pairs: Pairs
    roles: dict[Role, RoleComparison]
    measures: dict[str, Floats]


def compare(data: Comparable, pairs: Pairs) -> Compared:
    """Climb every ladder for every pair and measure the texts."""
    roles = {}
    for role in LADDERS:
        fields = data.of(role)
        if fields:
            roles[role] = _role(role, fields, pairs)
    measures = _texts(data, pairs)
    measures |= _names(data, pairs)
    measures |= _title(data, pairs)
    return Compared(pairs, roles, measures)


def _role(role: Role, fields: tuple[Field, ...], pairs: Pairs) -> RoleComparison:
    ladder = LADDERS[role]
    top = len(ladder.rungs) - 1
    rung = np.full(len(pairs), MISSING, np.int8)
    telling = np.zeros(len(pairs), np.float32)
    for item in fields:
        filled = ~(item.blank[pairs.left] | item.blank[pairs.right])
        left, right = pairs.left[filled], pairs.right[filled]
        reached = ladder.climb(item.array[left], item.array[right])
        rare = np.minimum(np.maximum(item.rarity[left], item.rarity[right]), MOST_TELLING)
        tells = np.where(
            reached == top, np.minimum(item.rarity[left], MOST_TELLING), 0.5 * rare * (reached > top / 2)
        )
        here = np.full(len(pairs), MISSING, np.int8)
        here[filled] = reached
        there = np.zeros(len(pairs), np.float32)
        there[filled] = tells
        # Several columns of a role: the best agreement counts, a disagreement only if no column agrees.
        better = (here > rung) | ((here == rung) & (there > telling))
        rung = np.where(better, here, rung).astype(np.int8)
        telling = np.where(better, there, telling).astype(np.float32)
    return RoleComparison(role, rung, telling, fields)


def _texts(data: Comparable, pairs: Pairs) -> dict[str, Floats]:
    """The whole record as one text: weighted word overlap and character cosine."""
    shared, union, smaller = _overlap(data.whole, pairs)
    return {
        "whole_jaccard": shared / np.maximum(union, 1e-6),
        "whole_contained": shared / np.maximum(smaller, 1e-6),
        "whole_shared": np.minimum(shared, 60.0),
        "whole_apart": np.minimum(union - shared, 60.0),
        "whole_cosine": cosines(text_vectors(data.whole), pairs.left, pairs.right),
    }


def _overlap(texts: tuple[str, ...], pairs: Pairs) -> tuple[Floats, Floats, Floats]:
    """Weight of the shared words, of all words, and of the shorter text's words, each (m,)."""
    matrix, weights = word_matrix(texts)
    weighted = matrix.multiply(weights).tocsr().astype(np.float32)
    total = np.asarray(weighted.sum(axis=1), np.float32).ravel()
    shared = np.zeros(len(pairs), np.float32)
    for start in range(0, len(pairs), 100_000):
        a, b = pairs.left[start : start + 100_000], pairs.right[start : start + 100_000]
        shared[start : start + 100_000] = np.asarray(weighted[a].multiply(matrix[b]).sum(axis=1)).ravel()
    left, right = total[pairs.left], total[pairs.right]
    return shared, left + right - shared, np.minimum(left, right)


def _names(data: Comparable, pairs: Pairs) -> dict[str, Floats]:
    """Given name and surname that have changed places."""
    given, surname = data.one(Role.GIVEN), data.one(Role.SURNAME)
    if given is None or surname is None:
        return {}
    a, b = pairs.left, pairs.right
    filled = ~(given.blank[a] | given.blank[b] | surname.blank[a] | surname.blank[b])
    crossed = np.full(len(pairs), np.nan, np.float32)
    i, j = a[filled], b[filled]
    crossed[filled] = np.minimum(
        similarity(given.array[i], surname.array[j]), similarity(surname.array[i], given.array[j])
    )
    return {"names_crossed": crossed}


def _title(data: Comparable, pairs: Pairs) -> dict[str, Floats]:
    """What products are told apart by: weighted words, part numbers, other numbers, the first word."""
    title = data.one(Role.TITLE)
    if title is None:
        return {}
    description = data.one(Role.DESCRIPTION)
    shared, union, smaller = _overlap(title.values, pairs)
    measures = {
        "title_jaccard": shared / np.maximum(union, 1e-6),
        "title_contained": shared / np.maximum(smaller, 1e-6),
        "title_apart": np.minimum(union - shared, 60.0),
        "title_cosine": cosines(text_vectors(title.values), pairs.left, pairs.right),
    }
    brand = data.one(Role.BRAND)
    parts = [item.values for item in (title, description, brand) if item is not None]
    full = [" ".join(row) for row in zip(*parts, strict=True)]
    codes = [codes_in(text) for text in full]
    squeezed = [text.replace(" ", "") for text in full]
    numbers = [numbers_in(text) for text in title.values]
    rows = list(zip(pairs.left.tolist(), pairs.right.tolist(), strict=True))
    measures["code_length"] = np.array([_longest_code(codes, squeezed, i, j) for i, j in rows], np.float32)
    measures["code_conflict"] = np.array([_code_conflict(codes, squeezed, i, j) for i, j in rows], np.float32)
    measures["numbers_shared"] = np.array([_share(numbers[i], numbers[j]) for i, j in rows], np.float32)
    measures["numbers_differ"] = np.array([len(numbers[i] ^ numbers[j]) for i, j in rows], np.float32)
    firsts = [text.split(" ", 1)[0] for text in title.values]
    measures["first_word"] = np.array([firsts[i] == firsts[j] for i, j in rows], np.float32)
    if description is not None:
        measures["description_cosine"] = cosines(text_vectors(description.values), pairs.left, pairs.right)
    return measures


def _longest_code(codes: list[frozenset[str]], squeezed: list[str], i: int, j: int) -> int:
    """Length of the longest part number of one record that stands in the other, in any spelling."""
    found = [len(code) for code in codes[i] if code in squeezed[j]]
    found += [len(code) for code in codes[j] if code in squeezed[i]]
    return max(found, default=0)


def _code_conflict(codes: list[frozenset[str]], squeezed: list[str], i: int, j: int) -> bool:
    """Both name part numbers, and none of either stands in the other."""
    if not (codes[i] and codes[j]):
        return False
    return not any(code in squeezed[j] for code in codes[i]) and not any(
        code in squeezed[i] for code in codes[j]
    )


def _share(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other) if one and other else np.nan
