"""A run's progress as lines over time."""

import streamlit as st

from crosswalk_studio.services.runs import Run


def progress(run: Run) -> None:
    """Done, dead letters and held orders against the seconds since the start."""
    if len(run.steps) < 2:
        return
    import altair as alt

    begin = run.steps[0].at
    rows = [
        {"seconds": round(step.at - begin, 2), "orders": count, "state": name}
        for step in run.steps
        for name, count in (("done", step.done), ("held", step.held), ("dead letter", step.dead_letters))
    ]
    chart = (
        alt.Chart(alt.Data(values=rows))
        .mark_line(interpolate="step-after", strokeWidth=2)
        .encode(
            x=alt.X("seconds:Q", title="Seconds"),
            y=alt.Y("orders:Q", title="Orders", axis=alt.Axis(tickMinStep=1)),
            color=alt.Color(
                "state:N", title=None, sort=["done", "held", "dead letter"], legend=alt.Legend(orient="top")
            ),
            strokeDash=alt.StrokeDash("state:N", title=None, sort=["done", "held", "dead letter"]),
            tooltip=["seconds:Q", "state:N", "orders:Q"],
        )
        .properties(height=220)
    )
    st.altair_chart(chart, alt=f"Progress of the run: {run.last.done if run.last else 0} orders done")
