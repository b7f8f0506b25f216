"""Notes what Python does behind a formula's back: while one runs, nothing is compiled, imported or opened."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

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
        if self.on and event.startswith(_BARRED):
            self.events.append(f"{event} {str(args)[:120]}")

    @contextmanager
    def watching(self) -> Iterator[None]:
        """What happens meanwhile is noted in `events`."""
        self.on = True
        try:
            yield
        finally:
            self.on = False


GUARD = Guard()
