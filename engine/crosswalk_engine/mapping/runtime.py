"""What the generated code of mappings calls, beside the functions of formulas."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from msgspec import UNSET

from crosswalk_engine.formula.rows import grouped, ordered, pairs, too_many
from crosswalk_engine.formula.values import TEXTUAL, Value, kind_of, plain, text_of, to_json_value
from crosswalk_engine.mapping import faults
from crosswalk_engine.mapping.faults import Spot
from crosswalk_engine.mapping.lists import group_key
from crosswalk_engine.mapping.result import Problem
from crosswalk_engine.mapping.settle import REJECTED, Settled
from crosswalk_engine.mapping.tree import DocumentsTree


def written(value: Settled) -> Any:
    """The JSON form of a settled value; null where the record is rejected."""
    return None if value is REJECTED else to_json_value(value)


def written_or_kept(value: Settled, fields: Sequence[Any]) -> Any:
    """As `written`; nothing, null or blank where there is no value, as `kept` says of the raw `fields`."""
    return kept(fields) if value is None or value == "" else written(value)


def kept(fields: Sequence[Any]) -> Any:
    """What a target that takes changes gets for no value, by the raw values of the fields that were read.

    UNSET (no key) when all of them are missing (UNSET), null when one is null, else a blank.
    """
    there = [field for field in fields if field is not UNSET]
    if not there:
        return UNSET
    return None if any(field is None for field in there) else ""


def kept_list(made: Any, source: Any) -> Any:
    """What a target that takes changes gets for a list without elements, by the raw value of its source.

    UNSET (no key) when the source is missing (UNSET), null when it is null, else `made`, which is empty.
    """
    return source if source is UNSET or source is None else made


def element_key(
    value: Value,
    made: dict[str, Any],
    errors: list[Problem],
    spot: Spot,
    indexes: Sequence[int],
    row: str | None,
) -> str | None:
    """The key of an element in an object keyed by id; nothing, with an error noted, when it is not good."""
    if value is None or value == "":
        code, what = "CW-REQUIRED", "the key of this element has no value"
    elif kind_of(value) not in TEXTUAL:
        code, what = "CW-KIND", f"a key is text or integer, not {kind_of(value).lower()}"
    elif text_of(value) in made:
        code, what = "CW-KEY-TWICE", "an element before has the same key"
    else:
        return text_of(value)
    shown = "" if value is None else text_of(value)
    errors.append(spot.problem(code, shown, what, indexes, row))
    return None


def no_elements(errors: list[Problem], spot: Spot, indexes: Sequence[int], key: str | None) -> None:
    """Notes that a required list is empty."""
    errors.append(spot.problem("CW-REQUIRED", "", "a required list has no elements", indexes, key))


def no_document(documents: DocumentsTree) -> Problem:
    """The problem of a record that makes no document at all."""
    where = ".".join(documents.collection)
    message = f"the record makes no document: no element of {where} is left"
    return Problem("documents[]", "CW-NO-DOCUMENT", "", message)


def of_document(problem: Problem, number: int) -> Problem:
    """`problem` as one of document number `number` of a record."""
    path = f"documents[{number}]"
    return replace(problem, path=f"{path}.{problem.path}" if problem.path else path)


RUNTIME: dict[str, Any] = {
    "check_failed": faults.check_failed,
    "element_key": element_key,
    "fault": faults.fault,
    "group_key": group_key,
    "grouped": grouped,
    "kept": kept,
    "kept_list": kept_list,
    "no_elements": no_elements,
    "ordered": ordered,
    "pairs": pairs,
    "plain": plain,
    "to_json_value": to_json_value,
    "too_many": too_many,
    "written": written,
    "written_or_kept": written_or_kept,
}
