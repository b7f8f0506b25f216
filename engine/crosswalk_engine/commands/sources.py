"""What `crosswalk map` and `explain` read: a mapping file, a project or a release, and files beside it."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from crosswalk_engine.commands.files import table_files
from crosswalk_engine.errors import ConfigError, FindingsError, MissingFileError, RecordError, masked
from crosswalk_engine.formula import Scope
from crosswalk_engine.formula.env import IdMap
from crosswalk_engine.mapping.compile import mapping_to_ir
from crosswalk_engine.mapping.document import MappingDocument, load_mapping
from crosswalk_engine.mapping.tree import MappingTree
from crosswalk_engine.payload.access import unreadable
from crosswalk_engine.payload.codecs import iter_records
from crosswalk_engine.payload.nearest import did_you_mean
from crosswalk_engine.payload.shape import Shape
from crosswalk_engine.project.lookups import LookupTable, read_lookup
from crosswalk_engine.project.manifest import FILE
from crosswalk_engine.project.project import Project, load_project
from crosswalk_engine.project.rules import rule_sets_beside
from crosswalk_engine.release.load import load_release

Related = dict[str, dict[str, dict[str, Any]]]


@dataclass(frozen=True)
class Opened:
    """One mapping, ready to compile.

    Attributes:
        ir: its compiled form.
        lookups: the tables that it may ask.
        checked: whether its fields were checked against samples.
        ids: related entity -> the field that holds its id, where the project says so.
        idmap: what the release knows of ids.
    """

    ir: dict[str, Any]
    lookups: Mapping[str, LookupTable]
    checked: bool = False
    ids: Mapping[str, str] = field(default_factory=dict)
    idmap: Mapping[tuple[str, str], str] = field(default_factory=dict)

    @property
    def tree(self) -> MappingTree:
        """The mapping as a tree."""
        return MappingTree.from_json(self.ir)


def open_mapping(path: Path, name: str | None, lookups: Path | None) -> Opened:
    """The mapping that `path` and `name` mean; `lookups` is a folder that replaces the usual one.

    Raises:
        MissingFileError: there is nothing at `path`.
        ConfigError, FindingsError: it cannot be used, or `name` does not say which mapping.
    """
    if not path.exists():
        raise MissingFileError("CW-FILE-MISSING", "there is no such file or folder", where=str(path))
    tables = None if lookups is None else read_tables(lookups)
    if path.is_dir() and (path / FILE).is_file():
        project = load_project(path)
        return _from_project(project, _chosen(project.mappings, name, path), tables)
    if path.is_dir() or path.suffix == ".zip":
        return _from_release(path, name, tables)
    return _from_file(path, name, tables)


def _from_project(project: Project, doc: MappingDocument, tables: Mapping[str, LookupTable] | None) -> Opened:
    system = doc.source.system
    shape = project.shape(system, doc.source.entity)
    shapes: dict[str, Shape | None] = {
        name: project.shape(system, related.entity) for name, related in doc.with_.items()
    }
    known = project.lookups if tables is None else tables
    scope = Scope(shape=shape, related=shapes, lookups=frozenset(known))
    entities = project.manifest.systems[system].entities if system in project.manifest.systems else {}
    ids = {entity: settings.key for entity, settings in entities.items() if settings.key}
    merges = {(entity, key): to for entity, pairs in project.merges.items() for key, to in pairs.items()}
    ir = mapping_to_ir(doc, scope, project.rule_sets)
    return Opened(ir, known, shape is not None, ids, merges)


def _from_release(path: Path, name: str | None, tables: Mapping[str, LookupTable] | None) -> Opened:
    release = load_release(path)
    ir = _chosen(release.mappings, name, path)
    idmap = {(entity, key): to for entity, key, to in release.idmap}
    return Opened(ir, release.lookups if tables is None else tables, checked=True, idmap=idmap)


def _from_file(path: Path, name: str | None, tables: Mapping[str, LookupTable] | None) -> Opened:
    doc = load_mapping(path)
    if name is not None and name != doc.name:
        raise _no_such(name, [doc.name], path)
    root = path.resolve().parent.parent
    if (root / FILE).is_file():
        try:
            return _from_project(load_project(root), doc, tables)
        except FindingsError as error:
            if error.code != "CW-PROJECT":
                raise
            # The project has errors elsewhere; the mapping can still be used by itself.
    if tables is None:
        folder = next((f for f in (root / "lookups", path.parent / "lookups") if f.is_dir()), None)
        tables = {} if folder is None else read_tables(folder)
    sets = rule_sets_beside(path, doc)
    return Opened(mapping_to_ir(doc, Scope(lookups=frozenset(tables)), sets), tables)


def _chosen(mappings: Mapping[str, Any], name: str | None, path: Path) -> Any:
    if name is not None and name in mappings:
        return mappings[name]
    if name is None and len(mappings) == 1:
        return next(iter(mappings.values()))
    if name is None:
        known = ", ".join(sorted(mappings))
        raise ConfigError(
            "CW-MAPPING-NAME",
            f"there are {len(mappings)} mappings here",
            where=str(path),
            expected=f"one of: {known}",
            fix="name one with --mapping",
        )
    raise _no_such(name, list(mappings), path)


def _no_such(name: str, known: list[str], path: Path) -> ConfigError:
    return ConfigError(
        "CW-MAPPING-NAME",
        "there is no such mapping",
        where=str(path),
        got=masked(name),
        expected=f"one of: {', '.join(sorted(known))}",
        fix=did_you_mean(name, known),
    )


def read_tables(folder: Path) -> dict[str, LookupTable]:
    """Every lookup table (``*.csv``) of a folder, by name.

    Raises:
        MissingFileError: there is no such folder.
        FindingsError: a table cannot be used.
    """
    return {name: read_lookup(path, where=str(path)) for name, path in table_files(folder).items()}


def read_idmap(path: Path | None, known: Mapping[tuple[str, str], str]) -> IdMap:
    """The id map in a CSV file with the columns entity, source, target; `known` is asked after it.

    Raises:
        MissingFileError, ConfigError: CW-IDMAP-FILE when it has other columns.
    """
    entries = dict(known)
    if path is not None:
        try:
            with path.open(encoding="utf-8-sig", newline="") as file:
                rows = list(csv.reader(file, strict=True))
        except OSError as error:
            raise unreadable(error, path, "there is no such id map") from error
        except (csv.Error, UnicodeDecodeError) as error:
            got = "bytes that are not UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)
            raise ConfigError(
                "CW-IDMAP-FILE",
                "the id map cannot be read",
                where=str(path),
                got=got,
                expected="CSV in UTF-8: entity,source,target",
            ) from error
        bad = next((at for at, row in enumerate(rows, 1) if len(row) != 3), None)
        if not rows or rows[0] != ["entity", "source", "target"] or bad is not None:
            raise ConfigError(
                "CW-IDMAP-FILE",
                "an id map has the columns entity, source and target",
                where=f"{path}:{bad or 1}",
                expected="entity,source,target",
            )
        entries |= {(entity, source): target for entity, source, target in rows[1:]}
    return partial(_ask, entries)


def _ask(entries: Mapping[tuple[str, str], str], entity: str, key: str) -> str | None:
    """The entry of `key`, or of the record that it was merged into (``contact_merge`` and the like)."""
    merged = (to for (kind, loser), to in entries.items() if kind.endswith("_merge") and loser == key)
    return entries.get((entity, next(merged, key)))


def read_related(folder: Path | None, opened: Opened) -> Related:
    """Every related record in `folder`: ``<entity>.ndjson``, ``<entity>s.ndjson`` or its name under ``with:``

    A record's id is its field that the project names as the entity's key; without a project ``id``, or the
    entity's name followed by ``Id``.

    Raises:
        MissingFileError: there is no such folder, or no file for a related record.
        RecordError, ConfigError: a file cannot be read, or its records have no id.
    """
    if folder is None:
        return {}
    tree = opened.tree
    return {
        name: _related_records(folder, str(tree.source["system"]), name, entity, opened.ids.get(entity))
        for name, (entity, *_) in tree.related.items()
    }


def _related_records(
    folder: Path, system: str, name: str, entity: str, key: str | None
) -> dict[str, dict[str, Any]]:
    stems = [f"{system}.{entity}", entity, f"{entity}s", f"{entity}es", name, f"{name}s", f"{name}es"]
    path = next((folder / f"{stem}.ndjson" for stem in stems if (folder / f"{stem}.ndjson").is_file()), None)
    if path is None:
        raise MissingFileError(
            "CW-FILE-MISSING",
            f"there are no records for the related '{name}'",
            where=str(folder),
            expected=f"{entity}.ndjson",
        )
    last = entity.rpartition("_")[2]
    candidates = [key] if key else ["id", f"{entity}Id", f"{last}Id", f"{name}Id", f"{entity}_id"]
    records: dict[str, dict[str, Any]] = {}
    for line, item in iter_records(path):
        if isinstance(item, RecordError):
            raise item
        found = next((item[field] for field in candidates if isinstance(item.get(field), str | int)), None)
        if found is None:
            shown = " or ".join(candidates)
            raise RecordError(
                "CW-RELATED-ID", "a related record has no id", where=f"{path}:{line}", expected=shown
            )
        records[str(found)] = item
    return records
