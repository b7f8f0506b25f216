"""A first look at XML: which elements are the records, and which of their parts repeat somewhere.

The root is the record, unless it holds nothing but two or more elements of one name that have parts of their
own: then those are. Several documents one after another are a record each.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from xml.parsers import expat

from crosswalk_engine.payload.limits import DEFAULT
from crosswalk_engine.payload.xml_feed import Feed, UnknownEncodingError
from crosswalk_engine.payload.xml_options import Names

#: So much is read to see which elements are the records; what comes later is checked while it is read.
WINDOW = 20_000_000
#: Paths of repeated parts that are kept; each may be as long as elements may be nested.
_MOST_PATHS = 20_000


@dataclass(frozen=True, slots=True)
class Survey:
    """What a first look found; `record` is empty when the root is the record."""

    record: Names
    repeated: frozenset[Names]


class _Stop(Exception):  # noqa: N818  no error: enough is known
    pass


class _Look:
    """Follows the names of one document after another."""

    def __init__(self, *, whole: bool) -> None:
        self.repeats: set[Names] = set()
        self._whole = whole
        self._begin()

    def prepare(self, parser: Any) -> None:
        """Follows a new document."""
        self._begin()
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = self._text
        parser.StartDoctypeDeclHandler = _stop

    def _begin(self) -> None:
        self.depth = 0
        self.closed = False
        self._has_parts = False
        self.parts: str | None = None  # the one name below the root, "" when there are several
        self.count = 0
        self.structured = True
        self._path: list[str] = []
        self._seen: list[set[str]] = []

    def enter(self, *_: Any) -> None:
        """One level deeper."""
        self.depth += 1
        if self.depth > DEFAULT.xml_depth:
            raise _Stop

    def leave(self, *_: Any) -> None:
        """One level back."""
        self.depth -= 1

    def _start(self, tag: str, attributes: list[str]) -> None:
        self.enter()
        name = tag.split(" ", 2)[1] if " " in tag else tag
        if self.depth == 2:
            self._part(name, bool(attributes))
        elif self.depth == 3:
            self._has_parts = True
        if self._whole:
            if self._seen:
                if name in self._seen[-1] and len(self.repeats) < _MOST_PATHS:
                    self.repeats.add((*self._path[1:], name))
                self._seen[-1].add(name)
            self._path.append(name)
            self._seen.append(set())

    def _end(self, tag: str) -> None:
        if self.depth == 2 and not self._has_parts:
            self.structured = False
        self.depth -= 1
        if self._whole:
            self._path.pop()
            self._seen.pop()
        self.closed = self.depth == 0

    def _part(self, name: str, structured: bool) -> None:
        self.count += 1
        self._has_parts = structured
        if self.parts is None:
            self.parts = name
        elif self.parts != name:
            self.parts = ""
            if not self._whole:
                raise _Stop

    def _text(self, data: str) -> None:
        if self.depth == 1 and not data.isspace():
            self.structured = False

    @property
    def is_list(self) -> bool:
        """Whether the root holds nothing but repeats of one element that has parts."""
        return bool(self.parts) and self.count > 1 and self.structured


def survey(chunks: Iterator[bytes], encoding: str | None, *, repeats: bool) -> Survey:
    """Looks at a document; with `repeats` at all of it, and of those behind it.

    A fault ends the look: who reads the records comes to it and says it better.
    """
    look = _Look(whole=repeats)
    feed = Feed(look.prepare, lambda: look.closed, encoding)
    total = 0
    try:
        for chunk in chunks:
            total += len(chunk)
            feed.push(chunk)
            if not repeats and (feed.documents > 1 or total > WINDOW):
                break
    except (_Stop, expat.ExpatError, UnknownEncodingError):
        pass
    parts = look.parts if feed.documents == 1 and look.is_list else None
    record = () if parts is None else (parts,)
    below = {names[len(record) :] for names in look.repeats if names[: len(record)] == record}
    return Survey(record, frozenset(below - {()}))


def is_document(raw: bytes) -> bool:
    """Whether `raw` is one whole well-formed document that is not nested too deep."""
    parser = expat.ParserCreate()
    look = _Look(whole=False)
    parser.StartElementHandler, parser.EndElementHandler = look.enter, look.leave
    try:
        parser.Parse(raw, True)
    except (_Stop, expat.ExpatError, LookupError, ValueError):
        return False
    return True


def _stop(*_: Any) -> None:
    raise _Stop
