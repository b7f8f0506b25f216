"""The journal: what a durable receipt costs, one by one and in groups."""

import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from crosswalk_engine.journal import EventState, Journal, NewEvent

ROUNDS = 5


def receive(batch: int, events: int) -> float:
    """Events a second, received in groups of `batch`, claimed and finished."""
    with tempfile.TemporaryDirectory() as folder:
        journal = Journal(Path(folder) / "journal.db")
        started = time.perf_counter()
        for first in range(0, events, batch):
            group = [
                NewEvent("orders", str(n), "webhook", f"{n}", 0.0, 0.0) for n in range(first, first + batch)
            ]
            journal.inbox.receive(group, at=0.0)
            claimed = journal.inbox.claim("orders", now=1.0, limit=batch)
            journal.inbox.finish(claimed, EventState.DONE, at=1.0)
        took = time.perf_counter() - started
        journal.close()
    return events / took


def measure() -> list[dict[str, Any]]:
    """Groups of 200 against single events, all durable (WAL, synchronous=FULL)."""
    single = statistics.median(receive(1, 200) for _ in range(ROUNDS))
    grouped = statistics.median(receive(200, 4000) for _ in range(ROUNDS))
    return [
        {
            "name": "receive, claim, finish: groups of 200 / single",
            "ratio": grouped / single,
            "ours": grouped,
            "theirs": single,
            "unit": "events/s",
        }
    ]
