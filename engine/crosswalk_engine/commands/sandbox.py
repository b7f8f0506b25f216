"""`crosswalk` commands: sandbox."""

from pathlib import Path
from typing import Any

import typer


def register(app: typer.Typer) -> None:
    """Add this group's commands to `app`."""
    app.command("sandbox")(sandbox)


def sandbox(
    names: list[str] = typer.Argument(None, metavar="NAME", help="Like --only.", show_default=False),
    only: list[str] = typer.Option([], "--only", help="Start this sandbox alone; may be repeated."),
    data: Path = typer.Option(
        None, "--data", help="Folder in the layout of sample_data; a small seed state if left out."
    ),
    as_json: bool = typer.Option(False, "--json", help="Print one JSON line when all answer."),
    port_brightpearl: int = typer.Option(0, "--port-brightpearl", min=0, max=65535, help="0: any free one."),
    port_infor: int = typer.Option(0, "--port-infor", min=0, max=65535, help="0: any free one."),
) -> None:
    """Serve local sandboxes of the systems until interrupted; prints their addresses and credentials."""
    from crosswalk_engine.sandbox import launch

    ports = {"brightpearl": port_brightpearl, "infor": port_infor}
    prepared = launch.prepare([*only, *(names or [])], data, ports)
    launch.run(prepared, _print_json if as_json else _print_text)


def _print_json(described: dict[str, Any]) -> None:
    import msgspec

    typer.echo(msgspec.json.encode(described))


def _print_text(described: dict[str, Any]) -> None:
    for name, block in described.items():
        typer.echo(name)
        for line in _lines(block):
            typer.echo(f"  {line}")
    typer.echo("The credentials are fixed demo values. Press Ctrl-C to stop.")


def _lines(block: dict[str, Any], prefix: str = "") -> list[str]:
    """The entries of a nested block, one ``key.key: value`` a line."""
    lines: list[str] = []
    for key, value in block.items():
        if isinstance(value, dict):
            lines += _lines(value, f"{prefix}{key}.")
        else:
            lines.append(f"{prefix}{key}: {value}")
    return lines
