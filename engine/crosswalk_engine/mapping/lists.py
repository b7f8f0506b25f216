"""What lists of a mapping share, however they are computed: how much they hold, which rows are one group."""

from collections.abc import Hashable, Sequence

from crosswalk_engine.formula.reads import MAX_ELEMENTS, MAX_ELEMENTS_SQUARED
from crosswalk_engine.formula.values import FAMILY_OF, Value
from crosswalk_engine.mapping.result import Problem
from crosswalk_engine.mapping.tree import EachTree


def step_limit(each: EachTree, step: int) -> int:
    """How many elements one step may go over.

    A step that starts anew, instead of in the element around it, goes over the same elements again and
    again; it may have fewer.
    """
    around = (*each.outer, *(one.level for one in each.steps[:step]))
    starts_anew = bool(around) and each.steps[step].base != around[-1].scope
    return MAX_ELEMENTS_SQUARED if starts_anew else MAX_ELEMENTS


def too_many_documents(count: int) -> Problem | None:
    """The problem of a record that makes so many documents; each of them goes over the record anew."""
    if count <= MAX_ELEMENTS_SQUARED:
        return None
    message = f"the record makes more than {MAX_ELEMENTS_SQUARED:,} documents"
    return Problem("documents[]", "CW-TOO-MANY-ROWS", f"{count}", message)


def group_key(values: Sequence[Value]) -> Hashable:
    """What is equal for rows of one group: numbers by value, texts exactly, null only to null."""
    return tuple(None if value is None else (FAMILY_OF[value.__class__], value) for value in values)
