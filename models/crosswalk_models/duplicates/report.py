"""Pairs and clusters as CSV files."""

import csv
import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from crosswalk_engine.errors import CannotWriteError

from crosswalk_models.duplicates.find import Duplicates

PAIR_COLUMNS = ("left_id", "right_id", "probability", "match", "evidence")


def pair_rows(found: Duplicates) -> Iterable[Sequence[str]]:
    """One row a pair; `evidence` is a JSON list of comparator, level, weight and sentence."""
    ids = found.records.ids
    for pair in found.pairs:
        told = [
            {"comparator": item.comparator, "level": item.level, "weight": round(item.weight, 3),
             "sentence": item.sentence}
            for item in pair.evidence
        ]  # fmt: skip
        evidence = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
        yield ids[pair.left], ids[pair.right], f"{pair.probability:.6f}", str(int(pair.match)), evidence


def cluster_rows(found: Duplicates) -> Iterable[Sequence[str]]:
    """``id,cluster_id`` for every record, with ``side`` when linking; clusters are numbered from 1."""
    numbers: dict[int, int] = {}
    for row, record in enumerate(found.records.ids):
        cluster = str(numbers.setdefault(int(found.clusters[row]), len(numbers) + 1))
        side = ("left", "right")[int(found.records.side[row])]
        yield (record, cluster, side) if found.records.linking else (record, cluster)


def write_pairs(found: Duplicates, out: str) -> None:
    """Write ``PAIRS.csv``; `out` may be ``-`` for standard output.

    Raises:
        CannotWriteError: the place cannot be written.
    """
    _write(out, PAIR_COLUMNS, pair_rows(found))


def write_clusters(found: Duplicates, out: str) -> None:
    """Write ``CLUSTERS.csv``.

    Raises:
        CannotWriteError: the place cannot be written.
    """
    head = ("id", "cluster_id", "side") if found.records.linking else ("id", "cluster_id")
    _write(out, head, cluster_rows(found))


def _write(out: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A file appears whole or not at all; pipes and devices are written straight."""
    target = Path("/dev/stdout" if out == "-" else out)
    plain = target.is_file() or not target.exists()
    place = target.with_name(f".{target.name}.{os.getpid()}") if plain and out != "-" else target
    try:
        with place.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(head)
            writer.writerows(rows)
        if place != target:
            place.replace(target)
    except OSError as error:
        raise CannotWriteError(
            "CW-FILE-UNWRITABLE", "the file cannot be written", where=out, got=error.strerror or ""
        ) from error
