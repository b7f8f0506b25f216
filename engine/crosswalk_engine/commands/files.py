"""Files that commands read and write: `-` is standard input or output, and nothing is left half-written."""

import errno
import os
import shutil
import sys
import tempfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
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

#: Links that are followed, as many as Linux follows.
_LINKS = 40

#: Bytes in a file's name, on the file systems of Linux, macOS and Windows.
_LONGEST_NAME = 255
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
    if is_standard_output(path):
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    try:
        path, whole = _replaceable(path)
        part = _aside(path) if whole else path
    except (OSError, ValueError) as error:
        raise _denied(path, error) from error
    try:
        # Opened in here: whatever interrupts it, also between two steps, leaves nothing behind.
        with _opened(part, path) as file:
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
        if whole and part != path:
            with suppress(OSError):
                part.unlink()


def _opened(part: Path, path: Path) -> BinaryIO:
    try:
        return part.open("wb")
    except (OSError, ValueError) as error:
        raise _denied(path, error) from error


def _replaceable(path: Path) -> tuple[Path, bool]:
    """The place behind `path`, and whether it is written aside and then renamed.

    A device or a pipe is written as it comes: renaming would put a file in its place. A link keeps pointing
    at its file.
    """
    stream = any(hop.startswith(_STREAMS) for hop in _hops(path))
    if path.is_file() and not stream:
        return Path(os.path.realpath(path)), True
    return path, not os.path.lexists(path)


def _aside(path: Path) -> Path:
    """A name beside `path` for what is not complete; it is no longer than the longest that folders take."""
    name, end = os.fsencode(path.name), f".{os.getpid()}.part"
    if len(name) > _LONGEST_NAME:
        # Too long by itself: the system says so of the name that was given.
        return path
    if len(name) + 1 + len(end) <= _LONGEST_NAME:
        return path.with_name(f".{path.name}{end}")
    end = f".{zlib.crc32(name):08x}{end}"
    return path.with_name(f".{name[: _LONGEST_NAME - 1 - len(end)].decode('utf-8', 'ignore')}{end}")


def is_standard_output(path: Path) -> bool:
    """Whether `path` is a name of standard output, or a link that leads to one."""
    return str(path) == "-" or any(hop in STANDARD_OUTPUT for hop in _hops(path))


def _hops(path: Path) -> Iterator[str]:
    """The absolute names that `path` goes through, from link to link; the last one is no link."""
    place = path
    for _ in range(_LINKS):
        # The folder is resolved, the name in it is not: it is looked at before it is followed.
        folder = os.path.realpath(place.absolute().parent)
        name = os.path.normpath(os.path.join(folder, place.name))  # noqa: PTH118
        yield name
        try:
            place = Path(folder, os.readlink(name))  # noqa: PTH115
        except (OSError, ValueError):
            return


def _denied(path: Path, error: OSError | ValueError) -> CannotWriteError:
    reason = error.strerror or "" if isinstance(error, OSError) else str(error)
    return CannotWriteError(
        "CW-CANNOT-WRITE",
        "the file cannot be written",
        where=masked(path),
        got=reason.lower(),
        fix="name another place",
    )


def refuse_same(
    inputs: Mapping[str, Path | Iterable[Path] | None], outputs: Mapping[str, Path | None]
) -> None:
    """Refuses an output that is an input or another output; each has the name of its argument.

    An input that is a folder is given by the files in it that are read. Two names of one file are the same.

    Raises:
        UsageError: CW-SAME-FILE.
    """
    seen: dict[object, str] = {}
    for name, given in inputs.items():
        for one in (given,) if isinstance(given, Path) else given or ():
            seen |= dict.fromkeys(_identities(one) if str(one) != "-" else (), name)
    for name, path in outputs.items():
        if path is None:
            continue
        places = ["-"] if is_standard_output(path) else _identities(path)
        known = next((seen[place] for place in places if place in seen), None)
        if known is not None and os.path.realpath(path) != os.devnull:
            raise UsageError(
                "CW-SAME-FILE",
                f"{known} and {name} are the same file",
                got=masked(path),
                fix="name another file; nothing was written",
            )
        seen |= dict.fromkeys(places, name)


def _identities(path: Path) -> list[object]:
    """The place of a file and, where there is one, the file itself, whatever its name."""
    found: list[object] = [os.path.realpath(path)]
    try:
        status = path.stat()
    except (OSError, ValueError):
        return found
    return [*found, (status.st_dev, status.st_ino)]
