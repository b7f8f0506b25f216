"""What a text looks like: an ordered list of kinds, each a pattern, decided in DuckDB by the first that fits.

The kinds describe form only. Whether a column *is* an e-mail column is decided in `crosswalk_models.profile`
from the share of its values that look like one.
"""

from typing import NamedTuple


class Kind(NamedTuple):
    """A kind of text: its name and its RE2 pattern (whole value, after trimming)."""

    name: str
    pattern: str


#: Order matters: the first pattern that fits names the value.
KINDS: tuple[Kind, ...] = (
    Kind("boolean", r"(?i:true|false|yes|no|y|n)"),
    Kind("email", r"[^@\s]+@[^@\s]+\.\w+"),
    Kind("url", r"(?i:https?|ftp)://\S+"),
    Kind("uuid", r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"),
    Kind("datetime", r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d.*"),
    Kind(
        "date",
        r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}|(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])",
    ),
    Kind("time", r"\d{1,2}:\d\d(?::\d\d)?"),
    Kind("code2", r"[A-Z]{2}"),
    Kind("code3", r"[A-Z]{3}"),
    Kind("integer", r"[-+]?\d+"),
    Kind("decimal", r"[-+]?\d*[.,]\d+"),
    Kind("postcode", r"(?i:[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2})|\d{5}-\d{4}|\d{4} ?[A-Z]{2}"),
    Kind("phone", r"(?:\+|0|\()[\d\s().\-/]{7,}|\d{3}[ .\-]\d{3}[ .\-]\d{4}"),
    Kind("hex", r"(?i:[0-9a-f]{16,})"),
    Kind("code", r"[A-Z0-9][A-Z0-9_/.\-]*\d[A-Z0-9_/.\-]*"),
    Kind("word", r"\p{L}+"),
    Kind("words", r"\p{L}[\p{L}'.\-]*(?: [\p{L}'.\-]+){1,3}"),
)
#: Values that fit no pattern, by length in characters.
LONG = "long"
MIXED = "mixed"
LONG_FROM = 40
NAMES: tuple[str, ...] = (*(kind.name for kind in KINDS), MIXED, LONG)


def kind_sql(value: str) -> str:
    """A DuckDB expression that gives the kind of the trimmed text expression `value`."""
    cases = " ".join(
        f"WHEN regexp_full_match({value}, '{kind.pattern.replace(chr(39), chr(39) * 2)}') THEN '{kind.name}'"
        for kind in KINDS
    )
    return f"CASE {cases} WHEN length({value}) > {LONG_FROM} THEN '{LONG}' ELSE '{MIXED}' END"
