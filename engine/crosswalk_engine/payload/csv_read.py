"""CSV, strictly: every row has the header's cells, every quote is closed, and all cells are text as written.

A bad row does not hide the others. An empty cell is a blank text; blank lines are passed over.
"""

import csv
from collections import Counter, deque
from collections.abc import Iterator
from itertools import chain

from crosswalk_engine.errors import RecordError, masked
from crosswalk_engine.payload.csv_sniff import NAMES, Layout, sniff_layout
from crosswalk_engine.payload.item import Header, Item, Note, unheard
from crosswalk_engine.payload.limits import Limits
from crosswalk_engine.payload.text import UnreadableTextError, decode

#: Lines that the delimiter is judged by.
_LOOK = 20
_SHOWN = 5


class _EndError(Exception):
    """A fault behind which nothing can be read, at the row that begins on this line."""

    def __init__(self, line: int, fault: RecordError) -> None:
        super().__init__(line)
        self.line, self.fault = line, fault


class CsvReader:
    """Reads the raw lines of a table.

    `note` is told the delimiter that was found, `header` the columns.
    """

    def __init__(
        self,
        chunks: Iterator[bytes],
        where: str,
        limits: Limits,
        note: Note,
        encoding: str | None = None,
        header: Header = unheard,
    ) -> None:
        self._where, self._limits, self._note, self._encoding = where, limits, note, encoding
        self._chunks, self._heard = chunks, header
        self._offset = 0
        self._line = 0
        self._recent: list[str] = []
        self._long: deque[int] = deque()  # lines that are too long to be read, and are not reported yet

    def items(self) -> Iterator[Item]:
        """``(line, record)`` of each row, or what is wrong with the row; the last one may end the table.

        Raises:
            RecordError: CW-CSV-HEADER, CW-ENCODING, CW-NUL or CW-CSV-QUOTE, when not even one row was read.
        """
        some = False
        try:
            for item in self._records():
                yield item
                some = True
        except UnreadableTextError as error:
            fault, line = self._text_fault(error), error.line
            if not some:
                raise fault from error
            yield line, fault
        except _EndError as error:
            if not some:
                raise error.fault from error
            yield error.line, error.fault

    def _records(self) -> Iterator[Item]:
        lines = self._lines()
        first, fault = _look_ahead(lines)
        layout = sniff_layout([line for line in first if line.strip()] or [""])
        csv.field_size_limit(self._limits.cell)
        kept = self._kept(chain(first, _raising(fault), lines))
        rows = csv.reader(kept, delimiter=layout.delimiter, strict=True)
        header: list[str] | None = None
        while True:
            line = rows.line_num + 1
            self._recent.clear()
            try:
                row = next(rows)
            except StopIteration:
                break
            except csv.Error as error:
                bad = self._row_fault(error, line, layout)
                if header is None or bad.code == "CW-CSV-QUOTE":
                    raise _EndError(line, bad) from error
                yield line, bad
                continue
            if self._long and line <= self._long[0] <= rows.line_num:
                bad = self._too_large(self._long.popleft())
                if header is None:
                    raise bad
                yield line, bad
            elif not row or (layout.stated and line == 1):
                continue
            elif header is None:
                header = self._header(row, line, layout)
            else:
                yield line, self._record(header, row, line)
        if header is None:
            raise RecordError("CW-EMPTY", "the table has no header line", where=self._where)

    def _record(self, header: list[str], row: list[str], line: int) -> dict[str, str] | RecordError:
        if len(row) == len(header):
            return dict(zip(header, row, strict=True))
        few = len(row) < len(header)
        why = "a cell is missing" if few else "a text with the delimiter in it stands without quotes"
        return RecordError(
            "CW-CSV-ROW",
            "a row does not fit the header",
            where=f"{self._where}:{line}",
            got=f"{len(row):,} cells",
            expected=f"{len(header):,}",
            fix=f"perhaps {why}",
        )

    def _header(self, row: list[str], line: int, layout: Layout) -> list[str]:
        names = header_names(row, f"{self._where}:{line}", self._limits)
        shown = NAMES.get(layout.delimiter, repr(layout.delimiter))
        columns = "1 column" if len(names) == 1 else f"{len(names):,} columns separated by {shown}"
        self._note(f"{self._where}: read as CSV, {columns}")
        self._heard(names)
        return names

    def _row_fault(self, error: csv.Error, line: int, layout: Layout) -> RecordError:
        opened = _open_quote(self._recent, layout.delimiter)
        too_long = "field larger than" in str(error)
        if opened is not None and (too_long or "unexpected end" in str(error)):
            more = f" within {self._limits.cell:,} characters" if too_long else ""
            return RecordError(
                "CW-CSV-QUOTE",
                f"a quote is never closed{more}",
                where=f"{self._where}:{line + opened}",
                fix='close it, or double it inside a quoted text ("")',
            )
        if too_long:
            return RecordError(
                "CW-CSV-CELL",
                "a cell is too long",
                where=f"{self._where}:{line}",
                expected=f"at most {self._limits.cell:,} characters",
            )
        lone = str(error).startswith("new-line")
        return RecordError(
            "CW-CSV-ROW",
            "a line ends with a carriage return alone" if lone else "something follows a closing quote",
            where=f"{self._where}:{line + max(0, len(self._recent) - 1)}",
            expected="" if lone else "the delimiter or the line's end",
            fix="save it with line ends" if lone else 'double a quote inside a quoted text ("")',
        )

    def _lines(self) -> Iterator[str]:
        for chunk in self._chunks:
            self._line += 1
            size = len(chunk)
            if size > self._limits.record_bytes and not chunk.endswith(b"\n"):
                for rest in self._chunks:
                    size += len(rest)
                    if rest.endswith(b"\n"):
                        break
                self._long.append(self._line)
                yield "\n"
            else:
                yield decode(chunk, encoding=self._encoding, first_line=self._line, offset=self._offset)
            self._offset += size

    def _kept(self, lines: Iterator[str]) -> Iterator[str]:
        for line in lines:
            self._recent.append(line)
            yield line

    def _too_large(self, line: int) -> RecordError:
        wanted = f"at most {self._limits.record_bytes / 1e6:.0f} MB a line"
        return RecordError(
            "CW-TOO-LARGE", "one record is too large", where=f"{self._where}:{line}", expected=wanted
        )

    def _text_fault(self, error: UnreadableTextError) -> RecordError:
        return RecordError(
            f"CW-{error.code}",
            error.what,
            where=f"{self._where}:{error.line}" if error.line else self._where,
            got=error.got,
            expected="CSV in UTF-8",
            fix=error.fix,
        )


def _look_ahead(lines: Iterator[str]) -> tuple[list[str], UnreadableTextError | None]:
    """The first lines, and what is wrong with the one behind them; a first line that is bad is an error."""
    first: list[str] = []
    try:
        while len(first) < _LOOK and (line := next(lines, None)) is not None:
            first.append(line)
    except UnreadableTextError as error:
        if not first:
            raise
        return first, error
    return first, None


def _raising(fault: UnreadableTextError | None) -> Iterator[str]:
    """Nothing, or the fault when its line is reached."""
    if fault is not None:
        raise fault
    yield from ()


def header_names(row: list[str], where: str, limits: Limits) -> list[str]:
    """The names in a header row, without the spaces around them.

    Raises:
        RecordError: CW-CSV-HEADER: too many, empty or equal ones, all of it at once.
    """
    names = [name.strip() for name in row]
    problems = _header_problems(names, limits.columns)
    if problems:
        faults, fixes = zip(*problems, strict=True)
        raise RecordError(
            "CW-CSV-HEADER",
            "the header line cannot be used",
            where=where,
            got="; ".join(faults),
            fix="; ".join(dict.fromkeys(fixes)),
        )
    return names


def _header_problems(names: list[str], limit: int) -> list[tuple[str, str]]:
    """What is wrong with a header, each with what to do."""
    if len(names) > limit:
        return [(f"{len(names):,} columns", f"keep at most {limit:,} columns")]
    problems = []
    empty = [str(at) for at, name in enumerate(names, 1) if not name]
    if empty:
        shown = ", ".join(empty[:_SHOWN]) + (" …" if len(empty) > _SHOWN else "")
        problems.append(
            (f"no name in column {shown}", "name every column, or take away a delimiter at the end")
        )
    twice = [name for name, count in Counter(names).items() if count > 1 and name]
    if twice:
        shown = ", ".join(f"'{masked(name, 30)}'" for name in twice[:_SHOWN])
        shown += f" and {len(twice) - _SHOWN} more" if len(twice) > _SHOWN else ""
        problems.append((f"twice: {shown}", f"rename one, e.g. to '{_free(twice[0], names)}'"))
    return problems


def _free(name: str, names: list[str]) -> str:
    number = 2
    while f"{name}_{number}" in names:
        number += 1
    return masked(f"{name}_{number}", 40)


def _open_quote(lines: list[str], delimiter: str) -> int | None:
    """On which of `lines`, from 0, a quoted cell begins that does not end in them."""
    ends = {delimiter, "\n", "\r"}
    state, opened = "start", 0
    for number, line in enumerate(lines):
        for character in line:
            if state == "quoted":
                state = "closed" if character == '"' else "quoted"
            elif character == '"' and state in ("start", "closed"):
                # Two quotes are one quote of the text: the cell goes on.
                opened = number if state == "start" else opened
                state = "quoted"
            else:
                state = "start" if character in ends else "plain"
    return opened if state == "quoted" else None
