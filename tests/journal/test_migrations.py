"""Migrations: an older journal is brought up without a loss, twice is once, half is nothing."""

import sqlite3
from pathlib import Path

import pytest
from crosswalk_engine.errors import ConfigError
from crosswalk_engine.journal import Journal, migrations, open_reader
from crosswalk_engine.journal.audit import verify_audit
from crosswalk_engine.journal.inputs import input_of
from crosswalk_engine.journal.reading import sent

#: Written by the last engine of schema 1: three orders, the second one dead; order 1 has `total` 1.10.
SCHEMA_1 = Path(__file__).with_name("schema-1.sql")


@pytest.fixture
def older(tmp_path: Path) -> Path:
    path = tmp_path / "journal.db"
    raw = sqlite3.connect(path)
    raw.executescript(SCHEMA_1.read_text("utf-8"))
    raw.close()
    return path


def schema(path: Path) -> tuple[int, dict[str, str]]:
    raw = sqlite3.connect(path)
    version = int(raw.execute("pragma user_version").fetchone()[0])
    tables = dict(raw.execute("select name, sql from sqlite_master where sql is not null"))
    raw.close()
    return version, tables


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A last migration that fails at its last statement."""
    spoilt = migrations.MIGRATIONS[-1] + "insert into nowhere values(1);"
    monkeypatch.setattr(migrations, "MIGRATIONS", (*migrations.MIGRATIONS[:-1], spoilt))
    return monkeypatch


def test_an_older_journal_keeps_what_it_holds(older: Path) -> None:
    """Events, deliveries, inputs and the audit chain are there after the upgrade."""
    journal = Journal(older)
    assert journal.inbox.counts() == {"dead": 1, "done": 2}
    assert journal.outbox.target_of("sales_order", "3") == "0000002"
    document, related, _ = journal.inbox.inputs(1) or ({}, {}, None)
    assert (document["reference"], document["total"]) == ("W1", "1.10")  # schema 1 kept decimals as text
    assert related == {"contact": {"1": {"id": "1"}}}
    assert [(one.record, one.step, one.input) for one in sent(journal.core.db)] == [
        ("1", "ensure:customer", None),
        ("1", "deliver", None),
        ("3", "ensure:customer", None),
        ("3", "deliver", None),
    ]
    assert verify_audit(journal.core.db).first_bad is None
    journal.close()


def test_an_upgraded_journal_is_like_a_new_one(older: Path, tmp_path: Path) -> None:
    """Whatever it started as, a journal ends with the same tables; opening it again changes nothing."""
    Journal(older).close()
    Journal(tmp_path / "new.db").close()
    upgraded = schema(older)
    Journal(older).close()
    assert schema(older) == upgraded
    assert upgraded[0] == len(migrations.MIGRATIONS)
    assert upgraded[1].keys() == schema(tmp_path / "new.db")[1].keys()


def test_half_a_migration_is_none(older: Path, broken: pytest.MonkeyPatch) -> None:
    """A migration that fails at its end leaves the journal as it was, and the next engine can do it."""
    before = schema(older)
    with pytest.raises(sqlite3.OperationalError, match="nowhere"):
        Journal(older)
    assert schema(older) == before
    broken.undo()
    journal = Journal(older)
    assert journal.inbox.counts() == {"dead": 1, "done": 2}
    journal.close()


def test_half_a_first_start_is_none(tmp_path: Path, broken: pytest.MonkeyPatch) -> None:
    """A new journal whose second migration fails stands at the first one, and is finished later."""
    path = tmp_path / "journal.db"
    with pytest.raises(sqlite3.OperationalError, match="nowhere"):
        Journal(path)
    assert schema(path)[0] == len(migrations.MIGRATIONS) - 1
    broken.undo()
    Journal(path).close()
    assert schema(path)[0] == len(migrations.MIGRATIONS)


def test_a_reader_changes_no_older_journal(older: Path) -> None:
    """A command that only reads says what to do and leaves the file as it is."""
    before = older.read_bytes()
    with pytest.raises(ConfigError, match=r"CW-JOURNAL-OLDER.*schema 1.*start the engine once"):
        open_reader(older)
    assert older.read_bytes() == before
    Journal(older).close()
    reader = open_reader(older)
    assert input_of(reader, 3) is not None
    reader.close()
