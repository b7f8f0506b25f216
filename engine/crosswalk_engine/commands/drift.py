"""`crosswalk` commands: drift."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from crosswalk_engine.commands.inputs import (
    ENCODING,
    RECORD,
    RECORDS,
    document_files,
    record_names,
    tell,
)

if TYPE_CHECKING:
    from crosswalk_engine.errors import RecordError
    from crosswalk_engine.payload.drift import DriftCheck, DriftReport
    from crosswalk_engine.payload.shape import Shape
    from crosswalk_engine.payload.xml_options import XmlOptions
    from crosswalk_engine.release import Release
    from crosswalk_engine.release.drift import Side

#: Unreadable records that are shown; the rest is counted.
_SHOWN = 20


def register(app: typer.Typer) -> None:
    """Add this group's commands to `app`."""
    app.command("drift")(show_drift)


def show_drift(
    release: Path = typer.Argument(help="A release: a folder or a zip."),
    source: Path = typer.Option(..., "--in", help=f"{RECORDS} - is standard input."),
    entity: str | None = typer.Option(
        None, "--entity", help="What the payloads are: order, or brightpearl.order; the flow's by default."
    ),
    side: str = typer.Option("source", "--side", help="source or target: whose payloads these are."),
    record: str | None = RECORD,
    encoding: str | None = ENCODING,
    out: Path | None = typer.Option(
        None, "--out", help="Where the report goes as JSON; - is standard output."
    ),
) -> None:
    """Say where payloads are not as the release's samples were.

    Exit 1 when the policy of the release would hold or reject a record, 65 when some cannot be read.
    """
    from crosswalk_engine.commands.files import refuse_same, writing
    from crosswalk_engine.release import load_release
    from crosswalk_engine.release.drift import drift_check

    refuse_same({"RELEASE": document_files(release), "--in": source}, {"--out": out})
    loaded = load_release(release)
    whose = _checked_side(side)
    name = _entity(loaded, entity, whose, release)
    report, problems = _look(drift_check(loaded, name, side=whose), source, record_names(record), encoding)
    with writing(out) as file:
        if file is not None:
            file.write(_as_json(loaded, name, report, problems))
    if out is None or str(out) != "-":
        _print(report, name)
    for problem in problems[:_SHOWN]:
        typer.echo(f"unreadable {problem.render()}", err=True)
    if len(problems) > _SHOWN:
        typer.echo(f"… and {len(problems) - _SHOWN:,} more", err=True)
    if problems:
        raise typer.Exit(65)
    if report.action in ("hold", "reject"):
        raise typer.Exit(1)


def _checked_side(side: str) -> "Side":
    from crosswalk_engine.errors import UsageError, masked

    sides: dict[str, Side] = {"source": "source", "target": "target"}
    if side in sides:
        return sides[side]
    raise UsageError(
        "CW-USAGE", "--side is neither of two", got=masked(side, 40), expected="source or target"
    )


def _entity(release: "Release", wanted: str | None, side: "Side", path: Path) -> str:
    """``system.entity`` of the payloads; without `wanted` that of the flow's records, or of all mappings."""
    from crosswalk_engine.errors import ConfigError, masked
    from crosswalk_engine.payload.nearest import did_you_mean

    if wanted is None:
        used = [name for flow in release.flows.values() for name in flow.candidates] or list(
            release.documents
        )
        ends = (release.documents[name][side] for name in used)
        names = sorted({f"{end['system']}.{end['entity']}" for end in ends})
    else:
        names = [name for name in release.shapes if wanted in (name, name.partition(".")[2])]
    if len(names) == 1 and names[0] in release.shapes:
        return names[0]
    several = len(names) > 1
    raise ConfigError(
        "CW-DRIFT-ENTITY",
        "it is not clear what the payloads are" if several else "the release has no shape of these payloads",
        where=str(path),
        got=", ".join(names) if several else masked(wanted or ", ".join(names), 60),
        expected=f"one of: {', '.join(sorted(release.shapes)) or 'none; it was built without samples'}",
        fix="name it with --entity" if several else did_you_mean(wanted or "", release.shapes),
    )


def _look(
    check: "DriftCheck", source: Path, record: tuple[str, ...], encoding: str | None
) -> "tuple[DriftReport, list[RecordError]]":
    from crosswalk_engine.commands.files import reading
    from crosswalk_engine.errors import RecordError
    from crosswalk_engine.payload.codecs import iter_records
    from crosswalk_engine.payload.drift import DriftReport

    report = DriftReport(check)
    problems: list[RecordError] = []
    with reading(source) as stream:
        items = iter_records(
            stream, where=str(source), encoding=encoding, xml=_as_in(check.shape, record), note=tell
        )
        for line, item in items:
            if isinstance(item, RecordError):
                problems.append(item)
            else:
                report.add(item, line=line)
    return report, problems


def _as_in(shape: "Shape", record: tuple[str, ...]) -> "XmlOptions":
    """XML is read into the form that the samples had: lists where they had lists, also of one element."""
    from crosswalk_engine.payload.paths import parse_path
    from crosswalk_engine.payload.xml_options import XmlOptions

    nodes = [(parse_path(node.path).names, node) for node in shape.walk() if node.path]
    return XmlOptions(
        repeated=frozenset(names for names, node in nodes if node.repeated == "array"),
        look=False,
        read=frozenset(names for names, node in nodes if node.scalar_kinds),
        record=record,
    )


def _print(report: "DriftReport", name: str) -> None:
    for one in report.findings:
        first = f"first line {one.line}" + (f", id {one.key}" if one.key is not None else "")
        unused = "" if one.used else ", no rule reads it"
        records = "record" if one.count == 1 else "records"
        typer.echo(f"{one.action:<6} {one.render()} ({one.count:,} {records}, {first}{unused})")
    more = f", {report.left_out:,} more not told apart" if report.left_out else ""
    typer.echo(
        f"{report.records:,} record(s) of {name}, {report.departed:,} with drift: "
        f"{len(report.findings):,} finding(s){more}; {report.action}"
    )


def _as_json(release: "Release", name: str, report: "DriftReport", problems: "list[RecordError]") -> bytes:
    import json

    content: dict[str, Any] = {
        "release": release.hash,
        "entity": name,
        "records": report.records,
        "departed": report.departed,
        "unreadable": len(problems),
        "action": report.action,
        "left_out": report.left_out,
        "findings": [finding.to_json() for finding in report.findings],
    }
    return json.dumps(content, ensure_ascii=False, indent=2).encode() + b"\n"
