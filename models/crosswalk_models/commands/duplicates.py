"""`crosswalk duplicates`."""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path

import typer
from crosswalk_engine.errors import UsageError


class EntityChoice(StrEnum):
    """What the records are."""

    PERSON = "person"
    COMPANY = "company"
    PRODUCT = "product"
    AUTO = "auto"


def register(app: typer.Typer) -> None:
    """Add `crosswalk duplicates` to `app`."""
    app.command("duplicates")(duplicates)


def duplicates(
    source: str = typer.Argument(..., metavar="RECORDS.csv", help="Records with an id column, or -."),
    right: Path | None = typer.Option(None, "--right", help="A second file: link the two, not within one."),
    entity: EntityChoice = typer.Option(EntityChoice.AUTO, "--entity", help="What the records are."),
    labels: Path | None = typer.Option(None, "--labels", help="Decided pairs: left_id,right_id,match."),
    minimum: float = typer.Option(0.05, "--min", min=0, max=1, help="Least probability of a reported pair."),
    out: str = typer.Option(..., "--out", metavar="PAIRS.csv", help="Scored pairs, or -."),
    clusters: str | None = typer.Option(
        None, "--clusters", metavar="CLUSTERS.csv", help="A cluster a record."
    ),
) -> None:
    """Find records that are the same person, company or product, with probability and evidence."""
    from crosswalk_models.duplicates import Entity, find_duplicates, read_labels, read_records
    from crosswalk_models.duplicates.report import write_clusters, write_pairs

    if out == "-" and clusters == "-":
        raise UsageError("CW-USAGE", "only one of --out and --clusters can be standard output")
    with _file(source) as left:
        records = read_records(left, right)
    kind = None if entity is EntityChoice.AUTO else Entity(entity.value)
    decided = read_labels(labels) if labels else []
    found = find_duplicates(records, entity=kind, labels=decided, minimum=minimum)
    for note in found.notes:
        typer.echo(note, err=True)
    write_pairs(found, out)
    if clusters:
        write_clusters(found, clusters)


@contextmanager
def _file(source: str) -> Iterator[Path]:
    """The source as a file; standard input is copied to one."""
    if source != "-":
        yield Path(source)
        return
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "stdin.csv"
        copy.write_bytes(sys.stdin.buffer.read())
        yield copy
