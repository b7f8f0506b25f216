"""What reading a file of records gives, one by one."""

from collections.abc import Callable
from typing import Any

from crosswalk_engine.errors import RecordError

#: One record with the line where it begins, from 1, or what is wrong with it.
Item = tuple[int, dict[str, Any] | RecordError]
#: Called with a sentence about the file that a person should see.
Note = Callable[[str], None]


def silent(sentence: str) -> None:
    """Nobody wants to know."""
