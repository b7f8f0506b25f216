"""Formats of dates and times: made of yyyy MM dd HH mm ss, or chosen by name."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from functools import lru_cache

from crosswalk_engine.formula.problems import EvalError
from crosswalk_engine.payload.nearest import did_you_mean

#: The named format that is more than one pattern: ISO 8601, as most interfaces write it.
ISO = "iso"
#: Name -> the pattern that it stands for.
NAMED: Mapping[str, str] = {
    "basic": "yyyyMMdd",
    "basic-time": 'yyyyMMdd"T"HHmmss',
    "de": "dd.MM.yyyy",
    "sql": "yyyy-MM-dd HH:mm:ss",
    "uk": "dd/MM/yyyy",
    "us": "MM/dd/yyyy",
}
_TOKENS = {"yyyy": "year", "MM": "month", "dd": "day", "HH": "hour", "mm": "minute", "ss": "second"}
_TOKEN = re.compile(r'(yyyy|MM|dd|HH|mm|ss)|"([^"]*)"|([^A-Za-z"]+)')
#: Tokens of other systems.
_LETTERS = {"YYYY": "yyyy", "DD": "dd", "HH24": "HH", "hh": "HH", "MI": "mm", "SS": "ss"}
_ELSEWHERE = re.compile("YYYY|DD|HH24|hh|MI|SS")


@lru_cache(maxsize=256)
def tokens(pattern: str) -> tuple[tuple[str, str], ...]:
    """The parts of a format: ``("year", "")`` for a token, ``("", "-")`` for text that stands as it is.

    `pattern` may be a name of `NAMED`.

    Raises:
        EvalError: CW-ARGUMENT for letters that are no token and stand in no quotes.
    """
    parts: list[tuple[str, str]] = []
    at, pattern = 0, NAMED.get(pattern, pattern)
    while at < len(pattern):
        match = _TOKEN.match(pattern, at)
        if match is None:
            advice = 'dates are made of yyyy MM dd HH mm ss; other letters stand in "double quotes"'
            advice = _as_here(pattern) or did_you_mean(pattern, (ISO, *NAMED)) or advice
            raise EvalError("CW-ARGUMENT", pattern[at:], advice)
        parts.append((_TOKENS[match[1]], "") if match[1] else ("", match[2] or match[3] or ""))
        at = match.end()
    if not any(name for name, _ in parts):
        raise EvalError("CW-ARGUMENT", pattern, "a date format needs at least one of yyyy MM dd HH mm ss")
    return tuple(parts)


def _as_here(pattern: str) -> str:
    """The advice for a pattern in the letters of other systems (YYYY-MM-DD hh:mm:ss); may be empty."""
    spelled = _ELSEWHERE.sub(lambda match: _LETTERS[match[0]], pattern)
    words = spelled if re.fullmatch(r"(?:yyyy|MM|dd|HH|mm|ss|[^A-Za-z\"])+", spelled) else ""
    return f"write '{words}'" if words and words != pattern else ""


def reader(pattern: str) -> Callable[[str], dict[str, int] | None]:
    """From a text in the format `pattern` to its parts by name; `None` when it is not in that format.

    Raises:
        EvalError: CW-ARGUMENT for a format without yyyy, MM or dd, or with one of them twice.
    """
    regex, seen = "", set()
    for name, literal in tokens(pattern):
        if name in seen:
            raise EvalError("CW-ARGUMENT", pattern, "a format to read with has each token once")
        seen.add(name)
        seen.discard("")
        regex += f"(?P<{name}>[0-9]{{{4 if name == 'year' else 2}}})" if name else re.escape(literal)
    if not {"year", "month", "day"} <= seen:
        raise EvalError("CW-ARGUMENT", pattern, "a format to read with needs yyyy, MM and dd")
    match = re.compile(regex).fullmatch

    def parts(value: str) -> dict[str, int] | None:
        found = match(value)
        return {name: int(text) for name, text in found.groupdict().items()} if found else None

    return parts


def clock(parts: Mapping[str, int]) -> datetime:
    """What `parts` say, without a zone; ValueError when no calendar has it."""
    day = date(parts["year"], parts["month"], parts["day"])
    return datetime.combine(day, time(parts.get("hour", 0), parts.get("minute", 0), parts.get("second", 0)))
