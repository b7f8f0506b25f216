"""A line on the terminal that says how far a long command is; nothing at all where no terminal watches."""

import os
import sys
import time
from collections.abc import Callable
from typing import BinaryIO, TextIO

#: Seconds between two looks of the line.
_EVERY = 0.2
_WIDTH = 24


class Progress:
    """Shows records, records a second, and the part of the input's bytes that was read."""

    def __init__(
        self, source: BinaryIO, out: TextIO | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._source = source
        self._out = sys.stderr if out is None else out
        self._clock = clock
        self._shown = self._out.isatty() and os.environ.get("TERM") != "dumb"
        self._size = _size(source) if self._shown else 0
        self._begun = self._last = clock()
        self._width = 0

    def show(self, records: int, *, final: bool = False) -> None:
        """Says that so many records are done; draws only now and then."""
        if not self._shown:
            return
        now = self._clock()
        if not final and now - self._last < _EVERY:
            return
        self._last = now
        rate = records / max(now - self._begun, 1e-6)
        line = f"{self._bar()}{records:,} records, {rate:,.0f}/s"
        self._out.write("\r" + line.ljust(self._width))
        self._width = len(line)
        self._out.flush()

    def clear(self) -> None:
        """Takes the line away."""
        if self._shown and self._width:
            self._out.write("\r" + " " * self._width + "\r")
            self._out.flush()

    def _bar(self) -> str:
        if not self._size:
            return ""
        try:
            part = min(1.0, self._source.tell() / self._size)
        except (OSError, ValueError):
            return ""
        full = round(part * _WIDTH)
        return f"[{'#' * full}{'.' * (_WIDTH - full)}] {part:4.0%}  "


def _size(source: BinaryIO) -> int:
    """Bytes of what is read; 0 when that is not known."""
    try:
        at = source.tell()
        size = source.seek(0, os.SEEK_END)
        source.seek(at)
    except (OSError, ValueError):
        return 0
    return size
