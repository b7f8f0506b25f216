"""Field lists: ``*_fields.csv`` and ``*.fields.csv`` with the columns ``path,type,description,samples``.

Such a list stands in for payloads when a vendor gives only documentation. Paths are echoed verbatim: whatever
notation the list uses comes back in the suggestions.
"""

import json
from pathlib import Path

import polars as pl
from crosswalk_engine.errors import RecordError, masked
from crosswalk_engine.payload.codecs import encode_json
from crosswalk_engine.payload.strict_json import decode_json

from crosswalk_models.readers.fields import SAMPLES, Field, FieldSet, Values, as_text, first_samples
from crosswalk_models.readers.table import read_table

SUFFIXES = ("_fields.csv", ".fields.csv")
COLUMNS = ("path", "type", "description", "samples")


def is_field_list(path: Path) -> bool:
    """Whether the file's name says that it is a field list."""
    return path.name.lower().endswith(SUFFIXES) or path.name.lower() == "fields.csv"


def read_field_list(path: Path) -> FieldSet:
    """The fields that `path` lists; a repeated path is kept once per row.

    Raises:
        MissingFileError: there is no such file.
        RecordError: unreadable, no ``path`` column, a blank path, or samples that are no JSON array.
    """
    table = read_table(path)
    columns = [name.lower() for name in table.names]
    if "path" not in columns:
        raise RecordError(
            "CW-FIELDS-COLUMNS",
            "the field list has no column `path`",
            where=str(path),
            got=masked(",".join(columns)),
            expected=",".join(COLUMNS),
        )
    fields: list[Field] = []
    values = Values()
    for line, cells in table.rows:
        where = f"{path}:{line}"
        row = dict(zip(columns, cells.values(), strict=True))
        name = row["path"]
        if not name.strip():
            raise RecordError(
                "CW-FIELDS-PATH", "a field has no path", where=where, expected="a path in every row"
            )
        samples = _samples(row.get("samples", ""), where)
        for record, value in enumerate(samples):
            values.add(len(fields), record, value)
        fields.append(
            Field(
                path=name,
                type=row.get("type", "").strip(),
                description=row.get("description", "").strip(),
                samples=first_samples(samples, SAMPLES),
                places=len(samples),
            )
        )
    records = max((item.places for item in fields), default=0)
    return FieldSet(path.name, "fields", tuple(fields), values.table(), records)


def write_field_list(fields: FieldSet, path: Path) -> None:
    """Write `fields` as a field list, as the mapping memory keeps them."""
    frame = pl.DataFrame(
        {
            "path": [item.path for item in fields.fields],
            "type": [item.type for item in fields.fields],
            "description": [item.description for item in fields.fields],
            "samples": [json.dumps(item.samples, ensure_ascii=False) for item in fields.fields],
        },
        schema=dict.fromkeys(COLUMNS, pl.String),
    )
    frame.write_csv(path)


def _samples(cell: str, where: str) -> list[str | None]:
    if not cell.strip():
        return []
    try:
        found = decode_json(cell, where=where)
    except RecordError as error:
        raise _bad_samples(where, error.what) from error
    if not isinstance(found, list):
        raise _bad_samples(where, "a single value or an object")
    return [encode_json(one).decode() if isinstance(one, list | dict) else as_text(one) for one in found]


def _bad_samples(where: str, got: str) -> RecordError:
    return RecordError(
        "CW-FIELDS-SAMPLES",
        "the samples of a field are not a JSON array",
        where=where,
        got=got,
        expected='["a", "b"]',
    )
