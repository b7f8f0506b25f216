"""Commands that operate an engine: status, trace, dlq, audit and idmap."""

import getpass
import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typer

from crosswalk_engine.errors import MissingFileError, RejectedError, UsageError

CONFIG = typer.Option(Path("engine.yaml"), "--config", help="The engine's configuration.")
AS_JSON = typer.Option(False, "--json", help="One JSON object a line.")
STUCK = ("dead", "held")


def register(app: typer.Typer) -> None:
    """Add the operating commands to `app`."""
    app.command("status")(status)
    app.command("trace")(trace)
    app.command("idmap")(idmap)
    dlq = typer.Typer(help="Dead letters and held records.", no_args_is_help=True)
    dlq.command("list")(dlq_list)
    dlq.command("show")(dlq_show)
    dlq.command("replay")(dlq_replay)
    dlq.command("discard")(dlq_discard)
    app.add_typer(dlq, name="dlq")
    audit = typer.Typer(help="The audit of every transition.", no_args_is_help=True)
    audit.command("verify")(audit_verify)
    audit.command("export")(audit_export)
    app.add_typer(audit, name="audit")


def status(config: Path = CONFIG, as_json: bool = AS_JSON) -> None:
    """Events by flow and state."""
    from crosswalk_engine.journal.reading import open_intents, state_counts

    reader = _reader(config)
    counts = state_counts(reader)
    if as_json:
        typer.echo(json.dumps({"flows": counts, "open_intents": open_intents(reader)}))
        return
    for flow, states in counts.items():
        typer.echo(f"{flow}: " + ", ".join(f"{count} {state}" for state, count in states.items()))
    if not counts:
        typer.echo("nothing has been received yet")


def trace(key: str, config: Path = CONFIG, as_json: bool = AS_JSON) -> None:
    """The time line of one record, by any number of any system."""
    from crosswalk_engine.journal.reading import records_of, time_line

    reader = _reader(config)
    records = records_of(reader, key)
    if not records:
        raise MissingFileError("CW-TRACE", "no record has this number", got=key)
    for record in records:
        if not as_json:
            typer.echo(f"record {record}")
        for step in time_line(reader, record):
            detail = ", ".join(f"{name} {value}" for name, value in step["detail"].items())
            line = f"  {_time(step['at'])}  {step['action']:<16} {detail}"
            typer.echo(json.dumps({"record": record, **step}) if as_json else line.rstrip())


def idmap(
    entity: str = typer.Option("", "--entity", help="Only this entity."), config: Path = CONFIG
) -> None:
    """Which record here is which record there, one JSON object a line."""
    from crosswalk_engine.journal.reading import id_map

    for entry in id_map(_reader(config), entity or None):
        typer.echo(json.dumps(entry))


def dlq_list(config: Path = CONFIG, as_json: bool = AS_JSON) -> None:
    """Dead letters and held records, oldest first."""
    from crosswalk_engine.journal.reading import events_in

    for row in events_in(_reader(config), STUCK):
        line = f"{row.id:>6}  {row.state:<5} {row.record:<12} {row.code}  {row.reason}"
        typer.echo(json.dumps(row.to_json()) if as_json else line)


def dlq_show(event: int, config: Path = CONFIG) -> None:
    """One event with what it was mapped from, as JSON."""
    from crosswalk_engine.journal.reading import event as read_event
    from crosswalk_engine.journal.reading import input_of

    reader = _reader(config)
    row = read_event(reader, event)
    if row is None:
        raise MissingFileError("CW-EVENT", "there is no such event", got=str(event))
    document, related = input_of(reader, event) or (None, None)
    content = {**row.to_json(), "document": document, "related": related}
    typer.echo(json.dumps(content, ensure_ascii=False, indent=2))


def dlq_replay(
    events: list[int] = typer.Argument(None, help="Event numbers."),
    everything: bool = typer.Option(False, "--all", help="Every dead letter and held record."),
    actor: str = typer.Option("", "--actor", help="Who replays; the user's name by default."),
    config: Path = CONFIG,
) -> None:
    """Send dead letters or held records round again: fetched anew, under the release that runs now."""
    _act(config, "replay", _chosen(config, events, everything), {"actor": actor or getpass.getuser()})


def dlq_discard(
    events: list[int],
    reason: str = typer.Option(..., "--reason", help="Why; it is kept."),
    actor: str = typer.Option("", "--actor", help="Who discards; the user's name by default."),
    config: Path = CONFIG,
) -> None:
    """Give dead letters or held records up, with a reason."""
    _act(config, "discard", events, {"actor": actor or getpass.getuser(), "reason": reason})


def audit_verify(config: Path = CONFIG) -> None:
    """Walk the hash chain; exit 1 and the first bad row when it is broken."""
    from crosswalk_engine.journal.audit import verify_audit

    report = verify_audit(_reader(config))
    if report.first_bad is not None:
        raise RejectedError(
            "CW-AUDIT-BROKEN", "the audit chain is broken", where=f"row {report.first_bad}", got=report.head
        )
    typer.echo(f"{report.rows} rows, chain intact, head {report.head}")


def audit_export(config: Path = CONFIG, out: str = typer.Option("-", "--out", help="A file, or -.")) -> None:
    """The audit, one JSON object a row."""
    from crosswalk_engine.journal.audit import read_audit

    rows = (json.dumps(row, ensure_ascii=False) for row in read_audit(_reader(config)))
    if out == "-":
        for row in rows:
            typer.echo(row)
        return
    with Path(out).open("w", encoding="utf-8") as file:
        file.writelines(f"{row}\n" for row in rows)


def _chosen(config: Path, events: list[int] | None, everything: bool) -> list[int]:
    from crosswalk_engine.journal.reading import events_in

    if everything == bool(events):
        raise UsageError("CW-USAGE", "name event numbers, or --all", fix="crosswalk dlq list")
    return [row.id for row in events_in(_reader(config), STUCK)] if everything else list(events or ())


def _act(config: Path, action: str, events: list[int], order: dict[str, Any]) -> None:
    from crosswalk_engine.commands.configuration import journal_path
    from crosswalk_engine.triggers.control import ask

    missed = []
    for event in events:
        record = ask(journal_path(config), action, event, order, now=time.time)
        if record is None:
            missed.append(str(event))
        else:
            typer.echo(f"{event}: record {record} {action}ed")
    if missed:
        raise RejectedError("CW-DLQ", "not dead letters or held records", got=", ".join(missed))


def _reader(config: Path) -> Any:
    from crosswalk_engine.commands.configuration import journal_path
    from crosswalk_engine.journal import open_reader

    return open_reader(journal_path(config))


def _time(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
