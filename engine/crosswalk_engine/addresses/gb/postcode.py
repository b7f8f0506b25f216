"""The postcode: its grammar, its usual form, and which live postcodes a mistyped one may stand for.

Grammar: BS 7666 and the Royal Mail's programmers' guide, as a regular expression by position.
"""

import re
from string import ascii_uppercase, digits

from crosswalk_engine.addresses.clean import ascii_fold
from crosswalk_engine.addresses.gb.units import Units

GRAMMAR = re.compile(
    r"GIR0AA|(?:[A-PR-UWYZ][0-9][0-9A-HJKPSTUW]?|[A-PR-UWYZ][A-HK-Y][0-9][0-9ABEHMNPRVWXY]?)"
    r"[0-9][ABD-HJLNP-UW-Z]{2}"
)
_FORCES = re.compile(r"BFPO([0-9]{1,4})")
_DIGIT_FOR = {"O": "0", "I": "1", "S": "5", "Z": "2", "B": "8", "L": "1", "Q": "0", "G": "6"}
_LETTER_FOR = {"0": "OQ", "1": "IL", "5": "S", "8": "B", "2": "Z", "6": "G"}

#: Log-likelihoods of one slip; a look-alike is commonest, a wrong key rarest.
LOOK_ALIKE, LESS_ALIKE, SEVERAL_ALIKE = -0.7, -1.0, -1.0
TRANSPOSED, DOUBLED, LEFT_OUT, WRONG_KEY = -1.6, -2.2, -3.0, -3.2
IMPOSSIBLE = -99.0


def bare(text: str) -> str:
    """Letters and digits of `text`, upper case."""
    return re.sub(r"[^A-Z0-9]", "", ascii_fold(text))


def spaced(postcode: str) -> str:
    """``BS82DJ`` → ``BS8 2DJ``; BFPO numbers get their blank before the digits."""
    forces = _FORCES.fullmatch(postcode)
    return f"BFPO {forces[1]}" if forces else f"{postcode[:-3]} {postcode[-3:]}"


def well_formed(postcode: str) -> bool:
    """Whether the bare `postcode` follows the grammar (BFPO numbers too)."""
    return bool(GRAMMAR.fullmatch(postcode) or _FORCES.fullmatch(postcode))


def exists(postcode: str, units: Units) -> bool:
    """Whether the bare `postcode` is live, as far as the list says."""
    return bool(_FORCES.fullmatch(postcode)) or postcode == "GIR0AA" or units.exists(postcode)


def area(postcode: str) -> str:
    """The one or two letters at the front: ``BS``."""
    return postcode[:2] if postcode[1:2].isalpha() else postcode[:1]


def candidates(typed: str, units: Units) -> dict[str, float]:
    """Live postcodes one slip away from the bare `typed`, with the slip's log-likelihood."""
    found: dict[str, float] = {}

    def add(postcode: str, likelihood: float) -> None:
        if 5 <= len(postcode) <= 7 and postcode != typed and units.exists(postcode):
            found[postcode] = max(found.get(postcode, IMPOSSIBLE), likelihood)

    for i, char in enumerate(typed):
        before, after = typed[:i], typed[i + 1 :]
        if char in _DIGIT_FOR:
            add(before + _DIGIT_FOR[char] + after, LOOK_ALIKE)
        for rank, letter in enumerate(_LETTER_FOR.get(char, "")):
            add(before + letter + after, LESS_ALIKE if rank else LOOK_ALIKE)
        if after:
            add(before + after[0] + char + after[1:], TRANSPOSED)
        add(before + after, DOUBLED)
        for other in ascii_uppercase + digits:
            add(before + other + after, WRONG_KEY)
    for i in range(len(typed) + 1):
        for other in ascii_uppercase + digits:
            add(typed[:i] + other + typed[i:], LEFT_OUT)
    if len(typed) in (6, 7):
        add(_letters_and_digits_sorted_out(typed), SEVERAL_ALIKE)
    return found


def _letters_and_digits_sorted_out(typed: str) -> str:
    """The second half forced to digit, letter, letter: several look-alikes at once."""
    digit = _DIGIT_FOR.get(typed[-3], typed[-3])
    letters = "".join(_LETTER_FOR.get(char, char)[0] for char in typed[-2:])
    return typed[:-3] + digit + letters


def alike_only(typed: str, meant: str) -> bool:
    """Whether the two differ only in look-alikes such as O and 0."""
    if len(typed) != len(meant):
        return False
    return all(
        a == b or _DIGIT_FOR.get(a) == b or b in _LETTER_FOR.get(a, "")
        for a, b in zip(typed, meant, strict=True)
    )
