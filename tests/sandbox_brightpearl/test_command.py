"""`crosswalk sandbox` as its users run it: one JSON line, clean stop, one clear error each."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from crosswalk_engine.cli import run
from crosswalk_engine.sandbox.server import listen

LAST_LINE = "The credentials are fixed demo values. Press Ctrl-C to stop.\n"
COMMAND = [sys.executable, "-c", "from crosswalk_engine.cli import main; main()", "sandbox"]


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_serves_until_interrupted(folder: Path, stop: signal.Signals) -> None:
    """One line of JSON when it answers; its address and credentials work; the signal ends it with 0."""
    arguments = [*COMMAND, "--only", "brightpearl", "--data", str(folder), "--json"]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout and process.stderr
        described = json.loads(process.stdout.readline())["brightpearl"]
        reply = httpx.get(f"{described['base_url']}/order-service/order/101", headers=described["headers"])
        form = {"grant_type": "refresh_token", **described["oauth"]}
        token = httpx.post(form.pop("token_url"), data={k: v for k, v in form.items() if k != "headers"})
        state = httpx.get(f"{described['control']}/state").json()
        process.send_signal(stop)
        rest, errors = process.stdout.read(), process.stderr.read()
    assert (process.returncode, rest, errors) == (0, "", "")
    assert reply.json()["response"][0]["id"] == 101
    assert token.json()["api_domain"] == described["base_url"].split("/")[2]
    assert state["account"] == "acme"


def test_serves_both_from_the_shipped_seed() -> None:
    """Without a data folder both systems come up on the seed state."""
    with subprocess.Popen([*COMMAND, "--json"], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        described = json.loads(process.stdout.readline())
        states = [httpx.get(f"{block['control']}/state").status_code for block in described.values()]
        process.terminate()
    assert process.returncode == 0
    assert list(described) == ["brightpearl", "infor"] and states == [200, 200]


def test_human_text_names_address_and_credentials(folder: Path) -> None:
    """Without --json a person reads what to connect with."""
    arguments = [*COMMAND, "brightpearl", "--data", str(folder)]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        lines = [line.strip() for line in iter(process.stdout.readline, LAST_LINE)]
        process.terminate()
    assert process.returncode == 0
    assert lines[0] == "brightpearl" and lines[1].startswith("base_url: http://127.0.0.1:")
    assert lines[2:5] == [
        "account: acme",
        "headers.brightpearl-app-ref: acme_crosswalk",
        "headers.brightpearl-account-token: sandbox-account-token+/=",
    ]


def _fails(capsys: Any, *arguments: str) -> tuple[int, str]:
    code = run(["sandbox", "--only", "brightpearl", *arguments])
    out, err = capsys.readouterr()
    assert out == "" and err.count("\n") == 1
    return code, err.strip()


def test_a_taken_port(capsys: Any, folder: Path) -> None:
    """75 and the port's number."""
    taken = listen("test")
    port = str(taken.getsockname()[1])
    try:
        code, error = _fails(capsys, "--data", str(folder), "--port-brightpearl", port)
    finally:
        taken.close()
    assert code == 75 and error.startswith("CW-PORT-BUSY") and f"127.0.0.1:{port}" in error


def test_no_such_folder(capsys: Any, tmp_path: Path) -> None:
    """66 for a folder that is not there, and for one that lacks a file, by name."""
    code, error = _fails(capsys, "--data", str(tmp_path / "none"))
    assert code == 66 and error.startswith("CW-DATA-FOLDER")
    code, error = _fails(capsys, "--data", str(tmp_path))
    assert code == 66 and "brightpearl/account.json" in error


def test_no_such_sandbox(capsys: Any) -> None:
    """2 and the names there are."""
    code, error = _fails(capsys, "--only", "netsuite")
    assert (
        code == 2
        and error == "CW-SANDBOX-NAME there is no such sandbox · got netsuite · expected brightpearl, infor"
    )


@pytest.mark.parametrize(
    ("file", "content", "code", "where"),
    [
        ("orders", b'{"id": 1, "orderTypeCode": "SO"', "CW-DATA-JSON", "brightpearl/orders.ndjson:1"),
        ("orders", b"\n[1]\n", "CW-DATA-SHAPE", "brightpearl/orders.ndjson:2"),
        ("orders", b'{"id": "1"}\n', "CW-DATA-SHAPE", "brightpearl/orders.ndjson: record 1"),
        ("orders", b'{"id": 1, "orderTypeCode": "SO", "orderStatus": {}}', "CW-DATA-SHAPE", "record 1"),
        ("contacts", b'{"contactId": 1}\n{"contactId": 1}\n', "CW-DATA-TWICE", "record 2"),
        ("contacts", '{"contactId": 1, "firstName": "Zoë"}'.encode("utf-16"), "CW-DATA-ENCODING", "contacts"),
        ("channels", b"{}", "CW-DATA-SHAPE", "brightpearl/channels.json"),
        ("channels", b"[3]", "CW-DATA-SHAPE", "entry 1"),
        ("channels", b"", "CW-DATA-JSON", "brightpearl/channels.json"),
        ("account", b"[]", "CW-DATA-SHAPE", "brightpearl/account.json"),
        ("account", b'{"account": "a"}', "CW-DATA-SHAPE", "zone"),
        ("account", b'{"account": "a", "zone": "Mars/Base"}', "CW-DATA-ZONE", "Mars/Base"),
    ],
)
def test_unusable_data(
    capsys: Any, write_data: Callable[..., Path], file: str, content: bytes, code: str, where: str
) -> None:
    """65 and one line that names file and place; nothing is served."""
    exit_code, error = _fails(capsys, "--data", str(write_data(**{file: content})))
    assert exit_code == 65 and error.startswith(code) and where in error
