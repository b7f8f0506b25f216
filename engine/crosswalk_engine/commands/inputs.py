"""Options of commands that read records, and what they mean."""

import os
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

import typer

#: Folders of a project whose files are read; what else lies in it is no input.
_PROJECT = ("mappings", "rules", "lookups", "flows", "policies", "samples", "decisions")
#: Files of a folder that are looked at.
_MANY = 10_000

RECORDS = "JSON, NDJSON, XML, CSV, Parquet or XLSX records;"
RECORD = typer.Option(
    None,
    "--record",
    help="In XML, the element that is a record: its names below the root, e.g. Orders.Order.",
)
ENCODING = typer.Option(
    None, "--encoding", help="The encoding of the records where it is not UTF-8, e.g. cp1252."
)


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
        folder = Path(os.path.realpath(path)).parent.parent
        if (folder / "project.yaml").is_file():
            yield from document_files(folder)
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
