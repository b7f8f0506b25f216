"""What is wrong with a formula is said once, in plain words, with its columns and a suggestion."""

from decimal import Decimal

import pytest
from crosswalk_engine.formula import FormulaError, RowScope, Scope, check_formula, parse_formula
from crosswalk_engine.formula.lexer import KEYWORDS, RESERVED
from crosswalk_engine.payload.shape import infer_shape

ORDER = {
    "id": 1,
    "price": "12.50",
    "qty": 2,
    "net": Decimal("1.5"),
    "paid": True,
    "blank": "",
    "totalValue": {"net": "25.00"},
    "orderRows": {"7": {"sku": "A", "net": "3.3"}, "8": {"sku": "B", "tags": ["x"]}},
}
SHAPE = infer_shape([ORDER])
SCOPE = Scope(
    shape=SHAPE,
    related={"contact": infer_shape([{"name": "A"}]), "product": None},
    related_keys={"contact": "id", "product": "orderRows[].sku"},
    lookups=frozenset({"warehouses"}),
    idmaps=frozenset({"customer"}),
)
CASES = [
    ("prce * 2", 1, 4, "CW-FORMULA-FIELD", "did you mean 'price'?"),
    ("UPPER(totalValue.nett)", 7, 21, "CW-FORMULA-FIELD", "did you mean 'totalValue.net'?"),
    ("contact.nmae", 1, 12, "CW-FORMULA-FIELD", "did you mean 'contact.name'?"),
    ("qty > '5'", 7, 9, "CW-FORMULA-TYPE", "write TO_DECIMAL(…) or TO_INTEGER(…) around it"),
    ("price + 1", 1, 5, "CW-FORMULA-TYPE", "write TO_DECIMAL(…) or TO_INTEGER(…) around it"),
    ("UPPER(net)", 7, 9, "CW-FORMULA-TYPE", "write TO_TEXT(…) around it"),
    ("paid AND qty", 10, 12, "CW-FORMULA-TYPE", ""),
    ("UPER(price)", 1, 4, "CW-FORMULA-FUNCTION", "did you mean 'UPPER'?"),
    ("TO_CHAR(net)", 1, 7, "CW-FORMULA-FUNCTION", "use FORMAT_DATE or TO_TEXT"),
    ("LEFT(price)", 1, 4, "CW-FORMULA-ARGUMENTS", "it is written LEFT(text, count)"),
    ("LPAD(price, 5, '0', 1)", 1, 4, "CW-FORMULA-ARGUMENTS", "it is written LPAD(text, length [, fill])"),
    ("orderRows.sku", 1, 13, "CW-FORMULA-REPEATED", "use it inside an aggregate such as SUM or FIRST, or in"),
    ("product.weight", 1, 14, "CW-FORMULA-REPEATED", "use it inside an `each` or an aggregate"),
    ("totalValue", 1, 10, "CW-FORMULA-FIELD", "it has: net"),
    ("SUM(qty)", 1, 3, "CW-FORMULA-AGGREGATE", "write e.g. SUM(orderRows.quantity)"),
    ("COUNT(*)", 7, 7, "CW-FORMULA-SYNTAX", "name the repeated part"),
    ("FIRST(orderRows.tags)", 7, 20, "CW-FORMULA-REPEATED", "use an `each` over the outer part"),
    ("APPORTION(1, 1, 2)", 1, 9, "CW-FORMULA-AGGREGATE", ""),
    ("qty = NULL", 1, 3, "CW-FORMULA-NULL", "write IS NULL"),
    ("LOOKUP('warehouse', qty)", 8, 18, "CW-FORMULA-LOOKUP", "did you mean 'warehouses'?"),
    ("IDMAP('custmer', qty)", 7, 15, "CW-FORMULA-IDMAP", "did you mean 'customer'?"),
    ("LOOKUP(price, qty)", 8, 12, "CW-FORMULA-ARGUMENT", "write TEXT there"),
    ("TO_DECIMAL(price, 99)", 19, 20, "CW-FORMULA-ARGUMENT", ""),
    ("FORMAT_DATE(NOW(), 'DD/MM')", 20, 26, "CW-FORMULA-ARGUMENT", ""),
    ("IN_ZONE(NOW(), 'Mars')", 16, 21, "CW-FORMULA-ARGUMENT", ""),
    ("price price", 7, 11, "CW-FORMULA-SYNTAX", "an operator or a bracket before it may be missing"),
    ("UPPER(price", 7, 11, "CW-FORMULA-SYNTAX", ""),
    ("qty +", 5, 5, "CW-FORMULA-SYNTAX", ""),
    ("'abc", 1, 4, "CW-FORMULA-SYNTAX", "close it with '"),
    ("orderRows[0].sku", 10, 12, "CW-FORMULA-SYNTAX", "`[]` stands only in paths"),
    ("price::int", 6, 7, "CW-FORMULA-SYNTAX", "convert with TO_TEXT"),
    ("CAST(price AS int)", 12, 13, "CW-FORMULA-RESERVED", "convert with TO_TEXT"),
    ("1e3", 1, 3, "CW-FORMULA-SYNTAX", "write digits such as 1000 or 0.25"),
    ("price; drop", 6, 6, "CW-FORMULA-SYNTAX", "a formula is one expression"),
    ("price -- note", 7, 8, "CW-FORMULA-SYNTAX", "use the rule's note"),
    ("‘a’ = price", 1, 1, "CW-FORMULA-SYNTAX", "use the straight quote"),
    ("", 1, 1, "CW-FORMULA-SYNTAX", ""),
    ("price LIKE price(net).qty", 22, 22, "CW-FORMULA-SYNTAX", "write e.g. parties.customer.email"),
]


@pytest.mark.parametrize(("text", "start", "end", "code", "suggestion"), CASES)
def test_problem(text: str, start: int, end: int, code: str, suggestion: str) -> None:
    """Each mistake is found at its columns, with the right code and the next step."""
    problem = check_formula(text, SCOPE)[0]
    assert (problem.start, problem.end, problem.code) == (start, end, code)
    assert suggestion in problem.suggestion


@pytest.mark.parametrize("text", [case[0] for case in CASES if case[0]])
def test_every_problem_says_where_what_and_what_to_do(text: str) -> None:
    """Columns inside the formula, what was found there, and a next step: no problem goes without."""
    for problem in check_formula(text, SCOPE):
        assert 1 <= problem.start <= problem.end <= len(text)
        assert problem.found
        assert problem.suggestion


def test_a_long_formula_is_not_shown_in_full() -> None:
    """Of 100,000 characters a message shows the beginning, with at most 200 carets."""
    with pytest.raises(FormulaError) as caught:
        parse_formula("a" * 100_000)
    shown = caught.value.render()
    assert caught.value.problems[0].code == "CW-FORMULA-LENGTH"
    assert len(shown) < 800 and shown.count("^") == 80


def test_all_problems_at_once() -> None:
    """Three mistakes in one formula are three problems, in the order of their columns."""
    problems = check_formula("CONCAT(prce, UPER(qty), LOOKUP('nix', nett), paid + 1)", SCOPE)
    assert [(problem.start, problem.code) for problem in problems] == [
        (8, "CW-FORMULA-FIELD"),
        (14, "CW-FORMULA-FUNCTION"),
        (32, "CW-FORMULA-LOOKUP"),
        (39, "CW-FORMULA-FIELD"),
        (46, "CW-FORMULA-TYPE"),
    ]


def test_the_error_shows_carets_under_the_formula() -> None:
    """The rendered error has code, place and suggestion in one line, then the formula with carets."""
    with pytest.raises(FormulaError) as caught:
        parse_formula("prce * 2", SCOPE)
    lines = caught.value.render().splitlines()
    assert lines[0].startswith("CW-FORMULA-FIELD unknown field 'prce'")
    assert "column 1-4" in lines[0]
    assert lines[1:] == ["  prce * 2", "  ^^^^ unknown field 'prce'; did you mean 'price'?"]
    assert caught.value.exit_code == 78


@pytest.mark.parametrize("word", sorted(RESERVED))
def test_reserved_words_are_quoted(word: str) -> None:
    """A field called like a reserved word is refused bare, and read in double quotes or beside a dot."""
    name = word.lower()
    assert check_formula(f"{name} = 'x'")
    assert parse_formula(f"\"{name}\" = 'x'").paths == (name,)
    assert parse_formula(f"a.{name} = 'x'").paths == (f"a.{name}",)
    if word not in KEYWORDS:
        assert parse_formula(f"{name}.a = 'x'").paths == (f"{name}.a",)


@pytest.mark.parametrize(
    "name",
    ["date", "value", "count", "name", "type", "row", "rows", "status", "version", "current", "state", "key"],
)
def test_common_field_names_need_no_quotes(name: str) -> None:
    """Names that payloads use are fields, even where SQL has a use for the word."""
    assert parse_formula(f"UPPER({name}) || {name}.{name}").paths == (name, f"{name}.{name}")


def test_names_are_case_sensitive_and_may_hold_anything_in_quotes() -> None:
    """Field names keep their letters; dots and spaces stand in quotes."""
    assert parse_formula('"net total"."a.b" || Name').paths == ('"net total"."a.b"', "Name")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("(" * 25 + "1" + ")" * 25, "CW-FORMULA-NESTING"),
        ("NOT " * 25 + "TRUE", "CW-FORMULA-NESTING"),
        ("-" * 30 + "1", "CW-FORMULA-SYNTAX"),
        ("CASE WHEN a THEN " * 25 + "1" + " END" * 25, "CW-FORMULA-NESTING"),
        ("UPPER(" * 5000, "CW-FORMULA-LENGTH"),
        ("a" * 4097, "CW-FORMULA-LENGTH"),
        ("+".join(["a"] * 300), "CW-FORMULA-LENGTH"),
        ("+".join(["a"] * 100), "CW-FORMULA-NESTING"),
    ],
)
def test_size_is_bounded(text: str, code: str) -> None:
    """Text, nesting, chains and the number of parts have limits, each with its own code."""
    assert check_formula(text)[0].code == code


def test_the_greatest_allowed_nesting_parses() -> None:
    """24 levels of calls are within reach of the parser."""
    assert parse_formula("UPPER(" * 24 + "a" + ")" * 24).type == "TEXT"
    assert parse_formula(" AND ".join(["a = 1"] * 120)).type == "BOOLEAN"


@pytest.mark.parametrize(
    "text",
    [
        "a.__class__()",
        "(SELECT 1)",
        "read_csv('x')",
        "a[b]",
        "{a}",
        "x -> x",
        "EXISTS(SELECT 1)",
        "a ~ '(a+)+$'",
        "import os",
        "lambda x: x",
        "a.constructor('return 1')()",
        "f'{a}'",
        "SUM(a) OVER ()",
        "$1",
        "?",
        "@a",
        'a COLLATE "C"',
        "INTERVAL '1' DAY",
        "ARRAY[1]",
        "a IN (SELECT 1)",
        "9**9**9",
        "1 << 99",
        "a AS b",
        "a, b",
        "DATE '2026-01-01'",
        "a = ANY(b)",
        "*",
        "a.*",
        "UNNEST(a)",
        "1; DROP TABLE x",
        "eval('1')",
        "exec(a)",
    ],
)
def test_what_is_not_in_the_language_is_refused(text: str) -> None:
    """Queries, host languages, patterns and windows are refused, whatever the parser makes of them."""
    assert check_formula(text)


def test_dunder_names_are_only_fields() -> None:
    """`a.__class__` is a field of that name, and the sample has none."""
    assert check_formula("id.__class__", SCOPE)[0].code == "CW-FORMULA-FIELD"
    assert parse_formula("a.__class__").ir == ["path", "record", ["a", "__class__"]]


def test_row_alias_is_known_only_in_its_each() -> None:
    """Inside the `each` the alias leads to the row's fields; outside it is an unknown field."""
    inside = Scope(shape=SHAPE, row=RowScope("orderRows", "row"))
    assert parse_formula("row.sku", inside).paths == ("orderRows[].sku",)
    assert check_formula("row.sku", Scope(shape=SHAPE))[0].code == "CW-FORMULA-FIELD"
    assert check_formula("row.sk", inside)[0].suggestion == "did you mean 'row.sku'?"
