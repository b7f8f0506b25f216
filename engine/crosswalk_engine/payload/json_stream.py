"""A JSON array of records, read piece by piece: a file of any size costs the memory of one element."""

import codecs
import re
from collections.abc import Iterable, Iterator
from typing import Any, NoReturn

from crosswalk_engine.errors import RecordError
from crosswalk_engine.payload.json_pieces import Brackets, Cut, skip_value
from crosswalk_engine.payload.limits import Limits
from crosswalk_engine.payload.strict_json import JsonText, decode_at, skip_space, syntax_error_at
from crosswalk_engine.payload.text import BOM, UnreadableTextError, decode

#: Characters that stay in memory before what was read is dropped.
_KEEP = 1 << 18
#: Bytes that are read at least at once; more when one element needs more.
_READ = 1 << 16
#: Bytes that are no text, as the decoder keeps them, and NUL, which it takes for one.
_NO_TEXT = re.compile("[\0\udc80-\udcff]")


class TextWindow:
    """The part of a text that is in memory, with the place where it begins.

    `more` adds to its end, `drop` takes from its beginning; offsets are within `text`. Bytes that are no text
    are kept for `check`, so that they spoil only the part that they stand in.
    """

    def __init__(self, chunks: Iterable[bytes], encoding: str | None) -> None:
        self.text = ""
        self.ended = False
        self._chunks = iter(chunks)
        self._encoding = encoding
        self._pieces = codecs.getincrementaldecoder(encoding or "utf-8")("surrogateescape")
        self._line, self._column = 1, 0
        self._begun = False
        self._bytes = 0

    def more(self) -> bool:
        """Adds what is read next, at least as much as is there; whether there was any."""
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
            pieces.append(self._pieces.decode(b"", final=True))
        self.text = "".join(pieces)
        return True

    def drop(self, end: int) -> None:
        """Forgets everything before `end`."""
        lines = self.text.count("\n", 0, end)
        self._line += lines
        self._column = end - (self.text.rfind("\n", 0, end) + 1) + (0 if lines else self._column)
        self._bytes += len(self._raw(0, end))
        self.text = self.text[end:]

    def source(self, where: str) -> JsonText:
        """The text in memory, with its place."""
        return JsonText(self.text, where, self._line, self._column)

    def check(self, start: int, end: int) -> None:
        """Refuses the part from `start` to `end` when it is no text.

        Raises:
            UnreadableTextError: ENCODING or NUL, with its line and, of a byte, its offset in the file.
        """
        if _NO_TEXT.search(self.text, start, end):
            line = self._line + self.text.count("\n", 0, start)
            offset = self._bytes + len(self._raw(0, start))
            decode(self._raw(start, end), encoding=self._encoding, first_line=line, offset=offset)

    def _raw(self, start: int, end: int) -> bytes:
        return self.text[start:end].encode(self._encoding or "utf-8", "surrogateescape")

    def _decoded(self, chunk: bytes) -> str:
        if not self._begun and self._encoding is None and chunk.startswith(BOM):
            self._bytes, chunk = len(BOM), chunk[len(BOM) :]
        self._begun = True
        return self._pieces.decode(chunk)


class ArrayReader:
    """Walks the array at `start` element by element, so that one bad element does not hide the others."""

    def __init__(self, window: TextWindow, where: str, limits: Limits, start: int = 0) -> None:
        self._window, self._where, self._limits = window, where, limits
        self._at, self._counted = start, 0
        self.line = 1

    def items(self) -> Iterator[tuple[int, Any]]:
        """``(line, value or RecordError or UnreadableTextError)`` of each element.

        `line` is the one that was come to.

        Raises:
            RecordError: CW-JSON-…: what follows cannot be read.
            UnreadableTextError: neither, and it is no text.
        """
        self._at = self._skip(self._at) + 1
        self._at = self._skip(self._at)
        if self._mark() == "]":
            self._at += 1
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
                self._at += 1
                return
            if mark != ",":
                self._fail("Expecting ',' delimiter")
            self._at += 1

    def place(self) -> str:
        """``file:line:column`` of the element that was given last."""
        return self._window.source(self._where).place(self._counted)

    def end(self) -> None:
        """Nothing but blank space may follow.

        Raises:
            RecordError: CW-JSON-SYNTAX.
        """
        self._at = self._skip(self._at)
        if self._at != len(self._window.text):
            self._fail("Extra data")

    def end_of_object(self) -> dict[str, Any]:
        """The keys behind the array, which was the value of a key in an object; nothing may follow that.

        Raises:
            RecordError: CW-JSON-….
        """
        window = self._window
        self._at = self._skip(self._at)
        if self._mark() == "}":
            self._at += 1
            self.end()
            return {}
        if self._mark() != ",":
            self._fail("Expecting ',' delimiter")
        window.drop(self._at)
        self._at = self._counted = 0
        while window.more():
            pass
        window.check(0, len(window.text))
        # With the comma for a bracket, the rest is an object, and its places are those of the file.
        seen = window.source(self._where)
        rest = JsonText("{" + seen.text[1:], seen.where, seen.first_line, seen.before)
        value, self._at = decode_at(rest, 0, self._limits)
        self.end()
        assert isinstance(value, dict)
        return value

    def _element(self) -> Any:
        window, start = self._window, self._at
        while True:
            found: Any
            try:
                found, end = decode_at(window.source(self._where), start, self._limits)
            except RecordError as error:
                found, behind = error, skip_value(window.text, start)
                if isinstance(behind, Cut):
                    if self._is_large(len(window.text)):
                        return self._skim()
                    if window.more():
                        continue
                    raise
                if behind is None:
                    self._broken(error)
                end = behind
            # A number at the very end may go on.
            if end == len(window.text) and window.more():
                continue
            found = self._too_large() if self._is_large(end) else self._checked(start, end, found)
            self._at = end
            return found

    def _checked(self, start: int, end: int, found: Any) -> Any:
        try:
            self._window.check(start, end)
        except UnreadableTextError as error:
            return error
        return found

    def _is_large(self, end: int) -> bool:
        return end - self._at > self._limits.record_bytes

    def _skim(self) -> RecordError:
        """Goes behind an element that is too large to be kept."""
        error, window, brackets = self._too_large(), self._window, Brackets()
        if self._mark() not in "{[":
            raise error
        while (end := brackets.end(window.text, self._at)) is None:
            self.line += window.text.count("\n", self._counted)
            window.drop(len(window.text))
            self._at = self._counted = 0
            if not window.more():
                raise error
        self._at = end
        return error

    def _too_large(self) -> RecordError:
        most = f"at most {self._limits.record_bytes / 1e6:.0f} MB each"
        return RecordError("CW-TOO-LARGE", "one record is too large", where=self.place(), expected=most)

    def _broken(self, error: RecordError) -> NoReturn:
        # Which byte it was matters more than that a bracket is expected there.
        self._window.check(self._at, self._at + 1)
        raise error

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

    def _fail(self, message: str) -> NoReturn:
        self._broken(syntax_error_at(self._window.source(self._where), message, self._at))
