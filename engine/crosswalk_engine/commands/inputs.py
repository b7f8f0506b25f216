"""Options of commands that read records, and what they mean."""

import os
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import typer

from crosswalk_engine.errors import UsageError, masked

#: Folders of a project whose files are read; what else lies in it is no input.
_PROJECT = ("mappings", "rules", "lookups", "flows", "policies", "samples", "decisions")
#: Files of a folder that are looked at.
_MANY = 10_000


def _some_names(path: str | None) -> str | None:
    if path is not None and not path.removesuffix("[]").strip():
        raise UsageError("CW-PATH", "--record names no element", expected="e.g. Orders.Order")
    return path


def _known_encoding(name: str | None) -> str | None:
    try:
        "{}".encode(name or "utf-8")
    except (LookupError, UnicodeError) as error:
        raise UsageError(
            "CW-ENCODING", "--encoding is none that is known", got=masked(name, 40), expected="e.g. cp1252"
        ) from error
    return name


RECORDS = "JSON, NDJSON, XML, CSV, Parquet or XLSX records;"
RECORD = typer.Option(
    None,
    "--record",
    callback=_some_names,
    help="In XML, the element that is a record: its names below the root, e.g. Orders.Order.",
)
ENCODING = typer.Option(
    None,
    "--encoding",
    callback=_known_encoding,
    help="The encoding of the records where it is not UTF-8, e.g. cp1252.",
)

NOW = typer.Option(
    None,
    "--now",
    help="What NOW() gives, e.g. 2026-03-09T10:00:00Z; else the time at which the command began.",
)


def time_of(now: str | None) -> datetime:
    """What NOW() gives: `now`, a time in ISO 8601 with its zone, else this moment.

    Raises:
        UsageError: CW-USAGE.
    """
    return datetime.now(UTC) if now is None else zoned_time("--now", now)


def zoned_time(option: str, text: str) -> datetime:
    """The time that `option` gives, in ISO 8601 with its zone.

    Raises:
        UsageError: CW-USAGE.
    """
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise UsageError(
            "CW-USAGE",
            f"{option} is not a time with zone",
            got=masked(text),
            expected="ISO 8601, e.g. 2026-11-23T09:00:00Z",
        )
    return found


def record_names(path: str | None) -> tuple[str, ...]:
    """The names of `--record`.

    Raises:
        ConfigError: CW-PATH.
    """
    from crosswalk_engine.payload.paths import parse_path

    return () if path is None else parse_path(path.removesuffix("[]")).names


def tell(sentence: str) -> None:
    """Says on standard error what a person should know of a file."""
    typer.echo(sentence, err=True)


def document_files(path: Path) -> Iterator[Path]:
    """The files that are read of a mapping file, a project or a release."""
    yield path
    if not path.is_dir():
        # A mapping of a project: what a result must not replace is the same as for the whole project.
        project = Path(os.path.realpath(path)).parent.parent
        if (project / "project.yaml").is_file():
            yield from document_files(project)
    elif (path / "project.yaml").is_file():
        yield path / "project.yaml"
        for folder in _PROJECT:
            yield from _below(path / folder, "*")
    else:
        yield from _below(path, "*")


def related_files(folder: Path | None, entities: Iterable[str]) -> Iterator[Path]:
    """The files of a folder of related records that may be read for `entities` or names under ``with:``."""
    if folder is not None:
        stems = {f"{name}{end}" for name in entities for end in ("", "s", "es")}
        for path in _below(folder, "*.ndjson"):
            if path.stem.rpartition(".")[2] in stems:
                yield path


def table_paths(folder: Path | None) -> Iterator[Path]:
    """The tables in a folder of lookups."""
    return iter(()) if folder is None else _below(folder, "*.csv")


def _below(folder: Path, pattern: str) -> Iterator[Path]:
    return islice((path for path in folder.rglob(pattern) if not path.is_dir()), _MANY)
