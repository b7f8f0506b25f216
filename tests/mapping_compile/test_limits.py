"""What the value of a rule must be, and what becomes of one that is not."""

from typing import Any

import pytest
from crosswalk_engine.mapping.result import Problem

from tests.mapping_compile.both_ways import errors, findings, mapped, output

RULE = "rules:\n- {to: x, formula: '%s', %s}\n"


@pytest.mark.parametrize(
    ("formula", "limits", "a", "code", "value"),
    [
        ("a", "type: text", 5, "CW-KIND", "5"),
        ("a", "type: integer", "5", "CW-KIND", "5"),
        ("a", "type: boolean", 1, "CW-KIND", "1"),
        ("a", "type: decimal", True, "CW-KIND", "true"),
        ("CASE WHEN a = 1 THEN a END", "type: date", 1, "CW-KIND", "1"),
        ("a", "max_length: 3", "abcd", "CW-TOO-LONG", "abcd"),
        ("a", "min_length: 3", "ab", "CW-TOO-SHORT", "ab"),
        ("a", "min: 0", -1, "CW-RANGE", "-1"),
        ("TO_DECIMAL(a, 2)", "max: 9.99", "10.00", "CW-RANGE", "10.00"),
        ("a", "min: 1", "5", "CW-KIND", "5"),
        ("TO_DATE(a)", "min: 2026-01-01", "2025-12-31", "CW-RANGE", "2025-12-31"),
        (
            "TO_DATETIME(a)",
            "max: 2026-01-01",
            "2026-01-02T00:00:00Z",
            "CW-RANGE",
            "2026-01-02T00:00:00+00:00",
        ),
        ("a", "pattern: email", "nobody", "CW-PATTERN", "nobody"),
        ("a", "one_of: [A, B]", "C", "CW-ALLOWED", "C"),
        ("a", "one_of: ['1']", 1, "CW-ALLOWED", "1"),
        ("a", "one_of: [1]", True, "CW-ALLOWED", "true"),
    ],
)
def test_a_broken_limit_rejects_the_record(formula: str, limits: str, a: Any, code: str, value: str) -> None:
    """Each limit has its code and shows the value."""
    assert errors(RULE % (formula, limits), {"a": a}) == [("x", code, value)]


@pytest.mark.parametrize(
    ("formula", "limits", "a", "written"),
    [
        ("a", "type: decimal", 5, 5),
        ("TO_DECIMAL(a, 2)", "type: decimal, min: 0.01", "0.01", "0.01"),
        ("TO_DATE(a)", "type: date, min: 2026-01-01, max: 2026-01-31", "2026-01-31", "2026-01-31"),
        (
            "TO_DATETIME(a)",
            "max: '2026-01-01T12:00:00Z'",
            "2026-01-01T13:00:00+01:00",
            "2026-01-01T13:00:00+01:00",
        ),
        ("TO_DATETIME(a)", "max: 2026-01-01", "2026-01-01T23:59:59Z", "2026-01-01T23:59:59+00:00"),
        ("a", "pattern: email, max_length: 20", "a@example.com", "a@example.com"),
        ("a", "one_of: [A, 1, true]", True, True),
        ("a", "min_length: 2, min: 5, max: 20", 20, 20),
        ("a", "min_length: 2", None, None),
        ("a", "pattern: email, one_of: [x], type: text", "", None),
    ],
)
def test_what_keeps_its_limits_is_written(formula: str, limits: str, a: Any, written: Any) -> None:
    """Bounds belong to the range; a date holds its whole day; nothing breaks no limit."""
    assert output(RULE % (formula, limits), {"a": a}) == {"x": written}


def test_the_first_broken_limit_counts_and_all_rules_are_told() -> None:
    """One problem a rule, in the order kind, length, range, pattern, allowed; every rule has its own."""
    text = """
rules:
- {to: x, formula: a, type: integer, max_length: 1, one_of: [q]}
- {to: y, formula: a, max_length: 1, pattern: email}
- {to: z, formula: a, pattern: email, one_of: [q]}
"""
    assert errors(text, {"a": "bad"}) == [
        ("x", "CW-KIND", "bad"),
        ("y", "CW-TOO-LONG", "bad"),
        ("z", "CW-PATTERN", "bad"),
    ]


def test_messages_say_what_the_target_takes() -> None:
    """The message names the limit, the source field and, in a list, the row."""
    text = """
rules:
- to: l[]
  each: rows AS row
  rules:
  - {to: x, formula: row.a, max: 9}
  - {to: y, formula: row.b, one_of: [A, B]}
"""
    found = mapped(text, {"rows": {"7": {"a": 10, "b": "C"}}}).errors
    assert [error.message for error in found] == [
        "the target takes at most 9 (from rows[].a) (row 7 of rows)",
        "the target takes one of A, B (from rows[].b) (row 7 of rows)",
    ]
    assert [error.path for error in found] == ["l[0].x", "l[0].y"]


def test_only_texts_are_cut() -> None:
    """A text is cut with a warning and goes on to the other limits; a number never is."""
    cut = mapped(RULE % ("a", "max_length: 3, on_too_long: cut, one_of: [abc]"), {"a": "abcdef"})
    assert cut.output == {"x": "abc"}
    assert cut.warnings == (
        Problem("x", "CW-CUT", "abcdef", "cut: 6 characters, the target takes 3 (from a)"),
    )
    assert errors(RULE % ("a", "max_length: 3, on_too_long: cut, one_of: [q]"), {"a": "abcdef"}) == [
        ("x", "CW-ALLOWED", "abc")
    ]
    assert errors(RULE % ("TO_DECIMAL(a, 2)", "max_length: 3, on_too_long: cut"), {"a": "12.50"}) == [
        ("x", "CW-TOO-LONG", "12.50")
    ]


def test_on_invalid_replaces_with_a_warning() -> None:
    """What cannot be computed, or breaks a limit, gives the default or nothing, and says so."""
    by_default = RULE % ("TO_INTEGER(a)", "max: 9, default: 0, on_invalid: default")
    for a, what, shown in (
        ("x", "TO_INTEGER needs digits such as -12", "x"),
        ("12", "the target takes at most 9", "12"),
    ):
        found = mapped(by_default, {"a": a})
        assert found.output == {"x": 0}
        assert found.warnings == (
            Problem("x", "CW-REPLACED", shown, f"replaced by the default: {what} (from a)"),
        )
    blank = RULE % ("a", "pattern: email, on_invalid: blank")
    found = mapped(blank, {"a": "nobody"})
    assert found.output == {"x": None}
    assert [(warning.code, warning.value) for warning in found.warnings] == [("CW-REPLACED", "nobody")]
    assert errors(blank.replace("blank", "blank, required: true"), {"a": "nobody"}) == [
        ("x", "CW-REQUIRED", "")
    ]


def test_default_stands_in_for_null_and_blank() -> None:
    """Null and '' take the default, before `required`; a value keeps itself; there is no warning."""
    rule = RULE % ("a", "default: else, required: true")
    for record in ({}, {"a": None}, {"a": ""}):
        assert output(rule, record) == {"x": "else"}
    assert output(rule, {"a": "b"}) == {"x": "b"}
    assert output(RULE % ("a", "default: 0.50, type: decimal"), {"a": ""}) == {"x": "0.50"}
    assert mapped(rule, {}).warnings == ()


def test_constants() -> None:
    """A constant is written as it is: text, whole number, truth; decimals with their digits."""
    text = """
rules:
- {to: a, value: 100}
- {to: b, value: "it's"}
- {to: c, value: true}
- {to: d, value: 1.50, type: decimal}
- {to: e, value: 2026-03-09, type: date}
- {to: f, value: "two\\nlines"}
"""
    assert output(text, {}) == {
        "a": 100,
        "b": "it's",
        "c": True,
        "d": "1.50",
        "e": "2026-03-09",
        "f": "two\nlines",
    }


def test_when_leaves_a_rule_out() -> None:
    """A condition that is false or null writes no key; one that fails is the rule's problem."""
    rule = RULE % ("a", "when: b = 1")
    assert output(rule, {"a": 5, "b": 1}) == {"x": 5}
    assert output(rule, {"a": 5, "b": 2}) == {}
    assert output(rule, {"a": 5}) == {}
    assert output(RULE % ("TO_INTEGER(a)", "when: b = 1, required: true"), {"a": "bad", "b": 2}) == {}
    assert errors(rule, {"a": 5, "b": "1"}) == [("x", "CW-TYPE", "1")]


def test_checks_apply_when_their_condition_holds() -> None:
    """A check with `when` is asked only for some records."""
    text = "rules: []\nchecks:\n- {name: paid, formula: paid = total, when: kind = 'sale'}\n"
    assert output(text, {"kind": "credit", "paid": 1, "total": 2}) == {}
    assert errors(text, {"kind": "sale", "paid": 1, "total": 2}) == [("check: paid", "CW-CHECK", "1 = 2")]
    assert errors(text, {"kind": 1}) == [("check: paid", "CW-TYPE", "1")]


def test_personal_values_are_not_shown() -> None:
    """Of a person's e-mail address, problems and warnings tell only the length."""
    text = """
rules:
- {to: x, formula: customer.email, pattern: email}
- {to: y, formula: customer.email, max_length: 2, on_too_long: cut}
- {to: z, formula: customer.email, one_of: [q], on_invalid: blank}
"""
    found = mapped(text, {"customer": {"email": "priya"}})
    assert [problem.value for problem in (*found.errors, *found.warnings)] == ["(5 characters)"] * 3
    assert "priya" not in repr(found)


@pytest.mark.parametrize(
    ("rule", "finding"),
    [
        (
            "{to: x, formula: a, pattern: emial}",
            "5: CW-MAPPING-LIMIT x: there is no pattern 'emial' (did you mean 'email'?)",
        ),
        (
            "{to: x, formula: a, min: low}",
            (
                "5: CW-MAPPING-LIMIT x: 'low' is no number, ISO date or ISO "
                "time with a zone (write e.g. 0.01 or 2026-01-31)"
            ),
        ),
        (
            "{to: x, formula: a, min: 5, max: 2}",
            "5: CW-MAPPING-LIMIT x: min 5 is more than max 2 (change one of them)",
        ),
        (
            "{to: x, formula: a, min_length: 5, max_length: 2}",
            "5: CW-MAPPING-LIMIT x: min_length 5 is more than max_length 2 (change one of them)",
        ),
        (
            "{to: x, formula: TRIM(a), type: integer}",
            (
                "5: CW-MAPPING-LIMIT x: the formula gives TEXT, the rule wants INTEGER "
                "(write TO_INTEGER(…) around it)"
            ),
        ),
        (
            "{to: x, formula: TRIM(a), min: 1}",
            (
                "5: CW-MAPPING-LIMIT x: a range holds numbers or dates, the formula gives TEXT "
                "(write TO_DECIMAL(…) or TO_DATE(…) around it)"
            ),
        ),
        (
            "{to: x, formula: a, max_length: 2, default: else}",
            (
                "5: CW-MAPPING-LIMIT x: 'else' breaks a limit of its own rule: 4 characters, "
                "the target takes 2 (change the one or the other)"
            ),
        ),
        (
            "{to: x, value: C, one_of: [A, B]}",
            (
                "5: CW-MAPPING-LIMIT x: 'C' breaks a limit of its own rule: the target takes one of A, B "
                "(change the one or the other)"
            ),
        ),
    ],
)
def test_limits_that_cannot_be_right_are_findings(rule: str, finding: str) -> None:
    """A limit that no value, or not the rule's own constant, can keep is told before anything runs."""
    found = findings(f"rules: [{rule}]\n")
    assert [one.removeprefix("small.yaml:") for one in found] == [finding]
