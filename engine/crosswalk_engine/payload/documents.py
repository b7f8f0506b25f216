"""Typed documents: strict YAML read into a pydantic model, every fault with file, line and a suggestion."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final, Self, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, PrivateAttr, ValidationError

from crosswalk_engine.errors import Finding, FindingsError, masked
from crosswalk_engine.payload.nearest import did_you_mean
from crosswalk_engine.payload.secrets import find_secrets, looks_secret, pointer
from crosswalk_engine.payload.upgrades import STEPS, Steps, split_format, upgraded
from crosswalk_engine.payload.yaml import Place, YamlDocument, load_yaml

#: Names of documents are also names of files, in any file system.
NAME: Final = r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}"


class Strict(BaseModel):
    """A part of a document: unknown keys are refused, and it never changes."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a document was read. It takes no part in comparisons: equal text in two files is equal."""

    where: str = field(default="", compare=False)
    lines: Mapping[Place, int] = field(default_factory=dict, compare=False, repr=False)


class Document(Strict):
    """A whole document that knows the file and the lines it came from, for findings."""

    #: Keys at the top whose values are hashes on purpose, and so look random.
    hashes_under: ClassVar[frozenset[str]] = frozenset()

    _source: Source = PrivateAttr(default_factory=Source)

    @property
    def where(self) -> str:
        """The file; empty for a document that was built in memory."""
        return self._source.where

    def at(self, *place: str | int) -> str:
        """``file:line`` of a place such as ``("rules", 3, "formula")``; the place itself without a file.

        A file without lines (in a release, programs wrote it) gives ``file /rules/3/formula``.
        """
        if not self._source.lines:
            return f"{self._source.where} {pointer(place)}".strip()
        return YamlDocument(None, self._source.where, self._source.lines).at(place)

    def read_from(self, where: str) -> Self:
        """This document, for findings: read from the file `where`, which has no lines."""
        self._source = Source(where)
        return self


Model = TypeVar("Model", bound=BaseModel)


def load_document(
    raw: bytes | str, model: type[Model], *, where: str, steps: Steps = STEPS
) -> tuple[Model, YamlDocument]:
    """The document in `raw` as a `model`, and the YAML it came from (for the lines of later findings).

    A document of an earlier version is brought up by `steps`, in memory.

    Raises:
        FindingsError: CW-YAML when it is not strict YAML, CW-DOCUMENT with every fault of its content.
    """
    document = upgraded(load_yaml(raw, where=where), steps)
    checked = validate(document, model)
    if isinstance(checked, Document):
        checked._source = Source(document.where, document.lines)
    return checked, document


def validate(document: YamlDocument, model: type[Model]) -> Model:
    """The data of `document` as a `model`; it must hold no secrets.

    Raises:
        FindingsError: CW-DOCUMENT, all faults at once.
    """
    if not isinstance(document.data, dict):
        kind = "a list" if isinstance(document.data, list) else "a single value"
        message = f"the document is {kind}, not keys with values"
        raise FindingsError(
            "CW-DOCUMENT",
            f"{document.where} cannot be used",
            [Finding(document.at(()), "CW-DOCUMENT-VALUE", "error", message)],
        )
    misfit = _format_finding(document, model)
    if misfit is not None:
        # Its keys may be right for what it is: nothing else can be said.
        raise FindingsError("CW-DOCUMENT", f"{document.where} cannot be used", [misfit])
    hashes = model.hashes_under if issubclass(model, Document) else frozenset()
    findings = list(secret_findings(document, hashes_under=hashes))
    hidden = bool(findings)
    try:
        checked = model.model_validate(document.data)
    except ValidationError as error:
        findings += _findings(error, document, model, hidden)
    if findings:
        raise FindingsError("CW-DOCUMENT", f"{document.where} cannot be used", findings)
    return checked


def _format_finding(document: YamlDocument, model: type[BaseModel]) -> Finding | None:
    """What is wrong with the document's `format`; every stored document says what it is."""
    wanted = (
        next(iter(get_args(model.model_fields["format"].annotation)), None) if _has_format(model) else None
    )
    stated = document.data.get("format")
    if wanted is None or stated == wanted:
        return None
    where = document.at(("format",))
    if stated is None:
        message = "the document does not say what it is: the key 'format' is missing"
        return Finding(where, "CW-DOCUMENT-FORMAT", "error", message, f"write format: {wanted}")
    ours, theirs = split_format(wanted), split_format(stated)
    if ours is None or theirs is None or ours[0] != theirs[0]:
        shown = "something else" if looks_secret(str(stated)) else f"'{masked(stated, 40)}'"
        message = f"the format is {shown}; here stands a {wanted}"
        return Finding(where, "CW-DOCUMENT-FORMAT", "error", message, did_you_mean(str(stated), [wanted]))
    newer = theirs[1] > ours[1]
    message = f"the document is {masked(stated, 40)}; this version of Crosswalk reads {wanted}"
    hint = "read it with a newer Crosswalk" if newer else "no step leads from there to here"
    return Finding(where, "CW-DOCUMENT-VERSION", "error", message, hint)


def _has_format(model: type[BaseModel]) -> bool:
    return "format" in model.model_fields


def secret_findings(
    document: YamlDocument, *, hashes_under: frozenset[str] = frozenset()
) -> Iterator[Finding]:
    """One finding for each place that looks like a secret; the value is not shown."""
    plain = {key: part for key, part in document.data.items() if key in hashes_under}
    rest = {key: part for key, part in document.data.items() if key not in hashes_under}
    for place, looks_like in (*find_secrets(rest), *find_secrets(plain, random_too=False)):
        yield Finding(
            document.at(place),
            "CW-SECRET",
            "error",
            f"{pointer(place)} looks like {looks_like}",
            "write a reference instead: env:NAME, file:PATH or keyring:NAME",
        )


def _findings(
    error: ValidationError, document: YamlDocument, model: type[BaseModel], hidden: bool
) -> Iterator[Finding]:
    schema: dict[str, Any] | None = None
    faults = error.errors(include_url=False)
    inside = {fault["loc"][:length] for fault in faults for length in range(1, len(fault["loc"]))}
    for fault in faults:
        kind = fault["type"]
        if kind == "too_short" and fault["loc"] in inside:
            # Its elements are there, but have faults of their own.
            continue
        place = _place(document.data, fault["loc"], about_key=kind in ("missing", "extra_forbidden"))
        where, shown = document.at(place), _shown(place)
        if kind == "extra_forbidden":
            schema = schema or model.model_json_schema(by_alias=True)
            known = _known_keys(schema, place[:-1])
            suggestion = _instead(str(place[-1]), fault["input"], known)
            message = f"unknown key '{masked(place[-1], 40)}'{_under(place)}"
            yield Finding(where, "CW-DOCUMENT-UNKNOWN-KEY", "error", message, suggestion)
        elif kind == "missing":
            message = f"the key '{place[-1]}' is missing{_under(place)}"
            yield Finding(where, "CW-DOCUMENT-MISSING-KEY", "error", message)
        else:
            got = "" if hidden or isinstance(fault["input"], dict | list) else f", not {_got(fault['input'])}"
            message = f"{shown}: {_in_words(fault)}{got}"
            yield Finding(where, "CW-DOCUMENT-VALUE", "error", message)


def _place(data: Any, loc: tuple[int | str, ...], *, about_key: bool) -> Place:
    """pydantic's location without the tags of unions, which are no part of the document.

    `about_key`: the fault is about the last part as a key, which may be absent, not about its value.
    """
    place: list[str | int] = []
    walked = loc[:-1] if about_key else loc
    for index, part in enumerate(walked):
        if not _holds(data, part):
            continue
        child = data[part]
        # A tag may be named like a key (`each`): it is the tag when the way cannot go on below that key.
        is_scalar = not isinstance(child, dict | list)
        if is_scalar and (about_key or (index + 1 < len(walked) and _holds(data, walked[index + 1]))):
            continue
        data = child
        place.append(part)
    return (*place, loc[-1]) if about_key and loc else tuple(place)


def _holds(data: Any, part: str | int) -> bool:
    if isinstance(data, dict):
        return part in data
    return isinstance(data, list) and isinstance(part, int) and part < len(data)


def _known_keys(schema: dict[str, Any], place: Place) -> frozenset[str]:
    """The keys that the model has at `place`, read from its JSON schema; of all alternatives there."""
    nodes = _alternatives(schema, schema)
    for part in place:
        below: list[dict[str, Any]] = []
        for node in nodes:
            inner = node.get("items") if isinstance(part, int) else _property(node, part)
            if isinstance(inner, dict):
                below += _alternatives(schema, inner)
        nodes = below
    return frozenset(key for node in nodes for key in node.get("properties", {}))


def _property(node: dict[str, Any], key: str) -> Any:
    return node.get("properties", {}).get(key, node.get("additionalProperties"))


def _alternatives(schema: dict[str, Any], node: dict[str, Any]) -> list[dict[str, Any]]:
    if "$ref" in node:
        return _alternatives(schema, schema["$defs"][node["$ref"].rpartition("/")[2]])
    options = node.get("anyOf", []) + node.get("oneOf", [])
    return [found for option in options for found in _alternatives(schema, option)] or [node]


def _instead(key: str, value: Any, known: frozenset[str]) -> str:
    if value is None and not key.isidentifier():
        # `{formula: ROUND(a, 2)}`: YAML ends the text at the comma and takes `2)` for a key.
        return "a comma ends a text between { and }: put the text in quotes"
    return did_you_mean(key, known) or f"known keys: {', '.join(sorted(known))}"


def _got(value: Any) -> str:
    return "empty" if value is None else f"'{masked(value, 40)}'"


def _shown(place: Place) -> str:
    return pointer(place) if place else "the document"


def _under(place: Place) -> str:
    return f" in {pointer(place[:-1])}" if len(place) > 1 else ""


#: pydantic's words for types, and what they are called in YAML.
_WORDS = {
    "a valid tuple": "a list",
    "a valid list": "a list",
    "a valid string": "text",
    "a valid boolean": "true or false",
    "a valid integer": "a whole number",
    "a valid number": "a number",
}


def _in_words(fault: Mapping[str, Any]) -> str:
    if fault["type"] == "string_pattern_mismatch" and NAME in fault["ctx"]["pattern"]:
        return "a name has up to 100 letters, digits, `.`, `_` and `-`, and begins with a letter or digit"
    return _plain(fault["msg"])


def _plain(message: str) -> str:
    """pydantic's sentence without its marks of origin, in the words of YAML."""
    message = message.removeprefix("Value error, ").removeprefix("Input ")
    message = re.sub(
        r"(?:Tuple|List) should have (at least \d+ items?) after.*", r"there should be \1", message
    )
    message = re.sub("a valid dictionary( or .*)?", "keys with values", message)
    for theirs, ours in _WORDS.items():
        message = message.replace(theirs, ours)
    return message[:1].lower() + message[1:]
