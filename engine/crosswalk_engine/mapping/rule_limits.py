"""The limits of a rule as a person wrote them, checked against its formula and its constants."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from crosswalk_engine.errors import masked
from crosswalk_engine.formula.functions.patterns import PATTERNS
from crosswalk_engine.formula.values import BOOLEAN, TEXT, Kinds, Value, describe
from crosswalk_engine.mapping.document import Constant, Rule
from crosswalk_engine.mapping.limits import KINDS, LimitTest, bound
from crosswalk_engine.mapping.tree import Limits
from crosswalk_engine.payload.nearest import did_you_mean

#: The `type` of a rule -> what to do when its formula gives another kind.
_CONVERT = {
    "text": "write TO_TEXT(…) around it",
    "integer": "write TO_INTEGER(…) around it",
    "decimal": "write TO_DECIMAL(…, 2) around it, with the digits after the point",
    "boolean": "write a condition, e.g. … = 'yes'",
    "date": "write TO_DATE(…) around it",
    "datetime": "write TO_DATETIME(…) around it",
}


class Fault(NamedTuple):
    """What is wrong with one option of a rule."""

    option: str
    what: str
    suggestion: str = ""


def limits_of(rule: Rule) -> Limits:
    """The limits that `rule` sets."""
    return Limits(
        type=rule.type,
        max_length=rule.max_length,
        min_length=rule.min_length,
        least=None if rule.min is None else str(rule.min),
        most=None if rule.max is None else str(rule.max),
        pattern=rule.pattern,
        one_of=rule.one_of,
    )


def constant_value(constant: Constant | None, kind: str | None) -> Value:
    """A constant as the value that it writes: with a `type` of decimal or date, of that kind.

    Documents hold decimals and dates as texts; a text that is none of that kind stays a text.
    """
    if not isinstance(constant, str):
        return constant
    try:
        if kind == "decimal":
            number = Decimal(constant)
            return number if number.is_finite() else constant
        if kind == "date":
            return date.fromisoformat(constant)
        if kind == "datetime":
            moment = datetime.fromisoformat(constant)
            return moment if moment.tzinfo is not None else constant
    except (ValueError, InvalidOperation):
        return constant
    return constant


def limit_faults(rule: Rule, kinds: Kinds) -> Iterator[Fault]:
    """What is certainly wrong with the limits of `rule`, whose formula gives `kinds`."""
    own = list(_own_faults(rule))
    yield from own
    if own:
        return
    limits = limits_of(rule)
    yield from _kind_faults(rule, kinds)
    test = LimitTest(limits, cut=rule.on_too_long == "cut")
    for option, constant in (("value", rule.value), ("default", rule.default)):
        value = constant_value(constant, rule.type or (_kind_for(kinds) if option == "default" else None))
        if value is None or value == "":
            continue
        _, _, broken = test.check(value)
        if broken is not None:
            what = f"'{masked(constant, 40)}' breaks a limit of its own rule: {broken.what}"
            yield Fault(option, what, "change the one or the other")


def _kind_for(kinds: Kinds) -> str | None:
    """The `type` of a constant that stands in for values of these kinds; documents write it as a text."""
    if not kinds:
        return None
    return next((name for name in ("decimal", "date", "datetime") if kinds <= KINDS[name]), None)


def _own_faults(rule: Rule) -> Iterator[Fault]:
    if rule.pattern is not None and rule.pattern not in PATTERNS:
        hint = did_you_mean(rule.pattern, PATTERNS) or f"one of {', '.join(sorted(PATTERNS))}"
        yield Fault("pattern", f"there is no pattern '{masked(rule.pattern, 40)}'", hint)
    least, most = rule.min_length, rule.max_length
    if least is not None and most is not None and least > most:
        yield Fault("min_length", f"min_length {least} is more than max_length {most}", "change one of them")
    bounds = []
    for option, constant in (("min", rule.min), ("max", rule.max)):
        if constant is None:
            continue
        try:
            bounds.append(bound(str(constant)))
        except ValueError:
            what = f"'{masked(constant, 40)}' is no number, ISO date or ISO time with a zone"
            yield Fault(option, what, "write e.g. 0.01 or 2026-01-31")
    if len(bounds) == 2:
        numbers = [isinstance(one, Decimal) for one in bounds]
        if numbers[0] != numbers[1]:
            yield Fault("min", "min and max are not of one kind", "write two numbers or two dates")
        elif all(numbers) and bounds[0] > bounds[1]:  # type: ignore[operator]
            yield Fault("min", f"min {rule.min} is more than max {rule.max}", "change one of them")


def _kind_faults(rule: Rule, kinds: Kinds) -> Iterator[Fault]:
    """Formulas that can never give what the rule wants."""
    if not kinds:
        return
    if rule.type is not None and not kinds & KINDS[rule.type]:
        what = f"the formula gives {describe(kinds)}, the rule wants {describe(KINDS[rule.type])}"
        yield Fault("type", what, _CONVERT[rule.type])
    option = "min" if rule.min is not None else "max" if rule.max is not None else ""
    if option and kinds <= TEXT | BOOLEAN:
        what = f"a range holds numbers or dates, the formula gives {describe(kinds)}"
        yield Fault(option, what, "write TO_DECIMAL(…) or TO_DATE(…) around it")
