"""Reading files for profiling and matching: whatever the format, fields by path and their values.

`read_fields` is the one way in. Formats: CSV, XLSX, Parquet, JSON, NDJSON, XML, JSON Schema, and field lists
(``*_fields.csv``, ``*.fields.csv``). The file's name decides, for JSON also its content.
"""

from itertools import islice
from pathlib import Path
from typing import Any

from crosswalk_engine.errors import MissingFileError, RecordError

from crosswalk_models.readers.fields import Field, FieldSet

__all__ = ["FORMATS", "Field", "FieldSet", "read_fields", "require_file"]

FORMATS = ("CSV", "XLSX", "Parquet", "JSON", "NDJSON", "XML", "JSON Schema", "field list")


def read_fields(path: Path | str, *, limit: int | None = None) -> FieldSet:
    """The fields of the file at `path`, with their values.

    Args:
        path: the file.
        limit: read at most so many records (JSON, NDJSON and XML; the others are read whole).

    Raises:
        MissingFileError: there is no such file.
        RecordError: empty, cut short, wrongly encoded, or not of the format that its name says.
    """
    place = require_file(Path(path))
    suffix = place.suffix.lower()
    from crosswalk_models.readers import field_list, tabular

    if field_list.is_field_list(place):
        return field_list.read_field_list(place)
    if suffix in (".csv", ".tsv", ".txt"):
        return tabular.read_csv(place)
    if suffix in (".xlsx", ".xlsm", ".xls"):
        return tabular.read_xlsx(place)
    if suffix in (".parquet", ".pq"):
        return _read_parquet(place, limit)
    if suffix == ".xml":
        return _read_xml(place, limit)
    if suffix in (".json", ".ndjson", ".jsonl"):
        return _read_json(place, limit)
    raise RecordError(
        "CW-FILE-FORMAT",
        "this kind of file is not read",
        where=str(path),
        got=suffix or "no suffix",
        expected=", ".join(FORMATS),
        fix="rename or export it",
    )


def require_file(path: Path) -> Path:
    """`path`, when a file stands there.

    Raises:
        MissingFileError: it does not.
    """
    if not path.is_file():
        what = "a folder stands where a file is needed" if path.is_dir() else "there is no such file"
        raise MissingFileError("CW-FILE-MISSING", what, where=str(path), fix="check the path")
    return path


def _read_json(path: Path, limit: int | None) -> FieldSet:
    from crosswalk_engine.payload.codecs import BadRecordsError, iter_records

    from crosswalk_models.readers import json_schema, nested

    records: list[dict[str, Any]] = []
    problems: list[RecordError] = []
    for _, item in islice(iter_records(path), limit):
        if isinstance(item, RecordError):
            problems.append(item)
        else:
            records.append(item)
    if problems:
        raise BadRecordsError(str(path), tuple(problems), len(records)) if records else problems[0]
    if len(records) == 1 and json_schema.is_json_schema(records[0]):
        return json_schema.from_schema(path.name, records[0])
    return nested.from_records(path.name, records)


def _read_parquet(path: Path, limit: int | None) -> FieldSet:
    from crosswalk_models.readers import nested, tabular

    frame = tabular.read_parquet_frame(path)
    if tabular.is_flat(frame):
        return tabular.from_frame(path.name, frame)
    return nested.from_records(path.name, frame.head(limit if limit is not None else frame.height).to_dicts())


def _read_xml(path: Path, limit: int | None) -> FieldSet:
    from crosswalk_models.readers import nested, xml_records

    return nested.from_records(path.name, xml_records.read_xml(path)[:limit])
