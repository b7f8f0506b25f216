"""The control socket: a running engine is operated through a 0600 Unix socket beside its journal.

So there are never two writers: a command that writes asks the engine, or takes the lock when none runs.
"""

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from crosswalk_engine.errors import BusyError
from crosswalk_engine.journal import Journal

#: Seconds that a command waits for the engine's answer.
PATIENCE = 10.0


def socket_path(journal: Path) -> Path:
    """Where the engine of `journal` listens for its operators.

    A Unix socket's path has at most 107 bytes, so a deep folder gets its socket in the temporary folder.
    """
    beside = journal.resolve().with_name(journal.name + ".sock")
    if len(os.fsencode(beside)) < 100:
        return beside
    digest = hashlib.sha256(os.fsencode(beside)).hexdigest()[:24]
    return Path(tempfile.gettempdir()) / f"crosswalk-{digest}.sock"


class Control:
    """What operators may ask of a running engine.

    Args:
        journal: the one that runs.
        now: seconds since the epoch.
        wake: called when there is something new to do.
    """

    def __init__(self, journal: Journal, *, now: Callable[[], float], wake: Callable[[], None]) -> None:
        self._journal = journal
        self._now = now
        self._wake = wake

    def routes(self) -> list[Route]:
        """The control routes."""
        return [Route("/dlq/{event:int}/{action}", self._dead_letter, methods=["POST"])]

    async def _dead_letter(self, request: Request) -> Response:
        order = json.loads(await request.body())
        action, number = request.path_params["action"], request.path_params["event"]
        record = act(self._journal, action, number, order, at=self._now())
        self._wake()
        return JSONResponse({"record": record})


def act(journal: Journal, action: str, number: int, order: dict[str, Any], *, at: float) -> str | None:
    """Replay or discard one dead or held event; returns its record, None when it is neither."""
    if action == "replay":
        return journal.inbox.requeue(number, at=at, actor=str(order["actor"]))
    return journal.inbox.discard(
        number, at=at, actor=str(order["actor"]), reason=str(order.get("reason", ""))
    )


def ask(
    journal: Path, action: str, number: int, order: dict[str, Any], *, now: Callable[[], float]
) -> str | None:
    """Have event `number` replayed or discarded: by the running engine, else by taking the lock.

    Raises:
        BusyError: an engine holds the journal and does not answer.
    """
    path = socket_path(journal)
    if path.exists():
        with contextlib.suppress(httpx.ConnectError):
            transport = httpx.HTTPTransport(uds=str(path))
            with httpx.Client(transport=transport, base_url="http://engine", timeout=PATIENCE) as client:
                try:
                    reply = client.post(f"/dlq/{number}/{action}", json=order)
                except httpx.TimeoutException as error:
                    raise BusyError(
                        "CW-ENGINE-SILENT", "the engine does not answer", where=str(path)
                    ) from error
                record = reply.raise_for_status().json()["record"]
                return None if record is None else str(record)
    writer = Journal(journal)
    try:
        return act(writer, action, number, order, at=now())
    finally:
        writer.close()
