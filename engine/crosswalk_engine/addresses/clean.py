"""The normal form of one field: same characters for the same text, no stray white space, nothing lost."""

import re
import unicodedata

#: Zero-width and direction marks that arrive with copied text and mean nothing in an address.
_INVISIBLE = dict.fromkeys(
    [0x00AD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2065), 0xFEFF]
)
_SPACES = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2800\u3164]+")
_FULL_WIDTH = re.compile(r"[\uff01-\uff5e]")
#: Longer than any line of any postal system (the widest known label is 70): nobody's address line.
MAX_FIELD = 250


def clean_field(text: str) -> str:
    """`text` in NFC, full-width forms narrowed, white space collapsed, stray commas at the ends gone.

    NFKC would be wrong here: it turns ``12½`` into ``121⁄2``. Idempotent; never raises.
    """
    if text.isascii() and text.isalnum():
        return text
    text = unicodedata.normalize("NFC", text).translate(_INVISIBLE)
    text = _FULL_WIDTH.sub(lambda found: chr(ord(found[0]) - 0xFEE0), text)
    text = unicodedata.normalize("NFC", _SPACES.sub(" ", text))
    return text.strip(" ,;")


def ascii_fold(text: str) -> str:
    """Upper case without accents, for comparison only: ``Cañon`` and ``CANON`` become the same."""
    if text.isascii():
        return text.upper()
    folded = unicodedata.normalize("NFKD", text.replace("ß", "ss"))
    return "".join(c for c in folded if not unicodedata.combining(c)).upper()
