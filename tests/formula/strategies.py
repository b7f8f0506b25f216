"""Random formulas and random, nasty records, for the tests that hold two backends equal."""

from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from tests.formula.templates import CALLS, CONDITIONS, FOLDS

#: What real payloads hold where something else was expected.
NASTY: list[Any] = [
    None,
    "",
    " ",
    "  x ",
    True,
    False,
    0,
    -1,
    7,
    1000,
    Decimal("1.5"),
    Decimal("-0.00"),
    Decimal("1E+22"),
    12345678901234567890,
    10**40,
    [],
    {},
    [1],
    {"a": 1},
    "null",
    "straße ß",
    "İstanbul ı",
    "ǆ",
    "Ａ",
    "👨‍👩‍👧 family",
    "\u00a0nbsp\u00a0",
    "\ttab\t",
    "+5",
    "1e3",
    ".5",
    "5.",
    "1_000",
    "٣",
    "-0",
    "-0.00",
    "0000012.50",
    "12.3456789",
    "999999999999.999999",
    "NaN",
    "2024-02-29T23:59:60.000+00:00",
    "2024-02-29T10:00:00.000+14:00",
    "2024-02-29T10:00:00.000+25:00",
    "0001-01-01T00:00:00.000+01:00",
    "9999-12-31T23:59:59.000-01:00",
    "2024-02-29 10:00:00.000+00:00",
    "2023-02-29T10:00:00.000+00:00",
    "2024-02-29T24:00:00.000+00:00",
    "2026-03-09",
    "20260309",
    "2.675",
    "1.005",
    "-2.675",
    "12.505",
    "Anna María Lopez",
    "a-b-c",
    "AB",
    "EUR",
    "JPY",
    "KGM",
    "lb",
    "Prof. Dr. Anna Lopez",
    "Lopez, Anna",
    "84 Bridge Street Flat 12 Unit B",
    "GB82WEST12345698765432",
    "5901234123457",
    "1.234,50",
    "Łódź Пловдив Αθήνα",
    "2026-10-25T00:30:00Z",
    "2026-10-25T01:30:00+00:00",
    "2026-03-29T01:30:00.250+00:00",
    1773051238,
    1773051238250,
]
_values = st.sampled_from(NASTY)
_tame = st.sampled_from(
    [None, "", "x", "a-b", "12.50", "3", "-0.01", 0, 1, 2, 1000, Decimal("2.50"), True, "A"]
)
leaf_values = st.one_of(_tame, _tame, _values)
FIELDS = ("a", "b", "c", "n.x", "n.y", "n.m.z")
ROW_FIELDS = ("k", "q", "s", "d.v")


@st.composite
def rows(draw: st.DrawFn) -> Any:
    """A repeated part: a list, an object keyed by id, or something that should not be there."""
    element = st.one_of(
        st.fixed_dictionaries(
            {},
            optional={
                "k": leaf_values,
                "q": leaf_values,
                "s": leaf_values,
                "d": st.one_of(leaf_values, st.fixed_dictionaries({}, optional={"v": leaf_values})),
                "t": st.lists(leaf_values, max_size=2),
            },
        ),
        st.sampled_from([None, "", {}, "odd"]),
    )
    elements = draw(st.lists(element, max_size=4))
    form = draw(st.sampled_from(["list", "keyed", "keyed", "names", "wrong"]))
    if form == "list":
        return elements
    if form == "wrong":
        return draw(leaf_values)
    keys = ["10", "9", "007", "100"] if form == "keyed" else ["b", "a", "10", ""]
    return dict(zip(keys, elements, strict=False))


@st.composite
def records(draw: st.DrawFn) -> dict[str, Any]:
    """A record with the fields of `FIELDS` and the repeated part ``rows``."""
    inner = st.fixed_dictionaries({}, optional={"z": leaf_values})
    nested = st.fixed_dictionaries(
        {}, optional={"x": leaf_values, "y": leaf_values, "m": st.one_of(inner, inner, leaf_values)}
    )
    record: dict[str, Any] = draw(
        st.fixed_dictionaries(
            {},
            optional={
                "a": leaf_values,
                "b": leaf_values,
                "c": leaf_values,
                "n": st.one_of(nested, nested, leaf_values),
                "rows": rows(),
                "other": rows(),
            },
        )
    )
    return record


_amounts = st.sampled_from(["12.50", "3", "0.01", "-2.005", 1, 2, Decimal("2.50"), None])
_texts = st.sampled_from(["x", "a-b", "A", "Anna Lopez", "", None, 1, 1000])


def tame_records() -> st.SearchStrategy[dict[str, Any]]:
    """Records as they should be, so that most formulas give a value."""
    row = st.fixed_dictionaries(
        {"k": st.sampled_from([1, 2, 1000, None]), "q": _amounts, "s": _texts},
        optional={"d": st.fixed_dictionaries({"v": _amounts}), "t": st.lists(_texts, max_size=2)},
    )
    several = st.lists(row, min_size=2, max_size=4).map(
        lambda found: dict(zip(["10", "9", "007", "100"], found, strict=False))
    )
    nested = st.fixed_dictionaries({"x": _texts, "y": _amounts}, optional={"m": st.just({"z": 5})})
    return st.fixed_dictionaries(
        {"a": st.sampled_from(["1", "x", 7, None]), "b": _amounts, "c": _texts, "n": nested, "rows": several}
    )


def _calls(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Formulas one level deeper than `inner`."""
    whole = st.integers(-3, 12).map(str)

    def fill(template: str) -> st.SearchStrategy[str]:
        parts = template.split("@")
        holes = st.tuples(*[inner] * (len(parts) - 1))
        filled = holes.map(
            lambda found: "".join(part + hole for part, hole in zip(parts, (*found, ""), strict=True))
        )
        return st.tuples(filled, whole).map(lambda pair: pair[0].replace("#", pair[1]))

    # Each function as often as another, however many ways there are to call it.
    calls = st.sampled_from(_EVERY_CALL).flatmap(st.sampled_from)
    return st.one_of(st.sampled_from(TEMPLATES), calls).flatmap(fill)


#: Operators, choices, and calls whose constants matter; the rest comes from the function table.
TEMPLATES = [
    "(@ || @)",
    "@ LIKE 'a%'",
    "@ LIKE '%_b%x'",
    "GLOB(@, '*[!a-c]?*')",
    "(@ + @)",
    "(@ - @)",
    "(@ * @)",
    "(@ / @)",
    "(- @)",
    "ROUND(@, #)",
    "TO_DECIMAL(@, 2)",
    "TO_DECIMAL(@)",
    "TO_DATE(@, 'yyyyMMdd')",
    "TO_DATETIME(@, 'iso', 'Europe/London')",
    "FORMAT_DATE(TO_DATETIME(@), 'yyyyMMdd', 'Asia/Tokyo')",
    "FORMAT_DATE(TO_DATE(@), 'dd.MM.yyyy HH')",
    "IN_ZONE(TO_DATETIME(@), 'America/New_York')",
    "START_OF(TO_DATETIME(@), 'week', 'Europe/London')",
    "DATE_ADD(TO_DATE(@), #)",
    "DATE_ADD(TO_DATETIME(@), #, 'months', 'Europe/London')",
    "(@ = @)",
    "(@ <> 1000)",
    "(@ < @)",
    "(@ >= 'x')",
    "(@ AND @)",
    "(@ = @ OR @ IS NULL)",
    "(NOT @)",
    "(@ IS NULL)",
    "(@ IS NOT TRUE)",
    "(@ IN (@, @))",
    "(@ BETWEEN @ AND @)",
    "CASE WHEN @ = @ THEN @ ELSE @ END",
    "CASE WHEN @ THEN @ WHEN @ IS NULL THEN @ END",
    "CASE @ WHEN @ THEN @ ELSE @ END",
    "COALESCE(@, @)",
]
_EVERY_CALL = list(CALLS.values())
_constants = st.sampled_from(
    ["1", "0", "2.50", "'x'", "'12.5'", "''", "NULL", "TRUE", "'2026-03-09'", "1000", "'EUR'", "1773051238"]
)


def formulas(*fields: str, depth: int = 3) -> st.SearchStrategy[str]:
    """Formulas over `fields`, nested up to `depth` levels."""
    leaves = st.one_of(st.sampled_from(fields), st.sampled_from(fields), _constants)
    found = leaves
    for _ in range(depth):
        found = st.one_of(leaves, _calls(found))
    return found


_item = formulas(*[f"rows.{field}" for field in ROW_FIELDS], "a", "rel.p", "each_one.p", depth=2)


def _folded(name: str, inner: str, other: str) -> str:
    return f"{name}({inner} = {other})" if name in CONDITIONS else f"{name}({inner})"


aggregates = st.one_of(
    st.builds(_folded, st.sampled_from(FOLDS), _item, _item),
    st.tuples(st.builds(_folded, st.sampled_from(FOLDS), _item, _item), _item, _item).map(
        lambda parts: f"{parts[0]} FILTER (WHERE {parts[1]} = {parts[2]})"
    ),
    _item.map(lambda inner: f"STRING_AGG({inner}, '+')"),
    st.just("COUNT(rows)"),
    st.just("COUNT(other.t)"),
)
RELATED = {
    "rel": {"1": {"p": "one", "deep": {"q": 5}}, "x": {"p": Decimal("2.5")}, "7": {"p": ""}, "3": {"p": [1]}},
    "each_one": {"1": {"p": 10}, "2": {"p": "20"}, "A": {"p": None}, "1000": {"p": "thousand"}},
}
LOOKUPS = {"t": {"x": "X", "1": "one", "12.50": "twelve", "A": "B", "y": "x", "z": "x", "q": "12.50"}}


def idmap(entity: str, key: str) -> str | None:
    """An id map that knows some keys."""
    return f"{entity}-{key}" if len(key) % 2 else None
