"""What the value of a rule must be: kind, length, range, pattern, allowed values, in this order."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import TypeAlias

from crosswalk_engine.errors import ConfigError, masked
from crosswalk_engine.formula.functions.patterns import PATTERNS
from crosswalk_engine.formula.values import (
    BOOLEAN,
    DATE,
    DATETIME,
    INTEGER,
    NUMBER,
    TEXT,
    Kinds,
    Value,
    kind_of,
    text_of,
    to_json_value,
)
from crosswalk_engine.mapping.tree import Limits

#: The `type` of a limit -> the kinds of value that it takes.
KINDS: dict[str, Kinds] = {
    "text": TEXT,
    "integer": INTEGER,
    "decimal": NUMBER,
    "boolean": BOOLEAN,
    "date": DATE,
    "datetime": DATETIME,
}
#: Allowed values that one message names.
_SHOWN = 8
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

Bound: TypeAlias = Decimal | date | datetime


@dataclass(frozen=True, slots=True)
class Broken:
    """A limit that a value breaks: the code of the problem, and what is wrong in words."""

    code: str
    what: str


def bound(text: str) -> Bound:
    """The bound of a range: a number, an ISO date, or an ISO time with its zone.

    Raises:
        ValueError: it is none of them.
    """
    if _DATE.fullmatch(text):
        return date.fromisoformat(text)
    if _DATE.match(text):
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            raise ValueError("a time without a zone")
        return moment
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise ValueError("no number") from error
    if not number.is_finite():
        raise ValueError("no number")
    return number


#: What is wrong with a value, or nothing.
_Test: TypeAlias = Callable[[Value], Broken | None]


class LimitTest:
    """The limits of one rule, made ready.

    Raises:
        ConfigError: CW-IR when a stored limit is none that this version knows.
    """

    def __init__(self, limits: Limits, *, cut: bool = False) -> None:
        self.cut = cut
        self.most = limits.max_length
        self.least = limits.min_length
        try:
            self.kind = _kind(limits)
            further = (_range(limits), _pattern(limits), _allowed(limits))
        except (KeyError, ValueError, TypeError) as error:
            raise ConfigError(
                "CW-IR",
                "a stored limit is not known",
                got=masked(error),
                fix="build the release again with this version",
            ) from error
        self.further = [test for test in further if test is not None]

    def check(self, value: Value) -> tuple[Value, str | None, Broken | None]:
        """`value` (cut, if it may be), how long it was when it was cut, and the first limit that it breaks.

        The order is: kind, length, range, pattern, allowed values. `value` is neither null nor ''.
        """
        broken = None if self.kind is None else self.kind(value)
        if broken is not None:
            return value, None, broken
        value, was, broken = self._length(value)
        for test in () if broken is not None else self.further:
            broken = test(value)
            if broken is not None:
                break
        return value, was, broken

    def _length(self, value: Value) -> tuple[Value, str | None, Broken | None]:
        if self.most is None and self.least is None:
            return value, None, None
        length, was = written_length(value), None
        if self.most is not None and length > self.most:
            what = f"{length} characters, the target takes {self.most}"
            if not self.cut or not isinstance(value, str):
                return value, None, Broken("CW-TOO-LONG", what)
            value, length, was = value[: self.most], self.most, what
        if self.least is not None and length < self.least:
            what = f"{length} characters, the target takes at least {self.least}"
            return value, was, Broken("CW-TOO-SHORT", what)
        return value, was, None


def _kind(limits: Limits) -> _Test | None:
    if limits.type is None:
        return None
    name, kinds = limits.type, KINDS[limits.type]

    def test(value: Value) -> Broken | None:
        kind = kind_of(value)
        return None if kind in kinds else Broken("CW-KIND", f"the target takes {name}, not {kind.lower()}")

    return test


def written_length(value: Value) -> int:
    """Characters of a value as it is written."""
    return len(str(to_json_value(value)))


def _range(limits: Limits) -> _Test | None:
    if limits.least is None and limits.most is None:
        return None
    least = None if limits.least is None else bound(limits.least)
    most = None if limits.most is None else bound(limits.most)

    def test(value: Value) -> Broken | None:
        for limit, text, sign, word in (
            (least, limits.least, -1, "least"),
            (most, limits.most, 1, "most"),
        ):
            if limit is None:
                continue
            order = _order(value, limit)
            if order is None:
                what = f"a range of {_of(limit)} cannot hold {kind_of(value).lower()}"
                return Broken("CW-KIND", what)
            if order == sign:
                return Broken("CW-RANGE", f"the target takes at {word} {text}")
        return None

    return test


def _order(value: Value, limit: Bound) -> int | None:
    """-1, 0, 1: below, equal, above; `None` when they cannot be compared. A date holds all day."""
    left: Value = value
    right: Bound = limit
    if value is None or isinstance(value, bool | str):
        return None
    if isinstance(value, int | Decimal) != isinstance(limit, Decimal):
        return None
    if isinstance(value, date) and not (isinstance(value, datetime) and isinstance(limit, datetime)):
        left = value.date() if isinstance(value, datetime) else value
        right = limit.date() if isinstance(limit, datetime) else limit
    return (left > right) - (left < right)  # type: ignore[operator]


def _of(limit: Bound) -> str:
    return "numbers" if isinstance(limit, Decimal) else "dates"


def _pattern(limits: Limits) -> _Test | None:
    if limits.pattern is None:
        return None
    pattern = PATTERNS[limits.pattern]

    def test(value: Value) -> Broken | None:
        if pattern.matches(text_of(value)):
            return None
        return Broken("CW-PATTERN", f"this is not of the form '{pattern.name}': {pattern.description}")

    return test


def number_of(constant: bool | int | str) -> Decimal | None:
    """The number that a constant writes: documents hold decimals as texts, with their point."""
    if isinstance(constant, bool) or (isinstance(constant, str) and "." not in constant):
        return None
    try:
        number = Decimal(constant)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _allowed(limits: Limits) -> _Test | None:
    if limits.one_of is None:
        return None
    allowed = {(one.__class__, one) for one in limits.one_of}
    numbers = {number for one in limits.one_of if (number := number_of(one)) is not None}
    shown = ", ".join(masked(one, 40) for one in limits.one_of[:_SHOWN])
    what = f"the target takes one of {shown}" + (" …" if len(limits.one_of) > _SHOWN else "")

    def test(value: Value) -> Broken | None:
        if isinstance(value, int | Decimal) and not isinstance(value, bool) and value in numbers:
            return None
        written = to_json_value(value)
        return None if (written.__class__, written) in allowed else Broken("CW-ALLOWED", what)

    return test
