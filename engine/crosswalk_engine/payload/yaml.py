"""Strict YAML: the part of YAML 1.2 that reads the same to everybody.

Only ``true`` and ``false`` are booleans, only plain decimal numbers are numbers, dates stay text, keys are
always text. What other readers would turn into something else (``no``, ``012``, ``1:30``, ``1e3``) must be
quoted. Duplicate keys, anchors, aliases, tags and a second document are refused. Every finding has its line.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import yaml

from crosswalk_engine.errors import Finding, FindingsError, masked
from crosswalk_engine.payload.limits import DEFAULT
from crosswalk_engine.payload.text import UnreadableTextError, read_text

#: Documents are written by people; 2 MB of YAML is more than anybody reviews.
MAX_BYTES = 2_000_000
#: Findings of one kind; who made so many knows by then.
MAX_ALIKE = 50
Place = tuple[str | int, ...]

_INTEGER = re.compile(r"-?(?:0|[1-9]\d*)")
_DECIMAL = re.compile(r"-?(?:0|[1-9]\d*)\.\d+")
_WORD = re.compile(r"(?i:yes|no|on|off|true|false|null|none|\.nan|[-+]?\.inf)")
_ODD_NUMBER = re.compile(
    r"[-+]?(?:0[xX][\da-fA-F_]+|0[oO]?[0-7_]+|0b[01_]+|\d[\d_]*(?:\.[\d_]*)?(?:[eE][-+]?\d+)?"
    r"|\.\d[\d_]*(?:[eE][-+]?\d+)?|\d+(?::[0-5]?\d)+(?:\.\d*)?)"
)
_QUOTE = "a text with `: ` or ` #` in it, or one that begins with a sign, stands in quotes"
_QUOTE_IN_BRACES = "between { and } a text with a comma or brackets stands in quotes"
#: libyaml's parser where the wheel has it (ten times as fast), PyYAML's own otherwise: same events.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class YamlDocument:
    """Data, and the line on which each part of it stands.

    `lines` maps a place (keys and indexes from the root) to its line, from 1; a mapping's entry stands where
    its key stands.
    """

    data: Any
    where: str
    lines: Mapping[Place, int] = field(repr=False)

    def line(self, place: Place) -> int:
        """The line of `place`, or of the nearest part above it that exists."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)

    def at(self, place: Place) -> str:
        """``file:line`` of `place`."""
        return f"{self.where}:{self.line(place)}"


def load_yaml(raw: bytes | str, *, where: str) -> YamlDocument:
    """The one document in `raw`.

    Raises:
        FindingsError: CW-YAML, all findings at once, each with ``where:line``.
    """
    builder = _Builder(where)
    data = builder.build(raw)
    if builder.findings:
        raise FindingsError("CW-YAML", "a document cannot be read", builder.findings)
    return YamlDocument(data, where, builder.lines)


class _StopError(Exception):
    """No sense in reading on; the reason is among the findings."""


class _Builder:
    def __init__(self, where: str) -> None:
        self.where = where
        self.findings: list[Finding] = []
        self.lines: dict[Place, int] = {}
        self.alike: Counter[str] = Counter()

    def build(self, raw: bytes | str) -> Any:
        try:
            text = self._text(raw)
            events = self._events(text)
            return self._document(events)
        except _StopError:
            return None

    def _text(self, raw: bytes | str) -> str:
        encoded = raw.encode("utf-8", "surrogatepass") if isinstance(raw, str) else raw
        if len(encoded) > MAX_BYTES:
            size = f"{len(encoded) / 1e6:.1f} MB"
            raise self._stop(1, "SIZE", f"the document has {size}; the limit is {MAX_BYTES / 1e6:.0f} MB")
        try:
            return read_text(encoded)
        except UnreadableTextError as error:
            got = f": {error.got}" if error.got and error.code != "NOT-TEXT" else ""
            raise self._stop(error.line or 1, error.code, error.what + got, error.fix) from error

    def _events(self, text: str) -> Iterator[yaml.Event]:
        try:
            yield from yaml.parse(text, Loader=_LOADER)
        except yaml.YAMLError as error:
            raise self._syntax(error, text) from error

    def _syntax(self, error: Any, text: str) -> _StopError:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        line = 1 if mark is None else mark.line + 1
        rows = text.splitlines()
        row = rows[line - 1] if line <= len(rows) else ""
        if "\t" in row[: len(row) - len(row.lstrip())]:
            return self._stop(line, "TAB", "the line is indented with a tab", "indent with spaces")
        problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "not YAML"
        if "nesting depth" in problem:
            # The parser looks ahead and gives up before the events of the outer levels come.
            return self._stop(line, "DEPTH", f"nested deeper than {DEFAULT.depth}")
        column = "" if mark is None else f" at column {mark.column + 1}"
        opened = getattr(error, "context_mark", None)
        if opened is not None and opened.line + 1 != line:
            column += f" ({error.context}, begun at line {opened.line + 1})"
        hint = _QUOTE_IN_BRACES if "{" in row else _QUOTE
        return self._stop(line, "SYNTAX", f"the line cannot be read{column}: {masked(problem)}", hint)

    def _document(self, events: Iterator[yaml.Event]) -> Any:
        data: Any = None
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents == 2:
                    raise self._stop(_line(event), "SECOND", "a second document begins here", "one per file")
            elif isinstance(event, yaml.NodeEvent):
                data = self._node(event, events, (), 0)
        if documents == 0:
            raise self._stop(1, "EMPTY", "the file holds only comments")
        return data

    def _node(self, event: yaml.Event, events: Iterator[yaml.Event], place: Place, depth: int) -> Any:
        self.lines.setdefault(place, _line(event))
        if depth > DEFAULT.depth:
            raise self._stop(_line(event), "DEPTH", f"nested deeper than {DEFAULT.depth}")
        if isinstance(event, yaml.AliasEvent):
            self._note(event, "ANCHOR", f"an alias (*{event.anchor}) stands here", "write the value out")
            return None
        self._check_properties(event)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(events, place, depth)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(events, place, depth)
        assert isinstance(event, yaml.ScalarEvent)
        return self._scalar(event)

    def _check_properties(self, event: Any) -> None:
        if event.anchor is not None:
            self._note(event, "ANCHOR", f"an anchor (&{event.anchor}) stands here", "write the value out")
        if event.tag is not None:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            self._note(event, "TAG", f"a tag ({masked(tag, 40)}) stands here", "write the plain value")

    def _mapping(self, events: Iterator[yaml.Event], place: Place, depth: int) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for event in events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            key = self._key(event)
            here = (*place, key)
            if key in data:
                message = f"the key '{masked(key, 40)}' stands at line {self.lines[here]} already"
                self._note(event, "DUPLICATE", message, "keep one of the two")
            self.lines.setdefault(here, _line(event))
            data[key] = self._node(next(events), events, here, depth + 1)
        return data

    def _key(self, event: yaml.Event) -> str:
        if isinstance(event, yaml.ScalarEvent):
            self._check_properties(event)
            if event.value == "<<" and not event.style:
                self._note(event, "ANCHOR", "a merge key (<<) stands here", "write the keys out")
            return str(event.value)
        raise self._stop(_line(event), "KEY", "a key is a list, a mapping or an alias", "a key is one text")

    def _sequence(self, events: Iterator[yaml.Event], place: Place, depth: int) -> list[Any]:
        data: list[Any] = []
        for event in events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            data.append(self._node(event, events, (*place, len(data)), depth + 1))
        return data

    def _scalar(self, event: yaml.ScalarEvent) -> Any:
        text: str = event.value
        if event.style:
            return text
        if text in ("", "null", "~"):
            return None
        if text in ("true", "false"):
            return text == "true"
        number = _number(text)
        if number is not None:
            return number
        surprise = _surprise(text)
        if surprise:
            self._note(
                event, "AMBIGUOUS", f"{masked(text, 40)} {surprise}", f'write "{masked(text, 40)}" in quotes'
            )
        return text

    def _note(self, event: yaml.Event, kind: str, message: str, suggestion: str = "") -> None:
        self._add(_line(event), kind, message, suggestion)
        self.alike[kind] += 1
        if self.alike[kind] == MAX_ALIKE:
            raise self._stop(
                _line(event), kind, f"{MAX_ALIKE} of this kind stand up to here; the rest is not read"
            )

    def _stop(self, line: int, kind: str, message: str, suggestion: str = "") -> _StopError:
        self._add(line, kind, message, suggestion)
        return _StopError()

    def _add(self, line: int, kind: str, message: str, suggestion: str) -> None:
        self.findings.append(Finding(f"{self.where}:{line}", f"CW-YAML-{kind}", "error", message, suggestion))


def _line(event: yaml.Event) -> int:
    mark = event.start_mark
    return 1 if mark is None else mark.line + 1


def _number(text: str) -> int | Decimal | None:
    if len(text) > DEFAULT.digits:
        return None
    if _INTEGER.fullmatch(text):
        return int(text)
    return Decimal(text) if _DECIMAL.fullmatch(text) else None


def _surprise(text: str) -> str:
    """Why some reader of YAML would take the plain `text` for something else; empty when none would."""
    if _WORD.fullmatch(text):
        return "is a text here, but a boolean or null to other readers (here: true, false, null)"
    if _ODD_NUMBER.fullmatch(text):
        return "reads as different numbers, or as text, to different readers"
    return ""


class _Dumper(yaml.SafeDumper):
    """Writes so that `load_yaml` reads the same data back."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _dump_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    plain = not _surprise(text) and _number(text) is None and text not in ("", "null", "~", "true", "false")
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=None if plain else '"')


def _dump_decimal(dumper: yaml.SafeDumper, number: Decimal) -> yaml.ScalarNode:
    text = f"{number:f}"
    return dumper.represent_scalar("tag:yaml.org,2002:float", text if "." in text else f"{text}.0")


def _dump_float(dumper: yaml.SafeDumper, number: float) -> yaml.ScalarNode:
    return _dump_decimal(dumper, Decimal(repr(number)))


_Dumper.add_representer(str, _dump_text)
_Dumper.add_representer(float, _dump_float)
_Dumper.add_representer(Decimal, _dump_decimal)


def dump_yaml(data: Any) -> str:
    """`data` (texts, integers, decimals, booleans, nulls, lists, dicts with text keys) as strict YAML.

    Keys keep their order; ``load_yaml(dump_yaml(data)).data == data``.
    """
    return yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=1_000)
