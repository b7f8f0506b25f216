"""Addresses in a CSV file, results as NDJSON: one row out for each row in, in the same order."""

import csv
import json
from collections.abc import Iterator, Sequence
from typing import IO, NamedTuple

from crosswalk_engine.addresses.check import validate_batch
from crosswalk_engine.addresses.model import Address
from crosswalk_engine.errors import RecordError, masked

#: The two layouts: lines as retail systems keep them, or named parts.
LINES = ("id", "line1", "line2", "line3", "line4", "postcode", "country")
PARTS = ("id", "street", "city", "state", "postcode", "country")


class Row(NamedTuple):
    """One row: its `id` as it stands, and the address in it."""

    id: str
    address: Address


def read_rows(stream: IO[str], where: str) -> Iterator[Row]:
    """The rows of a CSV with the columns `LINES` or `PARTS`, in any order; other columns are ignored.

    Raises:
        RecordError: no header, an unknown layout, a row with too many or too few cells, not CSV, not UTF-8.
            The message names file and line, never a cell.
    """
    reader = csv.reader(stream, strict=True)
    try:
        header = [cell.strip().lower() for cell in next(reader, [])]
        layout = _layout(header, where)
        places = [header.index(name) for name in layout]
        for cells in reader:
            if not cells:
                continue
            if len(cells) != len(header):
                raise RecordError(
                    "CW-CSV-ROW",
                    "a row does not have as many cells as the header",
                    where=f"{where}:{reader.line_num}",
                    got=f"{len(cells)} cells",
                    expected=f"{len(header)} cells",
                    fix="put values with commas, quotes or line breaks between double quotes",
                )
            yield _row([cells[place] for place in places], layout)
    except csv.Error as error:
        raise _broken("CW-CSV-FORM", "this is not CSV", f"{where}:{reader.line_num}", str(error)) from error
    except UnicodeDecodeError as error:
        byte = f"byte 0x{error.object[error.start]:02x}"
        place = f"{where}:{reader.line_num + 1}"
        raise _broken("CW-CSV-ENCODING", "this is not UTF-8 text", place, byte) from error


def _broken(code: str, what: str, where: str, got: str) -> RecordError:
    return RecordError(code, what, where=where, got=got, fix="save it as comma-separated UTF-8 text")


def write_results(rows: Iterator[Row], out: IO[str]) -> Iterator[int]:
    """Check each row and write its result as a line of JSON; yields the number of rows written so far."""
    ids: list[str] = []

    def addresses() -> Iterator[Address]:
        for row in rows:
            ids.append(row.id)
            yield row.address

    for number, result in enumerate(validate_batch(addresses()), start=1):
        line = {"id": ids.pop(), **result.as_dict()}
        out.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")
        yield number


def _layout(header: list[str], where: str) -> tuple[str, ...]:
    for layout in (LINES, PARTS):
        if set(layout) <= set(header):
            repeated = [name for name in layout if header.count(name) > 1]
            if repeated:
                raise RecordError(
                    "CW-CSV-COLUMNS", "a column stands twice", where=f"{where}:1", got=repeated[0]
                )
            return layout
    raise RecordError(
        "CW-CSV-COLUMNS",
        "the columns are not those of an address file",
        where=f"{where}:1",
        got=shown_header(header) or "an empty file",
        expected=f"{','.join(LINES)} or {','.join(PARTS)}",
        fix="name the columns in the first line",
    )


def shown_header(header: Sequence[str]) -> str:
    """A first line as a message may show it; empty for an empty file.

    Where the names are missing, the first line is a record: it is shown only when every cell could be a name.
    """
    if not any(header):
        return ""
    if all(name.isidentifier() and len(name) <= 24 for name in header):
        return masked(",".join(header))
    return f"{len(header)} columns, not all of them names"


def _row(cells: list[str], layout: tuple[str, ...]) -> Row:
    if layout == LINES:
        return Row(cells[0], Address.from_lines(*cells[1:]))
    street, city, state, postcode, country = cells[1:]
    return Row(cells[0], Address(street, "", city, state, postcode, country))
