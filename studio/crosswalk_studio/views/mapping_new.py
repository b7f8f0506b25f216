"""The dialog that makes a new mapping."""

import uuid

import streamlit as st
from crosswalk_engine.errors import CrosswalkError

from crosswalk_studio.services.ledger import By
from crosswalk_studio.services.new_mapping import create_mapping, sides, suggested_name
from crosswalk_studio.services.workspace import Workspace
from crosswalk_studio.views import frame


def button(opened: Workspace) -> None:
    """``New mapping``; needs two entities."""
    few = len(sides(opened)) < 2
    tip = "Upload samples of both sides first." if few else None
    if st.button("New mapping", icon=":material/add:", disabled=few, help=tip):
        _dialog(opened)


@st.dialog("New mapping")
def _dialog(opened: Workspace) -> None:
    found = sides(opened)
    source = st.selectbox("From", found, key="new source")
    others = sorted(
        (side for side in found if side != source),
        key=lambda side: source is not None and side.system == source.system,
    )
    target = st.selectbox("To", others, key="new target")
    if source is None or target is None:
        return
    name = st.text_input(
        "Name", suggested_name(source, target), key=f"new name {source} {target}", max_chars=100
    )
    st.caption("The name is also the file's: mappings/…yaml in the project.")
    if st.button("Create", type="primary", icon=":material/check:"):
        try:
            create_mapping(opened, name.strip(), source, target, By(frame.actor(), uuid.uuid4().hex))
        except CrosswalkError as error:
            frame.failed(error)
            return
        st.session_state["mapping"] = name.strip()
        st.rerun()
