"""From shares of kinds to a type: what a field is, by nearly all of its values and a little by its name."""

from collections.abc import Mapping
from dataclasses import dataclass

from crosswalk_models.matching.names import split_words

#: A type needs this share of the filled values; the rest are the dirt that a profile shows.
NEARLY_ALL = 0.95
_SAME = ("boolean", "email", "url", "uuid", "datetime", "date", "time", "postcode")
_PHONE_WORDS = frozenset(["phone", "telephone", "mobile", "fax", "tel", "phno", "phn", "tfno"])
_POSTCODE_WORDS = frozenset(["postcode", "postal", "zip", "pono", "pstlz"])
_CODE_KINDS = ("code2", "code3", "code", "hex")
_TEXT_KINDS = ("word", "words", "mixed", "long")


@dataclass(frozen=True, slots=True)
class Guess:
    """A type and the share of filled values that are written like it."""

    type: str
    conforms: float


def guess_type(path: str, shares: Mapping[str, float]) -> Guess:
    """The type of a field with these shares of kinds (they add up to 1; empty when nothing is filled)."""
    if not shares:
        return Guess("empty", 1.0)
    words = set(split_words(path.split(".")[-1]))
    digits = sum(shares.get(kind, 0.0) for kind in ("integer", "phone", "date", "decimal"))
    if words & _PHONE_WORDS and digits >= NEARLY_ALL:
        return Guess("phone", digits)
    by_name = _by_name(path, words, shares)
    if by_name is not None:
        return by_name
    for name in _SAME:
        if shares.get(name, 0.0) >= NEARLY_ALL:
            return Guess(name, shares[name])
    moments = shares.get("date", 0.0) + shares.get("datetime", 0.0)
    if moments >= NEARLY_ALL:
        return Guess("datetime", moments)
    return _number(shares) or _code_or_text(shares)


def _by_name(path: str, words: set[str], shares: Mapping[str, float]) -> Guess | None:
    letters = shares.get("code2", 0.0) + shares.get("code3", 0.0)
    everywhere = set(split_words(path))
    if letters >= NEARLY_ALL and everywhere & {"country", "land", "cscd"}:
        return Guess("country", letters)
    if shares.get("code3", 0.0) >= NEARLY_ALL and everywhere & {"currency", "cucd", "curcy"}:
        return Guess("currency", shares["code3"])
    if words & _POSTCODE_WORDS:
        like = sum(shares.get(kind, 0.0) for kind in ("postcode", "integer", "code", "date"))
        return Guess("postcode", like) if like >= 0.5 else None
    return None


def _number(shares: Mapping[str, float]) -> Guess | None:
    whole, broken = shares.get("integer", 0.0), shares.get("decimal", 0.0)
    # Eight digits may be a date by chance: with other integers beside them they are numbers.
    if whole and whole + broken < NEARLY_ALL <= whole + broken + shares.get("date", 0.0):
        whole += shares.get("date", 0.0)
    if whole + broken >= NEARLY_ALL:
        return Guess("decimal" if broken else "integer", whole + broken)
    if shares.get("phone", 0.0) + shares.get("integer", 0.0) >= NEARLY_ALL:
        return Guess("phone", shares.get("phone", 0.0) + shares.get("integer", 0.0))
    return None


def _code_or_text(shares: Mapping[str, float]) -> Guess:
    codes = sum(shares.get(kind, 0.0) for kind in (*_CODE_KINDS, "integer"))
    if codes >= NEARLY_ALL:
        return Guess("code", codes)
    text = sum(shares.get(kind, 0.0) for kind in _TEXT_KINDS)
    return Guess("text", 1.0) if text >= 0.5 else Guess("mixed", max(shares.values()))


def date_form(patterns: tuple[str, ...]) -> str:
    """The format that the commonest pattern of a date or datetime shows, in formula tokens."""
    known = {
        "99999999": "yyyyMMdd",
        "9999-99-99": "yyyy-MM-dd",
        "99/99/9999": "dd/MM/yyyy or MM/dd/yyyy",
        "99.99.9999": "dd.MM.yyyy",
        "9999/99/99": "yyyy/MM/dd",
    }
    first = patterns[0] if patterns else ""
    return known.get(first, "ISO" if first.startswith(("9999-99-99T", "9999-99-99 ")) else "")
