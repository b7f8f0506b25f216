"""A running engine: release and configuration joined to connectors, journal, receiver and workers.

One event loop: the receiver, the control socket, one worker a flow and one a source of write-backs. SIGTERM
drains: nothing new is claimed, what is in flight ends, then the journal is closed. A second signal ends at
once; the journal is made for that too.
"""

import asyncio
import contextlib
import hashlib
import logging
import os
import random
import secrets
import signal
import socket
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route

from crosswalk_engine.connectors.catalogue import Surroundings, build_connector
from crosswalk_engine.connectors.config import EngineConfig
from crosswalk_engine.connectors.contract import Metered, Source, Target
from crosswalk_engine.connectors.http import HttpClient
from crosswalk_engine.connectors.oauth import TokenStore
from crosswalk_engine.connectors.retry import Backoff
from crosswalk_engine.errors import BusyError, ConfigError, CrosswalkError
from crosswalk_engine.journal import Journal
from crosswalk_engine.monitor.health import Monitor
from crosswalk_engine.release import Release
from crosswalk_engine.sync.assemble import assemble
from crosswalk_engine.sync.pipeline import Pipeline
from crosswalk_engine.sync.receive import Receiver
from crosswalk_engine.sync.world import World
from crosswalk_engine.sync.write_back import WriteBacks
from crosswalk_engine.triggers.control import Control, socket_path
from crosswalk_engine.triggers.webhook import WebhookReceiver

#: Seconds for which a worker waits when nothing is due and nobody wakes it.
IDLE = 0.25

#: Seconds that a drain may take before what still runs is cut off.
DRAIN = 10.0

#: Seconds to wait for space on the journal's disk.
DISK = 5.0

#: Callers that the receiver serves at the same time; more get a 503.
MOST_CALLERS = 256

#: Characters of the webhooks' seed, at the least.
SHORTEST_SECRET = 32

logger = logging.getLogger(__name__)


@dataclass
class Runtime:
    """Everything that runs, and how it is started and stopped."""

    release: Release
    config: EngineConfig
    base: Path
    world: World = field(default_factory=World)
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _stop: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self, ready: Callable[[str], None]) -> None:
        """Run until a signal says stop; `ready` is told the receiver's URL when it answers.

        Raises:
            BusyError: the port or the journal is taken.
            ConfigError: the release and the configuration do not fit together.
        """
        async with contextlib.AsyncExitStack() as stack:
            listener = stack.enter_context(_listen(self.config))
            journal = Journal(self.base / self.config.journal, release=self.release.hash)
            stack.callback(journal.close)
            connectors = self._connectors(stack)
            await self._serve(listener, journal, connectors, ready)

    async def _serve(
        self,
        listener: socket.socket,
        journal: Journal,
        connectors: Mapping[str, Source | Target],
        ready: Callable[[str], None],
    ) -> None:
        now = self.world.now
        journal.outbox.seed_id_map(self.release.idmap, at=now())
        recovered = journal.inbox.recover(at=now())
        pipelines = assemble(self.release, connectors, journal, self.world)
        meters = {name: c for name, c in connectors.items() if isinstance(c, Metered)}
        monitor = Monitor(
            journal, self.release.hash, lambda: {name: meter.quota_used for name, meter in meters.items()}
        )
        path_secrets = {name: hook_secret(self.config, name, self.base) for name in connectors}
        sources = {name: c for name, c in connectors.items() if isinstance(c, Source)}
        caches = {p.flow.source.connection: p.cache for p in pipelines}
        receiver = Receiver(journal, [p.flow for p in pipelines], sources, caches)
        hooks = WebhookReceiver(receiver, path_secrets, now=now, wake=self._wake.set)
        self._catch_signals(monitor)
        servers = [
            _Served([*hooks.routes(), *monitor.routes()], listener),
            _Served(
                Control(journal, now=now, wake=self._wake.set).routes(), _control_socket(journal.core.path)
            ),
        ]
        try:
            for server in servers:
                await server.started()
            url = self.config.public_url or "http://{}:{}".format(*listener.getsockname()[:2])
            ready(url)
            logger.info("engine up, release %s, %d event(s) recovered", self.release.hash[:12], recovered)
            await self._work(pipelines, sources, path_secrets, journal, url)
        finally:
            for server in servers:
                await server.stop()
            socket_path(journal.core.path).unlink(missing_ok=True)

    async def _work(
        self,
        pipelines: list[Pipeline],
        sources: Mapping[str, Source],
        path_secrets: Mapping[str, str],
        journal: Journal,
        url: str,
    ) -> None:
        busy: defaultdict[str, bool] = defaultdict(bool)
        tasks = [
            asyncio.create_task(self._subscribe(pipelines, sources, path_secrets, url)),
            *(asyncio.create_task(self._flow(pipeline, busy)) for pipeline in pipelines),
        ]
        for name, source in sources.items():
            flows = [p.flow.name for p in pipelines if p.flow.source.connection == name]
            if flows:
                backs = WriteBacks(journal, flows, source, self.world, Backoff(), lambda: any(busy.values()))
                tasks.append(asyncio.create_task(self._write_backs(backs)))
        stopped = asyncio.create_task(self._stop.wait())
        await asyncio.wait([stopped, *tasks], return_when=asyncio.FIRST_EXCEPTION)
        self._stop.set()
        self._wake.set()
        await _drain(tasks)
        stopped.cancel()

    async def _flow(self, pipeline: Pipeline, busy: dict[str, bool]) -> None:
        name = pipeline.flow.name
        while not self._stop.is_set():
            busy[name] = True
            worked = False
            try:
                worked = await pipeline.run_batch()
                due = None if worked else pipeline.journal.inbox.next_due(name)
            except sqlite3.OperationalError as error:
                await self._disk(error)
                continue
            busy[name] = worked
            if not worked:
                await self._rest(due)

    async def _write_backs(self, backs: WriteBacks) -> None:
        while not self._stop.is_set():
            try:
                if not await backs.step():
                    await self._pause(IDLE)
            except sqlite3.OperationalError as error:
                await self._disk(error)

    async def _disk(self, error: sqlite3.OperationalError) -> None:
        """A full disk passes: nothing was half-written, so wait and go on."""
        logger.error("the journal cannot be written: %s", error)
        await self._pause(DISK)

    async def _pause(self, seconds: float) -> None:
        """Sleep, but not through a stop."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stop.wait(), seconds)

    async def _rest(self, due: float | None) -> None:
        """Until something is due or somebody calls; the clock may jump, so never for long."""
        pause = IDLE * 4 if due is None else min(max(due - self.world.now(), 0.01), IDLE * 4)
        self._wake.clear()
        try:
            await asyncio.wait_for(self._wake.wait(), pause)
        except TimeoutError:
            return
        # A receipt only makes events due after their linger; do not spin on every single one.
        await asyncio.sleep(0.01)

    async def _subscribe(
        self,
        pipelines: list[Pipeline],
        sources: Mapping[str, Source],
        path_secrets: Mapping[str, str],
        url: str,
    ) -> None:
        """Ask every source for its notices, again and again until it works: it may be down just now."""
        backoff, failures = Backoff(), 0
        waiting = {pipeline.flow.name: pipeline for pipeline in pipelines}
        while waiting and not self._stop.is_set():
            for name, pipeline in list(waiting.items()):
                connection = pipeline.flow.source.connection
                hook = f"{url.rstrip('/')}/hooks/{connection}/{path_secrets[connection]}"
                try:
                    await sources[connection].subscribe(pipeline.flow.trigger.webhook.events, hook)
                    del waiting[name]
                except CrosswalkError as error:
                    failures += 1
                    logger.warning("cannot subscribe flow %s: %s", name, error.render())
            if waiting:
                await self._pause(backoff.delay(failures, self.world.rng) + 0.1)

    def _connectors(self, stack: contextlib.AsyncExitStack) -> dict[str, Source | Target]:
        """One client a connection: a system that hangs must not starve the others of sockets."""
        tokens = TokenStore(self.base / f"{self.config.journal}.tokens")
        rng = random.Random(self.config.seed)  # noqa: S311  jitter, not secrets
        world = self.world
        connectors = {}
        for name, connection in self.config.connections.items():
            client = HttpClient(self.config.network.policy())
            stack.push_async_callback(client.close)
            around = Surroundings(client, tokens, self.base, rng, world.sleep, world.now, world.monotonic)
            connectors[name] = build_connector(name, connection, around)
        return connectors

    def _catch_signals(self, monitor: Monitor) -> None:
        loop = asyncio.get_running_loop()

        def stop() -> None:
            if self._stop.is_set():
                raise SystemExit(130)
            monitor.draining = True
            self._stop.set()

        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop)


async def _drain(tasks: Sequence["asyncio.Task[None]"]) -> None:
    """Let what is in flight end, for a while; then cut it off. The first failure is passed on."""
    _, late = await asyncio.wait(tasks, timeout=DRAIN)
    for task in late:
        task.cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    for result in results:
        if isinstance(result, Exception):
            raise result


class _Quiet(uvicorn.Server):
    """uvicorn without its own signal handling: the runtime drains first."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are the runtime's."""
        yield


class _Served:
    """Routes on one socket, in this event loop."""

    def __init__(self, routes: list[Route], listener: socket.socket) -> None:
        app = Starlette(routes=routes)
        self._server = _Quiet(
            uvicorn.Config(
                app,
                log_config=None,
                lifespan="off",
                access_log=False,
                limit_concurrency=MOST_CALLERS,
                timeout_keep_alive=5,
                timeout_graceful_shutdown=3,
            )
        )
        self._task = asyncio.create_task(self._server.serve(sockets=[listener]))

    async def started(self) -> None:
        while not self._server.started:
            if self._task.done():
                self._task.result()
                raise ConfigError("CW-RECEIVER", "the receiver did not start")
            await asyncio.sleep(0.01)

    async def stop(self) -> None:
        self._server.should_exit = True
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._task, DRAIN)


def hook_secret(config: EngineConfig, connection: str, base: Path) -> str:
    """The secret in the path of a connection's webhooks; kept in a file beside the journal."""
    path = base / f"{config.journal}.hooks"
    if not path.exists():
        fresh = path.with_name(path.name + ".new")
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(32))
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    seed = path.read_text().strip()
    if len(seed) < SHORTEST_SECRET:
        raise ConfigError(
            "CW-HOOK-SECRET", "the webhooks' secret is damaged", where=str(path), fix="delete the file"
        )
    return hashlib.sha256(f"{seed}|{connection}".encode()).hexdigest()[:43]


def _listen(config: EngineConfig) -> socket.socket:
    host, port = config.listen_address()
    try:
        return socket.create_server((host, port), backlog=128, reuse_port=False)
    except OSError as error:
        raise BusyError(
            "CW-PORT-BUSY",
            "the engine cannot listen here",
            where=config.listen,
            got=error.strerror or str(error),
            fix="stop what listens there, or choose another `listen` in engine.yaml",
        ) from error
    except OverflowError:
        raise ConfigError("CW-LISTEN", "no such port", got=config.listen, expected="0 to 65535") from None


def _control_socket(journal: Path) -> socket.socket:
    """A fresh 0600 Unix socket; the journal's lock says that nobody else can own an old one."""
    path = socket_path(journal)
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        listener.bind(str(path))
    finally:
        os.umask(before)
    listener.listen()
    return listener
