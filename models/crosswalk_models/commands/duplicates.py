"""`crosswalk duplicates`."""

from enum import StrEnum
from pathlib import Path

import typer


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
    source: Path = typer.Argument(..., metavar="RECORDS.csv", help="Records with an id column, or -."),
    right: Path | None = typer.Option(
        None, "--right", help="A second file, or -: link the two, not within one."
    ),
    entity: EntityChoice = typer.Option(EntityChoice.AUTO, "--entity", help="What the records are."),
    labels: Path | None = typer.Option(None, "--labels", help="Decided pairs: left_id,right_id,match."),
    minimum: float = typer.Option(0.05, "--min", min=0, max=1, help="Least probability of a reported pair."),
    out: Path = typer.Option(..., "--out", metavar="PAIRS.csv", help="Scored pairs, or -."),
    clusters: Path | None = typer.Option(
        None, "--clusters", metavar="CLUSTERS.csv", help="A cluster a record, or -."
    ),
) -> None:
    """Find records that are the same person, company or product, with probability and evidence."""
    from crosswalk_engine.commands.files import refuse_same, writing

    from crosswalk_models.commands.streams import one_standard_input
    from crosswalk_models.duplicates import Entity, find_duplicates, read_labels, read_records
    from crosswalk_models.duplicates.report import write_clusters, write_pairs

    one_standard_input((source, right, labels))
    refuse_same(
        {"RECORDS.csv": source, "--right": right, "--labels": labels}, {"--out": out, "--clusters": clusters}
    )
    with writing(out) as pairs, writing(clusters) as groups:
        assert pairs is not None
        records = read_records(source, right)
        kind = None if entity is EntityChoice.AUTO else Entity(entity.value)
        decided = read_labels(labels) if labels else []
        found = find_duplicates(records, entity=kind, labels=decided, minimum=minimum)
        for note in found.notes:
            typer.echo(note, err=True)
        write_pairs(found, pairs)
        if groups is not None:
            write_clusters(found, groups)
