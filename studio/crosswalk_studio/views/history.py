"""What was decided, by whom, when and why."""

from collections.abc import Sequence

import streamlit as st
from crosswalk_models.feedback import Decision

from crosswalk_studio.markdown import plain
from crosswalk_studio.services.ledger import VERBS
from crosswalk_studio.services.workspace import Workspace


def thread(opened: Workspace, kind: str, mapping: str, target: str) -> None:
    """The decisions on one thing, the newest first; nothing when there are none."""
    found = opened.store.thread(kind, mapping, target)
    if found:
        with st.expander(f"History · {len(found)}"):
            lines(found)


def lines(decisions: Sequence[Decision]) -> None:
    """One line a decision."""
    for item in decisions:
        st.markdown(sentence(item))


def sentence(item: Decision) -> str:
    """``ana accepted CUNO · 24 Nov 09:00``, as Markdown."""
    undone = bool(item.subject and "undo_of" in item.subject)
    verb = "took back" if undone else VERBS.get(item.action, item.action)
    what = item.target or item.mapping
    if item.kind == "address":
        what = "an address of " + ", ".join(str(name) for name in (item.subject or {}).get("records", [])[:2])
    elif item.kind == "duplicate":
        what = "the pair " + item.target
    reason = f": {plain(item.reason)}" if item.reason and not undone else ""
    when = item.at.replace("T", " ").removesuffix("Z")[:16]
    return f"**{plain(item.actor)}** {verb} {plain(what)}{reason}  \n:gray[{when} UTC]"
