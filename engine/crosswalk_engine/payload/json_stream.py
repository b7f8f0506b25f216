"""A JSON array of records, read piece by piece: a file of any size costs the memory of one element."""

import codecs
import json
from collections.abc import Iterable, Iterator
from typing import Any, NoReturn

from crosswalk_engine.errors import RecordError
from crosswalk_engine.payload.limits import Limits
from crosswalk_engine.payload.strict_json import JsonText, decode_at, skip_space, skip_value, syntax_error_at
from crosswalk_engine.payload.text import BOM, decode

#: Characters that a cut may take off a token, so that its fault shows up to so far before the end.
_TOKEN = 16
#: Characters that stay in memory before what was read is dropped.
_KEEP = 1 << 18
#: Bytes that are read at least at once; more when one element needs more.
_READ = 1 << 16


class TextWindow:
    """The part of a text that is in memory, with the place where it begins.

    `more` adds to its end, `drop` takes from its beginning; offsets are within `text`.
    """

    def __init__(self, chunks: Iterable[bytes], encoding: str | None) -> None:
        self.text = ""
        self.ended = False
        self._chunks = iter(chunks)
        self._encoding = encoding
        self._pieces = codecs.getincrementaldecoder(encoding or "utf-8")()
        self._line, self._column = 1, 0
        self._read, self._lines = 0, 1

    def more(self) -> bool:
        """Adds what is read next, at least as much as is there; whether there was any.

        Raises:
            UnreadableTextError: it is no text.
        """
        if self.ended:
            return False
        pieces, wanted, found = [self.text], max(_READ, len(self.text)), 0
        for chunk in self._chunks:
            pieces.append(self._decoded(chunk))
            found += len(chunk)
            if found >= wanted:
                break
        else:
            self.ended = True
            pieces.append(self._decoded(b""))
        self.text = "".join(pieces)
        return True

    def drop(self, end: int) -> None:
        """Forgets everything before `end`."""
        lines = self.text.count("\n", 0, end)
        self._line += lines
        self._column = end - (self.text.rfind("\n", 0, end) + 1) + (0 if lines else self._column)
        self.text = self.text[end:]

    def source(self, where: str) -> JsonText:
        """The text in memory, with its place."""
        return JsonText(self.text, where, self._line, self._column)

    def _decoded(self, chunk: bytes) -> str:
        raw = chunk.removeprefix(BOM) if self._read == 0 and self._encoding is None else chunk
        waiting = self._pieces.getstate()[0]
        try:
            piece = self._pieces.decode(raw, final=self.ended)
        except UnicodeDecodeError:
            # Said again by the one that knows how to guess and to count.
            begun = self._read - len(waiting)
            piece = decode(waiting + raw, encoding=self._encoding, first_line=self._lines, offset=begun)
        if "\0" in piece:
            decode(b"\0", first_line=self._lines + piece.count("\n", 0, piece.index("\0")))
        self._read += len(chunk)
        self._lines += chunk.count(b"\n")
        return piece


class ArrayReader:
    """Walks an array element by element, so that one bad element does not hide the others."""

    def __init__(self, window: TextWindow, where: str, limits: Limits) -> None:
        self._window, self._where, self._limits = window, where, limits
        self._at = self._counted = 0
        self.line = 1

    def items(self) -> Iterator[tuple[int, Any]]:
        """``(line, value or RecordError)`` of each element; the text begins with the array.

        `line` is the one that was come to.

        Raises:
            RecordError: CW-JSON-…: what follows cannot be read.
        """
        self._at = self._skip(0) + 1
        self._at = self._skip(self._at)
        if self._mark() == "]":
            self._end()
            return
        while True:
            self._at = self._skip(self._at)
            self._count()
            if self._at > _KEEP:
                self._window.drop(self._at)
                self._at = self._counted = 0
            yield self.line, self._element()
            self._at = self._skip(self._at)
            mark = self._mark()
            if mark == "]":
                self._end()
                return
            if mark != ",":
                self._fail("Expecting ',' delimiter")
            self._at += 1

    def _element(self) -> Any:
        window, start = self._window, self._at
        while True:
            source = window.source(self._where)
            try:
                value, end = decode_at(source, start, self._limits)
            except RecordError as error:
                if not window.ended and _cut_off(window.text, start) and window.more():
                    continue
                end = skip_value(window.text, start) or 0
                if not end:
                    raise
                value = error
            else:
                # A number at the very end may go on.
                if end == len(window.text) and window.more():
                    continue
            self._at = end
            return value

    def place(self) -> str:
        """``file:line:column`` of the element that was given last."""
        return self._window.source(self._where).place(self._counted)

    def _count(self) -> None:
        self.line += self._window.text.count("\n", self._counted, self._at)
        self._counted = self._at

    def _mark(self) -> str:
        return self._window.text[self._at : self._at + 1]

    def _skip(self, at: int) -> int:
        while True:
            at = skip_space(self._window.text, at)
            if at < len(self._window.text) or not self._window.more():
                return at

    def _end(self) -> None:
        self._at = self._skip(self._at + 1)
        if self._at != len(self._window.text):
            self._fail("Extra data")

    def _fail(self, message: str) -> NoReturn:
        raise syntax_error_at(self._window.source(self._where), message, self._at)


def _cut_off(text: str, start: int) -> bool:
    """Whether what begins at `start` can be the beginning of a sound value."""
    try:
        json.JSONDecoder().raw_decode(text, start)
    except json.JSONDecodeError as error:
        return error.pos >= len(text) - _TOKEN or error.msg.startswith("Unterminated string")
    except RecursionError:
        pass
    return False
