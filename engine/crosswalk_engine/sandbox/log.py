"""What a sandbox remembers about itself: each call it got and each effect it had.

Both logs are kept by the server side alone, so that a verifier never has to trust the client.
"""

from collections import Counter, deque
from dataclasses import asdict, dataclass, field
from typing import Any

from crosswalk_engine.sandbox.clock import SandboxClock, iso

#: Calls kept one by one; the counts go on beyond it. Enough for an hour at the full quota.
CALLS_KEPT = 50_000


@dataclass(slots=True)
class Call:
    """One request: filled in by the layers it passes on its way, logged when its reply is decided.

    `counted` tells whether it counts as a request (token and control calls do not); `units` is what it took
    from the quota; `status` is what the client was told, 0 when the connection was cut; `fault` names the
    misbehaviour that hit it (``throttled``, ``error``, ``lost:cut`` …), ``""`` if none.
    """

    seq: int
    at: str
    t: float
    method: str
    path: str
    status: int = 0
    counted: bool = False
    units: int = 0
    fault: str = ""


@dataclass(slots=True)
class CallLog:
    """The calls of one sandbox, newest last, and their counts since the last reset."""

    clock: SandboxClock
    calls: deque[Call] = field(default_factory=lambda: deque(maxlen=CALLS_KEPT))
    by_status: Counter[int] = field(default_factory=Counter)
    by_fault: Counter[str] = field(default_factory=Counter)
    counted: int = 0
    units: int = 0
    total: int = 0

    def open(self, method: str, path: str) -> Call:
        """A call that has just arrived; it enters the log by `close`."""
        now = self.clock.now()
        return Call(seq=0, at=iso(now), t=now.timestamp(), method=method, path=path)

    def close(self, call: Call) -> None:
        """Log `call` with the outcome that stands in it."""
        self.total += 1
        call.seq = self.total
        self.calls.append(call)
        self.by_status[call.status] += 1
        self.counted += call.counted
        self.units += call.units
        if call.fault:
            self.by_fault[call.fault] += 1

    def reset(self) -> None:
        """Forget all calls and start the counts at nought; `seq` goes on."""
        self.calls.clear()
        self.by_status.clear()
        self.by_fault.clear()
        self.counted = self.units = 0

    def report(self, since: int = 0) -> dict[str, Any]:
        """``{"counts": …, "calls": […]}`` with the calls whose `seq` is above `since`."""
        counts = {
            "all": sum(self.by_status.values()),
            "counted": self.counted,
            "units": self.units,
            "throttled": self.by_fault["throttled"],
            "by_status": {str(status): n for status, n in sorted(self.by_status.items())},
            "by_fault": dict(sorted(self.by_fault.items())),
        }
        return {"counts": counts, "calls": [asdict(call) for call in self.calls if call.seq > since]}


@dataclass(frozen=True, slots=True)
class Effect:
    """One thing that changed: `kind` says what (``order.status``), `key` which record, `data` how."""

    seq: int
    at: str
    t: float
    kind: str
    key: str
    data: dict[str, Any]


@dataclass(slots=True)
class EffectLog:
    """All effects of one sandbox, oldest first; never shortened, since a verifier counts them."""

    clock: SandboxClock
    effects: list[Effect] = field(default_factory=list)

    def add(self, kind: str, key: object, **data: Any) -> Effect:
        """Log one effect, now."""
        now = self.clock.now()
        effect = Effect(len(self.effects) + 1, iso(now), now.timestamp(), kind, str(key), data)
        self.effects.append(effect)
        return effect

    def report(self, since: int = 0, kind: str | None = None, key: str | None = None) -> list[dict[str, Any]]:
        """The effects after number `since`, of one kind or one record if asked so."""
        wanted = (e for e in self.effects[max(since, 0) :] if kind in (None, e.kind) and key in (None, e.key))
        return [asdict(effect) for effect in wanted]
