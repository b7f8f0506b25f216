"""Rows with equal values become one element that holds them all."""

from decimal import Decimal
from typing import Any

from crosswalk_engine.formula import Scope
from crosswalk_engine.payload.shape import infer_shape

from tests.mapping_compile.both_ways import errors, findings, output

ORDER: dict[str, Any] = {
    "rows": {
        "1": {"wh": "B", "qty": 1, "sku": "a", "p": 1},
        "2": {"wh": "A", "qty": 2, "sku": "b", "p": 2},
        "3": {"wh": None, "qty": 3, "sku": "c", "p": 1},
        "4": {"wh": "B", "qty": 4, "sku": "d", "p": 2},
        "5": {"qty": 5, "sku": "e", "p": 1},
        "6": {"wh": "", "qty": 0, "sku": "f", "p": 1},
    }
}
GROUPED = """
rules:
- to: parts[]
  each: rows AS row
  where: row.qty > 0
  group_by: row.wh
  rows_as: all
  rules:
  - {to: wh, formula: row.wh}
  - {to: sum, formula: SUM(row.all.qty)}
  - {to: key, formula: ROW_KEY()}
  - to: lines[]
    each: row.all AS line
    order_by: 0 - line.qty
    rules:
    - {to: sku, formula: line.sku}
    - {to: key, formula: ROW_KEY()}
    - {to: of, formula: row.sku}
"""


def test_groups_in_order_of_first_appearance() -> None:
    """Null is a value of its own; the element is the first row's fields and the rows of the group."""
    found = output(GROUPED, ORDER)
    assert [(part["wh"], part["sum"], part["key"]) for part in found["parts"]] == [
        ("B", 5, "1"),
        ("A", 2, "2"),
        (None, 8, "3"),
    ]
    assert found["parts"][0]["lines"] == [
        {"sku": "d", "key": "4", "of": "a"},
        {"sku": "a", "key": "1", "of": "a"},
    ]


def test_values_are_compared_as_by_equals() -> None:
    """2 and 2.0 are one group; the text '2', true and 1 are others; no kind is an error."""
    text = """
rules:
- {to: 'x[]', each: rows AS row, group_by: row.v, rows_as: all, rules: [{to: n, formula: COUNT(row.all)}]}
"""
    rows = [{"v": value} for value in (2, Decimal("2.0"), "2", 1, True, None, "")]
    assert output(text, {"rows": rows})["x"] == [
        {"n": 2},
        {"n": 1},
        {"n": 1},
        {"n": 1},
        {"n": 2},
    ]


def test_grouping_by_several_formulas_after_ordering() -> None:
    """All values count; the order of the rows is the order inside and among the groups."""
    text = """
rules:
- to: x[]
  each: rows AS row
  order_by: 0 - row.qty
  group_by: [row.p, "row.wh = 'B'"]
  rows_as: all
  rules:
  - {to: skus, formula: "STRING_AGG(row.all.sku, '+')"}
"""
    assert output(text, ORDER) == {"x": [{"skus": "e+c+f"}, {"skus": "d"}, {"skus": "b"}, {"skus": "a"}]}


def test_shares_go_over_the_groups() -> None:
    """APPORTION inside a grouped list shares over its groups, by fields of their first rows."""
    text = GROUPED.replace(
        "- {to: key, formula: ROW_KEY()}\n  - to", '- {to: s, formula: "APPORTION(1, row.qty, 2)"}\n  - to'
    )
    assert [part["s"] for part in output(text, ORDER)["parts"]] == ["0.17", "0.33", "0.50"]


def test_flattened_rows_in_groups() -> None:
    """The rows of a group of pairs have keys of both; outer aliases are those of the first pair."""
    text = """
rules:
- to: boxes[]
  each: rows AS row, row.serials AS serial
  group_by: serial.box
  rows_as: all
  keyed_by: serial.box
  rules:
  - {to: first, formula: row.sku}
  - to: keys[]
    each: serial.all AS one
    rules: [{to: key, formula: "CONCAT(ROW_KEY(), '=', one.no)"}]
"""
    rows = [
        {"sku": "a", "serials": [{"no": 1, "box": 7}, {"no": 2, "box": 8}]},
        {"sku": "b", "serials": {"5": {"no": 3, "box": 7}}},
    ]
    assert output(text, {"rows": rows}) == {
        "boxes": {
            "7": {"first": "a", "keys": [{"key": "0.0=1"}, {"key": "1.5=3"}]},
            "8": {"first": "a", "keys": [{"key": "0.1=2"}]},
        }
    }


def test_a_row_whose_value_fails_is_a_problem_and_in_no_group() -> None:
    """The problem names the list and the row; other rows still make groups."""
    bad = {"rows": [{"wh": {"x": 1}, "qty": 1}, {"wh": "A", "qty": "2"}]}
    assert errors(GROUPED, bad) == [
        ("parts[]", "CW-TYPE", "2"),
        ("parts[]", "CW-PATH-OBJECT", "an object"),
    ]


def test_related_records_of_the_rows_of_a_group() -> None:
    """In an aggregate over the rows of a group, a related record is that of each row."""
    text = """
with:
  product: {entity: product, key: "rows[].p"}
""" + GROUPED.replace("SUM(row.all.qty)", "SUM(row.all.qty * product.weight)").lstrip()
    related = {"product": {"1": {"weight": 10}, "2": {"weight": 100}}}
    assert [part["sum"] for part in output(text, ORDER, related=related)["parts"]] == [410, 200, 80]


def test_names_in_groups_are_checked() -> None:
    """The name of the rows must be new; their fields are known."""
    scope = Scope(shape=infer_shape([ORDER]))
    assert findings(GROUPED, scope) == []
    assert findings(GROUPED.replace("rows_as: all", "rows_as: qty").replace("row.all", "row.qty"), scope)[
        0
    ] == (
        "small.yaml:10: CW-MAPPING-EACH parts[]: 'qty' is also a field of the element (choose another name)"
    )
    assert findings(GROUPED.replace("SUM(row.all.qty)", "SUM(row.all.qyt)"), scope) == [
        (
            "small.yaml:13: CW-FORMULA-FIELD parts[].sum: unknown field "
            "'row.all.qyt' at 5-15 (did you mean 'row.all.qty'?)"
        )
    ]
    assert findings(GROUPED.replace("formula: row.wh", "formula: row.all.wh"), scope)[0] == (
        "small.yaml:12: CW-FORMULA-REPEATED parts[].wh: 'row.all.wh' is repeated at 1-10 "
        "(use it inside an aggregate such as SUM or FIRST, or inside an `each`)"
    )
