"""What is wrong with a workbook, said so that a person can mend it."""

from crosswalk_engine.errors import RecordError


def bad(code: str, what: str, where: str, *, got: str = "", expected: str = "", fix: str = "") -> RecordError:
    """A fault of the workbook, or of one of its cells."""
    return RecordError(code, what, where=where, got=got, expected=expected, fix=fix)


def damaged(where: str, got: str) -> RecordError:
    """The workbook cannot be read, or its parts contradict each other."""
    return bad("CW-XLSX", "the workbook is damaged", where, got=got, fix="save it again")


def bomb(got: str, expected: str, where: str) -> RecordError:
    """The workbook says little and means very much."""
    what = "the workbook would be too large when unpacked"
    return bad("CW-XLSX-BOMB", what, where, got=got, expected=expected, fix="save it as CSV")


def not_xlsx(found: str, where: str) -> RecordError:
    """The file is of another kind."""
    what, wanted = "this is not a plain .xlsx workbook", "an .xlsx workbook"
    return bad("CW-NOT-XLSX", what, where, got=found, expected=wanted, fix="save it as .xlsx")
