"""The commands in README and docs run as they stand there, in a copy, and their options exist."""

import re
import shlex
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from crosswalk_engine.cli import run
from crosswalk_engine.commands.tree import build_command
from crosswalk_engine.journal import Journal

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted(ROOT.glob("docs/*.md"))]
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)

#: Why some commands are not run here; their options are checked all the same.
NOT_RUN = {
    "demo": "takes a minute; tests/demo runs it",
    "run": "serves until it is stopped; tests/cli/test_signals.py runs it",
    "sandbox": "serves until it is stopped; tests/sandbox_brightpearl runs it",
    "studio": "serves until it is stopped; tests/studio runs it",
}
#: Pages whose commands another test runs on what the page itself describes.
ELSEWHERE = {"docs/formats.md": "tests/project/test_formats_page.py runs them on the page's own project"}

#: Files that a page speaks of without having them: what stands in for them here.
STAND_INS = {
    "orders.ndjson": '{"id": 7, "warehouseId": 2}\n',
    "lookups/warehouses.csv": "source,target\n2,BRS\n",
    "IN.csv": "id,street,city,state,postcode,country\n1,Tal 1,München,,80331,DE\n",
    "RECORDS.csv": "id,name,email\n1,Ann Lee,a@example.com\n2,Anne Lee,a@example.com\n3,Bo,b@example.com\n",
    "A.csv": "id,name,price\na1,Blue Mug 350 ml,9.99\na2,Oak Table,99.00\n",
    "B.csv": "id,name,price\nb1,Mug blue 350ml,9.99\nb2,Tea Pot,19.00\n",
    "DECIDED.csv": "left_id,right_id,match\na1,b1,1\n",
}


@dataclass(frozen=True)
class Line:
    """One command line of a page; `code` is the exit code that its comment tells, else 0."""

    page: str
    words: tuple[str, ...]
    code: int

    @property
    def is_form(self) -> bool:
        """Whether it shows a form to be filled (`[--top 5]`, `FILE …`), not a call."""
        return any(re.search(r"[\[\]…]|^(SOURCE|TARGET|DIR|FILE)\b", word) for word in self.words)


def lines() -> Iterator[Line]:
    """Every line of a block that calls crosswalk."""
    for page in PAGES:
        name = page.relative_to(ROOT).as_posix()
        for kind, block in BLOCK.findall(page.read_text("utf-8")):
            if kind not in ("", "sh", "bash", "console"):
                continue
            for text in block.replace("\\\n", " ").splitlines():
                if re.match(r"(\.venv/bin/)?crosswalk ", text):
                    told = re.search(r"# exit (\d+)", text)
                    words = tuple(shlex.split(text, comments=True)[1:])
                    yield Line(name, words, int(told[1]) if told else 0)


ALL = list(lines())
CALLS = [
    line for line in ALL if not line.is_form and line.words[0] not in NOT_RUN and line.page not in ELSEWHERE
]


@pytest.fixture(scope="module")
def copies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the pages' folders are."""
    return tmp_path_factory.mktemp("pages")


@pytest.fixture
def copy(copies: Path, line: Line) -> Path:
    """A folder like the repository's root for one page, to write into, with the stand-ins."""
    place = copies / line.page.replace("/", "-")
    if place.exists():
        return place
    shutil.copytree(ROOT / "sample_data", place / "sample_data")
    for name, content in STAND_INS.items():
        (place / name).parent.mkdir(exist_ok=True)
        (place / name).write_text(content, "utf-8")
    Journal(place / "journal.db").close()
    return place


@pytest.mark.parametrize("line", CALLS, ids=lambda line: f"{line.page}: {' '.join(line.words)[:60]}")
def test_the_commands_run(line, copy, monkeypatch, capfd):
    """Each call ends with 0 (or the code that its comment tells) and says no error."""
    monkeypatch.chdir(copy)
    monkeypatch.setenv("CROSSWALK_MODEL", "none")
    assert run(list(line.words)) == line.code
    assert re.search("^CW-", capfd.readouterr().err, re.MULTILINE) is None


def test_a_page_has_commands():
    """The search for commands finds those of README and of the page on the command line."""
    pages = [line.page for line in CALLS]
    assert (pages.count("README.md"), pages.count("docs/command-line.md")) >= (5, 2)


@pytest.mark.parametrize("line", ALL, ids=lambda line: f"{line.page}: {' '.join(line.words)[:60]}")
def test_commands_and_options_exist(line):
    """Whatever a page shows, the command is in the tree and has every option that is named."""
    command: Any = build_command()
    words = [word for word in re.split(r"[\s\[\]|]+", " ".join(line.words)) if word]
    while (inner := getattr(command, "commands", {}).get(words[0])) is not None:
        command, words = inner, words[1:]
        if not words:
            break
    assert not getattr(command, "commands", None), line.words
    known = {option for part in command.params for option in part.opts} | {"--help"}
    assert {word for word in words if word.startswith("--")} - known == set()


def test_the_reasons_for_not_running_still_hold():
    """Every exception names a command or a page that is there."""
    assert set(build_command().commands) >= set(NOT_RUN)
    assert {line.page for line in ALL} >= set(ELSEWHERE)
