"""Branches that can never matter, and numbers that lose something: what is certain, and no false alarm."""

import pytest
from crosswalk_engine.mapping.document import load_mapping
from crosswalk_engine.mapping.lint import lint_mapping
from crosswalk_engine.payload.shape import infer_shape

HEAD = """\
format: crosswalk/mapping@1
name: m
source: {system: a, entity: order}
target: {system: b, entity: order}
"""
STATUSES = ["open", "paid", "shipped"]
SOURCE = infer_shape(
    {
        "id": number,
        "status": STATUSES[number % 3],
        "net": ["9.50", "10.50", "100.00"][number % 3],
        "day": "20260309",
        "count": number,
        "rows": [{"sku": "A", "net": "9.50"}, {"sku": "B", "net": "120.00"}],
    }
    for number in range(60)
)
TARGET = infer_shape([{"net": "10.50", "rate": "0.2000"}, {"net": "9.99", "rate": "0.0500"}])


def findings(formula: str, *, role: str = "formula", to: str = "x") -> list[str]:
    """What linting a rule with that formula says, codes and texts without the place."""
    quoted = formula.replace('"', '\\"')
    rule = f'{{to: {to}, {role}: "{quoted}"' + ("" if role == "formula" else ", formula: id") + "}"
    doc = load_mapping(f"{HEAD}rules:\n  - {rule}\n", where="m")
    known = {"shape": SOURCE, "target": TARGET, "lookups": ["t"]}
    shown = [finding.render() for finding in lint_mapping(doc, **known)]  # type: ignore[arg-type]
    return [text.removeprefix("m:6: warning CW-LINT-") for text in shown if "TARGET-" not in text]


@pytest.mark.parametrize(
    ("formula", "finding"),
    [
        (
            "CASE WHEN TRUE THEN 1 WHEN id = 1 THEN 2 END",
            "UNREACHABLE x: this WHEN is always true, so what follows is never reached",
        ),
        ("CASE WHEN 1 = 1 THEN 1 ELSE 2 END", "this WHEN is always true, so what follows is never reached"),
        (
            "CASE WHEN 1 > 2 THEN 1 ELSE 2 END",
            "this WHEN is always false, so its value is never used at 11-15",
        ),
        ("CASE WHEN NULL THEN 1 ELSE 2 END", "this WHEN is always null"),
        (
            "CASE WHEN id = 1 THEN 1 WHEN id = 1 THEN 2 END",
            "the same condition stands before in this CASE, so this branch is never reached at 30-35",
        ),
        ("CASE id WHEN 1 THEN 1 WHEN 1 THEN 2 END", "the same condition stands before in this CASE"),
        ("CASE WHEN id = 1 THEN 2 ELSE 2 END", "CONSTANT x: every branch of this CASE gives the same"),
        ("COALESCE('a', status)", "this alternative of COALESCE is never null, so those after it"),
        ("COALESCE(CONCAT('a', status), 'x')", "this alternative of COALESCE is never null"),
        ("COALESCE(COUNT(rows), 0)", "this alternative of COALESCE is never null"),
        ("COALESCE(COALESCE(status, 'a'), 'b')", "this alternative of COALESCE is never null"),
        ("id = id", "CONSTANT x: both sides of = are the same, so it is never anything but true"),
        ("id < id", "never anything but false"),
        ("id = 1 AND FALSE", "an operand of AND is always false, and so is the whole"),
        ("id = 1 OR TRUE", "an operand of OR is always true, and so is the whole"),
        ("id = 1 AND TRUE", "CONSTANT x: an operand of AND is always true at"),
        ("id = 1 OR id = 1", "this operand of OR stands there twice"),
        ("status = 'opne'", "VALUE x: no sample has 'opne' there at 10-15 (did you mean 'open'?)"),
        ("status IN ('open', 'payd')", "no sample has 'payd' there"),
        ("SUM(TO_DECIMAL(rows.net, 2)) FILTER (WHERE 1 = 2)", "CONSTANT x: the FILTER is always false"),
        ("count / 2", "MONEY x: a quotient of two whole numbers drops its fraction at 1-9"),
        ("COUNT(rows) / 2", "MONEY x: a quotient of two whole numbers"),
        ("TO_INTEGER(net)", "MONEY x: the samples have digits after the point, which TO_INTEGER refuses"),
        ("net > '10.00'", "NUMBER-TEXT x: > compares numbers that are written as texts, letter by letter"),
        ("GREATEST(net, '5')", "NUMBER-TEXT x: GREATEST compares numbers"),
        ("MAX(rows.net)", "NUMBER-TEXT x: MAX compares numbers"),
        ("TO_DECIMAL(net, 2) / 3", "ROUND x: a quotient of decimals has 16 digits and more"),
    ],
)
def test_what_cannot_matter_is_named(formula: str, finding: str) -> None:
    """One finding each, with the columns of the part."""
    (found,) = findings(formula)
    assert finding in found


def test_products_are_measured_against_the_target() -> None:
    """The scale of a product is known; the target's samples say how much of it is wanted."""
    product = "TO_DECIMAL(net, 2) * TO_DECIMAL(net, 4)"
    (found,) = findings(product, to="net")
    assert "the product has 6 decimals, the samples of the target have 2" in found
    assert findings(f"ROUND({product}, 2)", to="net") == []
    assert findings("TO_DECIMAL(net, 2) * 2", to="net") == []
    assert findings("TO_DECIMAL(net, 2) * TO_DECIMAL(net, 2)", to="rate") == []
    assert findings(product, to="x") == []


@pytest.mark.parametrize(
    "formula",
    [
        "CASE WHEN status = 'open' THEN 1 ELSE 2 END",
        "CASE WHEN status = 'open' THEN 1 WHEN status = 'paid' THEN 2 END",
        "CASE WHEN id > 5 THEN 'x' WHEN TRUE THEN NULL END",
        "COALESCE(status, net, 'x')",
        "COALESCE(LOOKUP('t', status, NULL), 'x')",
        "COALESCE(NULLIF(status, 'open'), 'x')",
        "status = 'refunded'",
        "status IN ('open', 'paid')",
        "id = 1 AND status = 'open'",
        "TO_INTEGER(day)",
        "day > '20260101'",
        "TO_DECIMAL(net, 2) > 10",
        "TO_DECIMAL(net, 2) / 3 > 1",
        "ROUND(TO_DECIMAL(net, 2) / 3, 2)",
        "ROUND(TO_DECIMAL(count) / 2, 1)",
        "MAX(TO_DECIMAL(rows.net, 2))",
        "MAX(rows.sku)",
    ],
)
def test_what_may_matter_is_left_alone(formula: str) -> None:
    """No false alarm: new values, dates as texts, conversions before comparing."""
    assert findings(formula) == []


@pytest.mark.parametrize(
    ("formula", "finding"),
    [
        ("1 = 1", "CONSTANT x when: the condition is always true (leave it out)"),
        ("NULL IS NOT NULL", "CONSTANT x when: the condition is always false"),
    ],
)
def test_conditions_must_depend_on_something(formula: str, finding: str) -> None:
    """A `when` that is always the same decides nothing."""
    assert finding in "\n".join(findings(formula, role="when"))


def test_the_order_of_numbers_written_as_texts() -> None:
    """10 comes before 9; and an order that is the same for every row is none."""
    body = 'rules:\n  - {to: "l[]", each: rows AS r, order_by: %s, rules: [{to: a, formula: r.sku}]}\n'
    known = {"shape": SOURCE}
    shown = {
        order: [
            finding.message
            for finding in lint_mapping(load_mapping(HEAD + body % order, where="m"), **known)  # type: ignore[arg-type]
        ]
        for order in ("r.net", "TO_DECIMAL(r.net)", "1 + 1")
    }
    assert "the order is by numbers that are written as texts" in shown["r.net"][0]
    assert shown["TO_DECIMAL(r.net)"] == []
    assert "the formula is the same for every element" in shown["1 + 1"][0]
