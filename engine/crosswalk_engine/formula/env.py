"""What the world gives a formula besides the record: lookup tables, the id map, related records, the time."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, TypeAlias


class Lookup(Protocol):
    """A lookup table, as far as formulas need it."""

    def get(self, key: str, /) -> str | None:
        """The target of `key`, or `None`."""
        ...


#: (entity, id here) -> id there, or `None` when the id map has no entry.
IdMap: TypeAlias = Callable[[str, str], str | None]


@dataclass(slots=True)
class Env:
    """One evaluation's surroundings; `row_key` follows the row of an `each`."""

    lookups: Mapping[str, Lookup] = field(default_factory=dict)
    idmap: IdMap | None = None
    related: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    now: datetime | None = None
    row_key: str | None = None
