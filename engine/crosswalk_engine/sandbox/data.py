"""Reading a sandbox's data folder: NDJSON and JSON, decimals kept exactly, faults named by file and line."""

from decimal import Decimal
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import msgspec

from crosswalk_engine.errors import MissingFileError, RecordError, masked

_DECODER = msgspec.json.Decoder(float_hook=Decimal)


def data_root(folder: Path | None) -> Path | Traversable:
    """`folder`, or the small seed state that ships with the sandboxes when it is None.

    Raises:
        MissingFileError: there is no such folder.
    """
    if folder is None:
        from importlib.resources import files

        return files("crosswalk_engine.sandbox") / "seed"
    if not folder.is_dir():
        raise MissingFileError(
            "CW-DATA-FOLDER",
            "there is no such data folder",
            where=str(folder),
            fix="give a folder with brightpearl/ and infor/ in it, or leave --data out",
        )
    return folder


def read_json(root: Path | Traversable, name: str, *, default: Any = None) -> Any:
    """The value in the JSON file `name` (``infor/company.json``) below `root`.

    Raises:
        MissingFileError: the file is not there and no `default` was given.
        RecordError: it is not JSON.
    """
    raw = _read(root, name, optional=default is not None)
    return default if raw is None else _decode(raw, name)


def read_ndjson(root: Path | Traversable, name: str, *, optional: bool = False) -> list[dict[str, Any]]:
    """The objects in the NDJSON file `name` below `root`; blank lines are skipped, `optional`: [] if absent.

    Raises:
        MissingFileError: the file is not there and not `optional`.
        RecordError: a line is not a JSON object; `where` names file and line.
    """
    raw = _read(root, name, optional=optional)
    records = []
    for number, line in enumerate((raw or b"").split(b"\n"), 1):
        if not line.strip():
            continue
        record = _decode(line, f"{name}:{number}")
        if not isinstance(record, dict):
            raise RecordError(
                "CW-DATA-SHAPE",
                "a line is not a JSON object",
                where=f"{name}:{number}",
                got=type(record).__name__,
                expected="one JSON object a line",
            )
        records.append(record)
    return records


def need(record: dict[str, Any], key: str, kind: type, *, where: str) -> Any:
    """``record[key]``, checked to be a `kind`.

    Raises:
        RecordError: it is absent or of another type.
    """
    value = record.get(key)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise RecordError(
            "CW-DATA-SHAPE",
            f"{key} is missing or of the wrong type",
            where=where,
            got="nothing" if value is None else masked(type(value).__name__),
            expected=f"{key}: {kind.__name__}",
        )
    return value


def _read(root: Path | Traversable, name: str, *, optional: bool) -> bytes | None:
    file = root.joinpath(*name.split("/"))
    try:
        return file.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        if optional:
            return None
        raise MissingFileError(
            "CW-DATA-FILE",
            "the data folder lacks a file",
            where=f"{root}/{name}",
            fix="point --data at a folder in the layout of sample_data",
        ) from None
    except OSError as error:
        raise RecordError("CW-DATA-READ", f"cannot read: {error.strerror}", where=f"{root}/{name}") from None


def _decode(raw: bytes, where: str) -> Any:
    try:
        raw.decode("utf-8")
        return _DECODER.decode(raw)
    except UnicodeDecodeError as error:
        raise RecordError(
            "CW-DATA-ENCODING", "the file is not UTF-8", where=where, got=f"byte {raw[error.start]:#04x}"
        ) from None
    except (msgspec.DecodeError, RecursionError) as error:
        raise RecordError("CW-DATA-JSON", "this is not JSON", where=where, got=masked(error)) from None
