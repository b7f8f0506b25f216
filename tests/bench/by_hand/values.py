"""Reading single values of a payload: exact, blank is nothing, anything unexpected is an `FieldError`."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

IS_DECIMAL = re.compile(r"-?[0-9]{1,34}(?:\.[0-9]{1,34})?").fullmatch
IS_INTEGER = re.compile(r"-?[0-9]{1,34}").fullmatch
IS_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?"
    r"(?:Z|[+-][0-9]{2}:?[0-9]{2})"
).fullmatch
Q2, Q4, Q6 = Decimal("0.01"), Decimal("0.0001"), Decimal("0.000001")
EMPTY: dict[str, Any] = {}
HUGE = 10**34
Problems = list[tuple[str, str]]


class FieldError(Exception):
    """A value that a field cannot be made of; the code says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Wrong(dict[str, Any]):
    """Something that should have been an object: whoever reads a field of it meets the error."""

    def __init__(self, code: str) -> None:
        super().__init__()
        self.code = code

    def get(self, key: str, default: Any = None) -> Any:
        """Raises the error."""
        raise FieldError(self.code)


class Memo(dict[Any, Any]):
    """The results of a parser by text, forgotten when there are too many."""

    def __init__(self, parse: Callable[[Any], Any]) -> None:
        super().__init__()
        self.parse = parse

    def __missing__(self, key: Any) -> Any:
        if len(self) >= 8192:
            self.clear()
        value = self[key] = self.parse(key)
        return value


def parser(quantum: Decimal) -> Callable[[str], Decimal]:
    """The parser of decimal texts with the scale of `quantum`."""

    def parse(text: str) -> Decimal:
        if not IS_DECIMAL(text):
            raise FieldError("CW-BAD-DECIMAL")
        return exact(Decimal(text), quantum)

    return parse


def exact(number: Decimal, quantum: Decimal) -> Decimal:
    """`number` with the scale of `quantum`, half away from zero, never -0."""
    try:
        return number.quantize(quantum, ROUND_HALF_UP) + 0
    except ArithmeticError as error:
        raise FieldError("CW-NUMBER-RANGE") from error


def number(value: Any, memo: Memo, quantum: Decimal) -> Decimal | None:
    """Anything but a text as a decimal; blank is nothing."""
    value = scalar(value)
    if value is None:
        return None
    if value.__class__ is str:
        return memo[value]  # type: ignore[no-any-return]
    if value.__class__ is bool:
        raise FieldError("CW-TYPE")
    return exact(Decimal(value), quantum)


def parse_time(text: str) -> datetime:
    """An ISO time with an offset."""
    if not IS_TIME(text):
        raise FieldError("CW-BAD-DATE")
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise FieldError("CW-BAD-DATE") from error


def parse_integer(text: str) -> int:
    """A whole number."""
    if not IS_INTEGER(text):
        raise FieldError("CW-BAD-INTEGER")
    return int(text)


def scalar(value: Any) -> Any:
    """A single value; blank is nothing."""
    kind = value.__class__
    if kind is str:
        return value or None
    if value is None or kind is bool:
        return value
    if kind is int:
        if -HUGE < value < HUGE:
            return value
        raise FieldError("CW-NUMBER-RANGE")
    if kind is Decimal:
        if len(value.as_tuple().digits) > 34 or value.as_tuple().exponent < -34 or value.adjusted() >= 34:
            raise FieldError("CW-NUMBER-RANGE")
        return value + 0
    if not value:
        return None
    raise FieldError("CW-PATH-REPEATS" if kind is list else "CW-PATH-OBJECT")


def text(value: Any) -> str | None:
    """A text, or a whole number by its digits; blank is nothing."""
    value = scalar(value)
    if value is None or value.__class__ is str:
        return value  # type: ignore[no-any-return]
    if value.__class__ is int:
        return str(value)
    raise FieldError("CW-TYPE")


def words(value: Any) -> str:
    """The text form of any single value; nothing is an empty text."""
    value = scalar(value)
    if value is None:
        return ""
    if value.__class__ is bool:
        return "true" if value else "false"
    return format(value, "f") if value.__class__ is Decimal else str(value)


def output(value: Any) -> Any:
    """A single value as it leaves."""
    value = scalar(value)
    return format(value, "f") if value.__class__ is Decimal else value


def same(value: Any, kind: type) -> Any:
    """A single value that is compared with one of `kind`."""
    if value.__class__ is kind and value and kind is not int:
        return value
    value = scalar(value)
    if value is not None and value.__class__ is not kind and not (kind is int and value.__class__ is Decimal):
        raise FieldError("CW-TYPE")
    return value


def child(parent: dict[str, Any], name: str) -> dict[str, Any]:
    """The object under `name`."""
    if parent.__class__ is Wrong:
        return parent
    value = parent.get(name)
    if value.__class__ is dict:
        return value  # type: ignore[no-any-return]
    if value is None or value == "" or value == []:
        return EMPTY
    return Wrong("CW-PATH-REPEATS" if value.__class__ is list else "CW-PATH-OBJECT")


def by_number(value: Mapping[str, Any]) -> bool:
    """Whether all keys are ids."""
    return all(key.isascii() and key.isdigit() and len(key) <= 64 for key in value)


def is_blank(value: Any) -> bool:
    """Whether nothing is there."""
    return value is None or value == "" or value == [] or value == {}


def look_up(table: Mapping[str, str], key: str | None) -> str | None:
    """The target of a key that must be in the table; nothing for nothing."""
    if key is None:
        return None
    target = table.get(key)
    if target is None:
        raise FieldError("CW-LOOKUP-MISSING")
    return target


def trimmed(value: Any) -> str | None:
    """A text without the spaces around it; blank is nothing."""
    if value.__class__ is not str:
        value = text(value)
    return value.strip(" ") if value else None


def amount(value: Any) -> Decimal | None:
    """A decimal with two digits after the point."""
    return TO2[value] if value.__class__ is str and value else number(value, TO2, Q2)


def integer(value: Any) -> int | None:
    """Anything but a text as a whole number."""
    value = scalar(value)
    if value is None:
        return None
    if value.__class__ is str:
        return INTEGER[value]  # type: ignore[no-any-return]
    if value.__class__ is bool:
        raise FieldError("CW-TYPE")
    if int(value) != value:
        raise FieldError("CW-BAD-INTEGER")
    return int(value)


def moment(value: Any) -> datetime | None:
    """A time; blank is nothing."""
    if value.__class__ is str:
        return TIME[value] if value else None
    if scalar(value) is None:
        return None
    raise FieldError("CW-TYPE")


def shifted(value: datetime, zone: Any) -> datetime:
    """The same moment as the clocks of `zone` show it."""
    try:
        return value.astimezone(zone)
    except (OverflowError, ValueError) as error:
        raise FieldError("CW-BAD-DATE") from error


def day(value: datetime | None) -> str | None:
    """The date as M3 writes it."""
    return None if value is None else f"{value.year:04d}{value.month:02d}{value.day:02d}"


def good(value: Any) -> Any:
    """A shared value; raises it when it could not be read."""
    if value.__class__ is FieldError:
        raise value
    return value


def equal(left: Any, right: Any) -> bool:
    """Whether two values of one family are equal."""
    families = [int if one.__class__ is Decimal else one.__class__ for one in (left, right)]
    if families[0] is not families[1]:
        raise FieldError("CW-TYPE")
    return bool(left == right)


def added(values: list[Decimal]) -> Decimal | None:
    """The sum; nothing when there is nothing to add."""
    if not values:
        return None
    try:
        total = sum(values)
    except ArithmeticError as error:
        raise FieldError("CW-NUMBER-RANGE") from error
    if not -HUGE < total < HUGE:
        raise FieldError("CW-NUMBER-RANGE")
    return total  # type: ignore[return-value]


def limited(errors: Problems, path: str, value: str | None, most: int) -> str | None:
    """A required text of at most `most` characters."""
    if not value:
        errors.append((path, "CW-REQUIRED"))
    elif len(value) > most:
        errors.append((path, "CW-TOO-LONG"))
        return None
    return value


def limited_any(errors: Problems, path: str, value: Any, most: int) -> Any:
    """A required value of any kind, of at most `most` characters."""
    if value.__class__ is not str:
        value = output(value)
    if value is None or value == "":
        errors.append((path, "CW-REQUIRED"))
    elif len(str(value)) > most:
        errors.append((path, "CW-TOO-LONG"))
        return None
    return value


def optional(errors: Problems, path: str, value: str | None, most: int) -> str | None:
    """A text of at most `most` characters, or nothing."""
    if value is not None and len(value) > most:
        errors.append((path, "CW-TOO-LONG"))
        return None
    return value


TO2, TO4, TO6 = Memo(parser(Q2)), Memo(parser(Q4)), Memo(parser(Q6))
TIME, INTEGER = Memo(parse_time), Memo(parse_integer)
DIGITS = Memo(lambda text: "".join([c for c in text if "0" <= c <= "9"]))
