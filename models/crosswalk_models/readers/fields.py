"""What every reader hands on: fields by path, and their values as one Arrow table.

The table is long, not wide: one row a value, whatever the shape of the payload was. So the profile and the
matcher ask DuckDB the same questions of a CSV column and of a field inside an array inside an array.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

#: Distinct, non-blank example values kept with a field.
SAMPLES = 8
#: Values gathered as Python objects before they are packed into an Arrow chunk.
CHUNK = 250_000

VALUES_SCHEMA = pa.schema([("field", pa.int32()), ("record", pa.int64()), ("value", pa.string())])


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an entity.

    Attributes:
        path: as the file writes it, or ``orderRows[].productSku`` for payloads.
        type: the declared or JSON type; empty when nothing says it.
        description: what the file says about it; often empty.
        samples: up to 8 distinct non-blank values, in order of appearance, as text.
        required: whether a schema demands it; `None` when nothing says so.
        places: how many values could stand here (records, or elements of its collection).
    """

    path: str
    type: str = ""
    description: str = ""
    samples: tuple[str, ...] = ()
    required: bool | None = None
    places: int = 0


@dataclass(frozen=True)
class FieldSet:
    """The fields of one file.

    Attributes:
        name: the file's name without folders.
        kind: ``records``, ``schema`` or ``fields``: what the file held.
        fields: in the file's order; paths may repeat only in field lists.
        values: Arrow table (field: index into `fields`, record: from 0, value: text or null).
        records: records read; 0 for schemas.
    """

    name: str
    kind: str
    fields: tuple[Field, ...]
    values: pa.Table = field(repr=False)
    records: int = 0

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """The paths, in order."""
        return tuple(item.path for item in self.fields)

    @cached_property
    def index(self) -> dict[str, int]:
        """Path → its (first) index in `fields`."""
        places: dict[str, int] = {}
        for number, path in enumerate(self.paths):
            places.setdefault(path, number)
        return places

    def without_repeats(self) -> "FieldSet":
        """This set with each path once: of fields with the same path, the first."""
        if len(self.index) == len(self.fields):
            return self
        kept = list(self.index.values())
        place = pa.array(
            [kept.index(number) if number in kept else None for number in range(len(self.fields))]
        )
        moved = place.take(self.values["field"]).cast(pa.int32()).combine_chunks()
        table = self.values.set_column(0, "field", moved).filter(pc.is_valid(moved))
        return replace(self, fields=tuple(self.fields[number] for number in kept), values=table)


class Values:
    """Collects ``(field, record, value)`` rows, packed into Arrow chunk by chunk."""

    def __init__(self) -> None:
        self._rows: tuple[list[int], list[int], list[str | None]] = ([], [], [])
        self._chunks: list[pa.RecordBatch] = []

    def add(self, field_index: int, record: int, value: str | None) -> None:
        """Add one value; `None` is a null that stands in the file."""
        fields, records, values = self._rows
        fields.append(field_index)
        records.append(record)
        values.append(value)
        if len(fields) >= CHUNK:
            self._pack()

    def add_column(self, field_index: int, values: list[str | None], first: int) -> None:
        """Add one value of each of the records from number `first` on."""
        self._pack()
        size = len(values)
        columns = [
            pa.repeat(pa.scalar(field_index, pa.int32()), size),
            pa.array(range(first, first + size), pa.int64()),
            pa.array(values, pa.string()),
        ]
        self._chunks.append(pa.RecordBatch.from_arrays(columns, schema=VALUES_SCHEMA))

    def table(self) -> pa.Table:
        """Everything added so far."""
        self._pack()
        return pa.Table.from_batches(self._chunks, VALUES_SCHEMA)

    def _pack(self) -> None:
        fields, records, values = self._rows
        if fields:
            columns = [
                pa.array(fields, pa.int32()),
                pa.array(records, pa.int64()),
                pa.array(values, pa.string()),
            ]
            self._chunks.append(pa.RecordBatch.from_arrays(columns, schema=VALUES_SCHEMA))
            self._rows = ([], [], [])


def as_text(value: Any) -> str | None:
    """A scalar as the text that stood in the file, e.g. ``true`` or ``29.9500``; null stays `None`."""
    if value is None:
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def first_samples(values: Iterable[str | None], limit: int = SAMPLES) -> tuple[str, ...]:
    """The first `limit` distinct non-blank texts of `values`, trimmed."""
    found: dict[str, None] = {}
    for value in _non_blank(values):
        found.setdefault(value)
        if len(found) == limit:
            break
    return tuple(found)


def _non_blank(values: Iterable[str | None]) -> Iterator[str]:
    for value in values:
        if value is not None and (text := value.strip()):
            yield text
