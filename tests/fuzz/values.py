"""What payloads hold where something else was expected, and what each function's examples show."""

import random
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import Any

from crosswalk_engine.formula import FormulaError, RowScope, Scope, parse_formula
from crosswalk_engine.formula.functions import FUNCTIONS
from crosswalk_engine.formula.functions.spec import Example
from crosswalk_engine.formula.ir import Aggregate, Call, Const, Node, Path, walk

BLANK: tuple[Any, ...] = (None, "", [], {}, " ", "   ", "\u00a0", "\t")
WRONG: tuple[Any, ...] = (
    *(True, False, 0, -1, 1, 2, 7, 1000, 10**15, 12345678901234567890, 10**34 - 1, 10**34, 10**40, -(10**40)),
    *(Decimal("1.5"), Decimal("-0.00"), Decimal("1E+22"), Decimal("0.1"), Decimal("1E-30"), Decimal("2.50")),
    *(
        [1],
        ["a", "b"],
        [[]],
        [None],
        [{}],
        {"a": 1},
        {"1": {}},
        {"10": "x", "9": "y"},
        {"": 1},
        [{"q": 1}, 2],
    ),
)
TEXTS: tuple[str, ...] = (
    *("x", "  x ", "a-b-c", "AB", "A", "true", "null", "NaN", "Infinity", "-", ".", "'", '"', "\\", "%", "_"),
    *(
        "straße ß",
        "İstanbul ı",
        "ǆ",
        "Ａ",
        "👨‍👩‍👧 family",
        "e\u0301",
        "\u202eabc",
        "\ufeffx",
        "ﬁ",
        "Σίσυφος",
    ),
    *(
        "\u00a0nbsp\u00a0",
        "\ttab\t",
        "line\nbreak",
        "\r\n",
        "nul\x00",
        "\ud7ff",
        "\U0010ffff",
        "=1+1",
        "<a>&b",
    ),
    *("Anna María Lopez", "O'Neil", "Dr. Priya von Raman Jr", "Unit 3, Paintworks", "http://a.example/b?c=d"),
    *(
        "a@b.example",
        "+44 117 496 0181",
        "0117 496 0181",
        "BS1 4RW",
        "GB",
        "EUR",
        "gb",
        "DE89370400440532013000",
    ),
)
NUMBERS: tuple[str, ...] = (
    *(
        "0",
        "1",
        "-1",
        "+5",
        "12.50",
        "1e3",
        ".5",
        "5.",
        "1_000",
        "1,000.50",
        "٣",
        "-0",
        "-0.00",
        "0000012.50",
    ),
    *("12.3456789", "999999999999.999999", "2.675", "1.005", "-2.675", "12.505", "0.000000001", "9" * 34),
    *(
        "9" * 35,
        "0." + "1" * 34,
        "0." + "1" * 35,
        "1" * 20 + "." + "5" * 14,
        "2.5",
        "3.5",
        "-2.5",
        " 7",
        "7 ",
    ),
)
MOMENTS: tuple[str, ...] = (
    *("2026-03-09", "20260309", "2024-02-29", "2023-02-29", "0001-01-01", "9999-12-31", "10:30", "24:00"),
    *("2024-02-29T23:59:60.000+00:00", "2024-02-29T10:00:00.000+14:00", "2024-02-29T10:00:00.000+25:00"),
    *("0001-01-01T00:00:00.000+01:00", "9999-12-31T23:59:59.000-01:00", "2024-02-29 10:00:00.000+00:00"),
    *("2024-02-29T24:00:00.000+00:00", "2026-03-29T01:30:00", "2026-10-25T01:30:00.123456789Z", "2026-07-09"),
    *(
        "2026-03-29T01:30:00+00:00",
        "2026-10-25T00:30:00Z",
        "2026-10-25T01:30:00Z",
        "2026-W10-1",
        "1773014400",
    ),
)
NASTY: tuple[Any, ...] = (*BLANK, *WRONG, *TEXTS, *NUMBERS, *MOMENTS)
#: Whole numbers that functions take as counts, positions, scales.
COUNTS: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 8, 10, 12, 20, -1, -2, -3, 34, 100, 255, 1000, 70000)


@cache
def shown_literals(name: str) -> tuple[dict[int, Any], ...]:
    """What function `name`'s examples write as literal arguments: argument number -> value, each once."""
    literal = {at for at in range(12) if FUNCTIONS[name].params and FUNCTIONS[name].param(at).literal}
    found = []
    for call in _calls(name):
        written = {
            at: arg.value for at, arg in enumerate(call.args) if at in literal and isinstance(arg, Const)
        }
        if written not in found:
            found.append(written)
    return tuple(found)


@cache
def shown_values(name: str, at: int) -> tuple[Any, ...]:
    """What function `name`'s examples give it as argument number `at`, also by way of fields."""
    found: list[Any] = []
    for example, tree in _trees():
        for call in walk(tree):
            if isinstance(call, Call | Aggregate) and call.name == name and len(call.args) > at:
                found += [value for value in _given(call.args[at], example) if value not in found]
    return tuple(found)


def _calls(name: str) -> list[Call | Aggregate]:
    return [
        node
        for _, tree in _trees()
        for node in walk(tree)
        if isinstance(node, Call | Aggregate) and node.name == name
    ]


def _given(arg: Node, example: Example) -> list[Any]:
    if isinstance(arg, Const):
        return [arg.value]
    if isinstance(arg, Path) and arg.scope == "record":
        value: Any = example.given
        for part in arg.parts:
            value = value.get(part) if isinstance(value, Mapping) else None
        return [value]
    return [value for part in walk(arg) if part is not arg for value in _given(part, example)][:3]


@cache
def _trees() -> tuple[tuple[Example, Node], ...]:
    """Every worked example that can be parsed."""
    found = []
    for function in FUNCTIONS.values():
        for example in function.examples:
            row = RowScope(example.each, "row") if example.each else None
            try:
                found.append((example, parse_formula(example.formula, Scope(row=row)).node))
            except FormulaError:
                continue
    return tuple(found)


def written(value: Any, chance: random.Random) -> str:
    """A constant as formulas write it."""
    if isinstance(value, str):
        clean = "".join(c for c in value[:60] if c.isprintable())
        return "'" + clean.replace("'", "''") + "'"
    if value is None or isinstance(value, bool):
        return "NULL" if value is None else str(value).upper()
    if isinstance(value, int | Decimal):
        digits = f"{value:f}" if isinstance(value, Decimal) else str(value)
        return digits if len(digits.strip("-").replace(".", "")) <= 34 else str(chance.randint(0, 99))
    return "NULL"
