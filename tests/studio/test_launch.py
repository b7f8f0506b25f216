"""`crosswalk studio` as its user starts it: one line, one port, a clean end."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

import pytest
from crosswalk_studio.theme import DARK, LIGHT, server_options

COMMAND = (sys.executable, "-c", "from crosswalk_engine.cli import main; main()", "studio", "--no-browser")


def start(*arguments: str, cwd: Path | None = None) -> "subprocess.Popen[str]":
    """The command, its output caught."""
    return subprocess.Popen(
        [*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=cwd,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip


def knock(url: str, *, host: str = "", origin: str = "") -> int:
    """The status of opening the page's own channel, as a page of another site (or name) would try it."""
    place = url.removeprefix("http://")
    door = http.client.HTTPConnection(place, timeout=10)
    headers = {
        "Host": host or place,
        "Origin": origin or url,
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }
    try:
        door.request("GET", "/_stcore/stream", headers=headers)
        return door.getresponse().status
    finally:
        door.close()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_says_where_it_is_answers_and_ends_cleanly(folder: Path, number: signal.Signals) -> None:
    """It answers its own pages alone; a signal ends it with code 0 and frees the project."""
    begin = time.monotonic()
    process = start("--project", str(folder), "--port", "0")
    assert process.stdout is not None
    line = process.stdout.readline()
    took = time.monotonic() - begin
    found = re.fullmatch(r"URL: (http://127\.0\.0\.1:\d+)\n", line)
    assert found, line + (process.stderr.read() if process.stderr else "")
    with urlopen(found[1], timeout=10) as page:
        assert page.status == 200
        assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert knock(found[1]) == 101
    assert knock(found[1], host="evil.test") == 403
    assert knock(found[1], origin="http://evil.test") == 403
    assert took < 15
    process.send_signal(number)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (0, "", "")
    again = start("--project", str(folder), "--port", "0")
    assert again.stdout is not None
    assert again.stdout.readline().startswith("URL: ")
    again.terminate()
    again.communicate(timeout=20)


def test_it_listens_on_loopback_alone_and_knows_its_hosts() -> None:
    """The server's settings let nobody in from outside, send nothing home and show no code."""
    options = server_options(8710)
    assert options["server.address"] == "127.0.0.1"
    assert options["server.allowedHosts"] == ["127.0.0.1", "localhost"]
    assert options["server.enableXsrfProtection"] is True
    assert options["server.maxUploadSize"] == 20
    assert options["browser.gatherUsageStats"] is False
    assert options["client.showErrorDetails"] == "none"
    assert options["server.fileWatcherType"] == "none"
    assert options["server.enableAgentApi"] is False
    assert LIGHT.keys() == DARK.keys()


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_text_can_be_read_on_its_ground(theme: dict[str, str]) -> None:
    """Every text colour has at least 4.5 : 1 against both grounds."""
    for ground in ("backgroundColor", "secondaryBackgroundColor"):
        for name in (
            "textColor",
            "grayTextColor",
            "redTextColor",
            "greenTextColor",
            "orangeTextColor",
            "linkColor",
        ):
            assert contrast(theme[name], theme[ground]) >= 4.5, (name, ground)
    assert contrast("#FFFFFF", theme["primaryColor"]) >= 4.5


def contrast(one: str, other: str) -> float:
    """WCAG 2.2 contrast ratio of two #RRGGBB colours."""

    def light(color: str) -> float:
        parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        red, green, blue = (
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_a_port_in_use_is_one_clear_error(folder: Path) -> None:
    """Exit code 75, one line that names the port and the way out."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        process = start("--project", str(folder), "--port", str(port))
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (75, "")
    assert err.startswith("CW-STUDIO-PORT ")
    assert f"127.0.0.1:{port}" in err
    assert err.count("\n") == 1


def test_a_missing_project_is_one_clear_error(tmp_path: Path) -> None:
    """Exit code 66, and nothing was made."""
    process = start("--project", str(tmp_path / "nowhere"), "--port", "0")
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (66, "")
    assert err.startswith("CW-PROJECT-MISSING ")
    assert list(tmp_path.iterdir()) == []


def test_without_a_project_the_start_page_comes_up(tmp_path: Path) -> None:
    """In a folder without the sample project the studio starts all the same."""
    process = start("--port", "0", cwd=tmp_path)
    assert process.stdout is not None
    assert process.stdout.readline().startswith("URL: ")
    process.terminate()
    process.communicate(timeout=20)
    assert process.returncode == 0
