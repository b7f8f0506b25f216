"""Words on a page: data shows as it is and never becomes markup; counts agree with their nouns."""

_MARKUP = frozenset("\\`*_{}[]<>()#+-.!|~:$&\"'=")


def some(count: int, noun: str) -> str:
    """``1 error``, ``3 errors``."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def percent(share: float) -> str:
    """A probability as people read it; nothing is certain, so 1 is only shown for exactly 1."""
    if 0.995 <= share < 1:
        return ">99 %"
    return "<1 %" if 0 < share < 0.005 else f"{share * 100:.0f} %"


def plain(text: object, limit: int = 300) -> str:
    """`text` as Streamlit's Markdown shows it unchanged, on one line, at most `limit` characters.

    Every character with a meaning is escaped, so that no link, image, colour, icon, formula or HTML can come
    out of a sample file.
    """
    shown = str(text)
    shown = shown if len(shown) <= limit else shown[: limit - 1] + "…"
    return "".join(f"&#{ord(c)};" if c in _MARKUP else c if c.isprintable() else " " for c in shown)
