"""One engine, one journal: an advisory lock that the kernel releases when its holder dies."""

import fcntl
import json
import os
from pathlib import Path
from types import TracebackType
from typing import Self

from crosswalk_engine.errors import BusyError


class JournalLock:
    """Holds ``<journal>.lock`` by `flock` for as long as the object is open.

    A pid file would outlive a `kill -9` and lie; the kernel drops a `flock` with the process.
    """

    def __init__(self, journal: Path) -> None:
        self.path = journal.with_name(journal.name + ".lock")
        self._handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = os.pread(self._handle, 200, 0).decode(errors="replace").strip("\0\n ")
            os.close(self._handle)
            raise BusyError(
                "CW-JOURNAL-LOCKED",
                "another engine holds this journal",
                where=str(journal),
                got=holder or "an unnamed holder",
                expected="one engine for one journal",
                fix="stop the other engine, or use its control socket",
            ) from None
        os.ftruncate(self._handle, 0)
        os.pwrite(self._handle, json.dumps({"pid": os.getpid()}).encode(), 0)

    def close(self) -> None:
        """Release the lock."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
