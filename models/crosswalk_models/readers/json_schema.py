"""JSON Schema (drafts 4 to 2020-12) as fields: paths, types, descriptions, required marks, examples.

Only references inside the document are followed. A schema that contains itself is cut where it repeats.
"""

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
from crosswalk_engine.errors import RecordError
from crosswalk_engine.payload.paths import Segment

from crosswalk_models.readers.fields import SAMPLES, Field, FieldSet, Values

MAX_DEPTH = 24
MAX_FIELDS = 20_000
#: Parts of a schema that are looked at. Each of 40 definitions with two references to the one before doubles
#: what there is to see, without a field in it.
MAX_VISITS = 200_000
#: Names that are copied in the time of one visit.
COPIED = 20
#: References followed on the way to one field; hand-written schemas need four or five.
MAX_REFERENCES = 100


def is_json_schema(value: Any) -> bool:
    """Whether a decoded JSON document is a schema rather than a record."""
    if not isinstance(value, dict):
        return False
    if "$schema" in value:
        return True
    return value.get("type") == "object" and isinstance(value.get("properties"), dict)


def from_schema(name: str, document: dict[str, Any]) -> FieldSet:
    """The leaf fields that `document` describes.

    Raises:
        RecordError: no fields, more than 20,000, or more than 200,000 parts to look at.
    """
    fields: list[Field] = []
    values = Values()
    for field in _Walk(name, document).leaves(document, "", None, ()):
        for record, sample in enumerate(field.samples):
            values.add(len(fields), record, sample)
        fields.append(field)
        if len(fields) > MAX_FIELDS:
            raise _too_large(name, f"at most {MAX_FIELDS:,}")
    if not fields:
        raise RecordError(
            "CW-FILE-NO-FIELDS",
            "the schema describes no fields",
            where=name,
            expected="`properties`",
            fix="only references inside the document are followed: put the others in",
        )
    table: pa.Table = values.table()
    return FieldSet(name, "schema", tuple(fields), table)


class _Walk:
    """A walk over one schema, which says when it gets too large."""

    def __init__(self, name: str, root: dict[str, Any]) -> None:
        self._name, self._root, self._visits = name, root, 0

    def leaves(self, node: Any, path: str, required: bool | None, seen: tuple[str, ...]) -> Iterator[Field]:
        """The fields at and below `node`; `seen` are the references followed on the way to it."""
        found, seen = self._resolve(node, seen)
        if found is None or len(seen) > MAX_DEPTH or path.count(".") > MAX_DEPTH:
            return
        properties = found.get("properties")
        if isinstance(properties, dict) and properties:
            demanded = set(found.get("required", ()))
            for key, inner in properties.items():
                below = f"{path}.{Segment(key)}" if path else str(Segment(key))
                yield from self.leaves(inner, below, key in demanded, seen)
        elif isinstance(found.get("items"), dict):
            yield from self.leaves(found["items"], f"{path}[]" if path else path, required, seen)
        elif isinstance(found.get("additionalProperties"), dict) and path:
            yield from self.leaves(found["additionalProperties"], f"{path}[]", required, seen)
        elif path:
            yield _leaf(found, path, required)

    def _resolve(self, node: Any, seen: tuple[str, ...]) -> tuple[dict[str, Any] | None, tuple[str, ...]]:
        """`node` with its references followed and its ``allOf``, ``anyOf``, ``oneOf`` parts merged in."""
        self._visit()
        while isinstance(node, dict) and isinstance(node.get("$ref"), str):
            reference = node["$ref"]
            if reference in seen or len(seen) > MAX_REFERENCES:
                return None, seen
            seen = (*seen, reference)
            node = _lookup(self._root, reference)
        if not isinstance(node, dict):
            return None, seen
        merged = dict(node)
        for word in ("allOf", "anyOf", "oneOf"):
            for part in node.get(word, ()):
                inner, seen = self._resolve(part, seen)
                if inner and inner.get("type") != "null":
                    merged = self._merged(merged, inner)
        return merged, seen

    def _merged(self, known: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
        properties = {**part.get("properties", {}), **known.get("properties", {})}
        required = [*known.get("required", ()), *part.get("required", ())]
        # What is merged again and again is copied each time.
        self._visit(len(properties) // COPIED + len(required) // COPIED)
        merged = {**part, **known}
        merged |= {"properties": properties} if properties else {}
        merged |= {"required": required} if required else {}
        return merged

    def _visit(self, count: int = 1) -> None:
        self._visits += count
        if self._visits > MAX_VISITS:
            raise _too_large(self._name, f"at most {MAX_VISITS:,} parts, references followed")


def _too_large(name: str, expected: str) -> RecordError:
    return RecordError("CW-SCHEMA-SIZE", "the schema has too many fields", where=name, expected=expected)


def _lookup(root: dict[str, Any], reference: str) -> Any:
    if not reference.startswith("#"):
        return None
    node: Any = root
    for part in reference[1:].strip("/").split("/") if reference.strip("#/") else ():
        name = part.replace("~1", "/").replace("~0", "~")
        node = node.get(name) if isinstance(node, dict) else None
    return node


def _leaf(node: dict[str, Any], path: str, required: bool | None) -> Field:
    samples = [*node.get("enum", ()), *node.get("examples", ())]
    if "example" in node:
        samples.append(node["example"])
    if "const" in node:
        samples.append(node["const"])
    texts = dict.fromkeys(str(item) for item in samples if isinstance(item, (str, int, float)))
    words = [str(node[key]) for key in ("title", "description") if node.get(key)]
    return Field(path, _type_name(node), ". ".join(words), tuple(texts)[:SAMPLES], required, len(texts))


def _type_name(node: dict[str, Any]) -> str:
    kind = node.get("type", "")
    if isinstance(kind, list):
        kind = "|".join(item for item in kind if item != "null")
    formats = {"date": "date", "date-time": "datetime", "email": "email", "uri": "url", "uuid": "uuid"}
    return formats.get(str(node.get("format", "")), str(kind))
