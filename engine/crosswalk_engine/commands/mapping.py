"""`crosswalk` commands: map and explain."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import typer

from crosswalk_engine.errors import ConfigError

if TYPE_CHECKING:
    from crosswalk_engine.commands.bulk import Outcome

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
    source: Path = typer.Option(..., "--in", help="JSON or NDJSON records; - is standard input."),
    out: Path = typer.Option(..., "--out", help="Where the outputs go, as NDJSON; - is standard output."),
    rejects: Path | None = typer.Option(None, "--rejects", help="Where rejected records go, as NDJSON."),
    related: Path | None = typer.Option(
        None, "--related", help="A folder with the related records, <entity>.ndjson each."
    ),
    idmap: Path | None = typer.Option(None, "--idmap", help="A CSV file with entity,source,target."),
    lookups: Path | None = _LOOKUPS,
    workers: int = typer.Option(1, "--workers", min=1, max=64, help="Processes that map."),
    engine: str = typer.Option("local", "--engine", help="local; spark comes with the extra [spark]."),
) -> None:
    """Map records in bulk. Good ones are written in any case; exit 65 if any was rejected."""
    from crosswalk_engine.commands.bulk import Job, run_bulk
    from crosswalk_engine.commands.files import reading, refuse_same, writing
    from crosswalk_engine.commands.sources import open_mapping, read_idmap, read_related

    _check_engine(engine)
    _check_form(out)
    refuse_same({"MAPPING": mapping, "--in": source, "--idmap": idmap}, {"--out": out, "--rejects": rejects})
    opened = open_mapping(mapping, name, lookups)
    entity = str(opened.tree.source["entity"])
    ids = read_idmap(idmap, opened.idmap)
    job = Job(opened.ir, opened.lookups, read_related(related, opened), ids, opened.ids.get(entity))
    with reading(source) as stream:
        if not opened.checked:
            _warn_absent(opened.ir, stream, str(source))
        with writing(out) as good, writing(rejects) as bad:
            assert good is not None
            mapped, rejected = _write(run_bulk(job, stream, str(source), workers), good, bad)
    typer.echo(f"{mapped:,} mapped, {rejected:,} rejected", err=True)
    if rejected:
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
        raise ConfigError("CW-ENGINE", "there is no such engine", got=engine, expected="local or spark")


def _check_form(out: Path) -> None:
    if out.suffix.lower() == ".xml":
        raise ConfigError(
            "CW-NEEDS-XML", "outputs are written as NDJSON only", got=out.name, fix="name the file .ndjson"
        )


def _write(outcomes: "Iterator[Outcome]", good: BinaryIO, bad: BinaryIO | None) -> tuple[int, int]:
    """Writes all outcomes; without a file for rejects, the first ones are shown."""
    mapped = rejected = 0
    for outcome in outcomes:
        good.writelines(outcome.output)
        if bad is not None:
            bad.writelines(outcome.rejects)
        else:
            for line in outcome.rejects[: max(0, _SHOWN - rejected)]:
                typer.echo(f"rejected {line.decode().rstrip()}", err=True)
        mapped += len(outcome.output)
        rejected += len(outcome.rejects)
    return mapped, rejected


#: Rejects shown on standard error when no file was named for them.
_SHOWN = 20
#: Records looked at for fields that no record has.
_PEEK = 200


def _warn_absent(ir: "dict[str, object]", stream: BinaryIO, where: str) -> None:
    """Says which fields of a mapping that stands alone are in none of the first records."""
    from itertools import islice

    from crosswalk_engine.errors import RecordError
    from crosswalk_engine.mapping.tree import EachTree, MappingTree
    from crosswalk_engine.payload.codecs import iter_records
    from crosswalk_engine.payload.shape import infer_shape

    items = islice(iter_records(stream, where=where), _PEEK)
    shape = infer_shape(item for _, item in items if not isinstance(item, RecordError))
    stream.seek(0)
    tree = MappingTree.from_json(ir)
    rules = [part for rule in tree.rules for part in (rule.rules if isinstance(rule, EachTree) else [rule])]
    paths = dict.fromkeys(path for rule in rules for path in rule.sources)
    for path in paths if shape.present else ():
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
