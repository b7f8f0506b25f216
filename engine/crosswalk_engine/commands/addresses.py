"""`crosswalk` commands: addresses."""

import io
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import typer

#: The counter on a terminal moves once every so many rows.
_TICK = 500
#: Results are kept in memory up to this size (bytes), beyond it in a temporary file.
_SPOOL = 1 << 24


def register(app: typer.Typer) -> None:
    """Add this group's commands to `app`."""
    app.command("addresses")(addresses)


def addresses(
    source: Path = typer.Argument(..., metavar="IN.csv", help="Addresses, or - for standard input."),
    out: Path = typer.Option(
        Path("-"), "--out", metavar="OUT.ndjson", help="Results, or - for standard output."
    ),
) -> None:
    """Check addresses offline: a verdict, codes, the normal form and suggested corrections for each row.

    Columns: id,line1,line2,line3,line4,postcode,country (line 3 the town, line 4 the county or state)
    or id,street,city,state,postcode,country. Countries are ISO-2.
    """
    from crosswalk_engine.addresses.table import read_rows, write_results
    from crosswalk_engine.commands.files import refuse_same

    refuse_same({"IN.csv": source}, {"--out": out})
    where = "standard input" if str(source) == "-" else str(source)
    with _rows_of(source) as lines, _results_to(out) as results:
        for count in write_results(read_rows(lines, where), results):
            if count % _TICK == 0 and sys.stderr.isatty():
                typer.echo(f"\r{count} rows", nl=False, err=True)
    if sys.stderr.isatty():
        typer.echo("\r", nl=False, err=True)


@contextmanager
def _rows_of(source: Path) -> Iterator[IO[str]]:
    """The source as text; UTF-8 with or without byte order mark, line ends left to the CSV reader."""
    from crosswalk_engine.commands.files import reading

    with reading(source) as stream:
        yield io.TextIOWrapper(stream, encoding="utf-8-sig", newline="")


@contextmanager
def _results_to(out: Path) -> Iterator[IO[str]]:
    """A stream whose lines appear at `out` all together at the end, or not at all."""
    import shutil

    from crosswalk_engine.commands.files import writing

    with tempfile.SpooledTemporaryFile(_SPOOL, "w+b") as spool:
        lines = io.TextIOWrapper(spool, encoding="utf-8", newline="", write_through=True)
        yield lines
        lines.detach()
        spool.seek(0)
        with writing(out) as target:
            assert target is not None
            shutil.copyfileobj(spool, target)
