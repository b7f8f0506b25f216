"""Releases: checks, what changed since the last one, build, hand out."""

from pathlib import Path

import streamlit as st
from crosswalk_engine.errors import CrosswalkError
from crosswalk_engine.release.build import RefusedError
from crosswalk_engine.release.diff import Change, Diff

from crosswalk_studio.markdown import plain, some
from crosswalk_studio.services.dictionary import describe
from crosswalk_studio.services.releases import Checks, Kept, ReleaseDesk, in_file_order
from crosswalk_studio.services.workspace import Workspace
from crosswalk_studio.views import frame

SIGNS = {"added": "＋ added", "changed": "~ changed", "removed": "－ removed"}


def show() -> None:
    """The page."""
    opened = frame.workspace()
    frame.head("Releases", "Freeze what was approved. The engine runs a release and nothing else.")
    desk = ReleaseDesk(opened)
    checks = desk.checks()
    kept = desk.kept()
    _tiles(checks, kept)
    left, right = st.columns([3, 2], gap="large")
    with left:
        _checks(checks)
        _changes(opened, desk, checks, kept)
    with right:
        _build(desk, checks)
        _kept(desk, kept)


def _tiles(checks: Checks, kept: list[Kept]) -> None:
    errors, warnings = len(checks.errors), len(checks.warnings)
    tiles = [
        ("Errors", str(errors), "✕ in the way" if errors else "✓ none", "inverse" if errors else "normal"),
        ("Warnings", str(warnings), "△ have a look" if warnings else "✓ none", "off"),
        ("Worked examples", *_examples(checks)),
        (
            "Last release",
            f"#{kept[0].number}" if kept else "none yet",
            f"{kept[0].manifest.built_at:%d %b %Y, %H:%M} UTC" if kept else "build the first one",
            "off",
        ),
    ]
    for column, (name, value, note, color) in zip(st.columns(4), tiles, strict=True):
        column.metric(name, value, border=True, delta=note, delta_color=color, delta_arrow="off")


def _examples(checks: Checks) -> tuple[str, str, str]:
    """Value, note and colour of the worked examples' tile."""
    if checks.errors:
        return "–", "run once there are no errors", "off"
    if not checks.total:
        return "none", "nothing proves a rule", "off"
    good = checks.passed == checks.total
    note = "✓ all pass" if good else "✕ not all pass"
    return f"{checks.passed} of {checks.total}", note, "normal" if good else "inverse"


def _checks(checks: Checks) -> None:
    st.subheader("Checks", anchor=False)
    if not checks.findings:
        st.success("Lint found nothing.", icon=":material/check_circle:")
    elif checks.errors:
        st.error(
            f"{some(len(checks.errors), 'error')} to mend before a release can be built.",
            icon=":material/error:",
        )
    else:
        st.info("No errors. The warnings do not stand in the way.", icon=":material/info:")
    if checks.findings:
        frame.findings_table(in_file_order(checks.findings))
    if checks.total:
        with st.expander(
            f"Worked examples · {checks.passed} of {checks.total} pass",
            expanded=checks.passed != checks.total,
        ):
            rows = [
                {
                    "": "✓" if case.passed else "✕",
                    "Mapping": result.mapping,
                    "Example": case.name,
                    "Where": case.where,
                    "Difference": "; ".join(case.differences),
                }
                for result in checks.examples
                for case in result.cases
            ]
            st.dataframe(
                rows,
                hide_index=True,
                row_height=30,
                column_config={"": st.column_config.TextColumn(width=28)},
            )
    elif not checks.errors:
        st.caption("There are no worked examples. A file mappings/<name>_test.yaml would prove the rules.")


def _changes(opened: Workspace, desk: ReleaseDesk, checks: Checks, kept: list[Kept]) -> None:
    st.subheader("Changes since the last release", anchor=False)
    if not kept:
        st.caption("There is no earlier release to compare with: everything is new.")
        return
    if not checks.ready:
        st.caption("They are shown once the checks pass.")
        return
    try:
        diff = desk.diff()
    except CrosswalkError as error:
        frame.failed(error)
        return
    if diff is None or not diff.changes:
        st.caption(f"Nothing has changed since {kept[0].short}.")
        return
    _diff_table(opened, diff)


def _diff_table(opened: Workspace, diff: Diff) -> None:
    rows = [
        {
            "": SIGNS[change.what],
            "In": f"{change.kind} {change.document}",
            "What": _named(opened, change),
            "Before": _text(change.before),
            "After": _text(change.after),
        }
        for change in diff.changes
    ]
    st.dataframe(
        rows, hide_index=True, row_height=30, column_config={"": st.column_config.TextColumn(width=90)}
    )


def _named(opened: Workspace, change: Change) -> str:
    project = opened.checked().project
    if change.kind != "mapping" or project is None or change.document not in project.mappings:
        return change.path or "all of it"
    target = project.mappings[change.document].target
    return describe(target.system, target.entity, change.path) if change.path else "all of it"


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, dict):
        return ", ".join(f"{key}: {part}" for key, part in value.items())
    return str(value)


def _build(desk: ReleaseDesk, checks: Checks) -> None:
    st.subheader("Build", anchor=False)
    with st.form("build", border=True):
        author = st.text_input("Made by", frame.actor(), max_chars=60)
        approver = st.text_input("Approved by", max_chars=60, placeholder="Who has looked at it")
        st.caption("Both names stand in the release. It is best when they are two people.")
        pressed = st.form_submit_button(
            "Build release", type="primary", icon=":material/inventory_2:", disabled=not checks.ready
        )
    if not checks.ready:
        st.caption("Building is possible once there are no errors and every worked example passes.")
    if pressed:
        try:
            with st.spinner("Building the release"):
                built = desk.build(author=author, approver=approver)
        except RefusedError as error:
            st.error(plain(error.what), icon=":material/error:")
            frame.findings_table(error.findings)
            return
        except CrosswalkError as error:
            frame.failed(error)
            return
        st.session_state["built"] = built.number
        st.rerun()
    if "built" in st.session_state:
        number = st.session_state.pop("built")
        st.success(f"Release #{number} is built.", icon=":material/check_circle:")


def _kept(desk: ReleaseDesk, kept: list[Kept]) -> None:
    st.subheader("Releases", anchor=False)
    if not kept:
        frame.empty(
            "No release yet", "Build the first one as soon as the checks pass.", icon=":material/inventory_2:"
        )
        return
    names = {item.number: item for item in kept}

    def label(number: int) -> str:
        item = names[number]
        return f"#{number} · {item.manifest.version[:12]} · {item.manifest.built_at:%d %b %Y, %H:%M} UTC"

    number = st.selectbox(
        "Release", list(names), format_func=label, label_visibility="collapsed", key="release number"
    )
    chosen = names[number]
    manifest = chosen.manifest
    st.markdown(
        f"**{plain(manifest.name)}** · {len(manifest.files)} files · "
        f"made by {plain(manifest.author or 'nobody')}, "
        f"approved by {plain(manifest.approver or 'nobody')}  \n:gray[{plain(manifest.version)}]"
    )
    st.download_button(
        "Download zip",
        lambda: desk.zipped(chosen),
        file_name=f"{manifest.name}-{manifest.version[:12]}.zip",
        mime="application/zip",
        icon=":material/download:",
        on_click="ignore",
    )
    _export(desk, chosen)


def _export(desk: ReleaseDesk, chosen: Kept) -> None:
    with st.form("export", border=True):
        folder = st.text_input(
            "Export to a folder of this computer", placeholder="/srv/crosswalk/releases", max_chars=400,
            help="The engine takes the folder as it is: crosswalk run FOLDER --config engine.yaml",
        )  # fmt: skip
        pressed = st.form_submit_button("Export", icon=":material/drive_file_move:")
    if pressed:
        try:
            out = desk.export(chosen, Path(folder.strip()).expanduser())
        except CrosswalkError as error:
            frame.failed(error)
            return
        st.success("Exported. The engine can run it from here:", icon=":material/check_circle:")
        st.code(str(out), language=None, wrap_lines=True)
