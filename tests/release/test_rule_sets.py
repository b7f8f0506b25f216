"""Rule sets in releases, and flows that a release cannot carry."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from crosswalk_engine.mapping.compile import compile_ir
from crosswalk_engine.release import load_release
from crosswalk_engine.release.build import RefusedError, build_release
from crosswalk_engine.release.diff import diff_releases

AT = datetime(2026, 11, 24, tzinfo=UTC)
MAPPING = "mappings/order-to-m3.yaml"
RULES = """\
format: crosswalk/rule-set@1
name: place
parameters: [address]
rules:
  - {to: TOWN, formula: UPPER(address.addressLine3)}
"""


@pytest.fixture
def with_rules(project: Path, edit: Callable[[str, str, str], None]) -> Path:
    """The project, whose order mapping uses a rule set."""
    (project / "rules").mkdir(exist_ok=True)
    (project / "rules/place.yaml").write_text(RULES)
    edit(MAPPING, "rules:\n", "rules:\n- {use: place, to: site, given: {address: parties.delivery}}\n")
    for file in sorted((project / "mappings").glob("*_test.yaml")):
        file.unlink()
    return project


def test_a_release_carries_rule_sets(with_rules: Path, tmp_path: Path) -> None:
    """As people wrote them, for comparing; the compiled mapping holds their rules."""
    build_release(with_rules, tmp_path / "release", at=AT)
    release = load_release(tmp_path / "release")
    assert release.rule_sets["place"]["parameters"] == ["address"]
    mapping = compile_ir(release.mappings["order-to-m3"], release.lookups)
    town = {"parties": {"delivery": {"addressLine3": "Bristol"}}}
    paths = {problem.path for problem in mapping.apply(town).errors}
    assert "site.TOWN" not in paths and "UPPER" in str(release.mappings["order-to-m3"])


def test_a_changed_rule_set_is_a_difference(with_rules: Path, tmp_path: Path) -> None:
    """Named where it stands."""
    build_release(with_rules, tmp_path / "a", at=AT)
    rules = with_rules / "rules/place.yaml"
    rules.write_text(rules.read_text().replace("UPPER(", "TRIM("))
    build_release(with_rules, tmp_path / "b", at=AT)
    (change,) = diff_releases(load_release(tmp_path / "a"), load_release(tmp_path / "b")).changes
    assert (change.kind, change.document) == ("rules", "place")
    assert change.render() == "~ TOWN: UPPER(address.addressLine3) -> TRIM(address.addressLine3)"


def test_a_flow_delivers_one_document(
    project: Path, edit: Callable[[str, str, str], None], tmp_path: Path
) -> None:
    """A mapping that makes several of one record is for bulk; the release is refused, with the line."""
    edit(MAPPING, "rules:\n", "documents: {each: orderRows AS row, as: part}\nrules:\n")
    with pytest.raises(RefusedError) as caught:
        build_release(project, tmp_path / "release", at=AT)
    found = [finding.render() for finding in caught.value.findings if "CW-FLOW" in finding.code]
    assert len(found) == 1 and "the mapping order-to-m3 makes several documents of a record" in found[0]
    assert found[0].startswith("flows/orders-to-m3.yaml:")
