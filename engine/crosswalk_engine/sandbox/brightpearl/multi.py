"""Multi-messages: two to ten writes in one request, each with an outcome of its own."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from crosswalk_engine.sandbox.brightpearl.replies import ApiError, injected_error
from crosswalk_engine.sandbox.brightpearl.system import System
from crosswalk_engine.sandbox.host import JsonReply

LEAST, MOST = 2, 10
_VERBS = ("POST", "PUT", "PATCH", "DELETE")

#: Does one write: (method, path below the account, decoded body) → (status, body).
Perform = Callable[[str, str, Any], tuple[int, Any]]


@dataclass(frozen=True, slots=True)
class Part:
    """One message: `uri` is relative to the account."""

    label: str
    uri: str
    method: str
    body: Any


def multi_message(system: System, body: Any, perform: Perform) -> tuple[int, dict[str, Any]]:
    """Do the parts and answer with the outcome of each; 207 unless every part was done well.

    SEQUENTIAL with STOP skips what follows the first failure. PARALLEL promises no order, here neither in
    doing nor in the reply, and has nothing left to stop.

    Raises:
        ApiError: the message as a whole is refused; nothing was done.
    """
    parts, parallel, stop = _read(body)
    chance = system.host.chance
    if parallel:
        parts = chance.sample(parts, len(parts))
    processed: list[dict[str, Any]] = []
    skipped: list[str] = []
    failed = False
    for part in parts:
        if failed and stop and not parallel:
            skipped.append(part.label)
            continue
        if chance.random() < system.host.settings.multi_part_error_rate:
            status, content = 500, bytes(injected_error(500).body).decode()
        else:
            status, answer = perform(part.method, part.uri, part.body)
            content = bytes(JsonReply(answer).body).decode()
        failed = failed or status >= 400
        processed.append({"label": part.label, "statusCode": status, "body": {"content": content}})
    reply = {"response": {"processedMessages": processed, "unprocessedMessages": skipped}}
    return (207 if failed or skipped else 200), reply


def _read(body: Any) -> tuple[list[Part], bool, bool]:
    """The parts, whether they run in parallel, and whether a failure stops the rest."""
    if not isinstance(body, dict):
        raise ApiError(400, "CMNC-010", "The body must be a JSON object")
    mode, on_fail = body.get("processingMode"), body.get("onFail")
    messages = body.get("messages")
    if mode not in ("SEQUENTIAL", "PARALLEL") or on_fail not in ("STOP", "CONTINUE"):
        text = "processingMode is SEQUENTIAL or PARALLEL, onFail is STOP or CONTINUE"
        raise ApiError(400, "SBX-MULTI", text)
    if not isinstance(messages, list) or not LEAST <= len(messages) <= MOST:
        raise ApiError(400, "SBX-MULTI", f"A multi-message holds {LEAST} to {MOST} messages")
    parts = [_part(message) for message in messages]
    if len({part.label for part in parts}) < len(parts):
        raise ApiError(400, "SBX-MULTI", "Each label may stand once")
    return parts, mode == "PARALLEL", on_fail == "STOP"


def _part(message: Any) -> Part:
    try:
        label, uri, method = message["label"], message["uri"], message["httpMethod"]
    except (TypeError, KeyError):
        raise ApiError(400, "SBX-MULTI", "A message has label, uri, httpMethod and body") from None
    if not all(isinstance(text, str) and text for text in (label, uri, method)):
        raise ApiError(400, "SBX-MULTI", "label, uri and httpMethod are texts")
    if method not in _VERBS:
        raise ApiError(400, "SBX-MULTI", f"{method[:10]} cannot be part of a multi-message")
    return Part(label, "/" + uri.lstrip("/"), method, _decoded(message.get("body")))


def _decoded(body: Any) -> Any:
    """A part's body: JSON as it stands, or JSON in a text."""
    if not isinstance(body, str):
        return body
    try:
        return msgspec.json.decode(body)
    except msgspec.DecodeError:
        return None
