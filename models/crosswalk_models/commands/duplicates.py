"""`crosswalk duplicates`."""

import typer


def register(app: typer.Typer) -> None:
    """Add `crosswalk duplicates` to `app`."""
