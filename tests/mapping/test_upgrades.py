"""Stored mappings of earlier versions are read, and give what they gave."""

import copy
import json
from pathlib import Path

from crosswalk_engine.mapping.compile import CompiledMapping
from crosswalk_engine.mapping.tree import FORMAT, MappingTree
from crosswalk_engine.mapping.upgrades import upgraded

STORED = json.loads((Path(__file__).parent / "fixtures/mapping-ir-1.json").read_text("utf-8"))
RECORD = {
    "customer": {"id": 7},
    "town": "Southampton",
    "net": "10.00",
    "rows": {
        "4": {"sku": "b-1", "quantity": "1", "position": "2"},
        "5": {"sku": "a-1", "quantity": "2", "position": "1"},
        "6": {"sku": "", "quantity": "1", "position": "3"},
    },
}


def test_the_first_version_gives_what_it_gave() -> None:
    """The fixture was written by the version that had it; so were these values."""
    assert STORED["format"] == "crosswalk/mapping-ir@1"
    compiled = CompiledMapping(MappingTree.from_json(STORED), {})
    result = compiled.apply(RECORD, related={"contact": {"7": {"id": 7, "name": "Ann"}}})
    assert result.output == {
        "CUNO": "B7",
        "address": {"TOWN": "Southa"},
        "lines": [
            {"ITNO": "A-1", "ORQT": "2.0000", "SHARE": "5.00"},
            {"ITNO": "B-1", "ORQT": "1.0000", "SHARE": "2.50"},
        ],
    }
    assert [(warning.path, warning.code) for warning in result.warnings] == [("address.TOWN", "CW-CUT")]


def test_the_upgrade_is_pure_and_ends() -> None:
    """What is stored stays as it is; the present version passes through, and is what is stored now."""
    before = copy.deepcopy(STORED)
    once = upgraded(STORED)
    assert before == STORED and upgraded(once) == once and once["format"] == FORMAT
    assert MappingTree.from_json(MappingTree.from_json(STORED).to_json()) == MappingTree.from_json(STORED)
