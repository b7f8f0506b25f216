"""Flows whose way depends on the record, and the policy on drift: what lint says of them, with its line."""

from pathlib import Path

import pytest
from crosswalk_engine.payload.documents import load_document
from crosswalk_engine.project.flow import FlowDocument
from crosswalk_engine.project.lint import lint_project
from crosswalk_engine.project.project import check_project

MAP = "  - map: order-to-erp\n"
CHOICES = """\
  - map:
      - {when: buyer.name <> '', mapping: order-to-erp}
      - {mapping: other-order}
"""
ROUTES = """\
  - route:
      - {name: tests, when: id = 1, to: skip, reason: a test order}
      - {name: large, when: COUNT(rows.sku) > 50, to: hold}
      - {name: others, mapping: other-order}
"""


def flow(project: Path, map_step: str, routes: str = "", *, late: bool = False) -> list[str]:
    """The findings of the flow with these steps; there is a second mapping, without a related record."""
    path = project / "flows/orders.yaml"
    steps = map_step + "  - validate: [addresses]\n"
    steps = steps + routes if late else routes + steps
    path.write_text(path.read_text().replace(MAP + "  - validate: [addresses]\n", steps))
    mapping = (project / "mappings/order-to-erp.yaml").read_text()
    other = project / "mappings/other-order.yaml"
    if not other.exists():
        other.write_text(mapping.replace("name: order-to-erp", "name: other-order"))
    loaded, findings = check_project(project)
    found = findings if loaded is None else lint_project(loaded)
    return [one.render() for one in found if "flows/" in one.where or "polic" in one.where]


def test_choices_and_routes_that_fit(project: Path) -> None:
    """Before the mapping or after it; both mappings are in use then."""
    assert flow(project, CHOICES, ROUTES) == []
    document = load_document((project / "flows/orders.yaml").read_bytes(), FlowDocument, where="flow")[0]
    assert document.candidates == ("order-to-erp", "other-order") and document.mapping == "other-order"
    assert document.mappings == ("buyer-to-customer", "order-to-erp", "other-order") and document.routes_first
    assert FlowDocument.model_validate(document.to_json()) == document


def test_routes_after_the_mapping(project: Path) -> None:
    """They are taken once the record is mapped."""
    assert flow(project, MAP, ROUTES, late=True) == []
    document = load_document((project / "flows/orders.yaml").read_bytes(), FlowDocument, where="flow")[0]
    assert not document.routes_first and document.to_json()["steps"][1] == {"map": "order-to-erp"}


@pytest.mark.parametrize(
    ("old", "new", "finding"),
    [
        ("id = 1", "idd = 1", "10: error CW-FORMULA-FIELD route 'tests' when: unknown field 'idd' at 1-3"),
        ("id = 1", "id + 1", "10: error CW-FLOW-BOOLEAN route 'tests' when: the formula gives INTEGER"),
        ("id = 1", "\"IDMAP('customer', id) <> ''\"", "10: error CW-FLOW-IDMAP route 'tests' when"),
        ("name: large", "name: tests", "11: error CW-FLOW-ROUTE a second route 'tests'"),
        ("other-order}\n  - map", "othr-order}\n  - map", "12: error CW-FLOW-MAPPING route 'others'"),
        (", when: id = 1", "", "11: warning CW-FLOW-UNREACHED no record comes here: the route before"),
        ("{mapping: other-order}", "{mapping: other-ordr}", "15: error CW-FLOW-MAPPING map: unknown mapping"),
        ("{mapping: other-order}", "{when: id > 1, mapping: other-order}", "13: warning CW-FLOW-CHOICES"),
        ("when: buyer.name <> '', ", "", "15: warning CW-FLOW-UNREACHED no record comes here: the choice"),
        ("buyer.name", "seller.name", "14: error CW-FORMULA-FIELD map order-to-erp when"),
        ("to: skip", "to: skipp", "10: error CW-DOCUMENT-VALUE /steps/1/route/0/to"),
        ("to: hold", "to: hold, mapping: other-order", "11: error CW-DOCUMENT-VALUE /steps/1/route/1"),
        ("to: hold", "connection: web", "11: error CW-DOCUMENT-UNKNOWN-KEY unknown key 'connection'"),
    ],
)  # fmt: skip
def test_slips(project: Path, old: str, new: str, finding: str) -> None:
    """Each with its line."""
    steps = ROUTES + CHOICES
    assert old in steps
    found = flow(project, steps.replace(old, new, 1))
    assert any(line.startswith(f"flows/orders.yaml:{finding}") for line in found), found


def test_one_name_is_one_related_record(project: Path) -> None:
    """All mappings of a flow share their related records."""
    other = (
        (project / "mappings/order-to-erp.yaml")
        .read_text()
        .replace("name: order-to-erp", "name: other-order")
    )
    (project / "mappings/other-order.yaml").write_text(other.replace("key: buyerId", "key: id"))
    (found,) = flow(project, CHOICES)
    assert (
        "CW-FLOW-RELATED 'buyer' is not the same record in the mappings order-to-erp and other-order" in found
    )


def test_routes_stand_before_the_delivery(project: Path) -> None:
    """After it there is nothing left to decide."""
    path = project / "flows/orders.yaml"
    path.write_text(path.read_text() + "  - route: [{name: a, to: skip}]\n")
    found = flow(project, MAP)
    assert [line for line in found if "CW-FLOW-STEPS `route` stands after `deliver`" in line] != []


VALUE = (
    "5: error CW-DOCUMENT-VALUE /fields/rows[].sku/value: "
    "should be 'accept', 'warn', 'hold' or 'reject', not '3'"
)
DRIFT = "format: crosswalk/policy@1\nkind: drift\nentity: order\nfields:\n  rows[].sku: {value: hold}\n"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("", "", []),
        ("rows[].sku", "rows.sku", []),
        (
            "rows[].sku",
            "rows[].skuu",
            ["5: error CW-POLICY-FIELD no sample has the field 'rows[].skuu' (did you mean 'rows.sku'?)"],
        ),
        ("rows[].sku: {value: hold}", "rows[].colour: {new: hold}", []),
        (
            "entity: order",
            "entity: ordr",
            ["3: error CW-POLICY-ENTITY there are no samples of an entity 'ordr' (did you mean 'order'?)"],
        ),
        (
            "value: hold",
            "value: 3",
            [VALUE],
        ),
    ],
)  # fmt: skip
def test_the_policy_on_drift(project: Path, old: str, new: str, expected: list[str]) -> None:
    """Its entity and its fields are known to the samples; a field that is to arrive need not be."""
    (project / "policies/drift.yaml").write_text(DRIFT.replace(old, new))
    assert flow(project, MAP) == [f"policies/drift.yaml:{line}" for line in expected]
