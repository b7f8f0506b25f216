"""Files that are not there, not to be read or not to be written, and one file in two roles."""

import errno
import io
import json
import os
import shutil
import stat
from pathlib import Path

import pytest

ORDERS = "order-to-m3"
SAMPLE = Path(__file__).parents[2] / "sample_data/projects/brightpearl-infor"
MAP = ["map", "mapping.yaml", "--in", "orders.ndjson"]

#: Command lines that read PLACE.
READ = {
    "eval --in": ["eval", "id", "--in", "PLACE"],
    "eval --lookups": ["eval", "id", "--in", "orders.ndjson", "--lookups", "PLACE"],
    "map MAPPING": ["map", "PLACE", "--in", "orders.ndjson", "--out", "out"],
    "map --in": ["map", "mapping.yaml", "--in", "PLACE", "--out", "out"],
    "map --idmap": [*MAP, "--out", "out", "--idmap", "PLACE"],
    "map --lookups": [*MAP, "--out", "out", "--lookups", "PLACE"],
    "explain": ["explain", "PLACE"],
    "lint": ["lint", "PLACE"],
    "test": ["test", "PLACE"],
    "release build": ["release", "build", "PLACE", "--out", "out"],
    "release verify": ["release", "verify", "PLACE"],
    "release diff": ["release", "diff", "release", "PLACE"],
    "run RELEASE": ["run", "PLACE"],
    "run --config": ["run", "release", "--config", "PLACE"],
    "status": ["status", "--config", "PLACE"],
    "trace": ["trace", "1", "--config", "PLACE"],
    "idmap": ["idmap", "--config", "PLACE"],
    "dlq list": ["dlq", "list", "--config", "PLACE"],
    "dlq show": ["dlq", "show", "1", "--config", "PLACE"],
    "dlq replay": ["dlq", "replay", "1", "--config", "PLACE"],
    "dlq discard": ["dlq", "discard", "1", "--reason", "x", "--config", "PLACE"],
    "audit verify": ["audit", "verify", "--config", "PLACE"],
    "audit export": ["audit", "export", "--config", "PLACE", "--out", "out"],
    "sandbox --data": ["sandbox", "--data", "PLACE"],
    "addresses": ["addresses", "PLACE", "--out", "out"],
    "profile": ["profile", "PLACE", "--out", "out"],
    "suggest SOURCE": ["suggest", "PLACE", "orders.ndjson", "--out", "out"],
    "suggest TARGET": ["suggest", "orders.ndjson", "PLACE", "--out", "out"],
    "suggest --memory": ["suggest", "orders.ndjson", "orders.ndjson", "--memory", "PLACE", "--out", "out"],
    "suggest --project": ["suggest", "orders.ndjson", "orders.ndjson", "--project", "PLACE", "--out", "out"],
    "suggest --pairs": ["suggest", "--pairs", "PLACE"],
    "duplicates": ["duplicates", "PLACE", "--out", "out"],
    "duplicates --right": ["duplicates", "addresses.csv", "--right", "PLACE", "--out", "out"],
    "duplicates --labels": ["duplicates", "addresses.csv", "--labels", "PLACE", "--out", "out"],
    "demo --data": ["demo", "--data", "PLACE"],
    "demo --project": ["demo", "--project", "PLACE"],
    "studio --project": ["studio", "--no-browser", "--port", "0", "--project", "PLACE"],
}

#: Command lines that write PLACE.
WRITE = {
    "map --out": [*MAP, "--out", "PLACE"],
    "map --rejects": [*MAP, "--out", "out", "--rejects", "PLACE"],
    "addresses": ["addresses", "addresses.csv", "--out", "PLACE"],
    "profile": ["profile", "orders.ndjson", "--out", "PLACE"],
    "suggest": ["suggest", "orders.ndjson", "orders.ndjson", "--out", "PLACE"],
}


def placed(line: list[str], place: str) -> list[str]:
    return [place if word == "PLACE" else word for word in line]


@pytest.fixture
def denied(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file and a folder named `secret…` that this user may neither read nor write, whoever the user is."""

    def refusing(real):
        def call(path, *arguments, **settings):
            if isinstance(path, str | Path) and any(p.startswith("secret") for p in Path(path).parts):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
            return real(path, *arguments, **settings)

        return call

    monkeypatch.setattr(io, "open", refusing(io.open))
    monkeypatch.setattr(os, "access", lambda path, *_: not Path(path).name.startswith("secret"))


@pytest.mark.parametrize("place", ["none", "none/none", "mapping.yaml/none", "x" * 300, "a\nb\x1b[31m"])
@pytest.mark.parametrize("name", READ)
def test_what_is_not_there(name, place, command):
    """One line that names the place, control characters made visible; exit 66; nothing made."""
    said = command(*placed(READ[name], place))
    assert (said.code, said.err.count("\n"), said.changed) == (66, 1, []), said.err
    assert said.err.startswith("CW-") and "CW-INTERNAL" not in said.err
    assert said.err[:-1].isprintable()


FILES_ONLY = ["eval --in", "map --in", "map --idmap", "run --config", "addresses", "profile", "duplicates"]


@pytest.mark.parametrize("name", FILES_ONLY)
def test_a_folder_where_a_file_is_needed(name, command):
    """Exit 66, one line."""
    said = command(*placed(READ[name], "folder"))
    assert (said.code, said.err.count("\n"), said.changed) == (66, 1, []), said.err
    assert "folder" in said.err and "CW-INTERNAL" not in said.err


@pytest.mark.parametrize(
    "name", ["eval --in", "map --in", "map --idmap", "map MAPPING", "explain", "lint", "status", "addresses"]
)
def test_a_file_that_may_not_be_read(name, denied, desk, command):
    """Exit 66 and CW-FILE-DENIED, also where a parser, not a command, opens the file."""
    os.link("mapping.yaml", "secret.yaml")
    command(*placed(READ[name], "secret.yaml")).assert_one_error(66, "CW-FILE-DENIED", "secret.yaml")


def test_a_folder_of_a_project_that_may_not_be_read(project, command, monkeypatch):
    """It is a finding; a project without its mappings is never taken for a sound one."""
    real = os.listdir

    def refusing(path="."):
        if str(path).endswith("mappings"):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return real(path)

    monkeypatch.setattr(os, "listdir", refusing)
    said = command("lint", "project")
    assert (said.code, "mappings: error CW-PROJECT-UNREADABLE" in said.out) == (1, True), said.out


@pytest.mark.parametrize("place", ["folder", "none/out", "mapping.yaml/out", "x" * 300])
@pytest.mark.parametrize("name", WRITE)
def test_what_cannot_be_written(name, place, command):
    """Exit 73, one line, and no part of a result anywhere."""
    said = command(*placed(WRITE[name], place))
    errors = [line for line in said.err.splitlines() if line.startswith("CW-")]
    assert (said.code, len(errors), said.changed) == (73, 1, []), said.err


@pytest.mark.parametrize("name", ["map --out", "map --rejects", "addresses"])
def test_a_folder_that_may_not_be_written(name, denied, desk, command):
    """Exit 73, one line, nothing written, the other output neither."""
    Path("secret").mkdir()
    command(*placed(WRITE[name], "secret/out")).assert_one_error(73, "CW-CANNOT-WRITE", "permission denied")


@pytest.mark.parametrize(
    "line",
    [
        [*MAP, "--out", "orders.ndjson"],
        [*MAP, "--out", "folder/../orders.ndjson"],
        [*MAP, "--out", "mapping.yaml"],
        [*MAP, "--out", "out", "--rejects", "./out"],
        [*MAP, "--out", "-", "--rejects", "-"],
        [*MAP, "--out", "-", "--rejects", "/dev/stdout"],
        [*MAP, "--out", "addresses.csv", "--idmap", "addresses.csv"],
        ["addresses", "addresses.csv", "--out", "addresses.csv"],
        ["drift", "release", "--in", "orders.ndjson", "--out", "release/manifest.json"],
        ["drift", "release", "--in", "orders.ndjson", "--out", "release/flows/../idmap.json"],
        ["suggest", "orders.ndjson", "addresses.csv", "--out", "addresses.csv"],
        ["profile", "orders.ndjson", "--out", "./orders.ndjson"],
    ],
)
def test_one_file_in_two_roles(line, command):
    """An output that is an input, or two outputs in one place, are refused before anything is read."""
    command(*line).assert_one_error(2, "CW-SAME-FILE")


@pytest.mark.parametrize(
    "other", ["mappings/order-to-bod.yaml", "mappings/order-to-m3_test.yaml", "flows/orders-to-m3.yaml"]
)
def test_the_other_files_of_the_project_of_a_mapping(other, desk, command):
    """Refused for one mapping of a project as for the project."""
    shutil.copytree(SAMPLE, "sample")
    line = ["map", "sample/mappings/order-to-m3.yaml", "--in", "orders.ndjson", "--out", f"sample/{other}"]
    command(*line).assert_one_error(2, "CW-SAME-FILE", "MAPPING and --out")


@pytest.mark.parametrize("out", ["pairs.csv", "orders.ndjson"])
def test_a_list_of_pairs_whose_result_is_what_is_read(out, desk, command):
    """Nothing is written in the place of the list or of a file in it."""
    Path("pairs.csv").write_text(f"source,target,out\norders.ndjson,addresses.csv,{out}\n")
    command("suggest", "--pairs", "pairs.csv").assert_one_error(2, "CW-SAME-FILE", "`out` of line 2")


def test_a_result_takes_the_place_of_the_file_behind_a_link(desk, command):
    """The link stays a link, its file has the new content and keeps its mode."""
    Path("real").write_text("old")
    Path("real").chmod(0o600)
    Path("link").symlink_to("real")
    said = command(*MAP, "--out", "link")
    assert (said.code, said.changed, Path("link").is_symlink()) == (0, ["link", "real"], True)
    assert [json.loads(line)["number"] for line in Path("real").read_text().splitlines()] == ["S1", "S2"]
    assert stat.S_IMODE(Path("real").stat().st_mode) == 0o600


@pytest.mark.parametrize("name", ["x" * 245, "x" * 255, "é" * 127])
def test_names_as_long_as_folders_take(name, command):
    """What is written aside has a name of its own, also beside a neighbour that begins alike."""
    said = command(*MAP, "--out", name, "--rejects", name[:-1] + "y")
    assert (said.code, said.changed) == (0, sorted([name, name[:-1] + "y"]))
    assert Path(name).read_bytes() == b'{"number":"S1"}\n{"number":"S2"}\n'


def test_a_pipe_is_written_as_it_comes(desk, command):
    """A fifo stays a fifo; its reader gets the result."""
    os.mkfifo("pipe")
    reader = os.open("pipe", os.O_RDONLY | os.O_NONBLOCK)
    try:
        assert command(*MAP, "--out", "pipe").code == 0
        assert os.read(reader, 100) == b'{"number":"S1"}\n{"number":"S2"}\n'
    finally:
        os.close(reader)
    assert Path("pipe").is_fifo()


@pytest.mark.parametrize("name", ["-", "/dev/stdout", "/dev/fd/1"])
def test_standard_output_by_any_name(name, command):
    """The result, and nothing else, is on standard output."""
    said = command(*MAP, "--out", name)
    assert (said.code, said.out) == (0, '{"number":"S1"}\n{"number":"S2"}\n')


def test_a_full_disk_leaves_the_old_file(desk, command, monkeypatch):
    """Exit 73 with the system's reason; the file of before is whole, and no part lies beside it."""
    Path("out").write_text("old")

    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("crosswalk_engine.commands.bulk.Mapper.lines", full)
    command(*MAP, "--out", "out").assert_one_error(73, "CW-CANNOT-WRITE", "no space left on device")
    assert Path("out").read_text() == "old"


@pytest.mark.parametrize("content", [b"", b"no database\n" * 90, None])
def test_a_journal_that_is_none(content, desk, command):
    """Of an empty file, of another file and of none the replay says so, 78."""
    if content is not None:
        Path("journal.db").write_bytes(content)
    code = "CW-NO-JOURNAL" if content is None else "CW-JOURNAL-OPEN"
    command("release", "replay", "release", "--journal", "journal.db").assert_one_error(
        78, code, "journal.db"
    )
