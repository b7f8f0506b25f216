"""Labelled pairs of systems: folders with ``source_fields.csv``, ``target_fields.csv`` and ``mapping.json``.

The same layout serves training data, benchmark data and the mapping memory.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from crosswalk_engine.errors import MissingFileError, RecordError

from crosswalk_models.readers import FieldSet, read_fields

FILES = ("source_fields.csv", "target_fields.csv", "mapping.json")


@dataclass(frozen=True)
class LabelledPair:
    """Two field sets and the pairs of paths that a person found right."""

    collection: str
    name: str
    source: FieldSet
    target: FieldSet
    matches: tuple[tuple[str, str], ...]

    @property
    def truth(self) -> npt.NDArray[np.bool_]:
        """Array (sources, targets): which pairs are right."""
        found = np.zeros((len(self.source.fields), len(self.target.fields)), bool)
        for source, target in self.matches:
            found[self.source.index[source], self.target.index[target]] = True
        return found


def read_pair(folder: Path) -> LabelledPair:
    """The labelled pair in `folder`.

    Raises:
        RecordError: a file is unreadable, or the mapping names a path that no field list has.
    """
    source, target = (read_fields(folder / name) for name in FILES[:2])
    place = folder / FILES[2]
    try:
        document: Any = json.loads(place.read_text("utf-8"))
        matches = tuple((str(item["source"]), str(item["target"])) for item in document["matches"])
    except OSError as error:
        raise MissingFileError("CW-PAIR-MAPPING", "the pair has no mapping", where=str(place)) from error
    except (ValueError, KeyError, TypeError) as error:
        raise _bad_mapping(place, f"{type(error).__name__}") from error
    for source_path, target_path in matches:
        if source_path not in source.index or target_path not in target.index:
            raise _bad_mapping(place, f"unknown path in {source_path} → {target_path}"[:80])
    return LabelledPair(folder.parent.name, folder.name, source, target, matches)


def pair_folders(root: Path) -> tuple[Path, ...]:
    """Every folder below `root` that holds a labelled pair, sorted.

    Raises:
        MissingFileError: `root` is no folder.
    """
    if not root.is_dir():
        raise MissingFileError(
            "CW-PAIRS-FOLDER", "there is no such folder", where=str(root), fix="check the path"
        )
    return tuple(sorted(place.parent for place in root.rglob(FILES[2]) if is_pair(place.parent)))


def is_pair(folder: Path) -> bool:
    """Whether `folder` holds the three files."""
    return all((folder / name).is_file() for name in FILES)


def _bad_mapping(place: Path, got: str) -> RecordError:
    return RecordError(
        "CW-PAIR-MAPPING",
        "the mapping of a labelled pair cannot be used",
        where=str(place),
        got=got,
        expected='{"matches": [{"source": …, "target": …}]} with paths of the field lists',
    )
