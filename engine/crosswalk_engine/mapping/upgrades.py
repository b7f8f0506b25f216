"""Earlier versions of stored mappings, step by step to the present one; each step is a pure function."""

from collections.abc import Callable, Mapping
from typing import Any

_Stored = dict[str, Any]


def _ir_1(stored: _Stored) -> _Stored:
    """`mapping-ir@1`: one level of `each`, given by its collection; the length was the only limit."""
    rules = [_each_1(rule) if "each" in rule else _rule_1(rule) for rule in stored["rules"]]
    return stored | {"format": "crosswalk/mapping-ir@2", "rules": rules}


def _rule_1(rule: _Stored) -> _Stored:
    kept = {key: value for key, value in rule.items() if key != "max_length"}
    return kept | {"limits": {"max_length": rule["max_length"]}} if "max_length" in rule else kept


def _each_1(rule: _Stored) -> _Stored:
    kept = {key: value for key, value in rule.items() if key not in ("each", "alias")}
    steps = [["record", rule["each"], rule["each"], rule["alias"], "row"]]
    return kept | {"steps": steps, "rules": [_rule_1(inner) for inner in rule["rules"]]}


_STEPS: Mapping[str, Callable[[_Stored], _Stored]] = {"crosswalk/mapping-ir@1": _ir_1}


def upgraded(stored: _Stored) -> _Stored:
    """`stored` in the present version; unchanged when there is no step from its version."""
    while (step := _STEPS.get(str(stored.get("format")))) is not None:
        stored = step(stored)
    return stored
