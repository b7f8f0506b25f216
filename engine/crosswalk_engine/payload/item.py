"""What reading a file of records gives, one by one."""

from collections.abc import Callable, Sequence
from typing import Any

from crosswalk_engine.errors import RecordError

#: One record with the line where it begins, from 1, or what is wrong with it.
Item = tuple[int, dict[str, Any] | RecordError]
#: Called with a sentence about the file that a person should see.
Note = Callable[[str], None]
#: Called with the names in a table's header, before its first row; a table may have no row at all.
Header = Callable[[Sequence[str]], object]


def silent(sentence: str) -> None:
    """Nobody wants to know."""


def unheard(names: Sequence[str]) -> None:
    """Nobody wants to know the header either."""
