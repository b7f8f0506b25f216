"""Releases that the first version built: they load and run, and give what they gave then.

`fixtures/first` is a release of a small project, `fixtures/first-sample.zip` of the sample project; both hold
`mapping-ir@1` and `shape@1`. Beside the latter stand two records with what that version made of them.
"""

import json
import shutil
from copy import deepcopy
from pathlib import Path

import pytest
from crosswalk_engine.errors import FindingsError
from crosswalk_engine.mapping.compile import compile_ir
from crosswalk_engine.mapping.tree import FORMAT, MappingTree
from crosswalk_engine.payload.codecs import read_records
from crosswalk_engine.release import load_release
from crosswalk_engine.release.canonical import canonical_json
from crosswalk_engine.release.diff import diff_releases
from crosswalk_engine.release.drift import drift_check
from crosswalk_engine.release.manifest import make_manifest
from crosswalk_engine.release.reads import source_reads, target_writes
from crosswalk_engine.release.upgrades import upgraded_flow, upgraded_mapping

FIXTURES = Path(__file__).parent / "fixtures"
FIRST, SAMPLE = FIXTURES / "first", FIXTURES / "first-sample.zip"
CASES = read_records(FIXTURES / "first-sample.ndjson").records


def stored(file: str) -> dict[str, object]:
    """A file of the small release, as it was written."""
    found = json.loads((FIRST / file).read_bytes())
    assert isinstance(found, dict)
    return found


def test_the_fixtures_are_of_the_first_version() -> None:
    """Whoever builds them anew by mistake is told."""
    assert stored("mappings/order-to-erp.json")["format"] == "crosswalk/mapping-ir@1"
    assert stored("shapes/shop.order.json")["format"] == "crosswalk/shape@1"
    assert "routes_ir" not in stored("flows/orders.json")


@pytest.mark.parametrize("path", [FIRST, SAMPLE])
def test_they_load_in_the_form_of_this_version(path: Path) -> None:
    """Mappings are upgraded, flows have their one mapping without a condition, shapes know no words."""
    release = load_release(path)
    assert {ir["format"] for ir in release.mappings.values()} == {FORMAT}
    for name, flow in release.flows.items():
        conditions = release.conditions(name)
        assert (conditions.routes, conditions.choices, len(flow.choices)) == ((), (None,), 1)
        assert conditions.fit(flow)
    assert {node.values for shape in release.shapes.values() for node in shape.walk()} == {()}
    assert release.rule_sets == {}


def test_the_small_release_gives_what_it_gave() -> None:
    """An `each` over an object keyed by id, a lookup, an id map, a check and a related record."""
    release = load_release(FIRST)
    mapping = compile_ir(release.mappings["order-to-erp"], release.lookups)
    record = {"id": 7, "buyerId": 1, "warehouse": "2", "rows": {"11": {"sku": "A-1", "quantity": 3}}}
    related = {"buyer": {"1": {"id": 1, "name": "Ann"}}}
    result = mapping.apply(record, related=related, idmap=lambda entity, key: f"C{key}")
    assert result.output == {
        "CUOR": "S7", "CUNO": "C1", "WHLO": "BRS", "lines": [{"ITNO": "A-1", "ORQT": 3}],
    }  # fmt: skip
    refused = mapping.apply({**record, "warehouse": "9", "rows": {}}, related=related, idmap=lambda *_: "C1")
    assert [problem.code for problem in refused.errors] == ["CW-LOOKUP-MISSING", "CW-CHECK"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["record"]["id"]))
def test_the_sample_release_gives_what_it_gave(case: dict[str, object]) -> None:
    """The same output, or the same problems, for whole orders."""
    release = load_release(SAMPLE)
    mapping = compile_ir(release.mappings[str(case["mapping"])], release.lookups)
    result = mapping.apply(case["record"], related=case["related"], idmap=lambda entity, key: "C" + key)
    assert result.output == case["output"]
    assert [problem.to_json() for problem in result.errors] == case["errors"]


def test_stored_trees_come_back() -> None:
    """Upgraded, read and stored again they are the same; upgrading leaves what it was given alone."""
    for ir in load_release(SAMPLE).mappings.values():
        assert MappingTree.from_json(ir).to_json() == ir
    before = stored("mappings/order-to-erp.json")
    kept = deepcopy(before)
    once = upgraded_mapping(before)
    assert before == kept and upgraded_mapping(once) == once and once["document"] == before["document"]
    flow = upgraded_flow(stored("flows/orders.json"))
    assert (flow["routes_ir"], flow["choices_ir"]) == ([], [None]) and upgraded_flow(flow) == flow


def test_what_they_read_and_write() -> None:
    """Rules, checks, related keys and conditions; of a related record what is read through it."""
    release = load_release(FIRST)
    assert source_reads(release, "shop", "order") == {
        "id", "buyerId", "warehouse", "rows", "rows.sku", "rows.quantity",
    }  # fmt: skip
    assert source_reads(release, "shop", "buyer") == {"name"}
    assert source_reads(release, "erp", "order") == frozenset()
    assert target_writes(release, "erp", "sales_order") == {
        "CUOR", "CUNO", "WHLO", "lines", "lines.ITNO", "lines.ORQT",
    }  # fmt: skip


def test_drift_against_a_shape_of_the_first_version() -> None:
    """It knows kinds and lists, and nothing of words; two samples do not say what is always there."""
    check = drift_check(load_release(FIRST), "shop.order")
    found = {one.path: one.action for one in check.findings({"id": "7", "rows": [{"sku": "A"}], "x": 1})}
    assert found == {"id": "hold", "rows": "hold", "x": "accept"}


def test_a_damaged_mapping_is_named(tmp_path: Path) -> None:
    """A release that is whole but holds a compiled mapping that cannot be upgraded."""
    files = {
        path.relative_to(FIRST).as_posix(): path.read_bytes()
        for path in FIRST.rglob("*.json")
        if path.name != "manifest.json"
    }
    broken = stored("mappings/order-to-erp.json")
    broken["ir"] = {"format": "crosswalk/mapping-ir@1"}
    files["mappings/order-to-erp.json"] = canonical_json(broken)
    shutil.copytree(FIRST, tmp_path / "r")
    (tmp_path / "r/mappings/order-to-erp.json").write_bytes(files["mappings/order-to-erp.json"])
    manifest = make_manifest("x", files, author=None, approver=None, built_at="2026-11-24T00:00:00Z")
    (tmp_path / "r/manifest.json").write_bytes(canonical_json(manifest.to_json()))
    with pytest.raises(FindingsError) as caught:
        load_release(tmp_path / "r")
    assert "mappings/order-to-erp.json: error CW-RELEASE-DOCUMENT the compiled mapping is damaged" in (
        caught.value.render()
    )


def test_an_earlier_and_a_present_release_can_be_compared() -> None:
    """Rules by target, wherever they stand."""
    changes = diff_releases(load_release(FIRST), load_release(FIRST)).changes
    assert changes == ()
    between = diff_releases(load_release(FIRST), load_release(SAMPLE)).changes
    assert {change.kind for change in between} == {"mapping", "lookup", "flow", "policy", "idmap"}
