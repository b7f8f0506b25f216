"""What the commands here read and write: one standard input, and JSON that is whole or not there."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, BinaryIO

from crosswalk_engine.errors import UsageError


def one_standard_input(paths: Iterable[Path | None]) -> None:
    """Refuses ``-`` in more than one place.

    Raises:
        UsageError: CW-USAGE.
    """
    if [str(path) for path in paths].count("-") > 1:
        raise UsageError("CW-USAGE", "only one file can be standard input", got="- twice")


def write_json(stream: BinaryIO, value: Any) -> None:
    """`value` as indented JSON in UTF-8, with an end of line."""
    stream.write((json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode())
