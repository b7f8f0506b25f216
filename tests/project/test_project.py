"""Loading projects: all documents, and every fault of every file at once."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from crosswalk_engine.errors import FindingsError, MissingFileError
from crosswalk_engine.project.lint import lint_project
from crosswalk_engine.project.project import check_project, load_project

Edit = Callable[[str, str, str], None]


@pytest.fixture
def edit(project: Path) -> Edit:
    """Replace a text in a file of the project."""

    def change(file: str, old: str, new: str) -> None:
        path = project / file
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), "utf-8")

    return change


def findings(project: Path) -> list[str]:
    """Everything that loading and linting find, one line each."""
    loaded, found = check_project(project)
    return [finding.render() for finding in (found if loaded is None else lint_project(loaded))]


def test_small_project_loads_without_a_finding(project: Path) -> None:
    """Documents by name, shapes of the samples, merges of the decisions."""
    loaded = load_project(project)
    assert lint_project(loaded) == ()
    assert set(loaded.mappings) == {"order-to-erp", "buyer-to-customer"}
    assert loaded.lookups["warehouses"].get("2") == "BRS" and loaded.flows["orders"].mapping == "order-to-erp"
    assert loaded.policies["addresses"].to_json()["on"] == {"REVIEW": "hold"}
    assert loaded.merges == {"contact_merge": {"2": "1"}}
    shape = loaded.shape("shop", "order")
    assert shape is not None and shape.find("rows.sku") is not None and shape.present == 2
    assert loaded.shape("erp", "customer") is None


def test_faults_of_all_files_stand_in_one_list(project: Path, edit: Edit) -> None:
    """YAML, keys, tables, samples, policies and secrets: six files, one error."""
    edit("mappings/order-to-erp.yaml", "required: true", "requird: true")
    edit("flows/orders.yaml", "accept:", "acept:")
    edit("lookups/warehouses.csv", "3,MUC", "2,MUC")
    edit("policies/addresses.yaml", "REVIEW", "REVIW")
    edit("project.yaml", "samples/buyers.ndjson", "samples/byers.ndjson")
    edit("mappings/buyer-to-customer.yaml", "rules:", "note: no\nrules:")
    with pytest.raises(FindingsError) as caught:
        load_project(project)
    shown = caught.value.render()
    for part in [
        "mappings/order-to-erp.yaml:10: error CW-DOCUMENT-UNKNOWN-KEY unknown key 'requird' in /rules/0",
        "flows/orders.yaml:6: error CW-DOCUMENT-UNKNOWN-KEY unknown key 'acept' (did you mean 'accept'?)",
        "lookups/warehouses.csv:3: error CW-LOOKUP-DUPLICATE",
        "policies/addresses.yaml:4: error CW-DOCUMENT-VALUE /on/REVIW",
        "project.yaml:8: error CW-PROJECT-SAMPLE there is no sample 'samples/byers.ndjson' (did you mean",
        "mappings/buyer-to-customer.yaml:5: error CW-YAML-AMBIGUOUS",
    ]:
        assert part in shown
    assert len(caught.value.findings) == 6 and caught.value.exit_code == 78


@pytest.mark.parametrize(
    ("file", "old", "new", "finding"),
    [
        ("mappings/order-to-erp.yaml", "name: order-to-erp", "name: other", "2: error CW-PROJECT-NAME"),
        ("project.yaml", "{system: erp}", "{system: erpp}", "16: error CW-PROJECT-CONNECTION"),
        (
            "project.yaml",
            "{system: erp}",
            "{system: erp, password: hunter2}",
            "16: error CW-SECRET /connections/backend",
        ),
        ("project.yaml", "samples/orders.ndjson", "../outside.ndjson", "7: error CW-PROJECT-SAMPLE"),
        (
            "samples/buyers.ndjson",
            '{"id":1,"name":"Ann"}\n{"id":2,"name":""}\n',
            "<html>",
            "error CW-NOT-TEXT",
        ),
        ("samples/buyers.ndjson", '"id":2', '"id":2,"id":3', "2:9 /id: warning CW-JSON-DUPLICATE"),
        ("decisions/duplicates.ndjson", '"winner":"1",', "", "1: error CW-DECISION-SUBJECT"),
        ("decisions/duplicates.ndjson", "crosswalk/decision@1", "other", "1: error CW-DECISION-FORMAT"),
        (
            "decisions/duplicates.ndjson",
            "same e-mail",
            "Bearer abcdefghijklmnop",
            "1: error CW-SECRET /reason",
        ),
    ],
)
def test_single_faults(project: Path, edit: Edit, file: str, old: str, new: str, finding: str) -> None:
    """One change, one finding, at its place."""
    edit(file, old, new)
    ((found),) = findings(project)
    assert finding in found


def test_stray_files_and_unknown_policies_are_remarked_upon(project: Path) -> None:
    """A file that nobody reads is a warning; a policy of an unknown kind is an error."""
    (project / "mappings/order.yml").write_text("x: 1\n")
    (project / "policies/adresses.yaml").write_text("x: 1\n")
    stray, policy = findings(project)
    assert stray.startswith("mappings/order.yml: warning CW-PROJECT-STRAY the file is not read")
    assert policy.startswith("policies/adresses.yaml: error CW-PROJECT-POLICY")
    assert policy.endswith("(did you mean 'addresses'?)")


def test_links_that_lead_outside_are_not_read(project: Path, tmp_path: Path) -> None:
    """What a document says must lie in the project, where its readers see it."""
    (tmp_path / "outside.yaml").write_text("password file\n")
    (project / "mappings/link.yaml").symlink_to(tmp_path / "outside.yaml")
    (found,) = findings(project)
    assert found.startswith("mappings/link.yaml: error CW-PROJECT-OUTSIDE") and "password" not in found


def test_no_project_is_66(tmp_path: Path) -> None:
    """Neither a missing folder nor an empty one is a project."""
    for folder in (tmp_path / "none", tmp_path):
        with pytest.raises(MissingFileError) as caught:
            load_project(folder)
        assert caught.value.exit_code == 66


@pytest.mark.parametrize(
    ("file", "old", "new", "finding"),
    [
        ("mappings/order-to-erp.yaml", "system: shop", "system: shopp", "3: error CW-LINT-SYSTEM"),
        ("mappings/order-to-erp.yaml", "entity: sales_order", "entity: salesorder", "error CW-LINT-ENTITY"),
        (
            "mappings/order-to-erp.yaml",
            "{entity: buyer,",
            "{entity: seller,",
            "6: error CW-LINT-ENTITY with buyer",
        ),
        ("mappings/order-to-erp.yaml", "'warehouses'", "'warehouse'", "did you mean 'warehouses'?"),
        ("mappings/order-to-erp.yaml", "'customer'", "'costumer'", "did you mean 'customer'?"),
        ("mappings/order-to-erp_test.yaml", "mapping: order", "mapping: ordr", "2: error CW-LINT-EXAMPLES"),
        ("flows/orders.yaml", "web,", "webb,", "3: error CW-FLOW-CONNECTION unknown connection 'webb'"),
        ("flows/orders.yaml", "web, entity: order", "web, entity: buyer", "3: error CW-FLOW-ENTITY"),
        ("flows/orders.yaml", "connection: backend", "connection: web", "4: error CW-FLOW-CONNECTION"),
        ("flows/orders.yaml", "map: order-to-erp", "map: order-to-erb", "9: error CW-FLOW-MAPPING"),
        ("flows/orders.yaml", "related: buyer", "related: byer", "8: error CW-FLOW-RELATED"),
        ("flows/orders.yaml", "key: buyerId", "key: buyerID2", "8: error CW-FLOW-KEY"),
        (
            "flows/orders.yaml",
            "accept: warehouse <> ''",
            "accept: warehose <> ''",
            "did you mean 'warehouse'?",
        ),
        ("flows/orders.yaml", "accept: warehouse <> ''", "accept: warehouse", "6: error CW-FLOW-BOOLEAN"),
        ("flows/orders.yaml", "natural_key: CUOR", "natural_key: CUNR", "11: error CW-FLOW-DELIVER"),
        ("flows/orders.yaml", "natural_key: CUOR", "natural_key: WHLO", "11: warning CW-FLOW-NATURAL-KEY"),
        ("flows/orders.yaml", "[addresses]", "[adresses]", "10: warning CW-FLOW-POLICY"),
        ("flows/orders.yaml", "  - map: order-to-erp\n", "", "error CW-FLOW-STEPS there is no `map` step"),
        ("flows/orders.yaml", "linger: 2s}", "linger: 2s}\nretry: {first: 2m}", "6: error CW-FLOW-RETRY"),
    ],
)
def test_lint_of_what_documents_say_of_one_another(
    project: Path, edit: Edit, file: str, old: str, new: str, finding: str
) -> None:
    """Names across documents, samples, tables and connections must meet."""
    edit(file, old, new)
    assert finding in "\n".join(findings(project))


def test_steps_in_an_order_that_cannot_work(project: Path, edit: Edit) -> None:
    """Delivering before mapping, and two of a kind."""
    edit("flows/orders.yaml", "  - map: order-to-erp\n", "")
    edit(
        "flows/orders.yaml",
        "  - write_back",
        "  - map: order-to-erp\n  - deliver: {natural_key: CUOR}\n  - write_back",
    )
    found = "\n".join(findings(project))
    assert "`map` stands after `deliver`" in found and "a second `deliver` step" in found


def test_a_record_that_needs_its_own_id_map_is_a_cycle(project: Path, edit: Edit) -> None:
    """No order of the steps can satisfy it."""
    edit(
        "mappings/buyer-to-customer.yaml",
        "rules:",
        "rules:\n  - {to: CUNO, formula: \"IDMAP('customer', id)\"}",
    )
    assert any("CW-FLOW-CYCLE" in found and "no order of the steps" in found for found in findings(project))


def test_what_nothing_uses_is_remarked_upon(project: Path) -> None:
    """Tables and mappings without a reader are warnings."""
    (project / "lookups/unused.csv").write_text("source,target\na,b\n")
    text = (project / "mappings/buyer-to-customer.yaml").read_text().replace("buyer-to-customer", "extra")
    (project / "mappings/extra.yaml").write_text(text)
    assert findings(project) == [
        "lookups/unused.csv: warning CW-LINT-UNUSED no formula asks this table",
        "mappings/extra.yaml:2: warning CW-LINT-UNUSED no flow uses this mapping",
    ]


def test_merges_follow_chains_and_later_decisions(project: Path) -> None:
    """b into a, c into b: both lead to a; a rejected merge is gone; contradictions and cycles are errors."""
    lines = []

    def decide(action: str, winner: str, loser: str) -> None:
        subject = {"entity": "contact", "winner": winner, "loser": loser}
        decision = {
            "format": "crosswalk/decision@1",
            "id": f"x{len(lines)}",
            "kind": "duplicate",
            "action": action,
        }
        lines.append(json.dumps({**decision, "subject": subject}))
        (project / "decisions/duplicates.ndjson").write_text("\n".join(lines))

    decide("accept", "a", "b")
    decide("accept", "b", "c")
    decide("accept", "a", "d")
    decide("reject", "d", "a")
    assert load_project(project).merges == {"contact_merge": {"b": "a", "c": "a"}}
    decide("accept", "z", "b")
    assert "is merged into a and into z" in findings(project)[0]
    decide("reject", "z", "b")
    decide("accept", "c", "a")
    assert any("CW-DECISION-CYCLE" in found for found in findings(project))


def test_sample_project_has_no_errors() -> None:
    """The project that ships with the repository loads and lints."""
    root = Path(__file__).parents[2] / "sample_data/projects/brightpearl-infor"
    assert [
        finding.render() for finding in lint_project(load_project(root)) if finding.level == "error"
    ] == []
