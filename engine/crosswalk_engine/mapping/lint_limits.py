"""Limits of a rule that say nothing, and lengths that the samples exceed.

What is certainly wrong with a limit by itself is told when the mapping is translated (`rule_limits.py`).
"""

import re
from collections.abc import Iterator
from typing import Final

from crosswalk_engine.errors import Finding, masked
from crosswalk_engine.formula.values import ANY, BOOLEAN, INTEGER, NUMBER, TEXT, Kinds, describe
from crosswalk_engine.mapping.document import Rule
from crosswalk_engine.mapping.limits import number_of
from crosswalk_engine.mapping.lint_fields import field_shape
from crosswalk_engine.mapping.written import Written

_BARE_PATH = re.compile(r'[\w."]+')
#: Limit -> the kinds that it can be applied to.
_APPLY: Final[dict[str, Kinds]] = {"max_length": ANY - BOOLEAN, "min_length": ANY - BOOLEAN, "pattern": TEXT}


def lint_limits(written: Written, *, tried: bool = False) -> Iterator[Finding]:
    """What is wrong with the limits of the rule that `written` is the value of.

    `tried`: the mapping is tried on samples, which tells lengths better than the shape does.
    """
    rule = written.owner
    if written.role != "value" or not isinstance(rule, Rule):
        return
    kinds = written.formula.kinds
    stated = {"max_length": rule.max_length, "min_length": rule.min_length, "pattern": rule.pattern}
    for name, fits in _APPLY.items():
        if stated[name] is not None and kinds and not kinds & fits:
            what = f"`{name}` says nothing of {describe(kinds)}"
            yield _about(written, name, "LIMIT", what, "drop it")
    yield from _choices(written, rule, kinds)
    if rule.on_too_long == "cut" and rule.max_length is None:
        yield _about(written, "on_too_long", "LENGTH", "`cut` has no `max_length` to cut to", "state it")
    if rule.required and not kinds and rule.default is None:
        yield written.finding("REQUIRED", "the value is always null, and the rule is required", level="error")
    for name, constant in (("value", rule.value), ("default", rule.default)) if rule.required else ():
        if constant == "":
            yield _about(written, name, "REQUIRED", f"a blank `{name}` is no value, and the rule is required")
    if rule.max_length is not None and not tried and rule.on_too_long == "reject":
        yield from _length(written, rule.max_length)


def _length(written: Written, limit: int) -> Iterator[Finding]:
    """A field that is simply copied, and has longer texts in the samples."""
    if not _BARE_PATH.fullmatch(written.formula.text.strip()):
        return
    shape = field_shape(written, written.formula.node)
    if shape is not None and shape.longest > limit:
        what = f"source texts have up to {shape.longest} characters, the target takes {limit}"
        hint = "such records will be rejected; `on_too_long: cut` would keep them"
        yield _about(written, "max_length", "LENGTH", what, hint, "warning")


def _choices(written: Written, rule: Rule, kinds: Kinds) -> Iterator[Finding]:
    """Allowed values that the other limits, or the kind of the formula, keep from ever being there."""
    for value in rule.one_of or ():
        reason = _excluded(value, rule, kinds)
        if reason:
            what = f"'{masked(value, 40)}' of `one_of` is never there: {reason}"
            yield _about(written, "one_of", "LIMIT", what, "drop it, or mend the other limit", "warning")


def _excluded(value: bool | int | str, rule: Rule, kinds: Kinds) -> str:
    # Decimals leave a mapping as texts, so texts stand for them here too, and for dates.
    other = ANY - BOOLEAN - INTEGER
    fits = BOOLEAN if isinstance(value, bool) else NUMBER if isinstance(value, int) else other
    if number_of(value) is not None:
        fits |= NUMBER
    if kinds and not kinds & fits:
        return f"the formula gives {describe(kinds)}"
    if rule.max_length is not None and len(str(value)) > rule.max_length and rule.on_too_long == "reject":
        return f"`max_length` is {rule.max_length}"
    if rule.min_length is not None and len(str(value)) < rule.min_length:
        return f"`min_length` is {rule.min_length}"
    return ""


def _about(
    written: Written, key: str, kind: str, what: str, suggestion: str = "", level: str = "error"
) -> Finding:
    """A finding about one key of the rule, at that key's line."""
    where = written.doc.at(*written.place[:-1], key)
    return Finding(where, f"CW-LINT-{kind}", level, f"{written.shown}: {what}", suggestion)
