"""How `crosswalk release replay` shows one write of the past beside what a release makes today."""

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crosswalk_engine.sync.replay import Replayed


def render(one: "Replayed") -> str:
    """One line; paths only, because values belong to people."""
    sent = one.sent
    parts = [
        f"{one.outcome:<10}event {sent.event}  {sent.flow} {sent.step}  {sent.record} ({sent.natural_key})"
    ]
    if one.paths:
        parts.append(", ".join(one.paths))
    if one.reason:
        parts.append(one.reason)
    if one.assumed:
        parts.append(f"today's id map for {', '.join(one.assumed)}")
    return "  ".join(parts)


def to_json(one: "Replayed") -> str:
    """The same as one JSON object."""
    sent = one.sent
    content = {
        "event": sent.event,
        "effect": sent.id,
        "flow": sent.flow,
        "step": sent.step,
        "record": sent.record,
        "key": sent.natural_key,
        "release": sent.release,
        "outcome": one.outcome,
        "paths": one.paths,
        "reason": one.reason,
        "assumed": one.assumed,
    }
    return json.dumps(content)
