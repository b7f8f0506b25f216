"""Lists in lists, flattened lists, objects keyed by id."""

from typing import Any

import pytest
from crosswalk_engine.formula import Scope
from crosswalk_engine.payload.shape import infer_shape

from tests.mapping_compile.both_ways import errors, findings, mapped, output

ORDER: dict[str, Any] = {
    "id": 7,
    "total": "1.00",
    "rows": {
        "10": {"sku": "a", "qty": 2, "serials": [{"no": "x", "w": 1}, {"no": "y", "w": 2}]},
        "9": {"sku": "b", "qty": 1, "serials": []},
        "11": {"sku": "c", "qty": 3, "serials": [{"no": "z", "w": 1}]},
    },
    "taxes": [{"sku": "a", "rate": 20}, {"sku": "c", "rate": 5}],
}
NESTED = """
rules:
- to: lines[]
  each: rows AS row
  rules:
  - {to: sku, formula: row.sku}
  - to: serials[]
    each: row.serials AS serial
    rules:
    - {to: nr, formula: "CONCAT(id, '-', row.sku, '-', serial.no, '-', ROW_KEY())"}
  - {to: key, formula: ROW_KEY()}
  - {to: many, formula: COUNT(row.serials.no)}
"""


def test_a_list_in_a_list() -> None:
    """Inner rules see the record, the outer and the inner element; ROW_KEY is that of the innermost row."""
    assert output(NESTED, ORDER) == {
        "lines": [
            {"sku": "b", "serials": [], "key": "9", "many": 0},
            {"sku": "a", "serials": [{"nr": "7-a-x-0"}, {"nr": "7-a-y-1"}], "key": "10", "many": 2},
            {"sku": "c", "serials": [{"nr": "7-c-z-0"}], "key": "11", "many": 1},
        ]
    }


def test_problems_of_inner_lists_have_the_index_of_every_list() -> None:
    """The path counts in each list; the row is the innermost one."""
    text = NESTED.replace(
        "rules:\n    - {to: nr,", "rules:\n    - {to: n, formula: TO_INTEGER(serial.no)}\n    - {to: nr,"
    )
    found = mapped(text, ORDER).errors
    assert [(error.path, error.value) for error in found] == [
        ("lines[1].serials[0].n", "x"),
        ("lines[1].serials[1].n", "y"),
        ("lines[2].serials[0].n", "z"),
    ]
    assert (
        found[1].message
        == "TO_INTEGER needs digits such as -12 (from rows[].serials[].no) (row 1 of rows.serials)"
    )


def test_inner_lists_that_are_none() -> None:
    """A value where an inner list should be is a problem of the inner list in its row."""
    odd = {"rows": [{"sku": "a", "serials": "none"}, {"sku": "b", "serials": {"3": {"no": "q"}}}]}
    assert errors(NESTED, odd) == [
        ("lines[0].serials[]", "CW-PATH-SINGLE", ""),
        ("lines[0].many", "CW-PATH-SINGLE", ""),
    ]


FLAT = """
rules:
- to: serials[]
  each: rows AS row, row.serials AS serial
  where: row.qty > 1
  order_by: 0 - serial.w
  rules:
  - {to: nr, formula: serial.no}
  - {to: sku, formula: row.sku}
  - {to: share, formula: "APPORTION(1.00, serial.w * row.qty, 2)"}
"""


def test_flattening() -> None:
    """Pairs of outer and inner elements; where and order see both; shares go over all pairs."""
    assert output(FLAT, ORDER) == {
        "serials": [
            {"nr": "y", "sku": "a", "share": "0.45"},
            {"nr": "x", "sku": "a", "share": "0.22"},
            {"nr": "z", "sku": "c", "share": "0.33"},
        ]
    }


def test_faults_of_one_outer_element_leave_the_others() -> None:
    """When the inner part of one row is no list, the others still count, and the row is named."""
    odd = {"rows": {"5": {"qty": 2, "serials": 1}, "6": {"qty": 2, "serials": [{"no": "q", "w": "bad"}]}}}
    found = mapped(FLAT, odd).errors
    assert [(error.path, error.code) for error in found] == [
        ("serials[]", "CW-PATH-SINGLE"),
        ("serials[]", "CW-TYPE"),
        ("serials[0].share", "CW-TYPE"),
    ]
    assert "(row 5 of rows.serials)" in found[0].message


def test_shares_of_an_inner_list() -> None:
    """APPORTION goes over the rows of the innermost list; the amount may be of the row around it."""
    text = """
rules:
- to: lines[]
  each: rows AS row
  where: COUNT(row.serials) > 0
  rules:
  - to: parts[]
    each: row.serials AS serial
    rules:
    - {to: share, formula: "APPORTION(row.qty, row.serials.w, 1)"}
"""
    assert output(text, ORDER) == {
        "lines": [{"parts": [{"share": "0.7"}, {"share": "1.3"}]}, {"parts": [{"share": "3.0"}]}]
    }


def test_another_collection_of_the_record_joined_by_where() -> None:
    """An inner list may go over another part of the record; `where` picks what belongs to the row."""
    text = """
rules:
- to: lines[]
  each: rows AS row
  rules:
  - {to: sku, formula: row.sku}
  - to: taxes[]
    each: taxes AS tax
    where: tax.sku = row.sku
    rules: [{to: rate, formula: tax.rate}]
"""
    assert output(text, ORDER)["lines"] == [
        {"sku": "b", "taxes": []},
        {"sku": "a", "taxes": [{"rate": 20}]},
        {"sku": "c", "taxes": [{"rate": 5}]},
    ]
    many = {"rows": [{"sku": "a"}], "taxes": [{"sku": "a"}] * 1001}
    assert errors(text, many) == [("lines[0].taxes[]", "CW-TOO-MANY-ROWS", "1001")]


KEYED = """
rules:
- to: lines[]
  each: rows AS row
  keyed_by: row.code
  rules: [{to: q, formula: row.q}]
"""


def test_objects_keyed_by_id() -> None:
    """Texts and integers are keys; without one, or twice the same, the element is a problem."""
    good = {"rows": [{"code": "A", "q": 1}, {"code": 7, "q": 2}]}
    assert output(KEYED, good) == {"lines": {"A": {"q": 1}, "7": {"q": 2}}}
    assert output(KEYED, {}) == {"lines": {}}
    bad = {"rows": [{"code": "7"}, {"code": 7}, {"code": ""}, {"code": True}, {"code": {"x": 1}}]}
    assert errors(KEYED, bad) == [
        ("lines[1]", "CW-KEY-TWICE", "7"),
        ("lines[2]", "CW-REQUIRED", ""),
        ("lines[3]", "CW-KIND", "true"),
        ("lines[4]", "CW-PATH-OBJECT", "an object"),
    ]


def test_required_lists_and_lists_with_a_condition() -> None:
    """`required` asks for one element, after `where`; `when` leaves the whole list out."""
    text = KEYED.replace("keyed_by: row.code", "required: true\n  when: kind <> 'x'\n  where: row.q > 0")
    assert output(text, {"kind": "y", "rows": [{"q": 1}]}) == {"lines": [{"q": 1}]}
    assert errors(text, {"kind": "y", "rows": [{"q": 0}]}) == [("lines[]", "CW-REQUIRED", "")]
    assert output(text, {"kind": "x"}) == {}
    assert output(text, {}) == {}
    assert errors(text, {"kind": 1}) == [("lines[]", "CW-TYPE", "1")]


def test_four_levels() -> None:
    """Formulas at the fourth level see all four rows."""
    text = """
rules:
- to: a[]
  each: a AS one
  rules:
  - to: b[]
    each: one.b AS two
    rules:
    - to: cd[]
      each: two.c AS three, three.d AS four
      rules:
      - {to: x, formula: "CONCAT_WS('.', top, one.n, two.n, three.n, four.n)"}
"""
    record = {"top": 0, "a": [{"n": 1, "b": [{"n": 2, "c": [{"n": 3, "d": [{"n": 4}, {"n": 5}]}]}]}]}
    assert output(text, record) == {"a": [{"b": [{"cd": [{"x": "0.1.2.3.4"}, {"x": "0.1.2.3.5"}]}]}]}


def test_work_is_bounded() -> None:
    """The pairs of a flattened list are at most 10,000 in all."""
    rows = [{"serials": [{"no": 1}] * 101}] * 100
    text = "rules:\n- {to: 'x[]', each: 'rows AS row, row.serials AS s', rules: [{to: n, formula: s.no}]}\n"
    assert errors(text, {"rows": rows}) == [("x[]", "CW-TOO-MANY-ROWS", "10100")]


SHAPE = infer_shape([{**ORDER, "one": {"two": 1}}])


@pytest.mark.parametrize(
    ("each", "what"),
    [
        (
            "rows",
            (
                "an `each` does not say what to go over, and under what "
                "name: 'rows' (write e.g. orderRows AS row)"
            ),
        ),
        ("rows AS row, rows AS row", "'row' is also the alias of a list around it (choose another alias)"),
        ("rows AS id", "'id' is also a field of the source (choose another alias)"),
        ("rows AS contact", "'contact' is also a related record (choose another alias)"),
        ("rwos AS row", "the source has no 'rwos' (did you mean 'rows'?)"),
        ("id AS row", "'id' is not a list or an object keyed by id (go over a repeated part of the source)"),
        ("rows AS row, row AS again", "'row' is a row, not a collection (name a repeated part of it)"),
        (
            "contact.addresses AS a",
            "an `each` cannot go over the related record 'contact' (go over a part of the source)",
        ),
        (
            "rows.serials AS s",
            "'rows.serials' lies in the repeated part 'rows' (go over rows first: rows AS …, …)",
        ),
        (
            "rows AS a, a.serials AS b, taxes AS c, taxes AS d, taxes AS e",
            "lists stand in lists at most 4 deep (flatten it, or leave a level out)",
        ),
    ],
)
def test_steps_that_cannot_be_are_findings(each: str, what: str) -> None:
    """What an `each` goes over, and its alias, are checked before anything runs."""
    text = f"""
with:
  contact: {{entity: contact, key: id}}
rules:
- {{to: 'x[]', each: '{each}', rules: [{{to: n, value: 1}}]}}
"""
    found = findings(text, Scope(shape=SHAPE))
    assert [one.removeprefix("small.yaml:8: CW-MAPPING-EACH x[]: ") for one in found] == [what] or found == [
        f"small.yaml:8: CW-MAPPING-EACH x[]: {what}"
    ]


def test_formulas_of_inner_lists_are_checked_against_the_shape() -> None:
    """Unknown fields of inner rows, repeated parts and clashes inside the element are found."""
    text = """
rules:
- to: lines[]
  each: rows AS row
  rules:
  - {to: a, formula: row.serials.no}
  - {to: a, value: 1}
  - to: serials[]
    each: row.serials AS serial
    rules:
    - {to: nr, formula: serial.nu}
    - {to: nr.x, formula: row.skuu}
    - {to: sum, formula: "APPORTION(serial.w, 1, 2)"}
"""
    found = findings(text, Scope(shape=SHAPE))
    assert sorted(found, key=lambda one: int(one.split(":")[1])) == [
        (
            "small.yaml:9: CW-FORMULA-REPEATED lines[].a: 'row.serials.no' is repeated at 1-14 "
            "(use it inside an aggregate such as SUM or FIRST, or inside an `each`)"
        ),
        (
            "small.yaml:10: CW-MAPPING-TARGET lines[].a: clashes with a, "
            "which has a rule already (keep one of the two)"
        ),
        (
            "small.yaml:14: CW-FORMULA-FIELD lines[].serials[].nr: unknown "
            "field 'serial.nu' at 1-9 (did you mean 'serial.no'?)"
        ),
        (
            "small.yaml:15: CW-FORMULA-FIELD lines[].serials[].nr.x: unknown "
            "field 'row.skuu' at 1-8 (did you mean 'row.sku'?)"
        ),
        (
            "small.yaml:15: CW-MAPPING-TARGET lines[].serials[].nr.x: clashes with "
            "nr, which has a rule already (keep one of the two)"
        ),
        (
            "small.yaml:16: CW-FORMULA-AGGREGATE lines[].serials[].sum: the "
            "amount of APPORTION is the same for all rows at 1-9 "
            "(write a field of the record, or of a row around the list, there)"
        ),
    ]


def test_the_same_formula_in_both_lists() -> None:
    """A formula with ROW_KEY that stands in the outer and in the inner list gives each its own key."""
    text = """
rules:
- to: lines[]
  each: rows AS row
  rules:
  - {to: key, formula: "CONCAT('k', ROW_KEY())"}
  - {to: 'serials[]', each: row.serials AS serial, rules: [{to: key, formula: "CONCAT('k', ROW_KEY())"}]}
  - {to: again, formula: "CONCAT('k', ROW_KEY())"}
"""
    assert output(text, {"rows": {"7": {"serials": [{"no": 1}, {"no": 2}]}}}) == {
        "lines": [{"key": "k7", "serials": [{"key": "k0"}, {"key": "k1"}], "again": "k7"}]
    }
