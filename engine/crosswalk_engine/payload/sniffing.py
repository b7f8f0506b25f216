"""Which of the accepted forms a file of records has, decided on its first lines."""

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import PurePath
from typing import BinaryIO

from crosswalk_engine.errors import RecordError, masked
from crosswalk_engine.payload.limits import DEFAULT, Limits
from crosswalk_engine.payload.text import BOM, UnreadableTextError, check_head

_NDJSON_NAMES = (".ndjson", ".jsonl")


@dataclass(frozen=True, slots=True)
class Opened:
    """A file whose form is known.

    Attributes:
        chunks: raw lines from the beginning, each at most one byte longer than a record may be.
        lines: NDJSON when true, else one JSON text.
        encoding: chosen by a person; `None` is UTF-8.
    """

    chunks: Iterator[bytes]
    where: str
    lines: bool
    limits: Limits
    encoding: str | None


def open_records(stream: BinaryIO, where: str, limits: Limits, encoding: str | None) -> Opened:
    """The form of what `stream` holds.

    Raises:
        RecordError: CW-EMPTY, CW-NOT-TEXT, CW-ENCODING or CW-NOT-JSON.
    """
    if encoding is not None and not _extends_ascii(encoding, where):
        # Lines cannot be found in such bytes before they are decoded.
        stream, encoding = _transcoded(stream, encoding, where, limits), None
    chunks = _raw_lines(stream, where, limits)
    first, seen = _next_filled(chunks)
    if first is None:
        raise RecordError("CW-EMPTY", "the file is empty", where=where, expected="JSON or NDJSON records")
    try:
        if encoding is None:
            check_head(first)
    except UnreadableTextError as error:
        raise text_error(error, where) from error
    second, more = _next_filled(chunks)
    seen += more
    lines = _are_lines(first, second, PurePath(where).suffix.lower() in _NDJSON_NAMES)
    if not lines and not first.removeprefix(BOM).lstrip().startswith((b"{", b"[")):
        raise _not_json(first, where)
    return Opened(chain(seen, chunks), where, lines, limits, encoding)


def text_error(error: UnreadableTextError, where: str) -> RecordError:
    """A fault of the bytes as a fault of the record or file that they are."""
    place = f"{where}:{error.line}" if error.line else where
    return RecordError(
        f"CW-{error.code}",
        error.what,
        where=place,
        got=error.got,
        expected="JSON or NDJSON in UTF-8",
        fix=error.fix,
    )


def _raw_lines(stream: BinaryIO, where: str, limits: Limits) -> Iterator[bytes]:
    total = 0
    while chunk := stream.readline(limits.record_bytes + 1):
        total += len(chunk)
        if limits.file_bytes is not None and total > limits.file_bytes:
            raise _too_large(total, limits.file_bytes, stream, where)
        yield chunk


def _too_large(read: int, limit: int, stream: BinaryIO, where: str) -> RecordError:
    total = read + sum(len(rest) for rest in iter(lambda: stream.read(1 << 20), b""))
    return RecordError(
        "CW-TOO-LARGE",
        "the file is too large for a sample",
        where=where,
        got=f"{total / 1e6:.1f} MB",
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
        return second is not None or not start.startswith(b"[")
    follows = second is not None and second.lstrip().startswith(b"{") and _is_complete(second)
    return follows or (named_ndjson and not start.startswith(b"["))


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
        raise _too_large(len(raw), bound, stream, where)
    try:
        return io.BytesIO(raw.decode(encoding).encode())
    except UnicodeError as error:
        at = getattr(error, "start", 0)
        raise RecordError(
            "CW-ENCODING", f"the file is not {masked(encoding)}", where=where, got=f"a fault at offset {at}"
        ) from error


def _not_json(first: bytes, where: str) -> RecordError:
    start = first.strip()[:200]
    if start.startswith(b"<"):
        found = "markup (XML or HTML)"
    elif start.count(b",") >= 2 or start.count(b";") >= 2 or b"\t" in start:
        found = "a table, perhaps CSV"
    elif start.startswith(b"---") or b": " in start:
        found = "plain text, perhaps YAML"
    else:
        found = "plain text"
    return RecordError(
        "CW-NOT-JSON", "this is not JSON", where=f"{where}:1:1", got=found, expected="JSON or NDJSON records"
    )
