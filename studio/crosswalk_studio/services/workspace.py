"""One open project: its documents as they stand on disk, its samples, its decisions; one studio a project."""

import fcntl
import hashlib
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from crosswalk_engine.errors import BusyError, CrosswalkError, Finding
from crosswalk_engine.payload.codecs import read_records
from crosswalk_engine.payload.shape import Shape, infer_shape
from crosswalk_engine.project.manifest import FILE
from crosswalk_engine.project.project import Project, check_project

from crosswalk_studio.services.jobs import Jobs
from crosswalk_studio.store import Store

#: Folders whose files make the project; what changes there is read again.
_FOLDERS = ("mappings", "lookups", "flows", "policies", "decisions", "samples")
Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Checked:
    """The project as it stands on disk: `project` is `None` while a document has an error."""

    project: Project | None
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that stand in the way."""
        return tuple(finding for finding in self.findings if finding.level == "error")


@dataclass(frozen=True, slots=True)
class Samples:
    """The readable records of one entity's sample files, and what could not be read."""

    records: tuple[Record, ...]
    shape: Shape
    problems: tuple[CrosswalkError, ...]


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Workspace:
    """An open project folder.

    Args:
        root: the folder with project.yaml.
        now: the clock that decisions are dated by.
    """

    root: Path
    now: Callable[[], datetime] = _now
    jobs: Jobs = field(default_factory=Jobs)
    #: Held while a document is changed together with its decision.
    writing: threading.RLock = field(default_factory=threading.RLock)
    #: What else has to end before the project is left.
    on_close: list[Callable[[], None]] = field(default_factory=list)
    closed: bool = False

    def __post_init__(self) -> None:
        self.root = self.root.resolve()
        check_project(self.root)  # raises when there is no project here
        self.private = self.root / ".crosswalk"
        self.private.mkdir(exist_ok=True)
        self._guard = self._claim()
        self.store = Store(self.root, self.private / "decisions.sqlite")
        self._cache: dict[str, tuple[Any, Any]] = {}
        self._cache_lock = threading.Lock()
        self._making: dict[str, threading.RLock] = {}

    @property
    def name(self) -> str:
        """The project's name, or its folder's while project.yaml is broken."""
        project = self.checked().project
        return project.name if project else self.root.name

    @property
    def tag(self) -> str:
        """Tells this project from others of the same name, in a browser that has seen both."""
        place = hashlib.blake2b(str(self.root).encode(), digest_size=4).hexdigest()
        return f"{self.root.name}-{place}"

    def checked(self) -> Checked:
        """The documents, read again when a file has changed."""
        return self.cached("project", self.fingerprint(), lambda: Checked(*check_project(self.root)))

    def samples(self, system: str, entity: str) -> Samples | None:
        """The sample records of an entity; `None` when the project has none."""
        project = self.checked().project
        paths = project.samples.get(f"{system}.{entity}", ()) if project else ()
        if not paths:
            return None
        return self.cached(f"samples {system}.{entity}", _marks(paths), lambda: _read_samples(paths))

    def cached(self, key: str, mark: Any, make: Callable[[], Any]) -> Any:
        """`make()`, remembered under `key` as long as `mark` is the same."""
        with self._cache_lock:
            making = self._making.setdefault(key, threading.RLock())
        with making:  # slow work on one thing holds up nobody who asks for another
            known = self._cache.get(key)
            if known is None or known[0] != mark:
                known = self._cache[key] = (mark, make())
            return known[1]

    def fingerprint(self) -> tuple[tuple[str, int, int], ...]:
        """Name, size and time of every file that makes the project."""
        files = [self.root / FILE]
        for folder in _FOLDERS:
            files += sorted(path for path in (self.root / folder).rglob("*") if path.is_file())
        return _marks(files)

    def close(self) -> None:
        """End its jobs, close its files, let others in; nothing can be decided in it any more."""
        self.closed = True
        for end in self.on_close:
            end()
        self.jobs.close()
        self.store.close()
        self._guard.close()

    def _claim(self) -> IO[str]:
        guard = (self.private / "studio.lock").open("a+")
        try:
            fcntl.flock(guard, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            guard.close()
            raise BusyError(
                "CW-STUDIO-BUSY",
                "another studio has this project open",
                where=str(self.root),
                fix="use that one (several people may), or close it first",
            ) from error
        return guard


def _marks(paths: Iterable[Path]) -> tuple[tuple[str, int, int], ...]:
    marks = []
    for path in paths:
        try:
            state = path.stat()
        except FileNotFoundError:
            continue
        marks.append((str(path), state.st_size, state.st_mtime_ns))
    return tuple(marks)


def _read_samples(paths: Iterable[Path]) -> Samples:
    records: list[Record] = []
    problems: list[CrosswalkError] = []
    for path in paths:
        try:
            read = read_records(path, where=path.name)
        except CrosswalkError as error:
            problems.append(error)
            continue
        records += read.records
        problems += read.problems
    return Samples(tuple(records), infer_shape(records), tuple(problems))


def key_of(record: Mapping[str, Any], path: str) -> str | None:
    """The id of a record at `path`, as text; `None` when it has none."""
    from crosswalk_engine.payload.paths import get

    value = get(record, path)
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else None
