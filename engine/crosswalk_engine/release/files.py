"""The bytes of a release, out of a folder or a zip of one; hostile archives are refused, not unpacked."""

import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from crosswalk_engine.errors import ConfigError, MissingFileError, masked
from crosswalk_engine.release.manifest import FILE

#: A release holds some dozens of documents; these bounds only stop accidents and bombs.
MAX_FILES = 2_000
MAX_BYTES = 200_000_000
#: JSON packs ten to thirty times; more than that in a large entry is a bomb.
MAX_RATIO = 100
RATIO_FROM_BYTES = 1_000_000
_SYMLINK = 0o120000
_FILE_TYPE = 0o170000


def read_files(path: Path) -> dict[str, bytes]:
    """Path in the release -> bytes, manifest.json among them.

    Raises:
        MissingFileError: there is no such path, or no manifest in it.
        ConfigError: CW-RELEASE-ARCHIVE; too many or too large files, links, or paths that lead outside.
    """
    if path.is_dir():
        files = dict(_folder(path))
    elif path.is_file():
        files = _zip(path)
    else:
        raise MissingFileError("CW-RELEASE-MISSING", "there is no such release", where=str(path))
    if FILE not in files:
        raise MissingFileError(
            "CW-RELEASE-MISSING",
            f"this is not a release: it holds no {FILE}",
            where=str(path),
            fix="build one with `crosswalk release build PROJECT --out DIR`",
        )
    return files


def _folder(root: Path) -> Iterator[tuple[str, bytes]]:
    count = total = 0
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if path.is_symlink():
            raise _refused(root, f"{masked(name)} is a link")
        if path.is_dir():
            continue
        if not path.is_file():
            # A pipe would be waited for, a socket cannot be read.
            raise _refused(root, f"{masked(name)} is not a plain file")
        count += 1
        total += path.stat().st_size
        if count > MAX_FILES or total > MAX_BYTES:
            raise _refused(root, f"more than {MAX_FILES:,} files or {MAX_BYTES / 1e6:.0f} MB")
        yield name, path.read_bytes()


def _zip(path: Path) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = _checked_entries(path, archive)
            names = [PurePosixPath(entry.filename) for entry in entries]
            # A zip of the folder, rather than of its contents, has one folder around everything.
            outer = {name.parts[0] for name in names}
            wrapped = len(outer) == 1 and all(len(name.parts) > 1 for name in names)
            return {
                str(PurePosixPath(*name.parts[1:])) if wrapped else str(name): _unpacked(path, archive, entry)
                for name, entry in zip(names, entries, strict=True)
            }
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise _refused(path, "neither a folder nor a zip that can be read") from error


def _checked_entries(path: Path, archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    if len(entries) > MAX_FILES:
        raise _refused(path, f"{len(entries):,} files")
    if sum(entry.file_size for entry in entries) > MAX_BYTES:
        raise _refused(path, f"more than {MAX_BYTES / 1e6:.0f} MB unpacked")
    seen: set[str] = set()
    for entry in entries:
        name = entry.filename
        pure = PurePosixPath(name)
        if pure.is_absolute() or ".." in pure.parts or "\\" in name or ":" in name or str(pure) != name:
            raise _refused(path, f"the entry '{masked(name)}' leads outside the release")
        if (entry.external_attr >> 16) & _FILE_TYPE == _SYMLINK:
            raise _refused(path, f"the entry '{masked(name)}' is a link")
        if entry.flag_bits & 0x1:
            raise _refused(path, f"the entry '{masked(name)}' is encrypted")
        if name in seen:
            raise _refused(path, f"the entry '{masked(name)}' stands twice")
        if entry.file_size > max(RATIO_FROM_BYTES, MAX_RATIO * entry.compress_size):
            raise _refused(path, f"the entry '{masked(name)}' unpacks to {entry.file_size / 1e6:.0f} MB")
        seen.add(name)
    return entries


def _unpacked(path: Path, archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    with archive.open(entry) as stream:
        raw = stream.read(entry.file_size + 1)
    if len(raw) != entry.file_size:
        raise _refused(path, f"the entry '{masked(entry.filename)}' is larger than it says")
    return raw


def _refused(path: Path, got: str) -> ConfigError:
    return ConfigError(
        "CW-RELEASE-ARCHIVE",
        "this cannot be a release",
        where=str(path),
        got=got,
        expected="a folder made by `crosswalk release build`, or a plain zip of it",
    )
