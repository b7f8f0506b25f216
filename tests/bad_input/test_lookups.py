"""B38, B39: lookup tables that say two things, and keys that only look alike."""

import pytest

from tests.bad_input.desk import Case, Check

ORDERS = '{"id": "DE"}\n{"id": "de"}\n{"id": " DE"}\n{"id": "ＤＥ"}\n{"id": "DE\u00a0"}\n{"id": "XX"}\n'
#: Cases that are worth a warning only: nothing goes wrong by them.
ONLY_WARNINGS = ("a header alone", "twins that lead to the same")


def table(row: str, name: str, content: str | bytes) -> Case:
    """A table that is linted by itself."""
    return Case(row, name, ("lint", "t.csv"), {"t.csv": content}, accepted=name in ONLY_WARNINGS)


def asked(row: str, name: str, formula: str, content: str, *, accepted: bool = False) -> Case:
    """A table that a formula asks."""
    files = {"x.ndjson": ORDERS, "tables/t.csv": content}
    return Case(
        row, name, ("eval", formula, "--in", "x.ndjson", "--lookups", "tables"), files, accepted=accepted
    )


GOOD = "source,target\nDE,1\nAT,1\n"
CASES = [
    table("B38", "a key twice", "source,target\nDE,1\nDE,2\nAT,3\nAT,3\n"),
    table("B38", "keys apart by case and blanks", "source,target\nDE,1\nde,2\nA T,3\nA  T,3\n"),
    table("B38", "empty cells", "source,target\n,1\nDE,\n"),
    table("B38", "rows of other widths", "source,target\nDE\nAT,1,2,3\n"),
    table("B38", "a header alone", "source,target\n"),
    table("B38", "no header", "DE,1\nAT,2\n"),
    table("B38", "other columns", "from,to\nDE,1\n"),
    table("B38", "a quote that never closes", 'source,target\nDE,"1\nAT,2\n'),
    table("B38", "nothing", ""),
    table("B38", "a workbook", b"PK\x03\x04" + b"xl/workbook.xml" * 8),
    table("B38", "more than the limit", "source,target\n" + "a,b\n" * 16_000_000),
    asked("B38", "missing keys", "LOOKUP('t', id)", GOOD),
    asked("B38", "missing keys with a default", "LOOKUP('t', id, '?')", GOOD, accepted=True),
    asked("B38", "the way back is ambiguous", "LOOKUP_REVERSE('t', '1')", GOOD),
    asked("B38", "an unknown table", "LOOKUP('tt', id)", GOOD),
    table(
        "B39",
        "twins of Unicode",
        "source,target\nstraße,1\nSTRASSE,2\nＤＥ,3\nDE,4\nİ,5\ni,6\nA\u00a0B,7\nA B,8\n",
    ),
    table("B39", "twins that lead to the same", "source,target\nMünchen,1\nMU\u0308NCHEN,1\n"),
    asked("B39", "keys are compared as they are", "LOOKUP('t', id, '-')", GOOD, accepted=True),
    asked("B39", "unless a formula evens them out", "LOOKUP('t', UPPER(TRIM(id)), '-')", GOOD, accepted=True),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_bad_lookups(case: Case, check: Check) -> None:
    """What is said and left is the golden text of the catalogue's row."""
    check(case)
