"""`crosswalk profile`."""

import typer


def register(app: typer.Typer) -> None:
    """Add `crosswalk profile` to `app`."""
