"""Releases and runs: the same answers as the command line, kept beside the project."""

import io
import sys
import time
import zipfile
from pathlib import Path

import pytest
from crosswalk_engine.errors import CannotWriteError, MissingFileError, RejectedError
from crosswalk_engine.release.build import RefusedError
from crosswalk_engine.release.verify import verify_release
from crosswalk_studio.services import runs
from crosswalk_studio.services.ledger import By
from crosswalk_studio.services.releases import ReleaseDesk
from crosswalk_studio.services.rules import RuleBook
from crosswalk_studio.services.runs import RunOrder, run_desk
from crosswalk_studio.services.workspace import Workspace

ORDERS = "order-to-m3"
DATA = Path(__file__).parents[2] / "sample_data"


def change(workspace: Workspace, op: str = "t-1") -> None:
    """Edit one rule in a way that no worked example minds."""
    book = RuleBook(workspace, ORDERS)
    rule = {**(book.rule("OREF") or {}), "formula": "TRIM(TRIM(reference))"}
    book.edit("OREF", rule, By("ben", op))


def test_the_sample_project_is_ready(workspace: Workspace) -> None:
    """No lint errors, and every worked example passes."""
    checks = ReleaseDesk(workspace).checks()
    assert checks.errors == ()
    assert checks.total > 0
    assert (checks.passed, checks.ready) == (checks.total, True)


def test_a_release_is_built_kept_compared_and_handed_out(workspace: Workspace, tmp_path: Path) -> None:
    """Build, change one rule, see exactly that change, build again, export a folder and a zip that verify."""
    desk = ReleaseDesk(workspace)
    first = desk.build(author="ana", approver="ben")
    assert (first.number, first.manifest.author, first.manifest.approver) == (1, "ana", "ben")
    diff = desk.diff()
    assert diff is not None
    assert diff.changes == ()
    change(workspace)
    diff = desk.diff()
    assert diff is not None
    assert [(item.what, item.path) for item in diff.changes] == [("changed", "OREF")]
    second = desk.build(author="ana", approver="ben")
    assert [kept.number for kept in desk.kept()] == [2, 1]
    out = desk.export(second, tmp_path / "out")
    assert verify_release(out).version == second.manifest.version
    archive = zipfile.ZipFile(io.BytesIO(desk.zipped(second)))
    assert {name for name in archive.namelist() if name == "manifest.json"} == {"manifest.json"}
    with pytest.raises(CannotWriteError):
        desk.export(second, tmp_path / "out")
    with pytest.raises(CannotWriteError):
        desk.export(second, Path("relative"))


def test_an_unchanged_project_gives_no_second_release(workspace: Workspace) -> None:
    """Two releases of the same documents would say nothing new."""
    desk = ReleaseDesk(workspace)
    desk.build(author="ana", approver="ben")
    with pytest.raises(RejectedError, match="nothing has changed since #1"):
        desk.build(author="ana", approver="ben")


def test_names_belong_into_a_release(workspace: Workspace) -> None:
    """Without an approver nothing is built."""
    with pytest.raises(RejectedError, match="who approved it"):
        ReleaseDesk(workspace).build(author="ana", approver=" ")


def test_errors_stand_in_the_way(workspace: Workspace) -> None:
    """A formula with an unknown field is a finding with its line, and no release comes of it."""
    change(workspace)
    path = workspace.root / "mappings" / f"{ORDERS}.yaml"
    path.write_text(path.read_text("utf-8").replace("TRIM(TRIM(reference))", "TRIM(refrence)"), "utf-8")
    desk = ReleaseDesk(workspace)
    checks = desk.checks()
    assert not checks.ready
    assert [finding.code for finding in checks.errors] == ["CW-FORMULA-FIELD"]
    assert checks.errors[0].where.startswith(f"mappings/{ORDERS}.yaml:")
    assert desk.diff() is None
    with pytest.raises(RefusedError):
        desk.build(author="ana", approver="ben")
    assert desk.kept() == []


def test_a_release_with_a_changed_byte_is_not_offered(workspace: Workspace) -> None:
    """What was tampered with can neither be run nor compared."""
    desk = ReleaseDesk(workspace)
    kept = desk.build(author="ana", approver="ben")
    lookup = kept.path / "lookups" / "warehouses.json"
    lookup.write_bytes(lookup.read_bytes().replace(b"BRS", b"BRX"))
    assert desk.kept() == []
    with pytest.raises(MissingFileError):
        desk.find(1)


def test_a_run_that_cannot_be_is_refused(workspace: Workspace) -> None:
    """Too many orders, an unknown kind of fault and a folder without data are told before anything starts."""
    desk = run_desk(workspace)
    kept = ReleaseDesk(workspace).build(author="ana", approver="ben")
    for order in (
        RunOrder(0, "none", 0, DATA),
        RunOrder(10, "awful", 0, DATA),
        RunOrder(10, "none", 99, DATA),
    ):
        with pytest.raises(RejectedError):
            desk.start(order, kept, "ana")
    with pytest.raises(MissingFileError):
        desk.start(RunOrder(10, "none", 0, workspace.root), kept, "ana")
    assert desk.runs() == []


#: A stand-in for `crosswalk demo`: writes one line of progress, then waits to be ended.
SLOW = """
import json, pathlib, signal, sys, time
given = dict(zip(sys.argv[1::2], sys.argv[2::2]))
work = pathlib.Path(given["--workdir"]); work.mkdir(parents=True)
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
line = {"at": time.time(), "orders": int(given["--orders"]), "done": 3, "dead_letters": 1, "held": 1,
        "calls": 4, "quota_utilisation": 0.02}
(work / "progress.ndjson").write_text(json.dumps(line) + "\\n" + '{"at": 1, "ord')
time.sleep(60)
"""


def test_a_run_is_watched_and_cancelled(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Progress is read while it is written; one run at a time; cancelling ends the process and says so."""
    kept = ReleaseDesk(workspace).build(author="ana", approver="ben")
    monkeypatch.setattr(runs, "COMMAND", (sys.executable, "-c", "import sys; del sys.argv[1]\n" + SLOW))
    desk = run_desk(workspace)
    run = desk.start(RunOrder(10, "none", 0, DATA), kept, "ana")
    deadline = time.monotonic() + 20
    while not desk.read(run.id).steps and time.monotonic() < deadline:
        pass
    seen = desk.read(run.id)
    assert (seen.state, seen.share, seen.release) == ("running", 0.5, kept.short)
    with pytest.raises(RejectedError, match="another run"):
        desk.start(RunOrder(10, "none", 0, DATA), kept, "ana")
    desk.cancel(run.id)
    assert desk.read(run.id).state == "cancelled"
    desk.close()
    assert desk.read(run.id).state == "cancelled"
    again = runs.RunDesk(workspace)
    assert [item.state for item in again.runs()] == ["cancelled"]


def test_a_run_that_fails_says_what_it_said(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last lines of a failed run are kept; one left behind by a dead studio is told apart."""
    kept = ReleaseDesk(workspace).build(author="ana", approver="ben")
    monkeypatch.setattr(runs, "COMMAND", (sys.executable, "-c", "import sys; sys.exit('CW-X it broke')"))
    desk = run_desk(workspace)
    run = desk.start(RunOrder(10, "none", 0, DATA), kept, "ana")
    deadline = time.monotonic() + 20
    while desk.read(run.id).state == "running" and time.monotonic() < deadline:
        pass
    assert desk.read(run.id).state == "failed"
    assert desk.read(run.id).error == "CW-X it broke"
    (workspace.private / "runs" / run.id / "exit").unlink(missing_ok=True)
    assert runs.RunDesk(workspace).read(run.id).state == "stopped"


def test_the_data_of_a_run_is_found_above_the_project(folder: Path, tmp_path: Path) -> None:
    """A project finds the nearest folder above it that holds a sandbox's orders."""
    place = tmp_path / "data" / "projects" / "mine"
    place.parent.mkdir(parents=True)
    folder.rename(place)
    orders = tmp_path / "data" / runs.DATA_MARK
    orders.parent.mkdir()
    orders.write_text("{}\n", "utf-8")
    opened = Workspace(place)
    assert run_desk(opened).data_folder() == tmp_path / "data"
    opened.close()
