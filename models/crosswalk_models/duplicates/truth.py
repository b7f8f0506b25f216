"""The known answer of a labelled set, for training and measuring."""

import csv
from pathlib import Path

import numpy as np
import numpy.typing as npt

from crosswalk_models.duplicates.records import Records


def read_truth(folder: Path, records: Records) -> npt.NDArray[np.int64]:
    """True pairs as ``left row * n + right row`` with left < right, sorted, from clusters.csv or
    pairs.csv."""
    n = len(records)
    pairs = (
        _from_clusters(folder, records)
        if (folder / "clusters.csv").exists()
        else _from_pairs(folder, records)
    )
    return np.array(sorted({min(a, b) * n + max(a, b) for a, b in pairs}), np.int64)


def _from_clusters(folder: Path, records: Records) -> list[tuple[int, int]]:
    row = {record: number for number, record in enumerate(records.ids)}
    members: dict[str, list[int]] = {}
    with (folder / "clusters.csv").open(encoding="utf-8", newline="") as stream:
        for line in csv.DictReader(stream):
            members.setdefault(line["cluster"], []).append(row[line["id"]])
    return [(a, b) for group in members.values() for i, a in enumerate(group) for b in group[i + 1 :]]


def _from_pairs(folder: Path, records: Records) -> list[tuple[int, int]]:
    first = {record: number for number, record in enumerate(records.ids) if records.side[number] == 0}
    second = {
        record: number for number, record in enumerate(records.ids) if records.side[number] == 1
    } or first
    with (folder / "pairs.csv").open(encoding="utf-8", newline="") as stream:
        rows = [line for line in csv.DictReader(stream) if line.get("label", "1") == "1"]
    pairs = [(first[line["id_a"]], second[line["id_b"]]) for line in rows]
    return pairs if second is not first else _closed(pairs)


def _closed(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """All pairs within the groups that `pairs` connect."""
    group: dict[int, set[int]] = {}
    for a, b in pairs:
        merged = group.get(a, {a}) | group.get(b, {b})
        for member in merged:
            group[member] = merged
    distinct = {id(members): sorted(members) for members in group.values()}
    return [(a, b) for members in distinct.values() for i, a in enumerate(members) for b in members[i + 1 :]]
