"""An engine that cannot start, and operating one that is not there: one clear error, nothing made."""

import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from crosswalk_engine.journal.lock import JournalLock

OPERATING = [
    ["status"],
    ["trace", "1"],
    ["idmap"],
    ["dlq", "list"],
    ["dlq", "show", "1"],
    ["dlq", "replay", "1"],
    ["dlq", "replay", "--all"],
    ["dlq", "discard", "1", "--reason", "x"],
    ["audit", "verify"],
    ["audit", "export", "--out", "out"],
]
named = pytest.mark.parametrize("line", OPERATING, ids=" ".join)


def config(old: str, new: str) -> None:
    text = Path("engine.yaml").read_text()
    assert old in text
    Path("engine.yaml").write_text(text.replace(old, new, 1))


#: What is wrong with engine.yaml -> what stands there instead of what, exit code, error code, what is said.
CONFIGS = {
    "an unknown key": ("network:", "netwrk: 1\nnetwork:", 78, "CW-DOCUMENT", "did you mean 'network'?"),
    "connections that are none": ("infor-m3,", "infor-m3, quota_share: 2,", 78, "CW-DOCUMENT", "quota_share"),
    "no address": ("127.0.0.1:0", "nowhere", 78, "CW-LISTEN", "host:port"),
    "no such port": ("127.0.0.1:0", "127.0.0.1:-1", 78, "CW-LISTEN", "host:port"),
    "a secret itself": ("file:./token", "sk_live_abcdefghijklmnop123456", 78, "CW-DOCUMENT", "looks like"),
    "no reference": ("file:./token", "mytoken", 78, "CW-DOCUMENT", "write a reference"),
    "a variable that is not set": ("file:./token", "env:CW_NOT_SET", 78, "CW-SECRET-ENV", "env:CW_NOT_SET"),
    "a secret file that is not there": ("./token", "./none", 78, "CW-SECRET-FILE", "file:./none"),
    "another connector": ("infor-m3", "infor-m4", 78, "CW-CONNECTOR", "infor-m3"),
    "credentials that are none": ("file:./tenant.ionapi", "file:./token", 78, "CW-", "ionapi"),
}


@pytest.mark.parametrize("what", CONFIGS)
def test_a_configuration_that_cannot_be(what, command):
    """`run` says what is wrong and where, shows no secret, and ends before it listens."""
    old, new, exit_code, code, told = CONFIGS[what]
    config(old, new)
    said = command("run", "release")
    assert (said.code, said.err.count("\n"), said.out) == (exit_code, 1, ""), said.err
    assert said.err.startswith(code) and told in said.err
    assert "sk_live" not in said.err and "mytoken" not in said.err and "not-a-real-token" not in said.err


def test_a_secret_that_others_can_read(command):
    """A secret file of mode 644 is refused, with the command that mends it."""
    Path("token").chmod(0o644)
    said = command("run", "release")
    assert (said.code, said.err.partition(" ")[0]) == (78, "CW-SECRET-MODE")
    assert "chmod 600" in said.err


def test_a_port_in_use(command):
    """Exit 75 with the port, before a journal is made; the sandbox says the same of its own ports."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        config("127.0.0.1:0", f"127.0.0.1:{port}")
        command("run", "release").assert_one_error(75, "CW-PORT-BUSY", str(port))
        said = command("sandbox", "--only", "infor", "--port-infor", str(port))
        said.assert_one_error(75, "CW-PORT-BUSY", str(port))


def test_two_engines_on_one_journal(command):
    """The second one ends with 75, and so does a command that would write behind a silent engine's back."""
    with closing(sqlite3.connect("journal.db")) as journal:
        journal.execute("create table event(id)")
    lock = JournalLock(Path("journal.db").resolve())
    try:
        command("run", "release").assert_one_error(75, "CW-JOURNAL-LOCKED", "journal.db")
        command("dlq", "replay", "1").assert_one_error(75, "CW-JOURNAL-LOCKED", "journal.db")
    finally:
        lock.close()


@contextmanager
def no_journal(kind: str) -> Iterator[str]:
    """What lies in the journal's place, and the code of the error."""
    path = Path("journal.db")
    if kind == "text":
        path.write_text("these are no pages of a database " * 100)
    elif kind == "nothing in it":
        path.write_bytes(b"")
    elif kind == "another database":
        with closing(sqlite3.connect(path)) as other:
            other.execute("create table t(a)")
    elif kind == "a folder":
        path.mkdir()
    yield "CW-NO-JOURNAL" if kind in ("not there", "a folder") else "CW-JOURNAL-OPEN"


@named
@pytest.mark.parametrize("kind", ["not there", "a folder", "nothing in it", "text", "another database"])
def test_operating_without_a_journal(kind, line, command):
    """No command makes a journal, changes what lies in its place, or takes its lock."""
    with no_journal(kind) as code:
        command(*line).assert_one_error(78, code, "journal.db")


@named
def test_operating_without_a_configuration(line, command):
    """The missing file is named, and how to name another."""
    Path("engine.yaml").unlink()
    command(*line).assert_one_error(66, "CW-CONFIG-MISSING", "engine.yaml", "--config")
