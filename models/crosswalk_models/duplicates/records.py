"""Records as columns of text: one table to find duplicates in, or two tables to link."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from crosswalk_engine.errors import MissingFileError, RecordError, masked

from crosswalk_models.readers.tabular import read_csv_text

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
    """Records of one CSV file, or of two to link; both have an ``id`` column.

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
    columns = _columns(path)
    missing = [name for name in ("left_id", "right_id", "match") if name not in columns]
    if missing:
        raise RecordError(
            "CW-LABELS-COLUMNS",
            "the label file lacks a column",
            where=f"{path}:1",
            got=f"{len(columns)} columns",
            expected="left_id,right_id,match",
        )
    labels = []
    for number, word in enumerate(columns["match"]):
        answer = _ANSWERS.get(word.strip().lower())
        if answer is None:
            raise RecordError(
                "CW-LABELS-MATCH", "`match` is neither yes nor no", where=f"{path}:{number + 2}",
                got=masked(word), expected="1 or 0",
            )  # fmt: skip
        labels.append((columns["left_id"][number], columns["right_id"][number], answer))
    return labels


_ANSWERS = {"1": True, "true": True, "yes": True, "1.0": True, "0": False, "false": False, "no": False,
            "0.0": False}  # fmt: skip


def _columns(path: Path) -> dict[str, list[str]]:
    if not path.is_file():
        raise MissingFileError("CW-FILE-MISSING", "there is no such file", where=str(path))
    frame = read_csv_text(path)
    return {name.strip(): frame[name].fill_null("").to_list() for name in frame.columns}


def _read(path: Path) -> tuple[list[str], dict[str, list[str]]]:
    columns = _columns(path)
    key = next((name for name in columns if name.lower() == ID), None)
    if key is None:
        raise RecordError(
            "CW-RECORDS-ID", "the file has no id column", where=f"{path}:1", got=f"{len(columns)} columns",
            expected="a column named id", fix="name the column that identifies a record `id`",
        )  # fmt: skip
    ids = columns.pop(key)
    seen: dict[str, int] = {}
    for number, record in enumerate(ids, start=2):
        if not record.strip():
            raise RecordError("CW-RECORDS-ID", "a record has no id", where=f"{path}:{number}")
        if record in seen:
            raise RecordError(
                "CW-RECORDS-ID", "two records have the same id", where=f"{path}:{seen[record]} and {number}",
                got=masked(record),
            )  # fmt: skip
        seen[record] = number
    return ids, columns
