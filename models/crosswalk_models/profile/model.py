"""What a profile says: plain records that can be printed, stored and drawn."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

FORMAT = "crosswalk/profile@1"


@dataclass(frozen=True, slots=True)
class Counted:
    """A value, pattern or range of values, and how often it stands in the file."""

    value: str
    count: int


@dataclass(frozen=True, slots=True)
class FieldProfile:
    """One field of a file.

    Attributes:
        path: e.g. ``orderRows[].productSku``.
        type: integer, decimal, boolean, date, datetime, time, email, phone, postcode, url, uuid, country,
            currency, code, text, mixed or empty.
        form: how it is written: a date format (``yyyyMMdd``), ``2 decimals``, or empty.
        declared: the type in the file: string, integer, number, boolean, null, or several joined by ``|``.
        places: how many values could stand here (records, or elements of the collection).
        filled: non-blank values; `nulls`, `blanks` and `absent` make up the rest.
        conforms: share of filled values that are written like `type`, in [0, 1].
        distinct: different non-blank values (trimmed).
        shortest, longest: characters.
        least, most: smallest and greatest value: as numbers, dates or texts, by `type`.
        patterns: commonest forms (``AA9 9AA``), at most 3.
        top: commonest values, at most 8; masked where personal.
        examples: first values, at most 5; masked where personal.
        histogram: equal ranges of numbers or dates, each with its count; empty for other types.
        personal: whether it looks personal (name, e-mail, phone, street); its values are then masked.
        key: whether it may identify a record: always filled, never repeated.
    """

    path: str
    type: str
    form: str
    declared: str
    places: int
    filled: int
    nulls: int
    blanks: int
    absent: int
    conforms: float
    distinct: int
    shortest: int
    longest: int
    least: str
    most: str
    patterns: tuple[Counted, ...]
    top: tuple[Counted, ...]
    examples: tuple[str, ...]
    histogram: tuple[Counted, ...]
    personal: bool
    key: bool

    @property
    def filled_rate(self) -> float:
        """Filled ÷ places, in [0, 1]."""
        return self.filled / self.places if self.places else 0.0

    @property
    def uniqueness(self) -> float:
        """Distinct ÷ filled, in [0, 1]."""
        return self.distinct / self.filled if self.filled else 0.0

    def to_json(self) -> dict[str, Any]:
        """As a JSON object; rates rounded to 4 places."""
        return {
            **asdict(self),
            "conforms": round(self.conforms, 4),
            "filled_rate": round(self.filled_rate, 4),
            "uniqueness": round(self.uniqueness, 4),
        }


@dataclass(frozen=True, slots=True)
class FileProfile:
    """One file: its fields in order, and those that may identify a record."""

    name: str
    kind: str
    records: int
    fields: tuple[FieldProfile, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        """Paths of the fields that may be keys."""
        return tuple(item.path for item in self.fields if item.key)

    def to_json(self) -> dict[str, Any]:
        """As a JSON object."""
        fields = [item.to_json() for item in self.fields]
        return {
            "name": self.name,
            "kind": self.kind,
            "records": self.records,
            "keys": list(self.keys),
            "fields": fields,
        }


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """A guess that `path` of `file` holds ids of `to_file`.

    `coverage` is the share of its distinct values found there, in [0, 1].
    """

    file: str
    path: str
    to_file: str
    to_path: str
    coverage: float
    distinct: int


@dataclass(frozen=True, slots=True)
class Profile:
    """Several files and how they hang together."""

    files: tuple[FileProfile, ...]
    foreign_keys: tuple[ForeignKey, ...] = field(default=())

    def to_json(self) -> dict[str, Any]:
        """The stored form (`crosswalk/profile@1`)."""
        return {
            "format": FORMAT,
            "files": [item.to_json() for item in self.files],
            "foreign_keys": [
                {**asdict(item), "coverage": round(item.coverage, 4)} for item in self.foreign_keys
            ],
        }


def counted(pairs: Sequence[tuple[str, int]]) -> tuple[Counted, ...]:
    """Pairs of value and count as `Counted`."""
    return tuple(Counted(value, count) for value, count in pairs)
