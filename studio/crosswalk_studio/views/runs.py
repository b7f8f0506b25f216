"""Runs: drive a release against the sandboxes and watch it."""

from pathlib import Path
from typing import Any

import streamlit as st
from crosswalk_engine.errors import CrosswalkError

from crosswalk_studio.markdown import plain
from crosswalk_studio.services.releases import Kept, ReleaseDesk
from crosswalk_studio.services.runs import FAULTS, MOST_KILLS, MOST_ORDERS, Run, RunDesk, RunOrder, run_desk
from crosswalk_studio.views import frame, run_charts

STATES = {
    "running": ("blue", "● running"),
    "passed": ("green", "✓ verified"),
    "failed": ("red", "✕ failed"),
    "cancelled": ("gray", "■ cancelled"),
    "stopped": ("orange", "△ stopped"),
}


def show() -> None:
    """The page."""
    opened = frame.workspace()
    frame.head(
        "Runs",
        "Run a release against sandboxes of both systems on this computer. The target's own log judges.",
    )
    desk = run_desk(opened)
    kept = ReleaseDesk(opened).kept()
    left, right = st.columns([1, 2], gap="large")
    with left:
        _start(desk, kept)
    runs = desk.runs()
    with right:
        if not runs:
            frame.empty(
                "No runs yet", "Start one on the left; it takes half a minute.", icon=":material/play_circle:"
            )
            return
        names = {run.id: run for run in runs}
        chosen = st.selectbox(
            "Run",
            list(names),
            format_func=lambda name: _label(names[name]),
            key="run name",
            label_visibility="collapsed",
        )
        if names[chosen].state == "running":
            _live(desk, chosen)
        else:
            _ended(names[chosen])


def _label(run: Run) -> str:
    when = run.started.replace("T", " ").removesuffix("Z")[:16]
    return f"{when} · {run.orders} orders · release {run.release} · by {run.actor}"


def _start(desk: RunDesk, kept: list[Kept]) -> None:
    st.subheader("Start a run", anchor=False)
    if not kept:
        frame.empty(
            "There is no release to run",
            "Build one on the Releases page first.",
            icon=":material/inventory_2:",
        )
        frame.link("releases", "Go to Releases", icon=":material/inventory_2:")
        return
    names = {item.number: item for item in kept}
    found = desk.data_folder()
    with st.form("run", border=True):
        number = st.selectbox("Release", list(names), format_func=lambda item: names[item].short)
        orders = st.number_input("Orders", 1, MOST_ORDERS, 50, step=10)
        faults = st.segmented_control(
            "How the systems behave", list(FAULTS), default="none", required=True,
            format_func={"none": "well", "normal": "as usual", "heavy": "badly"}.get,
            help="As usual: slow and now and then an error or a lost reply. Badly: four times that.",
        )  # fmt: skip
        kills = st.number_input(
            "Kill the engine", 0, MOST_KILLS, 0, help="How often, in the middle of a write."
        )
        data = st.text_input(
            "Sandbox data", str(found or ""), placeholder="Folder with brightpearl/ and infor/"
        )
        pressed = st.form_submit_button("Start", type="primary", icon=":material/play_arrow:")
    if pressed:
        order = RunOrder(int(orders), str(faults or "none"), int(kills), Path(data.strip()))
        try:
            run = desk.start(order, names[number], frame.actor())
        except CrosswalkError as error:
            frame.failed(error)
            return
        st.session_state["run name"] = run.id
        st.rerun()


@st.fragment(run_every=1.0, key="run live")
def _live(desk: RunDesk, name: str) -> None:
    run = desk.read(name)
    if run.state != "running":
        st.rerun()
    _head(run)
    with st.container(horizontal=True, vertical_alignment="center"):
        step = run.last
        told = (
            f"{step.done} of {step.orders} orders done" if step else "starting the sandboxes and the engine"
        )
        st.progress(run.share, text=told)
        if st.button("Cancel", icon=":material/stop_circle:", key="cancel run"):
            desk.cancel(name)
            st.rerun()
    _figures(run)
    run_charts.progress(run)


def _ended(run: Run) -> None:
    _head(run)
    if run.state == "failed" and run.report is None:
        st.error("The run did not get to its end. The last lines it said:", icon=":material/error:")
    elif run.state == "stopped":
        st.warning("The studio ended while this ran, so nothing was verified.", icon=":material/warning:")
    if run.error and run.report is None:
        st.code(run.error, language=None, wrap_lines=True)
    _figures(run)
    if run.report is None:
        run_charts.progress(run)
        return
    _verdict(run.report)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        run_charts.progress(run)
    with right:
        _counted(run.report)
    _reasons(run.report)


def _head(run: Run) -> None:
    color, word = STATES[run.state]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.badge(word, color=color)
        kills = f", {run.kills} kills" if run.kills else ""
        st.markdown(
            f"release **{plain(run.release)}** · {run.orders} orders · faults {plain(run.faults)}{kills} · "
            f"started by {plain(run.actor)}"
        )


def _figures(run: Run) -> None:
    step = run.last
    columns = st.columns(5)
    values: list[tuple[str, str]] = [
        ("Done", f"{step.done} / {step.orders}" if step else "–"),
        ("Dead letters", str(step.dead_letters) if step else "–"),
        ("Held", str(step.held) if step else "–"),
        ("Brightpearl calls", str(step.calls) if step else "–"),
        ("Quota in use", f"{step.quota:.0%}" if step else "–"),
    ]
    for column, (name, value) in zip(columns, values, strict=True):
        column.metric(name, value, border=True)


def _verdict(report: Any) -> None:
    clean, once = report.get("clean", 0), report.get("exact_once", 0)
    good = once == clean and not report.get("doubled") and not report.get("lost") and not report.get("wrong")
    sentence = (
        f"{once} of {clean} clean orders are at the target exactly once; "
        f"{report.get('totals_equal', 0)} with a net equal to the cent."
    )
    if good:
        st.success(sentence, icon=":material/verified:")
    else:
        st.error(sentence, icon=":material/error:")


def _counted(report: Any) -> None:
    rows = [
        ("Doubled, lost", f"{report.get('doubled')}, {report.get('lost')}"),
        ("Open batch heads", report.get("open_batches")),
        ("Calls an order", report.get("calls_per_order")),
        ("Quota efficiency", f"{float(report.get('quota_efficiency') or 0):.0%}"),
        ("Throttled, retries", f"{report.get('throttled')}, {report.get('retries')}"),
        ("Latency p50, p95", f"{report.get('latency_p50_s')} s, {report.get('latency_p95_s')} s"),
        ("VAT different", len(report.get("tax_differences") or ())),
        ("Seconds", report.get("seconds")),
    ]
    st.dataframe(
        [{"Figure": name, "Value": str(value)} for name, value in rows], hide_index=True, row_height=28
    )


def _reasons(report: Any) -> None:
    reasons = report.get("reasons") or []
    st.subheader("Dead letters and held orders", anchor=False)
    if not reasons:
        st.caption("Nothing failed.")
        return
    rows = [
        {
            "State": "✕\u00a0dead\u00a0letter" if item.get("state") == "dead" else "△\u00a0held",
            "Order": plain(item.get("order")),
            "Reason": plain(item.get("reason"), 600) + f"  \n:gray[{plain(item.get('code'))}]",
        }
        for item in reasons
    ]
    st.table(rows, border="horizontal", hide_index=True)
