"""Mapping: the compiled function against the same by hand, mapping languages, itself and the tree walker.

The order mapping with 46 rules of the head and 16 of a line, on the sample orders of three rows or more (a
mean of 5 KB), JSON bytes to JSON bytes, all ways in one process. What the mapping languages cannot say is
left out of their side; `peers.py` names it.
"""

import os
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import msgspec
from crosswalk_engine.mapping.compile import compile_ir
from crosswalk_engine.mapping.oracle import map_by_oracle
from crosswalk_engine.mapping.tree import XmlTree
from crosswalk_engine.mapping.xml_out import XmlWriter

from tests.bench.by_hand import order_to_m3
from tests.bench.orders import FOLDER, Material, idmap, material
from tests.bench.peers import by_jq, by_jsonata
from tests.bench.streaming import memory
from tests.bench.timing import alone, figure, medians, per_item, ratio

ROUNDS = 7
#: Documents streamed through `crosswalk map`.
STREAMED = 200_000
CPU = "CPU us/record"


def measure() -> list[dict[str, Any]]:
    """All ratios; `BENCH_STREAMED` sets how many documents are streamed (0: none)."""
    made = material()
    name = f"{len(made.raw)} orders of {made.mean_size:,.0f} bytes on average"
    print(f"  {name}")
    found = medians({**_ours(made), **_theirs(made)}, ROUNDS)
    ours, event = found["ours"], found["event"]
    rows = [
        ratio("ours / by hand", ours, found["by hand"], CPU, at_most=1.3),
        ratio("jsonata-python / ours", found["good"], found["jsonata"], CPU, at_least=50),
        ratio("jq / ours", found["good"], found["jq"], CPU, at_least=10),
        ratio("one event / bulk", event, ours, CPU, at_most=2),
        ratio("in to XML out / in to JSON out", found["xml"], ours, CPU, at_most=1.5),
        figure("compile from a release, ready to map", found["first"] / 1e3, "CPU ms", at_most=50),
        ratio(
            "with the functions for dicts and problems / ready", found["first"], found["compile"], "CPU us"
        ),
        ratio("tree walker / ours", ours, found["oracle"], CPU),
        ratio("decoding the whole order / only what is used", found["typed"], found["whole"], CPU),
        ratio("over dicts / over bytes", ours, found["dicts"], CPU),
    ]
    streamed = int(os.environ.get("BENCH_STREAMED", STREAMED))
    return rows + (_stream(made, streamed, ours) if streamed else [])


def _stream(made: Material, records: int, ours: float) -> list[dict[str, Any]]:
    found = memory(made, records)
    return [
        figure(f"peak memory of {records:,} streamed above 200", found["peak_mb"], "MB", at_most=50),
        ratio(
            "crosswalk map, reading and writing too / ours",
            ours,
            found["cpu_us"],
            f"{CPU}; {found['per_second']:,.0f} documents a second, one process",
        ),
    ]


def _ours(made: Material) -> dict[str, Callable[[], float]]:
    mapping, options, raw = made.mapping, made.options, made.raw
    good = _good(made)
    stored = msgspec.json.decode(msgspec.json.encode(mapping.tree.to_json()))
    writer = XmlWriter(
        replace(mapping.tree, xml=XmlTree("SalesOrder", "http://schema.infor.com/InforOAGIS/2"))
    )
    contacts = (FOLDER / "contacts.ndjson").read_bytes().splitlines()
    decoded = [msgspec.json.decode(line) for line in raw]
    typed = mapping._decode

    def to_json(line: bytes) -> None:
        result = mapping.apply_bytes(line, **options)
        if result.ok:
            result.output_bytes()

    def to_xml(line: bytes) -> None:
        result = mapping.apply_bytes(line, **options)
        if result.output is not None:
            writer(result.output)

    def between() -> None:
        # An engine reads other payloads and looks elsewhere between two orders.
        msgspec.json.decode(contacts[len(contacts) // 2])
        sum(range(2000))

    return {
        "ours": partial(per_item, to_json, raw),
        "good": partial(per_item, to_json, good),
        "event": partial(alone, to_json, raw, between),
        "xml": partial(per_item, to_xml, raw),
        "dicts": partial(per_item, lambda record: mapping.apply(record, **options), decoded),
        "compile": partial(per_item, lambda ir: compile_ir(ir, made.tables).prepare(), [stored] * 3),
        "first": partial(per_item, lambda ir: compile_ir(ir, made.tables), [stored] * 3),
        "typed": partial(per_item, typed, raw),
        "whole": partial(per_item, msgspec.json.Decoder().decode, raw),
    }


def _good(made: Material) -> list[bytes]:
    """The orders that map: others end JSONata, and would be in its favour with jq."""
    return [line for line in made.raw if made.mapping.apply_bytes(line, **made.options).ok]


def _theirs(made: Material) -> dict[str, Callable[[], float]]:
    tables, raw, related = made.entries, made.raw, made.related
    # jq's arguments and JSONata's input hold no Decimals.
    plain = {key: msgspec.json.decode(msgspec.json.encode(one)) for key, one in related["contact"].items()}
    jsonata, jq = by_jsonata(plain, tables), by_jq(plain, tables)
    oracle = partial(map_by_oracle, made.mapping.tree, lookups=made.tables, **made.options)
    decode = msgspec.json.Decoder().decode
    good = _good(made)
    return {
        "by hand": partial(per_item, lambda line: order_to_m3(line, related, idmap, tables), raw),
        "jsonata": partial(per_item, jsonata, good[::8]),
        "jq": partial(per_item, jq, good),
        "oracle": partial(per_item, lambda line: oracle(decode(line)), raw[:60]),
    }
