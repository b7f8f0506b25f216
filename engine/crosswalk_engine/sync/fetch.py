"""Fetch: the current state of records by id set, and the related records that their mappings name.

A related record's key may stand in another one (`group: {entity: customer_group, key: contact.groupId}`), so
they come in waves: what the records name, what those name, and so on. An entity costs one id set a wave,
however many records there are.
"""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from crosswalk_engine.connectors.contract import Document, Source
from crosswalk_engine.errors import RecordError
from crosswalk_engine.journal import Event, Inputs, Version
from crosswalk_engine.mapping.compile import CompiledMapping
from crosswalk_engine.payload.paths import parse_path
from crosswalk_engine.sync.related import Copy, RelatedCache, fetch_apart
from crosswalk_engine.sync.stages import Fetched, Related, Work

#: with-name -> ids.
Keys = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Gathered:
    """The related records of one record, and their versions for the journal."""

    related: Related = field(repr=False)
    versions: dict[str, dict[str, Version]] = field(repr=False)


def coalesce(events: Sequence[Event]) -> list[Work]:
    """One work a record: its newest event leads, the older ones are covered by the same fetch."""
    by_record: dict[str, list[Event]] = defaultdict(list)
    for event in sorted(events, key=lambda event: event.id):
        by_record[event.record].append(event)
    return [Work(group[-1], tuple(group[:-1])) for group in by_record.values()]


async def fetch(
    works: Sequence[Work], entity: str, source: Source, mapping: CompiledMapping, cache: RelatedCache
) -> tuple[list[Fetched], dict[str, RecordError | None]]:
    """The records of `works` with what their mapping needs; and, by key, those that are not there.

    The error says why a record cannot be had; None that it is gone.
    """
    documents, refused = await fetch_apart(source, entity, [work.record for work in works])
    present = [work for work in works if work.record in documents]
    absent = {work.record: refused.get(work.record) for work in works if work.record not in documents}
    gathered = await gather(mapping, [documents[work.record] for work in present], cache)
    fetched = []
    for work, around in zip(present, gathered, strict=True):
        document = documents[work.record]
        try:
            inputs = Inputs.of(work.event.id, document, around.versions, at=cache.world.now())
        except RecordError as error:
            absent[work.record] = error
        else:
            fetched.append(Fetched(work, document, around.related, inputs))
    return fetched, absent


async def gather(
    mapping: CompiledMapping, documents: Sequence[Document], cache: RelatedCache
) -> list[Gathered]:
    """For each of `documents`, in order, the related records that `mapping` needs with it."""
    copies: dict[str, dict[str, Copy]] = {name: {} for name in mapping.tree.related}
    records: Related = {name: {} for name in mapping.tree.related}
    asked: dict[str, set[str]] = {name: set() for name in mapping.tree.related}
    needed = [_keys(mapping, document, records) for document in documents]
    # A chain of keys is no longer than there are related records.
    for _ in mapping.tree.related:
        wanted = {name: set().union(*(keys.get(name, ()) for keys in needed)) - asked[name] for name in asked}
        if not any(wanted.values()):
            break
        for name, found in (await _wave(mapping, wanted, cache)).items():
            asked[name] |= wanted[name]
            copies[name] |= found
            records[name] |= {key: copy.record for key, copy in found.items()}
        if _chained(mapping):
            needed = [_keys(mapping, document, records) for document in documents]
    return [_selected(copies, keys) for keys in needed]


async def _wave(
    mapping: CompiledMapping, wanted: Mapping[str, set[str]], cache: RelatedCache
) -> dict[str, dict[str, Copy]]:
    """The copies that `wanted` (with-name -> ids) asks for, one id set an entity; the shortest age counts."""
    ages: dict[str, dict[str, float]] = defaultdict(dict)
    for name, ids in wanted.items():
        related = mapping.tree.related[name]
        for key in ids:
            known = ages[related.entity].get(key, related.max_age)
            ages[related.entity][key] = min(known, related.max_age)
    entities = sorted(ages)
    found = await asyncio.gather(*(cache.copies(entity, ages[entity]) for entity in entities))
    by_entity = dict(zip(entities, found, strict=True))
    return {
        name: {key: copy for key, copy in by_entity[mapping.tree.related[name].entity].items() if key in ids}
        for name, ids in wanted.items()
        if ids
    }


def _chained(mapping: CompiledMapping) -> bool:
    """Whether a key may stand in another related record."""
    related = mapping.tree.related
    return any(parse_path(one.key).names[0] in related for one in related.values())


def _keys(mapping: CompiledMapping, document: Document, records: Related) -> Keys:
    """The ids of related records that `document` names; none when it names them wrongly."""
    try:
        return mapping.related_keys(document, related=records)
    except RecordError:
        return {}  # the mapping itself will say what is wrong with this record


def _selected(copies: Mapping[str, Mapping[str, Copy]], needed: Keys) -> Gathered:
    chosen = {
        name: {key: copies[name][key] for key in sorted(ids) if key in copies[name]}
        for name, ids in needed.items()
    }
    return Gathered(
        {name: {key: copy.record for key, copy in group.items()} for name, group in chosen.items()},
        {name: {key: copy.version for key, copy in group.items()} for name, group in chosen.items()},
    )
