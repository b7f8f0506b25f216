"""Mappings: every target field with its suggestions and evidence; accept, reject, or write the formula."""

from functools import partial

import streamlit as st
from crosswalk_engine.errors import CrosswalkError

from crosswalk_studio.components.queue import Action, Badge, Filter, Item, Operation, review_list
from crosswalk_studio.markdown import plain
from crosswalk_studio.services.ledger import By
from crosswalk_studio.services.mapper import Mapper
from crosswalk_studio.services.suggestions import job_key, start_suggesting
from crosswalk_studio.services.targets import TargetRow, formula_of, progress
from crosswalk_studio.services.workspace import Workspace
from crosswalk_studio.views import frame, mapping_detail, mapping_new

ACTIONS = (
    Action("a", "accept", "Accept", "accepted"),
    Action("x", "reject", "Reject", "rejected"),
)
FILTERS = (
    Filter("review", "To review", ("suggested",)),
    Filter("missing", "Missing", ("suggested", "open", "rejected"), "required"),
    Filter("accepted", "Accepted", ("accepted", "manual")),
    Filter("rejected", "Rejected", ("rejected",)),
    Filter("all", "All"),
)
HEIGHT = 660


def show() -> None:
    """The page."""
    opened = frame.workspace()
    frame.head(
        "Mappings", "Decide what each field of the target is made of. Every decision is saved at once."
    )
    if frame.broken_project(opened):
        return
    project = opened.checked().project
    names = sorted(project.mappings) if project else []
    left, right = st.columns([5, 3], vertical_alignment="bottom")
    with right, st.container(horizontal=True, horizontal_alignment="right"):
        mapping_new.button(opened)
    if not names:
        frame.empty(
            "There is no mapping yet", "Upload samples of both sides on the Systems page, then add a mapping."
        )
        return
    name = left.selectbox(
        "Mapping",
        names,
        index=_first(opened, names),
        key="mapping",
        label_visibility="collapsed",
        bind="query-params",
    )
    _review(opened, name)


def _first(opened: Workspace, names: list[str]) -> int:
    """The mapping that a flow delivers comes first: it is the one people work on."""
    project = opened.checked().project
    delivered = {name for flow in project.flows.values() for name in flow.candidates} if project else set()
    return next((i for i, name in enumerate(names) if name in delivered), 0)


def _scope(opened: Workspace, name: str) -> str:
    return f"{opened.tag}/{name}"


@st.fragment(key="mapping review")
def _review(opened: Workspace, name: str) -> None:
    frame.still(opened)
    mapper = Mapper(opened, name)
    try:
        rows = mapper.rows()
    except CrosswalkError as error:
        frame.failed(error)
        return
    _summary(mapper, rows)
    _suggesting(opened, name)
    left, right = st.columns([10, 9], gap="medium")
    with left:
        chosen = review_list(
            "mapper",
            _scope(opened, name),
            lambda: [_item(row) for row in mapper.rows()],
            partial(_apply, mapper),
            label=f"Fields of {name}",
            actions=ACTIONS,
            filters=FILTERS,
            empty="Nothing left here. Choose another filter.",
            height=HEIGHT,
        )
    with right:
        if chosen is not None:
            mapping_detail.show(mapper, mapper.row(chosen))


def _apply(mapper: Mapper, operation: Operation) -> None:
    mapper.act(operation.kind, operation.item, By(frame.actor(), operation.id, operation.seen))


def _summary(mapper: Mapper, rows: list[TargetRow]) -> None:
    state = progress(rows)
    document = mapper.document()
    found = mapper.suggestions()
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(
            f"{plain(document.source.system)} **{plain(document.source.entity)}** → "
            f"{plain(document.target.system)} **{plain(document.target.entity)}**"
        )
        required = f"{state.required_mapped} of {state.required} required fields mapped"
        st.badge(required, color="green" if not state.missing else "orange",
                 icon=":material/check:" if not state.missing else ":material/warning:")  # fmt: skip
        st.badge(f"{state.decided} of {state.fields} fields decided", color="gray")
        if found is not None and found.stale:
            st.badge("samples changed since the suggestions", color="orange", icon=":material/history:")
        label = "Find suggestions" if found is None else "Find again"
        if st.button(label, icon=":material/auto_awesome:", type="primary" if found is None else "secondary"):
            start_suggesting(mapper.workspace, mapper.name)
            st.rerun(scope="fragment")
    for note in found.notes if found else ():
        st.caption(plain(f"The matcher says: {note}."))


@st.fragment(run_every=0.6, key="mapping job")
def _watch(opened: Workspace, name: str) -> None:
    job = opened.jobs.get(job_key(name))
    if job is not None and job.running:
        frame.job_bar(job)
    else:
        st.rerun()


def _suggesting(opened: Workspace, name: str) -> None:
    job = opened.jobs.get(job_key(name))
    if job is None:
        return
    if job.running:
        _watch(opened, name)
    elif job.error is not None:
        frame.failed(job.error, what="No suggestions")
        opened.jobs.forget(job_key(name))


def _item(row: TargetRow) -> Item:
    best = row.best
    formula = formula_of(row.rule)
    note = formula or (best.source if best is not None else "")
    badges = []
    if row.result:
        note = formula
        badges.append(
            Badge("given by the target", "plain", "The target fills this field itself; nobody maps it.")
        )
    can = ["undo"]
    if row.rule is None and best is not None and row.state != "rejected":
        can.append("accept")
    if row.rule is not None or best is not None:
        can.append("reject")
    return Item(
        id=row.path,
        group=_heading(row),
        title=row.path,
        sub=row.label,
        note=note,
        state="open" if row.result and row.rule is None else row.state,
        p=best.probability if best is not None and row.rule is None and not row.result else None,
        flags=(("required",) if row.required else ()) + (("result",) if row.result else ()),
        badges=tuple(badges),
        can=tuple(can),
        seen=row.head.id if row.head else "",
        code=True,
    )


def _heading(row: TargetRow) -> str:
    words = {"": "Head", "address": "address · one-off delivery address"}
    if row.group.endswith("[]"):
        return f"{row.group} · one for each element"
    return words.get(row.group, row.group)
