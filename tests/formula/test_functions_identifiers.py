"""Laws of identifiers and patterns: check digits, IBAN, VAT, hash keys, the way back through a table."""

from collections.abc import Callable
from functools import partial
from hashlib import sha256
from pathlib import Path

import pytest
from crosswalk_engine.formula import EvalError, FormulaError, compile_formula, evaluate, parse_formula
from crosswalk_engine.formula.env import sources_of
from crosswalk_engine.formula.functions.check_digits import MAX_LENGTH, SCHEMES, mod97, rest97
from crosswalk_engine.formula.functions.iban import FORMS, is_iban
from crosswalk_engine.formula.functions.identifiers import prepare_hash_key
from crosswalk_engine.formula.functions.iso import CURRENCIES
from crosswalk_engine.formula.functions.patterns import PATTERNS, Pattern
from crosswalk_engine.formula.functions.vat import PREFIXES, is_vat
from crosswalk_engine.formula.functions.vat_checks import CHECKS
from crosswalk_engine.formula.values import Value
from crosswalk_engine.payload.nearest import nearest
from crosswalk_engine.project.lookups import LookupTable, read_lookup
from hypothesis import given
from hypothesis import strategies as st

_numbers = st.text(alphabet="0123456789", min_size=1, max_size=20)


@given(number=_numbers, scheme=st.sampled_from(["gs1", "luhn", "mod97"]))
def test_a_computed_check_digit_holds(number: str, scheme: str) -> None:
    """A number with its check digit is right, and with any other one it is wrong."""
    check = SCHEMES[scheme].check(number)
    assert check is not None and SCHEMES[scheme].holds(number + check)
    if len(check) == 1:
        right = [digit for digit in "0123456789" if SCHEMES[scheme].holds(number + digit)]
        assert right == [check]


@given(
    number=_numbers, at=st.integers(0, 30), change=st.integers(1, 9), scheme=st.sampled_from(["gs1", "luhn"])
)
def test_one_wrong_digit_is_found(number: str, at: int, change: int, scheme: str) -> None:
    """A single digit that was mistyped is always found."""
    whole = number + str(SCHEMES[scheme].check(number))
    at %= len(whole)
    wrong = whole[:at] + str((int(whole[at]) + change) % 10) + whole[at + 1 :]
    assert not SCHEMES[scheme].holds(wrong)


@given(number=_numbers, at=st.integers(0, 30))
def test_mod97_finds_digits_that_changed_places(number: str, at: int) -> None:
    """Two neighbours that changed places are always found by MOD 97-10."""
    whole = number + mod97(number)
    at %= len(whole) - 1
    swapped = whole[:at] + whole[at + 1] + whole[at] + whole[at + 2 :]
    assert swapped == whole or not SCHEMES["mod97"].holds(swapped)


@given(text=st.text(alphabet="0123456789ABCXYZ", max_size=40))
def test_the_rest_is_that_of_the_whole_number(text: str) -> None:
    """Digit by digit gives the same rest as the number all at once."""
    assert rest97(text) == int("".join(str(int(c, 36)) for c in text) or "0") % 97


@pytest.mark.parametrize(
    ("scheme", "number"),
    [
        ("gs1", "5901234123457"),
        ("gs1", "96385074"),
        ("gs1", "036000291452"),
        ("gs1", "106141412345678908"),
        ("luhn", "79927398713"),
        ("luhn", "4111111111111111"),
        ("isbn10", "0306406152"),
        ("isbn10", "080442957X"),
        ("mod97", "79444"),
    ],
)
def test_published_numbers(scheme: str, number: str) -> None:
    """The examples of the standards have right check digits."""
    assert SCHEMES[scheme].holds(number)


def test_numbers_that_are_none() -> None:
    """Signs, foreign digits, nothing and too long numbers have no check digit, and do not hold."""
    for text in ("", "1-2", "٣٤", "1" * (MAX_LENGTH + 2), " 12"):
        assert SCHEMES["gs1"].check(text) is None
        assert not SCHEMES["gs1"].holds(text)
    assert SCHEMES["isbn10"].check("1234") is None


@given(
    country=st.sampled_from(sorted(FORMS)), account=st.text(alphabet="0123456789", min_size=30, max_size=30)
)
def test_ibans_with_computed_digits_hold(country: str, account: str) -> None:
    """An account number of digits gets check digits by which it is an IBAN where its country wants digits."""
    for length in range(11, 31):
        digits = f"{98 - rest97(account[:length] + country + '00'):02d}"
        made = f"{country}{digits}{account[:length]}"
        assert is_iban(made) is (FORMS[country](made) is not None)
        assert not is_iban(f"{country}{(int(digits) + 1) % 100:02d}{account[:length]}")


@pytest.mark.parametrize(
    "number",
    [
        "ATU13585627",
        "BE0428759497",
        "DE136695976",
        "DK13585628",
        "FI20774740",
        "FR40303265045",
        "GB980780684",
        "IT00743110157",
        "LU15027442",
        "NL004495445B01",
        "PL8567346215",
        "PT501964843",
        "SE123456789701",
        "ESB58378431",
        "IE6433435F",
        "IE6433435OA",
        "IE8D79739I",
        "CHE107787577IVA",
        "BG175074752",
        "CY10259033P",
        "CZ25123891",
        "EE100931558",
        "EL094259216",
        "ES54362315K",
        "ESX2482300W",
        "HR33392005961",
        "HU12892312",
        "LT119511515",
        "LT100001919017",
        "LV40003521600",
        "MT11679112",
        "NO995525828MVA",
        "RO18547290",
        "SI50223054",
        "SK2022749619",
    ],
)
def test_published_vat_numbers(number: str) -> None:
    """Numbers from the registers' own documentation are right; without their prefix they are none."""
    assert is_vat(number)
    assert not is_vat(number[2:])
    assert not is_vat(number + " ")


@pytest.mark.parametrize(
    "number",
    [
        *("BG175074753", "CHE107787578", "CY10259033Q", "CZ25123890", "EE100931559", "EL094259217"),
        *("ES54362315J", "ESX2482300V", "ESB58378432", "HR33392005962", "HU12892313", "IE6433435G"),
        *("IE8D79739J", "LT119511516", "LV40003521601", "MT11679113", "NO995525829", "RO18547291"),
        *("SI50223055", "SK2022749618", "NL004495445B00", "CY12345678A", "XX123456789"),
    ],
)
def test_wrong_check_digits_of_vat_numbers(number: str) -> None:
    """Beside a right number stands a wrong one, in every country; the digits of each are computed."""
    assert not is_vat(number)
    assert set(PREFIXES) == set(CHECKS) and len(PREFIXES) == 31


@pytest.mark.parametrize("country", ["AT", "BE", "DE", "DK", "FI", "GB", "IT", "LU", "PL", "PT"])
def test_the_last_digit_of_a_vat_number_is_checked(country: str) -> None:
    """Of the ten last digits that a number could have, at most two are right."""
    known = {
        "AT": "U1358562", "BE": "042875949", "DE": "13669597", "DK": "1358562", "FI": "2077474",
        "GB": "98078068", "IT": "0074311015", "LU": "1502744", "PL": "856734621", "PT": "50196484",
    }  # fmt: skip
    right = [digit for digit in "0123456789" if is_vat(country + known[country] + digit)]
    assert len(right) in (1, 2)


@pytest.mark.parametrize("pattern", PATTERNS.values(), ids=lambda pattern: pattern.name)
def test_a_pattern_tells_its_examples_apart(pattern: Pattern) -> None:
    """Each pattern takes its examples, refuses its near misses, and texts with anything around."""
    assert pattern.examples and pattern.counterexamples
    assert all(pattern.matches(example) is True for example in pattern.examples)
    assert all(pattern.matches(example) is False for example in pattern.counterexamples)
    for example in pattern.examples:
        assert not pattern.matches(example + "\n") and not pattern.matches(f" {example}")
    assert not pattern.matches("")


@pytest.mark.parametrize("pattern", PATTERNS.values(), ids=lambda pattern: pattern.name)
def test_a_pattern_takes_linear_time(pattern: Pattern) -> None:
    """Long texts made of its own examples are answered at once: the steps grow with the length alone."""
    import time

    for example in (*pattern.examples, *pattern.counterexamples, "a", "1", "a."):
        long = ((example or "x") * 65_536)[:65_536]
        began = time.process_time()
        pattern.matches(long)
        pattern.matches(long + "!")
        assert time.process_time() - began < 0.5


@given(text=st.text(max_size=30))
def test_patterns_answer_any_text(text: str) -> None:
    """Every pattern gives true or false for any text, and never fails."""
    assert all(pattern.matches(text) in (True, False) for pattern in PATTERNS.values())


@given(parts=st.lists(st.one_of(st.none(), st.text(max_size=5), st.integers()), min_size=1, max_size=4))
def test_a_hash_key_is_that_of_the_netstrings(parts: list[str | int | None]) -> None:
    """Anybody can compute the key: SHA-256 of the parts as netstrings, cut."""
    written = b"".join(
        b"-," if part is None else b"%d:%s," % (len(str(part).encode()), str(part).encode()) for part in parts
    )
    expected = None if all(part is None for part in parts) else sha256(written).hexdigest()[:16]
    assert prepare_hash_key(16)(*parts) == expected


@given(
    left=st.lists(st.text(max_size=3), min_size=2, max_size=3),
    right=st.lists(st.text(max_size=3), min_size=2, max_size=3),
)
def test_different_parts_have_different_keys(left: list[str], right: list[str]) -> None:
    """Where one part ends and the next begins makes a difference."""
    assert (prepare_hash_key(32)(*left) == prepare_hash_key(32)(*right)) is (left == right)


def test_an_unknown_pattern_gets_a_suggestion() -> None:
    """A wrong name is CW-FORMULA-ARGUMENT at its columns, with the nearest name."""
    with pytest.raises(FormulaError) as caught:
        parse_formula("MATCHES(a, 'emial')")
    problem = caught.value.problems[0]
    assert (problem.code, problem.start, problem.end) == ("CW-FORMULA-ARGUMENT", 12, 18)
    assert "did you mean 'email'?" in problem.message


def test_the_way_back_through_a_table(tmp_path: Path) -> None:
    """One key is found, none is the default or an error, several are always an error; on both backends."""
    path = tmp_path / "terms.csv"
    path.write_text("source,target\n0,N00\n30,N30\n31,N30\n", encoding="utf-8")
    table = read_lookup(path)
    assert table.sources("N30") == ("30", "31") == sources_of(table.entries, "N30")
    assert table.sources("N99") == ()
    for text, expected in (
        ("LOOKUP_REVERSE('terms', a)", "0"),
        ("LOOKUP_REVERSE('terms', 'N99', 'x')", "x"),
        ("LOOKUP_REVERSE('terms', NULL)", None),
        ("LOOKUP_REVERSE('terms', 'N99')", "CW-LOOKUP-MISSING"),
        ("LOOKUP_REVERSE('terms', 'N30', 'x')", "CW-LOOKUP-AMBIGUOUS"),
        ("LOOKUP_REVERSE('other', 'N30', 'x')", "CW-LOOKUP-MISSING"),
    ):
        formula = parse_formula(text)
        for run in (partial(evaluate, formula), compile_formula(formula)):
            assert _outcome(run, table) == expected


def _outcome(run: Callable[..., Value], table: LookupTable) -> Value:
    try:
        return run({"a": "N00"}, lookups={"terms": table})
    except EvalError as error:
        return error.code


@pytest.mark.parametrize("digits", ["00", "01", "99"])
def test_ibans_with_digits_that_no_bank_gives(digits: str) -> None:
    """00, 01 and 99 leave the same rest as 97, 98 and 02, and are refused; these are accepted."""
    right = {"00": "97", "01": "98", "99": "02"}[digits]
    account = next(
        account for account in (f"{number:018d}" for number in range(200)) if mod97(account + "DE") == right
    )
    assert is_iban(f"DE{right}{account}")
    assert rest97(f"{account}DE{digits}") == 1
    assert not is_iban(f"DE{digits}{account}")


def test_names_from_records_are_not_searched_for_when_long() -> None:
    """A long text in place of a currency gets no suggestion, and costs no search."""
    for text, found in (("EUX", True), ("E" * 41, False), ("EUR" * 20_000, False)):
        with pytest.raises(EvalError) as caught:
            evaluate(parse_formula("CURRENCY_SCALE(a)"), {"a": text})
        assert caught.value.code == "CW-ARGUMENT"
        assert ("did you mean" in caught.value.message) is found
    assert nearest("E" * 201, CURRENCIES) == ()
