"""Profiles of the project's samples, kept in DuckDB so that pages and people can ask it questions.

The file `.crosswalk/profiles.duckdb` belongs to this one process: DuckDB lets no second one in. It can be
deleted at any time; the profiles are made again.
"""

import hashlib
import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crosswalk_engine.errors import RejectedError

from crosswalk_studio.services.jobs import Job, Progress
from crosswalk_studio.services.workspace import Workspace

if TYPE_CHECKING:
    import duckdb
    from crosswalk_models.profile.model import FieldProfile, FileProfile, ForeignKey

JOB = "profile"
_SCHEMA = """
create table if not exists profiled(
  entity varchar primary key, mark varchar, kind varchar, records bigint, place integer);
create table if not exists field(
  entity varchar, number integer, path varchar, type varchar, places bigint, filled bigint, nulls bigint,
  blanks bigint, absent bigint, distinct_values bigint, personal boolean, is_key boolean, body varchar,
  primary key (entity, number));
create table if not exists foreign_key(
  entity varchar, path varchar, to_entity varchar, to_path varchar, coverage double, distinct_values bigint);
"""


@dataclass(frozen=True, slots=True)
class EntityProfile:
    """The profile of one entity's samples; `stale` when the samples have changed since."""

    entity: str
    records: int
    fields: tuple["FieldProfile", ...]
    stale: bool

    @property
    def keys(self) -> tuple[str, ...]:
        """Fields that may identify a record."""
        return tuple(item.path for item in self.fields if item.key)


@dataclass
class ProfileDesk:
    """The profiles of one project."""

    workspace: Workspace
    _lock: threading.RLock = field(default_factory=threading.RLock)
    _connection: Any = None

    def start(self) -> Job:
        """Profile all samples beside the pages."""
        return self.workspace.jobs.start(JOB, "Profiling the samples", self.make)

    def make(self, progress: Progress) -> int:
        """Profile the samples of every entity, and guess how they refer to each other; how many fields.

        Raises:
            RejectedError: there are no samples.
            RecordError: a sample cannot be read.
        """
        from crosswalk_models.profile.build import profile_fields
        from crosswalk_models.profile.keys import find_foreign_keys
        from crosswalk_models.readers import read_fields

        files = self._files()
        if not files:
            raise RejectedError("CW-STUDIO-SAMPLES", "there are no samples to profile", fix="upload some")
        made = []
        for number, (entity, path) in enumerate(files.items()):
            progress.step(number / (len(files) + 1), entity)
            read = read_fields(path)
            made.append((entity, read, profile_fields(read)))
        progress.step(len(files) / (len(files) + 1), "looking for references")
        names = {read.name: entity for entity, read, _ in made}
        keys = find_foreign_keys([(read, profile) for _, read, profile in made])
        with self._lock:
            self._write({entity: profile for entity, _, profile in made}, keys, names, files)
        return sum(len(profile.fields) for _, _, profile in made)

    def profile(self, entity: str) -> EntityProfile | None:
        """The profile of ``system.entity``, if one was made."""
        with self._lock:
            head = (
                self._db().execute("select mark, records from profiled where entity = ?", [entity]).fetchone()
            )
            if head is None:
                return None
            rows = (
                self._db()
                .execute("select body from field where entity = ? order by number", [entity])
                .fetchall()
            )
        path = self._files().get(entity)
        stale = path is None or _mark(path) != head[0]
        return EntityProfile(entity, int(head[1]), tuple(_field(json.loads(body)) for (body,) in rows), stale)

    def foreign_keys(self) -> list[tuple[str, str, str, str, float]]:
        """Guessed references: entity, path, entity referred to, its path, share found there."""
        with self._lock:
            rows = self._db().execute(
                "select entity, path, to_entity, to_path, coverage from foreign_key"
                " order by coverage desc, entity, path"
            )
            return [tuple(row) for row in rows.fetchall()]

    def ask(self, question: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Rows of a question to the profiles' tables (``field``, ``profiled``, ``foreign_key``)."""
        with self._lock:
            return [tuple(row) for row in self._db().execute(question, list(values)).fetchall()]

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _files(self) -> dict[str, Path]:
        project = self.workspace.checked().project
        return {name: paths[0] for name, paths in project.samples.items() if paths} if project else {}

    def _write(
        self,
        profiles: Mapping[str, "FileProfile"],
        keys: Sequence["ForeignKey"],
        names: Mapping[str, str],
        files: Mapping[str, Path],
    ) -> None:
        db = self._db()
        db.execute("begin")
        try:
            for table in ("profiled", "field", "foreign_key"):
                db.execute(f"delete from {table}")  # noqa: S608  our own three names
            for place, (entity, profile) in enumerate(profiles.items()):
                row = [entity, _mark(files[entity]), profile.kind, profile.records, place]
                db.execute("insert into profiled values (?, ?, ?, ?, ?)", row)
                for number, item in enumerate(profile.fields):
                    body = json.dumps(item.to_json(), ensure_ascii=False)
                    row = [entity, number, item.path, item.type, item.places, item.filled, item.nulls]
                    row += [item.blanks, item.absent, item.distinct, item.personal, item.key, body]
                    db.execute("insert into field values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
            for key in keys:
                row = [names[key.file], key.path, names[key.to_file], key.to_path, key.coverage, key.distinct]
                db.execute("insert into foreign_key values (?, ?, ?, ?, ?, ?)", row)
            db.execute("commit")
        except BaseException:
            db.execute("rollback")
            raise

    def _db(self) -> "duckdb.DuckDBPyConnection":
        if self._connection is None:
            import duckdb

            path = self.workspace.private / "profiles.duckdb"
            try:
                self._connection = duckdb.connect(str(path), config={"threads": 1})
                self._connection.execute(_SCHEMA)
            except duckdb.Error:
                # Damaged, or of an older version: it holds nothing that cannot be made again.
                self.close()
                path.unlink(missing_ok=True)
                self._connection = duckdb.connect(str(path), config={"threads": 1})
                self._connection.execute(_SCHEMA)
        return self._connection


def _mark(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:32]


def _field(body: Mapping[str, Any]) -> "FieldProfile":
    from crosswalk_models.profile.model import Counted, FieldProfile

    def made(value: Any) -> Any:
        if isinstance(value, list):
            return tuple(Counted(**item) if isinstance(item, dict) else item for item in value)
        return value

    return FieldProfile(**{item.name: made(body[item.name]) for item in fields(FieldProfile)})


_DESKS: dict[Path, ProfileDesk] = {}


def profile_desk(workspace: Workspace) -> ProfileDesk:
    """The one desk of this workspace: it holds the open file."""
    desk = _DESKS.get(workspace.root)
    if desk is None or desk.workspace is not workspace:
        desk = _DESKS[workspace.root] = ProfileDesk(workspace)
        workspace.on_close.append(desk.close)
    return desk
