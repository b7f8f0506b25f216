"""`crosswalk` commands: release."""

from pathlib import Path

import typer

from crosswalk_engine.commands.inputs import zoned_time


def register(app: typer.Typer) -> None:
    """Add this group's commands to `app`."""
    group = typer.Typer(help="Build, verify, compare and replay releases.", no_args_is_help=True)
    group.command("build")(build)
    group.command("verify")(verify)
    group.command("diff")(diff)
    group.command("replay")(replay)
    app.add_typer(group, name="release")


def build(
    project: Path = typer.Argument(help="The project's folder."),
    out: Path = typer.Option(
        ..., "--out", help="Where the release goes: a folder, or a file ending in .zip."
    ),
    author: str | None = typer.Option(None, "--author", help="Who made the project what it is."),
    approver: str | None = typer.Option(None, "--approver", help="Who approved it."),
    at: str | None = typer.Option(None, "--at", help="Time of building, ISO with zone; now by default."),
    force: bool = typer.Option(False, "--force", help="Replace an earlier release at that place."),
) -> None:
    """Lint and test a project and write it as a release; the same input gives the same bytes."""
    from crosswalk_engine.errors import UsageError
    from crosswalk_engine.release.build import build_release

    built_at = None if at is None else zoned_time("--at", at)

    if str(out) == "-":
        raise UsageError(
            "CW-USAGE",
            "a release cannot go to standard output",
            expected="a folder, or a file ending in .zip",
        )
    info = build_release(project, out, author=author, approver=approver, at=built_at, force=force)
    for warning in info.warnings:
        typer.echo(warning.render(), err=True)
    typer.echo(f"release {info.hash}")
    typer.echo(f"{info.name}: {len(info.files)} files in {info.path}")


def verify(release: Path = typer.Argument(help="A release's folder, or a zip of it.")) -> None:
    """Check every byte of a release, that its documents fit together and that this engine can run it."""
    from crosswalk_engine.release import load_release

    loaded = load_release(release)
    manifest = loaded.manifest
    typer.echo(f"release {manifest.version}")
    typer.echo(
        f"{manifest.name}: {len(manifest.files) + 1} files, {len(loaded.mappings)} mapping(s), "
        f"{len(loaded.flows)} flow(s), built {manifest.built_at.isoformat()}"
        + (f" by {manifest.author}" if manifest.author else "")
        + (f", approved by {manifest.approver}" if manifest.approver else "")
    )


def diff(
    before: Path = typer.Argument(help="The earlier release."),
    after: Path = typer.Argument(help="The later release."),
    json_out: bool = typer.Option(False, "--json", help="Print the differences as JSON."),
) -> None:
    """Show which rules, tables, flows and policies differ between two releases."""
    import json

    from crosswalk_engine.release import load_release
    from crosswalk_engine.release.diff import diff_releases

    found = diff_releases(load_release(before), load_release(after))
    typer.echo(json.dumps(found.to_json(), ensure_ascii=False) if json_out else found.render())


def replay(
    release: Path = typer.Argument(help="A release's folder, or a zip of it."),
    journal: Path = typer.Option(..., "--journal", help="A journal of this engine; it is only read."),
    json_out: bool = typer.Option(False, "--json", help="One JSON object a line."),
) -> None:
    """Map delivered records again from what the journal kept; exit 1 when the release makes other bytes."""
    from crosswalk_engine.commands.replaying import reading_journal, render, to_json
    from crosswalk_engine.errors import RejectedError
    from crosswalk_engine.release import load_release
    from crosswalk_engine.sync.replay import replay_all

    loaded = load_release(release)
    counts = {"same": 0, "different": 0, "unknown": 0}
    with reading_journal(journal, "name another --journal") as reader:
        for one in replay_all(loaded, reader):
            counts[one.outcome] += 1
            typer.echo(to_json(one) if json_out else render(one))
    total = ", ".join(f"{count} {outcome}" for outcome, count in counts.items())
    if counts["different"]:
        raise RejectedError(
            "CW-REPLAY-DIFFERENT", "the release makes other outputs of the same inputs", got=total
        )
    typer.echo(f"replay: {total}", err=json_out)
