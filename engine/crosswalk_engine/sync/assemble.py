"""Assemble: a release's flows joined to connectors and journal; what does not fit is said before a run."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from crosswalk_engine.connectors.contract import Source, Target
from crosswalk_engine.errors import ConfigError
from crosswalk_engine.journal import Event, Journal
from crosswalk_engine.mapping.compile import CompiledMapping, compile_ir
from crosswalk_engine.payload.paths import MISSING, get
from crosswalk_engine.project.flow import Ensure, FlowDocument
from crosswalk_engine.release import Release
from crosswalk_engine.release.drift import drift_check
from crosswalk_engine.release.reads import condition_paths
from crosswalk_engine.sync.apply import IdMap, id_map
from crosswalk_engine.sync.conditions import Condition, condition
from crosswalk_engine.sync.drift import Watch
from crosswalk_engine.sync.ensure import Ensurer, Needed
from crosswalk_engine.sync.pipeline import Pipeline
from crosswalk_engine.sync.related import RelatedCache
from crosswalk_engine.sync.stages import Fetched
from crosswalk_engine.sync.validate import load_validators
from crosswalk_engine.sync.ways import candidates, compile_ways
from crosswalk_engine.sync.world import World

Locks = defaultdict[str, asyncio.Lock]


def assemble(
    release: Release, connectors: Mapping[str, Source | Target], journal: Journal, world: World
) -> list[Pipeline]:
    """One pipeline a flow of `release`.

    Raises:
        ConfigError: a flow names a connection, an entity or a validator that is not there.
    """
    mappings = {name: compile_ir(ir, release.lookups) for name, ir in release.mappings.items()}
    ids = id_map(journal.outbox)
    caches: dict[str, RelatedCache] = {}
    locks: defaultdict[str, Locks] = defaultdict(lambda: defaultdict(asyncio.Lock))
    pipelines = []
    for flow in release.flows.values():
        source, target = _ends(flow, connectors)
        _check_related(flow, mappings, source)
        cache = caches.setdefault(flow.source.connection, RelatedCache(source, world))
        conditions = release.conditions(flow.name)
        let_go = partial(_let_go, journal)
        needs = [
            condition(ir, f"the condition of ensure {step.entity}", release.lookups)
            for step, ir in zip(flow.ensures, conditions.ensures, strict=True)
        ]
        pipelines.append(
            Pipeline(
                flow=flow,
                source=source,
                target=target,
                mapping=candidates(flow, mappings),
                accepts=condition(conditions.accept, "the flow's condition", release.lookups),
                ensurers=_ensurers(flow, mappings, needs, target, cache, journal, ids, world, locks),
                validators=load_validators(flow.validators, release.policies),
                cache=cache,
                journal=journal,
                ids=ids,
                world=world,
                ways=compile_ways(flow, conditions, mappings, release.lookups, let_go),
                drift=_watch(release, flow, journal, world, let_go),
            )
        )
    return pipelines


def _let_go(journal: Journal, event: Event, code: str) -> bool:
    return journal.inbox.let_go(event.id, code)


def _watch(
    release: Release,
    flow: FlowDocument,
    journal: Journal,
    world: World,
    let_go: Callable[[Event, str], bool],
) -> Watch | None:
    """What looks at the flow's records; None when the release was built without samples of them."""
    name = f"{release.mappings[flow.mapping]['source']['system']}.{flow.source.entity}"
    if name not in release.shapes:
        return None

    def remark(event: Event, detail: dict[str, Any]) -> None:
        journal.inbox.remark("drift", [(event, detail)], at=world.now())

    accept = condition_paths(release.conditions(flow.name).accept)
    return Watch(flow.name, drift_check(release, name), frozenset(accept), remark, let_go)


def _ensurers(
    flow: FlowDocument,
    mappings: Mapping[str, CompiledMapping],
    needs: Sequence[Condition],
    target: Target,
    cache: RelatedCache,
    journal: Journal,
    ids: IdMap,
    world: World,
    locks: Mapping[str, Locks],
) -> tuple[Ensurer, ...]:
    main = candidates(flow, mappings)
    return tuple(
        Ensurer(
            step=step,
            entity=main.tree.related[step.related].entity,
            mapping=mappings[step.mapping],
            needed=_needed(step, holds),
            target=target,
            target_name=flow.target.connection,
            cache=cache,
            journal=journal,
            ids=ids,
            world=world,
            locks=locks[flow.target.connection],
        )
        for step, holds in zip(flow.ensures, needs, strict=True)
    )


def _needed(step: Ensure, holds: Condition) -> Needed:
    def needed(record: Fetched) -> str | None:
        key = get(record.document, step.key)
        if key is MISSING or key is None or not _holds(holds, record):
            return None
        return str(key)

    return needed


def _holds(condition: Condition, record: Fetched) -> bool:
    return condition(record.document, record.related, record.inputs.now)


def _ends(flow: FlowDocument, connectors: Mapping[str, Source | Target]) -> tuple[Source, Target]:
    source, target = connectors.get(flow.source.connection), connectors.get(flow.target.connection)
    if not isinstance(source, Source) or flow.source.entity not in source.entities:
        raise _missing(flow, "source", flow.source.connection, flow.source.entity)
    if not isinstance(target, Target) or flow.target.entity not in target.entities:
        raise _missing(flow, "target", flow.target.connection, flow.target.entity)
    return source, target


def _check_related(flow: FlowDocument, mappings: Mapping[str, CompiledMapping], source: Source) -> None:
    for name in flow.mappings:
        for related in mappings[name].tree.related.values():
            if related.entity not in source.entities:
                raise _missing(flow, "related record", flow.source.connection, related.entity)


def _missing(flow: FlowDocument, side: str, connection: str, entity: str) -> ConfigError:
    return ConfigError(
        "CW-FLOW-CONNECTION",
        f"the flow's {side} is not there",
        where=f"flow {flow.name}",
        got=f"{connection}/{entity}",
        expected=f"a connection of that name in engine.yaml that can give or take {entity}",
        fix="add the connection to engine.yaml",
    )
