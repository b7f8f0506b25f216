"""The review list: rows to decide on, one key a decision, nothing lost on the way.

The browser shows a decision at once and sends it in batches, one in flight (`assets/outbox.js`). This side
applies each operation once by its id, answers with the rows that changed, and says what it refused.
"""

import hashlib
import json
import uuid
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from typing import Any, Final, Literal

import streamlit as st
from crosswalk_engine.errors import CrosswalkError

from crosswalk_studio.markdown import plain

ItemState = Literal["suggested", "accepted", "manual", "rejected", "open", "error", "warning"]
Tone = Literal["plain", "good", "warn", "bad"]
#: No honest browser sends more at once; what is beyond waits for the next batch.
MAX_BATCH: Final = 500


@dataclass(frozen=True, slots=True)
class Badge:
    """A short word at the end of a row; `help` is its tooltip."""

    text: str
    tone: Tone = "plain"
    help: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One row.

    Attributes:
        id: stable over reloads.
        group: heading under which it stands.
        title, sub, note: what it is, what that means, what is proposed; plain text.
        state: where the decision stands.
        p: probability of the proposal in [0, 1]; `None` when there is none.
        flags: for filters; ``required`` also shows a star.
        badges: short marks.
        can: the kinds of action that are possible now.
        seen: id of the last decision that this row shows (for the optimistic lock).
        code: title and note are paths or formulas.
    """

    id: str
    group: str
    title: str
    sub: str = ""
    note: str = ""
    state: ItemState = "open"
    p: float | None = None
    flags: tuple[str, ...] = ()
    badges: tuple[Badge, ...] = ()
    can: tuple[str, ...] = ()
    seen: str = ""
    code: bool = False


@dataclass(frozen=True, slots=True)
class Action:
    """A key and its button: `kind` goes to the service, `to` is the state that the row takes at once."""

    key: str
    kind: str
    label: str
    to: ItemState


@dataclass(frozen=True, slots=True)
class Filter:
    """A chip over the list: rows in one of `states` (any when empty) that carry `flag` (if named)."""

    key: str
    label: str
    states: tuple[ItemState, ...] = ()
    flag: str = ""


@dataclass(frozen=True, slots=True)
class Operation:
    """What a person did to one row; `id` is unique for ever."""

    id: str
    kind: str
    item: str
    seen: str


Apply = Callable[[Operation], None]


@dataclass(slots=True)
class _Session:
    """What this browser tab and this server know of each other."""

    client: str = field(default_factory=lambda: uuid.uuid4().hex[:12])
    nonce: int = 0
    ack: int = 0
    version: int = 0
    full_for: int = -1
    sent: dict[str, str] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)
    refused: list[dict[str, str]] = field(default_factory=list)


@cache
def _component() -> Any:
    """Registered at its first use: only a running server knows where assets lie."""
    return st.components.v2.component("crosswalk-studio.queue", js="queue.js", css="queue.css")


def review_list(
    key: str,
    scope: str,
    items: Callable[[], Sequence[Item]],
    apply: Apply,
    *,
    label: str,
    actions: Sequence[Action],
    filters: Sequence[Filter],
    empty: str,
    height: int = 640,
) -> str | None:
    """Show the list and take decisions; gives the id of the selected row.

    Args:
        key: the widget's key.
        scope: names what is reviewed (project and mapping); pending operations belong to it.
        items: makes the rows, called after operations were applied.
        apply: applies one operation; a `CrosswalkError` is told to the person and the row falls back.
        label: what the list is, for screen readers.
        actions: keys and buttons.
        filters: chips; the first is active at the start, the last should show everything.
        empty: what an empty filter says.
        height: pixels.
    """
    session: _Session = st.session_state.setdefault(f"{key}:session:{scope}", _Session())

    def take() -> None:
        _take(key, session, apply)

    take()
    rows = list(items())
    data = {
        "client": session.client,
        "scope": scope,
        "label": label,
        "empty": empty,
        "height": height,
        "actions": [asdict(action) for action in actions],
        "filters": [asdict(item) for item in filters],
        "nonce": session.nonce,
        "ack": session.ack,
        "refused": session.refused,
        **_changes(key, session, rows),
    }
    _component()(key=key, data=data, on_outbox_change=take)
    chosen = _outbox(key, session).get("selected")
    known = {row.id for row in rows}
    return chosen if chosen in known else next(iter(known and [rows[0].id]), None)


def _outbox(key: str, session: _Session) -> dict[str, Any]:
    state = st.session_state.get(key)
    outbox = (state or {}).get("outbox") if hasattr(state, "get") else None
    if isinstance(outbox, dict) and outbox.get("client") == session.client:
        return outbox
    return {}


def _take(key: str, session: _Session, apply: Apply) -> None:
    outbox = _outbox(key, session)
    nonce = outbox.get("nonce")
    if not isinstance(nonce, int) or nonce <= session.nonce:
        return
    session.refused = []
    for raw in list(outbox.get("ops") or ())[:MAX_BATCH]:
        sequence, operation = _parse(raw)
        if operation is None or sequence <= session.ack:
            continue
        try:
            apply(operation)
        except CrosswalkError as error:
            session.refused.append({"item": operation.item, "message": error.what})
            st.toast(plain(error.what), icon=":material/sync_problem:", duration="long")
        session.sent.pop(operation.item, None)
        session.ack = sequence
    session.nonce = nonce


def _parse(raw: Any) -> tuple[int, Operation | None]:
    """A browser can send anything: only what has the right form is an operation."""
    if not isinstance(raw, dict):
        return 0, None
    sequence = raw.get("seq")
    texts = [raw.get(name) for name in ("id", "kind", "item", "seen")]
    if not isinstance(sequence, int) or not all(
        isinstance(text, str) and len(text) <= 2000 for text in texts
    ):
        return 0, None
    return sequence, Operation(*(str(text) for text in texts))


def _changes(key: str, session: _Session, rows: Sequence[Item]) -> dict[str, Any]:
    """The rows that this tab does not have yet; all of them when it asks so."""
    outbox = _outbox(key, session)
    asked = outbox.get("have") == -1 and outbox.get("nonce", 0) > session.full_for
    fresh = {row.id: row for row in rows}
    marks = {name: _mark(row) for name, row in fresh.items()}
    order = list(fresh)
    base = session.version
    if asked or session.version == 0:
        session.full_for = outbox.get("nonce", 0)
        base, changed = -1, order
    else:
        changed = [name for name in order if session.sent.get(name) != marks[name]]
    moved = order != session.order or base < 0
    if changed or moved:
        session.version += 1
    session.sent, session.order = marks, order
    return {
        "base": base,
        "version": session.version,
        "order": order if moved else None,
        "items": [_to_json(fresh[name]) for name in changed],
    }


def _to_json(row: Item) -> dict[str, Any]:
    return asdict(row)


def _mark(row: Item) -> str:
    text = json.dumps(asdict(row), sort_keys=True, ensure_ascii=False)
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
