"""Commands that operate an engine: status, trace, dlq, audit and idmap."""

import getpass
import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typer

from crosswalk_engine.errors import MissingFileError, RejectedError, UsageError, masked

#: The largest number that a journal gives to an event.
_LAST = 2**63 - 1

CONFIG = typer.Option(Path("engine.yaml"), "--config", help="The engine's configuration.")
AS_JSON = typer.Option(False, "--json", help="One JSON object a line.")
EVENT = typer.Argument(min=1, max=_LAST, help="Event number, as `crosswalk dlq list` shows it.")
EVENTS = typer.Argument(min=1, max=_LAST, help="Event numbers, as `crosswalk dlq list` shows them.")
SOME_EVENTS = typer.Argument(None, min=1, max=_LAST, help="Event numbers; or --all.")
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

    with _journal(config) as reader:
        counts, intents = state_counts(reader), open_intents(reader)
    if as_json:
        typer.echo(json.dumps({"flows": counts, "open_intents": intents}))
        return
    for flow, states in counts.items():
        typer.echo(f"{flow}: " + ", ".join(f"{count} {state}" for state, count in states.items()))
    if not counts:
        typer.echo("nothing has been received yet")


def trace(
    key: str = typer.Argument(help="An order, customer or item, by its number in any system."),
    config: Path = CONFIG,
    as_json: bool = AS_JSON,
) -> None:
    """The time line of one record, by any number of any system."""
    from crosswalk_engine.journal.reading import records_of, time_line

    with _journal(config) as reader:
        lines = {record: time_line(reader, record) for record in records_of(reader, _text(key, "KEY"))}
    if not lines:
        raise MissingFileError("CW-TRACE", "no record has this number", got=masked(key))
    for record, steps in lines.items():
        if not as_json:
            typer.echo(f"record {record}")
        for step in steps:
            detail = ", ".join(f"{name} {value}" for name, value in step["detail"].items())
            line = f"  {_time(step['at'])}  {step['action']:<16} {detail}"
            typer.echo(json.dumps({"record": record, **step}) if as_json else line.rstrip())


def idmap(
    entity: str = typer.Option("", "--entity", help="Only this entity."), config: Path = CONFIG
) -> None:
    """Which record here is which record there, one JSON object a line."""
    from crosswalk_engine.journal.reading import id_map

    with _journal(config) as reader:
        for entry in id_map(reader, _text(entity, "--entity") or None):
            typer.echo(json.dumps(entry))


def dlq_list(config: Path = CONFIG, as_json: bool = AS_JSON) -> None:
    """Dead letters and held records, oldest first."""
    from crosswalk_engine.journal.reading import events_in

    with _journal(config) as reader:
        rows = events_in(reader, STUCK)
    for row in rows:
        line = f"{row.id:>6}  {row.state:<5} {row.record:<12} {row.code}  {row.reason}"
        typer.echo(json.dumps(row.to_json()) if as_json else line)


def dlq_show(event: int = EVENT, config: Path = CONFIG) -> None:
    """One event with what it was mapped from, as JSON."""
    from crosswalk_engine.journal.inputs import input_of
    from crosswalk_engine.journal.reading import event as read_event

    with _journal(config) as reader:
        row = read_event(reader, event)
        document, related, _ = input_of(reader, event) or (None, None, None)
    if row is None:
        raise MissingFileError("CW-EVENT", "there is no such event", got=str(event), fix="crosswalk dlq list")
    content = {**row.to_json(), "document": document, "related": related}
    typer.echo(json.dumps(content, ensure_ascii=False, indent=2, default=str))


def dlq_replay(
    events: list[int] = SOME_EVENTS,
    everything: bool = typer.Option(False, "--all", help="Every dead letter and held record."),
    actor: str = typer.Option("", "--actor", help="Who replays; the user's name by default."),
    config: Path = CONFIG,
) -> None:
    """Send dead letters or held records round again: fetched anew, under the release that runs now."""
    chosen = _chosen(config, events, everything)
    if not chosen:
        typer.echo("there is nothing to replay")
    _act(config, "replay", chosen, {"actor": _actor(actor)})


def dlq_discard(
    events: list[int] = EVENTS,
    reason: str = typer.Option(..., "--reason", help="Why; it is kept."),
    actor: str = typer.Option("", "--actor", help="Who discards; the user's name by default."),
    config: Path = CONFIG,
) -> None:
    """Give dead letters or held records up, with a reason."""
    if not reason.strip():
        raise UsageError("CW-USAGE", "--reason is blank", expected="why these records are given up")
    _act(config, "discard", events, {"actor": _actor(actor), "reason": _text(reason, "--reason")})


def audit_verify(config: Path = CONFIG) -> None:
    """Walk the hash chain; exit 1 and the first bad row when it is broken."""
    from crosswalk_engine.journal.audit import verify_audit

    with _journal(config) as reader:
        report = verify_audit(reader)
    if report.first_bad is not None:
        raise RejectedError(
            "CW-AUDIT-BROKEN", "the audit chain is broken", where=f"row {report.first_bad}", got=report.head
        )
    typer.echo(f"{report.rows} rows, chain intact, head {report.head}")


def audit_export(
    config: Path = CONFIG, out: Path = typer.Option(Path("-"), "--out", help="A file, or -.")
) -> None:
    """The audit, one JSON object a row."""
    from crosswalk_engine.commands.files import writing
    from crosswalk_engine.journal.audit import read_audit

    with _journal(config) as reader, writing(out) as file:
        assert file is not None
        for row in read_audit(reader):
            file.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")


def _chosen(config: Path, events: list[int] | None, everything: bool) -> list[int]:
    from crosswalk_engine.journal.reading import events_in

    if everything == bool(events):
        raise UsageError("CW-USAGE", "name event numbers, or --all", fix="crosswalk dlq list")
    if not everything:
        return list(events or ())
    with _journal(config) as reader:
        return [row.id for row in events_in(reader, STUCK)]


def _act(config: Path, action: str, events: list[int], order: dict[str, Any]) -> None:
    from crosswalk_engine.commands.configuration import journal_path
    from crosswalk_engine.triggers.control import ask

    with _journal(config):
        pass  # a journal is there, and it is one: taking the lock would make or change the file
    journal, missed = journal_path(config), []
    for event in events:
        record = ask(journal, action, event, order, now=time.time)
        if record is None:
            missed.append(str(event))
        else:
            typer.echo(f"{event}: record {record} {action}ed")
    if missed:
        raise RejectedError("CW-DLQ", "not dead letters or held records", got=", ".join(missed))


@contextmanager
def _journal(config: Path) -> Iterator[sqlite3.Connection]:
    """The journal of the engine with this configuration, to read."""
    from crosswalk_engine.commands.configuration import journal_path
    from crosswalk_engine.commands.replaying import reading_journal

    with reading_journal(journal_path(config), "name another journal in engine.yaml") as reader:
        yield reader


def _actor(named: str) -> str:
    """Who acts: as named, else the user; a process without a user's name acts for nobody in particular."""
    try:
        return _text(named, "--actor") or getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def _text(value: str, name: str) -> str:
    """`value`, when it is text that can be stored: arguments may be any bytes."""
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise UsageError("CW-USAGE", f"{name} is not UTF-8 text", got=masked(value)) from error
    return value


def _time(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
