"""Which of the accepted forms a file of records has: content decides, and its name must not say another."""

import io
import json
import re
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import PurePath
from typing import BinaryIO, cast

from crosswalk_engine.errors import RecordError, masked
from crosswalk_engine.payload.csv_sniff import is_table
from crosswalk_engine.payload.forms import (
    NDJSON_SUFFIXES,
    Form,
    Named,
    expected,
    named_form,
    wrong_form,
)
from crosswalk_engine.payload.limits import DEFAULT, Limits
from crosswalk_engine.payload.text import BOM, UnreadableTextError, check_head, sniff
from crosswalk_engine.payload.xml_survey import is_document

#: Bytes of the beginning that are looked at.
_HEAD = 4096
_PIECE = 65_536
#: A stream that cannot be read twice is kept in memory up to this size (bytes), beyond it in a file.
_SPOOL = 32_000_000
_BINARY: dict[str, Form] = {"a Parquet file": "parquet", "an Excel workbook": "xlsx"}
_SIGNS = (b"PAR1", b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
#: The beginning of an API reply: a file with one is a list of records, also when it stands on one line.
_REPLY = re.compile(rb'\{\s*"response"\s*:\s*\[')
#: A first line that is nothing but the start of an element.
_MARKUP = re.compile(rb"<[A-Za-z_][^<>,;|\t]*>")
_OLD_OFFICE = "an old Office file (.xls or .doc)"


@dataclass(frozen=True, slots=True)
class Opened:
    """A file whose form is known.

    Attributes:
        chunks: raw lines from the beginning, each at most one byte longer than a record may be.
        stream: the file at its beginning, for the forms that are not read line by line, or looked at before.
        encoding: chosen by a person; `None` is UTF-8, or what XML declares.
    """

    chunks: Iterator[bytes]
    where: str
    form: Form
    limits: Limits
    encoding: str | None = None
    stream: BinaryIO | None = None

    @property
    def lines(self) -> bool:
        """Whether each line is a record of its own."""
        return self.form in ("ndjson", "ndxml")


def open_records(stream: BinaryIO, where: str, limits: Limits, encoding: str | None) -> Opened:
    """The form of what `stream` holds.

    Raises:
        RecordError: CW-EMPTY, CW-NOT-TEXT, CW-ENCODING or CW-NOT-…: it holds none that is read, or another
            than its name says.
    """
    named = named_form(where)
    if encoding is not None and not _extends_ascii(encoding, where):
        # Lines cannot be found in such bytes before they are decoded.
        stream, encoding = _transcoded(stream, encoding, where, limits), None
    if not stream.seekable():
        stream = _spooled(stream) if named not in (None, "json", "csv") else stream
    start = stream.tell() if stream.seekable() else 0
    chunks = _raw_lines(stream, where, limits)
    first, seen = _next_filled(chunks)
    if first is None:
        raise RecordError("CW-EMPTY", "the file is empty", where=where, expected=expected(named))
    form = None if encoding is not None else _binary_form(first, seen, named, chunks)
    if form is None:
        second, more = _next_filled(chunks)
        seen += more
        form = _text_form(first, second, named, where, encoding)
    if form == "json":
        return Opened(_pieces(seen, stream, where, limits), where, form, limits, encoding)
    if form in ("ndjson", "csv"):
        return Opened(chain(seen, chunks), where, form, limits, encoding)
    whole = _whole(stream, start, chain(seen, chunks))
    _check_size(whole, start, where, limits)
    return Opened(_raw_lines(whole, where, limits), where, form, limits, encoding, whole)


def text_error(error: UnreadableTextError, where: str) -> RecordError:
    """A fault of the bytes as a fault of the record or file that they are."""
    place = f"{where}:{error.line}" if error.line else where
    wanted = expected(named_form(where))
    return RecordError(
        f"CW-{error.code}",
        error.what,
        where=place,
        got=error.got,
        expected=f"{wanted} in UTF-8",
        fix=error.fix,
    )


def _binary_form(
    first: bytes, seen: list[bytes], named: Named | None, chunks: Iterator[bytes]
) -> Form | None:
    """Parquet or XLSX, when the content is that and the name does not say something else."""
    if named not in (None, "parquet", "xlsx") or not first.startswith(
        (b"PAR1", b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
    ):
        return None
    while sum(map(len, seen)) < _HEAD and (more := next(chunks, None)) is not None:
        seen.append(more)
    found = sniff(b"".join(seen))
    if found == _OLD_OFFICE and named == "xlsx":
        return "xlsx"
    return _BINARY.get(found)


def _text_form(
    first: bytes, second: bytes | None, named: Named | None, where: str, encoding: str | None
) -> Form:
    start = first.removeprefix(BOM).lstrip()
    if named in (None, "xml") and _is_xml(first, start):
        return "ndxml" if second is not None and is_document(first.removeprefix(BOM)) else "xml"
    try:
        if encoding is None:
            check_head(first)
    except UnreadableTextError as error:
        raise text_error(error, where) from error
    if start.startswith((b"{", b"[")) and (named in (None, "json") or _is_json(first)):
        if named not in (None, "json"):
            raise wrong_form(named, "JSON", f"{where}:1:1", "name the file .json or .ndjson")
        lines = _are_lines(first, second, PurePath(where).suffix.lower() in NDJSON_SUFFIXES)
        return "ndjson" if lines else "json"
    if named == "csv" and (_MARKUP.fullmatch(first.strip()) or is_document(first.removeprefix(BOM))):
        raise wrong_form(named, "XML", f"{where}:1:1", "name an XML file .xml")
    if named == "csv" or (named is None and is_table(first, second)):
        return "csv"
    if named == "json" and _are_lines(first, second, PurePath(where).suffix.lower() in NDJSON_SUFFIXES):
        return "ndjson"
    raise _not_records(first, second, named, where)


def _is_xml(first: bytes, start: bytes) -> bool:
    if first.startswith((b"\xff\xfe", b"\xfe\xff")):
        return first[:64].decode("utf-16", "replace").lstrip().startswith("<")
    return start.startswith(b"<") and sniff(first) in ("", "an XML document")


def _not_records(first: bytes, second: bytes | None, named: Named | None, where: str) -> RecordError:
    start = first.strip()[:200]
    fix = ""
    if start.startswith(b"<"):
        found, fix = "markup (XML or HTML)", "name an XML file .xml"
    elif start.count(b",") >= 2 or start.count(b";") >= 2 or b"\t" in start:
        found, fix = "a table, perhaps CSV", "name a table .csv"
    elif start.startswith(b"---") or b": " in start:
        found = "plain text, perhaps YAML"
    else:
        found = "plain text"
    return wrong_form(named, found, f"{where}:1:1", fix if named in (None, "json") else "")


def _raw_lines(stream: BinaryIO, where: str, limits: Limits) -> Iterator[bytes]:
    total = 0
    while chunk := stream.readline(limits.record_bytes + 1):
        total += len(chunk)
        if limits.file_bytes is not None and total > limits.file_bytes:
            rest = sum(len(more) for more in iter(lambda: stream.read(1 << 20), b""))
            raise _too_large(total + rest, limits.file_bytes, where)
        yield chunk


def _pieces(seen: list[bytes], stream: BinaryIO, where: str, limits: Limits) -> Iterator[bytes]:
    """The file in small pieces, for what need not be read by lines: a line may be the whole of it."""
    total = 0
    for line in seen:
        total += len(line)
        yield from (line[at : at + _PIECE] for at in range(0, len(line), _PIECE))
    while piece := stream.read(_PIECE):
        total += len(piece)
        if limits.file_bytes is not None and total > limits.file_bytes:
            rest = sum(len(more) for more in iter(lambda: stream.read(1 << 20), b""))
            raise _too_large(total + rest, limits.file_bytes, where)
        yield piece


def _too_large(size: int, limit: int, where: str) -> RecordError:
    return RecordError(
        "CW-TOO-LARGE",
        "the file is too large for a sample",
        where=where,
        got=f"{size / 1e6:.1f} MB",
        expected=f"at most {limit / 1e6:.0f} MB",
        fix="send a part of it: a few hundred records are enough",
    )


def _next_filled(chunks: Iterator[bytes]) -> tuple[bytes | None, list[bytes]]:
    """The next line with something on it, and all lines taken to find it."""
    seen: list[bytes] = []
    for chunk in chunks:
        seen.append(chunk)
        if chunk.removeprefix(BOM).strip():
            return chunk, seen
    return None, seen


def _are_lines(first: bytes, second: bytes | None, named_ndjson: bool) -> bool:
    start = first.removeprefix(BOM).strip()
    if start in (b"{", b"["):
        return False
    if _is_complete(first):
        return second is not None or not (start.startswith(b"[") or _REPLY.match(start))
    follows = second is not None and second.lstrip().startswith(b"{") and _is_complete(second)
    return follows or (named_ndjson and not start.startswith(b"["))


def _is_json(first: bytes) -> bool:
    return first.removeprefix(BOM).strip() in (b"{", b"[") or _is_complete(first)


def _is_complete(line: bytes) -> bool:
    try:
        json.loads(line.removeprefix(BOM))
    except (ValueError, RecursionError):
        return False
    return True


def _extends_ascii(encoding: str, where: str) -> bool:
    try:
        return "{}\n".encode(encoding) == b"{}\n"
    except LookupError as error:
        raise RecordError(
            "CW-ENCODING", f"'{masked(encoding)}' is not an encoding", where=where, fix="name e.g. cp1252"
        ) from error


def _transcoded(stream: BinaryIO, encoding: str, where: str, limits: Limits) -> BinaryIO:
    """The whole of `stream` as UTF-8; for UTF-16 and the like, which no large feed uses."""
    bound = DEFAULT.file_bytes if limits.file_bytes is None else limits.file_bytes
    assert bound is not None
    raw = stream.read(bound + 1)
    if len(raw) > bound:
        raise _too_large(len(raw) + len(stream.read()), bound, where)
    try:
        return io.BytesIO(raw.decode(encoding).encode())
    except UnicodeError as error:
        at = getattr(error, "start", 0)
        raise RecordError(
            "CW-ENCODING", f"the file is not {masked(encoding)}", where=where, got=f"a fault at offset {at}"
        ) from error


def _whole(stream: BinaryIO, start: int, chunks: Iterator[bytes]) -> BinaryIO:
    """The file at its beginning again, readable as often as needed."""
    if not stream.seekable():
        return _spooled(chunks)
    stream.seek(start)
    return stream


def _spooled(chunks: Iterable[bytes]) -> BinaryIO:
    # Closed when the last reader lets go of it.
    spool = tempfile.SpooledTemporaryFile(max_size=_SPOOL)  # noqa: SIM115
    for chunk in chunks:
        spool.write(chunk)
    spool.seek(0)
    return cast("BinaryIO", spool)


def _check_size(stream: BinaryIO, start: int, where: str, limits: Limits) -> None:
    if limits.file_bytes is not None:
        size = stream.seek(0, io.SEEK_END) - start
        stream.seek(start)
        if size > limits.file_bytes:
            raise _too_large(size, limits.file_bytes, where)
