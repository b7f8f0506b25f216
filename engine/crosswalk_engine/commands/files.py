"""Files that commands read and write: `-` is standard input or output, and nothing is left half-written."""

import errno
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from crosswalk_engine.errors import CannotWriteError, MissingFileError, UsageError, masked
from crosswalk_engine.payload.access import unreadable

#: Standard input is kept in memory up to this size (bytes), beyond it in a temporary file.
_SPOOL = 32_000_000

#: The names of standard output. It is written by its own stream; a second one would write over the first.
STANDARD_OUTPUT = ("-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1")
#: What lies here is a stream of this or another process, also where it leads to a plain file.
_STREAMS = ("/dev/std", "/dev/fd/", "/proc/")

#: Errors of writing that name no file.
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO}


@contextmanager
def reading(path: Path) -> Iterator[BinaryIO]:
    """The bytes of `path`, or of standard input, seekable.

    Raises:
        MissingFileError: CW-FILE-MISSING, CW-FILE-DENIED.
    """
    if str(path) == "-":
        with tempfile.SpooledTemporaryFile(max_size=_SPOOL) as spool:
            shutil.copyfileobj(sys.stdin.buffer, spool)
            spool.seek(0)
            yield cast("BinaryIO", spool)
        return
    try:
        file = path.open("rb")
    except OSError as error:
        raise unreadable(error, path) from error
    with file:
        yield file


def table_files(folder: Path) -> dict[str, Path]:
    """Lookup table -> its file, for every ``*.csv`` in `folder`.

    Raises:
        MissingFileError: there is no such folder, or it may not be read.
    """
    try:
        files = sorted(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError) as error:
        what = "there is no such folder of lookups"
        raise MissingFileError("CW-FILE-MISSING", what, where=str(folder)) from error
    return {path.stem: path for path in files if path.suffix == ".csv"}


@contextmanager
def writing(path: Path | None) -> Iterator[BinaryIO | None]:
    """A stream that becomes `path` when all went well, and leaves no trace otherwise; `None` for no path.

    Raises:
        CannotWriteError: CW-CANNOT-WRITE.
    """
    if path is None:
        yield None
        return
    if str(path) in STANDARD_OUTPUT:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    try:
        path, whole = _replaceable(path)
        part = path.with_name(f".{path.name}.{os.getpid()}.part") if whole else path
        file = part.open("wb")
    except (OSError, ValueError) as error:
        raise _denied(path, error) from error
    try:
        with file:
            yield file
        if whole:
            if path.exists():
                shutil.copymode(path, part)
            part.replace(path)
    except OSError as error:
        # Only what happens to this very file is told as such; a pipe whose reader left is none of it.
        if error.errno in _NO_ROOM or error.filename == os.fspath(part):
            raise _denied(path, error) from error
        raise
    finally:
        if whole:
            part.unlink(missing_ok=True)


def _replaceable(path: Path) -> tuple[Path, bool]:
    """The place behind `path`, and whether it is written aside and then renamed.

    A device or a pipe is written as it comes: renaming would put a file in its place. A link keeps pointing
    at its file.
    """
    if path.is_file() and not str(path.absolute()).startswith(_STREAMS):
        return Path(os.path.realpath(path)), True
    return path, not os.path.lexists(path)


def _denied(path: Path, error: OSError | ValueError) -> CannotWriteError:
    reason = error.strerror or "" if isinstance(error, OSError) else str(error)
    return CannotWriteError(
        "CW-CANNOT-WRITE",
        "the file cannot be written",
        where=masked(path),
        got=reason.lower(),
        fix="name another place",
    )


def refuse_same(inputs: Mapping[str, Path | None], outputs: Mapping[str, Path | None]) -> None:
    """Refuses an output that is an input or another output; each has the name of its argument.

    Raises:
        UsageError: CW-SAME-FILE.
    """
    seen = {os.path.realpath(path): name for name, path in inputs.items() if path and str(path) != "-"}
    for name, path in outputs.items():
        if path is None:
            continue
        place = "-" if str(path) in STANDARD_OUTPUT else os.path.realpath(path)
        if place in seen and place != os.devnull:
            raise UsageError(
                "CW-SAME-FILE",
                f"{seen[place]} and {name} are the same file",
                got=masked(path),
                fix="name another file; nothing was written",
            )
        seen[place] = name
