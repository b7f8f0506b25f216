"""What a cell of a sheet becomes: always a text, and never another one than the sheet means."""

import re
from datetime import date, timedelta
from decimal import Decimal

from crosswalk_engine.payload.limits import DEFAULT
from crosswalk_engine.payload.xlsx_book import Book
from crosswalk_engine.payload.xlsx_cells import Cell

_DAY = 86_400_000  # milliseconds
#: The 29th of February 1900, which never was, but which spreadsheets count.
_NO_DAY = 60
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_MENDED = "open it in the spreadsheet, and save it"


class CellFault(Exception):  # noqa: N818  a cell's fault, not the program's
    """A cell that has no text: what is wrong with it, and what to do."""

    def __init__(self, what: str, fix: str) -> None:
        super().__init__(what)
        self.what, self.fix = what, fix


def cell_text(cell: Cell, book: Book) -> str:
    """The text of a cell: numbers by their shortest digits, days and times in ISO form.

    Raises:
        CellFault: it holds an error, a formula without its value, or a number that cannot be exact.
    """
    kind, text = cell.kind, cell.text
    if kind == "e":
        raise CellFault("a cell holds an error of the spreadsheet", "mend its formula")
    if text is None or (not text and cell.formula and kind != "str"):
        raise CellFault("a cell holds a formula without its value", _MENDED)
    if kind == "s":
        return _checked(_shared(text, book))
    if kind in ("str", "inlineStr"):
        return _checked(text)
    if kind == "b":
        return "true" if text.strip() in ("1", "true") else "false"
    if kind == "d":
        return text.strip().replace("T", " ").removesuffix(" 00:00:00")
    return _number(text.strip(), cell, book) if text.strip() else ""


def _shared(text: str, book: Book) -> str:
    at = text.strip()
    if not at.isdecimal() or int(at[:9]) >= len(book.texts) or len(at) > 9:
        raise CellFault("a cell names a text that is not in the workbook", _MENDED)
    return book.texts[int(at)]


def _checked(text: str) -> str:
    if "_x" in text:
        text = _ESCAPED.sub(_character, text)
    if len(text) > DEFAULT.cell:
        raise CellFault(f"a cell is longer than {DEFAULT.cell:,} characters", "shorten it")
    if "\0" in text:
        raise CellFault("a cell holds a NUL character", "remove it")
    return text


def _character(found: re.Match[str]) -> str:
    number = int(found[1], 16)
    return found[0] if 0xD800 <= number < 0xE000 else chr(number)


def _number(text: str, cell: Cell, book: Book) -> str:
    try:
        number = float(text)
    except ValueError as error:
        raise CellFault("a cell says that it holds a number, and does not", _MENDED) from error
    style = int(cell.style) if cell.style.isdecimal() else 0
    if kind := book.kinds[style] if style < len(book.kinds) else "":
        return _moment(number, kind, from_1904=book.from_1904)
    if not abs(number) < 1e300:
        raise CellFault("a cell holds a number without end", "mend it")
    if number.is_integer():
        if abs(number) >= 10**15:
            fix = "write it as text, e.g. with ' before it"
            raise CellFault("a whole number has more than the 15 digits that a sheet keeps", fix)
        return str(int(number))
    return format(Decimal(repr(number)), "f")


def _moment(number: float, kind: str, *, from_1904: bool) -> str:
    """A number of days as a day, a moment, a time of the day, or a span of time."""
    if not abs(number) < 2_958_466:
        raise CellFault("a date is after the year 9999", "mend it")
    milliseconds = round(abs(number) * _DAY)
    if kind == "span":
        return ("-" if number < 0 and milliseconds else "") + _clock(milliseconds)
    if number < 0:
        raise CellFault("a date is before the year 1900", "write it as text, e.g. 1899-12-31")
    days, rest = divmod(milliseconds, _DAY)
    if days == 0 and not from_1904:
        return _clock(rest)
    if days == 0 and kind == "time":
        return _clock(rest)
    try:
        day = _day(days, from_1904=from_1904).isoformat()
    except OverflowError as error:
        raise CellFault("a date is after the year 9999", "mend it") from error
    return f"{day} {_clock(rest)}" if rest else day


def _day(days: int, *, from_1904: bool) -> date:
    if from_1904:
        return date(1904, 1, 1) + timedelta(days)
    if days == _NO_DAY:
        raise CellFault("the 29th of February 1900 never was", "mend it")
    return date(1899, 12, 30 if days > _NO_DAY else 31) + timedelta(days)


def _clock(milliseconds: int) -> str:
    seconds, part = divmod(milliseconds, 1000)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour:02}:{minute:02}:{second:02}" + (f".{part:03}" if part else "")
