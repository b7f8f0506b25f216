"""Notes what Python does behind a formula's back: while one runs, nothing is compiled, imported or opened.

Except by the one function that makes our own generated text into a function, which a mapping may call when
the first record with problems comes.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from crosswalk_engine.formula.compile import run_generated

_BARRED = (
    "compile",
    "exec",
    "import",
    "open",
    "socket.",
    "subprocess.",
    "os.",
    "ctypes.",
    "urllib.",
    "shutil.",
)


class Guard:
    """The interpreter's audit events between `watching` and its end; a hook cannot be taken away again."""

    def __init__(self) -> None:
        self.on = False
        self.events: list[str] = []
        sys.addaudithook(self._hook)

    def _hook(self, event: str, args: tuple[Any, ...]) -> None:
        if self.on and event.startswith(_BARRED) and not self._own(event):
            self.events.append(f"{event} {str(args)[:120]}")

    @staticmethod
    def _own(event: str) -> bool:
        """Whether it is the engine's own place that compiles what it generated."""
        if event not in ("compile", "exec"):
            return False
        caller = sys._getframe(2).f_code
        return caller is run_generated.__code__ or (event == "exec" and caller.co_filename == "<formula>")

    @contextmanager
    def watching(self) -> Iterator[None]:
        """What happens meanwhile is noted in `events`."""
        self.on = True
        try:
            yield
        finally:
            self.on = False


GUARD = Guard()
