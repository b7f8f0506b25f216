"""Field names that no decoder by type takes: quotes, backslashes and line breaks are names like any other."""

import json
from typing import Any

import pytest
from crosswalk_engine.mapping.compile import CompiledMapping

from tests.mapping_compile.both_ways import output, tree_of

NAMES = ["Order\nNr", 'Order "Nr"', "Order\\Nr", "Order\tNr", "Order\x1fNr"]


def written(*names: str) -> str:
    """A path as formulas write it."""
    return ".".join('"' + name.replace('"', '""') + '"' for name in names)


def yaml(*rules: dict[str, Any]) -> str:
    """Rules as a document holds them."""
    return f"rules: {json.dumps(list(rules))}\n"


@pytest.mark.parametrize("name", NAMES)
def test_an_odd_name_of_the_record_is_read(name: str) -> None:
    """A key of the record itself, whatever characters are in it."""
    rules = yaml({"to": "a", "formula": written(name)}, {"to": "b", "formula": "plain.deep"})
    assert output(rules, {name: "7", "plain": {"deep": "x"}}) == {"a": "7", "b": "x"}
    assert output(rules, {}) == {"a": None, "b": None}


@pytest.mark.parametrize("name", NAMES)
def test_an_odd_name_inside_an_object_is_read(name: str) -> None:
    """A key of an object of the record; the fields beside the object are decoded by type as ever."""
    rules = yaml(
        {"to": "a", "formula": f"{written('head', name)}"},
        {"to": "b", "formula": "head.plain"},
        {"to": "c", "formula": f"PRESENT({written('head', name)})"},
        {"to": "d", "formula": f"{written('head', 'inner', name, 'last')}"},
    )
    record = {"head": {name: 5, "plain": "x", "inner": {name: {"last": "z"}}}}
    assert output(rules, record) == {"a": 5, "b": "x", "c": True, "d": "z"}
    assert CompiledMapping(tree_of(rules), {})._typed.record is not None


@pytest.mark.parametrize("name", NAMES)
def test_an_odd_name_in_rows_is_read(name: str) -> None:
    """A key of the elements of a list, in rules, conditions and aggregates, and of the list itself."""
    rules = yaml(
        {
            "to": "lines[]",
            "each": "rows AS row",
            "where": f"{written('row', name)} > 1",
            "rules": [{"to": "no", "formula": written("row", name)}],
        },
        {"to": "sum", "formula": f"SUM({written('rows', name)})"},
        {"to": "odd[]", "each": f"{written(name)} AS one", "rules": [{"to": "v", "formula": "one.v"}]},
    )
    record = {"rows": [{name: 1}, {name: 2}, {name: 3}], name: [{"v": 9}]}
    assert output(rules, record) == {"lines": [{"no": 2}, {"no": 3}], "sum": 6, "odd": [{"v": 9}]}


def test_what_keep_and_present_ask_of_an_odd_name() -> None:
    """A rule that keeps what the source has tells missing, null and blank apart."""
    rules = yaml({"to": "a", "formula": written("Order\nNr"), "empty": "keep"})
    assert output(rules, {}) == {}
    assert output(rules, {"Order\nNr": None}) == {"a": None}
    assert output(rules, {"Order\nNr": ""}) == {"a": ""}
