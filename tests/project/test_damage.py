"""Damaged projects: whatever a slip or a bad merge does to a file, the answer is findings, never a crash."""

import random
from pathlib import Path

from crosswalk_engine.project.examples import run_project_examples
from crosswalk_engine.project.lint import lint_project
from crosswalk_engine.project.project import check_project

PIECES = [
    "[", "]", "{", "}", ":",
    ": ", "\n", "'", '"', "#", "&a", "*a", "!", "|", ">", "%", "@", "`", "\t", "null",
    "[]", "- ", "0", "é", "\0", "AS", "(", ")", "..", "<<", ",", "1e9", "no",
]  # fmt: skip


def damaged(text: str, source: random.Random) -> str:
    """`text` with up to three pieces put in, taken out or moved."""
    for _ in range(source.randint(1, 3)):
        at, other = source.randrange(len(text) + 1), source.randrange(len(text) + 1)
        kind = source.randrange(3)
        if kind == 0:
            text = text[:at] + source.choice(PIECES) + text[at:]
        elif kind == 1:
            text = text[:at] + text[at + source.randint(1, 6) :]
        else:
            text = text[:at] + text[other : other + source.randint(1, 30)] + text[at:]
    return text


def test_two_hundred_damages_give_findings(project: Path) -> None:
    """Each is loaded, linted and, where nothing is wrong, tested; every finding has a place and a code."""
    source = random.Random(5)
    files = sorted(path for path in project.rglob("*") if path.is_file())
    outcomes = {"refused": 0, "sound": 0}
    for _ in range(200):
        path = source.choice(files)
        whole = path.read_bytes()
        path.write_bytes(damaged(whole.decode("utf-8"), source).encode("utf-8"))
        loaded, findings = check_project(project)
        if loaded is not None:
            findings = lint_project(loaded)
        assert all(finding.where and finding.code.startswith("CW-") for finding in findings)
        errors = any(finding.level == "error" for finding in findings)
        if loaded is not None and not errors:
            run_project_examples(loaded)
        outcomes["refused" if errors else "sound"] += 1
        path.write_bytes(whole)
    assert outcomes["refused"] > 60 and outcomes["sound"] > 20
