"""Pairs and clusters as CSV files."""

import csv
import io
import json
from collections.abc import Iterable, Sequence
from typing import BinaryIO

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


def write_pairs(found: Duplicates, out: BinaryIO) -> None:
    """Write ``PAIRS.csv``."""
    _write(out, PAIR_COLUMNS, pair_rows(found))


def write_clusters(found: Duplicates, out: BinaryIO) -> None:
    """Write ``CLUSTERS.csv``."""
    head = ("id", "cluster_id", "side") if found.records.linking else ("id", "cluster_id")
    _write(out, head, cluster_rows(found))


def _write(out: BinaryIO, head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    text = io.TextIOWrapper(out, "utf-8", newline="")
    try:
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(head)
        writer.writerows(rows)
    finally:
        # The stream is its owner's to close.
        text.detach()
