"""The formula field: tells what stands in it while it is written, and marks the faults that come back."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import cache
from typing import Any, Final

import streamlit as st
from crosswalk_engine.formula import FormulaProblem

#: Longer texts are no formulas; the parser would refuse them too.
MAX_LENGTH: Final = 8_000


@cache
def _component() -> Any:
    """Registered at its first use: only a running server knows where assets lie."""
    return st.components.v2.component("crosswalk-studio.formula", js="formula.js", css="formula.css")


def formula_field(
    key: str,
    turn: str,
    text: str,
    problems: Callable[[str], Sequence[FormulaProblem]],
    *,
    label: str,
    placeholder: str = "",
    save: Callable[[str], None] | None = None,
) -> str:
    """Show the field; gives the formula as it stands in it now.

    Args:
        key: the widget's key.
        turn: what is edited; when it changes, the field starts again from `text`.
        text: the formula to start from.
        problems: what is wrong with a draft.
        label: what the field is, for screen readers.
        placeholder: shown while it is empty.
        save: called with the text on Ctrl+Enter.
    """
    mark = hashlib.blake2b(f"{turn}\x1f{text}".encode(), digest_size=8).hexdigest()

    def on_save() -> None:
        sent = _read(st.session_state.get(key), "save", mark)
        if sent is not None and save is not None:
            save(sent)

    draft = _read(st.session_state.get(key), "draft", mark)
    now = text if draft is None else draft
    found = [asdict(problem) for problem in problems(now)] if now.strip() else []
    data = {
        "turn": mark,
        "text": text,
        "draft": draft,
        "echo": now,
        "problems": found,
        "label": label,
        "placeholder": placeholder,
    }
    _component()(key=key, data=data, on_draft_change=_ignore, on_save_change=on_save)
    return now


def _read(state: Any, name: str, mark: str) -> str | None:
    """What the browser says, if it is about what is edited now."""
    sent = state.get(name) if hasattr(state, "get") else None
    if not isinstance(sent, dict) or sent.get("turn") != mark or not isinstance(sent.get("text"), str):
        return None
    return str(sent["text"])[:MAX_LENGTH]


def _ignore() -> None:
    """The draft is read where the field is drawn."""
