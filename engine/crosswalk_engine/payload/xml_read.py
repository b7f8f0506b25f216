"""Records out of XML: one document or several, streamed, or one whole document a line.

Refused: a document type (also a bare one), entities beyond the five, undeclared prefixes, more than 128
levels or 1,000 attributes, and what is not well formed, each with line and column.
"""

from collections.abc import Iterator
from functools import partial
from typing import Any, BinaryIO
from xml.parsers import expat

from crosswalk_engine.errors import RecordError
from crosswalk_engine.payload.item import Item, Note
from crosswalk_engine.payload.limits import Limits
from crosswalk_engine.payload.text import BOM
from crosswalk_engine.payload.xml_build import Builder
from crosswalk_engine.payload.xml_faults import bad_xml, syntax_fault, unknown_encoding
from crosswalk_engine.payload.xml_feed import CHUNK, Feed, UnknownEncodingError
from crosswalk_engine.payload.xml_options import Names, Node, XmlOptions, known_paths
from crosswalk_engine.payload.xml_survey import Survey, survey


class XmlReader:
    """Reads a stream of documents.

    Args:
        record: names of the record's element below the root; empty when roots are records.
        alone: whether nothing else may stand beside the records.
    """

    def __init__(
        self,
        where: str,
        limits: Limits,
        note: Note,
        *,
        record: Names = (),
        known: Node | None = None,
        alone: bool = False,
        encoding: str | None = None,
        first_line: int = 1,
        names: dict[str, str] | None = None,
    ) -> None:
        self._where, self._limits = where, limits
        self._declared: str | None = encoding
        self._builder = Builder(record, known or Node(), limits, note, alone=alone, names=names)
        self._builder.where, self._builder.line = self._place, lambda: self._feed.line
        self._builder.index = lambda: self._feed.index
        self._depth = 0
        self._closed = False
        self._begun = 0
        self._feed: Feed
        self._feed = Feed(self._prepare, lambda: self._closed, encoding, first_line)

    def items(self, chunks: Iterator[bytes]) -> Iterator[Item]:
        """``(line, record)`` for each record; a fault behind the first one is the last item.

        Raises:
            RecordError: CW-XML-… or CW-TOO-LARGE, when not even one record could be read.
        """
        ready, some = self._builder.ready, False
        try:
            for chunk in chunks:
                self._push(chunk)
                yield from ready
                some = some or bool(ready)
                ready.clear()
            self._finish()
        except RecordError as error:
            yield from ready
            if not some and not ready:
                raise
            yield self._feed.line, error
            return
        yield from ready

    def whole(self, raw: bytes) -> list[Item]:
        """The records of one whole document.

        Raises:
            RecordError: CW-XML-….
        """
        self._push(raw)
        self._finish()
        return list(self._builder.ready)

    def _push(self, chunk: bytes) -> None:
        try:
            self._feed.push(chunk)
        except expat.ExpatError as error:
            raise self._fault(error) from error
        except UnknownEncodingError as error:
            raise unknown_encoding(self._place(), self._declared) from error
        self._builder.check_size()

    def _finish(self) -> None:
        try:
            self._feed.close()
        except expat.ExpatError as error:
            raise self._fault(error) from error

    def _fault(self, error: expat.ExpatError) -> RecordError:
        return syntax_fault(error, self._place(), self._declared, self._feed.after_fault())

    def _place(self) -> str:
        return f"{self._where}:{self._feed.line}:{self._feed.column}"

    def _prepare(self, parser: Any) -> None:
        self._closed = False
        self._builder.restart(parser, self._close)
        parser.StartDoctypeDeclHandler = self._refuse
        parser.XmlDeclHandler = self._declare

    def _close(self) -> None:
        self._closed = True

    def _declare(self, version: str, encoding: str | None, standalone: int) -> None:
        self._declared = self._declared or encoding

    def _refuse(self, *_: Any) -> None:
        raise bad_xml(
            "CW-XML-DTD",
            "the document has a document type, which is never read",
            self._place(),
            got="<!DOCTYPE",
            expected="XML without a document type",
            fix="remove the declaration",
        )


def read_xml(
    stream: BinaryIO, where: str, limits: Limits, options: XmlOptions, note: Note, encoding: str | None = None
) -> Iterator[Item]:
    """The records of a stream of XML that can be read twice."""
    record, alone, repeated = options.record, False, options.repeated
    if options.look or not record:
        found = _surveyed(stream, encoding, repeats=options.look)
        if not record:
            record, alone = found.record, True
        repeated |= _below(found.repeated, found.record, record)
    known = known_paths(repeated, options.read)
    reader = XmlReader(where, limits, note, record=record, known=known, alone=alone, encoding=encoding)
    yield from reader.items(_chunks(stream))


def read_xml_lines(
    chunks: Iterator[bytes],
    where: str,
    limits: Limits,
    options: XmlOptions,
    note: Note,
    *,
    stream: BinaryIO | None = None,
    first_line: int = 1,
) -> Iterator[Item]:
    """The record of each line, which holds one whole document; a bad one does not hide the others.

    `stream` is what `chunks` will be read from: it is surveyed before, if the options say so.
    """
    known = options.known
    if stream is not None and options.look:
        found = _surveyed(stream, None, repeats=True).repeated
        known = known_paths(options.repeated | _below(found, (), options.record), options.read)
    names: dict[str, str] = {}
    make = partial(XmlReader, where, limits, note, record=options.record, known=known, names=names)
    line = first_line - 1
    for chunk in chunks:
        line += 1
        if len(chunk) > limits.record_bytes and not chunk.endswith(b"\n"):
            for rest in chunks:
                if rest.endswith(b"\n"):
                    break
            expected = f"at most {limits.record_bytes / 1e6:.0f} MB a line"
            yield (
                line,
                RecordError(
                    "CW-TOO-LARGE", "one record is too large", where=f"{where}:{line}", expected=expected
                ),
            )
            continue
        body = chunk.removeprefix(BOM) if line == 1 else chunk
        if not body.strip():
            continue
        try:
            yield from make(first_line=line).whole(body)
        except RecordError as error:
            yield line, error


def _surveyed(stream: BinaryIO, encoding: str | None, *, repeats: bool) -> Survey:
    start = stream.tell()
    found = survey(_chunks(stream), encoding, repeats=repeats)
    stream.seek(start)
    return found


def _below(repeated: frozenset[Names], found: Names, record: Names) -> frozenset[Names]:
    """Paths below `found` as paths below `record`."""
    if found == record:
        return repeated
    whole = {(*found, *names) for names in repeated}
    return frozenset(names[len(record) :] for names in whole if names[: len(record)] == record) - {()}


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    return iter(partial(stream.read, CHUNK), b"")
