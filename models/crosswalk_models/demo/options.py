"""What a demo run is asked to do, and where it works."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crosswalk_engine.errors import MissingFileError, UsageError
from crosswalk_engine.sandbox.world.write import write_world

#: The sample project, below a data folder.
PROJECT = Path("projects/brightpearl-infor")

#: Status of an order that is ready to go to the ERP.
READY = 19


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """One demo run.

    Attributes:
        orders: how many orders to bring over.
        faults: how badly the two systems behave.
        kills: how often the engine is killed on the way.
        data: data folder; `project` and `release` replace what would be taken from it or built.
        workdir: everything that the run writes.
    """

    orders: int
    faults: str
    kills: int
    data: Path
    project: Path | None
    release: Path | None
    workdir: Path


@dataclass(frozen=True, slots=True)
class Workplace:
    """The folders of a run, made ready."""

    root: Path
    data: Path
    project: Path
    orders: tuple[int, ...]
    edits: tuple[dict[str, Any], ...]

    @property
    def config(self) -> Path:
        """The engine's configuration."""
        return self.root / "engine.yaml"

    @property
    def journal(self) -> Path:
        """The engine's journal."""
        return self.root / "journal.db"

    @property
    def progress(self) -> Path:
        """How far the run is, one JSON object a line."""
        return self.root / "progress.ndjson"


def prepare(options: DemoOptions) -> Workplace:
    """Lay the work folder out: the data, made by seed where the sample is too small, and a project copy.

    Raises:
        MissingFileError: there is no data folder, or no project.
        UsageError: fewer than one order.
    """
    if options.orders < 1:
        raise UsageError(
            "CW-DEMO-ORDERS", "a demo needs orders", got=str(options.orders), expected="1 or more"
        )
    origin = options.project or options.data / PROJECT
    if not (origin / "project.yaml").is_file():
        raise MissingFileError(
            "CW-DEMO-PROJECT",
            "there is no project here",
            where=str(origin),
            fix="run it in a clone of the repository, or name a folder by --data or --project",
        )
    root = options.workdir.resolve()
    root.mkdir(parents=True, exist_ok=True)
    for leftover in ("data", "project", "release", "progress.ndjson"):
        _remove(root / leftover)
    for file in root.glob("journal.db*"):
        file.unlink()
    project = root / "project"
    shutil.copytree(origin, project, ignore=shutil.ignore_patterns(".crosswalk"))
    data = options.data.resolve()
    orders = _ready_orders(data, options.orders)
    if len(orders) < options.orders:
        data = root / "data"
        write_world(data, orders=options.orders)
        orders = _ready_orders(data, options.orders)
    return Workplace(root, data, project, orders, _edits(data, set(orders)))


def _ready_orders(data: Path, most: int) -> tuple[int, ...]:
    path = data / "brightpearl" / "orders.ndjson"
    if not path.is_file():
        raise MissingFileError("CW-DEMO-DATA", "there are no orders here", where=str(path))
    ready = []
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            order = json.loads(line)
            if order["orderStatus"]["orderStatusId"] == READY:
                ready.append(int(order["id"]))
    return tuple(ready[:most])


def _edits(data: Path, orders: set[int]) -> tuple[dict[str, Any], ...]:
    path = data / "edits.ndjson"
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    return tuple(edit for edit in map(json.loads, lines) if edit["order"] in orders)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
