"""Brightpearl's id sets: `1-3,8,10-12`."""

from collections.abc import Iterable

from crosswalk_engine.errors import RecordError


def format_id_set(ids: Iterable[int]) -> str:
    """Ids as an id set, ascending, runs compacted: 1, 2, 3, 8 → ``1-3,8``."""
    parts: list[str] = []
    run: list[int] = []
    for number in sorted(set(ids)):
        if run and number != run[-1] + 1:
            parts.append(_format_run(run))
            run = []
        run.append(number)
    if run:
        parts.append(_format_run(run))
    return ",".join(parts)


def parse_id_set(text: str, *, most: int) -> list[int]:
    """The ids of an id set, in its order, each once.

    Raises:
        RecordError: it is not an id set, or names more than `most` ids.
    """
    ids: dict[int, None] = {}
    for part in text.split(","):
        first, dash, last = part.strip().partition("-")
        if not first.isdigit() or (dash and not last.isdigit()):
            raise RecordError("CW-BP-IDSET", "not an id set", got=part[:40], expected="ids and ranges: 1-3,8")
        start, end = int(first), int(last) if dash else int(first)
        if end - start >= most or len(ids) + end - start >= most:
            raise RecordError("CW-BP-IDSET", "too many ids in one set", expected=f"≤ {most}")
        ids.update(dict.fromkeys(range(start, end + 1)))
    return list(ids)


def _format_run(run: list[int]) -> str:
    return str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}"
