"""`crosswalk profile`."""

import shutil
import sys
from pathlib import Path

import typer


def register(app: typer.Typer) -> None:
    """Add `crosswalk profile` to `app`."""
    app.command("profile")(profile)


def profile(
    files: list[Path] = typer.Argument(
        ..., help="CSV, XLSX, Parquet, JSON, NDJSON, XML, JSON Schema, field list."
    ),
    out: Path | None = typer.Option(
        None, "--out", help="Write the profile here, as JSON; - is standard output."
    ),
    show_values: bool = typer.Option(False, "--show-values", help="Do not mask values that look personal."),
) -> None:
    """What the files hold, field by field: types, gaps, keys, patterns, ranges, examples.

    Values that look personal (names, e-mail, phone, street) are masked.
    """
    from crosswalk_models.commands.output import say, write_json
    from crosswalk_models.profile import profile_files, render

    found = profile_files(files, show_values=show_values)
    if out is not None:
        write_json(out, found.to_json())
        return
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else 200
    say(render(found, max(width, 80)))
