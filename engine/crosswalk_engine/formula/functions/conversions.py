"""Conversions between kinds of value, strict: what is not written plainly is an error, never a guess."""

import re
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal

from crosswalk_engine.formula.functions.numbers import MAX_SCALE, QUANTA, read_number
from crosswalk_engine.formula.functions.spec import Example, Function, Param, integer
from crosswalk_engine.formula.problems import EvalError
from crosswalk_engine.formula.values import (
    ANY,
    BOOLEAN,
    DECIMAL,
    DIGITS,
    INTEGER,
    NUMBER,
    TEXT,
    out_of_range,
    text_of,
)

#: TO_DECIMAL remembers this many texts a scale: prices, rates and quantities repeat.
_MEMO = 8192
_DECIMAL = re.compile(r"-?[0-9]+(?:\.[0-9]+)?").fullmatch
_INTEGER = re.compile(r"-?[0-9]+").fullmatch
#: The words that PostgreSQL reads as boolean, without their abbreviations.
_TRUTH = {"true": True, "yes": True, "on": True, "y": True, "t": True, "1": True}
_TRUTH |= {"false": False, "no": False, "off": False, "n": False, "f": False, "0": False}
_CONVERTIBLE = TEXT | NUMBER


def prepare_to_decimal(scale: int | None = None) -> Callable[[str | int | Decimal], Decimal]:
    """The conversion to DECIMAL with `scale` decimals, or with those that are written."""
    if scale is not None and not 0 <= scale <= MAX_SCALE:
        raise EvalError("CW-ARGUMENT", str(scale), f"TO_DECIMAL takes 0 to {MAX_SCALE} decimals")
    quantum = None if scale is None else QUANTA[scale]
    memo: dict[str, Decimal] = {}

    def fresh(value: str | int | Decimal) -> Decimal:
        if isinstance(value, str) and not _DECIMAL(value):
            raise EvalError("CW-BAD-DECIMAL", value, "TO_DECIMAL needs digits such as -12.50")
        if isinstance(value, str):
            return read_number(value, "TO_DECIMAL", value, scale)
        number = Decimal(value)
        try:
            return (number if quantum is None else number.quantize(quantum, ROUND_HALF_UP)) + 0
        except ArithmeticError as error:
            raise out_of_range("TO_DECIMAL") from error

    def convert(value: str | int | Decimal) -> Decimal:
        if not isinstance(value, str):
            return fresh(value)
        known = memo.get(value)
        if known is None:
            if len(memo) >= _MEMO:
                memo.clear()
            known = memo[value] = fresh(value)
        return known

    return convert


def to_integer(value: str | int | Decimal) -> int:
    """Digits, or a number without a fraction, as INTEGER."""
    if isinstance(value, str):
        if not _INTEGER(value):
            raise EvalError("CW-BAD-INTEGER", value, "TO_INTEGER needs digits such as -12")
        if len(value) - value.startswith("-") > DIGITS:
            raise EvalError("CW-NUMBER-RANGE", value, f"TO_INTEGER takes at most {DIGITS} digits")
        return int(value)
    whole = int(value)
    if whole != value:
        raise EvalError("CW-BAD-INTEGER", text_of(value), "TO_INTEGER needs a number without a fraction")
    return whole


def to_boolean(value: str | int | bool) -> bool:
    """The truth that a word, 1 or 0 stands for."""
    found = _TRUTH.get(str(value).lower())
    if found is None:
        raise EvalError(
            "CW-ARGUMENT", text_of(value), "TO_BOOLEAN needs true/false, yes/no, on/off, y/n or 1/0"
        )
    return found


FUNCTIONS: tuple[Function, ...] = (
    Function(
        "TO_DECIMAL",
        (Param("value", _CONVERTIBLE), integer("scale", optional=True, literal=True)),
        DECIMAL,
        "A text or number as DECIMAL, rounded half up to a scale (without one: as it is written).",
        (
            Example("TO_DECIMAL(qty, 4)", "2.0000", given={"qty": "2"}),
            Example("TO_DECIMAL('2.675', 2)", "2.68"),
            Example("TO_DECIMAL(price, 2)", fails="CW-BAD-DECIMAL", given={"price": "12,50"}),
        ),
        prepare=prepare_to_decimal,
        note="Takes an optional minus, digits and a point with digits; no spaces, no thousands marks, no "
        "exponent (PostgreSQL would take some of them). The scale is written out, 0 to 20.",
    ),
    Function(
        "TO_INTEGER",
        (Param("value", _CONVERTIBLE),),
        INTEGER,
        "A text of digits, or a number without a fraction, as INTEGER.",
        (
            Example("TO_INTEGER('20')", 20),
            Example("TO_INTEGER(2.00)", 2),
            Example("TO_INTEGER('2.5')", fails="CW-BAD-INTEGER"),
        ),
        to_integer,
        note="A fraction is an error (PostgreSQL would round it).",
        cost=2,
    ),
    Function(
        "TO_TEXT",
        (Param("value", ANY),),
        TEXT,
        "Any value as text: digits with their scale, ISO dates, true and false.",
        (
            Example("TO_TEXT(12.50)", "12.50"),
            Example("TO_TEXT(TRUE)", "true"),
            Example("TO_TEXT()", fails="CW-FORMULA-ARGUMENTS"),
        ),
        text_of,
    ),
    Function(
        "TO_BOOLEAN",
        (Param("value", TEXT | INTEGER | BOOLEAN),),
        BOOLEAN,
        "A word such as yes, true, y or 1 (no, false, n, 0) as BOOLEAN.",
        (
            Example("TO_BOOLEAN('Y')", True),
            Example("TO_BOOLEAN(acknowledged)", False, given={"acknowledged": 0}),
            Example("TO_BOOLEAN('maybe')", fails="CW-ARGUMENT"),
        ),
        to_boolean,
        note="Also on, off, t and f, in any case; no other abbreviations and no spaces.",
    ),
)
