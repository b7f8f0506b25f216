"""Departures: where one record is not as the samples were, in words and without its data.

What is no departure: an integer where numbers were seen, null or an absent key where a sample had that too, a
blank text, an empty list or object where either was seen.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from crosswalk_engine.payload.drift_policy import Kind
from crosswalk_engine.payload.paths import Segment
from crosswalk_engine.payload.secrets import looks_secret
from crosswalk_engine.payload.shape import Shape
from crosswalk_engine.payload.tally import kind_of, pattern
from crosswalk_engine.payload.vocabulary import may_be_word

#: Whether a part of a record certainly is as this part of the shape.
Alike: TypeAlias = Callable[[Shape, Any], bool]
#: A field that all of so many samples had is expected in every record: by the rule of three (Hanley and
#: Lippman-Hand 1983) at most one record in ten lacks it, at 95 percent.
ENOUGH_SAMPLES = 30
#: Keys longer than this, or with more digits, are data and not names.
_LONGEST_KEY = 60
_MOST_KEY_DIGITS = 4
#: Letters or digits of one kind side by side, in a masked text.
_RUN = re.compile(r"([Aa9])\1+")


@dataclass(frozen=True, slots=True)
class Departure:
    """One thing in one record that no sample had.

    Attributes:
        kind: `new` (an unknown field), `missing` (absent or null, and never before), `retyped` (a JSON kind
            never seen), `repeated` (a list, an object keyed by id and a single one are three things), `value`
            (a word that the field never had).
        path: of the field, with ``[]`` after repeated names; of a new part, its topmost field.
        got: its kind and masked form; a new word itself, when it has the form of the known ones.
        expected: what the samples had.
    """

    kind: Kind
    path: str
    got: str
    expected: str


def departures(
    shape: Shape, record: Mapping[str, Any], alike: Alike = lambda node, value: False
) -> Iterator[Departure]:
    """Every departure of `record` from `shape`; the same one again for each element that has it.

    `alike` says of a part, faster than a look at it, that it certainly has none.
    """
    if not alike(shape, record):
        yield from _in_object(shape, record, alike)


def always_there(node: Shape) -> bool:
    """Whether a record without this field departs: all of enough samples had it, not all of them null."""
    return node.present == node.of >= ENOUGH_SAMPLES and node.null < node.present


def kind_departure(node: Shape, value: Any) -> Kind | None:
    """Whether `value` is of a kind that `node` never had, and what that is called."""
    kind, seen = kind_of(value), node.kinds
    if kind == "null":
        return "missing" if "null" not in seen and always_there(node) else None
    if not seen.keys() - {"null"}:
        return "new"
    if kind == "object":
        return _object_departure(node, value)
    if kind == "array":
        return _array_departure(node, value)
    if kind in seen or (kind == "integer" and "number" in seen):
        return None
    return "repeated" if node.repeated is not None and not node.scalar_kinds else "retyped"


def _object_departure(node: Shape, value: Mapping[str, Any]) -> Kind | None:
    if not value and ("object" in node.kinds or "array" in node.kinds):
        return None
    if "object" not in node.kinds:
        return "repeated" if "array" in node.kinds else "retyped"
    return "repeated" if node.repeated == "keyed" and not is_keyed(value) else None


def _array_departure(node: Shape, value: list[Any]) -> Kind | None:
    if not value:
        return None if "array" in node.kinds or "object" in node.kinds else "repeated"
    # Of lists beside objects the shape keeps no element; of lists without one there is none.
    known = node.element is not None or node.repeated is None
    return None if "array" in node.kinds and known else "repeated"


def is_keyed(value: Mapping[str, Any]) -> bool:
    """Whether every key is an id."""
    return all(map(str.isdecimal, value))


def is_new_word(node: Shape, value: Any) -> bool:
    """Whether `value` is a word that this field, which chooses from a few, never had."""
    return bool(node.values) and isinstance(value, str) and value not in node.values and bool(value.strip())


def _in_object(node: Shape, value: Mapping[str, Any], alike: Alike) -> Iterator[Departure]:
    for key, inner in value.items():
        child = node.fields.get(key)
        if child is None:
            yield Departure("new", below(node, key), shown(inner), "")
        else:
            yield from _in_value(child, inner, alike)
    for key, child in node.fields.items():
        if key not in value and always_there(child):
            yield Departure("missing", child.path, "absent", f"there in all {child.of:,} samples")


def _in_value(node: Shape, value: Any, alike: Alike) -> Iterator[Departure]:
    if isinstance(value, dict | list) and alike(node, value):
        return
    kind = kind_departure(node, value)
    if kind is not None:
        yield Departure(kind, node.path, shown(value), _expected(node, kind))
    elif is_new_word(node, value):
        yield Departure("value", node.path, _shown_word(node, value), f"one of {', '.join(node.values)}")
    elif isinstance(value, Mapping):
        if node.repeated == "keyed" and node.element is not None:
            for element in value.values():
                yield from _in_value(node.element, element, alike)
        else:
            yield from _in_object(node, value, alike)
    elif isinstance(value, list) and node.element is not None:
        for element in value:
            yield from _in_value(node.element, element, alike)


def below(node: Shape, key: str) -> str:
    """The path of `key` in an object of `node`; a key that is data itself is masked."""
    digits = sum(map(str.isdigit, key))
    if len(key) > _LONGEST_KEY or digits > _MOST_KEY_DIGITS or "@" in key[1:] or not key.isprintable():
        key = pattern(key)
    name = str(Segment(key)) if key else '""'
    return f"{node.path}.{name}" if node.path else name


def shown(value: Any) -> str:
    """Kind and form of a value, without the value: ``text AA9 9AA``, ``array of 2``."""
    kind = kind_of(value)
    if kind == "array":
        return f"array of {len(value)}" if value else "empty array"
    if kind == "object":
        keyed = value and is_keyed(value)
        return f"object keyed by id, of {len(value)}" if keyed else "object" if value else "empty object"
    if kind in ("null", "boolean"):
        return kind
    form = pattern(str(value))
    return f"{kind} {form}" if form.strip() else "blank text"


def _shown_word(node: Shape, text: str) -> str:
    """A word as it is when it could stand in a shape and has the form of a known one; else its form."""
    could = may_be_word(text) and not looks_secret(text) and _form(text) in map(_form, node.values)
    return f"'{text}'" if could else shown(text)


def _form(word: str) -> str:
    """``VOID`` and ``PAID`` have one form, and so have ``A4`` and ``B12``; a postcode has its own."""
    return _RUN.sub(r"\1", pattern(word))


def _expected(node: Shape, kind: Kind) -> str:
    if kind == "missing":
        return f"never null in {node.of:,} samples"
    if kind == "new":
        return f"null in all {node.present:,} samples" if node.present else "empty in all samples"
    names = [name for name in node.kinds if name != "null"]
    if node.repeated == "keyed":
        names = ["object keyed by id" if name == "object" else name for name in names]
    return " or ".join(names)
