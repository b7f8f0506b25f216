"""Placeholder."""

import streamlit as st


def show() -> None:
    """Page."""
    st.title("duplicates")
