"""The list behind `crosswalk suggest --pairs`."""

from dataclasses import dataclass
from pathlib import Path

from crosswalk_engine.errors import RecordError, masked


@dataclass(frozen=True, slots=True)
class PairFiles:
    """Two files to match and where the result goes; `line` is its line in the list."""

    line: int
    source: Path
    target: Path
    out: Path


def read_pairs(path: Path) -> list[PairFiles]:
    """The rows of `path` (columns ``source,target,out``); relative paths start at its folder.

    Raises:
        MissingFileError, RecordError: the list cannot be read, or a row is incomplete.
    """
    from crosswalk_models.readers.table import read_table

    table = read_table(path)
    wanted = ("source", "target", "out")
    if not set(wanted) <= set(table.names):
        raise RecordError(
            "CW-PAIRS-COLUMNS",
            "the list of pairs lacks columns",
            where=str(path),
            got=masked(",".join(table.names)),
            expected=",".join(wanted),
        )
    found = []
    for line, row in table.rows:
        if not all(row[name].strip() for name in wanted):
            raise RecordError(
                "CW-PAIRS-ROW", "a row is incomplete", where=f"{path}:{line}", expected=",".join(wanted)
            )
        found.append(PairFiles(line, *(path.parent / row[name].strip() for name in wanted)))
    return found
