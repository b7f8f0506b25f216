"""`crosswalk suggest`."""

import typer


def register(app: typer.Typer) -> None:
    """Add `crosswalk suggest` to `app`."""
