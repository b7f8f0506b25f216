"""The list behind `crosswalk suggest --pairs`."""

from dataclasses import dataclass
from pathlib import Path

from crosswalk_engine.errors import RecordError


@dataclass(frozen=True, slots=True)
class PairFiles:
    """Two files to match and where the result goes."""

    source: Path
    target: Path
    out: Path


def read_pairs(path: Path) -> list[PairFiles]:
    """The rows of `path` (columns ``source,target,out``); relative paths start at its folder.

    Raises:
        MissingFileError, RecordError: the list cannot be read, or a row is incomplete.
    """
    from crosswalk_models.readers import require_file
    from crosswalk_models.readers.tabular import read_csv_text

    frame = read_csv_text(require_file(path))
    wanted = ("source", "target", "out")
    if not set(wanted) <= set(frame.columns):
        raise RecordError(
            "CW-PAIRS-COLUMNS",
            "the list of pairs lacks columns",
            where=str(path),
            got=",".join(frame.columns)[:80],
            expected=",".join(wanted),
        )
    found = []
    for line, row in enumerate(frame.select(wanted).iter_rows(named=True), start=2):
        if not all((row[name] or "").strip() for name in wanted):
            raise RecordError(
                "CW-PAIRS-ROW", "a row is incomplete", where=f"{path}:{line}", expected=",".join(wanted)
            )
        found.append(PairFiles(*(path.parent / row[name].strip() for name in wanted)))
    return found
