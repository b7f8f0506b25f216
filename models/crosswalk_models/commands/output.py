"""Writing a command's result: to standard output, or to a file that is whole or not there."""

import json
import os
import sys
from pathlib import Path
from typing import Any

from crosswalk_engine.errors import CannotWriteError


def say(text: str) -> None:
    """Print `text`; a reader that has gone away (`| head`) is its own business and no error."""
    try:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        _reader_left()


def write_json(path: Path, value: Any) -> None:
    """`value` as indented JSON at `path`; ``-`` and devices such as ``/dev/stdout`` are written straight.

    Raises:
        CannotWriteError: the place cannot be written; a file that stood there is unchanged.
    """
    text = json.dumps(value, ensure_ascii=False, indent=1)
    if str(path) == "-":
        say(text)
        return
    try:
        if path.exists() and not path.is_file():
            with path.open("w", encoding="utf-8") as stream:
                stream.write(text + "\n")
            return
        beside = path.with_name(f".{path.name}.new")
        beside.write_text(text + "\n", encoding="utf-8")
        beside.replace(path)
    except BrokenPipeError:
        _reader_left()
    except OSError as error:
        raise CannotWriteError(
            "CW-OUT-WRITE",
            "the result cannot be written",
            where=str(path),
            got=os.strerror(error.errno or 0),
            fix="choose another place for --out",
        ) from error


def _reader_left() -> None:
    """Point standard output to nowhere, so that Python does not complain at exit either."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
