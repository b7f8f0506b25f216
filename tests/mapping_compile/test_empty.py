"""Missing, null and blank kept apart, for targets that take changes."""

from typing import Any

import pytest

from tests.mapping_compile.both_ways import errors, findings, output, tree_of

EMPTY = "rules:\n- {to: x, formula: '%s', empty: %s}\n"


@pytest.mark.parametrize(
    ("record", "write", "omit", "keep"),
    [
        ({}, {"x": None}, {}, {}),
        ({"a": None}, {"x": None}, {}, {"x": None}),
        ({"a": ""}, {"x": None}, {}, {"x": ""}),
        ({"a": " "}, {"x": ""}, {}, {"x": ""}),
        ({"a": []}, {"x": None}, {}, {"x": ""}),
        ({"a": "b"}, {"x": "b"}, {"x": "b"}, {"x": "b"}),
    ],
)
def test_a_rule_without_a_value(
    record: dict[str, Any], write: dict[str, Any], omit: dict[str, Any], keep: dict[str, Any]
) -> None:
    """`write` writes null or ''; `omit` no key; `keep` what the source has: nothing, null or ''."""
    for option, expected in (("write", write), ("omit", omit), ("keep", keep)):
        assert (
            output(EMPTY % ("TRIM(a)", option) if record.get("a") != [] else EMPTY % ("a", option), record)
            == expected
        )


@pytest.mark.parametrize(
    ("formula", "record", "expected"),
    [
        # several fields: missing only when all are; null when one is
        ("COALESCE(a, b.c)", {}, {}),
        ("COALESCE(a, b.c)", {"b": {"c": ""}}, {"x": ""}),
        ("COALESCE(a, b.c)", {"a": "", "b": {"c": None}}, {"x": None}),
        ("COALESCE(a, b.c)", {"b": "no object"}, None),
        # collections count by their own key
        ("SUM(rows.q)", {}, {}),
        ("SUM(rows.q)", {"rows": None}, {"x": None}),
        ("SUM(rows.q)", {"rows": [{}]}, {"x": ""}),
        # a formula that reads nothing has nothing to keep
        ("NULLIF(1, 1)", {"a": 1}, {}),
        ("CASE WHEN PRESENT(a) THEN NULL END", {"a": 1}, {"x": ""}),
    ],
)
def test_keep_looks_at_all_fields_that_the_formula_reads(
    formula: str, record: dict[str, Any], expected: dict[str, Any] | None
) -> None:
    """The fields of the record decide, whatever branch was taken."""
    text = EMPTY % (formula, "keep")
    text += "- {to: 'l[]', each: rows AS row, when: 1 = 2, rules: [{to: q, formula: row.q}]}\n"
    if expected is None:
        text = text.replace(", empty", ", on_invalid: blank, empty")
        expected = {}
    assert output(text, record) == expected


def test_keep_in_a_list_and_of_a_related_record() -> None:
    """In a row the row's own fields count; of a related record those it has, not the id that leads there."""
    text = """
empty: keep
with:
  contact: {entity: contact, key: cid}
rules:
- {to: phone, formula: contact.phone}
- {to: l[], each: rows AS row, rules: [{to: q, formula: row.q}]}
""".replace("to: l[],", "to: 'l[]',")
    rows = [{"q": ""}, {"q": None}, {"z": 1}, {"q": 0}]
    lines = [{"q": ""}, {"q": None}, {}, {"q": 0}]
    for contact, expected in (({}, {}), ({"phone": None}, {"phone": None}), ({"phone": ""}, {"phone": ""})):
        found = output(text, {"cid": 1, "rows": rows}, related={"contact": {"1": contact}})
        assert found == {**expected, "l": lines}
    assert output(text, {"rows": []}) == {"l": []}


def test_the_rule_says_more_than_the_mapping() -> None:
    """`empty` of the document holds where a rule has none; a default comes before it."""
    text = """
empty: omit
rules:
- {to: a, formula: a}
- {to: b, formula: a, empty: write}
- {to: c, formula: a, default: 1}
"""
    assert output(text, {}) == {"b": None, "c": 1}


def test_objects_without_any_value_are_left_out() -> None:
    """A nested target exists only when something in it was written; a list element always does."""
    text = """
rules:
- {to: a.b.c, formula: x, empty: omit}
- {to: a.d, value: 1, when: x = 1}
- {to: 'l[]', each: rows AS row, rules: [{to: e.f, formula: row.q, empty: omit}]}
"""
    assert output(text, {"rows": [{"z": 1}, {"q": 1}]}) == {"l": [{}, {"e": {"f": 1}}]}
    assert output(text, {"x": 1}) == {"a": {"b": {"c": 1}, "d": 1}, "l": []}


@pytest.mark.parametrize(
    ("formula", "record", "expected"),
    [
        ("PRESENT(a)", {"a": None}, True),
        ("PRESENT(a)", {}, False),
        ("PRESENT(a.b)", {"a": {"b": ""}}, True),
        ("PRESENT(a.b)", {"a": "text"}, False),
        ("PRESENT(rows)", {"rows": {}}, True),
        ("COUNT(rows.q) FILTER (WHERE PRESENT(rows.r))", {"rows": [{"q": 1}, {"q": 2, "r": None}]}, 1),
        ("PRESENT(rel.p)", {"key": 1}, True),
        ("PRESENT(rel.q)", {"key": 1}, False),
        ("PRESENT(rel.p)", {}, False),
    ],
)
def test_present(formula: str, record: dict[str, Any], expected: Any) -> None:
    """PRESENT asks for the key alone: in objects, collections, rows and related records."""
    text = f"""
with:
  rel: {{entity: r, key: key}}
rules:
- {{to: x, formula: "{formula}"}}
- {{to: 'l[]', each: rows AS row, when: 1 = 2, rules: [{{to: q, formula: PRESENT(row.q)}}]}}
"""
    assert output(text, record, related={"rel": {"1": {"p": None}}}) == {"x": expected}


@pytest.mark.parametrize(
    ("formula", "finding"),
    [
        ("PRESENT(rows.q)", (
            "CW-FORMULA-REPEATED x: 'rows.q' is repeated at 9-14 "
            "(use it inside an aggregate or an `each`)"
        )),
        ("PRESENT(UPPER(a))", (
            "CW-FORMULA-ARGUMENT x: PRESENT needs the name of a field at "
            "9-15 (write e.g. PRESENT(parties.customer.email))"
        )),
        ("PRESENT()", (
            "CW-FORMULA-ARGUMENTS x: PRESENT does not take 0 "
            "arguments at 1-7 (it is written PRESENT(field))"
        )),
        ("COUNT(q.r) FILTER (WHERE PRESENT(q.s))", (
            "CW-FORMULA-AGGREGATE x: it is not known what COUNT goes over, so PRESENT cannot tell "
            "at 1-5 (let an `each` go over it, or give a sample of the record)"
        )),
    ],
)  # fmt: skip
def test_what_present_cannot_ask(formula: str, finding: str) -> None:
    """PRESENT takes one field, where it is known which one is meant."""
    text = (
        f"rules:\n- {{to: x, formula: '{formula}'}}\n- {{to: 'l[]', each: "
        f"rows AS row, rules: [{{to: q, value: 1}}]}}\n"
    )
    assert [one.removeprefix("small.yaml:6: ") for one in findings(text)] == [finding]


LIST = """rules:
- to: l[]
  each: a.rows AS row
  where: row.q > 0
  empty: %s
  rules: [{to: q, formula: row.q}]
"""


@pytest.mark.parametrize(
    ("record", "write", "omit", "keep"),
    [
        ({}, {"l": []}, {}, {}),
        ({"a": None}, {"l": []}, {}, {}),
        ({"a": {}}, {"l": []}, {}, {}),
        ({"a": {"rows": None}}, {"l": []}, {}, {"l": None}),
        ({"a": {"rows": ""}}, {"l": []}, {}, {"l": []}),
        ({"a": {"rows": []}}, {"l": []}, {}, {"l": []}),
        ({"a": {"rows": [{"q": 0}]}}, {"l": []}, {}, {"l": []}),
        ({"a": {"rows": [{"q": 2}]}}, {"l": [{"q": 2}]}, {"l": [{"q": 2}]}, {"l": [{"q": 2}]}),
    ],
)
def test_a_list_without_elements(
    record: dict[str, Any], write: dict[str, Any], omit: dict[str, Any], keep: dict[str, Any]
) -> None:
    """`write` writes an empty list; `omit` no key; `keep` what the source has: nothing, null or a list."""
    for option, expected in (("write", write), ("omit", omit), ("keep", keep)):
        assert output(LIST % option, record) == expected
        assert output("empty: " + option + "\n" + LIST.replace("  empty: %s\n", ""), record) == expected
        if option != "keep":
            keyed = LIST.replace("  rules", "  keyed_by: row.q\n  rules") % option
            found = output(keyed, record).get("l")
            assert found == (None if "l" not in expected else {"2": {"q": 2}} if expected["l"] else {})


def test_an_object_keyed_by_id_without_elements() -> None:
    """What is kept of an empty collection is an empty object then."""
    keyed = LIST.replace("  rules", "  keyed_by: row.q\n  rules") % "keep"
    assert output(keyed, {"a": {"rows": []}}) == {"l": {}}
    assert output(keyed, {"a": {"rows": None}}) == {"l": None}


INNER = """rules:
- to: l[]
  each: rows AS row
  rules:
  - {to: id, formula: row.id}
  - to: in.s[]
    each: row.serials AS serial
    empty: keep
    rules: [{to: nr, formula: serial.nr}]
  - to: other[]
    each: row.serials AS again
    order_by: again.nr
    when: row.id < 9
    empty: omit
    rules: [{to: nr, formula: again.nr}]
"""


def test_inner_lists_without_elements() -> None:
    """The element's own collection decides; an object that would hold nothing else is not there."""
    rows = [
        {"id": 1},
        {"id": 2, "serials": None},
        {"id": 3, "serials": []},
        {"id": 4, "serials": [{"nr": 5}]},
    ]
    assert output(INNER, {"rows": rows})["l"] == [
        {"id": 1},
        {"id": 2, "in": {"s": None}},
        {"id": 3, "in": {"s": []}},
        {"id": 4, "in": {"s": [{"nr": 5}]}, "other": [{"nr": 5}]},
    ]


def test_groups_and_steps_without_elements() -> None:
    """Of several steps the first one's collection decides; the rows of a group are always there."""
    rules = """rules:
- to: g[]
  each: rows AS row
  group_by: row.w
  rows_as: all
  empty: keep
  rules:
  - {to: w, formula: row.w}
  - {to: 'p[]', each: row.all AS one, where: one.q > 1, empty: keep, rules: [{to: q, formula: one.q}]}
- {to: 'f[]', each: 'rows AS r, r.s AS s', empty: keep, rules: [{to: nr, formula: s.nr}]}
"""
    assert output(rules, {}) == {}
    assert output(rules, {"rows": None}) == {"g": None, "f": None}
    assert output(rules, {"rows": [{"w": 1, "q": 1}]}) == {"g": [{"w": 1, "p": []}], "f": []}


def test_a_required_list_is_an_error_whatever_empty_says() -> None:
    """`empty` speaks of lists that may be empty."""
    rules = LIST.replace("  rules", "  required: true\n  rules") % "omit"
    assert errors(rules, {}) == [("l[]", "CW-REQUIRED", "")]


def test_the_stored_form_of_lists_that_write() -> None:
    """A list that writes an empty list is stored as it was before there was a choice."""
    stored = tree_of(LIST.replace("  empty: %s\n", "")).to_json()
    assert "empty" not in stored["rules"][0]
    assert tree_of(LIST % "keep").to_json()["rules"][0]["empty"] == "keep"
