"""The functions that formulas know, from the same table that the parser and the reference page use."""

import streamlit as st
from crosswalk_engine.formula.functions import GROUPS, Example

from crosswalk_studio.markdown import plain


def show() -> None:
    """A searchable list: syntax, what it does, examples."""
    wanted = st.text_input(
        "Find a function", key="function search", placeholder="date, round, lookup …", live=True
    )
    words = str(wanted or "").lower().split()
    with st.container(height=380, border=False):
        for group, functions in GROUPS.items():
            for item in functions:
                if item.is_operator or not all(
                    word in f"{item.name} {group} {item.summary}".lower() for word in words
                ):
                    continue
                st.markdown(f"**{plain(item.usage())}**  \n{plain(item.summary)}")
                st.code("\n".join(_example(example) for example in item.examples[:2]), language="sql")


def _example(example: Example) -> str:
    value = "NULL" if example.gives is None else repr(example.gives)
    gives = f"fails: {example.fails}" if example.fails else value
    return f"{example.formula}   -- {gives}"
