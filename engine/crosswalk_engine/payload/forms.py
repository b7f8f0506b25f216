"""The forms that files of records have, what their names say, and what to say when the content is another."""

from pathlib import PurePath
from typing import Literal

from crosswalk_engine.errors import RecordError

#: `ndjson` and `ndxml` hold one record a line; the last two need the extra [tabular].
Form = Literal["json", "ndjson", "xml", "ndxml", "csv", "parquet", "xlsx"]
#: What a name says: one of these, or nothing.
Named = Literal["json", "xml", "csv", "parquet", "xlsx"]

_SUFFIXES: dict[str, Named] = {
    ".json": "json",
    ".ndjson": "json",
    ".jsonl": "json",
    ".xml": "xml",
    ".ndxml": "xml",
    ".csv": "csv",
    ".tsv": "csv",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".xlsb": "xlsx",
    ".xls": "xlsx",
}
NDJSON_SUFFIXES = (".ndjson", ".jsonl")
TITLES: dict[Named, str] = {
    "json": "JSON",
    "xml": "XML",
    "csv": "CSV",
    "parquet": "Parquet",
    "xlsx": "an Excel workbook",
}
_EXPECTED: dict[Named, str] = {
    "json": "JSON or NDJSON records",
    "xml": "XML",
    "csv": "CSV with a header line",
    "parquet": "a Parquet file",
    "xlsx": "an .xlsx workbook",
}
#: Expected of a file whose name says nothing.
ANY_RECORDS = "JSON, NDJSON, XML or CSV records"


def named_form(where: str) -> Named | None:
    """What the name of a file says it is; `None` for names without a known suffix."""
    return _SUFFIXES.get(PurePath(where).suffix.lower())


def expected(named: Named | None) -> str:
    """What should have stood in a file of this name."""
    return ANY_RECORDS if named is None else _EXPECTED[named]


def wrong_form(named: Named | None, found: str, where: str, fix: str = "") -> RecordError:
    """The fault of a file that holds something else, `found`, than records or than its name says."""
    code = "CW-NOT-RECORDS" if named is None else f"CW-NOT-{named.upper()}"
    what = "this is no file of records" if named is None else f"this is not {TITLES[named]}"
    return RecordError(code, what, where=where, got=found, expected=expected(named), fix=fix)
