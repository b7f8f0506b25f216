"""`crosswalk` commands: addresses."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import typer

from crosswalk_engine.errors import CannotWriteError, MissingFileError, RecordError

#: The counter on a terminal moves once every so many rows.
_TICK = 500


def register(app: typer.Typer) -> None:
    """Add this group's commands to `app`."""
    app.command("addresses")(addresses)


def addresses(
    source: str = typer.Argument(..., metavar="IN.csv", help="Addresses, or - for standard input."),
    out: str = typer.Option("-", "--out", metavar="OUT.ndjson", help="Results, or - for standard output."),
) -> None:
    """Check addresses offline: a verdict, codes, the normal form and suggested corrections for each row.

    Columns: id,line1,line2,line3,line4,postcode,country (line 3 the town, line 4 the county or state)
    or id,street,city,state,postcode,country. Countries are ISO-2.
    """
    from crosswalk_engine.addresses.table import read_rows, write_results

    with _reading(source) as lines, _writing(out) as results:
        for count in write_results(read_rows(lines, "standard input" if source == "-" else source), results):
            if count % _TICK == 0 and sys.stderr.isatty():
                typer.echo(f"\r{count} rows", nl=False, err=True)
    if sys.stderr.isatty():
        typer.echo("\r", nl=False, err=True)


@contextmanager
def _reading(source: str) -> Iterator[IO[str]]:
    """The source as text; UTF-8 with or without byte order mark, line ends left to the CSV reader."""
    if source == "-":
        yield open(sys.stdin.fileno(), encoding="utf-8-sig", newline="", closefd=False)  # noqa: SIM115
        return
    path = Path(source)
    if not path.exists():
        raise MissingFileError("CW-FILE-MISSING", "there is no such file", where=source)
    try:
        stream = path.open(encoding="utf-8-sig", newline="")
    except OSError as error:
        got = error.strerror or ""
        raise RecordError("CW-FILE-UNREADABLE", "the file cannot be read", where=source, got=got) from error
    with stream:
        yield stream


@contextmanager
def _writing(out: str) -> Iterator[IO[str]]:
    """A stream whose lines appear at `out` all together at the end, or not at all."""
    import tempfile

    with tempfile.SpooledTemporaryFile(1 << 24, "w+", encoding="utf-8", newline="") as spool:
        yield spool
        spool.seek(0)
        if out == "-":
            while piece := spool.read(1 << 16):
                sys.stdout.write(piece)
            return
        target = Path(out)
        try:
            if target.exists() and not target.is_file():
                with target.open("w", encoding="utf-8") as stream:
                    stream.writelines(spool)
                return
            beside = target.with_name(f".{target.name}.{os.getpid()}")
            with beside.open("w", encoding="utf-8", newline="") as stream:
                stream.writelines(spool)
            beside.replace(target)
        except OSError as error:
            raise CannotWriteError("CW-FILE-UNWRITABLE", "the file cannot be written", where=out,
                                   got=error.strerror or "") from error  # fmt: skip
