"""A run's progress as lines over time."""

import streamlit as st

from crosswalk_studio.services.runs import Run

#: State -> colour that can be seen on a light and a dark ground; the dashes tell them apart too.
LINES = {"done": "#2E9E5B", "held": "#D9822B", "dead letter": "#D6453D"}
#: Seconds that the axis shows at least.
SPAN = 10


def progress(run: Run) -> None:
    """Done, dead letters and held orders against the seconds since the start."""
    last = run.last
    if last is None or len(run.steps) < 2:
        return
    import altair as alt

    begin = run.steps[0].at
    rows = [
        {"seconds": round(step.at - begin, 2), "orders": count, "state": name}
        for step in run.steps
        for name, count in (("done", step.done), ("held", step.held), ("dead letter", step.dead_letters))
    ]
    names = list(LINES)
    color = alt.Scale(domain=names, range=list(LINES.values()))
    wide = alt.Scale(domain=[0, max(SPAN, round(last.at - begin))])
    tall = alt.Scale(domain=[0, run.orders])
    chart = (
        alt.Chart(alt.Data(values=rows))
        .mark_line(interpolate="step-after", strokeWidth=2)
        .encode(
            x=alt.X("seconds:Q", title="Seconds", scale=wide),
            y=alt.Y("orders:Q", title="Orders", scale=tall, axis=alt.Axis(tickMinStep=1, format="d")),
            color=alt.Color("state:N", title=None, scale=color, legend=alt.Legend(orient="top")),
            strokeDash=alt.StrokeDash("state:N", title=None, sort=names),
            tooltip=["seconds:Q", "state:N", "orders:Q"],
        )
        .properties(height=260)
    )
    st.altair_chart(chart, alt=f"Progress of the run: {last.done} of {run.orders} orders done")
