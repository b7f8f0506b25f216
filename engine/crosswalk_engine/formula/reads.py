"""How a formula reads a payload: fields, blanks, repeated parts, related records.

Blank means nothing: a JSON null, an absent key, ``""``, ``{}`` and ``[]`` all read as null. Anything else
that is not what the formula expects is an error that names the path, never a silent null.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from crosswalk_engine.formula.problems import EvalError
from crosswalk_engine.formula.values import DIGITS, MAX_TEXT, Value, text_too_long, too_many_digits

#: Elements of one repeated part. The second figure holds where each row goes over all rows again.
MAX_ELEMENTS = 10_000
MAX_ELEMENTS_SQUARED = 1_000
EMPTY: dict[str, Any] = {}
_BOUND = 10**DIGITS
#: The classes of values that are falsy and yet there.
_NEVER_BLANK = frozenset({int, bool, Decimal, float})


class Wrong(dict[str, Any]):
    """Stands where an object should be; the first field that is read from it raises the error."""

    def __init__(self, error: EvalError) -> None:
        super().__init__()
        self.args = (error.code, error.value, error.message)

    def get(self, key: str, default: Any = None) -> Any:
        """Raises the error."""
        raise EvalError(*self.args)


class Rows(list[tuple[str, Any]]):
    """A collection made from elements of others: their keys and they themselves, in their order."""


class Fault:
    """Stands for a value that could not be computed; whoever uses it meets the error."""

    __slots__ = ("args",)

    def __init__(self, error: EvalError) -> None:
        self.args = (error.code, error.value, error.message)

    def __iter__(self) -> Any:
        raise EvalError(*self.args)

    def again(self) -> EvalError:
        """The error, fresh."""
        return EvalError(*self.args)


def leaf(value: Any, where: str) -> Value:
    """A raw JSON value as a formula's value.

    Raises:
        EvalError: CW-PATH-OBJECT, CW-PATH-REPEATS, CW-TEXT-LONG, CW-NUMBER-RANGE.
    """
    kind = value.__class__
    if kind is str:
        if len(value) > MAX_TEXT:
            raise text_too_long(len(value), where)
        return value or None
    if value is None or kind is bool:
        return value  # type: ignore[no-any-return]
    if kind is int:
        if -_BOUND < value < _BOUND:
            return value  # type: ignore[no-any-return]
        raise too_many_digits(where, value)
    if kind is Decimal or kind is float:
        return _decimal(value, where)
    if not value:
        return None
    if kind is list:
        raise EvalError("CW-PATH-REPEATS", f"{len(value)} elements", f"{where} is repeated, not one value")
    raise EvalError("CW-PATH-OBJECT", "an object", f"{where} is an object, not a value")


def _decimal(value: Decimal | float, where: str) -> Decimal:
    number = value if isinstance(value, Decimal) else Decimal(repr(value))
    exponent = number.as_tuple().exponent
    if not number and isinstance(exponent, int):
        return Decimal((0, (0,), max(-DIGITS, min(0, exponent))))
    if not isinstance(exponent, int) or len(number.as_tuple().digits) > DIGITS or exponent < -DIGITS:
        raise too_many_digits(where, number)
    if number.adjusted() >= DIGITS:
        raise too_many_digits(where, number)
    return number + 0  # drops a positive exponent and the sign of -0


def branch(value: Any, where: str) -> dict[str, Any]:
    """A raw JSON value as the object that holds the next part of a path; never raises.

    Blank is an object without fields; anything else gives a `Wrong`.
    """
    if value.__class__ is dict or value.__class__ is Wrong:
        return value
    if value is None or value == "" or value == []:
        return EMPTY
    if value.__class__ is list:
        return Wrong(
            EvalError(
                "CW-PATH-REPEATS", f"{len(value)} elements", f"{where} is repeated; it is not one object"
            )
        )
    shown = "a number" if value.__class__ in (int, Decimal, float) else "a text"
    shown = "true or false" if value.__class__ is bool else shown
    return Wrong(EvalError("CW-PATH-OBJECT", shown, f"{where} should be an object"))


def raw(value: Any, parts: Sequence[str], where: str) -> Any:
    """The raw value at `parts` below `value`; `where` is the text of the path that led to `value`.

    Raises:
        EvalError: CW-PATH-OBJECT, CW-PATH-REPEATS.
    """
    for part in parts:
        value = branch(value, where).get(part)
        where = f"{where}.{part}" if where else part
    return value


def read(value: Any, parts: Sequence[str], where: str) -> Value:
    """The value at `parts` below `value`.

    Raises:
        EvalError: as `leaf`, CW-PATH-OBJECT, CW-PATH-REPEATS.
    """
    return leaf(raw(value, parts, where), ".".join((where, *parts) if where else parts))


def present(value: Any) -> bool | None:
    """True when something is there, whatever it is; null when blank."""
    return None if value is None or value == "" or value == [] or value == {} else True


def has_key(value: Any, parts: Sequence[str]) -> bool:
    """Whether the key at `parts` below `value` is there, whatever stands under it.

    Raises:
        EvalError: when `value` is a `Wrong`.
    """
    for part in parts:
        if value.__class__ is Wrong:
            value.get(part)
        if value.__class__ is not dict or part not in value:
            return False
        value = value[part]
    return True


def elements(value: Any, where: str, limit: int = MAX_ELEMENTS) -> list[tuple[str, Any]]:
    """The elements of an array or of an object keyed by id, each with its index (from 0) or key, as text.

    Keys that are all digits are taken in numeric order, others in the order of the payload; blank elements
    are left out.

    Raises:
        EvalError: CW-PATH-SINGLE when the value is a text, number or boolean; CW-TOO-MANY-ROWS.
    """
    if value is None or value == "":
        return []
    pairs: Sequence[tuple[str, Any]]
    if value.__class__ is list:
        pairs = [(str(index), element) for index, element in enumerate(value)]
    elif value.__class__ is dict:
        pairs = _by_key(value)
    elif value.__class__ is Rows:
        pairs = value
    elif value.__class__ is Wrong:
        value.get("")
        return []
    else:
        raise EvalError(
            "CW-PATH-SINGLE", None, f"{where} should be repeated (an array, or an object keyed by id)"
        )
    if len(pairs) > limit:
        raise EvalError("CW-TOO-MANY-ROWS", f"{len(pairs)}", f"{where} has more than {limit:,} elements")
    return [pair for pair in pairs if pair[1] or pair[1].__class__ in _NEVER_BLANK]


def elements_or_fault(value: Any, where: str, limit: int = MAX_ELEMENTS) -> "list[tuple[str, Any]] | Fault":
    """`elements`, with a `Fault` instead of a raised error."""
    try:
        return elements(value, where, limit)
    except EvalError as error:
        return Fault(error)


def _by_key(value: dict[str, Any]) -> list[tuple[str, Any]]:
    if len(value) > 1 and keyed(value):
        return sorted(value.items(), key=_numeric)
    return list(value.items())


def _numeric(pair: tuple[str, Any]) -> int:
    return int(pair[0])


def keyed(value: Mapping[str, Any]) -> bool:
    """Whether all keys are ids: ASCII digits, at most 64 of them."""
    return all(key.isascii() and key.isdigit() and len(key) <= 64 for key in value)


def collect(value: Any, paths: Sequence[Sequence[str]], limit: int = MAX_ELEMENTS) -> list[tuple[Any, ...]]:
    """For each element of the repeated part that `paths` lead into: the raw value at each path.

    The repeated part is the first array, or object whose keys are all digits, on the way. A path that leads
    into none has the same value for every element.

    Raises:
        EvalError: CW-PATH-SINGLE when no path repeats and one has a value; CW-PATH-TWO when they repeat in
            different places; CW-PATH-OBJECT, CW-PATH-REPEATS, CW-TOO-MANY-ROWS.
    """
    depths = [_repeats_at(value, parts) for parts in paths]
    places = {tuple(parts[:at]) for parts, at in zip(paths, depths, strict=True) if at is not None}
    if not places:
        for parts in paths:
            if present(raw(value, parts, "")):
                raise EvalError("CW-PATH-SINGLE", None, f"{'.'.join(parts)} is not repeated")
        return []
    if len(places) > 1:
        both = " and ".join(sorted(".".join(place) for place in places))
        raise EvalError("CW-PATH-TWO", None, f"one aggregate goes over two repeated parts: {both}")
    place = places.pop()
    where = ".".join(place)
    rows = elements(raw(value, place, ""), where, limit)
    single = [raw(value, parts, "") if at is None else None for parts, at in zip(paths, depths, strict=True)]
    columns = list(zip(paths, depths, single, strict=True))
    return [
        tuple(one if at is None else raw(row, parts[at:], where) for parts, at, one in columns)
        for _, row in rows
    ]


def _repeats_at(value: Any, parts: Sequence[str]) -> int | None:
    for at, part in enumerate(parts, 1):
        value = branch(value, ".".join(parts[: at - 1])).get(part)
        if (value.__class__ is list and value) or (value.__class__ is dict and value and keyed(value)):
            return at
    return None


def related_record(
    related: Mapping[str, Mapping[str, Any]], name: str, key: Any, where: str | None
) -> Mapping[str, Any]:
    """The related record `name` whose id is the raw value `key` at path `where`; never raises.

    No id, no record: all its fields are null. An id without a record gives a `Wrong`.
    """
    records = related.get(name, EMPTY)
    if where is None:
        if len(records) == 1:
            return branch(next(iter(records.values())), name)
        what = f"{len(records)} records of {name} were given and no key says which"
        return Wrong(EvalError("CW-RELATED-MISSING", name, what))
    if key.__class__ is Wrong:
        return key
    try:
        value = leaf(key, where)
    except EvalError as error:
        return Wrong(error)
    if value is None:
        return EMPTY
    if value.__class__ is not str and value.__class__ is not int:
        return Wrong(EvalError("CW-TYPE", None, f"{where} is the id of {name}: it must be TEXT or INTEGER"))
    record = records.get(str(value))
    if record is None:
        return Wrong(EvalError("CW-RELATED-MISSING", f"{name}:{value}", f"no {name} record with this id"))
    return branch(record, name)
