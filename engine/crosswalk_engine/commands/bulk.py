"""Mapping many records: in this process, or in several that each take a run of them; order is kept."""

import re
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Any, BinaryIO, TypeVar

import msgspec

from crosswalk_engine.commands.outputs import Encode, OutputForm, encoder
from crosswalk_engine.errors import RecordError, masked
from crosswalk_engine.formula.env import IdMap
from crosswalk_engine.mapping.compile import CompiledMapping, compile_ir
from crosswalk_engine.mapping.flat_rows import RowGroups
from crosswalk_engine.mapping.result import MapResult, Problem
from crosswalk_engine.mapping.xml_in import xml_options
from crosswalk_engine.payload.codecs import read_opened
from crosswalk_engine.payload.item import Item, Note, silent
from crosswalk_engine.payload.json_scan import strict_object
from crosswalk_engine.payload.limits import BULK
from crosswalk_engine.payload.readers import NdjsonReader
from crosswalk_engine.payload.sniffing import Opened as OpenedRecords
from crosswalk_engine.payload.sniffing import open_records
from crosswalk_engine.payload.xml_options import Names, XmlOptions
from crosswalk_engine.payload.xml_read import read_xml_lines
from crosswalk_engine.project.lookups import LookupTable

#: Records that go to a worker together, and how many such runs wait for each worker.
_RUN = 500
_AHEAD = 3
_ENCODE = msgspec.json.Encoder(decimal_format="string").encode
#: Characters of a record's key that its reject shows; what is longer is a text and no key.
_KEY = 80
#: White space that JSON allows around a value.
_BLANK = b" \t\r\n"
_TEMPLATE = re.compile(r"\[[^\]]*\]")
_T = TypeVar("_T")


@dataclass(frozen=True)
class Job:
    """What every worker needs to know."""

    ir: Mapping[str, Any]
    lookups: Mapping[str, LookupTable]
    related: Mapping[str, Mapping[str, Any]]
    idmap: IdMap | None
    key: str | None
    form: OutputForm = "ndjson"
    record: Names = ()
    encoding: str | None = None
    now: datetime | None = None

    def compiled(self) -> CompiledMapping:
        """The mapping, compiled."""
        return compile_ir(self.ir, self.lookups)


@dataclass
class Outcome:
    """What came of some records: pieces of output, lines of rejects, and counts."""

    output: list[Any] = field(default_factory=list)
    rejects: list[bytes] = field(default_factory=list)
    mapped: int = 0
    warnings: dict[str, int] = field(default_factory=dict)


def run_bulk(job: Job, stream: BinaryIO, where: str, workers: int, note: Note = silent) -> Iterator[Outcome]:
    """The outcomes of all records of `stream`, in order.

    Raises:
        RecordError: the stream as a whole cannot be read.
    """
    opened = open_records(stream, where, BULK, job.encoding)
    mapper = Mapper(job, where)
    if mapper.tree.group is None and (opened.form == "ndjson" or (opened.lines and workers > 1)):
        form = opened.form
        yield from _all(
            job, where, workers, partial(mapper.lines, form), partial(_work_lines, form), _runs(opened)
        )
        return
    items = read_opened(opened, mapper.xml, note)
    if mapper.tree.group is not None:
        items = RowGroups(mapper.tree.group, where).records(items)
    yield from _all(job, where, workers, mapper.items, _work_items, _batches(items))


def _all(
    job: Job,
    where: str,
    workers: int,
    here: Callable[[_T], Outcome],
    there: Callable[[_T], Outcome],
    runs: Iterable[_T],
) -> Iterator[Outcome]:
    """The outcomes of `runs` in order, made `here` or by functions for workers, `there`."""
    if workers > 1:
        return _in_workers(job, where, workers, there, runs)
    return map(here, runs)


def _in_workers(
    job: Job, where: str, workers: int, task: Callable[[_T], Outcome], runs: Iterable[_T]
) -> Iterator[Outcome]:
    pool = ProcessPoolExecutor(workers, initializer=_start_worker, initargs=(job, where))
    try:
        waiting: deque[Future[Outcome]] = deque()
        for run in runs:
            waiting.append(pool.submit(task, run))
            if len(waiting) > workers * _AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        # After an interrupt nobody waits for what was still to be mapped.
        pool.shutdown(cancel_futures=True)


#: The number and the offset of the first line, and lines with their ends; one beyond the limit is in pieces.
_Lines = tuple[int, int, list[bytes]]


def _runs(opened: OpenedRecords) -> Iterator[_Lines]:
    chunks, first, offset = iter(opened.chunks), 1, 0
    while lines := list(islice(chunks, _RUN)):
        # The pieces of a line stay together.
        while not lines[-1].endswith(b"\n") and (more := next(chunks, None)) is not None:
            lines.append(more)
        yield first, offset, lines
        first += sum(line.endswith(b"\n") for line in lines)
        offset += sum(map(len, lines))


def _batches(items: Iterator[Item]) -> Iterator[list[Item]]:
    while batch := list(islice(items, _RUN)):
        yield batch


class Mapper:
    """One compiled mapping with its surroundings."""

    def __init__(self, job: Job, where: str) -> None:
        self.job = job
        self.where = where
        self.mapping = job.compiled()
        self.tree = self.mapping.tree
        self.xml: XmlOptions = xml_options(self.tree, job.record)
        self._encode: Encode = encoder(job.form, self.tree)

    def items(self, items: Iterable[Item]) -> Outcome:
        """What comes of decoded records."""
        made = Outcome()
        for line, item in items:
            self._item(made, line, item)
        return made

    def lines(self, form: str, run: _Lines) -> Outcome:
        """What comes of raw lines."""
        first, offset, lines = run
        if form == "ndxml":
            items = read_xml_lines(iter(lines), self.where, BULK, self.xml, silent, first_line=first)
            return self.items(items)
        made, line, job = Outcome(), first, self.job
        pieces: list[bytes] = []
        for raw in lines:
            pieces.append(raw)
            if not raw.endswith(b"\n") and raw is not lines[-1]:
                continue
            whole = len(pieces) == 1 and len(raw) <= BULK.record_bytes and job.encoding is None
            record = strict_object(raw.strip(_BLANK)) if whole else None
            if record is None or "response" in record:
                # Not proven to be strict, or an API reply: the readers say what it is.
                self._strictly(made, line, offset, pieces)
            else:
                result = self.mapping.apply_bytes(raw, related=job.related, idmap=job.idmap, now=job.now)
                self._result(made, line, record, result)
            offset += sum(map(len, pieces))
            line += 1
            pieces = []
        return made

    def _strictly(self, made: Outcome, line: int, offset: int, pieces: list[bytes]) -> None:
        opened = OpenedRecords(iter(pieces), self.where, "ndjson", BULK, self.job.encoding)
        reader = NdjsonReader(opened, line, offset)
        for number, item in reader.items():
            self._item(made, number, item)

    def _item(self, made: Outcome, line: int, item: dict[str, Any] | RecordError) -> None:
        if isinstance(item, RecordError):
            made.rejects.append(_reject(line, None, (_unreadable(item, self.where),)))
            return
        job = self.job
        result = self.mapping.apply(item, related=job.related, idmap=job.idmap, now=job.now)
        self._result(made, line, item, result)

    def _result(self, made: Outcome, line: int, record: Mapping[str, Any], result: MapResult) -> None:
        if not result.ok:
            made.rejects.append(_reject(line, self._key(record), result.errors))
        else:
            try:
                pieces = [piece for output in result.outputs for piece in self._encode(output)]
            except RecordError as error:
                problem = Problem(error.where, error.code, error.got, error.advice())
                made.rejects.append(_reject(line, self._key(record), (problem,)))
            else:
                made.output += pieces
                made.mapped += 1
        for warning in result.warnings:
            said = f"{warning.code} {_TEMPLATE.sub('[]', warning.path)}"
            made.warnings[said] = made.warnings.get(said, 0) + 1

    def _key(self, record: Mapping[str, Any]) -> Any:
        value = record.get(self.job.key or "id")
        if isinstance(value, str):
            return masked(value, _KEY)
        return value if isinstance(value, int) else None


_worker: Mapper | None = None


def _start_worker(job: Job, where: str) -> None:
    global _worker
    # An interrupt is the parent's: it stops giving out work, and a worker ends when there is none.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    _worker = Mapper(job, where)


def _work_lines(form: str, run: _Lines) -> Outcome:
    assert _worker is not None
    return _worker.lines(form, run)


def _work_items(items: list[Item]) -> Outcome:
    assert _worker is not None
    return _worker.items(items)


def _unreadable(error: RecordError, where: str) -> Problem:
    return Problem(inside(error, where), error.code, masked(error.got), error.advice())


def inside(error: RecordError, where: str) -> str:
    """The place in the record that `error` names after the file's name and line, as a JSON pointer."""
    return error.where.removeprefix(where).partition(" ")[2]


def _reject(line: int, key: Any, errors: tuple[Problem, ...]) -> bytes:
    return _ENCODE({"line": line, "key": key, "errors": [error.to_json() for error in errors]}) + b"\n"
