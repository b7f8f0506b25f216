"""Wrong calls, and that the help, the documentation and the commands agree."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from crosswalk_engine.commands.tree import ELSEWHERE, build_command

ROOT = Path(__file__).parents[2]
PROSE = "\n".join(path.read_text("utf-8") for path in [ROOT / "README.md", *sorted(ROOT.glob("docs/*.md"))])


def commands(command: Any = None, name: str = "") -> Iterator[tuple[str, Any]]:
    """Every command that can be called, with its whole name."""
    command = command or build_command()
    below = getattr(command, "commands", None)
    if below is None:
        yield name, command
    for word, inner in (below or {}).items():
        yield from commands(inner, f"{name} {word}".strip())


ALL = dict(commands())


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (["nope"], "No such command 'nope'"),
        (["evl"], "Did you mean 'eval'?"),
        (["--nope"], "No such option: --nope"),
        (["release", "bild"], "Did you mean 'build'?"),
        (["map"], "Missing argument 'mapping'"),
        (["map", "m", "--in", "x"], "Missing option '--out'"),
        (["map", "m", "--in"], "crosswalk map --help"),
        (["map", "m", "x", "--in", "a", "--out", "b"], "unexpected extra argument"),
        (["map", "m", "--in", "a", "--out", "b", "--workers", "0"], "'--workers'"),
        (["map", "m", "--in", "a", "--out", "b", "--workers", "9" * 40], "'--workers'"),
        (["map", "m", "--in", "a", "--out", "b", "--workers", "two"], "a valid integer"),
        (["map", "m", "--in", "a\0b", "--out", "b"], "'--in'"),
        (["eval", "-x", "--in", "a"], "No such option: -x"),
        (["eval", "id", "--in", "a", "--record", ""], "--record names no element"),
        (["eval", "id", "--in", "a", "--encoding", "klingon"], "--encoding is none that is known"),
        (["profile", "a", "--encoding", "base64"], "--encoding is none that is known"),
        (["lint", "a", "b"], "unexpected extra argument"),
        (["lint", "--json\nx", "a"], "No such option"),
        (["release", "build", "p", "--out", "o", "--at", "yesterday"], "--at is not a time with zone"),
        (["release", "build", "p", "--out", "o", "--at", "2026-11-23T09:00:00"], "2026-11-23T09:00:00Z"),
        (["dlq", "show", "x"], "'event'"),
        (["dlq", "show", "0"], "'event'"),
        (["dlq", "show", "9" * 30], "'event'"),
        (["dlq", "replay"], "name event numbers, or --all"),
        (["dlq", "replay", "1", "--all"], "name event numbers, or --all"),
        (["dlq", "discard", "1"], "Missing option '--reason'"),
        (["dlq", "discard", "1", "--reason", " "], "--reason is blank"),
        (["sandbox", "nope"], "brightpearl, infor"),
        (["sandbox", "--port-infor", "99999"], "'--port-infor'"),
        (["suggest", "orders.ndjson"], "SOURCE and TARGET are needed"),
        (["suggest", "a", "b", "--top", "0"], "'--top'"),
        (["suggest", "a", "--pairs", "p.csv"], "--pairs takes the place"),
        (["duplicates", "a"], "Missing option '--out'"),
        (["duplicates", "a", "--out", "b", "--min", "nan"], "'--min'"),
        (["duplicates", "a", "--out", "b", "--entity", "dog"], "'person', 'company', 'product', 'auto'"),
        (["demo", "--orders", "0"], "a demo needs orders"),
        (["demo", "--kill", "-1"], "'--kill'"),
        (["demo", "--faults", "x"], "'none', 'normal', 'heavy'"),
        (["studio", "--port", "99999"], "'--port'"),
    ],
)
def test_a_wrong_call(line, told, command):
    """One line with what is wrong, exit 2, nothing written."""
    said = command(*line)
    assert (said.code, said.err.count("\n"), said.changed, said.out) == (2, 1, [], ""), said.err
    assert said.err.startswith("CW-") and told in said.err


def test_an_argument_that_is_not_text(command):
    """A path may hold any bytes and is shown in printable form; what is kept as text may not."""
    command("lint", "\udcff\udcfe").assert_one_error(66, "CW-FILE-MISSING", "U+DCFF")
    command("dlq", "discard", "1", "--reason", "\udcff").assert_one_error(2, "CW-USAGE", "--reason")


@pytest.mark.parametrize("line", [[], ["release"], ["dlq"], ["audit"]])
def test_a_group_alone_shows_its_help(line, command):
    """Exit 0, and the commands of the group."""
    said = command(*line)
    assert (said.code, said.err, "Commands:" in said.out) == (0, "", True)


def test_every_command_is_installed_here():
    """Nothing of the tree answers that it is not installed."""
    assert set(ELSEWHERE) <= set(ALL)
    assert [name for name, one in ALL.items() if "Not installed" in (one.help or "")] == []


@pytest.mark.parametrize("name", ALL)
def test_every_command_explains_itself_and_its_arguments(name, command):
    """The command, each argument and each option have a sentence of help; `--help` shows it with exit 0."""
    one = ALL[name]
    assert (one.help or "").strip()
    silent = [part.name for part in one.params if part.name != "help" and not getattr(part, "help", None)]
    assert silent == []
    said = command(*name.split(), "--help")
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith(f"Usage: crosswalk {name} ")


@pytest.mark.parametrize("name", ALL)
def test_every_command_is_in_the_documentation(name):
    """README or docs name it, in whole or, where its group is plain, as `dlq show`."""
    short = rf"|`{name}[` ]" if " " in name else ""
    assert re.search(rf"crosswalk {name}\b{short}", PROSE), name


def test_the_documentation_names_no_command_that_is_not_there():
    """Each `crosswalk word` in a code block or in backticks is a command."""
    known = {name.partition(" ")[0] for name in ALL}
    named = set(re.findall(r"(?:^|`|/)crosswalk ([a-z]+)", PROSE, re.MULTILINE))
    assert named - known == set()


def test_the_exit_codes_in_the_documentation_are_those_of_the_errors():
    """docs/command-line.md lists every exit code that an error class has."""
    from crosswalk_engine import errors

    page = (ROOT / "docs/command-line.md").read_text("utf-8")
    told = {
        int(code) for row in re.findall(r"^\| ([\d, ]+) \|", page, re.MULTILINE) for code in row.split(",")
    }
    classes = [one for one in vars(errors).values() if isinstance(one, type)]
    raised = {one.exit_code for one in classes if issubclass(one, errors.CrosswalkError)}
    assert raised <= told
