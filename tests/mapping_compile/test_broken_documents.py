"""Whatever a person writes into a mapping: problems with their place, never an exception."""

import copy
import json
import random
from pathlib import Path
from typing import Any

import pytest
from crosswalk_engine.errors import FindingsError
from crosswalk_engine.formula import Scope
from crosswalk_engine.mapping.document import MappingDocument
from crosswalk_engine.mapping.explain import explain
from crosswalk_engine.mapping.oracle import map_by_oracle
from crosswalk_engine.mapping.translate import examine, translate
from crosswalk_engine.mapping.tree import MappingTree
from crosswalk_engine.payload.shape import infer_shape
from crosswalk_engine.payload.yaml import load_yaml
from pydantic import ValidationError

EVERYTHING = Path(__file__).parent / "everything.yaml"
NASTY: list[Any] = [
    "",
    " ",
    "[]",
    "a..b",
    "a[]",
    "a[].b",
    '"a.b"',
    '"',
    "row",
    "line",
    "part",
    "part.x",
    "contact",
    "rows AS row",
    "rows AS rows",
    "part AS contact",
    "a AS b, b.c AS d, d.e AS f, f.g AS h, h.i AS j",
    ", AS x",
    "PRESENT(part)",
    "PRESENT(line.all.qty)",
    "COUNT(line.all)",
    "APPORTION(1, 1, 2)",
    "SUM(part.qty * line.qty)",
    "ROW_KEY()",
    "1 = 1",
    "x" * 5_000,
    "(" * 200,
    "\ud800",
    "‘a’",
    -1,
    0,
    10**40,
    True,
    None,
    [],
    {},
    ["a", "b"],
]
RECORD = {
    "status": "open",
    "total": "10.00",
    "customer": {"id": 5, "code": "C1"},
    "rows": [{"product": 1, "wh": "A", "sku": "a", "qty": 1, "serials": [{"nr": "s"}]}],
}


def _places(value: Any, place: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [place] if place else []
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            found += _places(inner, (*place, key))
    return found


def _spoilt(data: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """The document with one to three values replaced by something odd, or by a value from elsewhere."""
    data = copy.deepcopy(data)
    for _ in range(chance.randint(1, 3)):
        places = _places(data)
        place, other = chance.choice(places), chance.choice(places)
        source: Any = data
        for key in other:
            source = source[key]
        inside: Any = data
        for key in place[:-1]:
            inside = inside[key]
        inside[place[-1]] = copy.deepcopy(source) if chance.random() < 0.4 else chance.choice(NASTY)
    return data


@pytest.mark.parametrize("seed", range(3))
def test_spoilt_documents(seed: int) -> None:
    """Of spoilt mappings each gives findings, or a tree that is stored, read back and run without a fault."""
    whole = load_yaml(EVERYTHING.read_bytes(), where="everything.yaml").data
    chance = random.Random(seed)
    scopes = (None, Scope(shape=infer_shape([RECORD])))
    refused = ran = 0
    for _ in range(60):
        try:
            doc = MappingDocument.model_validate(_spoilt(whole, chance))
        except ValidationError:
            continue
        for scope in scopes:
            examined = examine(doc, scope)
            assert all(found.where and found.code and found.message for found in examined.findings)
            try:
                tree = translate(doc, scope)
            except FindingsError:
                refused += 1
                continue
            ran += 1
            stored = json.loads(json.dumps(tree.to_json()))
            assert MappingTree.from_json(stored) == tree
            assert explain(tree).startswith(doc.name)
            map_by_oracle(tree, RECORD, related={"contact": {"5": {}}})
    assert refused > 10 and ran > 0
