"""Standard streams as shells give them: readers that leave, full disks, closed streams, poor locales."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

CROSSWALK = [sys.executable, "-c", "from crosswalk_engine.cli import main; main()"]
MANY = 20_000


def shell(script: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Run a bash script in which ``"$@"`` is crosswalk with `arguments`; a failure in a pipe counts."""
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", script, "bash", *CROSSWALK, *arguments],
        capture_output=True,
        timeout=60,
        check=False,
        env={**os.environ, "CROSSWALK_MODEL": "none", **environment},
    )


@pytest.fixture
def long(desk: Path) -> None:
    """More output than a pipe holds."""
    Path("long.ndjson").write_text("".join(f'{{"id": {n}}}\n' for n in range(MANY)))


@pytest.mark.parametrize(
    ("arguments", "first"),
    [
        (["eval", "id", "--in", "long.ndjson"], b"0\n"),
        (
            ["map", "mapping.yaml", "--in", "long.ndjson", "--out", "-", "--rejects", "rejects"],
            b'{"number":"S0"}\n',
        ),
        (["profile", "orders.ndjson", "--out", "/dev/stdout"], b"{\n"),
    ],
)
def test_a_reader_that_leaves(arguments, first, long):
    """`| head -1` gets its line; the command is quiet and ends with 0; no rejects are left half-written."""
    ran = shell('"$@" | head -1', *arguments)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, first, b"")
    assert not Path("r").exists()


@pytest.mark.parametrize("arguments", [["eval", "id", "--in", "orders.ndjson"], ["--help"]])
def test_a_full_disk_under_standard_output(arguments, desk):
    """Also output that is small enough to wait in a buffer is found out: one line, exit 73."""
    ran = shell('"$@" >/dev/full', *arguments)
    assert (ran.returncode, ran.stderr.count(b"\n")) == (73, 1)
    assert ran.stderr.startswith(b"CW-CANNOT-WRITE ")


@pytest.mark.parametrize("stream", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams(stream, desk):
    """Nobody listens, nothing breaks: the file is written, with exit 0, and holds nothing but the result."""
    ran = shell(f'"$@" {stream}', "map", "mapping.yaml", "--in", "orders.ndjson", "--out", "out")
    assert (ran.returncode, ran.stdout) == (0, b"")
    assert Path("out").read_bytes() == b'{"number":"S1"}\n{"number":"S2"}\n'


def test_standard_output_that_is_a_plain_file(desk):
    """`--out /dev/stdout >> file` adds to the file, and the device stays what it is."""
    Path("out").write_bytes(b"before\n")
    ran = shell('"$@" >>out', "map", "mapping.yaml", "--in", "orders.ndjson", "--out", "/dev/stdout")
    assert ran.returncode == 0
    assert Path("out").read_bytes() == b'before\n{"number":"S1"}\n{"number":"S2"}\n'
    assert Path("/dev/stdout").is_symlink()


@pytest.mark.parametrize(
    "locale",
    [
        {"LC_ALL": "C"},
        {"PYTHONIOENCODING": "ascii"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    ],
)
def test_any_locale_gives_utf_8(locale, desk):
    """Results and errors are the same bytes whatever the locale says."""
    Path("orders.ndjson").write_text('{"id": 1, "reference": "Zoë ✓"}\n', "utf-8")
    ran = shell('"$@"', "eval", "reference", "--in", "orders.ndjson", **locale)
    assert (ran.stdout, ran.stderr) == ('"Zoë ✓"\n'.encode(), b"")
    ran = shell('"$@"', "lint", "none", **locale)
    assert ran.stderr.decode() == "CW-FILE-MISSING there is no such file or folder · at none\n"


def test_a_pipe_is_quiet(desk):
    """Nothing is on standard error when nothing is wrong and nobody watches: no bar, no counter."""
    ran = shell('"$@" 2>err | cat', "addresses", "addresses.csv")
    assert (ran.returncode, Path("err").read_bytes(), ran.stdout.count(b"\n")) == (0, b"", 1)


def test_a_traceback_only_when_asked_for(desk):
    """`--debug` shows where an error comes from, and the one line stands at the end all the same."""
    ran = shell('"$@"', "--debug", "lint", "none")
    lines = ran.stderr.decode().splitlines()
    assert (ran.returncode, lines[0]) == (66, "Traceback (most recent call last):")
    assert lines[-1].startswith("CW-FILE-MISSING ")
