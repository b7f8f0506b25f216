"""The pipeline: exactly one effect an order, whatever breaks, and the right end for each record."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from crosswalk_engine.errors import OutcomeUnknownError
from crosswalk_engine.journal.audit import verify_audit
from crosswalk_engine.journal.reading import events_in
from crosswalk_engine.sync.related import MAX_AGE
from crosswalk_engine.testing.chance import Crash
from crosswalk_engine.testing.scene import Scene, scene


def ends(stage: Scene) -> Counter[str]:
    return Counter(stage.journal.inbox.counts())


async def test_orders_arrive_once_with_one_fetch(quick_path: Path) -> None:
    """Twenty notices, one id-set fetch of orders, one of contacts, twenty orders, two write-back calls."""
    stage = scene(quick_path, 20)
    for number in range(1, 21):
        stage.notice(number)
    await stage.run()
    assert [o["CUOR"] for _, o in stage.erp.orders] == [f"BP{n}" for n in range(1, 21)]
    assert (stage.shop.calls, ends(stage)) == (4, {"done": 20})
    assert stage.shop.told == Counter({str(n): 1 for n in range(1, 21)})
    stage.close()


async def test_orders_of_a_new_customer_make_one_customer(quick_path: Path) -> None:
    """Nine orders of three contacts at the same time: three customers, one each."""
    stage = scene(quick_path, 9)
    for number in range(1, 10):
        stage.notice(number)
    await stage.run()
    assert sorted(stage.erp.customers) == ["C0", "C1", "C2"]
    stage.close()


async def test_an_equal_output_makes_no_call(quick_path: Path) -> None:
    """A second notice without a change ends as done, and the target is not called."""
    stage = scene(quick_path, 1)
    stage.notice(1)
    await stage.run()
    stage.shop.orders["1"].pop("status")
    stage.notice(1, version=2)
    await stage.run()
    assert len(stage.erp.orders) == 1
    assert ends(stage) == {"done": 2}
    stage.close()


async def test_an_edited_reference_is_recorded_not_sent(quick_path: Path) -> None:
    """A change in a field that is not sent after delivery makes no call; any other waits for a person."""
    stage = scene(quick_path, 1)
    stage.notice(1)
    await stage.run()
    stage.shop.orders["1"] |= {"status": 19, "version": 2, "reference": "corrected"}
    stage.notice(1, version=2)
    await stage.run()
    assert ends(stage) == {"done": 2}
    stage.shop.orders["1"] |= {"version": 3, "item": "MUG"}
    stage.notice(1, version=3)
    await stage.run()
    (held,) = events_in(stage.journal.core.db, ("held",))
    assert (held.code, held.reason) == ("CW-CHANGED-AFTER-DELIVERY", "changed after delivery: ITNO")
    assert len(stage.erp.orders) == 1
    stage.close()


async def test_a_data_error_is_a_dead_letter_with_field_and_value(quick_path: Path) -> None:
    """A refusal by the mapping and one by the target both name field and value; others go on."""
    stage = scene(quick_path, 3)
    stage.shop.orders["1"]["bad"] = True
    stage.shop.orders["2"]["item"] = "UNKNOWN"
    for number in (1, 2, 3):
        stage.notice(number)
    await stage.run()
    dead = events_in(stage.journal.core.db, ("dead",))
    assert [(d.record, d.code) for d in dead] == [("1", "X-BAD"), ("2", "X-ITEM")]
    assert dead[0].reason == "CUOR: X-BAD cannot be mapped [bad]"
    assert "lines[0].ITNO" in (dead[1].reason or "")
    assert "UNKNOWN" in (dead[1].reason or "")
    assert (ends(stage), stage.erp.heads) == ({"dead": 2, "done": 1}, {})
    stage.close()


async def test_a_replayed_dead_letter_arrives_once(quick_path: Path) -> None:
    """Once the record is right, a replay delivers it; a second replay of it is refused."""
    stage = scene(quick_path, 1)
    stage.shop.orders["1"]["item"] = "UNKNOWN"
    stage.notice(1)
    await stage.run()
    stage.shop.orders["1"]["item"] = "KETTLE"
    (dead,) = events_in(stage.journal.core.db, ("dead",))
    assert stage.journal.inbox.requeue(dead.id, at=stage.clock[0], actor="eve") == "1"
    await stage.run()
    assert stage.journal.inbox.requeue(dead.id, at=stage.clock[0], actor="eve") is None
    assert (len(stage.erp.orders), ends(stage)) == (1, {"done": 1})
    stage.close()


async def test_older_events_of_a_record_are_superseded(quick_path: Path) -> None:
    """Three notices of one order before the fetch: one delivery, two superseded."""
    stage = scene(quick_path, 1)
    for version in (1, 2, 3):
        stage.notice(1, version)
    await stage.run()
    assert (len(stage.erp.orders), ends(stage)) == (1, {"done": 1, "superseded": 2})
    stage.close()


async def test_a_late_older_version_is_never_applied(quick_path: Path) -> None:
    """A record that comes back with a lower version than delivered is superseded."""
    stage = scene(quick_path, 1)
    stage.shop.orders["1"]["version"] = 5
    stage.notice(1)
    await stage.run()
    stage.shop.orders["1"] |= {"version": 4, "status": 19, "item": "MUG"}
    stage.notice(1, 2)
    await stage.run()
    assert ends(stage) == {"done": 1, "superseded": 1}
    stage.close()


async def test_a_record_that_is_gone_is_skipped(quick_path: Path) -> None:
    """An order that was deleted before the fetch ends as skipped, with its reason."""
    stage = scene(quick_path, 1)
    stage.notice(99)
    await stage.run()
    (gone,) = events_in(stage.journal.core.db, ("skipped",))
    assert (gone.record, gone.code) == ("99", "CW-GONE")
    stage.close()


async def test_a_bug_in_one_record_does_not_stop_the_others(quick_path: Path) -> None:
    """An unexpected error holds its record and names only its kind; the others are delivered."""
    stage = scene(quick_path, 3)
    del stage.shop.orders["2"]["reference"]
    for number in (1, 2, 3):
        stage.notice(number)
    await stage.run()
    (held,) = events_in(stage.journal.core.db, ("held",))
    assert (held.record, held.code) == ("2", "CW-ENGINE")
    assert held.reason == "the engine failed on this record: KeyError"
    assert ends(stage) == {"done": 2, "held": 1}
    stage.close()


@pytest.mark.parametrize("seed", range(25))
async def test_exactly_one_effect_under_faults_and_crashes(quick_path: Path, seed: int) -> None:
    """Lost replies, outages and deaths at random points: afterwards every order is there exactly once."""
    stage = scene(quick_path, 12, seed=seed, lost=0.15, down=0.1, crash=0.06)
    stage.shop.orders["5"]["item"] = "UNKNOWN"
    for number in range(1, 13):
        try:
            stage.notice(number)
        except Crash:
            stage.crash()
    await stage.run(120)
    stage.chance.lost = stage.chance.down = stage.chance.crash = 0.0
    await stage.run()
    delivered = Counter(o["CUOR"] for _, o in stage.erp.orders)
    assert delivered == Counter({f"BP{n}": 1 for n in range(1, 13) if n != 5})
    assert sorted(stage.erp.customers) == ["C0", "C1", "C2"]
    assert stage.erp.heads == {}
    assert ends(stage) == {"done": 11, "dead": 1}
    told = {key: times for key, times in stage.shop.told.items() if times != 1}
    assert told == {}
    report = verify_audit(stage.journal.core.db)
    assert report.first_bad is None
    stage.close()


async def test_a_replayed_write_back_goes_out(quick_path: Path) -> None:
    """The origin refused the note once; after a replay it is told, and the target is not called again."""
    stage = scene(quick_path, 1)
    stage.notice(1)
    stage.shop.refuse.add("1")
    await stage.run()
    (dead,) = events_in(stage.journal.core.db, ("dead",))
    stage.shop.refuse.clear()
    stage.journal.inbox.requeue(dead.id, at=stage.clock[0], actor="eve")
    await stage.run()
    assert (stage.shop.told["1"], len(stage.erp.orders), ends(stage)) == (1, 1, {"done": 1})
    stage.close()


async def test_an_order_that_people_moved_on_is_not_set_back(quick_path: Path) -> None:
    """The reply of a write-back is lost and the warehouse moves the order on: it is not told again."""
    stage = scene(quick_path, 1)
    stage.notice(1)
    stage.chance.lost = 0.0
    stage.clock[0] += 3
    await stage.pipeline.run_batch()
    (queued,) = stage.journal.outbox.write_backs(["orders"], now=stage.clock[0], limit=10)
    stage.journal.outbox.intend_all([queued])
    stage.shop.orders["1"]["status"] = 30
    await stage.run()
    assert (stage.shop.orders["1"]["status"], stage.shop.told["1"], ends(stage)) == (30, 0, {"done": 1})
    stage.close()


async def test_a_change_behind_a_lost_reply_is_seen(
    quick_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The order got through, its reply was lost, then the order changed: the journal knows what is there."""
    stage = scene(quick_path, 1)
    create = stage.erp.create

    async def unheard(entity: str, output: Any, *, remember: Any) -> str:
        key = await create(entity, output, remember=remember)
        if entity == "customer":
            return key
        raise OutcomeUnknownError("X-LOST", "no reply")

    monkeypatch.setattr(stage.erp, "create", unheard)
    stage.notice(1)
    stage.clock[0] += 3
    await stage.pipeline.run_batch()
    assert (len(stage.erp.orders), ends(stage)) == (1, {"retry": 1})
    stage.shop.orders["1"]["item"] = "MUG"
    await stage.run()
    kept = stage.journal.outbox.last_delivery("orders", "1")
    (held,) = events_in(stage.journal.core.db, ("held",))
    assert kept is not None
    assert kept.output["ITNO"] == "KETTLE"
    assert (held.reason, len(stage.erp.orders)) == ("changed after delivery: ITNO", 1)
    stage.close()


async def test_a_poisoned_record_cannot_stop_the_engine(quick_path: Path) -> None:
    """A lone surrogate in a field is stored, mapped and kept like any text; nothing raises."""
    stage = scene(quick_path, 2)
    stage.shop.orders["1"]["reference"] = "\ud83d"
    for number in (1, 2):
        stage.notice(number)
    await stage.run()
    assert set(ends(stage)) <= {"done", "held", "dead"}
    assert ends(stage)["done"] >= 1
    stage.close()


async def test_one_refused_key_does_not_take_its_id_set_along(quick_path: Path) -> None:
    """The source refuses a set because of one key: that one is a dead letter, the others arrive."""
    stage = scene(quick_path, 8)
    stage.shop.unreadable.add("3")
    for number in range(1, 9):
        stage.notice(number)
    await stage.run()
    (dead,) = events_in(stage.journal.core.db, ("dead",))
    assert (dead.record, len(stage.erp.orders)) == ("3", 7)
    stage.close()


async def test_an_absent_related_record_is_asked_for_once(quick_path: Path) -> None:
    """An id that stands for no record costs one call, not one a batch; it is asked again when it is old."""
    stage = scene(quick_path, 1)
    asked: list[list[str]] = []

    async def fetch(entity: str, keys: Any) -> dict[str, Any]:
        asked.append(list(keys))
        return {"1044": {"id": 1044}} if "1044" in keys else {}

    stage.shop.fetch = fetch  # type: ignore[method-assign]
    cache = stage.pipeline.cache
    for _ in range(3):
        assert await cache.get("product", ["1000", "1044"]) == {"1044": {"id": 1044}}
    stage.clock[0] += MAX_AGE + 1
    await cache.get("product", ["1000"])
    assert asked == [["1000", "1044"], ["1000"]]
    stage.close()


async def test_retries_are_bounded_and_end_with_a_person(quick_path: Path) -> None:
    """An outage that does not end holds the record after its tries and its hour; it is no dead letter."""
    stage = scene(quick_path, 1, down=1.0)
    stage.notice(1)
    await stage.run(600)
    (row,) = events_in(stage.journal.core.db, ("retry",))
    assert row.attempts > 50
    await stage.run(4000)
    (held,) = events_in(stage.journal.core.db, ("held",))
    assert held.code == "CW-RETRIES-SPENT"
    assert held.finished_at is not None
    assert held.finished_at - held.received_at >= 3600.0
    stage.close()
