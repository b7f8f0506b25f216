"""Reading and writing records in every form, with hard limits and one clear fault for each bad record.

A file may be one JSON object, a JSON array of objects, an API reply ``{"response": [...]}`` or NDJSON (one
object a line); XML: a document, a list of records in one, or several documents; CSV; and by the extra
[tabular] Parquet and XLSX. Its content decides, and its name must not say another form. All but a single
object are read piece by piece, so that size has no bound of memory; a bad record does not hide the others.
"""

from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from crosswalk_engine.errors import RecordError
from crosswalk_engine.payload.access import unreadable
from crosswalk_engine.payload.csv_read import CsvReader
from crosswalk_engine.payload.item import Header, Item, Note, silent, unheard
from crosswalk_engine.payload.limits import BULK, DEFAULT, Limits
from crosswalk_engine.payload.readers import NdjsonReader, read_whole
from crosswalk_engine.payload.sniffing import Opened, open_records
from crosswalk_engine.payload.xml_options import XmlOptions
from crosswalk_engine.payload.xml_read import read_xml, read_xml_lines

#: So many bad lines are named in one message; the rest is counted.
SHOWN_PROBLEMS = 20
ANY_XML = XmlOptions()
_TEXT_NUMBERS = msgspec.json.Encoder(decimal_format="string")
_PLAIN_NUMBERS = msgspec.json.Encoder(decimal_format="number")


class BadRecordsError(RecordError):
    """Some records of a file are unreadable; `problems` holds each, `good` counts the others."""

    def __init__(self, where: str, problems: tuple[RecordError, ...], good: int) -> None:
        self.problems = problems
        self.good = good
        first = problems[0]
        total = good + len(problems)
        super().__init__(
            "CW-RECORDS-BAD",
            f"{len(problems):,} of {total:,} records cannot be read",
            where=where,
            got=f"first: {first.what}",
        )

    def render(self) -> str:
        """The head line, then one line for each of the first 20 problems."""
        shown = [f"  {problem.render()}" for problem in self.problems[:SHOWN_PROBLEMS]]
        more = len(self.problems) - len(shown)
        return "\n".join([super().render(), *shown, *([f"  … and {more:,} more"] if more else [])])


@dataclass(frozen=True, slots=True)
class Records:
    """What a file held: readable records with their lines, and the problems of the others."""

    where: str
    rows: tuple[tuple[int, dict[str, Any]], ...]
    problems: tuple[RecordError, ...]

    @property
    def records(self) -> list[dict[str, Any]]:
        """The readable records alone."""
        return [record for _, record in self.rows]

    def all_good(self) -> list[dict[str, Any]]:
        """The records, when every one is readable.

        Raises:
            BadRecordsError: CW-RECORDS-BAD with every problem.
        """
        if self.problems:
            raise BadRecordsError(self.where, self.problems, len(self.rows))
        return self.records


def iter_records(
    source: Path | BinaryIO,
    *,
    where: str | None = None,
    limits: Limits = BULK,
    encoding: str | None = None,
    xml: XmlOptions = ANY_XML,
    note: Note = silent,
) -> Iterator[Item]:
    """``(line, record)`` or ``(line, RecordError)`` for each record of `source`, lazily.

    `line` counts from 1 and is where the record begins (in Parquet and XLSX its row). `encoding` is only for
    a person's explicit choice, `xml` says what is known of XML, `note` gets sentences that a person should
    see, such as the delimiter of a table.

    Raises:
        MissingFileError: CW-FILE-MISSING or CW-FILE-DENIED, at the first item.
        RecordError: CW-EMPTY, CW-NOT-…, CW-ENCODING, CW-TOO-LARGE, CW-JSON-…, CW-XML-…, CW-CSV-… or
            CW-XLSX-…: the file as a whole cannot be read.
        ConfigError: CW-NEEDS-TABULAR.
    """
    shown = where or (str(source) if isinstance(source, Path) else "input")
    try:
        opened = source.open("rb") if isinstance(source, Path) else nullcontext(source)
    except OSError as error:
        raise unreadable(error, shown) from error
    with opened as stream:
        yield from read_opened(open_records(stream, shown, limits, encoding), xml, note)


def read_records(
    source: Path | BinaryIO,
    *,
    where: str | None = None,
    limits: Limits = DEFAULT,
    encoding: str | None = None,
    xml: XmlOptions = ANY_XML,
    note: Note = silent,
) -> Records:
    """All records of a sample file, at most 20 MB by default; bad ones stand in `Records.problems`.

    Raises:
        MissingFileError, RecordError: as `iter_records`.
    """
    shown = where or (str(source) if isinstance(source, Path) else "input")
    rows: list[tuple[int, dict[str, Any]]] = []
    problems: list[RecordError] = []
    items = iter_records(source, where=shown, limits=limits, encoding=encoding, xml=xml, note=note)
    for line, item in items:
        if isinstance(item, RecordError):
            problems.append(item)
        else:
            rows.append((line, item))
    return Records(shown, tuple(rows), tuple(problems))


def encode_json(value: Any, *, numbers: bool = False) -> bytes:
    """`value` as compact UTF-8 JSON; decimals as texts with their scale, or with `numbers` as JSON numbers.

    Raises:
        TypeError: for values that JSON has no form for.
    """
    return (_PLAIN_NUMBERS if numbers else _TEXT_NUMBERS).encode(value)


def write_ndjson(stream: BinaryIO, records: Iterable[Any], *, numbers: bool = False) -> int:
    """One compact JSON line for each record; how many were written."""
    count = 0
    for record in records:
        stream.write(encode_json(record, numbers=numbers) + b"\n")
        count += 1
    return count


def read_opened(
    opened: Opened, xml: XmlOptions = ANY_XML, note: Note = silent, header: Header = unheard
) -> Iterator[Item]:
    """As `iter_records`, of a file whose form is known; `header` gets that of a CSV file or of a sheet."""
    where, limits, encoding = opened.where, opened.limits, opened.encoding
    if opened.form == "ndjson":
        return NdjsonReader(opened).items()
    if opened.form == "json":
        return read_whole(opened)
    if opened.form == "csv":
        return CsvReader(opened.chunks, where, limits, note, encoding, header).items()
    if opened.form == "ndxml":
        return read_xml_lines(opened.chunks, where, limits, xml, note, stream=opened.stream)
    assert opened.stream is not None
    if opened.form == "xml":
        return read_xml(opened.stream, where, limits, xml, note, encoding)
    from crosswalk_engine.payload.tabular import read_tabular

    return read_tabular(opened.stream, opened.form, where, limits, note, header)
