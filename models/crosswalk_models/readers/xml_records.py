"""XML by a small reader on expat: no document type, no entities beyond the five built in, bounded depth.

An element becomes an object, an attribute a field ``@name``, text beside either a field ``#text``. Elements
of one name that stand next to each other become an array. When the root holds nothing but repeats of one
element, each of those is a record; otherwise the document is one record.
"""

from pathlib import Path
from typing import Any
from xml.parsers import expat

from crosswalk_engine.errors import RecordError

MAX_DEPTH = 64


class _Builder:
    """Builds nested dicts from expat's calls."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.root: tuple[str, Any] | None = None
        self._open: list[tuple[str, dict[str, Any], list[str]]] = []
        self._repeats: set[tuple[str, ...]] = set()

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if len(self._open) >= MAX_DEPTH:
            raise _bad(self.name, f"more than {MAX_DEPTH} levels", "a flatter document")
        self._open.append((tag, {f"@{key}": value for key, value in attributes.items()}, []))

    def text(self, data: str) -> None:
        if self._open:
            self._open[-1][2].append(data)

    def end(self, tag: str) -> None:
        _, fields, texts = self._open.pop()
        text = "".join(texts).strip()
        value: Any = fields
        if not fields:
            value = text
        elif text:
            fields["#text"] = text
        if self._open:
            self._append(self._open[-1][1], tag, value)
        else:
            self.root = (tag, self._as_arrays(value, (tag,)))

    def _append(self, fields: dict[str, Any], tag: str, value: Any) -> None:
        if tag not in fields:
            fields[tag] = value
        elif isinstance(fields[tag], list):
            fields[tag].append(value)
        else:
            fields[tag] = [fields[tag], value]
            self._repeats.add((*(name for name, _, _ in self._open), tag))

    def _as_arrays(self, value: Any, place: tuple[str, ...]) -> Any:
        """Make an element that repeats somewhere an array everywhere, also where it stands alone."""
        if isinstance(value, list):
            return [self._as_arrays(item, place) for item in value]
        if not isinstance(value, dict):
            return value
        found: dict[str, Any] = {}
        for key, inner in value.items():
            below = (*place, key)
            made = self._as_arrays(inner, below)
            found[key] = [made] if below in self._repeats and not isinstance(inner, list) else made
        return found

    def refuse(self, *_: Any) -> None:
        raise RecordError(
            "CW-XML-DTD",
            "the document declares a document type or entities, which are not read",
            where=self.name,
            expected="XML without <!DOCTYPE>",
            fix="remove the declaration",
        )


def read_xml(path: Path) -> list[dict[str, Any]]:
    """The records of the document at `path`.

    Raises:
        RecordError: not well formed, a document type, or too deep.
    """
    builder = _Builder(str(path))
    parser = expat.ParserCreate(namespace_separator=None)
    parser.buffer_text = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.text
    parser.StartDoctypeDeclHandler = builder.refuse
    parser.EntityDeclHandler = builder.refuse
    try:
        parser.Parse(path.read_bytes(), True)
    except expat.ExpatError as error:
        got = f"{expat.ErrorString(error.code)} at line {error.lineno}, column {error.offset + 1}"
        raise _bad(str(path), got, "well-formed XML") from error
    assert builder.root is not None  # expat refuses a document without an element
    return _records(builder.root)


def _records(root: tuple[str, Any]) -> list[dict[str, Any]]:
    tag, value = root
    if not isinstance(value, dict):
        return [{tag: value}]
    inner = [item for key, item in value.items() if not key.startswith(("@", "#"))]
    if len(inner) == 1 and isinstance(inner[0], list) and all(isinstance(item, dict) for item in inner[0]):
        return list(inner[0])
    return [value]


def _bad(name: str, got: str, expected: str) -> RecordError:
    return RecordError("CW-XML", "the XML cannot be read", where=name, got=got, expected=expected)
