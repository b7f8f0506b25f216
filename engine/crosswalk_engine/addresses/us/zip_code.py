"""Reading a ZIP code that may have lost a zero, taken a letter for a digit, or miss a digit."""

import re
from typing import NamedTuple

from crosswalk_engine.addresses.us.gazetteer import Gazetteer

_WELL_FORMED = re.compile(r"([0-9]{5})(?:[- ]?([0-9]{4}))?")
#: What scanners and hurried people write for a digit.
_DIGIT_FOR = str.maketrans("OoQDIlLi|SsBZzG", "000011111558226")

#: Log-likelihoods of one slip, estimated once from how often people make it: two digits exchanged is
#: commoner than a wrong digit.
TRANSPOSED = -1.6
ONE_DIGIT = -3.0


class ZipReading(NamedTuple):
    """`zip` is the five digits read (or what was typed), `plus4` the add-on, `finding` a code or blank."""

    zip: str
    plus4: str
    finding: str

    @property
    def five(self) -> bool:
        """Whether five digits could be read."""
        return len(self.zip) == 5 and self.zip.isdigit()


def read_zip(text: str, state: str, gazetteer: Gazetteer) -> ZipReading:
    """The ZIP code that `text` means; a shorter one is a lost zero only if that ZIP lies in `state`."""
    if not text:
        return ZipReading("", "", "ADR-US-ZIP-MISSING")
    found = _WELL_FORMED.fullmatch(text)
    if found:
        return ZipReading(found[1], found[2] or "", "")
    digits = re.sub(r"[^0-9A-Za-z|]", "", text).translate(_DIGIT_FOR)
    if not (digits.isascii() and digits.isdigit()):
        return ZipReading(digits, "", "ADR-US-ZIP-FORMAT")
    if len(digits) in (5, 9):
        had_letter = any(c.isalpha() or c == "|" for c in text)
        return ZipReading(digits[:5], digits[5:], "ADR-US-ZIP-OCR" if had_letter else "")
    if len(digits) in (3, 4):
        padded = digits.zfill(5)
        area = gazetteer.zips.get(padded)
        if area and state in ("", area.state):
            return ZipReading(padded, "", "ADR-US-ZIP-LEADING-ZERO")
    if len(digits) == 8:
        return ZipReading("0" + digits[:4], digits[4:], "ADR-US-ZIP-LEADING-ZERO")
    return ZipReading(digits, "", "ADR-US-ZIP-FORMAT")


def one_slip_away(zip_code: str) -> dict[str, float]:
    """Every ZIP code that one slip turns into `zip_code` (five digits), with the slip's log-likelihood."""
    near: dict[str, float] = {}
    for i in range(4):
        if zip_code[i] != zip_code[i + 1]:
            near[zip_code[:i] + zip_code[i + 1] + zip_code[i] + zip_code[i + 2 :]] = TRANSPOSED
    for i in range(5):
        for digit in "0123456789":
            if digit != zip_code[i]:
                near.setdefault(zip_code[:i] + digit + zip_code[i + 1 :], ONE_DIGIT)
    return near
