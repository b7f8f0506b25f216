"""Records out of raw lines (NDJSON) and out of one JSON text, each with the line on which it begins."""

from collections.abc import Iterator
from typing import Any

from crosswalk_engine.errors import RecordError
from crosswalk_engine.payload.item import Item
from crosswalk_engine.payload.json_pieces import reply_array
from crosswalk_engine.payload.json_stream import ArrayReader, TextWindow
from crosswalk_engine.payload.limits import Limits
from crosswalk_engine.payload.sniffing import Opened, text_error
from crosswalk_engine.payload.strict_json import (
    JsonText,
    decode_at,
    decode_json,
    skip_space,
    syntax_error_at,
)
from crosswalk_engine.payload.text import BOM, UnreadableTextError, decode

#: What API replies carry beside the records.
_ENVELOPE_KEYS = frozenset({"response", "reference", "pagination", "sorting", "metaData", "errors"})
_KIND_NAMES = {str: "text", bool: "true or false", int: "a number", type(None): "null", list: "a list"}


class NdjsonReader:
    """Reads one record a line; blank lines are passed over, a bad line becomes a problem."""

    def __init__(self, opened: Opened, first_line: int = 1, offset: int = 0) -> None:
        self._opened = opened
        self._limits: Limits = opened.limits
        self._line = first_line - 1
        self._offset = offset

    def items(self) -> Iterator[Item]:
        """``(line, record or problem)`` for each filled line."""
        chunks = self._opened.chunks
        for chunk in chunks:
            self._line += 1
            line = self._line
            if len(chunk) > self._limits.record_bytes and not chunk.endswith(b"\n"):
                self._skip_rest(chunks)
                yield line, self._too_long(line)
                continue
            body = chunk.removeprefix(BOM) if line == 1 else chunk
            if body.strip():
                yield from self._record(line, body)
            self._offset += len(chunk)

    def _record(self, line: int, body: bytes) -> Iterator[Item]:
        where = f"{self._opened.where}:{line}"
        try:
            text = decode(body, encoding=self._opened.encoding, first_line=line, offset=self._offset).rstrip(
                "\r\n"
            )
            source = JsonText(text, self._opened.where, line)
            value = decode_json_line(source, self._limits)
        except UnreadableTextError as error:
            yield line, text_error(error, self._opened.where)
        except RecordError as error:
            yield line, error
        else:
            for record in unwrap(value, where):
                yield line, record

    def _skip_rest(self, chunks: Iterator[bytes]) -> None:
        for chunk in chunks:
            if chunk.endswith(b"\n"):
                return

    def _too_long(self, line: int) -> RecordError:
        return RecordError(
            "CW-TOO-LARGE",
            "one record is too large",
            where=f"{self._opened.where}:{line}",
            expected=f"at most {self._limits.record_bytes / 1e6:.0f} MB a line",
        )


def decode_json_line(source: JsonText, limits: Limits) -> Any:
    """The one value of a line.

    Raises:
        RecordError: CW-JSON-…
    """
    text = source.text
    value, end = decode_at(source, skip_space(text, 0), limits)
    end = skip_space(text, end)
    if end != len(text):
        raise syntax_error_at(source, "Extra data", end)
    return value


def read_whole(opened: Opened) -> Iterator[Item]:
    """The records of one JSON text: an object, or an array or API reply whose bad elements stand alone."""
    window = TextWindow(opened.chunks, opened.encoding)
    while not window.text.lstrip() and window.more():
        pass
    start = skip_space(window.text, 0)
    if window.text[start : start + 1] == "[":
        yield from _elements(ArrayReader(window, opened.where, opened.limits), opened.where)
        return
    # What does not end within the size of a record is no record: its beginning says whether it is a reply.
    while len(window.text) - start <= opened.limits.record_bytes and window.more():
        pass
    inner = reply_array(window.text, start, ended=window.ended, keys=_ENVELOPE_KEYS)
    if inner is not None:
        array = ArrayReader(window, opened.where, opened.limits, inner)
        yield from _elements(array, opened.where, reply=True)
        return
    while window.more():
        pass
    try:
        window.check(0, len(window.text))
    except UnreadableTextError as error:
        raise text_error(error, opened.where) from error
    value = decode_json(window.text, where=opened.where, limits=opened.limits)
    line = window.text.count("\n", 0, start) + 1
    yield line, value if isinstance(value, dict) else _not_a_record(value, f"{opened.where}:{line}")


def _elements(array: ArrayReader, where: str, *, reply: bool = False) -> Iterator[Item]:
    try:
        for line, value in array.items():
            if isinstance(value, UnreadableTextError):
                yield line, text_error(value, where)
            else:
                whole = isinstance(value, dict | RecordError)
                yield line, value if whole else _not_a_record(value, array.place())
        if reply and "response" in array.end_of_object():
            what, fix = "a key stands twice in one object", "keep one of the two"
            raise RecordError("CW-JSON-DUPLICATE", what, where=f"{where} /response", fix=fix)
        if not reply:
            array.end()
    except (UnreadableTextError, RecordError) as error:
        # Cut off or broken here: what stands before is readable, what follows is not.
        told = error if isinstance(error, RecordError) else text_error(error, where)
        if told.code != "CW-JSON-TRUNCATED":
            told.what += "; nothing behind it was read"
        yield array.line, told


def unwrap(value: Any, where: str) -> Iterator[dict[str, Any] | RecordError]:
    """The records in one decoded value: itself, the elements of a list, or an API reply's ``response``."""
    if isinstance(value, dict):
        inner = value.get("response")
        if not isinstance(inner, list) or not value.keys() <= _ENVELOPE_KEYS:
            yield value
            return
        value = inner
    if not isinstance(value, list):
        yield _not_a_record(value, where)
        return
    for index, element in enumerate(value):
        yield element if isinstance(element, dict) else _not_a_record(element, f"{where} /{index}")


def _not_a_record(value: Any, where: str) -> RecordError:
    return RecordError(
        "CW-JSON-SHAPE",
        "a record is not a JSON object",
        where=where,
        got=_KIND_NAMES.get(type(value), "a number"),
        expected="an object or a list of objects",
    )
