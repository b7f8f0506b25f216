"""PostgreSQL's semantics where they are kept, and ours where they differ."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from crosswalk_engine.formula import EvalError, compile_formula, evaluate, parse_formula, to_json_value
from crosswalk_engine.formula.functions.numbers import divide, modulo, quotient
from crosswalk_engine.formula.functions.rounding import rounded
from crosswalk_engine.formula.functions.text import replace, split_part, substring
from crosswalk_engine.formula.functions.text_find import prepare_like
from crosswalk_engine.formula.functions.widths import fit
from crosswalk_engine.formula.values import CONTEXT
from hypothesis import given
from hypothesis import strategies as st


def value(text: str, record: dict[str, Any] | None = None, **options: Any) -> Any:
    """The value on both backends, which must agree."""
    formula = parse_formula(text)
    found = evaluate(formula, record or {}, **options)
    assert repr(compile_formula(formula)(record or {}, **options)) == repr(found)
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # psql: select 10.0/3, 1/3.0, 1.00/7, 100000/3.0, 0.0001/3, 12345678.9/0.001
        ("10.0 / 3", "3.3333333333333333"),
        ("1 / 3.0", "0.33333333333333333333"),
        ("1.00 / 7", "0.14285714285714285714"),
        ("100000 / 3.0", "33333.333333333333"),
        ("2.50 / 0.5", "5.0000000000000000"),
        ("7 / 2", 3),
        ("-7 / 2", -3),
        ("MOD(-7, 2)", -1),
        ("MOD(-7.5, 2)", "-1.5"),
        ("1.10 + 2", "3.10"),
        ("1.10 * 2.0", "2.200"),
        ("0.1 + 0.2 = 0.3", True),
        ("ROUND(2.5)", "3"),
        ("ROUND(-2.5)", "-3"),
        ("ROUND(2.675, 2)", "2.68"),
        ("ROUND(1234.5, -2)", "1200"),
        ("ROUND(0.004 - 0.008, 2)", "0.00"),
        ("-0.00", "0.00"),
        ("0 * -1.50", "0.00"),
        ("ABS(-2)", 2),
        ("CEIL(-0.5)", "0"),
        ("FLOOR(7)", 7),
        ("GREATEST(1, 2.50)", "2.50"),
        ("LEAST(NULL, NULL)", None),
    ],
)
def test_numbers(text: str, expected: Any) -> None:
    """Exact decimals with PostgreSQL's scales; no negative zero; integer division drops the fraction."""
    assert to_json_value(value(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("NULL AND FALSE", False),
        ("NULL AND TRUE", None),
        ("NULL OR TRUE", True),
        ("NULL OR FALSE", None),
        ("NOT (n > 1)", None),
        ("n > 1 OR n IS NULL", True),
        ("1 IN (2, NULL)", None),
        ("1 NOT IN (2, NULL)", None),
        ("1 NOT IN (2, 3)", True),
        ("n IN (1)", None),
        ("5 BETWEEN NULL AND 3", False),
        ("5 BETWEEN NULL AND 9", None),
        ("n IS NOT TRUE", True),
        ("CASE WHEN n > 1 THEN 'a' ELSE 'b' END", "b"),
        ("COALESCE(n, n, 3)", 3),
        ("NULLIF(3, n)", 3),
        ("CONCAT('a', n)", "a"),
        ("'a' || n", None),
        ("UPPER(n)", None),
    ],
)
def test_null(text: str, expected: Any) -> None:
    """Null is unknown: comparisons with it are null, and logic is three-valued."""
    assert value(text) == expected
    assert value(text, {"n": None}) == value(text, {"n": ""}) == expected


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1 / z", "CW-DIVISION-ZERO"),
        ("1.5 / z", "CW-DIVISION-ZERO"),
        ("MOD(1, z)", "CW-DIVISION-ZERO"),
        ("9999999999999999999999999999999999 * 9999999999999999999999999999999999", "CW-NUMBER-RANGE"),
        ("999999999999999999999999999999999.5 * 100", "CW-NUMBER-RANGE"),
        ("ROUND(9999999999999999999999999999999999, 2)", "CW-NUMBER-RANGE"),
        ("big + 1", "CW-NUMBER-RANGE"),
        ("exponent * 1", "CW-NUMBER-RANGE"),
        ("REPLACE(long, 'x', 'yyyyyyyyyy')", "CW-TEXT-LONG"),
        ("LPAD('x', 2000000000)", "CW-TEXT-LONG"),
        ("longest", "CW-TEXT-LONG"),
        ("CONCAT(long, long, long)", "CW-TEXT-LONG"),
        ("TO_DECIMAL('1.234,56')", "CW-BAD-DECIMAL"),
        ("TO_DECIMAL(' 7')", "CW-BAD-DECIMAL"),
        ("TO_DECIMAL('1_000')", "CW-BAD-DECIMAL"),
        ("TO_DECIMAL('٣')", "CW-BAD-DECIMAL"),
        ("TO_DECIMAL('NaN')", "CW-BAD-DECIMAL"),
        ("TO_INTEGER('12.0')", "CW-BAD-INTEGER"),
        ("TO_DATE('2023-02-29')", "CW-BAD-DATE"),
        ("TO_DATETIME('2024-02-29T23:59:60Z')", "CW-BAD-DATE"),
        ("TO_DATETIME('2024-02-29T10:00:00+25:00')", "CW-BAD-DATE"),
        ("IN_ZONE(TO_DATETIME('9999-12-31T23:59:59-01:00'), 'UTC')", "CW-BAD-DATE"),
        ("DATE_ADD(TO_DATE('9999-12-31'), 1)", "CW-BAD-DATE"),
        ("inner.field", "CW-PATH-OBJECT"),
        ("list.field", "CW-PATH-REPEATS"),
        ("list", "CW-PATH-REPEATS"),
        ("flag.field", "CW-PATH-OBJECT"),
    ],
)
def test_errors(text: str, code: str) -> None:
    """What cannot be computed is a coded error of this record, the same on both backends."""
    record = {
        "z": 0,
        "big": 10**40,
        "exponent": Decimal("1E+400"),
        "long": "x" * 30_000,
        "longest": "x" * 70_000,
        "inner": "text",
        "list": [1],
        "flag": True,
    }
    formula = parse_formula(text)
    with pytest.raises(EvalError) as by_oracle:
        evaluate(formula, record)
    with pytest.raises(EvalError) as compiled:
        compile_formula(formula)(record)
    assert by_oracle.value.code == code
    assert compiled.value.key() == by_oracle.value.key()


def test_laziness() -> None:
    """What stands right of a decision is not evaluated, so it cannot fail."""
    assert value("CASE WHEN z = 0 THEN 0 ELSE 1 / z END", {"z": 0}) == 0
    assert value("z = 0 OR 1 / z > 2", {"z": 0}) is True
    assert value("COALESCE(1, 1 / z)", {"z": 0}) == 1


def test_blank_values_of_the_payload_are_null() -> None:
    """An absent key, null, an empty text, list and object, and an empty thing on the way, read as null."""
    for record in ({}, {"a": None}, {"a": ""}, {"a": {}}, {"a": []}, {"a": {"b": ""}}, {"a": {"b": {}}}):
        assert value("a.b", record) is None
    assert value("a", {"a": " "}) == " "


def test_json_numbers() -> None:
    """Whole numbers are INTEGER, others exact DECIMAL, also out of a float; exponents become digits."""
    assert value("a", {"a": 7}) == 7
    assert repr(value("a", {"a": 0.1})) == "Decimal('0.1')"
    assert repr(value("a", {"a": Decimal("1E+3")})) == "Decimal('1000')"
    assert repr(value("a", {"a": Decimal("-0.00")})) == "Decimal('0.00')"


def test_times() -> None:
    """Times keep their zone, compare as moments, and shift over daylight saving."""
    record = {"t": "2026-03-29T00:30:00.250+00:00"}
    assert (
        value("IN_ZONE(TO_DATETIME(t), 'Europe/London')", record).isoformat()
        == "2026-03-29T00:30:00.250000+00:00"
    )
    assert to_json_value(value("TO_DATETIME(t)", record)) == "2026-03-29T00:30:00.250+00:00"
    assert value("TO_DATETIME(t) = IN_ZONE(TO_DATETIME(t), 'Asia/Tokyo')", record) is True
    assert value(
        "FORMAT_DATE(DATE_ADD(TO_DATETIME(t, 'iso', 'Europe/London'), 1), 'yyyy-MM-dd HH:mm')", record
    ) == ("2026-03-30 00:30")
    assert value("TO_DATE(TO_DATETIME('2026-03-09T23:30:00-05:00'))") == date(2026, 3, 9)
    assert value("NOW()", now=datetime(2026, 1, 2, tzinfo=UTC)) == datetime(2026, 1, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "count", "expected"),
    [(1, 2, "ab"), (0, 2, "a"), (-1, 3, "a"), (-5, 3, ""), (3, None, "cd"), (-2, None, "abcd"), (9, 2, "")],
)
def test_substring_counts_like_postgresql(start: int, count: int | None, expected: str) -> None:
    """Positions before the text are counted but hold nothing."""
    assert substring("abcd", start, count) == expected


def test_split_part_from_both_ends() -> None:
    """Parts count from 1, negative ones from the end; what is not there is empty."""
    assert [split_part("a-b-c", "-", n) for n in (1, 3, 4, -1, -3, -4)] == ["a", "c", "", "c", "a", ""]
    assert split_part("abc", "", 1) == "abc"


@given(text=st.text(alphabet="ab c", max_size=30), width=st.integers(0, 12))
def test_fit_law(text: str, width: int) -> None:
    """FIT never exceeds the width, keeps a prefix (without spaces), and does nothing to what fits."""
    cut = fit(text, width)
    assert len(cut) <= width
    assert text.startswith(cut) or text.lstrip().startswith(cut)
    assert len(text) > width or cut == text


@given(text=st.text(alphabet="ab%_", max_size=12), pattern=st.text(alphabet="ab%_", max_size=8))
def test_like_is_the_plain_definition(text: str, pattern: str) -> None:
    """LIKE agrees with the recursive definition of its pattern."""

    def plain(left: str, right: str) -> bool:
        if not right:
            return not left
        if right[0] == "%":
            return any(plain(left[cut:], right[1:]) for cut in range(len(left) + 1))
        return bool(left) and right[0] in ("_", left[0]) and plain(left[1:], right[1:])

    assert prepare_like(pattern)(text) is plain(text, pattern)


def test_like_is_quick_on_hostile_patterns() -> None:
    """Many stars over a long text without a match: no backtracking (0.1 s would be a thousand times more)."""
    import time

    matches = prepare_like("%a" * 100 + "%b")
    start = time.process_time()
    assert matches("a" * 60_000) is False
    assert time.process_time() - start < 0.5


numbers = st.decimals(min_value=-(10**12), max_value=10**12, places=4, allow_nan=False)


@given(left=numbers, right=numbers.filter(bool))
def test_quotient_is_close_and_rounded_once(left: Decimal, right: Decimal) -> None:
    """A quotient times the divisor misses the dividend by at most half a unit of its last place."""
    found = quotient(left, right)
    unit = Decimal(1).scaleb(int(found.as_tuple().exponent))
    assert abs(found * right - left) <= abs(right) * unit / 2 + Decimal("1e-20")


@given(left=st.integers(-(10**20), 10**20), right=st.integers(-(10**9), 10**9).filter(bool))
def test_integer_division_law(left: int, right: int) -> None:
    """left = right * (left / right) + MOD(left, right), and the remainder has the sign of left."""
    rest = modulo(left, right)
    assert right * divide(left, right) + rest == left
    assert rest == 0 or (rest < 0) == (left < 0)


@given(value=numbers, scale=st.integers(0, 4))
def test_round_is_idempotent(value: Decimal, scale: int) -> None:
    """Rounding twice is rounding once, and the result has exactly the scale."""
    once = rounded(value, scale)
    assert str(rounded(once, scale)) == str(once)
    assert once.as_tuple().exponent == -scale


def test_arithmetic_does_not_depend_on_the_callers_context() -> None:
    """A caller's decimal context neither changes a result nor is changed."""
    import decimal

    with decimal.localcontext(decimal.Context(prec=3)):
        assert value("1.2345 * 1.11") == Decimal("1.370295")
        assert decimal.getcontext().prec == 3
    assert CONTEXT.prec == 34


def test_replace_refuses_growth_before_it_happens() -> None:
    """A replacement that would multiply the text is refused by its length, without making it."""
    with pytest.raises(EvalError) as caught:
        replace("a" * 60_000, "a", "b" * 60_000)
    assert caught.value.value == "3600000000 characters"
