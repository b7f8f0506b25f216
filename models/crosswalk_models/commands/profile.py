"""`crosswalk profile`."""

import shutil
import sys
from pathlib import Path

import typer
from crosswalk_engine.commands.inputs import ENCODING, RECORD, record_names, tell


def register(app: typer.Typer) -> None:
    """Add `crosswalk profile` to `app`."""
    app.command("profile")(profile)


def profile(
    files: list[Path] = typer.Argument(
        ...,
        help="JSON, NDJSON, XML, CSV, Parquet or XLSX records, JSON Schema, field list; - is standard input.",
    ),
    out: Path | None = typer.Option(
        None, "--out", help="Write the profile here, as JSON; - is standard output."
    ),
    record: str | None = RECORD,
    encoding: str | None = ENCODING,
    show_values: bool = typer.Option(False, "--show-values", help="Do not mask values that look personal."),
) -> None:
    """What the files hold, field by field: types, gaps, keys, patterns, ranges, examples.

    Values that look personal (names, e-mail, phone, street) are masked.
    """
    from crosswalk_engine.commands.files import refuse_same, writing

    from crosswalk_models.commands.streams import one_standard_input, write_json
    from crosswalk_models.profile import profile_read, render
    from crosswalk_models.readers import read_fields

    one_standard_input(files)
    refuse_same({"FILE": files}, {"--out": out})
    names = record_names(record)
    with writing(out) as stream:
        found = profile_read(
            [read_fields(path, record=names, encoding=encoding, note=tell) for path in files],
            show_values=show_values,
        )
        if stream is not None:
            write_json(stream, found.to_json())
            return
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else 200
    typer.echo(render(found, max(width, 80)))
