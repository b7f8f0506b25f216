"""The table of rows is true, and no golden text is left over."""

import re
from pathlib import Path

from tests.bad_input import (
    test_documents,
    test_files,
    test_formulas,
    test_lookups,
    test_schemas,
    test_tables,
    test_xml,
)

HERE = Path(__file__).parent
MODULES = (test_documents, test_files, test_formulas, test_lookups, test_schemas, test_tables, test_xml)


def test_every_row_of_this_folder_has_cases_and_golden_texts() -> None:
    """B01 to B39 and B48 to B50; each case has its own section, and each section its case."""
    cases = [case for module in MODULES for case in module.CASES]
    wanted = {f"B{number:02}" for number in (*range(1, 40), 48, 49, 50)}
    assert {case.row for case in cases} == wanted
    assert {path.stem for path in (HERE / "golden").iterdir()} == wanted
    for row in wanted:
        text = (HERE / "golden" / f"{row}.txt").read_text("utf-8")
        names = [case.name for case in cases if case.row == row]
        assert sorted(re.findall(r"^== (.*)$", text, re.MULTILINE)) == sorted(names)


def test_the_tests_named_in_the_table_are_there() -> None:
    """Files and folders, here or below the tests."""
    table = (HERE / "README.md").read_text("utf-8")
    named = re.findall(r"`((?:tests/)?[\w/]+(?:\.py|/))`", table)
    root = HERE.parents[1]
    missing = [name for name in named if not ((root / name).exists() or (HERE / name).exists())]
    assert len(named) > 12 and missing == []
