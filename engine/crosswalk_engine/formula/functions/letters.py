"""The way from any letter to ASCII.

Sources: Latin letters by their Unicode names; Cyrillic by the table of machine-readable travel papers
(ICAO Doc 9303, part 3, section 6 B); Greek by ISO 843 type 2 (transcription), single letters only; the
habits of languages by ICAO Doc 9303, part 3, section 6 A.
"""

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache

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
    "‐:- ‑:- ‒:- –:- —:- ―:- −:- ʼ:' ʻ:' ʹ:' ‘:' ’:' ‚:' ‛:' ′:' “:\" ”:\" „:\" ‟:\" ″:\" «:\" »:\" ‹:' "
    "›:' …:... €:EUR £:GBP ×:x ÷:/ ⁄:/ ·:. •:* °:deg ©:(c) ®:(r) µ:u ¿:? ¡:! №:No"
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
#: Marks on one letter that are looked at; Unicode's stream-safe text has as many (UAX #15, section 13).
#: Putting a run of marks in order takes time that grows with its square.
_MOST_MARKS = 30
_NOT_SLUG = re.compile("[^a-z0-9]+")


def own_letters(language: str) -> Mapping[str, str]:
    """The letters that `language` spells in its own way.

    Raises:
        EvalError: CW-ARGUMENT when no habits of it are known.
    """
    return named(language, _LANGUAGES, "language")


def transliterate(value: str, own: Mapping[str, str] = _LANGUAGES[""]) -> str:
    """`value` in ASCII; ``?`` stands for a character without a spelling.

    A capital that is spelled with several letters has them all in capitals where its neighbour is one.
    """
    if value.isascii():
        return value
    text = unicodedata.normalize("NFC", _few_marks(value))
    pieces = [c if c.isascii() else own.get(c) or _spelled(c) for c in text]
    if len(pieces) > 1:
        for at, piece in enumerate(pieces):
            if len(piece) > 1 and text[at].isupper() and _among_capitals(text, at):
                pieces[at] = piece.upper()
    return "".join(pieces)


def _few_marks(value: str) -> str:
    if len(value) <= _MOST_MARKS:
        return value
    kept, run = [], 0
    for character in value:
        run = run + 1 if unicodedata.combining(character) else 0
        if run <= _MOST_MARKS:
            kept.append(character)
    return "".join(kept)


def _among_capitals(text: str, at: int) -> bool:
    """Whether the letter after number `at` is a capital; at the end of a word, the one before it."""
    after = text[at + 1 : at + 2]
    return after.isupper() if after.isalpha() else text[max(at - 1, 0) : at].isupper()


@lru_cache(maxsize=4096)
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
