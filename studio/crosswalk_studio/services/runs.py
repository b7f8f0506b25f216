"""Sandbox runs: a release driven against the sandboxes by processes of its own, watched by its progress."""

import json
import subprocess
import sys
import threading
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

from crosswalk_engine.errors import CrosswalkError, MissingFileError, RejectedError

from crosswalk_studio.services.ledger import write_text
from crosswalk_studio.services.releases import Kept
from crosswalk_studio.services.workspace import Workspace

State = Literal["running", "passed", "failed", "cancelled", "stopped"]
FAULTS: Final = ("none", "normal", "heavy")
MOST_ORDERS: Final = 2_000
MOST_KILLS: Final = 10
#: Seconds for a cancelled run to end its own processes.
FAREWELL: Final = 25.0
#: The command line, run by this very interpreter.
COMMAND: Final = (sys.executable, "-c", "from crosswalk_engine.cli import main; main()")
#: A sandbox's data: where it is looked for, from the project upwards and from the current folder.
DATA_MARK: Final = Path("brightpearl") / "orders.ndjson"


@dataclass(frozen=True, slots=True)
class RunOrder:
    """What a run is asked to do."""

    orders: int
    faults: str
    kills: int
    data: Path

    def check(self) -> None:
        """See that it can be done.

        Raises:
            RejectedError, MissingFileError: it cannot.
        """
        if (
            not 1 <= self.orders <= MOST_ORDERS
            or not 0 <= self.kills <= MOST_KILLS
            or self.faults not in FAULTS
        ):
            raise RejectedError(
                "CW-STUDIO-RUN",
                "this run cannot be started",
                got=f"{self.orders} orders, {self.kills} kills, faults {self.faults[:20]}",
                expected=f"1–{MOST_ORDERS} orders, 0–{MOST_KILLS} kills, faults {'|'.join(FAULTS)}",
            )
        if not (self.data / DATA_MARK).is_file():
            raise MissingFileError(
                "CW-STUDIO-DATA",
                "there is no sandbox data here",
                where=str(self.data),
                expected=f"a folder with {DATA_MARK}",
            )


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a run's progress file; `quota` is the share of the quota in use."""

    at: float
    orders: int
    done: int
    dead_letters: int
    held: int
    calls: int
    quota: float


@dataclass(frozen=True, slots=True)
class Run:
    """One run, as far as it is known now.

    Attributes:
        id: its folder's name; sorts by time.
        started: ISO 8601.
        release: ``#3 · 9f2c…``.
        state: ``stopped`` means that the studio or the machine ended while it ran.
        steps: its progress, oldest first.
        report: the verified figures, once it has ended.
        error: the last lines of what it said, when it failed.
    """

    id: str
    started: str
    actor: str
    release: str
    orders: int
    faults: str
    kills: int
    state: State
    steps: tuple[Step, ...] = ()
    report: Mapping[str, Any] | None = None
    error: str = ""

    @property
    def last(self) -> Step | None:
        """The newest progress."""
        return self.steps[-1] if self.steps else None

    @property
    def share(self) -> float:
        """How much has ended, in [0, 1]."""
        step = self.last
        return 0.0 if step is None or not step.orders else min(
            1.0, (step.done + step.dead_letters + step.held) / step.orders
        )  # fmt: skip


@dataclass
class RunDesk:
    """Starts, watches and cancels the runs of one project; one runs at a time."""

    workspace: Workspace
    _processes: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def folder(self) -> Path:
        """Where runs are kept."""
        return self.workspace.private / "runs"

    def data_folder(self) -> Path | None:
        """The sandbox data that belongs to the project: the nearest folder above it that holds some."""
        for folder in (*self.workspace.root.parents, Path.cwd() / "sample_data"):
            if (folder / DATA_MARK).is_file():
                return folder
        return None

    def start(self, order: RunOrder, release: Kept, actor: str) -> Run:
        """Start a run of `release`.

        Raises:
            RejectedError: it cannot be done, or another runs.
            MissingFileError: there is no sandbox data.
        """
        order.check()
        with self._lock:
            busy = next((run for run in self.runs() if run.state == "running"), None)
            if busy is not None:
                raise RejectedError(
                    "CW-STUDIO-RUN-BUSY", "another run is going on", where=busy.id, fix="cancel it first"
                )
            at = self.workspace.now()
            name = f"{at:%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:6]}"
            place = self.folder / name
            place.mkdir(parents=True)
            noted = {
                "started": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "actor": actor,
                "release": release.short,
                "orders": order.orders,
                "faults": order.faults,
                "kills": order.kills,
            }
            process = self._spawn(place, order, release)
            self._processes[name] = process
            write_text(place / "run.json", json.dumps({**noted, "pid": process.pid}))
        threading.Thread(target=self._wait, args=(name, process), daemon=True).start()
        return self.read(name)

    def _spawn(self, place: Path, order: RunOrder, release: Kept) -> "subprocess.Popen[bytes]":
        command = [
            *COMMAND, "demo",
            "--orders", str(order.orders), "--faults", order.faults, "--kill", str(order.kills),
            "--data", str(order.data), "--project", str(self.workspace.root), "--release", str(release.path),
            "--workdir", str(place / "work"), "--report", str(place / "report.json"),
        ]  # fmt: skip
        with (place / "output.txt").open("wb") as output:
            return subprocess.Popen(  # noqa: S603  our own command, every argument checked
                command,
                stdout=output,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )

    def _wait(self, name: str, process: "subprocess.Popen[bytes]") -> None:
        code = process.wait()
        place = self.folder / name
        if place.is_dir() and not (place / "exit").exists():
            write_text(place / "exit", str(code))

    def cancel(self, name: str) -> None:
        """End a run: it is asked to stop its own processes; what it wrote stays."""
        process = self._processes.get(name)
        if process is None or process.poll() is not None:
            return
        write_text(self.folder / name / "exit", "cancelled")
        process.terminate()
        threading.Thread(target=_end, args=(process,), daemon=True).start()

    def runs(self) -> list[Run]:
        """All runs, the newest first."""
        names = sorted((path.parent.name for path in self.folder.glob("*/run.json")), reverse=True)
        found = []
        for name in names:
            try:
                found.append(self.read(name))
            except CrosswalkError:
                continue  # its notes were cut short by a crash: there is nothing to show
        return found

    def read(self, name: str) -> Run:
        """One run.

        Raises:
            MissingFileError: there is none of this name.
        """
        place = self.folder / name
        try:
            noted = json.loads((place / "run.json").read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise MissingFileError("CW-STUDIO-RUN", "there is no such run", where=name[:80]) from error
        state = self._state(name)
        report = _json(place / "report.json")
        return Run(
            id=name,
            started=noted["started"],
            actor=noted["actor"],
            release=noted["release"],
            orders=noted["orders"],
            faults=noted["faults"],
            kills=noted["kills"],
            state=state,
            steps=_steps(place / "work" / "progress.ndjson"),
            report=report,
            error=_tail(place / "output.txt") if state in ("failed", "stopped") else "",
        )

    def _state(self, name: str) -> State:
        try:
            code = (self.folder / name / "exit").read_text("utf-8")
        except OSError:
            process = self._processes.get(name)
            return "running" if process is not None and process.poll() is None else _late(process)
        if code == "cancelled":
            return "cancelled"
        return "passed" if code == "0" else "failed"

    def close(self) -> None:
        """End every run of this process."""
        for name, process in list(self._processes.items()):
            self.cancel(name)
            _end(process)


def _late(process: "subprocess.Popen[bytes] | None") -> State:
    """A run without an end noted: just ended, or left behind by a studio that died."""
    if process is None:
        return "stopped"
    return "passed" if process.returncode == 0 else "failed"


def _end(process: "subprocess.Popen[bytes]") -> None:
    try:
        process.wait(FAREWELL)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _steps(path: Path) -> tuple[Step, ...]:
    steps = []
    for line in path.read_bytes().split(b"\n") if path.is_file() else ():
        try:
            data = json.loads(line)
            steps.append(
                Step(
                    float(data["at"]), int(data["orders"]), int(data["done"]), int(data["dead_letters"]),
                    int(data["held"]), int(data["calls"]), float(data["quota_utilisation"]),
                )
            )  # fmt: skip
        except (ValueError, KeyError, TypeError):
            continue  # the last line may be half written
    return tuple(steps)


def _json(path: Path) -> Mapping[str, Any] | None:
    try:
        data = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return data if isinstance(data, dict) else None


def _tail(path: Path, lines: int = 12) -> str:
    try:
        return "\n".join(path.read_text("utf-8", "replace").splitlines()[-lines:])
    except OSError:
        return ""


_DESKS: dict[Path, RunDesk] = {}


def run_desk(workspace: Workspace) -> RunDesk:
    """The one desk of this workspace: it holds the running processes."""
    desk = _DESKS.get(workspace.root)
    if desk is None or desk.workspace is not workspace:
        desk = _DESKS[workspace.root] = RunDesk(workspace)
        workspace.on_close.append(desk.close)
    return desk
