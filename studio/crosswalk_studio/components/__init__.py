"""The studio's own components on `st.components.v2`: plain JavaScript modules, no third-party code.

Data reaches the page as JSON and becomes text nodes, never markup.
"""
