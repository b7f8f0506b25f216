"""The function reference of `docs/formula.md`, made from the function table.

``python -m crosswalk_engine.formula.reference docs/formula.md`` writes it into the page, below its marker.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from crosswalk_engine.formula.functions import GROUPS
from crosswalk_engine.formula.functions.spec import Example, Function
from crosswalk_engine.formula.values import ANY, Kinds, describe

MARKER = "<!-- Below: made from the function table by `python -m crosswalk_engine.formula.reference`. -->"
_TITLES = {
    "text": "Text",
    "widths": "Texts in fields of a fixed width",
    "names": "Names",
    "patterns": "Validated patterns",
    "identifiers": "Keys and check digits",
    "numbers": "Numbers",
    "money": "Money and measures",
    "conversions": "Conversions",
    "dates": "Dates and times",
    "logic": "Comparison, logic, choice",
    "lookups": "Lookup tables and the id map",
    "collections": "Repeated parts",
}
_NULLS = {
    "null": "null if an argument is null",
    "own": "as described",
    "lazy": "arguments are evaluated only as needed",
    "skip": "nulls are left out",
}


def reference() -> str:
    """The reference of all functions and operators, as Markdown."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield from _overview()
    for group, functions in GROUPS.items():
        yield f"### {_TITLES[group]}"
        yield ""
        for function in functions:
            yield from _function(function)


def _overview() -> Iterator[str]:
    """All names by group, operators apart, so that the page can be searched with the eyes."""
    count = sum(not function.is_operator for functions in GROUPS.values() for function in functions)
    yield f"{count} functions, besides the operators:"
    yield ""
    yield "| group | functions |"
    yield "|---|---|"
    for group, functions in GROUPS.items():
        names = ", ".join(f"`{function.name}`" for function in functions if not function.is_operator)
        yield f"| {_TITLES[group]} | {names} |"
    yield ""


def _function(function: Function) -> Iterator[str]:
    yield f"#### `{function.usage()}`"
    yield ""
    also = f" Also: {', '.join(f'`{alias}`' for alias in function.aliases)}." if function.aliases else ""
    yield f"{function.summary}{also}"
    yield ""
    params = [_param(function, index) for index in range(len(function.params))]
    takes = f"{', '.join(params)} → " if params else ""
    each = " for each element" if function.is_aggregate else ""
    yield f"{takes}{_result(function)}. Null: {_NULLS[function.nulls]}. Cost: {function.cost}{each}."
    if function.note:
        yield ""
        yield function.note
    yield ""
    yield "```"
    yield from map(_example, function.examples)
    yield "```"
    yield ""


def _param(function: Function, index: int) -> str:
    param = function.params[index]
    name = f"{param.name}, …" if param.many else param.name
    options = [name for name, on in (("optional", param.optional), ("written out", param.literal)) if on]
    return f"{name}: {_kinds(param.kinds)}" + (f" ({', '.join(options)})" if options else "")


def _result(function: Function) -> str:
    if not callable(function.returns):
        return _kinds(function.returns)
    return {
        "union": "the kinds of its arguments",
        "first": "the kind of its first argument",
        "arithmetic": "INTEGER of INTEGERs, else DECIMAL",
    }[function.returns.__name__]


def _kinds(kinds: Kinds) -> str:
    return "any value" if kinds == ANY else describe(kinds)


def _example(example: Example) -> str:
    result = f"error {example.fails}" if example.fails else json.dumps(example.gives, ensure_ascii=False)
    given = []
    if example.each is not None:
        which = "" if example.row is None else f", row {example.row}"
        given.append(f"each {example.each} AS row{which}")
    if example.given:
        given.append(json.dumps(example.given, ensure_ascii=False, default=str))
    given += [f"{name}: {json.dumps(dict(table))}" for name, table in example.lookups.items()]
    return f"{example.formula}  →  {result}" + (f"     given {'; '.join(given)}" if given else "")


def with_reference(page: str) -> str:
    """`page` with the reference below its marker."""
    head, _, _ = page.partition(MARKER)
    return f"{head}{MARKER}\n\n{reference()}"


def main(arguments: list[str]) -> None:
    """Rewrites the pages that are named."""
    for name in arguments:
        path = Path(name)
        path.write_text(with_reference(path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
