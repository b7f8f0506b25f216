"""CPU time of several ways to do one thing, interleaved, so that a noisy machine moves all of them alike."""

import gc
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

Way: TypeAlias = tuple[Callable[[Any], object], Sequence[Any]]


def per_item(run: Callable[[Any], object], items: Sequence[Any]) -> float:
    """CPU microseconds an item."""
    started = time.process_time()
    for item in items:
        run(item)
    return (time.process_time() - started) / len(items) * 1e6


def alone(run: Callable[[Any], object], items: Sequence[Any], between: Callable[[], object]) -> float:
    """CPU microseconds of a call when something else runs between the calls; without the clock's own cost."""
    clock = time.process_time_ns
    spent, cost = 0, min(-(clock() - clock()) for _ in range(1000))
    for item in items:
        between()
        started = clock()
        run(item)
        spent += clock() - started - cost
    return spent / len(items) / 1e3


def medians(ways: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, float]:
    """The median of each way's figure over `rounds`; garbage is collected between, never while one runs."""
    found: dict[str, list[float]] = {name: [] for name in ways}
    enabled = gc.isenabled()
    try:
        for _ in range(rounds):
            for name, way in ways.items():
                gc.enable()
                gc.collect()
                gc.disable()
                found[name].append(way())
    finally:
        if enabled:
            gc.enable()
    return {name: statistics.median(figures) for name, figures in found.items()}


def ratio(
    name: str,
    ours: float,
    theirs: float,
    unit: str,
    *,
    at_least: float | None = None,
    at_most: float | None = None,
) -> dict[str, Any]:
    """A row of a bench's table.

    With `at_least`, theirs / ours must be that much; with `at_most`, ours / theirs may be that much; without
    either, theirs / ours is shown.
    """
    found = ours / theirs if at_most is not None else theirs / ours
    row: dict[str, Any] = {"name": name, "ratio": found, "ours": ours, "theirs": theirs, "unit": unit}
    return row | limit(found, at_least=at_least, at_most=at_most)


def figure(
    name: str, ours: float, unit: str, *, at_least: float | None = None, at_most: float | None = None
) -> dict[str, Any]:
    """A row with a figure of ours and the limit that it is held to."""
    theirs = at_most if at_most is not None else at_least
    assert theirs is not None
    row: dict[str, Any] = {"name": name, "ratio": ours / theirs, "ours": ours, "theirs": theirs, "unit": unit}
    return row | limit(ours, at_least=at_least, at_most=at_most)


def limit(found: float, *, at_least: float | None, at_most: float | None) -> dict[str, Any]:
    """``must`` in words and whether it was ``reached``; nothing when there is no limit."""
    if at_least is not None:
        return {"must": f">= {at_least:g}", "reached": found >= at_least}
    if at_most is not None:
        return {"must": f"<= {at_most:g}", "reached": found <= at_most}
    return {}
