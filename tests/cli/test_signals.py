"""Interrupts: every long-running command ends soon, takes back what it began, and says how it ended."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
import yaml
from crosswalk_engine.journal.lock import JournalLock

CROSSWALK = (sys.executable, "-c", "from crosswalk_engine.cli import main; main()")
SAMPLE_DATA = Path(__file__).parents[2] / "sample_data"
#: Seconds after which a process that says nothing is killed, so that a test fails instead of waiting.
PATIENCE = 60.0
HANG_UP = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

Process = subprocess.Popen[str]


@contextmanager
def started(*arguments: str) -> Iterator[Process]:
    """A command in a process of its own; whatever happens, it has ended afterwards."""
    with subprocess.Popen(
        [*CROSSWALK, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1", "CROSSWALK_MODEL": "none"},
    ) as process:
        guard = threading.Timer(PATIENCE, process.kill)
        guard.start()
        try:
            yield process
        finally:
            process.kill()
            guard.cancel()


def line_of(stream, wanted: Callable[[str], bool]) -> str:
    """The first line that is `wanted`; empty when the process ended before."""
    return next((line for line in stream if wanted(line)), "")


def ended(process: Process, number: signal.Signals) -> tuple[int, str, str]:
    """Send a signal; exit code, the rest of standard output and of standard error."""
    process.send_signal(number)
    out, err = process.communicate(timeout=PATIENCE)
    return process.returncode, out, err


@pytest.fixture(scope="module")
def systems() -> Iterator[dict]:
    """Both sandboxes on the sample data."""
    with started("sandbox", "--json", "--data", str(SAMPLE_DATA)) as process:
        yield json.loads(line_of(process.stdout, lambda line: line.startswith("{")))
        assert ended(process, signal.SIGTERM) == (0, "", "")


@pytest.fixture
def configure(desk: Path, systems: dict) -> Callable[..., None]:
    """Writes engine.yaml and its secrets for the sandboxes; `ionapi` and `token` replace right ones."""

    def write(*, token: str | None = None, **ionapi: str) -> None:
        headers = systems["brightpearl"]["headers"]
        Path("token").write_text(token or headers["brightpearl-account-token"])
        Path("tenant.ionapi").write_text(json.dumps({**systems["infor"]["ionapi"], **ionapi}))
        config = yaml.safe_load(Path("engine.yaml").read_text())
        brightpearl = config["connections"]["brightpearl"]
        brightpearl["base_url"] = systems["brightpearl"]["base_url"]
        brightpearl["auth"]["app_ref"] = headers["brightpearl-app-ref"]
        Path("engine.yaml").write_text(yaml.safe_dump(config))

    return write


@pytest.mark.parametrize("number", HANG_UP)
def test_the_engine_drains(number, configure, desk):
    """Exit 0; the journal is closed and free, its socket gone; what was logged are lines of JSON."""
    configure()
    with started("run", "release") as engine:
        assert line_of(engine.stdout, lambda line: line.startswith("URL: http://127.0.0.1:"))
        code, out, err = ended(engine, number)
    assert (code, out) == (0, "")
    assert {json.loads(line)["level"] for line in err.splitlines()} == {"info"}
    assert sorted(path.name for path in desk.glob("journal.db*")) == [
        "journal.db",
        "journal.db.hooks",
        "journal.db.lock",
    ]
    JournalLock(desk / "journal.db").close()


@pytest.mark.parametrize("number", HANG_UP)
def test_the_sandbox_stops(number):
    """Exit 0, nothing said, and the port is free again."""
    with started("sandbox", "--json", "--only", "brightpearl") as sandbox:
        described = json.loads(line_of(sandbox.stdout, lambda line: line.startswith("{")))
        assert ended(sandbox, number) == (0, "", "")
    port = int(described["brightpearl"]["base_url"].split(":")[2].split("/")[0])
    with socket.create_server(("127.0.0.1", port)):
        pass


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 143)]
)
@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_bulk_mapping_is_taken_back(number, code, workers, desk):
    """One line, no output, no part of one, no traceback of a worker."""
    Path("out").write_text("old")
    os.mkfifo("pipe")
    arguments = ["--in", "pipe", "--out", "out", "--rejects", "rejects", "--workers", workers]
    with started("map", "mapping.yaml", *arguments) as process, Path("pipe").open("w") as pipe:
        for number_of_record in range(3000):
            pipe.write(f'{{"id": {number_of_record}}}\n')
        pipe.flush()
        got, out, err = ended(process, number)
    assert (got, out, err.count("\n"), err.partition(" ")[0]) == (code, "", 1, "CW-ABORTED"), err
    assert Path("out").read_text() == "old"
    assert [path.name for path in desk.iterdir() if "part" in path.name or "rejects" in path.name] == []


def test_the_demo_takes_its_processes_with_it(stock, tmp_path):
    """Interrupted on the way: exit 130, one line; sandboxes and engine are gone, the journal is free."""
    work = tmp_path / "work"
    arguments = ["--orders", "5", "--data", str(SAMPLE_DATA), "--release", str(stock / "release")]
    with started("demo", *arguments, "--workdir", str(work)) as demo:
        line = line_of(demo.stdout, lambda line: line.startswith("sandboxes: "))
        assert line_of(demo.stdout, lambda line: line.startswith("running 5 orders"))
        code, _, err = ended(demo, signal.SIGINT)
    assert (code, err) == (130, "CW-ABORTED interrupted\n")
    address = re.search(r"http://127\.0\.0\.1:\d+", line)
    assert address is not None
    with pytest.raises(httpx.ConnectError):
        httpx.get(address[0], trust_env=False)
    if (work / "journal.db.lock").exists():
        JournalLock(work / "journal.db").close()


def test_a_wrong_token_is_told_and_tried_again(configure, desk):
    """The engine says what is refused and by whom, stays up, stops cleanly, and shows no secret."""
    configure(token="no-such-token-0123456789")
    with started("run", "release") as engine:
        assert line_of(engine.stdout, lambda line: line.startswith("URL: "))
        refused = json.loads(line_of(engine.stderr, lambda line: "CW-BP-AUTH" in line))
        code, _, rest = ended(engine, signal.SIGTERM)
    assert (code, refused["level"]) == (0, "warning")
    assert "check the app reference" in refused["message"] and "status 401" in refused["message"]
    assert "no-such-token" not in json.dumps(refused) + rest


def test_a_wrong_ionapi_secret_is_told_and_loses_nothing(configure, systems, desk):
    """An order waits for a retry, nothing reaches M3, one error names the token endpoint and no secret."""
    configure(cs="no-such-secret-0123456789")
    control, m3 = systems["brightpearl"]["control"], systems["infor"]["control"]
    with httpx.Client(trust_env=False) as client, started("run", "release") as engine:
        before = client.get(f"{m3}/effects").json()
        url = line_of(engine.stdout, lambda line: line.startswith("URL: ")).removeprefix("URL: ").strip()
        while url not in client.get(f"{control}/webhooks").text:
            assert engine.poll() is None
        client.post(f"{control}/raise", json={"orders": [200152], "over_s": 0, "event": "order.modified"})
        refused = json.loads(line_of(engine.stderr, lambda line: "CW-OAUTH-REFUSED" in line))
        code, _, rest = ended(engine, signal.SIGTERM)
        assert client.get(f"{m3}/effects").json() == before
    assert (code, refused["level"]) == (0, "error")
    assert "token.oauth2" in refused["message"] and "status 401" in refused["message"]
    assert "no-such-secret" not in json.dumps(refused) + rest
    with started("status", "--json") as status:
        states = json.loads(status.communicate(timeout=PATIENCE)[0])["flows"]["orders-to-m3"]
    assert sum(states.values()) == 1 and set(states) <= {"retry", "pending"}
