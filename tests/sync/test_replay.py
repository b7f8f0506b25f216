"""Replay: the same release makes the same bytes of journaled inputs, whatever has changed since (I9)."""

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import pytest
from crosswalk_engine.cli import run
from crosswalk_engine.connectors.contract import Document, Found, Source, Target
from crosswalk_engine.errors import ConfigError, MissingFileError, RecordError
from crosswalk_engine.journal import Journal, NewEvent
from crosswalk_engine.mapping.compile import compile_ir
from crosswalk_engine.mapping.result import MapResult
from crosswalk_engine.release import Release, load_release
from crosswalk_engine.release.build import build_release
from crosswalk_engine.sync.apply import apply, id_map
from crosswalk_engine.sync.deliver import deliver
from crosswalk_engine.sync.fetch import coalesce, fetch
from crosswalk_engine.sync.related import RelatedCache
from crosswalk_engine.sync.replay import differing, replay, replay_all
from crosswalk_engine.sync.stages import Mapped, Verdict
from crosswalk_engine.sync.world import World

SAMPLE = Path(__file__).parents[2] / "sample_data/projects/brightpearl-infor"
FLOW, MAPPING = "orders-to-m3", "order-to-m3"
#: An order of a firm, so that the id map is asked, and one of a consumer.
FIRM, CONSUMER = "200135", "200132"
AT = datetime(2026, 11, 24, tzinfo=UTC)


def samples(entity: str, key: str) -> dict[str, Document]:
    lines = (SAMPLE / f"samples/brightpearl.{entity}.ndjson").read_text("utf-8").splitlines()
    return {str(record[key]): record for record in (json.loads(line, parse_float=Decimal) for line in lines)}


def build(root: Path, name: str, *changes: tuple[str, str]) -> Path:
    """A release of the sample project, with texts of the order mapping replaced."""
    project = root / f"project-{name}"
    for path in SAMPLE.rglob("*"):
        if path.is_file() and ".crosswalk" not in path.parts and not path.name.endswith("_test.yaml"):
            there = project / path.relative_to(SAMPLE)
            there.parent.mkdir(parents=True, exist_ok=True)
            there.write_bytes(path.read_bytes())
    mapping = project / f"mappings/{MAPPING}.yaml"
    text = mapping.read_text("utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    mapping.write_text(text, "utf-8")
    build_release(project, root / name, author="ana", approver="ben", at=AT)
    return root / name


class Shelf:
    """A source that is a few dicts."""

    def __init__(self) -> None:
        self.records = {
            "order": samples("order", "id"),
            "contact": samples("contact", "contactId"),
            "product": samples("product", "id"),
        }

    async def fetch(self, entity: str, keys: Sequence[str]) -> dict[str, Document]:
        return {key: self.records[entity][key] for key in keys if key in self.records[entity]}


class Ledger:
    """A target that takes everything."""

    def __init__(self) -> None:
        self.taken: list[Document] = []

    async def find(
        self, entity: str, output: Document, *, sent: Document | None, progress: str | None
    ) -> Found | None:
        return None

    async def create(self, entity: str, output: Document, *, remember: Callable[[str], None]) -> str:
        self.taken.append(output)
        return f"{len(self.taken):07d}"


@dataclass
class Desk:
    """A journal, and the stages that bring a record to the target."""

    path: Path
    release: Release
    shelf: Shelf = field(default_factory=Shelf)
    ledger: Ledger = field(default_factory=Ledger)
    clock: float = 1000.0

    def __post_init__(self) -> None:
        self.journal = Journal(self.path, release=self.release.hash)
        self.world = World(now=lambda: self.clock, monotonic=lambda: self.clock)
        self.cache = RelatedCache(cast("Source", self.shelf), self.world)
        self.map("customer", "5022", "BPC0005022")

    def map(self, entity: str, source: str, target: str) -> None:
        """Put an entry into the id map, or change it."""
        with self.journal.core.transaction() as db:
            db.execute(
                "insert or replace into id_map(entity, source_key, target_key, at) values(?, ?, ?, 0)",
                (entity, source, target),
            )

    async def bring(self, record: str) -> int:
        """A notice of the order, mapped and delivered; the number of its event."""
        self.clock += 1000.0
        dedupe = f"{record}/{self.clock}"
        self.journal.inbox.receive([NewEvent(FLOW, record, "webhook", dedupe, 0.0, 0.0)], at=self.clock)
        (work,) = coalesce(self.journal.inbox.claim(FLOW, now=self.clock, limit=10))
        mapping = compile_ir(self.release.mappings[MAPPING], self.release.lookups)
        (fetched,), _ = await fetch([work], "order", cast("Source", self.shelf), mapping, self.cache)
        self.journal.inbox.keep_inputs([fetched.inputs])
        mapped = apply(fetched, mapping, id_map(self.journal.outbox))
        if isinstance(mapped, Mapped):
            flow = self.release.flows[FLOW]
            await deliver(mapped, flow, cast("Target", self.ledger), self.journal, self.world, before=None)
        else:
            assert isinstance(mapped, Verdict)
            self.journal.inbox.finish([work.event], mapped.state, at=self.clock, code=mapped.code)
        return work.event.id


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("releases"), "first")


@pytest.fixture
def desk(built: Path, quick_path: Path) -> Iterator[Desk]:
    opened = Desk(quick_path / "journal.db", load_release(built))
    yield opened
    opened.journal.close()


async def test_what_has_changed_since_changes_no_replay(desk: Desk) -> None:
    """Product, contact and id map are changed afterwards: the replay gives the bytes that were sent."""
    event = await desk.bring(FIRM)
    before = MapResult(desk.ledger.taken[0]).output_bytes()
    order = desk.shelf.records["order"][FIRM]
    for row in order["orderRows"].values():
        desk.shelf.records["product"].pop(str(row["productId"]), None)
    desk.shelf.records["contact"]["5022"]["organisation"]["name"] = "Renamed Ltd"
    desk.map("customer", "5022", "OTHER")
    desk.map("contact_merge", "5022", "5005")
    order["parties"]["delivery"]["countryIsoCode"] = "FR"
    assert replay(event, desk.release, desk.journal.core.db) == before
    assert b"BPC0005022" in before


async def test_todays_inputs_would_give_other_bytes(desk: Desk) -> None:
    """The same order, brought again after the id map changed, differs: so the test above can fail."""
    first = await desk.bring(FIRM)
    desk.map("customer", "5022", "OTHER")
    db = desk.journal.core.db
    db.execute("delete from delivery")
    db.execute("update effect set idempotency = idempotency || '/1'")
    second = await desk.bring(FIRM)
    old, new = (json.loads(replay(event, desk.release, db)) for event in (first, second))
    assert list(differing(old, new)) == ["CUNO"]
    assert (old["CUNO"], new["CUNO"]) == ("BPC0005022", "OTHER")


async def test_now_is_the_time_of_then(built: Path, quick_path: Path, tmp_path: Path) -> None:
    """NOW() in a replay is the time at which the record was taken up, not of today."""
    dated = build(tmp_path, "dated", ("formula: TRIM(reference)", "formula: TO_TEXT(NOW())"))
    desk = Desk(quick_path / "journal.db", load_release(dated))
    desk.clock = 1_796_000_000.25
    event = await desk.bring(CONSUMER)
    desk.clock += 86_400.0
    (one,) = replay_all(desk.release, desk.journal.core.db)
    assert one.outcome == "same"
    output = json.loads(replay(event, desk.release, desk.journal.core.db))
    assert output["OREF"] == "2026-11-30T01:10:00.250+00:00"
    desk.journal.close()


async def test_every_write_is_compared(desk: Desk, tmp_path: Path) -> None:
    """The same release: all the same; one with another rule for ORTP: different, at that path."""
    for record in (FIRM, CONSUMER):
        await desk.bring(record)
    db = desk.journal.core.db
    assert [(one.sent.record, one.outcome, one.assumed) for one in replay_all(desk.release, db)] == [
        (FIRM, "same", ()),
        (CONSUMER, "same", ()),
    ]
    other = load_release(build(tmp_path, "second", ("THEN 'B2B'", "THEN 'FRM'")))
    assert [(one.sent.record, one.outcome, one.paths) for one in replay_all(other, db)] == [
        (FIRM, "different", ("ORTP",)),
        (CONSUMER, "same", ()),
    ]


async def test_a_new_question_to_the_id_map_is_said(desk: Desk, tmp_path: Path) -> None:
    """A release that asks for an id that was not asked then gets the one of today, and that is said."""
    await desk.bring(CONSUMER)
    contact = str(desk.shelf.records["order"][CONSUMER]["parties"]["customer"]["contactId"])
    desk.map("customer", contact, "NEW")
    looks_up = (
        "ELSE LOOKUP('channel_customers', CONCAT(assignment.current.channelId, '|',"
        " UPPER(TRIM(parties.delivery.countryIsoCode)), '|', currency.orderCurrencyCode)) END"
    )
    asks = (looks_up, "ELSE IDMAP('customer', parties.customer.contactId) END")
    other = load_release(build(tmp_path, "asks", asks))
    (one,) = replay_all(other, desk.journal.core.db)
    assert (one.outcome, one.paths, one.assumed) == ("different", ("CUNO",), (f"customer:{contact}",))


async def test_a_release_that_refuses_the_record_says_where(desk: Desk, tmp_path: Path) -> None:
    """Where the new release gives no output, the paths of its problems stand there, and their codes."""
    await desk.bring(FIRM)
    other = load_release(build(tmp_path, "refuses", ("  max_length: 20", "  max_length: 3")))
    (one,) = replay_all(other, desk.journal.core.db)
    assert (one.outcome, one.paths[0], one.reason) == ("different", "CUOR", "refused: CW-TOO-LONG")


async def test_a_dead_letter_is_replayed_as_it_was_refused(desk: Desk) -> None:
    """An event without a delivery has its inputs too; its replay says what is wrong with them."""
    for row in desk.shelf.records["order"][FIRM]["orderRows"].values():
        row["quantity"]["magnitude"] = "many"
    event = await desk.bring(FIRM)
    assert desk.journal.inbox.counts() == {"dead": 1}
    with pytest.raises(RecordError, match=f"lines.0..ORQT.*many.*event {event}"):
        replay(event, desk.release, desk.journal.core.db)


def test_an_event_that_is_not_there_is_said(desk: Desk) -> None:
    """No inputs, no replay."""
    with pytest.raises(MissingFileError, match=r"CW-NO-INPUTS.*77"):
        replay(77, desk.release, desk.journal.core.db)


async def test_a_release_of_another_project_is_said(desk: Desk) -> None:
    """A flow that the release does not have makes its writes different, not a failure of the whole."""
    event = await desk.bring(FIRM)
    desk.journal.core.db.execute("update event set flow = 'gone'")
    desk.journal.core.db.execute("update effect set flow = 'gone'")
    (one,) = replay_all(desk.release, desk.journal.core.db)
    assert (one.outcome, one.reason) == ("different", "the release has no flow gone")
    with pytest.raises(ConfigError, match="CW-REPLAY-FLOW"):
        replay(event, desk.release, desk.journal.core.db)


async def test_the_command_says_same_and_different(
    desk: Desk, built: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 0 and a line a write; exit 1 and the paths when a release differs; no values are shown."""
    for record in (FIRM, CONSUMER):
        await desk.bring(record)
    journal = str(desk.path)
    assert run(["release", "replay", str(built), "--journal", journal]) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[0] == f"same      event 1  {FLOW} deliver  {FIRM} (BP{FIRM})"
    assert out[-1] == "replay: 2 same, 0 different, 0 unknown"
    other = build(tmp_path, "third", ("THEN 'B2B'", "THEN 'FRM'"))
    assert run(["release", "replay", str(other), "--journal", journal, "--json"]) == 1
    captured = capsys.readouterr()
    lines = [json.loads(line) for line in captured.out.splitlines()]
    assert [(line["record"], line["outcome"], line["paths"]) for line in lines] == [
        (FIRM, "different", ["ORTP"]),
        (CONSUMER, "same", []),
    ]
    assert "CW-REPLAY-DIFFERENT" in captured.err
    assert "1 same, 1 different, 0 unknown" in captured.err
    assert "FRM" not in captured.out + captured.err


def test_what_an_older_engine_wrote_is_not_compared(
    built: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Writes of schema 1 have no inputs to be exact about: unknown, and no difference."""
    path = tmp_path / "journal.db"
    raw = sqlite3.connect(path)
    raw.executescript((Path(__file__).parents[1] / "journal/schema-1.sql").read_text("utf-8"))
    raw.close()
    assert run(["release", "replay", str(built), "--journal", str(path)]) == 78
    Journal(path).close()
    capsys.readouterr()
    assert run(["release", "replay", str(built), "--journal", str(path)]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "replay: 0 same, 0 different, 4 unknown"


@pytest.mark.parametrize(
    ("before", "after", "paths"),
    [
        ({"a": 1, "b": [1, {"c": "x"}]}, {"a": 1, "b": [1, {"c": "x"}]}, []),
        ({"b": [1, {"c": "x"}]}, {"b": [1, {"c": "y"}]}, ["b[1].c"]),
        ({"b": [1]}, {"b": [1, 2]}, ["b"]),
        ({"a": None}, {}, ["a"]),
        ({"a": 1}, {"a": True}, ["a"]),
        ({"a": {"b": 1}}, {"a": {"b": "1", "c": 2}}, ["a.b", "a.c"]),
    ],
)
def test_differences_are_named_by_path(before: Any, after: Any, paths: list[str]) -> None:
    """Element by element, the kind of a value counts, and an absent key is not a null."""
    assert list(differing(before, after)) == paths
