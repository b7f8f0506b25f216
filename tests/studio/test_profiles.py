"""Profiles in DuckDB, and work beside the pages."""

import threading

import pytest
from crosswalk_engine.errors import RecordError, RejectedError
from crosswalk_studio.services.jobs import Jobs, Progress
from crosswalk_studio.services.profiles import ProfileDesk, profile_desk
from crosswalk_studio.services.suggestions import load_suggestions, start_suggesting
from crosswalk_studio.services.workspace import Workspace

ORDERS = "order-to-m3"


def test_the_samples_are_profiled_once_and_stay_profiled(workspace: Workspace) -> None:
    """Profiling six entities fills the tables; a new connection answers from the file."""
    desk = profile_desk(workspace)
    job = desk.start().wait(60)
    assert (job.state, job.error) == ("done", None)
    orders = desk.profile("brightpearl.order")
    assert orders is not None
    lines = (workspace.root / "samples/brightpearl.order.ndjson").read_text("utf-8").splitlines()
    assert (orders.records, orders.stale) == (len(lines), False)
    assert "id" in orders.keys
    assert job.result == desk.ask("select count(*) from field")[0][0]
    assert ("brightpearl.order", "brightpearl.contact") in {(row[0], row[2]) for row in desk.foreign_keys()}
    desk.close()
    again = ProfileDesk(workspace)
    assert again.profile("brightpearl.order") == orders
    again.close()


def test_changed_samples_are_told(workspace: Workspace) -> None:
    """A profile of other samples than those on disk says so."""
    desk = profile_desk(workspace)
    desk.make(Progress())
    path = workspace.root / "samples/infor-m3.customer.ndjson"
    path.write_text(path.read_text("utf-8").splitlines()[0] + "\n", "utf-8")
    profile = desk.profile("infor-m3.customer")
    assert profile is not None
    assert profile.stale


def test_a_damaged_profile_file_is_made_anew(workspace: Workspace) -> None:
    """Garbage in profiles.duckdb is no obstacle."""
    (workspace.private / "profiles.duckdb").write_bytes(b"garbage" * 1000)
    desk = ProfileDesk(workspace)
    assert desk.profile("brightpearl.order") is None
    desk.close()


@pytest.mark.model
def test_suggestions_are_made_beside_the_pages_and_kept(workspace: Workspace) -> None:
    """The matcher puts the SKU first for the item number, and its answer stays on disk."""
    job = start_suggesting(workspace, ORDERS)
    assert start_suggesting(workspace, ORDERS) is job
    job.wait(120)
    assert (job.state, job.error) == ("done", None)
    found = load_suggestions(workspace, ORDERS)
    assert found is not None
    assert found.by_target["lines[].ITNO"][0].source == "orderRows[].productSku"
    assert found.by_target["lines[].ITNO"][0].probability > 0.5
    assert [item.rank for item in found.by_target["CUNO"]] == list(range(1, len(found.by_target["CUNO"]) + 1))
    assert not found.stale


def test_without_samples_there_is_one_clear_reason(workspace: Workspace) -> None:
    """A mapping whose target has no samples says which ones are missing."""
    manifest = (workspace.root / "project.yaml").read_text("utf-8")
    head, _, _ = manifest.partition("      sales_order:")
    tail = manifest[manifest.index("      customer:") :]
    (workspace.root / "project.yaml").write_text(head + tail, "utf-8")
    job = start_suggesting(workspace, ORDERS).wait(30)
    assert isinstance(job.error, RejectedError)
    assert job.error.what == "there are no samples of sales_order of infor-m3"


def test_a_job_runs_once_a_key_and_can_be_stopped() -> None:
    """A double click starts nothing twice; a stopped job ends at its next step."""
    jobs, go, begun = Jobs(), threading.Event(), threading.Event()

    def work(progress: Progress) -> None:
        begun.set()
        go.wait(10)
        progress.step(0.5, "half")

    first = jobs.start("k", "Work", work)
    assert jobs.start("k", "Work", work) is first
    begun.wait(10)
    first.progress.stop()
    go.set()
    assert first.wait(10).state == "cancelled"
    assert jobs.running() == ()


def test_a_failed_job_keeps_its_error_and_hides_its_insides() -> None:
    """A known error stays what it is; an unknown one is told by its type alone."""
    jobs = Jobs()

    def known(progress: Progress) -> None:
        raise RecordError("CW-X", "bad record")

    def unknown(progress: Progress) -> None:
        raise ValueError("ana@example.com")

    assert str(jobs.start("a", "A", known).wait(10).error) == "CW-X bad record"
    error = jobs.start("b", "B", unknown).wait(10).error
    assert error is not None
    assert (error.got, "ana@" in error.render()) == ("ValueError", False)
