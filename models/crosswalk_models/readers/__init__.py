"""Reading files for profiling and matching: whatever the format, fields by path and their values.

`read_fields` is the one way in. Records are read by the engine, by content: JSON, NDJSON, XML, CSV, Parquet
and XLSX; what it refuses is refused here, in the same words. A single JSON Schema is read as one, and files
named ``*_fields.csv`` or ``*.fields.csv`` are field lists.
"""

from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crosswalk_engine.commands.files import reading
from crosswalk_engine.payload.item import Note, silent

from crosswalk_models.readers.fields import Field, FieldSet

if TYPE_CHECKING:
    from crosswalk_engine.payload.sniffing import Opened

__all__ = ["Field", "FieldSet", "read_fields"]

#: Where the engine puts the name of a document's root element.
_ROOT = "#root"


def read_fields(
    path: Path | str,
    *,
    limit: int | None = None,
    record: Sequence[str] = (),
    encoding: str | None = None,
    note: Note = silent,
) -> FieldSet:
    """The fields of the file at `path`, with their values.

    Args:
        path: the file; ``-`` is standard input.
        limit: read at most so many records (tables are read whole).
        record: in XML, the element that is a record, as names below the root; empty: found out.
        encoding: of text that is not UTF-8.
        note: gets sentences that a person should see, such as the delimiter of a table.

    Raises:
        MissingFileError: there is no such file.
        RecordError: empty, cut short, wrongly encoded, or not of the format that its name says.
    """
    from crosswalk_engine.payload.limits import BULK
    from crosswalk_engine.payload.sniffing import open_records

    from crosswalk_models.readers import field_list

    place = Path(path)
    if field_list.is_field_list(place):
        return field_list.read_field_list(place)
    with reading(place) as stream:
        opened = open_records(stream, str(place), BULK, encoding)
        return _read(opened, place.name or str(place), limit, tuple(record), note)


def _read(opened: "Opened", name: str, limit: int | None, record: tuple[str, ...], note: Note) -> FieldSet:
    from crosswalk_engine.payload.codecs import read_opened
    from crosswalk_engine.payload.xml_options import XmlOptions

    from crosswalk_models.readers import json_schema, nested, table

    types: dict[str, str] = {}
    if opened.form == "parquet" and opened.stream is not None:
        types = table.parquet_types(opened.stream)
    columns = list(types)
    items = read_opened(opened, XmlOptions(record=record), note, columns.extend)
    if types or opened.form in ("csv", "xlsx"):
        rows = (row for _, row in table.good_items(items, opened.where))
        return table.from_rows(name, columns, rows, types)
    records = [found for _, found in table.good_items(islice(items, limit), opened.where)]
    if opened.form in ("json", "ndjson") and len(records) == 1 and json_schema.is_json_schema(records[0]):
        return json_schema.from_schema(name, records[0])
    if opened.form in ("xml", "ndxml"):
        records = _without_root(records)
    return nested.from_records(name, records)


def _without_root(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The name of the root is a field only where the documents have different ones."""
    if len({found.get(_ROOT) for found in records}) > 1:
        return records
    return [{key: value for key, value in found.items() if key != _ROOT} for found in records]
