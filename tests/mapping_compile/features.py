"""Random mappings with every feature of a document, and records for them, for the differential tests."""

from typing import Any

from hypothesis import strategies as st

from tests.formula.strategies import leaf_values

_TEXTS = st.sampled_from(["x", "a-b", " A ", "", None, 1, "12.50", "0", True])
_part = st.fixed_dictionaries(
    {},
    optional={
        "v": _TEXTS | leaf_values,
        "w": st.sampled_from([1, 2, None, "1"]),
        "z": st.just({"y": "deep"}),
    },
)
_parts = st.one_of(
    st.lists(_part, max_size=3),
    st.lists(_part, max_size=3).map(lambda found: dict(zip(["7", "5", "06"], found, strict=False))),
    leaf_values,
)
_row = st.fixed_dictionaries(
    {},
    optional={
        "k": st.sampled_from([1, 2, 1000, None, "1"]),
        "q": st.sampled_from(["12.50", "3", "-0.01", "", None, 2, "1e3"]),
        "s": _TEXTS,
        "subs": _parts,
        "d": leaf_values | st.fixed_dictionaries({}, optional={"v": _TEXTS}),
    },
)
_rows = st.one_of(
    st.lists(_row, max_size=4),
    st.lists(_row, max_size=4).map(lambda found: dict(zip(["10", "9", "007", "100"], found, strict=False))),
    st.lists(st.one_of(_row, st.sampled_from([None, "", {}, "odd"])), max_size=3),
    leaf_values,
)
#: Records: two fields, an object, and rows with parts of their own.
nested_records = st.fixed_dictionaries(
    {},
    optional={
        "a": _TEXTS | leaf_values,
        "b": st.sampled_from(["12.50", "3", "", None, 2, "0.01"]),
        "n": leaf_values | st.fixed_dictionaries({}, optional={"x": _TEXTS, "m": leaf_values}),
        "rows": _rows,
    },
)

_TOP = """
    a; TRIM(a); TO_DECIMAL(b, 2); n.x; PRESENT(n.x); PRESENT(a); rel.p; far.p; UPPER(n.x); COUNT(rows)
    NULL; ' '; SUM(TO_DECIMAL(rows.q, 3)); CONCAT('c', a, b); COALESCE(n.x, b, 'z'); PRESENT(rows)
    far.p IS NULL; MAX(TO_DECIMAL(rows.q, 2)) FILTER (WHERE rows.k <> 1000); ROUND(TO_DECIMAL(b, 2) / 3, 4)
    COUNT(rows.s)
"""
_ROW = """
    row.s; row.k; TO_DECIMAL(row.q, 2); ROW_KEY(); PRESENT(row.s); each_one.p; PRESENT(row.d.v)
    COUNT(row.subs); SUM(row.subs.w); STRING_AGG(row.subs.v, '+'); PRESENT(each_one.p); row.d.v; a
    UPPER(TRIM(row.s)); APPORTION(TO_DECIMAL(b, 2), COALESCE(row.k, 1), 2); LOOKUP('t', row.s, '-')
    TO_DECIMAL(row.q, 2) / 7
"""
_SUB = """
    sub.v; sub.w; CONCAT(row.k, '/', sub.w); ROW_KEY(); PRESENT(sub.v); sub.z.y; row.s; a
    APPORTION(7, COALESCE(sub.w, 1), 1); TO_DECIMAL(row.q, 2) * COALESCE(sub.w, 0)
"""
_CONDITIONS = """
    row.k <> 1000; row.q IS NOT NULL; PRESENT(row.s); row.k = 1 AND row.s <> 'x'; row.s IN ('x', 'A')
"""
_WHENS = """
    a = 'x'; b IS NOT NULL; PRESENT(n); NULL; COUNT(rows) > 1; a IN ('x', 'a-b') OR b IS NULL
"""


def _lines(text: str) -> list[str]:
    return [part.strip() for line in text.strip().splitlines() for part in line.split(";")]


_LIMITS = st.fixed_dictionaries(
    {},
    optional={
        "required": st.booleans(),
        "max_length": st.integers(1, 6),
        "min_length": st.integers(1, 3),
        "on_too_long": st.sampled_from(["cut", "reject"]),
        "type": st.sampled_from(["text", "integer", "decimal", "boolean"]),
        "min": st.sampled_from([0, 2, "1.5"]),
        "max": st.sampled_from([1, 100]),
        "one_of": st.sampled_from([["x", "A"], [1, 2], ["12.50"]]),
        "pattern": st.sampled_from(["digits", "ean"]),
        "empty": st.sampled_from(["write", "omit", "keep"]),
    },
)
#: Most rules have no limits, so that some records are clean.
_OPTIONS = st.one_of(st.just({}), st.sampled_from([{"empty": "omit"}, {"empty": "keep"}]), _LIMITS)
_INSTEAD = st.sampled_from(
    [{}, {}, {"on_invalid": "blank"}, {"default": "D"}, {"default": 2, "on_invalid": "default"}]
)

_CHECKS = st.sampled_from(["COUNT(rows) >= 0", "b IS NULL OR TRUE"])


@st.composite
def _rule(draw: st.DrawFn, to: str, formulas: list[str], whens: list[str]) -> dict[str, Any]:
    rule = {"to": to, "formula": draw(st.sampled_from(formulas)), **draw(_OPTIONS), **draw(_INSTEAD)}
    if draw(st.integers(0, 4)) == 0:
        rule["when"] = draw(st.sampled_from(whens))
    return rule


@st.composite
def _rules(draw: st.DrawFn, formulas: list[str], whens: list[str]) -> list[dict[str, Any]]:
    names = ["x", "y.z", "y.u.v"][: draw(st.integers(1, 3))]
    return [draw(_rule(name, formulas, whens)) for name in names]


@st.composite
def _list(draw: st.DrawFn, to: str) -> dict[str, Any]:
    """A list over rows, which may be grouped, keyed, flattened, or hold lists of its own."""
    kind = draw(st.sampled_from(["plain", "plain", "flat", "group", "nested", "nested"]))
    each: dict[str, Any] = {"to": f"{to}[]", "each": "rows AS row"}
    formulas, whens = _lines(_ROW), [*_lines(_WHENS), *_lines(_CONDITIONS)]
    optional = {
        "where": st.sampled_from(_lines(_CONDITIONS)),
        "order_by": st.sampled_from(["row.k", "TO_DECIMAL(row.q, 2)", "row.s"]),
        "when": st.sampled_from(_lines(_WHENS)),
        "required": st.booleans(),
        "empty": st.sampled_from(["write", "omit", "keep"]),
        "keyed_by": st.sampled_from(["ROW_KEY()", "row.k", "row.s", "row.q"]),
    }
    each |= {name: draw(found) for name, found in optional.items() if draw(st.integers(0, 2)) == 0}
    if kind == "flat":
        each["each"] = "rows AS row, row.subs AS sub"
        formulas = _lines(_SUB)
    if kind == "group":
        each |= {"group_by": draw(st.sampled_from(["row.k", ["row.s", "row.k"]])), "rows_as": "held"}
        formulas = [*_lines(_ROW), "COUNT(row.held)", "SUM(row.held.k)", "FIRST(row.held.s)"]
    each["rules"] = draw(_rules(formulas, whens))
    if kind in ("nested", "group"):
        path = "row.held AS sub" if kind == "group" else "row.subs AS sub"
        inner = ["sub.s", "sub.k", "row.k", "ROW_KEY()"] if kind == "group" else _lines(_SUB)
        below: dict[str, Any] = {"to": "subs[]", "each": path, "rules": draw(_rules(inner, whens))}
        if draw(st.booleans()):
            below["where"] = "sub.k IS NOT NULL" if kind == "group" else "sub.w IS NOT NULL"
        each["rules"] += [below, draw(_rule("last", formulas, whens))]
    return each


@st.composite
def feature_documents(draw: st.DrawFn) -> dict[str, Any]:
    """A mapping document: rules, one or two lists, a check, perhaps split into documents."""
    rules = [draw(_rule(f"t{n}", _lines(_TOP), _lines(_WHENS))) for n in range(draw(st.integers(1, 3)))]
    lists = [draw(_list(name)) for name in ["lines", "more"][: draw(st.integers(1, 2))]]
    document: dict[str, Any] = {
        "name": "random",
        "source": {"system": "s", "entity": "e"},
        "target": {"system": "t", "entity": "f"},
        "empty": draw(st.sampled_from(["write", "omit", "keep"])),
        "with": {
            "rel": {"entity": "r", "key": "a"},
            "each_one": {"entity": "o", "key": "rows[].k"},
            "far": {"entity": "o", "key": "rel.next"},
        },
        "rules": [*rules, *lists],
        "checks": [
            {"name": "c", "formula": draw(st.sampled_from(["COUNT(rows) >= 0", "b IS NULL OR TRUE"]))}
        ],
    }
    if draw(st.integers(0, 4)) == 0:
        document["checks"][0]["when"] = draw(st.sampled_from(_lines(_WHENS)))
    if draw(st.integers(0, 3)) == 0:
        by = [{}, {"by": "row.k"}, {"by": ["row.s"], "where": "row.k <> 1000"}]
        document["documents"] = {"each": "rows AS row", "as": "part", **draw(st.sampled_from(by))}
        for each in lists:
            each["each"] = each["each"].replace("rows AS", "part AS")
    return document


FEATURE_RELATED = {
    "rel": {"1": {"p": "one", "next": 1}, "x": {"p": 2, "next": "9"}, "a-b": {"p": "", "next": None}},
    "each_one": {"1": {"p": 10}, "2": {"p": "20"}, "1000": {"p": "thousand"}},
    "far": {"1": {"p": "far away"}},
}
