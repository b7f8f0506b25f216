"""The way from any letter to ASCII.

Sources: Latin letters by their Unicode names; Cyrillic by the table of machine-readable travel papers
(ICAO Doc 9303, part 3, section 6 B); Greek by ISO 843 type 2 (transcription), single letters only; the
habits of languages by ICAO Doc 9303, part 3, section 6 A.
"""

import re
import unicodedata
from collections.abc import Mapping

from crosswalk_engine.formula.functions.named import named


def _table(pairs: str) -> dict[str, str]:
    """Letters and their spellings, written ``letter:spelling``."""
    return {pair[0]: pair[2:] for pair in pairs.split()}


_SMALL_LATIN = _table("ß:ss æ:ae œ:oe ø:o đ:d ð:d þ:th ł:l ħ:h ı:i ŋ:ng ĸ:k ŧ:t ə:e ƒ:f ɓ:b ɗ:d")
_SMALL_CYRILLIC = _table(
    "а:a б:b в:v г:g д:d е:e ж:zh з:z и:i к:k л:l м:m н:n о:o п:p р:r с:s т:t у:u ф:f х:kh ц:ts ч:ch ш:sh "
    "щ:shch ъ:ie ы:y ь: э:e ю:iu я:ia є:ie і:i ј:j љ:lj њ:nj ћ:c џ:dz ђ:d ѕ:dz ґ:g"
)
_SMALL_GREEK = _table(
    "α:a β:v γ:g δ:d ε:e ζ:z η:i θ:th ι:i κ:k λ:l μ:m ν:n ξ:x ο:o π:p ρ:r σ:s ς:s τ:t υ:y φ:f χ:ch ψ:ps ω:o"
)
_SIGNS = _table(
    "‐:- ‑:- ‒:- –:- —:- ―:- −:- ‘:' ’:' ‚:' ‛:' ′:' “:\" ”:\" „:\" ‟:\" ″:\" «:\" »:\" ‹:' ›:' …:... €:EUR "
    "£:GBP ×:x ÷:/ ⁄:/ ·:. •:* °:deg ©:(c) ®:(r) µ:u ¿:? ¡:! №:No"
)
_SMALL = {**_SMALL_LATIN, **_SMALL_CYRILLIC, **_SMALL_GREEK}
#: One character -> its ASCII spelling, for what Unicode does not decompose into a letter and marks.
SPELLINGS: Mapping[str, str] = {
    **_SMALL,
    **{small.upper(): spelled.title() for small, spelled in _SMALL.items() if len(small.upper()) == 1},
    **_SIGNS,
    "ẞ": "SS",
    "Æ": "AE",
    "Œ": "OE",
    "Þ": "TH",
}
#: Language -> the letters that it spells in its own way.
_LANGUAGES: Mapping[str, Mapping[str, str]] = {
    "": {},
    "de": {"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"},
    "da": {"å": "aa", "ø": "oe", "ö": "oe", "ä": "ae", "Å": "Aa", "Ø": "Oe", "Ö": "Oe", "Ä": "Ae"},
}
#: Marks, joiners and other characters without a width of their own: dropped.
_UNSEEN = frozenset({"Mn", "Me", "Cf"})
_NOT_SLUG = re.compile("[^a-z0-9]+")


def own_letters(language: str) -> Mapping[str, str]:
    """The letters that `language` spells in its own way.

    Raises:
        EvalError: CW-ARGUMENT when no habits of it are known.
    """
    return named(language, _LANGUAGES, "language")


def transliterate(value: str, own: Mapping[str, str] = _LANGUAGES[""]) -> str:
    """`value` in ASCII; ``?`` stands for a character without a spelling."""
    if value.isascii():
        return value
    return "".join(
        [c if c.isascii() else own.get(c) or _spelled(c) for c in unicodedata.normalize("NFC", value)]
    )


def _spelled(character: str) -> str:
    known = SPELLINGS.get(character)
    if known is not None:
        return known
    pieces = [
        piece if piece.isascii() else SPELLINGS.get(piece, "?")
        for piece in unicodedata.normalize("NFKD", character)
        if unicodedata.category(piece) not in _UNSEEN
    ]
    # One question mark for one character, however many parts it has.
    return "?" if "?" in pieces and set(pieces) == {"?"} else "".join(pieces)


def slug(value: str) -> str:
    """Small ASCII letters and digits with ``-`` between the words; apostrophes vanish."""
    plain = transliterate(value).lower().replace("'", "")
    return _NOT_SLUG.sub("-", plain).strip("-")
