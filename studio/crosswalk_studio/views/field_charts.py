"""Charts of a profile: gaps, types, and the values of one field."""

from typing import TYPE_CHECKING, Any

import streamlit as st

from crosswalk_studio.markdown import plain
from crosswalk_studio.services.profiles import EntityProfile

if TYPE_CHECKING:
    from crosswalk_models.profile.model import Counted, FieldProfile

#: Bars that one can still read.
BARS = 18


def extent(item: "FieldProfile") -> str:
    """Least to greatest value, or lengths."""
    if item.type in ("integer", "decimal", "date", "datetime") and item.least:
        return item.least if item.least == item.most else f"{item.least[:19]} … {item.most[:19]}"
    if not item.filled:
        return ""
    return (
        f"{item.shortest}–{item.longest} characters"
        if item.shortest != item.longest
        else f"{item.longest} characters"
    )


def one(item: "FieldProfile", label: str) -> None:
    """Everything about one field."""
    st.markdown(f"### {plain(item.path)}" + (f" · {plain(label)}" if label else ""))
    parts = [
        f"{item.filled:,} of {item.places:,} filled",
        f"{item.distinct:,} different",
        f"{item.conforms:.0%} are written as {item.type}",
    ]
    gaps = [
        f"{count:,} {word}"
        for count, word in ((item.absent, "absent"), (item.nulls, "null"), (item.blanks, "blank"))
        if count
    ]
    st.caption(plain(" · ".join(parts + gaps)))
    if item.histogram:
        _bars(item.histogram, "How the values lie", in_order=True)
    elif item.top:
        _bars(item.top, "Commonest values" + (", masked" if item.personal else ""), in_order=False)
    if item.patterns:
        shown = " · ".join(f"{pattern.value} ({pattern.count:,}×)" for pattern in item.patterns)
        st.markdown(f"**Patterns** {plain(shown)}")


def _bars(counted: "tuple[Counted, ...]", title: str, *, in_order: bool) -> None:
    import altair as alt

    rows = [
        {"value": item.value or "(blank)", "count": item.count, "place": place}
        for place, item in enumerate(counted[:BARS])
    ]
    order = alt.EncodingSortField("place") if in_order else "-x"
    chart = (
        alt.Chart(alt.Data(values=rows), title=_title(title))
        .mark_bar()
        .encode(
            x=alt.X("count:Q", title="Values", axis=alt.Axis(tickMinStep=1)),
            y=alt.Y("value:N", title=None, sort=order, axis=_names(260)),
            tooltip=["value:N", "count:Q"],
        )
        .properties(height=alt.Step(22))
    )
    st.altair_chart(chart, alt=f"{title}: {len(rows)} bars")


def _title(text: str) -> Any:
    import altair as alt

    return alt.TitleParams(text, anchor="start", fontSize=13)


def _names(most: int) -> Any:
    """An axis of names, every one shown, cut at `most` pixels."""
    import altair as alt

    return alt.Axis(labelLimit=most, labelOverlap=False)


def gaps(profile: EntityProfile) -> None:
    """Which fields are not always filled, and why."""
    import altair as alt

    rows = []
    lacking = [item for item in profile.fields if item.places and item.filled < item.places]
    lacking.sort(key=lambda item: item.filled_rate)
    for place, item in enumerate(lacking[:BARS]):
        for count, word in ((item.absent, "absent"), (item.nulls, "null"), (item.blanks, "blank")):
            if count:
                share = count / item.places
                rows.append({"field": item.path, "share": share, "kind": word, "place": place})
    if not rows:
        st.caption("No gaps: every field is filled in every record.")
        return
    kinds = ["absent", "null", "blank"]
    chart = (
        alt.Chart(
            alt.Data(values=rows),
            title=_title("Where values are missing"),
        )
        .mark_bar()
        .encode(
            x=alt.X("share:Q", title="Share without a value", axis=alt.Axis(format="%")),
            y=alt.Y(
                "field:N",
                title=None,
                sort=alt.EncodingSortField("place"),
                axis=_names(280),
            ),
            color=alt.Color("kind:N", title=None, sort=kinds, legend=alt.Legend(orient="top")),
            order=alt.Order("kind:N"),
            tooltip=["field:N", "kind:N", alt.Tooltip("share:Q", format=".0%")],
        )
        .properties(height=alt.Step(18))
    )
    more = len(lacking) - BARS
    st.altair_chart(chart, alt=f"Missing values of {len(lacking)} fields")
    if more > 0:
        st.caption(f"… and {more} more fields with gaps.")


def types(profile: EntityProfile) -> None:
    """How many fields of each type there are."""
    import altair as alt

    counts: dict[str, int] = {}
    for item in profile.fields:
        counts[item.type] = counts.get(item.type, 0) + 1
    rows = [{"type": name, "fields": count} for name, count in counts.items()]
    chart = (
        alt.Chart(alt.Data(values=rows), title=_title("Types of fields"))
        .mark_bar()
        .encode(
            x=alt.X("fields:Q", title="Fields", axis=alt.Axis(tickMinStep=1)),
            y=alt.Y("type:N", title=None, sort="-x"),
            tooltip=["type:N", "fields:Q"],
        )
        .properties(height=alt.Step(20))
    )
    st.altair_chart(chart, alt=f"{len(rows)} types of fields")
