"""The function table: every function and operator that formulas know, by name."""

from collections.abc import Mapping

from crosswalk_engine.formula.functions import collections, dates, logic, lookups, names, numbers, text
from crosswalk_engine.formula.functions.spec import Example, Function, Param

#: Group -> its functions; an explicit list, in the order of the reference page.
GROUPS: Mapping[str, tuple[Function, ...]] = {
    "text": text.FUNCTIONS,
    "names": names.FUNCTIONS,
    "numbers": numbers.FUNCTIONS,
    "dates": dates.FUNCTIONS,
    "logic": logic.FUNCTIONS,
    "lookups": lookups.FUNCTIONS,
    "collections": collections.FUNCTIONS,
}
FUNCTIONS: Mapping[str, Function] = {
    function.name: function for functions in GROUPS.values() for function in functions
}
#: Written name -> function: also the aliases, without the operators.
CALLABLE: Mapping[str, Function] = {
    name: function
    for function in FUNCTIONS.values()
    if not function.is_operator
    for name in (function.name, *function.aliases)
}

__all__ = ["CALLABLE", "FUNCTIONS", "GROUPS", "Example", "Function", "Param"]
