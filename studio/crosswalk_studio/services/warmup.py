"""Loads what the first suggestion will need, after the first page has come up.

`gc.freeze` at the end keeps the garbage collector away from the hundred thousand objects that libraries made:
Streamlit collects after every script run, and each collection would walk them all again.
"""

import gc
import threading
from contextlib import suppress

_DONE = threading.Event()
#: What the pages use sooner or later; in the order of need.
_LIBRARIES = ("pandas", "duckdb", "polars", "altair", "rapidfuzz")


def warm_up() -> None:
    """Import the heavy libraries and load the embedding model; failures wait until somebody needs it."""
    import importlib

    for name in _LIBRARIES:
        importlib.import_module(name)
    from crosswalk_models.embed import default_embedder

    # The page that needs the model reports what is wrong with it, with its code.
    with suppress(Exception):
        default_embedder().encode(["warm up"])
    gc.collect()
    gc.freeze()
    _DONE.set()


def warm() -> bool:
    """Whether the models are loaded."""
    return _DONE.is_set()
