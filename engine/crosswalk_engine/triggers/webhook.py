"""The receiver: caps before anything else, then the secret, then a durable receipt, then 2xx.

Brightpearl signs nothing, so the only proof of a sender is a secret in the path. A wrong one and an unknown
connection get the same answer, and nothing of them is kept.
"""

import hmac
import logging
import sqlite3
from collections.abc import Callable, Mapping

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from crosswalk_engine.errors import RecordError
from crosswalk_engine.sync.receive import Receiver

#: Largest notice, in bytes; a merged id set of 5,000 ids is about 40 KB.
MAX_BODY = 1_000_000

logger = logging.getLogger(__name__)


class WebhookReceiver:
    """Takes webhooks at ``POST /hooks/{connection}/{secret}``.

    Args:
        receiver: journals what a notice names.
        secrets: the path secret of each connection.
        now: seconds since the epoch.
        wake: called after a receipt, so that workers look at once.
    """

    def __init__(
        self,
        receiver: Receiver,
        secrets: Mapping[str, str],
        *,
        now: Callable[[], float],
        wake: Callable[[], None],
    ) -> None:
        self._receiver = receiver
        self._secrets = secrets
        self._now = now
        self._wake = wake
        self.refused = 0

    def routes(self) -> list[Route]:
        """The receiver's routes."""
        return [Route("/hooks/{connection}/{secret}", self._hook, methods=["POST"])]

    async def _hook(self, request: Request) -> Response:
        connection = request.path_params["connection"]
        try:
            body = await _read_capped(request)
        except ClientDisconnect:
            return Response(status_code=400)
        if body is None:
            return _answer(413, "CW-HOOK-SIZE")
        expected = self._secrets.get(connection, "")
        given = request.path_params["secret"]
        if not expected or not hmac.compare_digest(expected.encode(), given.encode()):
            self.refused += 1
            return _answer(404, "CW-HOOK-UNKNOWN")
        try:
            new = self._receiver.receive(connection, body, now=self._now())
        except RecordError as error:
            logger.warning("notice of %s not understood: %s", connection, error.render())
            return _answer(400, error.code)
        except sqlite3.OperationalError:
            # No receipt, no 2xx: the sender keeps it and comes again.
            logger.exception("the journal cannot be written")
            return JSONResponse({"error": "CW-HOOK-LATER"}, status_code=503, headers={"retry-after": "30"})
        self._wake()
        return JSONResponse({"received": new}, status_code=202)


async def _read_capped(request: Request) -> bytes | None:
    """The body, or None as soon as it is longer than allowed."""
    length = request.headers.get("content-length", "0")
    if length.isdigit() and int(length) > MAX_BODY:
        return None
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            return None
    return bytes(body)


def _answer(status: int, code: str) -> JSONResponse:
    return JSONResponse({"error": code}, status_code=status)
