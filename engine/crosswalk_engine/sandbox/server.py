"""Serving several sandboxes in one process: sockets first (so addresses are known), then the apps."""

import asyncio
import signal
import socket
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from crosswalk_engine.errors import BusyError

LOOPBACK = "127.0.0.1"
#: Seconds that open requests get to finish after the signal to stop.
GRACE_S = 1


@dataclass(frozen=True, slots=True)
class Serving:
    """One app and the listening socket it answers on."""

    app: ASGIApp
    listener: socket.socket


class CuttableProtocol(H11Protocol):
    """HTTP/1.1 that tells the app how to cut its connection, ``scope["state"]["cut"]()``.

    ASGI itself has no word for it.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Note the transport's abort for this connection's requests."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, "cut": transport.abort}


class QuietServer(uvicorn.Server):
    """A uvicorn server that leaves signals to whoever runs it."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


def listen(name: str, port: int = 0) -> socket.socket:
    """A socket that listens on loopback; port 0 takes any free one.

    Raises:
        BusyError: another process has the port.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((LOOPBACK, port))
        listener.listen(512)
    except OSError as error:
        listener.close()
        raise BusyError(
            "CW-PORT-BUSY",
            f"the {name} sandbox cannot listen there: {(error.strerror or 'refused').lower()}",
            where=f"{LOOPBACK}:{port}",
            fix="stop what uses the port, or leave the port out to get a free one",
        ) from None
    return listener


def address_of(listener: socket.socket) -> str:
    """``http://127.0.0.1:PORT``."""
    return f"http://{LOOPBACK}:{listener.getsockname()[1]}"


def serve(servings: Sequence[Serving], ready: Callable[[], None]) -> None:
    """Serve all until SIGINT or SIGTERM; `ready` is called once, when every one of them answers."""
    try:
        asyncio.run(_serve(servings, ready))
    finally:
        for serving in servings:
            serving.listener.close()


async def _serve(servings: Sequence[Serving], ready: Callable[[], None]) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    await serve_until(servings, ready, stop)


async def serve_until(servings: Sequence[Serving], ready: Callable[[], None], stop: asyncio.Event) -> None:
    """Serve all until `stop` is set; `ready` is called once, when every one of them answers."""
    servers = [QuietServer(_config(serving.app)) for serving in servings]
    running = [
        asyncio.create_task(server.serve(sockets=[serving.listener]))
        for server, serving in zip(servers, servings, strict=True)
    ]
    stopping = asyncio.create_task(stop.wait())
    try:
        while not all(server.started for server in servers):
            await asyncio.wait([*running, stopping], timeout=0.01, return_when=asyncio.FIRST_COMPLETED)
            if stop.is_set() or any(task.done() for task in running):
                break
        else:
            ready()
        await asyncio.wait([*running, stopping], return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopping.cancel()
        for server in servers:
            server.should_exit = True
        await asyncio.gather(*running)


def _config(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=CuttableProtocol,
        loop="asyncio",
        ws="none",
        lifespan="on",
        log_config=None,
        log_level="critical",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=60,
        timeout_graceful_shutdown=GRACE_S,
    )


@asynccontextmanager
async def running(*apps: ASGIApp) -> AsyncIterator[list[str]]:
    """Serve `apps` on free ports in this event loop for the length of the block; yields their addresses."""
    servings = [Serving(app, listen("test")) for app in apps]
    started, stop = asyncio.Event(), asyncio.Event()
    task = asyncio.create_task(serve_until(servings, started.set, stop))
    try:
        await started.wait()
        yield [address_of(serving.listener) for serving in servings]
    finally:
        stop.set()
        await task
