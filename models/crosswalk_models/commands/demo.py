"""`crosswalk demo`."""

import typer


def register(app: typer.Typer) -> None:
    """Add `crosswalk demo` to `app`."""
