"""The function table: every function and operator that formulas know, by name."""

from collections.abc import Mapping

from crosswalk_engine.formula.functions import (
    collections,
    conversions,
    date_math,
    dates,
    epoch,
    identifiers,
    logic,
    lookups,
    money,
    names,
    number_texts,
    numbers,
    patterns,
    rounding,
    text,
    text_case,
    text_find,
    text_trim,
    text_width,
    units,
)
from crosswalk_engine.formula.functions.spec import Example, Function, Param

#: Group -> its functions; an explicit list, in the order of the reference page.
GROUPS: Mapping[str, tuple[Function, ...]] = {
    "text": (*text.FUNCTIONS, *text_trim.FUNCTIONS, *text_case.FUNCTIONS, *text_find.FUNCTIONS),
    "widths": text_width.FUNCTIONS,
    "names": names.FUNCTIONS,
    "patterns": patterns.FUNCTIONS,
    "identifiers": identifiers.FUNCTIONS,
    "numbers": (*numbers.FUNCTIONS, *rounding.FUNCTIONS),
    "money": (*money.FUNCTIONS, *units.FUNCTIONS),
    "conversions": (*conversions.FUNCTIONS, *number_texts.FUNCTIONS),
    "dates": (*dates.FUNCTIONS, *date_math.FUNCTIONS, *epoch.FUNCTIONS),
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
