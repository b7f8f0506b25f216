"""What the mapping benches run on: orders of about 5 KB, the wide order mapping, its related records."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from crosswalk_engine.mapping.compile import CompiledMapping, compile_mapping
from crosswalk_engine.mapping.document import load_mapping
from crosswalk_engine.payload.codecs import read_records
from crosswalk_engine.project.lookups import LookupTable, read_lookup

ROOT = Path(__file__).parents[2]
PROJECT = ROOT / "sample_data/projects/brightpearl-infor"
FOLDER = ROOT / "sample_data/brightpearl"
WIDE = Path(__file__).parent / "order-to-m3-wide.yaml"
#: Orders with fewer rows are left out, so that the mean size is 5 KB.
LEAST_ROWS = 3


@dataclass(frozen=True)
class Material:
    """The mapping and what it is given; `raw` are the orders as lines of JSON."""

    mapping: CompiledMapping
    tables: dict[str, LookupTable]
    related: dict[str, dict[str, Any]]
    raw: list[bytes]

    @property
    def options(self) -> dict[str, Any]:
        """What each call of the mapping is given besides the record."""
        return {"related": self.related, "idmap": idmap}

    @property
    def entries(self) -> dict[str, dict[str, str]]:
        """The lookup tables as plain dicts."""
        return {name: dict(table.entries) for name, table in self.tables.items()}

    @property
    def mean_size(self) -> float:
        """Bytes of an order."""
        return sum(map(len, self.raw)) / len(self.raw)


def idmap(entity: str, key: str) -> str | None:
    """An id map that knows every key."""
    return f"{entity[0].upper()}{key}"


@cache
def related() -> dict[str, dict[str, Any]]:
    """The contacts and products that the sample orders refer to, by id."""
    contacts = read_records(FOLDER / "contacts.ndjson").all_good()
    products = read_records(FOLDER / "products.ndjson").all_good()
    return {
        "contact": {str(one["contactId"]): one for one in contacts},
        "product": {str(one["id"]): one for one in products},
    }


@cache
def material(mapping: Path = WIDE, least_rows: int = LEAST_ROWS) -> Material:
    """The sample orders with at least `least_rows` rows, and `mapping` compiled."""
    tables = {path.stem: read_lookup(path) for path in sorted((PROJECT / "lookups").glob("*.csv"))}
    lines = (FOLDER / "orders.ndjson").read_bytes().splitlines()
    raw = [line for line in lines if len(msgspec.json.decode(line).get("orderRows") or ()) >= least_rows]
    return Material(compile_mapping(load_mapping(mapping), tables), tables, related(), raw)
