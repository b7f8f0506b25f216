"""The grammar is the one of the documentation: what the parser would guess is refused, at the right word."""

import time

import pytest
from crosswalk_engine.formula import FormulaError, Scope, check_formula, evaluate, parse_formula
from crosswalk_engine.formula.grammar import parse_tree
from crosswalk_engine.formula.lexer import prepare
from crosswalk_engine.formula.syntax import check_order
from crosswalk_engine.payload.shape import infer_shape
from hypothesis import given, settings
from hypothesis import strategies as st

WRONG = [
    ("LEFT('abc',,3)", 11, "a value is missing after the comma"),
    ("CONCAT_WS(',', 'a',, 'b')", 19, "a value is missing after the comma"),
    ("ROUND(2.55,)", 11, "a value is missing after the comma"),
    ("CONCAT(,'a')", 8, "a value is missing before `,`"),
    ("1 IN (1,)", 8, "a value is missing after the comma"),
    ("SUM(rows.a, )", 11, "a value is missing after the comma"),
    ("CASE WHEN TRUE 1 END", 16, "`THEN` or an operator is missing before `1`"),
    ("CASE WHEN TRUE THEN 1 WHEN FALSE 2 END", 34, "`THEN` or an operator is missing before `2`"),
    ("CASE WHEN TRUE END", 16, "`THEN` is missing before `END`"),
    ("CASE a THEN 1 END", 8, "`WHEN` is missing before `THEN`"),
    ("CASE END", 6, "`WHEN` is missing before `END`"),
    ("CASE WHEN a THEN 1", 18, "`END` is missing after `1`"),
    ("(CASE WHEN a THEN 1)", 20, "`END` is missing before `)`, after `CASE`"),
    ("CASE WHEN a THEN (1 END", 21, "`)` is missing before `END`"),
    ("CASE WHEN a THEN 1 ELSE 2 WHEN b THEN 3 END", 27, "`WHEN` follows ELSE, which is the last"),
    ("SUM(rows.a) FILTER (rows.a > 1)", 20, "`WHERE` is missing after `(`"),
    ("SUM(rows.a) FILTER WHERE rows.a > 1", 13, "`(` is missing after `FILTER`"),
    ("a BETWEEN 1", 3, "`AND` is missing after `BETWEEN`"),
    ("a BETWEEN 1 OR 2", 3, "`AND` is missing after `BETWEEN`"),
    ("a rlike 'x'", 3, "there is no operator `rlike`"),
    ("a div 2", 3, "there is no operator `div`"),
    ("a xor b", 3, "there is no operator `xor`"),
    ("a regexp 'x'", 3, "there is no operator `regexp`"),
    ("a glob 'x*'", 3, "there is no operator `glob`"),
    ("a IN ()", 6, "IN needs a list of values"),
    ("a IN b", 3, "IN needs a list of values"),
    ("'a' 'b'", 5, "two texts stand side by side"),
    ("END", 1, "`END` stands only in CASE WHEN … THEN … END"),
    ("1 ELSE 2", 3, "`ELSE` stands only in CASE WHEN … THEN … END"),
    ("a => 1", 4, "`=>` is not in the language"),
    ("a == 1", 4, "`==` is not in the language"),
    ("a.CONCAT('x')", 3, "a function stands before its arguments, not after a dot"),
    ("\"UPPER\"('x')", 1, '`"UPPER"` is a field; functions stand without quotes'),
    ("between", 1, "a value is missing before `between`"),
    ("like.x", 1, "`like` is a reserved word"),
    ("and.x", 1, "`and` is a reserved word"),
    ("not.x", 1, "`not` is a reserved word"),
    ("between.x", 1, "`between` is a reserved word"),
    ("1 = ANY(a)", 5, "`ANY` is not in the language"),
    ("1 < 2 = TRUE", 7, "`=` follows another comparison, `<`"),
    ("a IS NULL IS TRUE", 11, "`IS` follows another comparison, `IS`"),
    ("a IS NULL + 1", 11, "`+` follows `IS`"),
    ("a IN (1) || 'x'", 10, "`||` follows `IN`"),
    ("a = NOT b", 5, "`NOT` does not fit here"),
    ("a NOT NULL", 3, "`NOT` does not fit here"),
    ("a, b", 2, "a comma stands only between the arguments of a function"),
    ("()", 1, "there is nothing in the brackets"),
    ("a)", 2, "no bracket is open that this one closes"),
    ("a.", 2, "the name of a field is missing after `.`"),
    ("NOT " * 25 + "a", 97, "the formula is nested too deeply, more than 24 levels"),
    ("+".join("a" * 66), 1, "the formula is nested too deeply: it chains more than 64 operators"),
]
FIELD_HINTS = ["between", "like.x", "and.x", "not.x", "between.x", "END"]
#: Words of the language and a few others, for random sequences of them.
WORDS = """a b.c 'x' 1 .5 TRUE NULL NOT - + * / % || = <> < IS NULL IN ( ( ) ) BETWEEN AND OR LIKE , CASE WHEN
    THEN ELSE END UPPER( SUM( FILTER (WHERE "q" order.x NOW() rlike""".split()  # noqa: SIM905


@pytest.mark.parametrize(("text", "column", "message"), WRONG)
def test_a_word_where_it_may_not_stand(text: str, column: int, message: str) -> None:
    """The first word that does not fit is named, with its column and what is missing."""
    problem = check_formula(text)[0]
    assert (problem.start, problem.message) == (column, message)
    assert problem.suggestion


@pytest.mark.parametrize("text", FIELD_HINTS)
def test_a_keyword_as_a_name_is_told_about_quotes(text: str) -> None:
    """A field called like a keyword is written in double quotes, and the problem says so."""
    word = text.partition(".")[0]
    assert check_formula(text)[0].suggestion == f'if it is a field, write "{word}"'
    assert parse_formula(text.replace(word, f'"{word}"')).paths == (text,)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("+1", 1),
        ("- -5", 5),
        (".5 + 1", "1.5"),
        ("'a' || 1 + 2", "a3"),
        ("'a\nb'", "a\nb"),
        ("LENGTH('a\r\n\tb')", 5),
        ("(1 < 2) = TRUE", True),
        ("(NULL IS NULL) IS TRUE", True),
        ("NOT 1 = 2 AND TRUE", True),
        ("2 BETWEEN 1 AND 3 AND 1 = 1", True),
        ("CASE .5 WHEN .5 THEN 'half' END", "half"),
        ("+".join("1" * 65), 65),
    ],
)
def test_what_the_grammar_allows(text: str, value: object) -> None:
    """Signs, decimals without a zero, line breaks in texts, and chains of 64 operators are read."""
    found = evaluate(parse_formula(text), {})
    assert (str(found) if isinstance(value, str) else found) == value


def test_places_behind_a_line_break_in_a_text_are_right() -> None:
    """Columns count on over a line break inside a text."""
    problem = check_formula("CONCAT('a\nb', UPER('c'))")[0]
    assert (problem.start, problem.end, problem.code) == (15, 18, "CW-FORMULA-FUNCTION")


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=9).map(" ".join))
def test_the_parser_reads_whatever_is_let_through(text: str) -> None:
    """A text is refused by its order of words or parsed: the parser itself has nothing to complain of."""
    try:
        check_order(text, prepare(text).tokens)
    except FormulaError:
        return
    parse_tree(text)
    assert not [problem for problem in check_formula(text) if "not in the language" in problem.message]


@pytest.mark.parametrize("levels", [2, 3, 4, 8, 16, 24])
def test_nested_case_subjects_take_no_time(levels: int) -> None:
    """The subject of a CASE is one part of each of its conditions: too many of them are refused at once."""
    text = "CASE " * levels + "a" + " WHEN 1 THEN 1 WHEN 2 THEN 2 WHEN 3 THEN 3 END" * levels
    began = time.process_time()
    problems = check_formula(text)
    assert time.process_time() - began < 0.3
    assert [problem.code for problem in problems] == (["CW-FORMULA-LENGTH"] if levels > 3 else [])


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("a IN (" + ",".join("1" * 2000) + ")", ["CW-FORMULA-LENGTH"]),
        ("CONCAT(" + ",".join(["-1"] * 1300) + ")", ["CW-FORMULA-LENGTH"]),
        ("COALESCE(" + ",".join("1" * 490) + ")", []),
        ("CONCAT(" + ",".join(["-1"] * 490) + ")", []),
        ("COALESCE(" + ",".join(["a"] * 480) + ",TRUE)", []),
    ],
)
def test_many_parts_take_no_time(text: str, codes: list[str]) -> None:
    """Long lists are parsed, or refused before they are."""
    parse_formula("1 + 1")  # loads the parser
    began = time.process_time()
    assert [problem.code for problem in check_formula(text)] == codes
    assert time.process_time() - began < 0.3


def test_many_unknown_names_take_no_time() -> None:
    """Only the first unknown names are compared with all fields; all are told."""
    shape = infer_shape([{f"section{i}": {f"fieldNumber{i}x{j}": 1 for j in range(20)} for i in range(100)}])
    text = "CONCAT(sectoin1.fieldNumber1x1," + ",".join(f"unknown{i}.name{i}" for i in range(159)) + ")"
    began = time.process_time()
    problems = check_formula(text, Scope(shape=shape))
    assert time.process_time() - began < 0.5
    assert len(problems) == 160
    assert problems[0].suggestion == "did you mean 'section1.fieldNumber1x1'?"


@pytest.mark.parametrize(
    "text",
    [
        "x" * 4000 + "(1)",
        "a + " + "x" * 4000,
        "LOOKUP('" + "x" * 4000 + "', a)",
        "a " + "x" * 4000,
        '"' + "x" * 4000 + "\"('y')",
        "IDMAP('" + "x" * 4000 + "', a)",
    ],
)
def test_names_in_messages_are_short(text: str) -> None:
    """A name of 4,000 letters is shown by its beginning, in the message as in the rendered error."""
    scope = Scope(
        shape=infer_shape([{"a": 1, "row": {"b": 1}}]), lookups=frozenset(), idmaps=frozenset({"customer"})
    )
    with pytest.raises(FormulaError) as caught:
        parse_formula(text, scope)
    for shown in (str(caught.value), caught.value.render(), caught.value.what):
        assert len(shown.encode()) <= 320


def test_names_in_messages_are_masked_and_many_problems_are_counted() -> None:
    """Control characters are made visible, and of 400 problems 20 are written out."""
    shape = infer_shape([{"a": 1}])
    text = '"x\u202ey" + ' + " + ".join(["b"] * 20)
    assert check_formula(text, Scope(shape=shape))[0].message == "unknown field 'xU+202Ey'"
    with pytest.raises(FormulaError) as caught:
        parse_formula("CONCAT(" + ",".join(f"f{i}()" for i in range(400)) + ")")
    assert str(caught.value).endswith("; and 380 more")
    assert len(str(caught.value)) < 2_000


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("INSTRING(a, 'b')", "use STRPOS"),
        ("FORMAT_DATE(NOW(), 'YYYY-MM-DD')", "write 'yyyy-MM-dd'"),
        ("FORMAT_DATE(NOW(), 'DD.MM.YYYY HH24:MI:SS')", "write 'dd.MM.yyyy HH:mm:ss'"),
    ],
)
def test_words_of_other_systems_are_translated(text: str, advice: str) -> None:
    """A function or a format as it is written elsewhere is answered with how it is written here."""
    problem = check_formula(text)[0]
    assert advice in (problem.message, problem.suggestion)
