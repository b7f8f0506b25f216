"""Linting mappings: what can be known to be wrong before a record is mapped."""

import pytest
from crosswalk_engine.mapping.document import load_mapping
from crosswalk_engine.mapping.lint import inspect_mapping, lint_mapping
from crosswalk_engine.payload.shape import infer_shape

SOURCE = infer_shape(
    [
        {
            "id": 1,
            "row": 0,
            "ref": "R" * 40,
            "customer": {"id": 5},
            "rows": {"7": {"sku": "A" * 20, "net": "1.00"}},
        },
        {"id": 2, "row": 0, "ref": "", "customer": {"id": 6}, "rows": {}},
    ]
)
TARGET = infer_shape([{"CUOR": "1", "OREF": "R" * 30, "CUNO": "C", "TOWN": "", "lines": [{"ITNO": "A"}]}])
CONTACT = infer_shape([{"id": 5, "name": "Ann"}])
HEAD = """\
format: crosswalk/mapping@1
name: m
source: {system: a, entity: order}
target: {system: b, entity: order}
"""


def lint(body: str, **known: object) -> list[str]:
    """Findings of a mapping with that body, without the file's name; all is known unless told otherwise."""
    doc = load_mapping(HEAD + body, where="m")
    facts = {
        "shape": SOURCE,
        "target": TARGET,
        "related": {"contact": CONTACT},
        "lookups": ["warehouses"],
        "idmaps": ["customer"],
    } | known
    return [finding.render().removeprefix("m:") for finding in lint_mapping(doc, **facts)]  # type: ignore[arg-type]


GOOD = """\
with:
  contact: {entity: contact, key: customer.id}
rules:
  - {to: CUOR, formula: id}
  - {to: CUNO, formula: "COALESCE(IDMAP('customer', customer.id), contact.name)"}
  - {to: OREF, formula: ref, max_length: 40}
  - to: lines[]
    each: rows AS r
    where: r.sku <> ''
    order_by: r.sku
    rules:
      - {to: ITNO, formula: "LOOKUP('warehouses', r.sku)"}
checks:
  - {name: some, formula: COUNT(rows.sku) > 0}
"""


def test_sound_mapping_has_no_findings() -> None:
    """And says what its formulas use."""
    assert lint(GOOD) == []
    report = inspect_mapping(load_mapping(HEAD + GOOD))
    assert (report.lookups, report.idmaps, report.related) == ({"warehouses"}, {"customer"}, {"contact"})


def test_nothing_known_means_nothing_checked() -> None:
    """Without shapes and tables only the mapping itself is judged."""
    body = GOOD.replace("ref,", "reff,").replace("'warehouses'", "'other'").replace("to: CUOR", "to: ZZZZ")
    assert lint(body, shape=None, target=None, related=None, lookups=None, idmaps=None) == []


@pytest.mark.parametrize(
    ("old", "new", "finding"),
    [
        ("formula: ref,", "formula: reff,", "10: error CW-FORMULA-FIELD OREF: unknown field 'reff' at 1-4"),
        ("r.sku <> ''", "r.skuu <> ''", "13: error CW-FORMULA-FIELD lines[] where: unknown field"),
        ("order_by: r.sku", "order_by: r.skuu", "14: error CW-FORMULA-FIELD lines[] order_by"),
        ("COUNT(rows.sku) > 0", "COUNT(rows.skuu) > 0", "18: error CW-FORMULA-FIELD check 'some'"),
        ("formula: ref,", 'formula: "(ref",', "10: error CW-FORMULA-SYNTAX OREF"),
        ("'warehouses'", "'warehouse'", "did you mean 'warehouses'?"),
        ("'customer'", "'client'", "unknown id map entity 'client'"),
        ("contact.name", "contact.nam", "did you mean 'contact.name'?"),
        (
            "rows AS r",
            "rowz AS r",
            "12: error CW-MAPPING-EACH lines[]: the source has no 'rowz' (did you mean",
        ),
        ("rows AS r", "ref AS r", "'ref' is not a list"),
        ("rows AS r", "rows", "12: error CW-MAPPING-EACH"),
        (
            "rows AS r",
            "rows AS row",
            "12: error CW-MAPPING-EACH lines[]: 'row' is also a field of the source",
        ),
        ("rows AS r", "rows AS contact", "'contact' is also a related record"),
        ("r.sku <> ''", "r.sku", "13: error CW-LINT-BOOLEAN lines[] where: the formula gives TEXT"),
        (
            "COUNT(rows.sku) > 0",
            "COUNT(rows.sku)",
            "18: error CW-LINT-BOOLEAN check 'some': the formula gives INTEGER",
        ),
        (
            "key: customer.id",
            "key: customer.idd",
            "6: error CW-LINT-WITH with contact: the source has no field",
        ),
        (
            "key: customer.id",
            'key: "customer..id"',
            "6: error CW-MAPPING-WITH with contact: a path has no name",
        ),
        ("contact: {", "ref: {", "6: error CW-LINT-WITH the related record 'ref' hides the field 'ref'"),
        (
            ", contact.name",
            "",
            "6: warning CW-LINT-WITH-UNUSED no formula reads the related record 'contact'",
        ),
        ("to: OREF", "to: CUNO", "10: error CW-LINT-TARGET-TWICE CUNO has a rule at m:9 already"),
        ("to: OREF", "to: CUNO.X", "10: error CW-LINT-TARGET-CLASH CUNO.X lies in CUNO"),
        ("to: OREF", 'to: "lines"', "11: error CW-LINT-TARGET-CLASH lines[] lies in lines"),
        ("to: OREF", "to: a..b", "10: error CW-LINT-TARGET-PATH"),
        (
            "to: OREF",
            'to: "more[]"',
            "10: error CW-LINT-TARGET-PATH more[]: a list is filled by an `each` rule",
        ),
        ("to: lines[]", "to: lines", "11: error CW-LINT-TARGET-PATH lines: an `each` fills one list"),
        (
            "to: OREF",
            "to: OREX",
            "10: warning CW-LINT-TARGET-UNKNOWN no sample of the target has the field OREX",
        ),
        ("max_length: 40", "max_length: 30", "10: warning CW-LINT-LENGTH OREF: source texts have up to 40"),
        (
            "max_length: 40",
            "max_length: 20, on_too_long: cut",
            "10: warning CW-LINT-LENGTH OREF: samples hold 30",
        ),
        ("  - {to: CUOR, formula: id}\n", "", "filled in every sample of the target, but by no rule: CUOR"),
        ("checks:\n", "checks:\n  - {name: some, formula: id > 0}\n", "19: error CW-LINT-CHECK-TWICE"),
    ],
)
def test_each_fault_is_named_and_placed(old: str, new: str, finding: str) -> None:
    """One change to a sound mapping, and the finding that it causes."""
    assert old in GOOD
    assert finding in "\n".join(lint(GOOD.replace(old, new, 1)))


def test_all_findings_come_at_once() -> None:
    """Several faults of different kinds, sorted into one list."""
    body = (
        GOOD.replace("formula: ref,", "formula: reff,")
        .replace("to: CUNO", "to: CUOR")
        .replace("rows AS r", "rows")
    )
    codes = [line.split()[2] for line in lint(body) if " error " in line]
    assert sorted(codes) == ["CW-FORMULA-FIELD", "CW-LINT-TARGET-TWICE", "CW-MAPPING-EACH"]


def test_broken_formula_does_not_make_its_related_record_unused() -> None:
    """What cannot be read may read anything."""
    assert not any("UNUSED" in line for line in lint(GOOD.replace("contact.name", "contact.nam")))
