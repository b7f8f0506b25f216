"""Replay: what a release makes of journaled inputs. Nothing is fetched, sent or written.

An output is made from a release (rules and lookups), a document, its related records, what the id map said
and the time. The journal keeps all but the release, so the same release gives the same bytes, always.
"""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from crosswalk_engine.connectors.contract import Document
from crosswalk_engine.errors import ConfigError, MissingFileError, RecordError, masked
from crosswalk_engine.journal.inputs import DELIVER, Answers, Made, input_numbered, input_of
from crosswalk_engine.journal.reading import Sent, sent, target_of
from crosswalk_engine.mapping.compile import CompiledMapping, compile_ir
from crosswalk_engine.mapping.result import MapResult
from crosswalk_engine.project.flow import FlowDocument
from crosswalk_engine.release import Release
from crosswalk_engine.sync.apply import as_record_error, digest_of, id_map
from crosswalk_engine.sync.ways import Ways, compile_ways

Outcome = Literal["same", "different", "unknown"]


@dataclass(frozen=True, slots=True)
class Replayed:
    """One write of the past, beside what a release would send today.

    Attributes:
        outcome: unknown when the journal does not hold what it was made from.
        paths: where the two differ.
        reason: why there is nothing to compare, or how the release refuses the record.
        assumed: ids (``customer:5``) that were not asked for then; the id map of today answered.
    """

    sent: Sent
    outcome: Outcome
    paths: tuple[str, ...] = ()
    reason: str = ""
    assumed: tuple[str, ...] = ()


def replay(event: int, release: Release, journal: sqlite3.Connection) -> bytes:
    """The canonical bytes that `release` makes of the inputs of `event`; several documents a line each.

    Args:
        event: its number.
        release: the one that ran then gives what was sent then.
        journal: a connection to read, e.g. of `open_reader`.

    Raises:
        MissingFileError: CW-NO-INPUTS; the journal holds nothing that the event was mapped from.
        RecordError: the release refuses the record.
        ConfigError: CW-REPLAY-FLOW; the release has no such flow.
    """
    replayer = _Replayer(release, journal)
    write = next((one for one in sent(journal, event) if one.step == DELIVER), None)
    if write is not None and write.input is not None:
        made = input_numbered(journal, write.input)
        result, _ = replayer.map(write.flow, DELIVER, made, write.answers)
    else:
        row = journal.execute("select flow from event where id = ?", (event,)).fetchone()
        found = input_of(journal, event)
        if row is None or found is None:
            raise MissingFileError(
                "CW-NO-INPUTS",
                "the journal does not hold what this event was mapped from",
                got=str(event),
                fix="crosswalk status; crosswalk trace KEY",
            )
        result, _ = replayer.map(str(row[0]), DELIVER, found, {})
    if result.output is None:
        raise as_record_error(result, f"event {event}")
    return b"\n".join(result.outputs_bytes())


def replay_all(release: Release, journal: sqlite3.Connection) -> Iterator[Replayed]:
    """Every write that a target has, oldest first, compared with what `release` makes of the same inputs."""
    replayer = _Replayer(release, journal)
    for write in sent(journal):
        yield replayer.compare(write)


class _Replayer:
    def __init__(self, release: Release, journal: sqlite3.Connection) -> None:
        self._release = release
        self._journal = journal
        self._mappings: dict[str, CompiledMapping] = {}
        self._ways: dict[str, Ways] = {}
        self._today = id_map(_Today(journal))

    def compare(self, write: Sent) -> Replayed:
        if write.input is None:
            return Replayed(write, "unknown", reason="written by an engine that kept no inputs")
        made = input_numbered(self._journal, write.input)
        try:
            result, assumed = self.map(write.flow, write.step, made, write.answers)
        except (ConfigError, RecordError) as error:
            return Replayed(write, "different", reason=error.what)
        if result.output is None:
            paths = tuple(dict.fromkeys(problem.path for problem in result.errors))
            codes = ", ".join(dict.fromkeys(problem.code for problem in result.errors))
            return Replayed(write, "different", paths, f"refused: {codes}", assumed)
        output = self._same_document(write, result)
        paths = tuple(differing(write.request, output))
        same = not paths and digest_of(output) == digest_of(write.request)
        return Replayed(write, "same" if same else "different", paths, assumed=assumed)

    def _same_document(self, write: Sent, result: MapResult) -> Document:
        """Of several documents that one record makes, the one with the write's natural key."""
        step = self._release.flows[write.flow].deliver
        if step is not None and write.step == DELIVER:
            for output in result.outputs:
                if str(output.get(step.natural_key)) == write.natural_key:
                    return output
        return result.outputs[0]

    def map(self, flow: str, step: str, made: Made, answers: Answers) -> tuple[MapResult, tuple[str, ...]]:
        """What the step's mapping makes of the inputs; and the ids it asked for that were not asked then."""
        assumed: list[str] = []

        def idmap(entity: str, key: str) -> str | None:
            if (entity, key) in answers:
                return answers[entity, key]
            assumed.append(f"{entity}:{key}")
            return self._today(entity, key)

        mapping = self._mapping(flow, step, made)
        result = mapping.apply(made.document, related=made.related, idmap=idmap, now=made.now)
        return result, tuple(dict.fromkeys(assumed))

    def _mapping(self, flow: str, step: str, made: Made) -> CompiledMapping:
        found = self._release.flows.get(flow)
        if found is None:
            raise _absent(f"the release has no flow {masked(flow, 60)}")
        if step == DELIVER:
            mapping = self._flow_ways(found).decide(made.document, made.related, made.now).mapping
            if mapping is None:
                raise _absent(f"no condition of the flow {masked(flow, 60)} gives the record a mapping")
            return mapping
        name = next((one.mapping for one in found.ensures if f"ensure:{one.entity}" == step), None)
        if name is None:
            raise _absent(f"the flow {masked(flow, 60)} of the release has no step {masked(step, 60)}")
        return self._compiled(name)

    def _flow_ways(self, flow: FlowDocument) -> Ways:
        if flow.name not in self._ways:
            mappings = {name: self._compiled(name) for name in flow.candidates}
            self._ways[flow.name] = compile_ways(
                flow, self._release.conditions(flow.name), mappings, self._release.lookups
            )
        return self._ways[flow.name]

    def _compiled(self, name: str) -> CompiledMapping:
        if name not in self._mappings:
            self._mappings[name] = compile_ir(self._release.mappings[name], self._release.lookups)
        return self._mappings[name]


class _Today:
    """The id map as it is now."""

    def __init__(self, journal: sqlite3.Connection) -> None:
        self._journal = journal

    def target_of(self, entity: str, source_key: str) -> str | None:
        return target_of(self._journal, entity, source_key)


def differing(before: Any, after: Any, path: str = "") -> Iterator[str]:
    """The paths at which two outputs differ, element by element (``lines[0].ITNO``)."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted(before.keys() | after.keys()):
            inner = f"{path}.{key}" if path else str(key)
            if (key in before) != (key in after):
                yield inner
            else:
                yield from differing(before[key], after[key], inner)
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for index, (old, new) in enumerate(zip(before, after, strict=True)):
            yield from differing(old, new, f"{path}[{index}]")
    elif type(before) is not type(after) or before != after:
        yield path


def _absent(what: str) -> ConfigError:
    return ConfigError("CW-REPLAY-FLOW", what, fix="replay with a release of the same project")
