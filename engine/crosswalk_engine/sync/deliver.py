"""Deliver: a durable intent, a look, one write, a durable result."""

from typing import Any

from crosswalk_engine.connectors.contract import Target
from crosswalk_engine.errors import RecordError
from crosswalk_engine.journal import Delivery, Journal
from crosswalk_engine.project.flow import FlowDocument
from crosswalk_engine.sync.stages import Mapped
from crosswalk_engine.sync.world import World


async def deliver(mapped: Mapped, flow: FlowDocument, target: Target, journal: Journal, world: World) -> str:
    """Bring one record to the target, exactly once, and return the target's key.

    The target is asked before every write, the first one included: people key orders in by hand too, and a
    look costs no quota of the source.

    Raises:
        RecordError: the target refuses the data; it has kept nothing.
        RetriableError: not now; when the reply was lost, the next attempt finds what has happened.
    """
    event = mapped.work.event
    if flow.deliver is None:
        raise RecordError("CW-FLOW-DELIVER", "this flow delivers nothing", where=flow.name)
    natural = str(mapped.output[flow.deliver.natural_key])
    effect, fresh = journal.outbox.intend(
        event,
        "deliver",
        key=natural,
        idempotency=f"{flow.name}/deliver/{event.record}",
        request=mapped.output,
        at=world.now(),
    )
    entity = flow.target.entity
    try:
        found = await target.find(entity, mapped.output, attempted=not fresh, progress=effect.progress)
        key = (
            found.target_key
            if found
            else await target.create(
                entity, mapped.output, remember=lambda value: journal.outbox.progress(effect, value)
            )
        )
    except RecordError as error:
        journal.outbox.refuse(effect, at=world.now(), code=error.code, reason=error.render())
        raise
    journal.outbox.deliver(
        effect,
        event,
        Delivery(event.record, key, mapped.output, mapped.digest, mapped.fetched.version),
        entity=entity,
        write_back=_write_back(flow, event.record, key),
        at=world.now(),
    )
    return key


def _write_back(flow: FlowDocument, record: str, target_key: str) -> dict[str, Any] | None:
    step = flow.write_back
    if step is None:
        return None
    note = (step.note or "").replace("{ORNO}", target_key).replace("{target}", target_key)
    return {"record": record, "status": step.status, "note": note}
