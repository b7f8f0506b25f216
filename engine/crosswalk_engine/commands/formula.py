"""`crosswalk` commands: eval."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from crosswalk_engine.commands.inputs import ENCODING, NOW, RECORD, RECORDS, record_names, tell, time_of

if TYPE_CHECKING:
    from crosswalk_engine.formula import CompiledFormula, TypedFormula
    from crosswalk_engine.payload.shape import Shape
    from crosswalk_engine.project.lookups import LookupTable


def register(app: typer.Typer) -> None:
    """Add this group's commands to `app`."""
    app.command("eval")(evaluate)


def evaluate(
    formula: str = typer.Argument(help="The formula, e.g. UPPER(TRIM(reference))."),
    source: Path = typer.Option(..., "--in", help=f"{RECORDS} - is standard input."),
    record: str | None = RECORD,
    encoding: str | None = ENCODING,
    lookups: Path | None = typer.Option(None, "--lookups", help="A folder of lookup tables (*.csv)."),
    now: str | None = NOW,
) -> None:
    """Compute one formula over records: one JSON value a line, errors as {"error": {…}} (then exit 65)."""
    from crosswalk_engine.commands.files import reading, table_files
    from crosswalk_engine.formula import Scope, compile_formula, parse_formula
    from crosswalk_engine.payload.codecs import encode_json, iter_records
    from crosswalk_engine.payload.xml_options import XmlOptions

    read = partial(
        iter_records, where=str(source), encoding=encoding, xml=XmlOptions(record=record_names(record))
    )
    tables, began = {} if lookups is None else table_files(lookups), time_of(now)
    with reading(source) as stream:
        shape = _shape(read(stream, note=tell))
        typed = parse_formula(formula, Scope(shape=shape, lookups=frozenset(tables)))
        compiled = compile_formula(typed)
        used = _read(tables, typed)
        stream.seek(0)
        failed = False
        for line, item in read(stream):
            value = _value(compiled, line, item, str(source), lookups=used, now=began)
            failed = failed or isinstance(value, dict)
            typer.echo(encode_json(value).decode())
    if failed:
        raise typer.Exit(65)


def _shape(items: Iterator[Any]) -> "Shape | None":
    """The shape of the readable records; without any, nothing is known."""
    from crosswalk_engine.errors import RecordError
    from crosswalk_engine.payload.shape import infer_shape

    shape = infer_shape(item for _, item in items if not isinstance(item, RecordError))
    return shape if shape.present else None


def _read(tables: dict[str, Path], typed: "TypedFormula") -> "dict[str, LookupTable]":
    from crosswalk_engine.project.lookups import read_lookup

    return {name: read_lookup(tables[name], where=str(tables[name])) for name in typed.lookups}


def _value(compiled: "CompiledFormula", line: int, item: Any, where: str, **given: Any) -> Any:
    from crosswalk_engine.commands.bulk import inside
    from crosswalk_engine.errors import RecordError, masked
    from crosswalk_engine.formula import EvalError, to_json_value

    if isinstance(item, RecordError):
        return _error(line, item.code, masked(item.got), item.advice(), inside(item, where))
    try:
        return to_json_value(compiled(item, **given))
    except EvalError as error:
        read = masked(", ".join(compiled.formula.paths), 200)
        return _error(line, error.code, error.value, error.message, read)


def _error(line: int, code: str, value: str, message: str, path: str) -> dict[str, Any]:
    return {"error": {"line": line, "code": code, "value": value, "message": message, "path": path}}
