"""The journal: receipts are durable and unique, events move with their audit row, one writer only."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from crosswalk_engine.errors import BusyError, ConfigError
from crosswalk_engine.journal import Delivery, EventState, Journal, NewEvent, open_reader
from crosswalk_engine.journal.audit import read_audit, verify_audit
from crosswalk_engine.journal.reading import event, open_intents, records_of, time_line


def notice(record: str, dedupe: str, *, due: float = 0.0) -> NewEvent:
    return NewEvent("orders", record, "webhook", dedupe, raised_at=1.0, due=due)


@pytest.fixture
def journal(tmp_path: Path):
    opened = Journal(tmp_path / "journal.db", release="r1")
    yield opened
    opened.close()


def test_a_known_receipt_changes_nothing(journal: Journal) -> None:
    """The same dedupe key twice makes one event."""
    assert journal.inbox.receive([notice("1", "a"), notice("2", "b")], at=5.0) == 2
    assert journal.inbox.receive([notice("1", "a"), notice("3", "c")], at=6.0) == 1
    assert journal.inbox.counts() == {"pending": 3}


def test_fresh_events_share_the_fetch_of_the_first_due_one(journal: Journal) -> None:
    """Nothing is claimed before the linger ends; then all fresh events go along."""
    journal.inbox.receive([notice("1", "a", due=10.0), notice("2", "b", due=12.0)], at=5.0)
    assert journal.inbox.claim("orders", now=9.9, limit=200) == []
    assert [e.record for e in journal.inbox.claim("orders", now=10.0, limit=200)] == ["1", "2"]


def test_a_record_that_is_worked_on_is_not_claimed_twice(journal: Journal) -> None:
    """A second event of a record waits until the first has ended."""
    journal.inbox.receive([notice("1", "a")], at=0.0)
    (first,) = journal.inbox.claim("orders", now=1.0, limit=10)
    journal.inbox.receive([notice("1", "b")], at=2.0)
    assert journal.inbox.claim("orders", now=3.0, limit=10) == []
    journal.inbox.finish([first], EventState.DONE, at=4.0)
    assert [e.record for e in journal.inbox.claim("orders", now=5.0, limit=10)] == ["1"]


def test_a_retry_comes_back_when_it_is_due(journal: Journal) -> None:
    """A retried event keeps its attempts and is not claimed before its time."""
    journal.inbox.receive([notice("1", "a")], at=0.0)
    (first,) = journal.inbox.claim("orders", now=1.0, limit=10)
    journal.inbox.finish([first], EventState.RETRY, at=1.0, code="CW-DOWN", due=30.0)
    assert journal.inbox.claim("orders", now=29.0, limit=10) == []
    (again,) = journal.inbox.claim("orders", now=30.0, limit=10)
    assert (again.id, again.attempts) == (first.id, 2)


def test_an_intent_is_fresh_only_once(journal: Journal) -> None:
    """The second intent for an effect says that the first may have got through, and keeps its progress."""
    journal.inbox.receive([notice("1", "a")], at=0.0)
    (claimed,) = journal.inbox.claim("orders", now=1.0, limit=10)
    effect, fresh = journal.outbox.intend(
        claimed, "deliver", key="BP1", idempotency="orders/deliver/1", request={"CUOR": "BP1"}, at=1.0
    )
    journal.outbox.progress(effect, "8000001")
    again, fresh_again = journal.outbox.intend(
        claimed, "deliver", key="BP1", idempotency="orders/deliver/1", request={"CUOR": "BP1"}, at=2.0
    )
    assert (fresh, fresh_again, again.progress) == (True, False, "8000001")
    assert open_intents(journal.core.db) == 1


def test_a_delivery_settles_everything_in_one_step(journal: Journal) -> None:
    """Delivery, id map, queued write-back and event state stand together or not at all."""
    journal.inbox.receive([notice("1", "a")], at=0.0)
    (claimed,) = journal.inbox.claim("orders", now=1.0, limit=10)
    effect, _ = journal.outbox.intend(claimed, "deliver", key="BP1", idempotency="k", request={}, at=1.0)
    delivery = Delivery("1", "0010001", {"CUOR": "BP1"}, "d" * 64, version=3)
    back = {"record": "1", "status": 21, "note": "M3 order 0010001"}
    journal.outbox.deliver(effect, claimed, delivery, entity="sales_order", write_back=back, at=2.0)
    assert journal.outbox.target_of("sales_order", "1") == "0010001"
    assert journal.outbox.last_delivery("orders", "1") == delivery
    assert journal.inbox.counts() == {"delivered": 1}
    (queued,) = journal.outbox.write_backs(["orders"], now=2.0, limit=10)
    journal.outbox.written_back([queued], at=3.0)
    assert journal.inbox.counts() == {"done": 1}
    assert records_of(journal.core.db, "0010001") == ["1"]
    assert [step["action"] for step in time_line(journal.core.db, "1")] == [
        "received",
        "intended",
        "delivered",
        "done",
    ]


def test_a_failed_step_leaves_nothing_behind(journal: Journal) -> None:
    """An error inside a transaction rolls rows and audit back together."""

    def half_done() -> None:
        with journal.core.transaction():
            journal.core.note("received", None, "1", {}, 1.0)
            raise RuntimeError("boom")

    with pytest.raises(RuntimeError, match="boom"):
        half_done()
    journal.inbox.receive([notice("1", "a")], at=2.0)
    assert verify_audit(journal.core.db).rows == 1


def test_recovery_puts_claimed_events_back(tmp_path: Path) -> None:
    """What was being worked on when the engine died is due again after the start."""
    path = tmp_path / "journal.db"
    first = Journal(path)
    first.inbox.receive([notice("1", "a"), notice("2", "b")], at=0.0)
    first.inbox.claim("orders", now=1.0, limit=1)
    first.close()
    second = Journal(path)
    assert second.inbox.recover(at=9.0) == 1
    assert second.inbox.counts() == {"pending": 1, "retry": 1}
    second.close()


def test_dead_letters_are_replayed_and_discarded_by_name(journal: Journal) -> None:
    """A replay starts afresh, a discard keeps its reason, and neither touches other events."""
    journal.inbox.receive([notice("1", "a"), notice("2", "b"), notice("3", "c")], at=0.0)
    one, two, three = journal.inbox.claim("orders", now=1.0, limit=10)
    journal.inbox.finish([one, two], EventState.DEAD, at=1.0, code="CW-X", reason="lines[0].ITNO")
    journal.inbox.finish([three], EventState.DONE, at=1.0)
    assert journal.inbox.requeue(one.id, at=2.0, actor="eve") == "1"
    assert journal.inbox.discard(two.id, at=2.0, actor="eve", reason="test order") == "2"
    assert journal.inbox.requeue(three.id, at=2.0, actor="eve") is None
    row = event(journal.core.db, two.id)
    assert row is not None
    assert (row.state, row.code, row.reason) == ("skipped", "CW-DISCARDED", "test order")


def test_a_second_engine_is_refused(tmp_path: Path) -> None:
    """The kernel's lock holds across processes and is free after the holder's death."""
    path = tmp_path / "journal.db"
    script = (
        "import sys, os, pathlib\n"
        "from crosswalk_engine.journal import Journal\n"
        "Journal(pathlib.Path(sys.argv[1])); print('held', flush=True); sys.stdin.read()\n"
    )
    command = [sys.executable, "-c", script, str(path)]
    holder = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdin is not None
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(BusyError, match=f'"pid": {holder.pid}'):
        Journal(path)
    holder.kill()
    holder.wait()
    holder.stdin.close()
    holder.stdout.close()
    Journal(path).close()


@pytest.mark.parametrize("column", ["action", "detail", "at", "record", "hash", "previous"])
def test_a_changed_audit_row_is_named(tmp_path: Path, column: str) -> None:
    """Whatever is changed in a row, the verification names that row."""
    path = tmp_path / "journal.db"
    journal = Journal(path)
    journal.inbox.receive([notice(str(n), str(n)) for n in range(5)], at=1.0)
    journal.close()
    raw = sqlite3.connect(path)
    raw.execute("drop trigger audit_no_update")
    raw.execute(f"update audit set {column} = '9' where seq = 3")
    raw.commit()
    raw.close()
    reader = open_reader(path)
    report = verify_audit(reader)
    reader.close()
    assert report.first_bad == 3


def test_an_audit_row_cannot_be_deleted(journal: Journal) -> None:
    """The table refuses updates and deletes."""
    journal.inbox.receive([notice("1", "a")], at=1.0)
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        journal.core.db.execute("delete from audit")
    assert len(list(read_audit(journal.core.db))) == 1


def test_a_file_that_is_no_journal_is_refused(tmp_path: Path) -> None:
    """Another file in the journal's place gives one clear error and is left alone."""
    path = tmp_path / "journal.db"
    path.write_bytes(b"this is not a database, but it is long enough to look at" * 40)
    before = path.read_bytes()
    with pytest.raises(ConfigError, match="CW-JOURNAL-OPEN"):
        Journal(path)
    assert path.read_bytes() == before


def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    """No table of ours is put into a database that is not ours."""
    path = tmp_path / "journal.db"
    raw = sqlite3.connect(path)
    raw.execute("create table theirs(x)")
    raw.close()
    with pytest.raises(ConfigError, match="another program"):
        Journal(path)
    raw = sqlite3.connect(path)
    assert raw.execute("select name from sqlite_master").fetchall() == [("theirs",)]
    raw.close()


def test_a_newer_journal_is_refused(tmp_path: Path) -> None:
    """An older engine does not touch what a newer one wrote."""
    path = tmp_path / "journal.db"
    Journal(path).close()
    raw = sqlite3.connect(path)
    raw.execute("pragma user_version = 99")
    raw.close()
    with pytest.raises(ConfigError, match="schema 99"):
        Journal(path)


def test_the_journal_is_durable_and_private(journal: Journal) -> None:
    """WAL, synchronous=FULL, and nobody else may read it."""
    assert journal.core.db.execute("pragma journal_mode").fetchone()[0] == "wal"
    assert journal.core.db.execute("pragma synchronous").fetchone()[0] == 2
    assert journal.core.path.stat().st_mode & 0o777 == 0o600
