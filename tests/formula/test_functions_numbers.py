"""Laws of the number functions: rounding, money, percentages, units, and numbers as texts."""

import decimal
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from itertools import product

import pytest
from crosswalk_engine.errors import masked
from crosswalk_engine.formula import EvalError, compile_formula, evaluate, parse_formula
from crosswalk_engine.formula.functions.iso import COUNTRIES, CURRENCIES
from crosswalk_engine.formula.functions.money import (
    currency_scale,
    from_minor,
    percent_of,
    round_money,
    to_minor,
)
from crosswalk_engine.formula.functions.number_texts import prepare_format_number, prepare_parse_number
from crosswalk_engine.formula.functions.numbers import modulo, sign
from crosswalk_engine.formula.functions.rounding import rounded, rounded_half_even, truncated
from crosswalk_engine.formula.functions.units import UNITS, prepare_convert_unit
from crosswalk_engine.formula.values import CONTEXT, DIGITS, Value, to_json_value
from hypothesis import given
from hypothesis import strategies as st

_decimals = st.decimals(min_value=-(10**9), max_value=10**9, allow_nan=False, places=6)
#: Every two units that measure the same thing.
_PAIRS = [(a, b) for a in UNITS for b in UNITS if UNITS[a].quantity == UNITS[b].quantity]
_currencies = st.sampled_from([code for code, scale in CURRENCIES.items() if scale is not None])


@given(value=_decimals, scale=st.integers(0, 6))
def test_rounding_is_that_of_the_decimal_module(value: Decimal, scale: int) -> None:
    """Half up, half to even and down agree with the decimal module, and never give -0."""
    quantum = Decimal(1).scaleb(-scale)
    for ours, theirs in (
        (rounded, decimal.ROUND_HALF_UP),
        (rounded_half_even, decimal.ROUND_HALF_EVEN),
        (truncated, decimal.ROUND_DOWN),
    ):
        found = ours(value, scale)
        assert found == value.quantize(quantum, theirs)
        assert -found.as_tuple().exponent == scale  # type: ignore[operator]
        assert not (found.is_zero() and found.is_signed())


@given(whole=st.integers(-1000, 1000))
def test_half_to_even_is_even(whole: int) -> None:
    """A number half way between two whole ones goes to the even one, up and down as often."""
    half = Decimal(whole) + Decimal("0.5")
    assert int(rounded_half_even(half)) % 2 == 0
    assert abs(rounded_half_even(half) - half) == Decimal("0.5")


@given(value=_decimals)
def test_a_number_is_its_sign_times_its_size(value: Decimal) -> None:
    """SIGN and ABS together give the number again."""
    assert sign(value) * abs(value) == value


@given(units=st.integers(-(10**15), 10**15), currency=_currencies)
def test_minor_units_go_there_and_back(units: int, currency: str) -> None:
    """An amount made of cents has as many cents, and as many decimals as its currency."""
    amount = from_minor(units, currency)
    assert to_minor(amount, currency) == units
    assert max(0, -int(amount.as_tuple().exponent)) == currency_scale(currency)
    assert round_money(amount, currency) == amount


@given(amount=_decimals, currency=_currencies)
def test_money_is_rounded_to_whole_minor_units(amount: Decimal, currency: str) -> None:
    """A rounded amount counts in whole minor units, at most half a one away."""
    near = round_money(amount, currency)
    assert from_minor(to_minor(near, currency), currency) == near
    assert abs(near - amount) * 2 <= Decimal(1).scaleb(-currency_scale(currency))


@given(parts=st.lists(st.integers(0, 100), min_size=1, max_size=6), amount=_decimals)
def test_percentages_add_up(parts: list[int], amount: Decimal) -> None:
    """The percentages of an amount add up to the percentage of the sum, exactly; 100 % is the amount."""
    with decimal.localcontext(CONTEXT):
        assert sum(percent_of(part, amount) for part in parts) == percent_of(sum(parts), amount)
        assert percent_of(100, amount) == amount


@pytest.mark.parametrize(
    ("value", "unit", "target", "expected"),
    [
        ("1", "lb", "g", "453.592370"),
        ("16", "oz", "lb", "1.000000"),
        ("14", "lb", "st", "1.000000"),
        ("2000", "lb", "ton_us", "1.000000"),
        ("2240", "lb", "ton_uk", "1.000000"),
        ("1", "mi", "km", "1.609344"),
        ("3", "ft", "yd", "1.000000"),
        ("1", "yd2", "ft2", "9.000000"),
        ("1", "ft3", "in3", "1728.000000"),
        ("231", "in3", "gal_us", "1.000000"),
        ("8", "pt_uk", "gal_uk", "1.000000"),
        ("160", "floz_uk", "gal_uk", "1.000000"),
        ("128", "floz_us", "gal_us", "1.000000"),
        ("1", "m3", "LTR", "1000.000000"),
        ("36", "h", "d", "1.500000"),
        ("1", "GRO", "dozen", "12.000000"),
        ("1", "g", "lb", "0.002205"),
    ],
)
def test_known_conversions(value: str, unit: str, target: str, expected: str) -> None:
    """Relations that everybody can look up hold to the last digit."""
    assert str(prepare_convert_unit(target)(Decimal(value), unit)) == expected


@given(value=st.decimals(-1000, 1000, places=3), pair=st.sampled_from(_PAIRS))
def test_units_go_there_and_back(value: Decimal, pair: tuple[str, str]) -> None:
    """A quantity in another unit and back is the same, within what rounding to 18 decimals can do."""
    unit, target = pair
    with decimal.localcontext(CONTEXT):
        there = prepare_convert_unit(target, 18)(value, unit)
        back = prepare_convert_unit(unit, 6)(there, target)
    assert abs(back - value) <= Decimal("0.000001")


@given(
    value=_decimals,
    scale=st.integers(0, 6),
    signs=st.sampled_from([(".", ""), (".", ","), (",", "."), (",", " "), (".", "'"), (",", "\u202f")]),
)
def test_written_numbers_are_read_again(value: Decimal, scale: int, signs: tuple[str, str]) -> None:
    """What FORMAT_NUMBER writes, PARSE_NUMBER reads with the same signs, to the digit."""
    point, group = signs
    written = prepare_format_number(scale, point, group)(value)
    assert prepare_parse_number(point, group)(written) == rounded(value, scale)
    assert (
        all(len(part) <= 3 for part in written.partition(point)[0].lstrip("-").split(group))
        if group
        else True
    )


@pytest.mark.parametrize(
    "text",
    ["1.234.5", "12.34,5", "1,2,3", "", "-", "+1", "1e3", " 1", "٣", "1.", ".5", "1..234", "1234.567,0"],
)
def test_numbers_that_are_not_written_so_are_refused(text: str) -> None:
    """Groups of a wrong size, signs in wrong places and foreign digits are errors, never guesses."""
    with pytest.raises(EvalError) as caught:
        prepare_parse_number(",", ".")(text)
    assert caught.value.code == "CW-BAD-DECIMAL"


def test_too_large_results_are_errors() -> None:
    """34 digits are kept; what needs more is CW-NUMBER-RANGE, in every function that scales."""
    large = Decimal("9" * DIGITS)
    with decimal.localcontext(CONTEXT):
        for call in (
            lambda: round_money(large, "EUR"),
            lambda: to_minor(large, "EUR"),
            lambda: prepare_convert_unit("mg")(large, "kg"),
            lambda: prepare_format_number(2, ".")(large),
            lambda: rounded_half_even(large, 2),
            lambda: percent_of(large, large),
        ):
            with pytest.raises(EvalError) as caught:
                call()
            assert caught.value.code == "CW-NUMBER-RANGE"


def test_code_lists_are_those_of_iso() -> None:
    """249 countries; minor units of 0, 3 and 4 digits where ISO 4217 has them, none for gold."""
    assert len(COUNTRIES) == 249 and all(len(a) == 2 and len(b) == 3 for a, b in COUNTRIES.items())
    assert len(set(COUNTRIES.values())) == 249
    scales = {code: CURRENCIES[code] for code in ("EUR", "JPY", "KWD", "CLF", "XAU", "ISK", "HUF")}
    assert scales == {"EUR": 2, "JPY": 0, "KWD": 3, "CLF": 4, "XAU": None, "ISK": 0, "HUF": 2}
    assert {len(code) for code in CURRENCIES} == {3}


@pytest.mark.parametrize(
    ("call", "advice"),
    [
        (lambda: currency_scale("EUro"), "did you mean 'EUR'?"),
        (lambda: prepare_convert_unit("kgg"), "did you mean 'kg'?"),
        (lambda: prepare_convert_unit("m")(Decimal(1), "kg"), "a unit of mass does not become m"),
    ],
)
def test_wrong_names_get_a_suggestion(call: "Value", advice: str) -> None:
    """An unknown name is CW-ARGUMENT with the nearest one; units of two quantities are told apart."""
    with pytest.raises(EvalError) as caught:
        call()  # type: ignore[operator]
    assert caught.value.code == "CW-ARGUMENT"
    assert advice in caught.value.message


def test_results_keep_their_scale_in_json() -> None:
    """Amounts leave as texts with the decimals of their currency."""
    assert [to_json_value(round_money(Decimal("1.5"), code)) for code in ("EUR", "JPY", "KWD")] == [
        "1.50",
        "2",
        "1.500",
    ]


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        ("PARSE_NUMBER(a, '.')", "9" * DIGITS + ".9"),
        ("PARSE_NUMBER(a, ',', '.')", "9." + "999." * 11 + "999"),
        ("PARSE_NUMBER(a, '.')", "1" * (DIGITS + 1)),
        ("PARSE_NUMBER(a, '.')", "0." + "1" * (DIGITS + 1)),
        ("TO_DECIMAL(a)", "-" + "9" * DIGITS + ".5"),
        ("TO_DECIMAL(a)", "1" * 65_536),
        ("TO_DECIMAL(a, 2)", "1" * (DIGITS + 1) + ".00"),
        ("TO_DECIMAL(a, 2)", "1" * DIGITS),
        ("TO_INTEGER(a)", "-" + "1" * (DIGITS + 1)),
    ],
)
def test_texts_of_too_many_digits_say_so(formula: str, text: str) -> None:
    """A number that is too long is CW-NUMBER-RANGE with the text; nothing but EvalError leaves a function."""
    parsed = parse_formula(formula)
    for run in (partial(evaluate, parsed), compile_formula(parsed)):
        with pytest.raises(EvalError, match="34 digits") as caught:
            run({"a": text})
        assert (caught.value.code, caught.value.value) == ("CW-NUMBER-RANGE", masked(text))


#: Numbers and texts at the edges of 34 digits.
_EDGES: list[Value] = [
    *(int("9" * DIGITS), -int("9" * DIGITS), 0, 1),
    *(Decimal("9" * 33 + ".9"), Decimal("0." + "9" * DIGITS), Decimal("-0." + "0" * 33 + "1")),
    *(Decimal("9" * DIGITS), Decimal("9" * 17 + "." + "9" * 17), "9" * DIGITS + ".9", "0." + "9" * DIGITS),
]
_EDGE_CALLS = [
    *("TO_DECIMAL(@)", "TO_DECIMAL(@, 2)", "TO_DECIMAL(@, 20)", "TO_INTEGER(@)", "PARSE_NUMBER(@, '.', ',')"),
    *("ROUND(@)", "ROUND(@, 20)", "ROUND(@, -20)", "ROUND_HALF_EVEN(@, 2)", "TRUNC(@, 20)", "FLOOR(@)"),
    *("CEIL(@)", "-@", "ABS(@)", "@ + @", "@ - @", "@ * @", "@ / @", "@ % @", "PERCENT_OF(@, @)"),
    *(
        "FORMAT_NUMBER(@, 20, ',', '.')",
        "ROUND_MONEY(@, 'KWD')",
        "TO_MINOR(@, 'EUR')",
        "FROM_MINOR(@, 'EUR')",
    ),
    *("CONVERT_UNIT(@, 'kg', 'mg', 20)", "CONVERT_UNIT(@, 'mg', 't')", "FROM_EPOCH(@, 's')", "SIGN(@)"),
    *("DATE_ADD(TO_DATE('2026-03-09'), @, 'years')", "LEFT('abc', @)", "LPAD('a', @)", "ROUND(@ / @, 3)"),
]


@pytest.mark.parametrize("call", _EDGE_CALLS)
def test_numbers_at_the_edge_give_a_value_or_an_error_of_the_record(call: str) -> None:
    """Every function of numbers gives the same on both backends for each pair of edges, or an EvalError."""
    parsed = parse_formula(call.replace("@", "a", 1).replace("@", "b"))
    compiled = compile_formula(parsed)
    for left, right in product(_EDGES, _EDGES if "b" in parsed.text else [None]):
        found = [_outcome(run, {"a": left, "b": right}) for run in (partial(evaluate, parsed), compiled)]
        assert found[0] == found[1]


def _outcome(run: Callable[[dict[str, Value]], Value], record: dict[str, Value]) -> object:
    try:
        return to_json_value(run(record))
    except EvalError as error:
        return error.key()


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("MIN(rows.v)", "MIN cannot compare INTEGER with TEXT"),
        ("MAX(rows.v)", "MAX cannot compare INTEGER with TEXT"),
        ("PERCENT_OF(9999999999999999999999999999999999, 1000)", "PERCENT_OF gives a number"),
    ],
)
def test_messages_name_the_function_that_was_written(formula: str, expected: str) -> None:
    """An error speaks of the function in the formula, not of the one that it is made of."""
    with pytest.raises(EvalError, match=expected):
        evaluate(parse_formula(formula), {"rows": [{"v": 1}, {"v": "a"}]})


def test_percentages_and_remainders_are_rounded_once() -> None:
    """Neither loses digits on the way to a result that has 34 of them at most."""
    with decimal.localcontext(CONTEXT):
        assert percent_of(Decimal("33.333333333333333333"), Decimal("12345678901234567.89")) == Decimal(
            "4115226300411522.629958847736995885"
        )
        assert modulo(Decimal("9" * DIGITS), Decimal("0.0000000000000000000000000000000007")) == Decimal(
            "0.0000000000000000000000000000000005"
        )
