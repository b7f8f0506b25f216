"""Parquet and XLSX as records.

Parquet, by the extra [tabular], keeps its kinds. A sheet gives texts, as CSV does: its first row is the
header, an empty cell is a blank text.
"""

from collections.abc import Iterator
from typing import BinaryIO

from crosswalk_engine.payload.forms import Form
from crosswalk_engine.payload.item import Header, Item, Note, unheard
from crosswalk_engine.payload.limits import Limits
from crosswalk_engine.payload.parquet_read import read_parquet
from crosswalk_engine.payload.xlsx_read import read_xlsx


def read_tabular(
    stream: BinaryIO, form: Form, where: str, limits: Limits, note: Note, header: Header = unheard
) -> Iterator[Item]:
    """``(row, record)`` for each row, or what is wrong with the row; rows of Parquet count from 1.

    Raises:
        ConfigError: CW-NEEDS-TABULAR.
        RecordError: CW-PARQUET, CW-XLSX-… or CW-CSV-HEADER: the file as a whole cannot be read.
    """
    if form == "parquet":
        return read_parquet(stream, where)
    return read_xlsx(stream, where, limits, note, header)
