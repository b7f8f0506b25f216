"""Home: what needs me now."""

from collections.abc import Callable
from pathlib import Path

import streamlit as st
from crosswalk_engine.errors import CrosswalkError

from crosswalk_studio.markdown import some
from crosswalk_studio.services.desk import DESK
from crosswalk_studio.services.home import Overview, overview
from crosswalk_studio.services.projects import begin_project, copy_sample, sample_project
from crosswalk_studio.services.workspace import Workspace
from crosswalk_studio.views import frame, history
from crosswalk_studio.views.runs import STATES

ICONS = {
    "mappings": ":material/alt_route:",
    "addresses": ":material/location_on:",
    "duplicates": ":material/group:",
    "releases": ":material/inventory_2:",
    "runs": ":material/play_circle:",
    "systems": ":material/database:",
}


def show() -> None:
    """The page."""
    opened = DESK.workspace
    if opened is None:
        frame.head("Crosswalk studio", "Map two systems onto each other, prove it, and release it.")
        _doors()
        return
    frame.head("Home", "What needs you now.")
    if frame.broken_project(opened):
        return
    project = opened.checked().project
    if project is not None and not any(project.samples.values()):
        _first_steps()
        return
    found = overview(opened)
    if found.addresses is None:
        _while_checking(opened)
    else:
        _counts(opened, found)
    with st.expander("Open another project", icon=":material/folder_open:"):
        _doors()


@st.fragment(run_every=0.7, key="home counts")
def _while_checking(opened: Workspace) -> None:
    """The same, looked at again until the addresses are checked."""
    found = overview(opened)
    if found.addresses is not None:
        st.rerun()
    _counts(opened, found)


def _counts(opened: Workspace, found: Overview) -> None:
    _tiles(found)
    left, right = st.columns([3, 2], gap="large")
    with left:
        _todos(found)
        _mappings(found)
    with right:
        _recent(opened)


def _tiles(found: Overview) -> None:
    tiles = (*_waiting_tiles(found), *_release_tiles(found))
    for column, (label, value, note) in zip(st.columns(len(tiles)), tiles, strict=True):
        column.metric(label, value, border=True, delta=note, delta_color="off", delta_arrow="off")


Tile = tuple[str, str, str]


def _waiting_tiles(found: Overview) -> tuple[Tile, ...]:
    missing = sum(state.missing for state in found.mappings)
    required = f"{some(missing, 'required field')} missing" if missing else "✓ required fields mapped"
    addresses = "…" if found.addresses is None else str(found.addresses)
    held = "would hold their orders" if found.addresses else "✓ none waits"
    pairs = "–" if found.duplicates is None else str(found.duplicates)
    looked = "not looked for yet" if found.duplicates is None else "one customer, two records"
    return (
        ("Open suggestions", str(sum(state.open_suggestions for state in found.mappings)), required),
        ("Addresses to review", addresses, "checking" if found.addresses is None else held),
        ("Duplicates to decide", pairs, looked),
    )


def _release_tiles(found: Overview) -> tuple[Tile, ...]:
    changes = some(found.unreleased, "change") if found.unreleased else "up to date"
    lint = f"✕ {some(found.errors, 'lint error')}" if found.errors else "✓ lint has no errors"
    last = found.last_run
    done = f"{last.last.done if last.last else 0} / {last.orders}" if last else "–"
    return (
        ("Since the last release", changes if found.releases else "none yet", lint),
        ("Last run", done, STATES[last.state][1] if last else "none yet"),
    )


def _todos(found: Overview) -> None:
    st.subheader("To do", anchor=False)
    if not found.todos:
        frame.empty(
            "Nothing waits for you", "Everything is decided and released.", icon=":material/check_circle:"
        )
    for item in found.todos:
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            frame.link(item.page, item.what, icon=ICONS[item.page], query=dict(item.query))
            st.caption(item.why)


def _mappings(found: Overview) -> None:
    st.subheader("Mappings", anchor=False)
    if not found.mappings:
        frame.empty("There is no mapping yet", "Add one on the Mappings page.", icon=":material/alt_route:")
        return
    st.dataframe(
        [
            {
                "Mapping": state.name,
                "Decided": 100 * state.decided / state.fields if state.fields else 0.0,
                "Open": state.open_suggestions,
                "Required, missing": state.missing,
            }
            for state in found.mappings
        ],
        hide_index=True,
        row_height=30,
        column_config={
            "Decided": st.column_config.ProgressColumn(format="%.0f %%", min_value=0, max_value=100)
        },
    )


def _recent(opened: Workspace) -> None:
    st.subheader("Recent decisions", anchor=False)
    found = opened.store.history(12)
    if not found:
        st.caption("Nothing was decided yet.")
    history.lines(opened, found)


def _first_steps() -> None:
    st.subheader("Three steps to the first release", anchor=False)
    steps = [
        ("systems", "1 · Upload samples", "One file of records for each side, on the Systems page."),
        ("mappings", "2 · Map", "Add a mapping, find suggestions, accept or reject them."),
        ("releases", "3 · Release and run", "Check, build, and drive it against the sandboxes."),
    ]
    for column, (page, title, sentence) in zip(st.columns(3), steps, strict=True):
        with column, st.container(border=True):
            frame.link(page, title, icon=ICONS[page])
            st.caption(sentence)


def _doors() -> None:
    """Ways into a project."""
    sample = sample_project()
    columns = st.columns(3)
    with columns[0], st.form("open", border=True):
        st.markdown(":material/folder_open: **Open a project**")
        folder = st.text_input("Folder with project.yaml", max_chars=400, placeholder="/srv/projects/orders")
        if st.form_submit_button("Open"):
            _go(lambda: Path(folder.strip()).expanduser())
    with columns[1], st.form("begin", border=True):
        st.markdown(":material/add: **Begin a project**")
        name = st.text_input("Name", max_chars=100, placeholder="orders-to-erp")
        place = st.text_input("New folder", max_chars=400, placeholder="/srv/projects/orders-to-erp")
        if st.form_submit_button("Begin"):
            _go(lambda: begin_project(Path(place.strip()).expanduser(), name.strip()))
    with columns[2], st.form("sample", border=True):
        st.markdown(":material/school: **Try the sample project**")
        if sample is None:
            st.caption("The sample data is not in the folder that the studio was started from.")
        copy = st.text_input(
            "Copy it to (empty: work on the original)", max_chars=400, placeholder="/srv/projects/try-out"
        )
        if st.form_submit_button("Load", disabled=sample is None):
            _go(lambda: copy_sample(Path(copy.strip()).expanduser()) if copy.strip() else Path(sample or ""))


def _go(where: Callable[[], Path]) -> None:
    try:
        DESK.open(where())
    except CrosswalkError as error:
        frame.failed(error)
        return
    st.rerun()
