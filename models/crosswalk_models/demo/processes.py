"""The demo's two other processes: the sandboxes and the engine, as a user would start them."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import httpx
import yaml
from crosswalk_engine.errors import RetriableError

from crosswalk_models.demo.options import Workplace

#: Seconds for a process to answer after its start.
START = 60.0

#: Seconds for a process to end by itself after SIGTERM.
STOP = 20.0

#: The command line, run by this very interpreter.
COMMAND = (sys.executable, "-c", "from crosswalk_engine.cli import main; main()")


@dataclass
class Sandboxes:
    """Both sandboxes in one process, and what they said when they came up."""

    process: "subprocess.Popen[str]"
    info: dict[str, Any]
    client: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=30.0, trust_env=False))

    def get(self, system: str, what: str) -> Any:
        """``GET /_sandbox/<what>`` of a system."""
        return self._ask("GET", system, what)

    def send(self, method: str, system: str, what: str, body: dict[str, Any]) -> Any:
        """Change something by a control route."""
        return self._ask(method, system, what, json=body)

    def _ask(self, method: str, system: str, what: str, **content: Any) -> Any:
        try:
            reply = self.client.request(method, f"{self.info[system]['control']}/{what}", **content)
            return reply.raise_for_status().json()
        except httpx.HTTPError as error:
            raise RetriableError(
                "CW-DEMO-SANDBOX",
                "a sandbox does not answer as it should",
                where=f"{system}, {what.partition('?')[0]}",
                got=type(error).__name__,
                fix="see sandbox.log in the work folder",
            ) from error

    def stop(self) -> None:
        """End the process."""
        self.client.close()
        _end(self.process)


def start_sandboxes(place: Workplace) -> Sandboxes:
    """Start `crosswalk sandbox --json` and wait for the line that says it answers."""
    log = (place.root / "sandbox.log").open("w")
    command = [*COMMAND, "sandbox", "--json", "--data", str(place.data)]
    process = subprocess.Popen(  # noqa: S603  our own command
        command, stdout=subprocess.PIPE, stderr=log, text=True, start_new_session=True
    )
    return Sandboxes(process, json.loads(_first_line(process, log, lambda line: line.startswith("{"))))


@dataclass
class Engine:
    """`crosswalk run` on the release, restartable."""

    place: Workplace
    release: Path
    process: "subprocess.Popen[str] | None" = None
    started_at: float = 0.0
    restarts: int = 0

    def start(self) -> None:
        """Start the engine and wait until its receiver answers."""
        log = (self.place.root / "engine.log").open("a")
        command = [*COMMAND, "run", str(self.release), "--config", str(self.place.config)]
        self.process = subprocess.Popen(  # noqa: S603  our own command
            command,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            start_new_session=True,
            env={**os.environ, **_secrets(self.place)},
        )
        _first_line(self.process, log, lambda line: line.startswith("URL:"))
        self.started_at = self.started_at or time.time()

    def kill(self) -> None:
        """SIGKILL, as a power cut would: no drain, no goodbye; then a fresh start."""
        assert self.process is not None
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()
        self.restarts += 1
        self.start()

    def stop(self) -> None:
        """Drain and end."""
        if self.process is not None:
            _end(self.process)


def write_config(place: Workplace, sandboxes: Sandboxes) -> None:
    """Write `engine.yaml` and the credential files that it refers to."""
    brightpearl, infor = sandboxes.info["brightpearl"], sandboxes.info["infor"]
    _private(place.root / "tenant.ionapi", json.dumps(infor["ionapi"]))
    _private(place.root / "brightpearl.token", brightpearl["headers"]["brightpearl-account-token"])
    config = {
        "format": "crosswalk/engine@1",
        "listen": f"127.0.0.1:{_free_port()}",
        "journal": place.journal.name,
        "connections": {
            "brightpearl": {
                "connector": "brightpearl",
                "base_url": brightpearl["base_url"],
                "auth": {
                    "app_ref": brightpearl["headers"]["brightpearl-app-ref"],
                    "token": "env:CROSSWALK_DEMO_TOKEN",
                },
            },
            "infor": {
                "connector": "infor-m3",
                "ionapi": "file:./tenant.ionapi",
                "options": {"company": "100"},
            },
        },
        "network": {"plain_http": "loopback"},
    }
    place.config.write_text(yaml.safe_dump(config, sort_keys=False))


def _secrets(place: Workplace) -> dict[str, str]:
    return {"CROSSWALK_DEMO_TOKEN": (place.root / "brightpearl.token").read_text()}


def _private(path: Path, content: str) -> None:
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_text(content)


def _free_port() -> int:
    """A port that is free now; the engine keeps it over its restarts, as its senders know it."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _first_line(process: "subprocess.Popen[str]", log: IO[str], wanted: Callable[[str], bool]) -> str:
    """The first line of output that is `wanted`; the process must not end before."""
    log.close()
    assert process.stdout is not None
    deadline = time.monotonic() + START
    try:
        while time.monotonic() < deadline:
            line = process.stdout.readline()
            if wanted(line):
                return line
            if not line and process.poll() is not None:
                break
    except BaseException:
        # An interrupt while it comes up: nobody else knows this process yet.
        _end(process)
        raise
    process.kill()
    raise RetriableError(
        "CW-DEMO-START", "a process did not come up", got=f"exit {process.wait()}", fix=f"see {log.name}"
    )


def _end(process: "subprocess.Popen[str]") -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(STOP)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    if process.stdout is not None:
        process.stdout.close()
