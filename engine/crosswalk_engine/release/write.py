"""Writing a release: whole or not at all, and the same bytes for the same input."""

import os
import shutil
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

from crosswalk_engine.errors import CannotWriteError, masked
from crosswalk_engine.release.manifest import FILE

#: Every entry of a zip carries this time, so that equal releases are equal files.
_EPOCH = (1980, 1, 1, 0, 0, 0)
_MODE = 0o644 << 16


def write_release(files: Mapping[str, bytes], out: Path, *, force: bool = False) -> None:
    """Write `files` as the folder `out`, or as one zip when its name ends in ``.zip``.

    A crash leaves what was there before; `force` replaces an earlier release, and nothing else.

    Raises:
        CannotWriteError: CW-RELEASE-EXISTS when something is there, CW-RELEASE-WRITE when writing fails.
    """
    check_free(out, force)
    try:
        if out.suffix == ".zip":
            _write_zip(files, out)
        else:
            write_folder(files, out)
    except OSError as error:
        raise _unwritable(out, error) from error


def _unwritable(out: Path, error: OSError) -> CannotWriteError:
    return CannotWriteError(
        "CW-RELEASE-WRITE",
        "the release cannot be written",
        where=masked(out),
        got=str(error.strerror or error),
        fix="name another place",
    )


def write_folder(files: Mapping[str, bytes], out: Path) -> None:
    """Write a folder beside its place, then move it there; an earlier one goes when the new one is whole."""
    out.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    try:
        fresh = work / "new"
        for name, raw in sorted(files.items()):
            path = fresh / name
            path.parent.mkdir(parents=True, exist_ok=True)
            _write(path, raw)
        if out.exists():
            out.rename(work / "old")
        try:
            fresh.rename(out)
        except OSError:
            if (work / "old").exists():
                (work / "old").rename(out)
            raise
        _sync_folder(out.parent)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _write_zip(files: Mapping[str, bytes], out: Path) -> None:
    out.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=f".{out.name}-", dir=out.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
                for name, raw in sorted(files.items()):
                    entry = zipfile.ZipInfo(name, _EPOCH)
                    entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, _MODE
                    archive.writestr(entry, raw)
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(out)
    finally:
        Path(temporary).unlink(missing_ok=True)


def _write(path: Path, raw: bytes) -> None:
    with path.open("wb") as stream:
        stream.write(raw)
        stream.flush()
        os.fsync(stream.fileno())


def _sync_folder(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def check_free(out: Path, force: bool) -> None:
    """Refuse `out` when something is there that is not an empty folder or, with `force`, a release.

    Raises:
        CannotWriteError: CW-RELEASE-EXISTS; CW-RELEASE-WRITE when one may not even look.
    """
    try:
        if _is_free(out, force):
            return
    except OSError as error:
        raise _unwritable(out, error) from error
    is_release = (out / FILE).is_file() or out.suffix == ".zip"
    raise CannotWriteError(
        "CW-RELEASE-EXISTS",
        "something is there already",
        where=str(out),
        fix="pass --force to replace that release" if is_release else "name another place",
    )


def _is_free(out: Path, force: bool) -> bool:
    if out.is_dir():
        return not any(out.iterdir()) or (force and (out / FILE).is_file())
    return not out.exists() or (force and out.suffix == ".zip" and zipfile.is_zipfile(out))
