"""Placeholders that people type to get past a required field."""

import re

_PLACEHOLDER = re.compile(
    r"n/?\.?a\.?|none|nil|null|undefined|test(ing)?( ?\d+)?( (address|street|line|order)( ?\d+)?)?|asdf\w*|"
    r"qwert\w*|x{2,}|tbc|tbd|todo|unknown|not (given|known|applicable|available)|no address|same|"
    r"(same|see)( as)?( (above|billing|below|delivery|invoice|shipping))( address)?|"
    r"address( line)?( ?\d)?|street( address)?|"
    r"abc( ?123)?|dummy|[-.*?_/\\0 ]+",
    re.IGNORECASE,
)


def is_placeholder(text: str) -> bool:
    """Whether `text` says nothing: ``n/a``, ``test``, ``same as billing``, ``---``; blank counts too."""
    return not text or _PLACEHOLDER.fullmatch(text) is not None
