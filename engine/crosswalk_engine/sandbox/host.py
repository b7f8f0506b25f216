"""What every sandbox server stands on: its clock, chance, settings and logs, in one object."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import msgspec
from starlette.responses import Response

from crosswalk_engine.sandbox.clock import SandboxClock
from crosswalk_engine.sandbox.faults import CallKind, FaultSettings
from crosswalk_engine.sandbox.log import CallLog, EffectLog

S = TypeVar("S", bound=FaultSettings)

_ENCODER = msgspec.json.Encoder(decimal_format="number")


class JsonReply(Response):
    """A JSON reply; a Decimal goes out as the number literal it came in as (``20.0000``)."""

    media_type = "application/json;charset=UTF-8"

    def render(self, content: Any) -> bytes:
        """`content` as JSON bytes."""
        return _ENCODER.encode(content)


def by_method(method: str, path: str) -> CallKind:
    """The usual kind of a call: paths that end in a token endpoint's name, then reads by method."""
    del path
    return "read" if method in ("GET", "HEAD", "OPTIONS") else "write"


def plain_error(status: int) -> Response:
    """A 5xx as a gateway in front of any system gives it."""
    return Response(f"{status} upstream failure", status, media_type="text/plain")


@dataclass(slots=True)
class Host(Generic[S]):
    """One sandbox's outside world and memory.

    Attributes:
        name: ``brightpearl``, ``infor`` …
        settings: faults and switches; replaced as a whole by ``PUT /_sandbox/faults``, so read it afresh.
        classify: tells token calls and writes from reads, by method and path.
        error_reply, throttled_reply: the system's own bodies for an injected 5xx and a refusal over quota.
        sleep: waits so many real seconds (latency, hanging replies); tests pass one that only notes them.
    """

    name: str
    settings: S
    clock: SandboxClock = field(default_factory=SandboxClock)
    rng: random.Random | None = None
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    classify: Callable[[str, str], CallKind] = by_method
    error_reply: Callable[[int], Response] = plain_error
    throttled_reply: Callable[[], Response] = lambda: plain_error(503)
    calls: CallLog = field(init=False)
    effects: EffectLog = field(init=False)
    chance: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.calls = CallLog(self.clock)
        self.effects = EffectLog(self.clock)
        self.chance = self.rng or random.Random(self.settings.seed)  # noqa: S311  faults, not secrets

    def configure(self, changes: dict[str, Any]) -> None:
        """Lay `changes` over the settings; a `seed` among them restarts chance.

        Raises:
            pydantic.ValidationError: something in `changes` is unknown or out of range; nothing changed.
        """
        settings = self.settings.changed(changes)
        assert isinstance(settings, type(self.settings))
        self.settings = settings
        if "seed" in changes:
            self.chance.seed(settings.seed)
