"""What to say of a file that cannot be opened for reading."""

from pathlib import Path

from crosswalk_engine.errors import MissingFileError, masked


def unreadable(
    error: OSError, where: Path | str, what: str = "there is no such file", *, fix: str = ""
) -> MissingFileError:
    """The error for a file at `where` that `error` keeps closed; `what` is said of one that is not there."""
    place = masked(where, 200)
    if isinstance(error, IsADirectoryError):
        return MissingFileError(
            "CW-FILE-MISSING", "a folder stands where a file is needed", where=place, fix="name a file"
        )
    if isinstance(error, PermissionError):
        return MissingFileError(
            "CW-FILE-DENIED", "the file may not be read", where=place, fix="ask for the right to read it"
        )
    told = isinstance(error, FileNotFoundError | NotADirectoryError)
    reason = "" if told else (error.strerror or "").lower()
    return MissingFileError("CW-FILE-MISSING", what, where=place, got=reason, fix=fix)
