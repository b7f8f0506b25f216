"""The dialog that takes in a sample file."""

import re
from pathlib import PurePath

import streamlit as st
from crosswalk_engine.errors import CrosswalkError

from crosswalk_studio.markdown import plain
from crosswalk_studio.services.profiles import profile_desk
from crosswalk_studio.services.uploads import MAX_BYTES, SUFFIXES, Upload, add_sample, read_upload
from crosswalk_studio.services.workspace import Workspace
from crosswalk_studio.views import frame


def button(opened: Workspace) -> None:
    """``Upload samples``."""
    if st.button("Upload samples", icon=":material/upload:"):
        _dialog(opened)


@st.dialog("Upload samples", width="medium")
def _dialog(opened: Workspace) -> None:
    st.caption("Sample records of one entity, e.g. 50 orders. Nothing is kept before all is read.")
    file = st.file_uploader("File", list(SUFFIXES), max_upload_size=MAX_BYTES // 1_000_000, key="sample file")
    if file is None:
        return
    try:
        upload = read_upload(file.name, file.getvalue())
    except CrosswalkError as error:
        frame.failed(error, what="Nothing was kept")
        return
    _found(upload)
    system, entity = _names(opened, upload)
    if st.button(
        "Keep as samples", type="primary", icon=":material/check:", disabled=not (system and entity)
    ):
        try:
            add_sample(opened, system, entity, upload)
        except CrosswalkError as error:
            frame.failed(error)
            return
        profile_desk(opened).start()
        st.rerun()


def _found(upload: Upload) -> None:
    st.success(
        f"{len(upload.records):,} records with {upload.fields} fields"
        + (f"; {plain(upload.key)} may be their id" if upload.key else ""),
        icon=":material/check_circle:",
    )
    rows = [
        {
            "Field": shape.path,
            "Kinds": ", ".join(sorted(shape.scalar_kinds)) or "null",
            "Form": ", ".join(shape.examples),
        }
        for shape in (upload.shape.find(path) for path in upload.shape.paths()[:200])
        if shape is not None
    ]
    st.dataframe(rows, hide_index=True, row_height=28, height=min(180, 38 + 28 * len(rows)))


def _names(opened: Workspace, upload: Upload) -> tuple[str, str]:
    project = opened.checked().project
    systems = list(project.manifest.systems) if project else []
    stem = re.sub(r"[^A-Za-z0-9._-]+", "-", PurePath(upload.name).stem).strip("-.") or "records"
    head, _, tail = stem.partition(".")
    left, right = st.columns(2)
    index = systems.index(head) if head in systems else (0 if systems else None)
    system = left.selectbox("System", systems, index=index, accept_new_options=True, key="sample system",
                            placeholder="e.g. brightpearl")  # fmt: skip
    entity = right.text_input("Entity", tail or stem, max_chars=100, key=f"sample entity {upload.name}",
                              help="In the singular: order, contact, sales_order.")  # fmt: skip
    known = project.samples.get(f"{system}.{entity.strip()}") if project else None
    if known:
        st.warning("There are samples of this entity; they will be replaced.", icon=":material/warning:")
    return str(system or "").strip(), entity.strip()
