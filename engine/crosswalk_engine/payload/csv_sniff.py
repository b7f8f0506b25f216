"""Which character separates the cells of a table, judged by its first lines."""

import csv
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

#: In the order in which they win a tie.
DELIMITERS = (",", ";", "\t", "|")
NAMES = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
#: A number with a decimal comma: its table cannot be separated by commas.
_DECIMAL_COMMA = re.compile(r"\s*[+-]?(?:[0-9]+|[0-9]{1,3}(?:[. \xa0][0-9]{3})+),[0-9]+\s*")


@dataclass(frozen=True, slots=True)
class Layout:
    """How a table is written: its delimiter, and whether its first line only says which it is (``sep=;``)."""

    delimiter: str
    stated: bool = False


def sniff_layout(lines: Sequence[str]) -> Layout:
    """The layout of a table with these first lines, of which the first one is filled."""
    first = lines[0].strip("\r\n")
    if first.lower().startswith("sep=") and len(first) == 5:
        return Layout(first[4], stated=True)
    best, most = DELIMITERS[0], (0, False, 0)
    for delimiter in DELIMITERS:
        rows = _rows(lines, delimiter)
        if not rows or len(rows[0]) < 2:
            continue
        same = sum(len(row) == len(rows[0]) for row in rows)
        # Columns count only as far as the rows agree on them: a comma in one text makes no table.
        commas = delimiter != "," and any(_DECIMAL_COMMA.fullmatch(cell) for row in rows[1:] for cell in row)
        score = (round(100 * same / len(rows)), commas, len(rows[0]))
        if score > most:
            best, most = delimiter, score
    return Layout(best)


def is_table(first: bytes, second: bytes | None) -> bool:
    """Whether two lines of a file whose name says nothing look like the beginning of a table."""
    if second is None:
        return False
    try:
        lines = [first.decode("utf-8-sig"), second.decode()]
    except UnicodeDecodeError:
        return False
    layout = sniff_layout(lines)
    if layout.stated:
        return True
    rows = _rows(lines, layout.delimiter)
    return len(rows) == 2 and len(rows[0]) > 1 and len(rows[0]) == len(rows[1])


def _rows(lines: Sequence[str], delimiter: str) -> list[list[str]]:
    """The rows of the first lines; a last one that is cut off is left out."""
    rows: list[list[str]] = []
    with suppress(csv.Error):
        rows.extend(row for row in csv.reader(lines, delimiter=delimiter, strict=True) if row)
    return rows
