"""Route: what is to be done with a mapped record, seen from what was delivered before."""

from enum import StrEnum
from typing import Any

from crosswalk_engine.journal import Delivery, EventState
from crosswalk_engine.sync.stages import Mapped, Verdict


class Way(StrEnum):
    """Where a mapped record goes."""

    SEND = "send"
    SAME = "same"


def route(mapped: Mapped, last: Delivery | None, unsent: tuple[str, ...]) -> Way | Verdict:
    """Send what is new; an output equal to the last one makes no call; a late older version is superseded.

    A change after delivery in the fields of `unsent` is recorded only; any other change waits for a person,
    because this flow does not amend what the target already works on.
    """
    if last is None:
        return Way.SEND
    version = mapped.fetched.version
    if version is not None and last.version is not None and version < last.version:
        return Verdict(EventState.SUPERSEDED, "CW-OLDER", f"version {last.version} is delivered already")
    changed = changed_paths(last.output, mapped.output)
    if not set(changed) - set(unsent):
        return Way.SAME
    paths = ", ".join(path for path in changed if path not in unsent)
    return Verdict(EventState.HELD, "CW-CHANGED-AFTER-DELIVERY", f"changed after delivery: {paths}")


def changed_paths(before: dict[str, Any], after: dict[str, Any], prefix: str = "") -> list[str]:
    """The paths at which two outputs differ; a list counts as a whole."""
    paths: list[str] = []
    for key in sorted(before.keys() | after.keys()):
        old, new = before.get(key), after.get(key)
        if old == new:
            continue
        if isinstance(old, dict) and isinstance(new, dict):
            paths += changed_paths(old, new, f"{prefix}{key}.")
        else:
            paths.append(f"{prefix}{key}")
    return paths
