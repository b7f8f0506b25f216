"""Fetch: the current state of records by id set, and the related records that their mappings name."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence

from crosswalk_engine.connectors.contract import Document, Source
from crosswalk_engine.errors import RecordError
from crosswalk_engine.journal import Event
from crosswalk_engine.mapping.compile import CompiledMapping
from crosswalk_engine.sync.stages import Fetched, Related, Work
from crosswalk_engine.sync.world import World

#: Seconds for which a related record may be used again.
MAX_AGE = 120.0

#: Related records kept, the oldest dropped first.
MOST_KEPT = 20_000


class RelatedCache:
    """Related records by entity and id, each with an age limit."""

    def __init__(self, source: Source, world: World) -> None:
        self._source = source
        self._world = world
        self._kept: dict[tuple[str, str], tuple[float, Document | None]] = {}

    async def get(self, entity: str, keys: Iterable[str]) -> dict[str, Document]:
        """Records by id, from memory where they are young enough, the others in one id set.

        That a record is not there is remembered too: ids that stand for none would cost a call every time.
        """
        youngest = self._world.monotonic() - MAX_AGE
        found: dict[str, Document] = {}
        missing = []
        for key in keys:
            at, record = self._kept.get((entity, key), (float("-inf"), None))
            if at < youngest:
                missing.append(key)
            elif record is not None:
                found[key] = record
        if missing:
            fetched, refused = await fetch_apart(self._source, entity, missing)
            at = self._world.monotonic()
            for key in missing:
                self._kept.pop((entity, key), None)
                if key not in refused:
                    self._kept[entity, key] = (at, fetched.get(key))
            found |= fetched
        while len(self._kept) > MOST_KEPT:
            del self._kept[next(iter(self._kept))]
        return found


async def fetch_apart(
    source: Source, entity: str, keys: Sequence[str]
) -> tuple[dict[str, Document], dict[str, RecordError]]:
    """Fetch an id set; when it is refused for its data, halve it until the refused keys stand alone.

    One bad record must not take the others of its id set along.
    """
    try:
        return await source.fetch(entity, keys), {}
    except RecordError as error:
        if len(keys) == 1:
            return {}, {keys[0]: error}
    middle = len(keys) // 2
    first, refused = await fetch_apart(source, entity, keys[:middle])
    second, refused_too = await fetch_apart(source, entity, keys[middle:])
    return first | second, refused | refused_too


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
    needed = {work.record: related_keys(mapping, documents[work.record]) for work in present}
    pools = await fetch_related(mapping, needed.values(), cache)
    fetched = [Fetched(work, documents[work.record], _select(pools, needed[work.record])) for work in present]
    return fetched, absent


async def fetch_related(
    mapping: CompiledMapping, needed: Iterable[dict[str, frozenset[str]]], cache: RelatedCache
) -> Related:
    """All related records that `needed` (with-name -> ids) asks for, one id set an entity."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for keys in needed:
        for name, ids in keys.items():
            wanted[name] |= ids
    names = sorted(wanted)
    pools = await asyncio.gather(
        *(cache.get(mapping.related_entities[name], sorted(wanted[name])) for name in names)
    )
    return dict(zip(names, pools, strict=True))


def related_keys(mapping: CompiledMapping, document: Document) -> dict[str, frozenset[str]]:
    """The ids of related records that `document` names; none when it names them wrongly."""
    try:
        return mapping.related_keys(document)
    except RecordError:
        return {}  # the mapping itself will say what is wrong with this record


def _select(pools: Related, needed: dict[str, frozenset[str]]) -> Related:
    return {
        name: {key: pools[name][key] for key in ids if key in pools.get(name, {})}
        for name, ids in needed.items()
    }
