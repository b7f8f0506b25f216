"""`crosswalk run`: the engine."""

import asyncio
from pathlib import Path

import typer


def register(app: typer.Typer) -> None:
    """Add `crosswalk run` to `app`."""
    app.command("run")(run)


def run(
    release: Path = typer.Argument(help="A release folder or its zip."),
    config: Path = typer.Option(Path("engine.yaml"), "--config", help="The engine's configuration."),
) -> None:
    """Run a release: receive, fetch, map, deliver and write back until told to stop."""
    from crosswalk_engine.commands.configuration import load_config
    from crosswalk_engine.monitor.log import start_log
    from crosswalk_engine.release import load_release
    from crosswalk_engine.triggers.runtime import Runtime

    settings = load_config(config)
    loaded = load_release(release)
    start_log()
    runtime = Runtime(loaded, settings, config.resolve().parent)
    asyncio.run(runtime.run(lambda url: typer.echo(f"URL: {url}")))
