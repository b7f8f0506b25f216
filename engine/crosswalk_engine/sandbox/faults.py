"""How a sandbox can be told to misbehave: by rates (seeded) or by a script of single faults.

A *lost reply* is the fault that matters most: the call takes effect, and the caller never hears of it.
"""

import fnmatch
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

CallKind = Literal["token", "read", "write"]
#: ``cut``: no effect, connection cut · ``error``: no effect, a 5xx · ``slow``: served late · ``throttle``:
#: refused as over quota · ``lost_*``: takes effect, then the connection is cut, a 5xx or nothing comes back.
Action = Literal["", "cut", "error", "slow", "throttle", "lost_cut", "lost_error", "lost_hang"]


class ScriptedFault(BaseModel):
    """One fault for chosen calls: the next `times` calls that fit `match`, after letting `skip` of them pass.

    `match` is a shell pattern over ``METHOD path`` (``PUT */order/*/status``).
    """

    model_config = ConfigDict(extra="forbid")

    match: str = "*"
    do: Action = "error"
    status: int = Field(default=500, ge=500, le=599)
    latency_ms: float = Field(default=0, ge=0, le=600_000)
    skip: int = Field(default=0, ge=0)
    times: int = Field(default=1, ge=0)


class FaultSettings(BaseModel):
    """The misbehaviour that every sandbox knows; each sandbox adds its own switches by subclassing.

    Rates are shares in [0, 1] of the calls. Token calls are spared unless `token_faults`; lost replies hit
    writes only, since a lost read is nothing but an error.
    """

    model_config = ConfigDict(extra="forbid")

    seed: int = 0
    latency_ms: float = Field(default=0, ge=0, le=600_000)
    latency_jitter_ms: float = Field(default=0, ge=0, le=600_000)
    error_rate: float = Field(default=0, ge=0, le=1)
    error_statuses: tuple[int, ...] = Field(default=(500, 502, 503), min_length=1)
    lost_reply_rate: float = Field(default=0, ge=0, le=1)
    lost_reply_as: Literal["cut", "error", "hang", "mixed"] = "cut"
    hang_s: float = Field(default=30, ge=0, le=600)
    token_faults: bool = False
    script: list[ScriptedFault] = Field(default_factory=list)

    def changed(self, changes: dict[str, Any]) -> "FaultSettings":
        """These settings with `changes` laid over, checked as a whole.

        Raises:
            pydantic.ValidationError: an unknown key or a value out of range; nothing has changed then.
        """
        return type(self).model_validate({**self.model_dump(), **changes})


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to one call: wait `latency_s` seconds, then do `action` (``""`` = serve it rightly)."""

    latency_s: float = 0.0
    action: Action = ""
    status: int = 500


def choose_fault(
    settings: FaultSettings, method: str, path: str, kind: CallKind, rng: random.Random
) -> Fault:
    """The fault of this call: the script's first, else by the rates. Uses up script entries."""
    scripted = _from_script(settings.script, f"{method} {path}")
    if scripted is not None:
        return scripted
    if kind == "token" and not settings.token_faults:
        return Fault()
    latency = (settings.latency_ms + rng.random() * settings.latency_jitter_ms) / 1000
    status = rng.choice(settings.error_statuses)
    if rng.random() < settings.error_rate:
        return Fault(latency, "error", status)
    if kind != "read" and rng.random() < settings.lost_reply_rate:
        return Fault(latency, _lost_action(settings.lost_reply_as, rng), status)
    return Fault(latency)


def _from_script(script: list[ScriptedFault], call: str) -> Fault | None:
    script[:] = [entry for entry in script if entry.times > 0]
    for entry in script:
        if not fnmatch.fnmatchcase(call, entry.match):
            continue
        if entry.skip > 0:
            entry.skip -= 1
            continue
        entry.times -= 1
        return Fault(entry.latency_ms / 1000, entry.do, entry.status)
    return None


def _lost_action(how: str, rng: random.Random) -> Action:
    actions: Sequence[Action] = ("lost_cut", "lost_error", "lost_hang")
    if how == "mixed":
        return rng.choice(actions)
    return next(action for action in actions if action == f"lost_{how}")
