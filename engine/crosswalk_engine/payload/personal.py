"""Which fields hold what belongs to a person: their values stand in no message, log or release."""

import re
from functools import lru_cache

from crosswalk_engine.payload.paths import parse_path

#: Names in paths that hold what must not stand in messages: people's names, e-mail, phone, street.
_PERSONAL = re.compile(
    r"(?i).*(full|first|last|sur|given|family|middle|contact|customer|person)_?name|.*e_?mails?.*|.*phones?"
    r"|mobile|fax|.*street.*|address_?line.*|line_?[0-9]|cunm|cua[0-9]|yref|phno|phn2|tfno|mail"
)


@lru_cache(maxsize=4096)
def is_personal(path: str) -> bool:
    """Whether a path names what belongs to a person: its values are masked in messages."""
    return any(_PERSONAL.fullmatch(name) for name in parse_path(path).names)
