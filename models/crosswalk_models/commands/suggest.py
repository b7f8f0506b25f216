"""`crosswalk suggest`."""

import shutil
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from crosswalk_engine.commands.inputs import document_files, tell

if TYPE_CHECKING:
    from crosswalk_models.matching.memory import Memory
    from crosswalk_models.matching.suggest import MatchResult
    from crosswalk_models.readers import FieldSet


def register(app: typer.Typer) -> None:
    """Add `crosswalk suggest` to `app`."""
    app.command("suggest")(suggest)


def suggest(
    source: Path | None = typer.Argument(
        None, help="Records (JSON, NDJSON, XML, CSV …) or -, JSON Schema, or field list (*_fields.csv)."
    ),
    target: Path | None = typer.Argument(None, help="The same for the other system."),
    out: Path | None = typer.Option(
        None, "--out", help="Write the suggestions here, as JSON; - is standard output."
    ),
    top: int = typer.Option(5, "--top", min=1, help="Suggestions for each target field."),
    memory: Path | None = typer.Option(
        None, "--memory", help="Folder of approved mappings: <pair>/mapping.json …"
    ),
    project: Path | None = typer.Option(None, "--project", help="Project whose decisions count."),
    pairs: Path | None = typer.Option(
        None, "--pairs", help="CSV source,target,out: many pairs in one process."
    ),
) -> None:
    """Which source field each target field comes from: ranked, with probability and reasons."""
    from crosswalk_engine.commands.files import refuse_same, writing
    from crosswalk_engine.errors import UsageError

    from crosswalk_models.commands.streams import one_standard_input, write_json
    from crosswalk_models.matching.suggest import suggest as match

    read: dict[str, Path | Iterable[Path] | None] = {
        "--memory": [path for path in memory.rglob("*") if path.is_file()] if memory else None,
        "--project": document_files(project) if project else None,
    }
    if pairs is not None:
        if source is not None or target is not None or out is not None:
            raise UsageError("CW-USAGE", "--pairs takes the place of SOURCE, TARGET and --out")
        _suggest_pairs(pairs, read, _memory(memory, project), top)
        return
    if source is None or target is None:
        raise UsageError("CW-USAGE", "SOURCE and TARGET are needed", fix="see crosswalk suggest --help")
    one_standard_input((source, target))
    refuse_same({"SOURCE": source, "TARGET": target, **read}, {"--out": out})
    with writing(out) as stream:
        found = match(*_sides(source, target), top=top, memory=_memory(memory, project))
        if stream is not None:
            write_json(stream, found.to_json())
    if out is None:
        typer.echo(_table(found))
    for note in found.notes:
        typer.echo(f"note: {note}", err=True)


def _sides(source: Path, target: Path) -> tuple["FieldSet", "FieldSet"]:
    from crosswalk_models.matching.suggest import RECORDS
    from crosswalk_models.readers import read_fields

    return read_fields(source, limit=RECORDS, note=tell), read_fields(target, limit=RECORDS, note=tell)


def _suggest_pairs(
    pairs: Path, read: dict[str, Path | Iterable[Path] | None], memory: "Memory | None", top: int
) -> None:
    """Every pair of the list; none is begun when a result would stand in the place of what is read."""
    from crosswalk_engine.commands.files import refuse_same, writing

    from crosswalk_models.commands.streams import write_json
    from crosswalk_models.commands.suggest_pairs import read_pairs
    from crosswalk_models.matching.suggest import suggest as match

    listed = read_pairs(pairs)
    sides = {"a source": [one.source for one in listed], "a target": [one.target for one in listed]}
    refuse_same({"--pairs": pairs, **sides, **read}, {f"`out` of line {one.line}": one.out for one in listed})
    for one in listed:
        with writing(one.out) as stream:
            assert stream is not None
            write_json(stream, match(one.source, one.target, top=top, memory=memory).to_json())


def _memory(folder: Path | None, project: Path | None) -> "Memory | None":
    from crosswalk_models.matching.memory import Memory, decided_pairs, read_memory

    if folder is None and project is None:
        return None
    known = read_memory(folder) if folder is not None else Memory()
    approved, rejected = decided_pairs(project) if project is not None else ({}, {})
    return Memory(known.pairs, approved, rejected)


def _table(found: "MatchResult") -> str:
    """Best suggestions of each target, the assigned one marked."""
    from crosswalk_models.profile.report import table

    chosen = {item.target: item.source for item in found.assignment}
    rows = []
    for item in found.suggestions:
        mark = "✓" if chosen.get(item.target) == item.source else ""
        if item.rank > 1 and not mark and item.rank > 3:
            continue
        reason = next((part.sentence for part in item.evidence if part.weight > 0), "")
        shown = item.target if item.rank == 1 else ""
        rows.append((shown, str(item.rank), mark, item.source, f"{item.probability:.0%}", reason))
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else 200
    head = ("target", "#", " ", "source", "prob.", "strongest reason")
    lines = table(head, rows, (36, 2, 1, 48, 5, 100), max(width, 80))
    targets = len({item.target for item in found.suggestions})
    return "\n".join([*lines, f"{len(chosen)} of {targets} target fields assigned (✓), by {found.model}"])
