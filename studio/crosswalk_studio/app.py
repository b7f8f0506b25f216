"""The studio's script: Streamlit runs it for every browser, on every step. It only chooses the page."""

from pathlib import Path
from typing import Any

import streamlit as st

from crosswalk_studio.markdown import plain
from crosswalk_studio.services.desk import DESK
from crosswalk_studio.views import addresses, duplicates, frame, home, mappings, releases, runs, systems

#: A file of ours: an icon by name would be fetched from another host.
ICON = Path(__file__).parent / "components" / "assets" / "crosswalk.png"


def _pages() -> dict[str, list[Any]]:
    return {
        "": [st.Page(home.show, title="Home", icon=":material/home:", url_path="home", default=True)],
        "Design": [
            st.Page(systems.show, title="Systems", icon=":material/database:", url_path="systems"),
            st.Page(mappings.show, title="Mappings", icon=":material/alt_route:", url_path="mappings"),
        ],
        "Review": [
            st.Page(addresses.show, title="Addresses", icon=":material/location_on:", url_path="addresses"),
            st.Page(duplicates.show, title="Duplicates", icon=":material/group:", url_path="duplicates"),
        ],
        "Release": [
            st.Page(releases.show, title="Releases", icon=":material/inventory_2:", url_path="releases"),
            st.Page(runs.show, title="Runs", icon=":material/play_circle:", url_path="runs"),
        ],
    }


def _side_bar() -> None:
    with st.sidebar:
        opened = DESK.workspace
        if opened is not None:
            st.markdown(f":material/folder_open: **{plain(opened.name)}**")
        st.text_input(
            "You decide as",
            key="actor",
            placeholder=frame.account(),
            max_chars=60,
            bind="query-params",
            help="Stands in every decision. It stays in this page's address, so a bookmark keeps it.",
        )


#: Static: no data ever goes into it. Wide pages, and figures that stand under each other.
STYLE = """<style>
[data-testid="stMainBlockContainer"] { padding: 2.2rem 2.2rem 3rem; max-width: 1700px; }
[data-testid="stMetricValue"], [data-testid="stTable"] { font-variant-numeric: tabular-nums; }
[data-testid="stMarkdownContainer"] h3 { padding: 0; margin: 0; font-size: 1.05rem; }
[data-testid="stTable"] td { font-size: 13px; vertical-align: top; }
[data-testid="stTable"] td:first-child { white-space: nowrap; }
[data-testid="stHeading"] h1 { padding: 0.2rem 0 0; }
[data-testid="stHeading"] h3 { padding: 0.5rem 0 0.35rem; font-size: 1.08rem; }
[data-testid="stSidebarHeader"] { height: 3.2rem; }
</style>"""

st.set_page_config(page_title="Crosswalk studio", page_icon=str(ICON), layout="wide")
pages = _pages()
st.session_state["pages"] = {page.url_path or "home": page for group in pages.values() for page in group}
page = st.navigation(pages)
st.html(STYLE)
_side_bar()
page.run()
