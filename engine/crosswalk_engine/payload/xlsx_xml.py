"""The XML parts of a workbook, streamed to handlers within the limit of nesting; no part is held whole."""

import zipfile
from collections.abc import Callable, Iterator
from typing import Any
from xml.parsers import expat

from crosswalk_engine.payload.limits import DEFAULT
from crosswalk_engine.payload.xlsx_faults import bomb, damaged

_PIECE = 1 << 16
#: Elements of one part: five million cells with value and formula, and their rows, come to 17 million.
MAX_ELEMENTS = 20_000_000


class PartHandlers:
    """Follows one part; who reads a part of one kind says what its elements mean."""

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        """An element of this local name begins."""

    def finish(self, name: str) -> None:
        """It ends."""

    def text(self, data: str) -> None:
        """Text stands in it."""


def follow(archive: zipfile.ZipFile, part: str, handlers: PartHandlers, where: str) -> Iterator[None]:
    """Hands the part on piece by piece, and stops after each.

    Raises:
        RecordError: CW-XLSX or CW-XLSX-BOMB: it is not well formed, has a document type, is too deep or long.
        KeyError: there is no such part.
    """
    names: dict[str, str] = {}
    depth = elements = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth, elements
        depth += 1
        elements += 1
        if elements > MAX_ELEMENTS:
            raise bomb(f"more than {MAX_ELEMENTS:,} elements in {part}", f"at most {MAX_ELEMENTS:,}", where)
        if depth > DEFAULT.xml_depth:
            raise damaged(where, f"more than {DEFAULT.xml_depth} levels in {part}")
        name = names.get(tag) or names.setdefault(tag, tag.rpartition(":")[2])
        handlers.begin(name, attributes)

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1
        handlers.finish(names[tag])

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = handlers.text
    parser.StartDoctypeDeclHandler = _refusing(f"a document type in {part}", where)
    with archive.open(part) as file:
        while piece := file.read(_PIECE):
            _parse(parser, piece, part, where)
            yield
    _parse(parser, None, part, where)
    yield


def _parse(parser: Any, piece: bytes | None, part: str, where: str) -> None:
    try:
        parser.Parse(piece or b"", piece is None)
    except expat.ExpatError as error:
        raise damaged(where, f"line {error.lineno} of {part} is not well-formed XML") from error
    except (LookupError, ValueError) as error:
        raise damaged(where, f"{part} is of an unknown encoding") from error


def _refusing(what: str, where: str) -> Callable[..., None]:
    def refuse(*_: object) -> None:
        raise damaged(where, what)

    return refuse
