"""Drive the run: raise the orders, edit some, kill the engine at bad moments, watch until all is ended."""

import json
import sqlite3
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from crosswalk_engine.errors import RejectedError
from crosswalk_engine.journal import open_reader
from crosswalk_engine.journal.reading import open_intents

from crosswalk_models.demo.options import DemoOptions, Workplace
from crosswalk_models.demo.processes import Engine, Sandboxes

#: Seconds over which the orders are raised, at the least, and orders a second.
RAISE_OVER = 6.0
RAISE_RATE = 100.0

#: Seconds without any progress after which the run is given up.
STALL = 90.0

#: Seconds between looks; short, so that a kill meets an open intent.
LOOK = 0.02

#: States in which an event has come to its end.
ENDED = ("done", "dead", "held", "skipped", "superseded")

#: How the systems misbehave: settings of the sandboxes' faults.
FAULTS: dict[str, dict[str, object]] = {
    "none": {},
    "normal": {"latency_ms": 5, "latency_jitter_ms": 10, "error_rate": 0.02, "lost_reply_rate": 0.02},
    "heavy": {
        "latency_ms": 10,
        "latency_jitter_ms": 40,
        "error_rate": 0.08,
        "lost_reply_rate": 0.08,
        "lost_reply_as": "mixed",
        "hang_s": 1,
    },
}


@dataclass
class Watch:
    """What is known of the run while it goes."""

    total: int
    ended: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    kills: int = 0


class Driver:
    """Runs one demo against started processes."""

    def __init__(
        self,
        options: DemoOptions,
        place: Workplace,
        sandboxes: Sandboxes,
        engine: Engine,
        show: Callable[[Watch], None],
    ) -> None:
        self._options = options
        self._place = place
        self._sandboxes = sandboxes
        self._engine = engine
        self._show = show
        self._watch = Watch(len(place.orders))
        self._edits = sorted(place.edits, key=lambda edit: float(edit["after_s"]))
        self._confirmed = 0
        self._seen = 0

    def run(self) -> Watch:
        """Raise, edit, kill and wait.

        Raises:
            RejectedError: CW-DEMO-STALLED; nothing moved for a long time.
        """
        for system in ("brightpearl", "infor"):
            self._sandboxes.send("PUT", system, "faults", dict(FAULTS[self._options.faults]))
        self._sandboxes.send("DELETE", "brightpearl", "calls", {})
        self._engine.start()
        self._wait_for_hooks()
        over = max(RAISE_OVER, len(self._place.orders) / RAISE_RATE)
        began = time.monotonic()
        body = {"orders": list(self._place.orders), "over_s": over, "event": "order.modified"}
        self._sandboxes.send("POST", "brightpearl", "raise", body)
        reader = open_reader(self._place.journal)
        try:
            for _ in self._looks(reader):
                self._edit(time.monotonic() - began)
                self._maybe_kill(reader)
        finally:
            reader.close()
        return self._watch

    def _looks(self, reader: sqlite3.Connection) -> Iterator[None]:
        moved, last = time.monotonic(), (-1, -1)
        shown = 0.0
        while True:
            yield
            self._count(reader)
            now = time.monotonic()
            state = (self._watch.ended, self._confirmed)
            if state != last:
                moved, last = now, state
            if now - shown > 0.5:
                shown = now
                self._report()
            if self._finished():
                self._report()
                return
            if now - moved > STALL:
                raise RejectedError(
                    "CW-DEMO-STALLED",
                    f"nothing moved for {STALL:.0f} s",
                    where=str(self._place.root),
                    got=", ".join(f"{count} {state}" for state, count in self._watch.counts.items()),
                    fix="see engine.log and sandbox.log there",
                )
            time.sleep(LOOK)

    def _finished(self) -> bool:
        """All has come to its end; a kill that did not find its moment by then never will."""
        return self._watch.ended >= self._watch.total and not self._edits

    def _count(self, reader: sqlite3.Connection) -> None:
        counts = dict(reader.execute("select state, count(*) from event group by state").fetchall())
        marks = ", ".join("?" for _ in ENDED)
        query = (
            "select count(*) from (select record, min(state in "  # noqa: S608
            f"({marks})) as ended from event group by record) where ended"
        )
        self._watch.counts = counts
        self._watch.ended = int(reader.execute(query, ENDED).fetchone()[0])

    def _edit(self, elapsed: float) -> None:
        while self._edits and float(self._edits[0]["after_s"]) <= elapsed:
            edit = self._edits.pop(0)
            body = {"order": edit["order"], "set": edit["set"]}
            self._sandboxes.send("POST", "brightpearl", "edit", body)

    def _maybe_kill(self, reader: sqlite3.Connection) -> None:
        """Kill k falls when the effect log passes k·N/(K+1) while a write is open."""
        if self._watch.kills >= self._options.kills:
            return
        due = (self._watch.kills + 1) * self._watch.total / (self._options.kills + 1)
        news = self._sandboxes.get("infor", f"effects?kind=order.confirmed&since={self._seen}")
        self._confirmed += len(news)
        self._seen = max([self._seen, *(effect["seq"] for effect in news)])
        if self._confirmed >= due and open_intents(reader) > 0:
            self._watch.kills += 1
            self._engine.kill()

    def _wait_for_hooks(self) -> None:
        deadline = time.monotonic() + 30.0
        while time.monotonic() < deadline:
            if self._sandboxes.get("brightpearl", "webhooks")["hooks"]:
                return
            time.sleep(LOOK)
        raise RejectedError(
            "CW-DEMO-HOOKS", "the engine did not subscribe to webhooks", where=str(self._place.root)
        )

    def _report(self) -> None:
        self._show(self._watch)
        calls = self._sandboxes.get("brightpearl", "calls?since=1000000000")["counts"]
        elapsed = max(time.time() - self._engine.started_at, 1.0)
        line = {
            "at": round(time.time(), 3),
            "orders": self._watch.total,
            "done": self._watch.counts.get("done", 0),
            "dead_letters": self._watch.counts.get("dead", 0),
            "held": self._watch.counts.get("held", 0),
            "calls": calls["counted"],
            "quota_utilisation": round(calls["units"] / (200.0 * max(elapsed / 60.0, 1.0)), 4),
        }
        with self._place.progress.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
