"""What was decided, by whom, when and why."""

from collections.abc import Sequence

import streamlit as st
from crosswalk_models.feedback import Decision

from crosswalk_studio.markdown import plain
from crosswalk_studio.services.dictionary import describe
from crosswalk_studio.services.ledger import VERBS
from crosswalk_studio.services.workspace import Workspace

#: What the same actions are called where accepting means something else.
_VERBS = {
    ("address", "accept"): "let pass",
    ("address", "edit"): "corrected",
    ("address", "reject"): "called undeliverable",
    ("duplicate", "accept"): "merged",
    ("duplicate", "edit"): "merged",
    ("duplicate", "reject"): "kept apart",
}


def thread(opened: Workspace, kind: str, mapping: str, target: str) -> None:
    """The decisions on one thing, the newest first; nothing when there are none."""
    found = opened.store.thread(kind, mapping, target)
    if found:
        with st.expander(f"History · {len(found)}"):
            lines(opened, found)


def lines(opened: Workspace, decisions: Sequence[Decision]) -> None:
    """One line a decision."""
    for item in decisions:
        when = item.at.replace("T", " ").removesuffix("Z")[:16]
        st.caption(f"{sentence(opened, item)}  \n{when} UTC")


def sentence(opened: Workspace, item: Decision) -> str:
    """``ana accepted CUNO · customer number: reason``, as Markdown."""
    undone = bool(item.subject and "undo_of" in item.subject)
    own = _VERBS.get((item.kind, item.action)) or VERBS.get(item.action, item.action)
    verb = "took back" if undone else own
    reason = f": {plain(item.reason)}" if item.reason and not undone else ""
    return f"**{plain(item.actor)}** {verb} {plain(_what(opened, item))}{reason}"


def _what(opened: Workspace, item: Decision) -> str:
    subject = item.subject or {}
    if item.kind == "address":
        return "an address of order " + ", ".join(str(name) for name in subject.get("records", [])[:2])
    if item.kind == "duplicate":
        return f"the pair {item.target}"
    project = opened.checked().project
    mapping = project.mappings.get(item.mapping) if project else None
    if mapping is None or not item.target:
        return item.target or item.mapping
    return describe(mapping.target.system, mapping.target.entity, item.target)
