"""Check digits: of GS1 numbers (EAN, UPC, GTIN, GLN, SSCC), Luhn, ISBN-10 and ISO 7064 MOD 97-10.

Sources: GS1 General Specifications, section 7.9; ISO/IEC 7812-1 annex B (Luhn); ISO 2108:1992 (ISBN-10);
ISO/IEC 7064 (MOD 97-10, as in IBAN and creditor references). Every test takes time linear in the text.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

#: Longer numbers than this have no check digit in any of the schemes.
MAX_LENGTH = 64


def _is_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


def gs1(digits: str) -> str:
    """The check digit after `digits`: weights 3, 1, 3 … from the right."""
    total = sum(int(digit) * (3 if at % 2 == 0 else 1) for at, digit in enumerate(reversed(digits)))
    return str(-total % 10)


def luhn(digits: str) -> str:
    """The check digit after `digits`: every second one from the right doubled, its digits added."""
    total = 0
    for at, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (2 if at % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return str(-total % 10)


def isbn10(digits: str) -> str:
    """The check digit after nine `digits`: weights 10 to 2, modulo 11; X stands for 10."""
    total = sum(int(digit) * (10 - at) for at, digit in enumerate(digits))
    check = -total % 11
    return "X" if check == 10 else str(check)


def rest97(text: str) -> int:
    """`text` read as a number, A as 10 to Z as 35, modulo 97."""
    rest = 0
    for character in text:
        value = int(character, 36)
        rest = (rest * (100 if value > 9 else 10) + value) % 97
    return rest


def mod97(text: str) -> str:
    """The two check digits after `text` (digits and capitals): the whole then leaves 1 modulo 97."""
    return f"{98 - rest97(text + '00'):02d}"


def _is_capitals(text: str) -> bool:
    return text.isascii() and text.isalnum() and text == text.upper()


class Scheme(NamedTuple):
    """A way to compute check digits.

    Attributes:
        compute: from the text without them to the check digits.
        accepts: whether a text without them is of the scheme.
        form: what that text is made of, for messages.
        width: how many check digits there are.
    """

    compute: Callable[[str], str]
    accepts: Callable[[str], bool]
    form: str
    width: int = 1

    def check(self, text: str) -> str | None:
        """The check digits of `text`; `None` when it is not of the scheme."""
        if not 1 <= len(text) <= MAX_LENGTH or not self.accepts(text):
            return None
        return self.compute(text)

    def holds(self, text: str) -> bool:
        """Whether `text` ends with its own check digits."""
        return self.check(text[: -self.width]) == text[-self.width :]


SCHEMES: Mapping[str, Scheme] = {
    "gs1": Scheme(gs1, _is_digits, "digits"),
    "luhn": Scheme(luhn, _is_digits, "digits"),
    "isbn10": Scheme(isbn10, lambda text: len(text) == 9 and _is_digits(text), "nine digits"),
    "mod97": Scheme(mod97, _is_capitals, "digits and capitals", 2),
}
