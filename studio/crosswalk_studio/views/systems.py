"""Systems: what each side's records look like; upload samples, profile them."""

import streamlit as st
from crosswalk_engine.project.project import Project

from crosswalk_studio.markdown import plain
from crosswalk_studio.services.dictionary import dictionary
from crosswalk_studio.services.profiles import JOB, EntityProfile, ProfileDesk, profile_desk
from crosswalk_studio.services.workspace import Workspace
from crosswalk_studio.views import field_charts, frame, systems_upload


def show() -> None:
    """The page."""
    opened = frame.workspace()
    frame.head("Systems", "Sample records of both sides, and what they hold. Personal values are masked.")
    if frame.broken_project(opened):
        return
    project = opened.checked().project
    assert project is not None
    desk = profile_desk(opened)
    entities = [name for name, paths in project.samples.items() if paths]
    with st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center"):
        systems_upload.button(opened)
        if entities:
            profiled = desk.profile(entities[0]) is not None
            label = "Profile again" if profiled else "Profile the samples"
            if st.button(label, icon=":material/query_stats:", type="secondary" if profiled else "primary"):
                desk.start()
                st.rerun()
    _working(opened)
    if not entities:
        frame.empty(
            "No samples yet",
            "Upload sample records for each side: JSON, NDJSON, CSV, XLSX, Parquet or XML, up to 20 MB.",
            icon=":material/upload_file:",
        )
        return
    _overview(opened, project, desk)
    chosen = st.segmented_control(
        "Entity", entities, default=_first(entities), required=True, key="entity", bind="query-params"
    )
    if chosen:
        _entity(opened, desk, str(chosen))


def _first(entities: list[str]) -> str:
    wanted = st.query_params.get("entity")
    return wanted if wanted in entities else entities[0]


@st.fragment(run_every=0.6, key="profile job")
def _watch(opened: Workspace) -> None:
    job = opened.jobs.get(JOB)
    if job is not None and job.running:
        frame.job_bar(job)
    else:
        st.rerun()


def _working(opened: Workspace) -> None:
    job = opened.jobs.get(JOB)
    if job is not None and job.running:
        _watch(opened)
    elif job is not None and job.error is not None:
        frame.failed(job.error, what="No profile")
        opened.jobs.forget(JOB)


def _overview(opened: Workspace, project: Project, desk: ProfileDesk) -> None:
    rows = []
    for system, declared in project.manifest.systems.items():
        for entity, info in declared.entities.items():
            name = f"{system}.{entity}"
            samples = opened.samples(system, entity)
            profile = desk.profile(name)
            rows.append(
                {
                    "System": system,
                    "Entity": entity,
                    "Records": len(samples.records) if samples else 0,
                    "Fields": len(samples.shape.paths()) if samples else 0,
                    "Key": info.key or "",
                    "Unreadable": len(samples.problems) if samples else 0,
                    "Profile": _word(profile),
                    "File": ", ".join(info.samples),
                }
            )
    st.dataframe(
        rows,
        hide_index=True,
        row_height=30,
        column_config={
            "Records": st.column_config.NumberColumn(width=80, format="localized"),
            "Fields": st.column_config.NumberColumn(width=70),
            "Unreadable": st.column_config.NumberColumn(width=90, help="Records that could not be read."),
        },
    )


def _word(profile: EntityProfile | None) -> str:
    if profile is None:
        return "· none yet"
    return "△ samples changed" if profile.stale else "✓ up to date"


def _entity(opened: Workspace, desk: ProfileDesk, name: str) -> None:
    profile = desk.profile(name)
    if profile is None:
        frame.empty("Not profiled yet", "Profile the samples to see types, gaps, patterns and keys.",
                    icon=":material/query_stats:")  # fmt: skip
        return
    if profile.stale:
        st.warning("The samples have changed since this profile was made.", icon=":material/history:")
    _tiles(profile)
    system, _, entity = name.partition(".")
    chosen = _fields(name, profile, system, entity)
    left, right = st.columns([1, 1], gap="large")
    with left:
        if chosen is not None:
            field_charts.one(profile.fields[chosen], _label(system, entity, profile.fields[chosen].path))
    with right:
        field_charts.gaps(profile)
        field_charts.types(profile)
    _references(desk, name)


def _tiles(profile: EntityProfile) -> None:
    always = sum(1 for item in profile.fields if item.places and item.filled == item.places)
    never = sum(1 for item in profile.fields if not item.filled)
    personal = sum(1 for item in profile.fields if item.personal)
    values = [
        ("Records", f"{profile.records:,}"),
        ("Fields", str(len(profile.fields))),
        ("Always filled", str(always)),
        ("Never filled", str(never)),
        ("Personal, masked", str(personal)),
        ("May be a key", str(len(profile.keys))),
    ]
    for column, (label, value) in zip(st.columns(len(values)), values, strict=True):
        column.metric(label, value, border=True)


def _label(system: str, entity: str, path: str) -> str:
    info = dictionary(system).get(entity, {}).get(path)
    return info.label if info else ""


def _fields(name: str, profile: EntityProfile, system: str, entity: str) -> int | None:
    """The table of fields; gives the number of the one that is selected."""
    known = dictionary(system).get(entity, {})
    rows = []
    for item in profile.fields:
        row = {"Field": item.path}
        if known:
            row["Meaning"] = known[item.path].label if item.path in known else ""
        rows.append(
            row
            | {
                "Type": item.type + (f" · {item.form}" if item.form else ""),
                "Filled": item.filled_rate * 100,
                "Distinct": item.distinct,
                "Range": field_charts.extent(item),
                "Pattern": item.patterns[0].value if item.patterns else "",
                "Examples": ", ".join(item.examples[:3]),
                "Marks": " ".join(
                    mark for mark, there in (("key", item.key), ("personal", item.personal)) if there
                ),
            }
        )
    state = st.dataframe(
        rows,
        hide_index=True,
        row_height=28,
        height=min(420, 38 + 28 * len(rows)),
        key=f"fields {name}",
        on_select="rerun",
        selection_mode="single-row",
        column_config={
            "Filled": st.column_config.ProgressColumn(format="%.0f %%", min_value=0, max_value=100, width=90),
            "Distinct": st.column_config.NumberColumn(width=70, format="localized"),
        },
    )
    chosen = state.selection.rows
    st.caption("Select a row to see its values." if not chosen else plain(profile.fields[chosen[0]].path))
    return chosen[0] if chosen else _most_telling(profile)


def _most_telling(profile: EntityProfile) -> int | None:
    """A field to show at first: an amount, else a date, else one with repeated values."""
    for wanted in ("decimal", "datetime", "date", "integer"):
        for number, item in enumerate(profile.fields):
            if item.type == wanted and len(item.histogram) > 3 and not item.key:
                return number
    return next((n for n, item in enumerate(profile.fields) if item.distinct < item.filled), None)


def _references(desk: ProfileDesk, name: str) -> None:
    found = [row for row in desk.foreign_keys() if name in (row[0], row[2])]
    if not found:
        return
    st.subheader("References between entities", anchor=False)
    st.caption("Guessed from the values: ids of one file that are found in another.")
    st.dataframe(
        [
            {"From": f"{a}: {path}", "To": f"{b}: {to_path}", "Found there": share * 100}
            for a, path, b, to_path, share in found
        ],
        hide_index=True,
        row_height=28,
        column_config={
            "Found there": st.column_config.ProgressColumn(format="%.0f %%", min_value=0, max_value=100)
        },
    )
