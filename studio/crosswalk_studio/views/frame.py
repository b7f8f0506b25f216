"""What every page shares: who is here, which project is open, and how states look."""

import getpass
import os
import re
from collections.abc import Iterable

import streamlit as st
from crosswalk_engine.errors import CrosswalkError, Finding, FindingsError
from crosswalk_engine.payload.codecs import BadRecordsError

from crosswalk_studio.markdown import plain
from crosswalk_studio.services.desk import DESK
from crosswalk_studio.services.jobs import Job
from crosswalk_studio.services.workspace import Workspace

#: Bad records shown one by one; the rest is counted in the sentence.
SHOWN = 12
_NAME = re.compile(r"[^\w .@'-]+")


def workspace() -> Workspace:
    """The open project; without one the page says how to get one and ends."""
    opened = DESK.workspace
    if opened is None:
        sentence = "Open one on the Home page: the sample project, or a folder of yours."
        empty("No project is open", sentence, icon=":material/folder_off:")
        link("home", "Go to Home", icon=":material/home:")
        st.stop()
    assert opened is not None  # st.stop ends the run
    return opened


def still(opened: Workspace) -> None:
    """Draw the whole page again when somebody has opened another project meanwhile."""
    if opened.closed:
        st.rerun()


def link(page: str, label: str, *, icon: str | None = None, query: dict[str, str] | None = None) -> None:
    """A link to another page of the studio."""
    pages = st.session_state.get("pages") or {}
    if page in pages:
        st.page_link(pages[page], label=plain(label), icon=icon, query_params=query)


def actor() -> str:
    """Who decides: the name in the side bar, else the account's."""
    return _NAME.sub("", str(st.session_state.get("actor") or "")).strip()[:60] or account()


def account() -> str:
    """The name of the operating system's account."""
    try:
        return os.environ.get("CROSSWALK_ACTOR") or getpass.getuser()
    except (KeyError, OSError):
        return "someone"


def head(title: str, sentence: str) -> None:
    """The page's title, and what it is for."""
    st.title(title, anchor=False)
    st.caption(sentence)


def empty(title: str, sentence: str, *, icon: str = ":material/inbox:") -> None:
    """A designed nothing: what is missing, and the next step."""
    with st.container(border=True):
        st.markdown(f"{icon} **{plain(title)}**")
        st.caption(plain(sentence))


def failed(error: CrosswalkError, *, what: str = "") -> None:
    """One error: the sentence, then the facts; several findings as a list."""
    st.error(f"{plain(what + ': ' if what else '')}{plain(error.what)}", icon=":material/error:")
    if isinstance(error, FindingsError):
        findings_table(error.findings)
        return
    if isinstance(error, BadRecordsError):
        st.table(
            [
                {"Where": plain(problem.where), "What": plain(problem.what), "Found": plain(problem.got)}
                for problem in error.problems[:SHOWN]
            ],
            border="horizontal",
            hide_index=True,
        )
        return
    facts = [
        ("Where", error.where),
        ("Found", error.got),
        ("Expected", error.expected),
        ("Next step", error.fix),
    ]
    rows = [f"**{name}** {plain(value)}" for name, value in facts if value]
    st.markdown(f"`{error.code}`  \n" + "  \n".join(rows))


def findings_table(findings: Iterable[Finding]) -> None:
    """Findings as the command line lists them; long sentences wrap."""
    rows = [
        {
            "Level": "✕\u00a0error" if finding.level == "error" else "△\u00a0warning",
            "What": plain(finding.message, 600)
            + (f"  \n:gray[{plain(finding.suggestion)}]" if finding.suggestion else ""),
            "Where": plain(f"{finding.where}") + f"  \n:gray[{plain(finding.code)}]",
        }
        for finding in findings
    ]
    st.table(rows, border="horizontal", hide_index=True)


def broken_project(opened: Workspace) -> bool:
    """Say what is wrong with the documents, if they cannot be loaded; says whether that is so."""
    checked = opened.checked()
    if checked.project is not None:
        return False
    st.error("The project's documents have errors; nothing can be decided until they are mended.")
    findings_table(checked.errors)
    return True


def job_bar(job: Job) -> None:
    """Progress of a running job, with a way to stop it."""
    left, right = st.columns([6, 1], vertical_alignment="center")
    left.progress(job.progress.share, text=plain(f"{job.title}: {job.progress.note or 'starting'}"))
    if right.button("Stop", key=f"stop {job.key}", icon=":material/stop_circle:"):
        job.progress.stop()
