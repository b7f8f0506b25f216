"""Rows as CSV that no spreadsheet runs: a text that begins like a formula gets an apostrophe in front."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Any

#: What makes a cell a formula, or moves it to another cell, when a spreadsheet opens the file.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")


def csv_cell(value: Any) -> str:
    """One value as the text of a cell; null is empty. A text that is a number stays as it is."""
    if value is None:
        return ""
    if value.__class__ is not str:
        return str(value).lower() if value.__class__ is bool else str(value)
    text: str = value
    if text.startswith(_FORMULA) and not _NUMBER.fullmatch(text):
        return "'" + text
    return text


def csv_bytes(rows: Iterable[Sequence[Any]]) -> bytes:
    """Lines of CSV in UTF-8 (RFC 4180): commas, quotes where needed, each line ended by CR and LF."""
    out = io.StringIO()
    # The writer quotes what holds a character of the line's end, so a lone CR too.
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerows([csv_cell(value) for value in row] for row in rows)
    return out.getvalue().encode()
