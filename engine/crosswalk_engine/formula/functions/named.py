"""Things that formulas choose by name: units, currencies, patterns, date parts."""

from collections.abc import Iterable, Mapping
from typing import TypeVar

from crosswalk_engine.formula.problems import EvalError
from crosswalk_engine.payload.nearest import did_you_mean

T = TypeVar("T")
#: So few names are listed rather than guessed from, and no more than so many are listed.
_FEW, _LISTED = 4, 12
#: Names are shorter than this: what is longer is no slip of the fingers, and may be a record's whole text.
_LONG = 40


def named(name: str, known: Mapping[str, T], what: str) -> T:
    """The entry of `known` that is called `name`.

    Raises:
        EvalError: CW-ARGUMENT, with the nearest name.
    """
    if name in known:
        return known[name]
    raise unknown_name(name, known, what)


def unknown_name(name: str, known: Iterable[str], what: str) -> EvalError:
    """The error for a `name` that is none of `known`; `what` is the thing, e.g. ``unit``."""
    names = sorted(known)
    advice = did_you_mean(name, names) if len(names) > _FEW and len(name) <= _LONG else ""
    # Long lists (currencies, countries) are looked up elsewhere; short ones stand in the message.
    if not advice and len(names) <= _LISTED:
        advice = f"there are {', '.join(known for known in names if known)}"
    return EvalError("CW-ARGUMENT", name, f"no {what} has this name" + (f"; {advice}" if advice else ""))
