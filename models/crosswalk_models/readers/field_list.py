"""Field lists: ``*_fields.csv`` and ``*.fields.csv`` with the columns ``path,type,description,samples``.

Such a list stands in for payloads when a vendor gives only documentation. Paths are echoed verbatim: whatever
notation the list uses comes back in the suggestions.
"""

import json
from pathlib import Path

import polars as pl
from crosswalk_engine.errors import RecordError, masked

from crosswalk_models.readers.fields import SAMPLES, Field, FieldSet, Values, first_samples
from crosswalk_models.readers.tabular import read_csv_text

SUFFIXES = ("_fields.csv", ".fields.csv")
COLUMNS = ("path", "type", "description", "samples")


def is_field_list(path: Path) -> bool:
    """Whether the file's name says that it is a field list."""
    return path.name.lower().endswith(SUFFIXES) or path.name.lower() == "fields.csv"


def read_field_list(path: Path) -> FieldSet:
    """The fields that `path` lists; a repeated path is kept once per row.

    Raises:
        RecordError: unreadable, no ``path`` column, a blank path, or samples that are no JSON array.
    """
    frame = read_csv_text(path)
    frame = frame.rename({name: name.strip().lower() for name in frame.columns})
    if "path" not in frame.columns:
        raise RecordError(
            "CW-FIELDS-COLUMNS",
            "the field list has no column `path`",
            where=str(path),
            got=masked(",".join(frame.columns)),
            expected=",".join(COLUMNS),
        )
    fields: list[Field] = []
    values = Values()
    for line, row in enumerate(frame.iter_rows(named=True), start=2):
        where = f"{path}:{line}"
        name = row["path"]
        if name is None or not name.strip():
            raise RecordError(
                "CW-FIELDS-PATH", "a field has no path", where=where, expected="a path in every row"
            )
        samples = _samples(row.get("samples"), where)
        for record, value in enumerate(samples):
            values.add(len(fields), record, value)
        fields.append(
            Field(
                path=name,
                type=(row.get("type") or "").strip(),
                description=(row.get("description") or "").strip(),
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


def _samples(cell: str | None, where: str) -> list[str | None]:
    if cell is None or not cell.strip():
        return []
    try:
        found = json.loads(cell, parse_float=str, parse_int=str)
    except ValueError as error:
        raise _bad_samples(where, cell) from error
    if not isinstance(found, list):
        raise _bad_samples(where, cell)
    return [_text(value) for value in found]


def _text(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _bad_samples(where: str, cell: str) -> RecordError:
    return RecordError(
        "CW-FIELDS-SAMPLES",
        "the samples of a field are not a JSON array",
        where=where,
        got=f"{len(cell)} characters",
        expected='["a", "b"]',
    )
