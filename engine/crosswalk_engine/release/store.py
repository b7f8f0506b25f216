"""A folder of releases with one current: what an engine host keeps, so that going back is one switch."""

import os
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from crosswalk_engine.errors import CannotWriteError, ConfigError, MissingFileError, masked
from crosswalk_engine.release.files import read_files
from crosswalk_engine.release.verify import verify_release
from crosswalk_engine.release.write import write_folder

_POINTER = "current"
#: Characters of a release's hash that name its folder; 12 tell 10^14 apart.
_NAME_LENGTH = 12
_NAME = re.compile(rf"[0-9a-f]{{{_NAME_LENGTH}}}")


@dataclass(frozen=True, slots=True)
class ReleaseStore:
    """Releases under `root`, each in a folder named by its hash; the file ``current`` names one of them."""

    root: Path

    def add(self, release: Path) -> str:
        """Copy a verified release (folder or zip) in; its short name. Adding it twice changes nothing.

        Raises:
            MissingFileError, ConfigError, FindingsError: it is not sound.
            CannotWriteError: the store cannot be written.
        """
        name = verify_release(release).version[:_NAME_LENGTH]
        if not (self.root / name).is_dir():
            write_folder(read_files(release), self.root / name)
        return name

    def names(self) -> tuple[str, ...]:
        """The short names of all releases here."""
        if not self.root.is_dir():
            return ()
        return tuple(sorted(path.name for path in self.root.iterdir() if _NAME.fullmatch(path.name)))

    def switch(self, name: str) -> Path:
        """Make `name` current, atomically: a reader sees the old release or the new one.

        Raises:
            MissingFileError: there is no such release.
            ConfigError, FindingsError: it is not sound; the old one stays current.
        """
        folder = self.root / name
        if not _NAME.fullmatch(name) or not folder.is_dir():
            raise MissingFileError(
                "CW-STORE-MISSING",
                "there is no such release in the store",
                where=str(self.root),
                got=masked(name),
                expected=", ".join(self.names()) or "none is there",
            )
        verify_release(folder)
        self._point(name)
        return folder

    def current(self) -> Path | None:
        """The folder of the current release; `None` before the first switch.

        Raises:
            ConfigError: the pointer names a release that is gone.
        """
        try:
            name = (self.root / _POINTER).read_text("utf-8").strip()
        except FileNotFoundError:
            return None
        folder = self.root / name
        if not _NAME.fullmatch(name) or not folder.is_dir():
            raise ConfigError(
                "CW-STORE-POINTER",
                "the current release is not in the store",
                where=str(self.root / _POINTER),
                got=masked(name),
                fix="switch to one of: " + (", ".join(self.names()) or "add a release first"),
            )
        return folder

    def remove(self, name: str) -> None:
        """Delete a release that is not current.

        Raises:
            ConfigError: it is current.
        """
        current = self.current()
        if current is not None and current.name == name:
            raise ConfigError("CW-STORE-CURRENT", "the current release cannot be removed", got=masked(name))
        if _NAME.fullmatch(name):
            shutil.rmtree(self.root / name, ignore_errors=True)

    def _point(self, name: str) -> None:
        try:
            handle, temporary = tempfile.mkstemp(prefix=f".{_POINTER}-", dir=self.root)
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                stream.write(name + "\n")
                stream.flush()
                os.fsync(stream.fileno())
            Path(temporary).replace(self.root / _POINTER)
        except OSError as error:
            raise CannotWriteError(
                "CW-STORE-WRITE", "the store cannot be written", where=str(self.root), got=str(error.strerror)
            ) from error
