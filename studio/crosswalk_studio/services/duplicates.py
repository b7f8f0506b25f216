"""Possible duplicates."""

from crosswalk_studio.services.workspace import Workspace


def open_pairs(workspace: Workspace) -> int | None:
    """Pairs that wait for a decision; `None` when nothing was looked for."""
    del workspace
    return None
