"""Files that commands read and write: `-` is standard input or output, and nothing is left half-written."""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from crosswalk_engine.errors import CannotWriteError, MissingFileError, UsageError

#: Standard input is kept in memory up to this size (bytes), beyond it in a temporary file.
_SPOOL = 32_000_000


@contextmanager
def reading(path: Path) -> Iterator[BinaryIO]:
    """The bytes of `path`, or of standard input, seekable.

    Raises:
        MissingFileError: CW-FILE-MISSING.
    """
    if str(path) == "-":
        with tempfile.SpooledTemporaryFile(max_size=_SPOOL) as spool:
            shutil.copyfileobj(sys.stdin.buffer, spool)
            spool.seek(0)
            yield cast("BinaryIO", spool)
        return
    try:
        file = path.open("rb")
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as error:
        raise MissingFileError("CW-FILE-MISSING", "there is no such file", where=str(path)) from error
    except PermissionError as error:
        raise MissingFileError("CW-FILE-DENIED", "the file may not be read", where=str(path)) from error
    with file:
        yield file


@contextmanager
def writing(path: Path | None) -> Iterator[BinaryIO | None]:
    """A stream that becomes `path` when all went well, and leaves no trace otherwise; `None` for no path.

    Raises:
        CannotWriteError: CW-CANNOT-WRITE.
    """
    if path is None:
        yield None
        return
    if str(path) == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    if path.exists() and not path.is_file():
        # A device or a pipe (/dev/stdout) is written as it comes; there is nothing to rename.
        yield from _direct(path)
        return
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        file = part.open("wb")
    except OSError as error:
        raise _denied(path, error) from error
    try:
        with file:
            yield file
        part.replace(path)
    except OSError as error:
        raise _denied(path, error) from error
    finally:
        part.unlink(missing_ok=True)


def _direct(path: Path) -> Iterator[BinaryIO]:
    try:
        file = path.open("wb")
    except OSError as error:
        raise _denied(path, error) from error
    with file:
        yield file


def _denied(path: Path, error: OSError) -> CannotWriteError:
    return CannotWriteError(
        "CW-CANNOT-WRITE", "the file cannot be written", where=str(path), got=error.strerror or ""
    )


def refuse_same(**files: Path | None) -> None:
    """Refuses one file in two roles, and two roles of standard output.

    Raises:
        UsageError: CW-SAME-FILE.
    """
    seen: dict[str, str] = {}
    for role, path in files.items():
        if path is None or (str(path) == "-" and role == "in"):
            continue
        place = str(path) if str(path) == "-" else str(path.resolve())
        if place in seen and not place.startswith("/dev/"):
            raise UsageError("CW-SAME-FILE", f"--{seen[place]} and --{role} are the same file", got=str(path))
        seen[place] = role
