"""`crosswalk` commands: map and explain."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import typer

from crosswalk_engine.commands.inputs import (
    ENCODING,
    NOW,
    RECORD,
    RECORDS,
    document_files,
    record_names,
    related_files,
    table_paths,
    tell,
    time_of,
)
from crosswalk_engine.errors import ConfigError, UsageError, masked

if TYPE_CHECKING:
    from crosswalk_engine.commands.bulk import Job, Outcome
    from crosswalk_engine.commands.progress import Progress

_MAPPING = typer.Argument(help="A mapping file, a project folder or a release.")
_NAME = typer.Option(None, "--mapping", help="Which mapping, where there are several.")
_LOOKUPS = typer.Option(None, "--lookups", help="A folder of lookup tables, instead of the mapping's own.")


def register(app: typer.Typer) -> None:
    """Add this group's commands to `app`."""
    app.command("map")(map_records)
    app.command("explain")(explain_mapping)


def map_records(
    mapping: Path = _MAPPING,
    name: str | None = _NAME,
    source: Path = typer.Option(..., "--in", help=f"{RECORDS} - is standard input."),
    out: Path = typer.Option(
        ..., "--out", help="Where the outputs go; the suffix says the form. - is standard output, as NDJSON."
    ),
    to: str | None = typer.Option(
        None, "--to", help="The form of the outputs, whatever the name says: ndjson, xml, csv, parquet, xlsx."
    ),
    record: str | None = RECORD,
    encoding: str | None = ENCODING,
    rejects: Path | None = typer.Option(None, "--rejects", help="Where rejected records go, as NDJSON."),
    related: Path | None = typer.Option(
        None, "--related", help="A folder with the related records, <entity>.ndjson each."
    ),
    idmap: Path | None = typer.Option(None, "--idmap", help="A CSV file with entity,source,target."),
    lookups: Path | None = _LOOKUPS,
    now: str | None = NOW,
    workers: int = typer.Option(1, "--workers", min=1, max=64, help="Processes that map."),
    engine: str = typer.Option("local", "--engine", help="local; spark comes with the extra [spark]."),
) -> None:
    """Map records in bulk. Good ones are written in any case; exit 65 if any was rejected."""
    from crosswalk_engine.commands.bulk import Job
    from crosswalk_engine.commands.files import reading, refuse_same, writing
    from crosswalk_engine.commands.outputs import output_form
    from crosswalk_engine.commands.sources import open_mapping, read_idmap, read_related

    _check_engine(engine)
    form = output_form(out, to)
    opened = open_mapping(mapping, name, lookups)
    names = [name for key, one in opened.tree.related.items() for name in (key, one.entity)]
    tables, records = table_paths(lookups), related_files(related, names)
    inputs = {"MAPPING": document_files(mapping), "--lookups": tables, "--related": records}
    refuse_same({**inputs, "--in": source, "--idmap": idmap}, {"--out": out, "--rejects": rejects})
    entity = str(opened.tree.source["entity"])
    known, ids = read_related(related, opened), read_idmap(idmap, opened.idmap)
    key, element, began = opened.ids.get(entity), record_names(record), time_of(now)
    job = Job(opened.ir, opened.lookups, known, ids, key, form, element, encoding, began)
    with reading(source) as stream, writing(out) as good, writing(rejects) as bad:
        assert good is not None
        if not opened.checked and opened.tree.group is None:
            _warn_absent(job, stream, str(source))
        counts = _run(job, stream, str(source), workers, (good, bad))
    typer.echo(f"{counts[0]:,} mapped, {counts[1]:,} rejected", err=True)
    if counts[1]:
        raise typer.Exit(65)


def _check_engine(engine: str) -> None:
    if engine == "spark":
        raise ConfigError(
            "CW-NEEDS-SPARK",
            "mapping on a Spark cluster is not installed here",
            got="--engine spark",
            fix="use --engine local, with --workers for more processes",
        )
    if engine != "local":
        raise UsageError(
            "CW-ENGINE", "there is no such engine", got=masked(engine, 40), expected="local or spark"
        )


def _run(
    job: "Job", stream: BinaryIO, where: str, workers: int, files: tuple[BinaryIO, BinaryIO | None]
) -> tuple[int, int]:
    """Writes all outcomes; how many records were mapped and how many rejected."""
    from crosswalk_engine.commands.bulk import run_bulk
    from crosswalk_engine.commands.outputs import sink
    from crosswalk_engine.commands.progress import Progress
    from crosswalk_engine.mapping.tree import MappingTree

    out = sink(job.form, files[0], MappingTree.from_json(job.ir))
    counts = Counts(Progress(stream), files[1])
    try:
        for outcome in run_bulk(job, stream, where, workers, tell):
            out.add(outcome.output)
            counts.add(outcome)
        out.close()
    except BaseException:
        out.discard()
        raise
    finally:
        counts.progress.clear()
    for said, count in counts.warnings.most_common(_SHOWN):
        typer.echo(f"warning {said} · {count:,} times", err=True)
    return counts.mapped, counts.rejected


class Counts:
    """What was mapped and rejected so far; rejects go to a file, or the first ones are shown."""

    def __init__(self, progress: "Progress", rejects: BinaryIO | None) -> None:
        self.progress, self._rejects = progress, rejects
        self.mapped = self.rejected = 0
        self.warnings = Counter[str]()

    def add(self, outcome: "Outcome") -> None:
        """Counts one run of records."""
        if self._rejects is not None:
            self._rejects.writelines(outcome.rejects)
        elif shown := outcome.rejects[: max(0, _SHOWN - self.rejected)]:
            self.progress.clear()
            for line in shown:
                typer.echo(f"rejected {line.decode().rstrip()}", err=True)
        self.mapped += outcome.mapped
        self.rejected += len(outcome.rejects)
        self.warnings.update(outcome.warnings)
        self.progress.show(self.mapped + self.rejected)


#: Rejects shown on standard error when no file was named for them.
_SHOWN = 20
#: Records looked at for fields that no record has.
_PEEK = 200


def _warn_absent(job: "Job", stream: BinaryIO, where: str) -> None:
    """Says which fields of a mapping that stands alone are in none of the first records."""
    from itertools import islice

    from crosswalk_engine.errors import RecordError
    from crosswalk_engine.mapping.tree import MappingTree
    from crosswalk_engine.mapping.xml_in import xml_options
    from crosswalk_engine.payload.codecs import iter_records
    from crosswalk_engine.payload.shape import infer_shape

    tree = MappingTree.from_json(job.ir)
    xml = xml_options(tree, job.record)
    items = islice(iter_records(stream, where=where, encoding=job.encoding, xml=xml), _PEEK)
    shape = infer_shape(item for _, item in items if not isinstance(item, RecordError))
    stream.seek(0)
    for path in tree.source_paths if shape.present else ():
        head = path.partition(".")[0]
        if head not in tree.related and shape.find(path) is None:
            near = shape.nearest(path, limit=1)
            hint = f"; did you mean '{near[0]}'?" if near else ""
            typer.echo(f"CW-FIELD-ABSENT no record has the field '{path}'{hint}", err=True)


def explain_mapping(
    mapping: Path = _MAPPING,
    name: str | None = _NAME,
    target: str | None = typer.Option(None, "--target", help="One target path, e.g. lines[].ITNO."),
    code: bool = typer.Option(False, "--code", help="Show the Python that the engine runs."),
    lookups: Path | None = _LOOKUPS,
) -> None:
    """Say in words what a mapping does: each target, its formula, its type, its sources."""
    from crosswalk_engine.commands.sources import open_mapping
    from crosswalk_engine.mapping.compile import compile_ir
    from crosswalk_engine.mapping.explain import explain, only

    opened = open_mapping(mapping, name, lookups)
    tree = opened.tree
    typer.echo(explain(tree, target), nl=False)
    if code:
        shown = tree if target is None else only(tree, target)
        typer.echo("\n" + compile_ir(shown.to_json(), opened.lookups).typed_code, nl=False)
