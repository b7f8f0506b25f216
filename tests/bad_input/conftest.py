"""Drives the product as its user would: files on a desk, a command line, and all that it says and leaves."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest
from crosswalk_engine.cli import run

from tests.bad_input.desk import MAPPING, Case, Check

GOLDEN = Path(__file__).parent / "golden"
#: Set to write what commands say now instead of comparing it; then read the difference before you commit it.
WRITE = "CROSSWALK_WRITE_GOLDEN"
#: What a command may answer to bad input: that it is bad, that a file is missing, or that the answer is no.
EXIT_CODES = {1, 2, 65, 66, 78}


@pytest.fixture
def check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Check:
    """Runs a case and compares everything with its golden text."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CROSSWALK_MODEL", "none")

    def compare(case: Case) -> None:
        for name, content in {"mapping.yaml": MAPPING, **case.files}.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        before = _files(tmp_path)
        capfd.readouterr()
        code = run(list(case.command))
        out, err = capfd.readouterr()
        written = {name: text for name, text in _files(tmp_path).items() if before.get(name) != text}
        assert "Traceback" not in err and "CW-INTERNAL" not in err
        assert sorted(written) == sorted(case.leaves)
        assert code == 0 if case.accepted else code in EXIT_CODES
        shown = {name: text.decode().replace("\r\n", "\n") for name, text in written.items()}
        _compare(case, _said(case, code, out, err, shown))

    return compare


def _said(case: Case, code: int, out: str, err: str, written: Mapping[str, str]) -> str:
    parts = [f"== {case.name}", f"$ crosswalk {' '.join(map(_short, case.command))}", f"exit {code}"]
    parts += [text.rstrip("\n") for text in (err, out) if text]
    parts += [f"-- {name}\n{text}".rstrip("\n") for name, text in sorted(written.items())]
    return "\n".join(parts) + "\n"


def _short(argument: str) -> str:
    shown = argument if argument.isprintable() else ascii(argument)
    shown = shown if len(shown) <= 100 else f"{shown[:60]}… ({len(argument):,} characters)"
    return f"'{shown}'" if " " in shown or not shown else shown


def _compare(case: Case, said: str) -> None:
    path = GOLDEN / f"{case.row}.txt"
    sections = _sections(path.read_text("utf-8")) if path.is_file() else {}
    if os.environ.get(WRITE):
        sections[case.name] = said
        path.write_text("\n".join(sections[name] for name in sorted(sections)), "utf-8")
    assert said == sections.get(case.name)


def _sections(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in text.split("\n== "):
        section = part if part.startswith("== ") else f"== {part}"
        found[section.partition("\n")[0].removeprefix("== ")] = section.rstrip("\n") + "\n"
    return found


def _files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.glob("**/*"))
        if path.is_file()
    }
