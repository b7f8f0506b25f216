"""`crosswalk studio`."""

import typer


def register(app: typer.Typer) -> None:
    """Add `crosswalk studio` to `app`."""
