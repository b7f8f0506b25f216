"""Taking in a sample file: read whole and checked before anything in the project changes."""

import re
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path, PurePath
from typing import Final

from crosswalk_engine.errors import RecordError, RejectedError
from crosswalk_engine.payload.codecs import encode_json, read_records
from crosswalk_engine.payload.documents import NAME
from crosswalk_engine.payload.shape import Shape, infer_shape
from crosswalk_engine.payload.yaml import dump_yaml
from crosswalk_engine.project.manifest import FILE

from crosswalk_studio.services.ledger import write_text
from crosswalk_studio.services.workspace import Record, Workspace, key_of

#: Bytes; the same limit that the page and the engine's reader have.
MAX_BYTES: Final = 20_000_000
#: Endings that are taken; all but JSON are turned into NDJSON, one record a line.
SUFFIXES: Final = ("json", "ndjson", "jsonl", "csv", "tsv", "xlsx", "parquet", "xml")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was read: its records, what they look like, and which field may be the id."""

    name: str
    records: tuple[Record, ...]
    shape: Shape
    key: str

    @property
    def fields(self) -> int:
        """How many fields hold values."""
        return len(self.shape.paths())


def read_upload(name: str, data: bytes) -> Upload:
    """Read a file that a person has given.

    Raises:
        RecordError: empty, too large, cut short, wrongly encoded, of no known kind, or with a bad record.
    """
    shown = PurePath(name).name[:120] or "file"
    if not data:
        raise RecordError("CW-FILE-EMPTY", "the file is empty", where=shown, fix="export it again")
    if len(data) > MAX_BYTES:
        size = f"{len(data) / 1e6:.1f} MB"
        raise RecordError("CW-FILE-SIZE", "the file is too large for a sample", where=shown, got=size,
                          expected=f"at most {MAX_BYTES / 1e6:.0f} MB", fix="take a part of it")  # fmt: skip
    suffix = PurePath(shown).suffix.lower()
    if suffix.removeprefix(".") not in SUFFIXES:
        raise RecordError(
            "CW-FILE-FORMAT",
            "this kind of file is not read",
            where=shown,
            got=suffix or "no ending",
            expected=", ".join(SUFFIXES),
        )
    records = read_records(BytesIO(data), where=shown).all_good()
    if not records:
        raise RecordError("CW-FILE-EMPTY", "the file holds no records", where=shown, fix="export it again")
    shape = infer_shape(records)
    if not shape.paths():
        raise RecordError("CW-FILE-NO-FIELDS", "the records have no fields", where=shown)
    return Upload(shown, tuple(records), shape, _key(records, shape))


def _key(records: list[Record], shape: Shape) -> str:
    """The field that may identify a record: always there, never repeated; one called id first."""
    paths = [path for path in shape.paths() if "[]" not in path and path.count(".") <= 1]
    for path in sorted(
        paths, key=lambda path: (not re.search(r"(?i)(^|[._])id$|Id$|^CUOR$|NO$", path), path.count("."))
    ):
        found = [key_of(record, path) for record in records]
        if None not in found and "" not in found and len(set(found)) == len(found):
            return path
    return ""


def add_sample(workspace: Workspace, system: str, entity: str, upload: Upload) -> Path:
    """Put the records into the project as the samples of `entity`; earlier samples of it are replaced.

    Raises:
        RejectedError: a name cannot be used, or the project's documents have errors.
        CannotWriteError: the disk refuses; nothing was changed.
    """
    for name in (system, entity):
        if not re.fullmatch(NAME, name):
            raise RejectedError(
                "CW-STUDIO-NAME",
                "this name cannot be used",
                got=name[:80],
                expected="letters, digits, dots, dashes and underscores, at most 100",
            )
    project = workspace.checked().project
    if project is None:
        raise RejectedError("CW-STUDIO-PROJECT", "the project's documents have errors", fix="see Releases")
    relative = f"samples/{system}.{entity}.ndjson"
    with workspace.writing:
        text = b"".join(encode_json(record) + b"\n" for record in upload.records).decode()
        manifest = project.manifest.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        manifest = {"format": project.manifest.format, **manifest}
        systems = manifest.setdefault("systems", {})
        owner = systems.setdefault(system, {"connector": system})
        entry = owner.setdefault("entities", {}).setdefault(entity, {})
        path = workspace.root / relative
        write_text(path, text)
        if entry.get("samples") != [relative] or not entry.get("key"):
            entry["samples"] = [relative]
            if upload.key and not entry.get("key"):
                entry["key"] = upload.key
            write_text(workspace.root / FILE, dump_yaml(manifest))
    return path
