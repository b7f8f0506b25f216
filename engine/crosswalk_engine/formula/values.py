"""The values that formulas know, their kinds, and their form in JSON.

A value is null, BOOLEAN, TEXT, INTEGER, DECIMAL, DATE or DATETIME (always with a zone). There are no others:
no objects, no functions, no floats. A type is the set of kinds that a value may have, null apart.
"""

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from typing import Any, TypeAlias

from crosswalk_engine.formula.problems import EvalError

Value: TypeAlias = bool | str | int | Decimal | date | datetime | None
Kinds: TypeAlias = frozenset[str]

BOOLEAN: Kinds = frozenset({"BOOLEAN"})
TEXT: Kinds = frozenset({"TEXT"})
INTEGER: Kinds = frozenset({"INTEGER"})
DECIMAL: Kinds = frozenset({"DECIMAL"})
DATE: Kinds = frozenset({"DATE"})
DATETIME: Kinds = frozenset({"DATETIME"})
NOTHING: Kinds = frozenset()
NUMBER = INTEGER | DECIMAL
#: Text parameters take integers too, by their plain digits.
TEXTUAL = TEXT | INTEGER
MOMENT = DATE | DATETIME
ANY = BOOLEAN | TEXT | NUMBER | MOMENT

KIND_OF: dict[type, str] = {
    bool: "BOOLEAN",
    str: "TEXT",
    int: "INTEGER",
    Decimal: "DECIMAL",
    date: "DATE",
    datetime: "DATETIME",
}
#: Kinds that may be compared with one another.
FAMILY_OF: dict[type, str] = {**KIND_OF, int: "NUMBER", Decimal: "NUMBER"}
FAMILIES: tuple[Kinds, ...] = (BOOLEAN, TEXT, NUMBER, DATE, DATETIME)

#: Characters of one text value.
MAX_TEXT = 65_536
#: Digits of one number, before and after the point (IEEE 754 decimal128 has as many).
DIGITS = 34
_BOUND = 10**DIGITS
#: Arithmetic of formulas: 34 digits, at most 34 after the point, half rounds away from zero.
CONTEXT = Context(
    prec=DIGITS,
    rounding=ROUND_HALF_UP,
    Emin=-1,
    Emax=DIGITS - 1,
    traps=[InvalidOperation, DivisionByZero, Overflow],
)


def describe(kinds: Kinds) -> str:
    """A type in words: ``INTEGER or DECIMAL``; ``ANY`` when nothing is known; ``NULL`` for null alone."""
    if kinds == ANY:
        return "ANY"
    return " or ".join(kind for kind in KIND_OF.values() if kind in kinds) or "NULL"


def kind_of(value: Value) -> str:
    """The kind of `value`, ``NULL`` for null."""
    return "NULL" if value is None else KIND_OF[value.__class__]


def plain(value: Decimal) -> str:
    """`value` in digits, with its scale and without an exponent."""
    text = str(value)
    return format(value, "f") if "E" in text else text


def iso_datetime(value: datetime) -> str:
    """ISO 8601 with offset; milliseconds when there are any, microseconds when needed."""
    if not value.microsecond:
        return value.isoformat(timespec="seconds")
    return value.isoformat(timespec="microseconds" if value.microsecond % 1000 else "milliseconds")


def text_of(value: Value) -> str:
    """The text of a value that is not null: digits, ISO dates, ``true`` and ``false``."""
    if value.__class__ is str:
        return str(value)
    if value.__class__ is bool:
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, datetime):
        return iso_datetime(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def to_json_value(value: Value) -> str | int | bool | None:
    """The JSON form: DECIMAL as text with its scale (``"2.0000"``), dates and times as ISO texts."""
    if value is None or isinstance(value, str | bool | int):
        return value
    return text_of(value)


def bounded(text: str, who: str) -> str:
    """`text`, unless it is longer than `MAX_TEXT`.

    Raises:
        EvalError: CW-TEXT-LONG.
    """
    if len(text) > MAX_TEXT:
        raise text_too_long(len(text), who)
    return text


def text_too_long(length: int, who: str) -> EvalError:
    """The error for a text of `length` characters."""
    return EvalError(
        "CW-TEXT-LONG", f"{length} characters", f"{who} gives a text of over {MAX_TEXT:,} characters"
    )


def in_range(number: Any, who: str) -> Any:
    """An INTEGER or DECIMAL result, unless it has more than `DIGITS` digits before the point.

    Raises:
        EvalError: CW-NUMBER-RANGE.
    """
    if -_BOUND < number < _BOUND:
        return number
    raise out_of_range(who, number)


def out_of_range(who: str, number: Any = None) -> EvalError:
    """The error for a result that has too many digits: `number`, where it is known."""
    shown = None if number is None else _short(number)
    return EvalError("CW-NUMBER-RANGE", shown, f"{who} gives a number of more than {DIGITS} digits")


def too_many_digits(where: str, number: int | Decimal) -> EvalError:
    """The error for a number of the payload that has too many digits, before the point or after it."""
    if isinstance(number, Decimal) and not number.is_finite():
        return EvalError("CW-NUMBER-RANGE", str(number), f"{where} is no finite number")
    exponent = 0 if isinstance(number, int) else int(number.as_tuple().exponent)
    before = isinstance(number, int) or number.adjusted() >= DIGITS
    place = " before the point" if before else " after the point" if -exponent > DIGITS else ""
    return EvalError("CW-NUMBER-RANGE", _short(number), f"{where} has more than {DIGITS} digits{place}")


def _short(number: int | Decimal) -> str:
    """A number as an error shows it; of a very long integer (Python writes 4,300 digits), its length."""
    if isinstance(number, int) and abs(number) >= 10**80:
        return f"a number of about {number.bit_length() * 30_103 // 100_000 + 1} digits"
    return str(number)


def as_text(value: Value, who: str) -> str:
    """`value` as a TEXT argument of `who`: text as it is, an integer by its digits.

    Raises:
        EvalError: CW-TYPE.
    """
    if value.__class__ is str or value.__class__ is int:
        return str(value)
    raise wrong_kind(value, TEXTUAL, who)


def need(value: Value, kinds: Kinds, who: str) -> Value:
    """`value`, when it is of one of `kinds`.

    Raises:
        EvalError: CW-TYPE.
    """
    if kind_of(value) in kinds:
        return value
    raise wrong_kind(value, kinds, who)


def wrong_kind(value: Value, kinds: Kinds, who: str) -> EvalError:
    """The error for an argument of a kind that `who` does not take."""
    advice = "; write TO_TEXT(…) around it" if "TEXT" in kinds and kinds != ANY else ""
    if "DECIMAL" in kinds and value.__class__ is str:
        advice = "; write TO_DECIMAL(…) around it"
    shown = None if value is None else text_of(value)
    return EvalError("CW-TYPE", shown, f"{who} needs {describe(kinds)}, got {kind_of(value)}{advice}")
