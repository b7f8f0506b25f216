"""Copies of related records, kept for as long as a mapping allows: no product is read for every order."""

import asyncio
from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from crosswalk_engine.connectors.contract import Document, Source
from crosswalk_engine.errors import RecordError
from crosswalk_engine.journal import Version, pack, version_of
from crosswalk_engine.sync.world import World

#: Seconds for which a copy may be used again, where nothing else is said.
MAX_AGE = 120.0

#: Seconds for which it is believed that a record is not there; one that was just made should be found soon.
ABSENT_AGE = 60.0

#: Copies kept, present and absent ones; the least recently used go first.
MOST_KEPT = 20_000

#: Bytes of JSON of all copies; as Python objects they take eight times that (measured), some 130 MB.
MOST_BYTES = 16_000_000


@dataclass(frozen=True, slots=True)
class Copy:
    """A related record as it was fetched, with the version of it that goes into the journal."""

    record: Document = field(repr=False)
    version: Version


@dataclass(frozen=True, slots=True)
class _Kept:
    """What is known of one key since `at` (monotonic seconds); no copy: it is not there. `size` in bytes."""

    at: float
    copy: Copy | None
    size: int


class RelatedCache:
    """Related records of one source by entity and id.

    Args:
        source: where they come from.
        world: its clock tells the age of a copy.
        most: copies kept.
        most_bytes: of JSON kept.
    """

    def __init__(
        self, source: Source, world: World, *, most: int = MOST_KEPT, most_bytes: int = MOST_BYTES
    ) -> None:
        self._source = source
        self.world = world
        self._most = most
        self._most_bytes = most_bytes
        self._kept: OrderedDict[tuple[str, str], _Kept] = OrderedDict()
        self._bytes = 0
        self._flying: set[tuple[str, str]] = set()
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def get(self, entity: str, keys: Iterable[str], *, max_age: float = MAX_AGE) -> dict[str, Document]:
        """Records by id; see `copies`."""
        found = await self.copies(entity, dict.fromkeys(keys, max_age))
        return {key: copy.record for key, copy in found.items()}

    async def copies(self, entity: str, ages: Mapping[str, float]) -> dict[str, Copy]:
        """Copies by id, from memory where they are young enough (`ages`: id -> seconds), else in one id set.

        That a record is not there is remembered too: ids that stand for none would cost a call every time.
        Flows that want the same at the same time share one fetch.
        """
        found, missing = self._young(entity, ages)
        if missing:
            async with self._locks[entity]:
                meanwhile, missing = self._young(entity, missing)
                found |= meanwhile
                if missing:
                    found |= await self._fetch(entity, sorted(missing))
        return found

    def forget(self, entity: str, key: str) -> None:
        """The record has changed: its copy, and one that is just being fetched, is not used again."""
        self._drop((entity, key))
        self._flying.discard((entity, key))

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def size(self) -> int:
        """Bytes of JSON of all copies."""
        return self._bytes

    def _young(self, entity: str, ages: Mapping[str, float]) -> tuple[dict[str, Copy], dict[str, float]]:
        now = self.world.monotonic()
        found: dict[str, Copy] = {}
        missing: dict[str, float] = {}
        for key, age in ages.items():
            kept = self._kept.get((entity, key))
            most = age if kept is None or kept.copy is not None else min(age, ABSENT_AGE)
            if kept is None or now - kept.at > most:
                missing[key] = age
                continue
            self._kept.move_to_end((entity, key))
            if kept.copy is not None:
                found[key] = kept.copy
        return found, missing

    async def _fetch(self, entity: str, keys: Sequence[str]) -> dict[str, Copy]:
        # A copy is as old as the question: the record may change while the answer is on its way.
        at = self.world.monotonic()
        places = {(entity, key) for key in keys}
        self._flying |= places
        try:
            records, refused = await fetch_apart(self._source, entity, keys)
            found: dict[str, Copy] = {}
            for key in keys:
                kept = self._copied(entity, key, records.get(key), at)
                if kept.copy is not None:
                    found[key] = kept.copy
                self._drop((entity, key))
                if key not in refused and (entity, key) in self._flying:
                    self._keep((entity, key), kept)
        finally:
            self._flying -= places
        return found

    @staticmethod
    def _copied(entity: str, key: str, record: Document | None, at: float) -> _Kept:
        if record is None:
            return _Kept(at, None, 0)
        try:
            content = pack(record)
        except RecursionError:  # nested so deep that nothing can be made of it
            return _Kept(at, None, 0)
        return _Kept(at, Copy(record, version_of(entity, key, content)), len(content))

    def _keep(self, place: tuple[str, str], kept: _Kept) -> None:
        self._kept[place] = kept
        self._bytes += kept.size
        while len(self._kept) > self._most or self._bytes > self._most_bytes:
            self._drop(next(iter(self._kept)))

    def _drop(self, place: tuple[str, str]) -> None:
        kept = self._kept.pop(place, None)
        if kept is not None:
            self._bytes -= kept.size


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
