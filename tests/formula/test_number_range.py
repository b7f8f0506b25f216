"""Numbers of the payload that have too many digits say how many and where; every zero is a zero."""

from decimal import Decimal
from typing import Any

import pytest
from crosswalk_engine.formula import EvalError, compile_formula, evaluate, parse_formula


def both(text: str, record: dict[str, Any]) -> list[Any]:
    """The value or the error's key, by the tree walker and compiled."""
    formula, found = parse_formula(text), []
    for run in (lambda: evaluate(formula, record), lambda: compile_formula(formula)(record)):
        try:
            found.append(run())
        except EvalError as error:
            found.append(error.key())
    return found


@pytest.mark.parametrize(
    ("value", "shown", "message"),
    [
        (Decimal("1e-40"), "1E-40", "a has more than 34 digits after the point"),
        (Decimal("1e40"), "1E+40", "a has more than 34 digits before the point"),
        (10**34, "1" + "0" * 34, "a has more than 34 digits before the point"),
        (Decimal("1" * 20 + "." + "2" * 15), "1" * 20 + "." + "2" * 15, "a has more than 34 digits"),
        (Decimal("NaN"), "NaN", "a is no finite number"),
        (
            10**100,
            "a number of about 101 digits",
            "a has more than 34 digits before the point",
        ),
    ],
)
def test_numbers_with_too_many_digits(value: Any, shown: str, message: str) -> None:
    """The value and the place of the digits that are too many, in both ways of computing."""
    assert both("a", {"a": value}) == [("CW-NUMBER-RANGE", shown, message)] * 2


@pytest.mark.parametrize(
    ("value", "written"),
    [("0e50", "0"), ("0E-50", "0E-34"), ("-0.00", "0.00"), ("0e3", "0"), ("0.0", "0.0")],
)
def test_zero_is_zero(value: str, written: str) -> None:
    """A zero has no digits that could be too many; its scale is 34 at most."""
    found = both("a", {"a": Decimal(value)})
    assert [str(one) for one in found] == [written, written]
    assert both("a = 0", {"a": Decimal(value)}) == [True, True]


def test_results_out_of_range_show_the_number() -> None:
    """A result with too many digits is shown."""
    code, value, message = both("a * a", {"a": 10**20})[0]
    assert (code, value) == ("CW-NUMBER-RANGE", "1" + "0" * 40)
    assert message == "* gives a number of more than 34 digits"
