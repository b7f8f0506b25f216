"""Bytes to the XML parser, chunk by chunk; where one document follows another, to a new parser."""

from collections.abc import Callable
from typing import Any
from xml.parsers import expat

from crosswalk_engine.payload.text import BOM
from crosswalk_engine.payload.xml_faults import SECOND_DOCUMENT

#: Bytes given to the parser at once.
CHUNK = 65_536


class UnknownEncodingError(Exception):
    """The document declares an encoding that the parser does not know."""


class Feed:
    """One stream of documents.

    Args:
        prepare: sets the handlers of a new parser.
        closed: whether the root of the current document has ended.
        encoding: chosen by a person; `None` is what the document says.
    """

    def __init__(
        self,
        prepare: Callable[[Any], None],
        closed: Callable[[], bool],
        encoding: str | None = None,
        first_line: int = 1,
    ) -> None:
        self._prepare, self._closed, self._encoding = prepare, closed, encoding
        self._given = 0
        self._before, self._current = b"", b""
        self._lines = first_line - 1
        self.documents = 0
        self.parser = self._new()

    @property
    def line(self) -> int:
        """The line where the parser stands, from 1."""
        return self._lines + int(self.parser.CurrentLineNumber)

    @property
    def column(self) -> int:
        """The column where the parser stands, from 1."""
        return int(self.parser.CurrentColumnNumber) + 1

    @property
    def index(self) -> int:
        """The byte of the current document where the parser stands."""
        return int(self.parser.CurrentByteIndex)

    def push(self, data: bytes) -> None:
        """Hands on a chunk.

        Raises:
            ExpatError: it is not well formed.
            UnknownEncodingError: its encoding is not known.
        """
        while data:
            self._current = data
            try:
                self.parser.Parse(data, False)
            except (LookupError, ValueError) as error:
                # Python's codecs were asked, which have none, or one of several bytes a character.
                raise UnknownEncodingError from error
            except expat.ExpatError as error:
                rest = self._next_document(error)
                if rest is None:
                    raise
                data = rest
                continue
            self._given += len(data)
            self._before = data
            return

    def close(self) -> None:
        """Says that nothing more comes.

        Raises:
            ExpatError: the document is not complete.
        """
        self._current = b""
        self.parser.Parse(b"", True)

    def after_fault(self) -> bytes:
        """What stands from the parser's place on, as far as it was handed on."""
        at = self.index - self._given
        whole = self._before + self._current
        return whole[max(0, at + len(self._before)) :]

    def _next_document(self, error: expat.ExpatError) -> bytes | None:
        if not self._closed():
            return None
        rest = self.after_fault()
        if rest.startswith(BOM):
            rest = rest[len(BOM) :]
        elif error.code not in SECOND_DOCUMENT or not rest.startswith(b"<"):
            return None
        self._lines = self.line - 1
        self._given, self._before = 0, b""
        self.parser = self._new()
        return rest

    def _new(self) -> Any:
        parser = expat.ParserCreate(self._encoding, " ")
        parser.namespace_prefixes = True
        parser.ordered_attributes = True
        parser.buffer_text, parser.buffer_size = True, CHUNK
        self.documents += 1
        self._prepare(parser)
        return parser
