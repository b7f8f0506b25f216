"""`crosswalk` commands: run, status, dlq, trace, audit and idmap."""

import typer


def register(app: typer.Typer) -> None:
    """Add this group's commands to `app`."""
