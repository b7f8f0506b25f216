"""Records as columns of text: one table to find duplicates in, or two tables to link."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from crosswalk_engine.errors import RecordError, masked

from crosswalk_models.readers.table import Table, read_table

#: The column that names a record; it is never compared.
ID = "id"


@dataclass(frozen=True, slots=True)
class Records:
    """`ids` and `columns` row by row; `side` is 0 for the left table and 1 for the right, array (n,),
    int8."""

    ids: tuple[str, ...]
    columns: dict[str, list[str]]
    side: npt.NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def linking(self) -> bool:
        """Whether there are two tables: then only pairs across them are compared."""
        return bool(self.side.any())


def from_rows(rows: Sequence[dict[str, str]], right: Sequence[dict[str, str]] = ()) -> Records:
    """Records from dicts with an ``id``; a column that a row lacks is blank there."""
    both = [*rows, *right]
    names = list(dict.fromkeys(name for row in both for name in row if name != ID))
    return Records(
        ids=tuple(row[ID] for row in both),
        columns={name: [row.get(name) or "" for row in both] for name in names},
        side=np.array([0] * len(rows) + [1] * len(right), np.int8),
    )


def read_records(left: Path, right: Path | None = None) -> Records:
    """Records of one CSV file, or of two to link; both have an ``id`` column. ``-`` is standard input.

    Raises:
        MissingFileError: there is no such file.
        RecordError: not a CSV file, no ``id`` column, a blank or a repeated id.
    """
    tables = [_read(path) for path in (left, right) if path is not None]
    names = list(dict.fromkeys(name for _, columns in tables for name in columns))
    joined = {
        name: [cell for ids, columns in tables for cell in columns.get(name) or [""] * len(ids)]
        for name in names
    }
    side = np.repeat(np.arange(len(tables), dtype=np.int8), [len(ids) for ids, _ in tables])
    return Records(tuple(record for ids, _ in tables for record in ids), joined, side)


def read_labels(path: Path) -> list[tuple[str, str, bool]]:
    """``left_id,right_id,match`` rows; `match` is 1/0, true/false or yes/no.

    Raises:
        MissingFileError: there is no such file.
        RecordError: not a CSV file, another header, an unreadable `match`.
    """
    table = read_table(path)
    missing = [name for name in ("left_id", "right_id", "match") if name not in table.names]
    if missing:
        raise RecordError(
            "CW-LABELS-COLUMNS",
            "the label file lacks a column",
            where=f"{path}:1",
            got=f"{len(table.names)} columns",
            expected="left_id,right_id,match",
        )
    labels = []
    for line, row in table.rows:
        answer = _ANSWERS.get(row["match"].strip().lower())
        if answer is None:
            raise RecordError(
                "CW-LABELS-MATCH", "`match` is neither yes nor no", where=f"{path}:{line}",
                got=masked(row["match"]), expected="1 or 0",
            )  # fmt: skip
        labels.append((row["left_id"], row["right_id"], answer))
    return labels


_ANSWERS = {"1": True, "true": True, "yes": True, "1.0": True, "0": False, "false": False, "no": False,
            "0.0": False}  # fmt: skip


def _read(path: Path) -> tuple[list[str], dict[str, list[str]]]:
    table = read_table(path)
    key = next((name for name in table.names if name.lower() == ID), None)
    if key is None:
        raise RecordError(
            "CW-RECORDS-ID", "the file has no id column", where=f"{path}:1",
            got=f"{len(table.names)} columns", expected="a column named id",
            fix="name the column that identifies a record `id`",
        )  # fmt: skip
    columns = {name: [row[name] for _, row in table.rows] for name in table.names if name != key}
    return _ids(table, key, path), columns


def _ids(table: Table, key: str, path: Path) -> list[str]:
    """The ids, none of them blank or repeated."""
    seen: dict[str, int] = {}
    for line, row in table.rows:
        record = row[key]
        if not record.strip():
            raise RecordError("CW-RECORDS-ID", "a record has no id", where=f"{path}:{line}")
        if record in seen:
            raise RecordError(
                "CW-RECORDS-ID", "two records have the same id", where=f"{path}:{seen[record]} and {line}",
                got=masked(record),
            )  # fmt: skip
        seen[record] = line
    return list(seen)
