"""Deliver: a durable intent, a look, one write, a durable result."""

from typing import Any

from crosswalk_engine.connectors.contract import Target
from crosswalk_engine.errors import RecordError
from crosswalk_engine.journal import Delivery, Effect, Journal
from crosswalk_engine.project.flow import FlowDocument
from crosswalk_engine.sync.apply import digest_of
from crosswalk_engine.sync.route import route
from crosswalk_engine.sync.stages import Mapped, Verdict
from crosswalk_engine.sync.world import World


async def deliver(
    mapped: Mapped,
    flow: FlowDocument,
    target: Target,
    journal: Journal,
    world: World,
    *,
    before: int | None,
) -> None:
    """Bring one record to the target, exactly once, and settle its event.

    The target is asked before every write, the first one included: people key orders in by hand too, and a
    look costs no quota of the source. `before` is the record's state at the source, for the write-back.

    Raises:
        RecordError: the target refuses the data; it has kept nothing.
        RetriableError: not now; when the reply was lost, the next attempt finds what has happened.
    """
    event = mapped.work.event
    if flow.deliver is None:
        raise RecordError("CW-FLOW-DELIVER", "this flow delivers nothing", where=flow.name)
    outbox, entity = journal.outbox, flow.target.entity
    effect, fresh = outbox.intend(
        event,
        "deliver",
        key=str(mapped.output[flow.deliver.natural_key]),
        idempotency=f"{flow.name}/deliver/{event.record}",
        request=mapped.output,
        at=world.now(),
        answers=mapped.answers,
    )
    sent = None if fresh else effect.request
    try:
        found = await target.find(entity, mapped.output, sent=sent, progress=effect.progress)
        if found is None:
            if sent is not None:
                outbox.resend(effect, mapped.output, mapped.answers)
            sent = mapped.output
            key = await target.create(
                entity, mapped.output, remember=lambda value: outbox.progress(effect, value)
            )
        else:
            key = found.target_key
    except RecordError as error:
        outbox.refuse(effect, at=world.now(), code=error.code, reason=error.detail())
        raise
    _settle(mapped, flow, effect, journal, world, key=key, there=sent or mapped.output, before=before)


def _settle(
    mapped: Mapped,
    flow: FlowDocument,
    effect: Effect,
    journal: Journal,
    world: World,
    *,
    key: str,
    there: dict[str, Any],
    before: int | None,
) -> None:
    """Record what is `there`: after a lost reply that may be an earlier state than the one just mapped."""
    event = mapped.work.event
    same = there == mapped.output
    digest = mapped.digest if same else digest_of(there)
    delivery = Delivery(event.record, key, there, digest, mapped.fetched.version)
    way = route(mapped, delivery, flow.deliver.unsent_after_delivery if flow.deliver else ())
    journal.outbox.deliver(
        effect,
        event,
        delivery,
        entity=flow.target.entity,
        write_back=_write_back(flow, event.record, key, before),
        at=world.now(),
        held=(way.code, way.reason) if isinstance(way, Verdict) else None,
    )


def _write_back(
    flow: FlowDocument, record: str, target_key: str, before: int | None
) -> dict[str, Any] | None:
    step = flow.write_back
    if step is None:
        return None
    note = (step.note or "").replace("{ORNO}", target_key).replace("{target}", target_key)
    return {"record": record, "status": step.status, "note": note, "before": before}
