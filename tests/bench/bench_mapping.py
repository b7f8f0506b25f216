"""Mapping: the compiled function against the tree walker, on the sample orders.

CPU time of this process, medians of interleaved rounds, so that a noisy machine moves both sides alike.
"""

import gc
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from crosswalk_engine.mapping.compile import CompiledMapping, compile_ir, compile_mapping
from crosswalk_engine.mapping.document import load_mapping
from crosswalk_engine.mapping.oracle import map_by_oracle
from crosswalk_engine.payload.codecs import read_records
from crosswalk_engine.project.lookups import read_lookup

ROOT = Path(__file__).parents[2]
PROJECT = ROOT / "sample_data/projects/brightpearl-infor"
ROUNDS = 5


def per_record(run: Callable[[Any], object], records: Sequence[Any]) -> float:
    """CPU microseconds a record."""
    started = time.process_time()
    for record in records:
        run(record)
    return (time.process_time() - started) / len(records) * 1e6


def sample() -> tuple[CompiledMapping, dict[str, Any], list[bytes], list[dict[str, Any]]]:
    """The order mapping, its related records, and the sample orders as bytes and decoded."""
    folder = ROOT / "sample_data/brightpearl"
    tables = {path.stem: read_lookup(path) for path in (PROJECT / "lookups").glob("*.csv")}
    mapping = compile_mapping(load_mapping(PROJECT / "mappings/order-to-m3.yaml"), tables)
    contacts = read_records(folder / "contacts.ndjson").all_good()
    products = read_records(folder / "products.ndjson").all_good()
    related = {
        "contact": {str(contact["contactId"]): contact for contact in contacts},
        "product": {str(product["id"]): product for product in products},
    }
    raw = (folder / "orders.ndjson").read_bytes().splitlines()
    return mapping, related, raw, read_records(folder / "orders.ndjson").all_good()


def measure() -> list[dict[str, Any]]:
    """Bytes to bytes, compiled and typed; dict to result, compiled; dict to result, by the tree walker."""
    mapping, related, raw, records = sample()
    options: dict[str, Any] = {"related": related, "idmap": lambda entity, key: f"{entity[0].upper()}{key}"}

    def whole(line: bytes) -> None:
        result = mapping.apply_bytes(line, **options)
        if result.ok:
            result.output_bytes()

    rounds: dict[str, list[float]] = {"bytes": [], "dict": [], "oracle": [], "compile": []}
    stored = mapping.tree.to_json()
    gc.collect()
    gc.disable()
    try:
        for _ in range(ROUNDS):
            rounds["bytes"].append(per_record(whole, raw))
            rounds["dict"].append(per_record(lambda record: mapping.apply(record, **options), records))
            rounds["oracle"].append(
                per_record(
                    lambda record: map_by_oracle(mapping.tree, record, lookups=mapping.lookups, **options),
                    records[:150],
                )
            )
            rounds["compile"].append(per_record(lambda ir: compile_ir(ir, mapping.lookups), [stored]))
    finally:
        gc.enable()
    medians = {name: statistics.median(found) for name, found in rounds.items()}
    return [
        _ratio("bytes to bytes, compiled / by the tree walker", medians["bytes"], medians["oracle"]),
        _ratio("dict to result, compiled / by the tree walker", medians["dict"], medians["oracle"]),
        _ratio("one record / compiling the mapping from a release", medians["bytes"], medians["compile"]),
    ]


def _ratio(name: str, ours: float, theirs: float) -> dict[str, Any]:
    return {"name": name, "ratio": theirs / ours, "ours": ours, "theirs": theirs, "unit": "CPU us/record"}


if __name__ == "__main__":
    for row in measure():
        figures = f"{row['ours']:.0f} against {row['theirs']:.0f} {row['unit']}"
        print(f"{row['name']:52s} x{row['ratio']:.1f}   {figures}")
