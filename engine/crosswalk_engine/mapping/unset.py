"""Missing, null and blank kept apart: what a rule without a value writes, for targets that take changes."""

from enum import Enum
from typing import Any, Final, Literal, TypeAlias

from crosswalk_engine.formula.ir import Node, Path, Related, children
from crosswalk_engine.formula.oracle import Place, start_of
from crosswalk_engine.formula.problems import EvalError
from crosswalk_engine.formula.reads import has_key, raw
from crosswalk_engine.mapping.tree import EachTree, RuleTree


class _Mark(Enum):
    UNSET = "unset"


#: Stands for the output of a rule that writes nothing, not even a key.
UNSET: Final = _Mark.UNSET
Empty: TypeAlias = str | Literal[_Mark.UNSET] | None


def written_empty(rule: RuleTree, place: Place) -> Empty:
    """What a rule writes that has no value and does not write that as it is.

    With `omit`, nothing. With `keep`, what the source has there: nothing when none of the fields that the
    formula reads is in the payload, null when one of them is null, else a blank.
    """
    if rule.empty == "omit":
        return UNSET
    here = [field for field in source_fields(rule.node) if _is_there(field, place)]
    if not here:
        return UNSET
    return None if any(_is_null(field, place) for field in here) else ""


def written_none(each: EachTree, made: Any, place: Place) -> Any:
    """What a list writes that has no element; `made` is the empty list, or object."""
    if each.empty != "keep":
        return made if each.empty == "write" else UNSET
    step = each.steps[0]
    field = Path(step.base, step.parts)
    if not _is_there(field, place):
        return UNSET
    return None if _is_null(field, place) else made


def source_fields(node: Node) -> list[Path | Related]:
    """The fields of the record, of rows and of related records that a formula reads, collections too."""
    if isinstance(node, Related) or (isinstance(node, Path) and node.scope != "item"):
        return [node]
    below = () if isinstance(node, Path) else children(node)
    return list(dict.fromkeys(field for child in below for field in source_fields(child)))


def _is_there(field: Path | Related, place: Place) -> bool:
    try:
        return has_key(start_of(field, place)[0], field.parts)
    except EvalError:
        return False


def _is_null(field: Path | Related, place: Place) -> bool:
    try:
        return raw(start_of(field, place)[0], field.parts, "") is None
    except EvalError:
        return False
