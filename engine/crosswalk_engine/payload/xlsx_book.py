"""What the cells of all sheets refer to: texts that are shared, and formats that make a number a date."""

import re
import zipfile
from dataclasses import dataclass, field
from typing import Literal

from crosswalk_engine.payload.xlsx_faults import bomb
from crosswalk_engine.payload.xlsx_xml import PartHandlers, follow

#: What a format makes of a number; "" is a number.
NumberKind = Literal["", "date", "time", "span"]
#: Formats that every spreadsheet program has, by their number (ECMA-376 part 1, 18.8.30).
_BUILT_IN: dict[int, NumberKind] = {
    **dict.fromkeys([*range(14, 18), 22, *range(27, 32), 36, *range(50, 59)], "date"),
    **dict.fromkeys([*range(18, 22), *range(32, 36), 45, 47], "time"),
    46: "span",
}
_MOST_TEXTS = 5_000_000
_SPAN = re.compile(r"\[(h+|m+|s+)\]", re.IGNORECASE)
#: Parts of a format that are shown as they stand, and what stands in brackets (colours, conditions).
_SHOWN = re.compile(r'"[^"]*"|\\.|[_*].|\[[^\]]*\]')


@dataclass(slots=True)
class Book:
    """Shared texts by their number, what each cell format makes of a number, and where days begin."""

    texts: list[str] = field(default_factory=list)
    kinds: list[NumberKind] = field(default_factory=list)
    from_1904: bool = False


class _Texts(PartHandlers):
    def __init__(self, where: str) -> None:
        self.texts: list[str] = []
        self._where = where
        self._pieces: list[str] = []
        self._reads = self._phonetic = False

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        if name == "si":
            self._pieces = []
        elif name == "rPh":
            self._phonetic = True
        elif name == "t":
            self._reads = not self._phonetic

    def text(self, data: str) -> None:
        if self._reads:
            self._pieces.append(data)

    def finish(self, name: str) -> None:
        if name == "t":
            self._reads = False
        elif name == "rPh":
            self._phonetic = False
        elif name == "si":
            if len(self.texts) >= _MOST_TEXTS:
                raise bomb(f"more than {_MOST_TEXTS:,} texts", f"at most {_MOST_TEXTS:,}", self._where)
            self.texts.append("".join(self._pieces))


class _Formats(PartHandlers):
    def __init__(self) -> None:
        self.kinds: list[NumberKind] = []
        self._own: dict[str, NumberKind] = {}
        self._cells = False

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        if name == "numFmt":
            self._own[attributes.get("numFmtId", "")] = format_kind(attributes.get("formatCode", ""))
        elif name == "cellXfs":
            self._cells = True
        elif name == "xf" and self._cells:
            number = attributes.get("numFmtId", "0")
            built_in = _BUILT_IN.get(int(number), "") if number.isdecimal() else ""
            self.kinds.append(self._own.get(number, built_in))

    def finish(self, name: str) -> None:
        if name == "cellXfs":
            self._cells = False


def shared_texts(archive: zipfile.ZipFile, part: str, where: str) -> list[str]:
    """The texts that cells name by number, from 0."""
    handlers = _Texts(where)
    for _ in follow(archive, part, handlers, where):
        pass
    return handlers.texts


def format_kinds(archive: zipfile.ZipFile, part: str, where: str) -> list[NumberKind]:
    """What each cell format makes of a number."""
    handlers = _Formats()
    for _ in follow(archive, part, handlers, where):
        pass
    return handlers.kinds


def format_kind(code: str) -> NumberKind:
    """What a format such as ``yyyy-mm-dd``, ``hh:mm`` or ``[h]:mm`` makes of a number."""
    code = code[:500].partition(";")[0]
    if _SPAN.search(code):
        return "span"
    letters = _SHOWN.sub("", code).lower()
    if letters.strip() == "general":
        return ""
    if "y" in letters or "d" in letters:
        return "date"
    if "h" in letters or "s" in letters:
        return "time"
    return "date" if "m" in letters else ""
