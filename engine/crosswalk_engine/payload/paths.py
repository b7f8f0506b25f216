"""Paths: how a field of a payload is named.

``parties.customer.email`` is a field of an object in an object. ``[]`` after a name means "each of": the
elements of an array, or the values of an object that is keyed by id (``orderRows[].productSku``). A name that
holds a dot, a bracket, a quote or a space stands in double quotes, a quote in it doubled (``"net.total"``).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from crosswalk_engine.errors import ConfigError, masked

#: No payload is nested deeper (`crosswalk_engine.payload.limits`), so no path is longer.
MAX_SEGMENTS = 64
MAX_LENGTH = 1_000
_PLAIN = r'[^\s."\[\]]+'
_SEGMENT = re.compile(rf'(?:(?P<plain>{_PLAIN})|"(?P<quoted>(?:[^"]|"")+)")(?P<each>(?:\[\])*)')
_IS_PLAIN = re.compile(rf"{_PLAIN}\Z")


class Missing:
    """The type of `MISSING`: there is no such key here (which is not the same as null)."""

    def __repr__(self) -> str:
        return "MISSING"

    def __bool__(self) -> bool:
        return False


MISSING = Missing()


@dataclass(frozen=True, slots=True)
class Segment:
    """One name of a path; `each` counts the ``[]`` after it (2 for an array of arrays)."""

    name: str
    each: int = 0

    def __str__(self) -> str:
        name = self.name if _IS_PLAIN.match(self.name) else '"' + self.name.replace('"', '""') + '"'
        return name + "[]" * self.each


@dataclass(frozen=True, slots=True)
class Path:
    """A parsed path; its text is ``str(path)``, and parsing that text gives an equal path."""

    segments: tuple[Segment, ...]

    @property
    def repeating(self) -> bool:
        """Whether one record can hold several values at this path."""
        return any(segment.each for segment in self.segments)

    @property
    def names(self) -> tuple[str, ...]:
        """The names alone, without ``[]``."""
        return tuple(segment.name for segment in self.segments)

    def __str__(self) -> str:
        return ".".join(map(str, self.segments))


@lru_cache(maxsize=4096)
def parse_path(text: str) -> Path:
    """The path that `text` writes.

    Raises:
        ConfigError: CW-PATH, with the column of the first character that does not fit.
    """
    if not text:
        raise _bad(text, 0, "a path is empty")
    if len(text) > MAX_LENGTH:
        raise _bad(text[:40], MAX_LENGTH, f"a path is longer than {MAX_LENGTH} characters")
    segments: list[Segment] = []
    at = 0
    while True:
        match = _SEGMENT.match(text, at)
        if match is None:
            raise _bad(text, at, "a path has no name where one should stand")
        quoted = match["quoted"]
        name = match["plain"] if quoted is None else quoted.replace('""', '"')
        segments.append(Segment(name, len(match["each"]) // 2))
        at = match.end()
        if at == len(text):
            break
        if text[at] != ".":
            raise _bad(text, at, "a path goes on where it should end or continue with `.`")
        at += 1
    if len(segments) > MAX_SEGMENTS:
        raise _bad(text[:40], 0, f"a path has more than {MAX_SEGMENTS} names")
    return Path(tuple(segments))


def format_path(*names: str, each: bool = False) -> str:
    """The path text of `names`, quoted where needed; with `each`, ``[]`` after the last."""
    segments = [Segment(name) for name in names]
    if each:
        segments[-1] = Segment(names[-1], 1)
    return str(Path(tuple(segments)))


def walk(value: Any, path: Path | str) -> Iterator[tuple[str, Any]]:
    """Every value of `value` at `path`, each with its place, e.g. ``orderRows[318801].productSku``.

    Keys that are absent give nothing; a null on the way gives nothing; a null at the end is a value.
    ``[]`` goes over an array's elements (place: the index from 0) and over an object's values (the key).
    A scalar or an object where the path goes on by name into an array also gives nothing.
    """
    parsed = parse_path(path) if isinstance(path, str) else path
    return _walk(value, parsed.segments, "")


def values(value: Any, path: Path | str) -> list[Any]:
    """The values that `walk` finds, without their places."""
    return [found for _, found in walk(value, path)]


def get(value: Any, path: Path | str) -> Any:
    """The one value at a path without ``[]``, or `MISSING`."""
    for _, found in walk(value, path):
        return found
    return MISSING


def _walk(value: Any, segments: tuple[Segment, ...], place: str) -> Iterator[tuple[str, Any]]:
    if not segments:
        yield place, value
        return
    head, rest = segments[0], segments[1:]
    if not isinstance(value, dict) or head.name not in value:
        return
    here = str(Segment(head.name))
    here = f"{place}.{here}" if place else here
    for inner_place, inner in _each(value[head.name], head.each, here):
        yield from _walk(inner, rest, inner_place)


def _each(value: Any, depth: int, place: str) -> Iterator[tuple[str, Any]]:
    if depth == 0:
        yield place, value
        return
    pairs: Iterator[tuple[object, Any]]
    if isinstance(value, list):
        pairs = iter(enumerate(value))
    elif isinstance(value, dict):
        pairs = iter(value.items())
    else:
        return
    for key, element in pairs:
        yield from _each(element, depth - 1, f"{place}[{key}]")


def _bad(text: str, at: int, what: str) -> ConfigError:
    return ConfigError(
        "CW-PATH",
        what,
        where=f"column {at + 1}",
        got=f"'{masked(text)}'",
        expected="names joined by `.`, `[]` after a repeated one",
        fix='write e.g. orderRows[].productSku; put a name with dots or spaces in "double quotes"',
    )
