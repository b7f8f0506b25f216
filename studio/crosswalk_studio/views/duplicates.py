"""Duplicates: pairs that may be one, side by side, with the reasons; merge or keep apart."""

import uuid
from functools import partial

import streamlit as st
from crosswalk_engine.errors import CrosswalkError

from crosswalk_studio.components.queue import Action, Filter, Item, Operation, review_list
from crosswalk_studio.markdown import percent, plain
from crosswalk_studio.services.duplicates import JOB, DuplicateDesk
from crosswalk_studio.services.ledger import By
from crosswalk_studio.services.pairs import Pair
from crosswalk_studio.services.workspace import Workspace
from crosswalk_studio.views import frame, history

ACTIONS = (
    Action("m", "merge", "Merge", "accepted"),
    Action("w", "swap", "Other wins", "manual"),
    Action("n", "apart", "Keep apart", "rejected"),
)
FILTERS = (
    Filter("review", "To review", ("suggested",)),
    Filter("merged", "Merged", ("accepted", "manual")),
    Filter("apart", "Kept apart", ("rejected",)),
    Filter("all", "All"),
)


def show() -> None:
    """The page."""
    opened = frame.workspace()
    frame.head(
        "Duplicates", "Records that may be one customer. A merge reaches the engine with the next release."
    )
    if frame.broken_project(opened):
        return
    desk = DuplicateDesk(opened)
    _look(opened, desk)
    if not desk.looked():
        if not _running(opened):
            frame.empty("Nothing was looked for yet", "The samples' contacts are compared with each other.",
                        icon=":material/group:")  # fmt: skip
        return
    if desk.stale():
        st.warning("The samples have changed since these pairs were found.", icon=":material/history:")
    if not desk.pairs():
        frame.empty("No duplicates", "No two records are alike enough to ask.", icon=":material/verified:")
        return
    _review(opened)


def _running(opened: Workspace) -> bool:
    job = opened.jobs.get(JOB)
    return job is not None and job.running


def _look(opened: Workspace, desk: DuplicateDesk) -> None:
    looked = desk.looked()
    with st.container(horizontal=True, horizontal_alignment="right"):
        label = "Look again" if looked else "Look for duplicates"
        if st.button(label, icon=":material/search:", type="secondary" if looked else "primary"):
            desk.start()
            st.rerun()
    job = opened.jobs.get(JOB)
    if job is not None and job.running:
        _watch(opened)
    elif job is not None and job.error is not None:
        frame.failed(job.error, what="Nothing was found")
        opened.jobs.forget(JOB)


@st.fragment(run_every=0.6, key="duplicates job")
def _watch(opened: Workspace) -> None:
    job = opened.jobs.get(JOB)
    if job is not None and job.running:
        frame.job_bar(job)
    else:
        st.rerun()


@st.fragment(key="duplicate review")
def _review(opened: Workspace) -> None:
    frame.still(opened)
    desk = DuplicateDesk(opened)
    left, right = st.columns([10, 11], gap="medium")
    with left:
        chosen = review_list(
            "duplicates",
            f"{opened.tag}/duplicates",
            lambda: [_item(pair) for pair in desk.pairs()],
            partial(_apply, desk),
            label="Pairs to review",
            actions=ACTIONS,
            filters=FILTERS,
            empty="Nothing left here. Choose another filter.",
        )
    pair = next((item for item in desk.pairs() if item.id == chosen), None)
    with right:
        if pair is not None:
            _detail(opened, desk, pair)


def _apply(desk: DuplicateDesk, operation: Operation) -> None:
    desk.act(operation.kind, operation.item, By(frame.actor(), operation.id, operation.seen))


def _item(pair: Pair) -> Item:
    reasons = "; ".join(reason.sentence for reason in pair.evidence[:2])
    return Item(
        id=pair.id,
        group="",
        title=pair.titles[pair.winner],
        sub=f"{pair.loser} → {pair.winner}",
        note=reasons or "named by a person",
        state=pair.state,
        p=pair.probability,
        can=("merge", "swap", "apart", "undo"),
        seen=pair.head.id if pair.head else "",
    )


def _detail(opened: Workspace, desk: DuplicateDesk, pair: Pair) -> None:
    st.markdown(f"### {plain(pair.titles[pair.winner])} · {plain(pair.titles[pair.loser])}")
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(plain(f"{pair.entity} {pair.loser} would lead to {pair.winner}"))
        if st.button("Merge", key=f"merge {pair.id}", icon=":material/merge:", type="primary"):
            _run(desk, "merge", pair)
        if st.button("Other wins", key=f"swap {pair.id}", icon=":material/swap_horiz:"):
            _run(desk, "swap", pair)
        if st.button("Keep apart", key=f"apart {pair.id}", icon=":material/call_split:"):
            _run(desk, "apart", pair)
    facts = desk.facts(pair)
    rows = [
        {
            "": "=" if fact.same else "≠",
            "Field": fact.path,
            f"Lives on · {pair.winner}": fact.winner,
            f"Leads to it · {pair.loser}": fact.loser,
        }
        for fact in facts
    ]
    st.dataframe(rows, hide_index=True, row_height=28, height=min(430, 38 + 28 * len(rows)),
                 column_config={"": st.column_config.TextColumn(width=28)})  # fmt: skip
    differ = sum(not fact.same for fact in facts)
    st.caption(f"{differ} of {len(facts)} fields differ.")
    _evidence(pair)
    _golden(pair)
    history.thread(opened, "duplicate", "", pair.id)


def _evidence(pair: Pair) -> None:
    if not pair.evidence:
        st.caption("A person named this pair; there is no suggestion behind it.")
        return
    head = f"**Why {percent(pair.probability or 0)}** · {len(pair.evidence)} reasons"
    with st.expander(head, expanded=True):
        rows = [
            {
                "Weight": f"{reason.weight:+.2f}",
                "Reason": plain(f"{reason.comparator}: {reason.level}"),
                "In words": plain(
                    reason.sentence + (f" ({', '.join(reason.examples[:3])})" if reason.examples else "")
                ),
            }
            for reason in pair.evidence
        ]
        st.table(rows, border="horizontal", hide_index=True)


def _golden(pair: Pair) -> None:
    if pair.golden:
        with st.expander("The record that would remain"):
            rows = [{"Field": name, "Value": value} for name, value in pair.golden.items()]
            st.dataframe(rows, hide_index=True, row_height=28)
            st.caption("By the survivorship rules of policies/duplicates.yaml.")


def _run(desk: DuplicateDesk, kind: str, pair: Pair) -> None:
    by = By(frame.actor(), uuid.uuid4().hex, pair.head.id if pair.head else "")
    try:
        desk.act(kind, pair.id, by)
    except CrosswalkError as error:
        st.toast(plain(error.what), icon=":material/error:", duration="long")
        return
    st.toast("Saved", icon=":material/check:")
    st.rerun(scope="fragment")
