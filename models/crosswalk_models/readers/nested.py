"""Records with structure (JSON, NDJSON, XML, nested Parquet): leaf values by path.

The engine's shape inference says which objects are keyed by id, so a path here is the path a formula uses.
"""

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from crosswalk_engine.errors import RecordError
from crosswalk_engine.payload.shape import Shape, infer_shape

from crosswalk_models.readers.fields import SAMPLES, Field, FieldSet, Values, as_text


def from_records(name: str, records: list[dict[str, Any]], kind: str = "records") -> FieldSet:
    """The fields of `records` and every value in them, as text.

    Raises:
        RecordError: there is not one record, or none has a field.
    """
    if not records:
        raise RecordError("CW-FILE-EMPTY", "the file holds no records", where=name, fix="export it again")
    shape = infer_shape(records)
    leaves = _leaves(shape)
    if not leaves:
        raise RecordError(
            "CW-FILE-NO-FIELDS", "the records have no fields", where=name, expected="JSON objects with keys"
        )
    numbers = {path: number for number, path in enumerate(leaves)}
    values = Values()
    samples: list[dict[str, None]] = [{} for _ in leaves]
    for number, record in enumerate(records):
        for path, value in _walk(record, shape):
            place = numbers[path]
            text = as_text(value)
            values.add(place, number, text)
            kept = samples[place]
            if text and len(kept) < SAMPLES and (trimmed := text.strip()):
                kept.setdefault(trimmed)
    fields = tuple(
        Field(path, _type_name(leaf), samples=tuple(kept), places=max(leaf.of, leaf.present))
        for (path, leaf), kept in zip(leaves.items(), samples, strict=True)
    )
    return FieldSet(name, kind, fields, values.table(), len(records))


def _leaves(shape: Shape) -> dict[str, Shape]:
    """Path → shape of everything that holds scalars; a field that is null in every record counts."""
    wanted = set(shape.paths())
    return {node.path: node for node in shape.walk() if node.path in wanted}


def _type_name(leaf: Shape) -> str:
    kinds = sorted(leaf.scalar_kinds)
    if not kinds:
        return "null"
    if kinds == ["integer", "number"]:
        return "number"
    names = {"text": "string"}
    return "|".join(names.get(kind, kind) for kind in kinds)


def _walk(value: Any, shape: Shape) -> Iterator[tuple[str, Any]]:
    """Every scalar below `value`, with the path of its shape."""
    if shape.repeated is not None and shape.element is not None and isinstance(value, (list, dict)):
        for inner in value if isinstance(value, list) else value.values():
            yield from _walk(inner, shape.element)
    elif isinstance(value, Mapping):
        fields = shape.fields
        yield from chain.from_iterable(_walk(inner, fields[key]) for key, inner in value.items())
    elif not isinstance(value, list) and _holds_scalars(shape):
        yield shape.path, value


def _holds_scalars(shape: Shape) -> bool:
    """Whether the path is a leaf: a null where an object may stand is no value of a leaf."""
    return bool(shape.scalar_kinds) or not shape.kinds.keys() - {"null"}
