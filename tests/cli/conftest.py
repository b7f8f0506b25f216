"""A hostile user's desk: good documents, bad files, and a way to see what a command says and leaves."""

import hashlib
import io
import json
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from crosswalk_engine.cli import run

SAMPLE = Path(__file__).parents[2] / "sample_data/projects/brightpearl-infor"
MAPPING = """format: crosswalk/mapping@1
name: shop-to-erp
source: {system: shop, entity: order}
target: {system: erp, entity: sales_order}
rules:
- {to: number, formula: "CONCAT('S', id)", required: true}
"""
PROJECT = """format: crosswalk/project@1
name: p
systems: {a: {connector: files, entities: {b: {samples: []}}}}
"""
CONFIG = """format: crosswalk/engine@1
listen: 127.0.0.1:0
connections:
  brightpearl:
    connector: brightpearl
    base_url: http://127.0.0.1:9/x
    auth: {app_ref: a, token: "file:./token"}
  infor: {connector: infor-m3, ionapi: "file:./tenant.ionapi", options: {company: "100"}}
network: {plain_http: loopback}
"""


@dataclass(frozen=True)
class Said:
    """What came of one command line."""

    code: int
    out: str
    err: str
    changed: list[str]

    def assert_one_error(self, exit_code: int, code: str, *fragments: str) -> None:
        """One clear line, the right exit code, nothing written, no traceback."""
        assert (self.code, self.err.partition(" ")[0]) == (exit_code, code), self.err + self.out
        assert self.err.count("\n") == 1, self.err
        assert self.err.isprintable() or self.err[:-1].isprintable()
        assert "Traceback" not in self.err and "CW-INTERNAL" not in self.err
        assert [part for part in fragments if part not in self.err] == [], self.err
        assert self.changed == []


Command = Callable[..., Said]


@pytest.fixture(scope="session")
def stock(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The desk as every test finds it; a release of the sample project is on it."""
    desk = tmp_path_factory.mktemp("stock")
    place = str(desk / "release")
    assert run(["release", "build", str(SAMPLE), "--out", place, "--at", "2026-11-23T09:00:00Z"]) == 0
    (desk / "mapping.yaml").write_text(MAPPING)
    (desk / "orders.ndjson").write_text('{"id": 1, "reference": "a"}\n{"id": 2, "reference": "b"}\n')
    (desk / "addresses.csv").write_text("id,street,city,state,postcode,country\n1,Tal 1,München,,80331,DE\n")
    (desk / "engine.yaml").write_text(CONFIG)
    (desk / "tenant.ionapi").write_text(json.dumps({"ti": "T"}))
    (desk / "token").write_text("not-a-real-token")
    for name in ("tenant.ionapi", "token"):
        (desk / name).chmod(0o600)
    (desk / "folder").mkdir()
    return desk


@pytest.fixture
def desk(stock: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the stock, as the working folder; no embedding model."""
    shutil.copytree(stock, tmp_path / "desk")
    monkeypatch.chdir(tmp_path / "desk")
    monkeypatch.setenv("CROSSWALK_MODEL", "none")
    return tmp_path / "desk"


@pytest.fixture
def project(desk: Path) -> Path:
    """A project without anything in it."""
    for folder in ("mappings", "lookups"):
        (desk / "project" / folder).mkdir(parents=True)
    (desk / "project/project.yaml").write_text(PROJECT)
    return desk / "project"


@pytest.fixture
def command(desk: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs one command line in this process: ``command("lint", "x", stdin=b"…")``."""

    def call(*arguments: str, stdin: bytes = b"") -> Said:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        before = _picture(desk)
        capfd.readouterr()
        code = run(list(arguments))
        out, err = capfd.readouterr()
        after = _picture(desk)
        changed = [name for name in before.keys() | after.keys() if before.get(name) != after.get(name)]
        return Said(code, out, err, sorted(changed))

    return call


def _picture(folder: Path) -> dict[str, str]:
    """Every path below a folder with a digest of its bytes."""
    found = {}
    for place, _, names in os.walk(folder):
        for name in names:
            path = Path(place, name)
            content = b""
            if path.is_file():
                with open(path, "rb") as file:  # noqa: PTH123  a test may deny `Path.open`
                    content = file.read()
            found[str(path.relative_to(folder))] = hashlib.sha256(content).hexdigest()
    return found
