"""One record makes several documents; flat records are gathered into one."""

from typing import Any

import pytest
from crosswalk_engine.errors import FindingsError
from crosswalk_engine.formula import Scope
from crosswalk_engine.mapping.document import load_mapping
from crosswalk_engine.mapping.keys import KeyFinder
from crosswalk_engine.mapping.oracle import map_by_oracle
from crosswalk_engine.mapping.translate import translate
from crosswalk_engine.payload.shape import infer_shape

from tests.mapping_compile.both_ways import findings, mapped, tree_of

SPLIT = """
documents:
  each: rows AS row
  where: row.product <> 1000
  by: row.wh
  as: part
rules:
- {to: id, formula: id}
- {to: net, formula: SUM(part.net)}
- {to: all, formula: SUM(rows.net)}
- to: lines[]
  each: part AS line
  order_by: line.seq
  rules:
  - {to: sku, formula: line.sku}
  - {to: key, formula: ROW_KEY()}
  - {to: share, formula: "APPORTION(1, part.net, 2)"}
checks:
- {name: something is sold, formula: SUM(part.net) > 0}
"""
ORDER: dict[str, Any] = {
    "id": 7,
    "rows": {
        "9": {"wh": "B", "sku": "b", "net": 1, "seq": 2, "product": 5},
        "10": {"wh": "A", "sku": "a", "net": 2, "seq": 1, "product": 6},
        "11": {"wh": "B", "sku": "c", "net": 3, "seq": 1, "product": 7},
        "12": {"wh": "C", "sku": "d", "net": 4, "seq": 1, "product": 1000},
    },
}


def test_a_record_makes_at_most_a_thousand_documents() -> None:
    """Each document goes over the record anew, so there is a limit as for lists in lists."""
    rules = "documents: {each: rows AS row, as: part}\nrules:\n- {to: n, formula: COUNT(part)}\n"
    rows = [{"q": number} for number in range(1_001)]
    assert len(mapped(rules, {"rows": rows[:1_000]}).outputs) == 1_000
    (error,) = mapped(rules, {"rows": rows}).errors
    assert (error.path, error.code, error.value) == ("documents[]", "CW-TOO-MANY-ROWS", "1001")
    assert error.message == "the record makes more than 1,000 documents"
    by = rules.replace("as: part", "by: row.q > 500, as: part")
    assert [one["n"] for one in mapped(by, {"rows": rows}).outputs] == [501, 500]


def test_elements_with_equal_values_come_into_one_document() -> None:
    """Documents follow in order of first appearance; each sees its part beside the whole record."""
    found = mapped(SPLIT, ORDER)
    assert found.errors == ()
    assert found.outputs == (
        {
            "id": 7,
            "net": 4,
            "all": 10,
            "lines": [
                {"sku": "c", "key": "11", "share": "0.75"},
                {"sku": "b", "key": "9", "share": "0.25"},
            ],
        },
        {"id": 7, "net": 2, "all": 10, "lines": [{"sku": "a", "key": "10", "share": "1.00"}]},
    )
    assert found.output == found.outputs[0]
    assert found.outputs_bytes()[1] == (
        b'{"all":10,"id":7,"lines":[{"key":"10","share":"1.00","sku":"a"}],"net":2}'
    )


def test_without_by_each_element_makes_its_own() -> None:
    """Equal elements stay apart."""
    text = SPLIT.replace("  by: row.wh\n", "")
    assert [one["net"] for one in mapped(text, ORDER).outputs] == [1, 2, 3]


def test_problems_say_which_document() -> None:
    """Any problem rejects the record as a whole; the path begins with the document."""
    rows = {**ORDER["rows"], "9": {**ORDER["rows"]["9"], "net": 0}, "11": {**ORDER["rows"]["11"], "net": "x"}}
    found = mapped(SPLIT, {**ORDER, "rows": rows})
    assert found.outputs == ()
    assert [(error.path, error.code) for error in found.errors] == [
        ("documents[0].net", "CW-TYPE"),
        ("documents[0].all", "CW-TYPE"),
        ("documents[0].lines[0].share", "CW-TYPE"),
        ("documents[0].lines[1].share", "CW-TYPE"),
        ("documents[0].check: something is sold", "CW-TYPE"),
        ("documents[1].all", "CW-TYPE"),
    ]


def test_a_record_without_documents_is_a_problem() -> None:
    """No element, or none that is kept: nothing is delivered, so someone must know."""
    for rows in ({}, {"12": ORDER["rows"]["12"]}):
        found = mapped(SPLIT, {"id": 1, "rows": rows})
        assert [(error.path, error.code, error.message) for error in found.errors] == [
            ("documents[]", "CW-NO-DOCUMENT", "the record makes no document: no element of rows is left")
        ]
    odd = mapped(SPLIT, {"id": 1, "rows": {"5": {"product": "x"}, "6": "?"}})
    assert [(error.path, error.code) for error in odd.errors] == [
        ("documents[]", "CW-TYPE"),
        ("documents[]", "CW-PATH-OBJECT"),
    ]
    assert "(row 5 of rows)" in odd.errors[0].message


def test_related_records_of_the_elements_of_a_part() -> None:
    """Inside a list over the part, and in aggregates over it, a related record is that of each element."""
    text = """
with:
  product: {entity: product, key: "rows[].product"}
""" + SPLIT.replace("SUM(part.net)}", "SUM(part.net * product.w)}").replace(
        "line.sku", "product.name"
    ).lstrip()
    related = {"product": {key: {"w": int(key), "name": f"n{key}"} for key in ("5", "6", "7", "1000")}}
    found = mapped(text, ORDER, related=related)
    assert [one["net"] for one in found.outputs] == [1 * 5 + 3 * 7, 2 * 6]
    assert [line["sku"] for line in found.outputs[0]["lines"]] == ["n7", "n5"]
    assert KeyFinder(tree_of(text)).keys(ORDER)["product"] == {"5", "6", "7", "1000"}


def test_names_of_parts_are_checked() -> None:
    """Fields of the part are known; its name must be new."""
    scope = Scope(shape=infer_shape([ORDER]))
    assert findings(SPLIT, scope) == []
    assert findings(SPLIT.replace("line.sku", "line.suk"), scope) == [
        (
            "small.yaml:18: CW-FORMULA-FIELD lines[].sku: unknown field "
            "'line.suk' at 1-8 (did you mean 'line.sku'?)"
        )
    ]
    assert findings(SPLIT.replace("SUM(part.net)}", "SUM(part.nte)}"), scope) == [
        "small.yaml:12: CW-FORMULA-FIELD net: unknown field 'part.nte' at 5-12 (did you mean 'part.net'?)"
    ]
    assert findings(SPLIT.replace("as: part", "as: id"), scope)[-1] == (
        "small.yaml:9: CW-MAPPING-EACH documents: 'id' is also a field of the source (choose another name)"
    )
    assert findings(SPLIT.replace("each: rows AS", "each: rwos AS"), scope)[0].startswith(
        "small.yaml:6: CW-MAPPING-EACH"
    )
    assert findings(SPLIT.replace("id, formula: id", "id, formula: part.net"), scope)[0] == (
        "small.yaml:11: CW-FORMULA-REPEATED id: 'part.net' is repeated at 1-8 "
        "(use it inside an aggregate such as SUM or FIRST, or inside an `each`)"
    )


def test_collections_are_those_of_the_source() -> None:
    """What a reader of XML must take as repeated: the paths of the payload that a part was made from."""
    serials = "  - {to: 's[]', each: line.serials AS s, rules: [{to: n, formula: s.n}]}\n"
    text = SPLIT.replace("  - {to: key,", serials + "  - {to: key,")
    found = {".".join(path) for path in tree_of(text).collections}
    assert {"rows", "rows.serials"} <= found and "part.serials" not in found


GATHERED = """format: crosswalk/mapping@1
name: flat
source: {system: files, entity: row, group: {by: orderNo, as: lines}}
target: {system: erp, entity: sales_order}
rules:
- {to: id, formula: orderNo}
- {to: net, formula: "SUM(TO_DECIMAL(lines.net, 2))"}
- to: lines[]
  each: lines AS line
  rules: [{to: sku, formula: line.sku}]
"""


def test_gathered_records_are_checked_against_the_shape_of_flat_ones() -> None:
    """The lines of a gathered record have the fields of the flat records."""
    flat = [{"orderNo": "1", "sku": "a", "net": "1.00"}, {"orderNo": "1", "sku": "b", "net": "2.50"}]
    tree = translate(load_mapping(GATHERED), Scope(shape=infer_shape(flat)))
    assert tree.group is not None and (tree.group.by, tree.group.name) == (("orderNo",), "lines")
    assert map_by_oracle(tree, {**flat[0], "lines": flat}).output == {
        "id": "1",
        "net": "3.50",
        "lines": [{"sku": "a"}, {"sku": "b"}],
    }
    with pytest.raises(FindingsError) as caught:
        translate(load_mapping(GATHERED.replace("line.sku", "line.suk")), Scope(shape=infer_shape(flat)))
    assert [finding.suggestion for finding in caught.value.findings] == ["did you mean 'line.sku'?"]
