"""Long work beside the pages: a few daemon threads, one job a key, progress and cancel."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from crosswalk_engine.errors import CrosswalkError

State = Literal["running", "done", "failed", "cancelled"]


class CancelledJobError(Exception):
    """The person asked to stop; raised inside the work by `Progress.step`."""


@dataclass(slots=True)
class Progress:
    """What the work tells about itself: `share` in [0, 1], and one short sentence."""

    share: float = 0.0
    note: str = ""
    _stop: threading.Event = field(default_factory=threading.Event)

    def step(self, share: float, note: str = "") -> None:
        """Say how far the work is.

        Raises:
            CancelledJobError: the person asked to stop.
        """
        self.share = min(1.0, max(0.0, share))
        self.note = note or self.note
        if self._stop.is_set():
            raise CancelledJobError

    def stop(self) -> None:
        """Ask the work to end at its next step."""
        self._stop.set()


@dataclass(slots=True)
class Job:
    """One piece of work; `result` when done, `error` when failed."""

    key: str
    title: str
    started: datetime
    state: State = "running"
    progress: Progress = field(default_factory=Progress)
    result: Any = None
    error: CrosswalkError | None = None
    ended: datetime | None = None
    thread: threading.Thread | None = None

    @property
    def running(self) -> bool:
        """Whether it is still at work."""
        return self.state == "running"

    def wait(self, seconds: float) -> "Job":
        """Wait at most `seconds` for the end; the job itself comes back."""
        if self.thread is not None:
            self.thread.join(seconds)
        return self


def _now() -> datetime:
    return datetime.now(UTC)


class Jobs:
    """Jobs by key: starting one that runs gives the running one, so a double click starts nothing twice."""

    def __init__(self, now: Callable[[], datetime] = _now) -> None:
        self._now = now
        self._jobs: dict[str, Job] = {}
        self._lock = threading.Lock()

    def start(self, key: str, title: str, work: Callable[[Progress], Any]) -> Job:
        """Run `work` beside the pages, unless a job of this key runs already."""
        with self._lock:
            known = self._jobs.get(key)
            if known is not None and known.running:
                return known
            job = self._jobs[key] = Job(key, title, self._now())
            job.thread = threading.Thread(target=self._run, args=(job, work), name=f"job {key}", daemon=True)
            job.thread.start()
            return job

    def get(self, key: str) -> Job | None:
        """The latest job of this key."""
        with self._lock:
            return self._jobs.get(key)

    def forget(self, key: str) -> None:
        """Drop a job that has ended (its error was read)."""
        with self._lock:
            job = self._jobs.get(key)
            if job is not None and not job.running:
                del self._jobs[key]

    def running(self) -> tuple[Job, ...]:
        """All jobs at work now."""
        with self._lock:
            return tuple(job for job in self._jobs.values() if job.running)

    def close(self, seconds: float = 2.0) -> None:
        """Ask every job to stop, and wait at most `seconds` for each."""
        for job in self.running():
            job.progress.stop()
            job.wait(seconds)

    def _run(self, job: Job, work: Callable[[Progress], Any]) -> None:
        try:
            job.result = work(job.progress)
            job.state = "done"
        except CancelledJobError:
            job.state = "cancelled"
        except CrosswalkError as error:
            job.error, job.state = error, "failed"
        except Exception as error:  # noqa: BLE001  a thread has nobody above it: the page shows the failure
            job.error = CrosswalkError(
                "CW-STUDIO-JOB",
                f"{job.title} stopped with a fault of the studio itself",
                got=type(error).__name__,
                fix="try again; if it stays, start with --debug and report it",
            )
            job.state = "failed"
        finally:
            job.ended = self._now()
