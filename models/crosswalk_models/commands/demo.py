"""`crosswalk demo`: the whole way, from sample payloads to verified orders in the target."""

import enum
import json
import tempfile
from pathlib import Path

import typer
from crosswalk_engine.errors import CannotWriteError, RejectedError


class Story(enum.StrEnum):
    """What the demo plays."""

    ORDERS = "orders"


class Faults(enum.StrEnum):
    """How badly the two systems behave."""

    NONE = "none"
    NORMAL = "normal"
    HEAVY = "heavy"


def register(app: typer.Typer) -> None:
    """Add `crosswalk demo` to `app`."""
    app.command("demo")(demo)


def demo(
    orders: int = typer.Option(200, "--orders", help="How many orders to bring over."),
    story: Story = typer.Option(Story.ORDERS, "--story", help="What to play."),
    faults: Faults = typer.Option(Faults.NONE, "--faults", help="How badly the systems behave."),
    kill: int = typer.Option(0, "--kill", min=0, help="Kill the engine this often on the way."),
    data: Path = typer.Option(Path("sample_data"), "--data", help="Data folder."),
    project: Path | None = typer.Option(
        None, "--project", help="Project; the data folder's sample by default."
    ),
    release: Path | None = typer.Option(None, "--release", help="Run this release instead of building one."),
    workdir: Path | None = typer.Option(None, "--workdir", help="Work folder; a temporary one by default."),
    report: Path | None = typer.Option(None, "--report", help="Write the figures here, as JSON."),
) -> None:
    """Sandboxes up, profile, suggest, apply the recorded decisions, release, run, verify at the target.

    Exit code 0 only if every clean order is there exactly once with equal net.
    """
    from crosswalk_models.demo.options import DemoOptions
    from crosswalk_models.demo.play import play

    del story
    if report is not None and not report.resolve().parent.is_dir():
        raise CannotWriteError("CW-DEMO-REPORT", "the report's folder is not there", where=str(report))
    place = workdir or Path(tempfile.mkdtemp(prefix="crosswalk-demo-"))
    result = play(DemoOptions(orders, faults.value, kill, data, project, release, place), typer.echo)
    if report is not None:
        text = json.dumps(result.to_json(), ensure_ascii=False, indent=2) + "\n"
        temporary = report.with_name(report.name + ".new")
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(report)
    if not result.passed:
        raise RejectedError(
            "CW-DEMO-FAILED",
            "the target does not hold what it should",
            where=str(place),
            got=f"{result.exact_once} of {result.clean} clean orders exactly once,"
            f" {result.totals_equal} with equal net, {result.wrong} at a wrong end",
            fix="see engine.log, sandbox.log and `crosswalk dlq list` there",
        )
    typer.echo(f"\nOpen the studio on this project: crosswalk studio --project {place / 'project'}")
