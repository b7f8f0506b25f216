"""Data in Markdown: field names and values show as they are and never become markup."""

_MARKUP = frozenset("\\`*_{}[]<>()#+-.!|~:$&\"'=")


def plain(text: object, limit: int = 300) -> str:
    """`text` as Streamlit's Markdown shows it unchanged, on one line, at most `limit` characters.

    Every character with a meaning is escaped, so that no link, image, colour, icon, formula or HTML can come
    out of a sample file.
    """
    shown = str(text)
    shown = shown if len(shown) <= limit else shown[: limit - 1] + "…"
    return "".join(f"&#{ord(c)};" if c in _MARKUP else c if c.isprintable() else " " for c in shown)
