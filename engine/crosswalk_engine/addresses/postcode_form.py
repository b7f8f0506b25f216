"""A postcode in its country's usual form, and what a mistyped one was probably meant to be."""

import re
from functools import lru_cache
from typing import NamedTuple

from crosswalk_engine.addresses.clean import ascii_fold
from crosswalk_engine.addresses.rules import Rules

_TO_DIGIT = str.maketrans("OQDILSZBG", "000115286")
_TO_LETTER = str.maketrans("015826", "OISBZG")
_NOT_ALPHANUMERIC = re.compile(r"[^A-Z0-9]")


class Mended(NamedTuple):
    """A postcode that fits, and in words what was wrong with the typed one."""

    postcode: str
    reason: str


@lru_cache(maxsize=512)
def _shapes(rules: Rules) -> tuple[tuple[str, str], ...]:
    """The forms of the examples: ``("AA999", "AA-999")`` - without and with separators."""
    shapes: dict[str, str] = {}
    for example in rules.examples:
        spelled = "".join("9" if c.isdigit() else "A" if c.isalpha() else c for c in example.upper())
        shapes.setdefault(_NOT_ALPHANUMERIC.sub("", spelled), spelled)
    return tuple(shapes.items())


def _shape_of(code: str) -> str:
    return "".join("9" if c.isdigit() else "A" for c in code)


def _dressed(bare: str, spelled: str) -> str:
    """`bare` with the separators of the form `spelled`."""
    characters = iter(bare)
    return "".join(next(characters) if c in "9A" else c for c in spelled)


def in_usual_form(text: str, rules: Rules) -> str | None:
    """`text` as its country writes it (case, blanks, separators, no country prefix), or None if it cannot."""
    if rules.postcode is None:
        return text
    upper = ascii_fold(text)
    for prefix in filter(
        None, ("", rules.prefix, f"{rules.country}-", f"{rules.country} ", f"{rules.country[0]}-")
    ):
        if prefix and upper.startswith(prefix):
            bare = _NOT_ALPHANUMERIC.sub("", upper[len(prefix) :])
            dressed = _fit(bare, rules)
            if dressed:
                return dressed
    return _fit(_NOT_ALPHANUMERIC.sub("", upper), rules) or (
        upper if rules.postcode.fullmatch(upper) else None
    )


def _fit(bare: str, rules: Rules) -> str | None:
    assert rules.postcode is not None
    for shape, spelled in _shapes(rules):
        if shape == _shape_of(bare):
            dressed = _dressed(bare, spelled)
            if rules.postcode.fullmatch(dressed):
                return dressed
    return bare if bare and rules.postcode.fullmatch(bare) else None


def mend(text: str, rules: Rules) -> Mended | None:
    """The postcode meant by `text` when one simple slip explains it: a lost leading zero or a look-alike."""
    if rules.postcode is None:
        return None
    bare = _NOT_ALPHANUMERIC.sub("", ascii_fold(text))
    for shape, spelled in _shapes(rules):
        if set(shape) == {"9"} and bare.isdigit() and len(bare) == len(shape) - 1:
            padded = _dressed("0" + bare, spelled)
            if rules.postcode.fullmatch(padded):
                return Mended(padded, "the postcode has lost its leading zero")
        if len(bare) == len(shape):
            alike = "".join(
                c.translate(_TO_DIGIT) if want == "9" else c.translate(_TO_LETTER)
                for c, want in zip(bare, shape, strict=True)
            )
            dressed = _dressed(alike, spelled)
            if alike != bare and rules.postcode.fullmatch(dressed):
                return Mended(dressed, "the postcode has a letter in place of a digit, or the reverse")
    return None
