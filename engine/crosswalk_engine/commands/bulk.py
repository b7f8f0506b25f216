"""Mapping many records: in this process, or in several that each take a run of lines; order is kept."""

import signal
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, BinaryIO

import msgspec

from crosswalk_engine.errors import RecordError, masked
from crosswalk_engine.formula.env import IdMap
from crosswalk_engine.mapping.compile import CompiledMapping, compile_ir
from crosswalk_engine.mapping.result import MapResult, Problem
from crosswalk_engine.payload.codecs import iter_records
from crosswalk_engine.payload.limits import BULK
from crosswalk_engine.payload.readers import Item, NdjsonReader
from crosswalk_engine.payload.sniffing import Opened as OpenedRecords
from crosswalk_engine.payload.sniffing import open_records
from crosswalk_engine.project.lookups import LookupTable

#: Lines that go to a worker together, and how many such runs wait for each worker.
_RUN = 500
_AHEAD = 3
_ENCODE = msgspec.json.Encoder(decimal_format="string").encode


@dataclass(frozen=True)
class Job:
    """What every worker needs to know."""

    ir: Mapping[str, Any]
    lookups: Mapping[str, LookupTable]
    related: Mapping[str, Mapping[str, Any]]
    idmap: IdMap | None
    key: str | None

    def compiled(self) -> CompiledMapping:
        """The mapping, compiled."""
        return compile_ir(self.ir, self.lookups)


@dataclass
class Outcome:
    """What came of some records: whole lines of output and of rejects, and counts."""

    output: list[bytes] = field(default_factory=list)
    rejects: list[bytes] = field(default_factory=list)
    warnings: int = 0
    cut: dict[str, int] = field(default_factory=dict)


def run_bulk(job: Job, stream: BinaryIO, where: str, workers: int) -> Iterator[Outcome]:
    """The outcomes of all records of `stream`, in order.

    Raises:
        RecordError: the stream as a whole cannot be read.
    """
    if workers > 1:
        opened = open_records(stream, where, BULK, None)
        if opened.lines:
            yield from _run_in_workers(job, opened, workers)
            return
        stream.seek(0)
    mapper = Mapper(job, where)
    items = iter_records(stream, where=where)
    while run := list(islice(items, _RUN)):
        yield mapper.outcome(run)


def _run_in_workers(job: Job, opened: OpenedRecords, workers: int) -> Iterator[Outcome]:
    pool = ProcessPoolExecutor(workers, initializer=_start_worker, initargs=(job, opened.where))
    try:
        waiting: deque[Future[Outcome]] = deque()
        for first, lines in _runs(opened):
            waiting.append(pool.submit(_work, opened.where, first, lines))
            if len(waiting) > workers * _AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        # After an interrupt nobody waits for what was still to be mapped.
        pool.shutdown(cancel_futures=True)


def _runs(opened: OpenedRecords) -> Iterator[tuple[int, list[bytes]]]:
    chunks, first = iter(opened.chunks), 1
    while lines := list(islice(chunks, _RUN)):
        # A line beyond the limit comes in pieces; they stay together.
        while not lines[-1].endswith(b"\n") and (more := next(chunks, None)) is not None:
            lines.append(more)
        yield first, lines
        first += sum(line.endswith(b"\n") for line in lines)


class Mapper:
    """One compiled mapping with its surroundings."""

    def __init__(self, job: Job, where: str) -> None:
        self.job = job
        self.where = where
        self.mapping = job.compiled()

    def outcome(self, items: Iterable[Item]) -> Outcome:
        """What comes of `items`."""
        made, job = Outcome(), self.job
        for line, item in items:
            if isinstance(item, RecordError):
                made.rejects.append(_reject(line, None, (_unreadable(item, self.where),)))
                continue
            result = self.mapping.apply(item, related=job.related, idmap=job.idmap)
            if result.ok:
                made.output.append(result.output_bytes() + b"\n")
            else:
                made.rejects.append(_reject(line, self._key(item), result.errors))
            self._count(made, result)
        return made

    def _key(self, record: Mapping[str, Any]) -> Any:
        value = record.get(self.job.key or "id")
        return value if isinstance(value, str | int) else None

    @staticmethod
    def _count(made: Outcome, result: MapResult) -> None:
        for warning in result.warnings:
            path = warning.path
            made.cut[path] = made.cut.get(path, 0) + 1
        made.warnings += len(result.warnings)


_worker: Mapper | None = None


def _start_worker(job: Job, where: str) -> None:
    global _worker
    # An interrupt is the parent's: it stops giving out work, and a worker ends when there is none.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    _worker = Mapper(job, where)


def _work(where: str, first: int, lines: list[bytes]) -> Outcome:
    assert _worker is not None
    reader = NdjsonReader(OpenedRecords(iter(lines), where, True, BULK, None))
    return _worker.outcome((line + first - 1, item) for line, item in reader.items())


def _unreadable(error: RecordError, where: str) -> Problem:
    return Problem(inside(error, where), error.code, masked(error.got), error.what)


def inside(error: RecordError, where: str) -> str:
    """The place in the record that `error` names after the file's name and line, as a JSON pointer."""
    return error.where.removeprefix(where).partition(" ")[2]


def _reject(line: int, key: Any, errors: tuple[Problem, ...]) -> bytes:
    return _ENCODE({"line": line, "key": key, "errors": [error.to_json() for error in errors]}) + b"\n"
