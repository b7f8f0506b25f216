"""Related records whose id stands in another related record, and which rows need one."""

from typing import Any

import pytest
from crosswalk_engine.mapping.keys import KeyFinder

from tests.mapping_compile.both_ways import errors, findings, output, tree_of

WITH = """
with:
  contact: {entity: contact, key: customer.id}
  group: {entity: customer_group, key: contact.groupId}
  price: {entity: price_list, key: group.prices.default}
  product: {entity: product, key: "rows[].product"}
  brand: {entity: brand, key: product.brandId}
"""
RULES = """
rules:
- {to: discount, formula: group.discount}
- {to: list, formula: price.name}
- to: lines[]
  each: rows AS row
  where: row.kind = 'item'
  rules:
  - {to: brand, formula: brand.name}
"""
ORDER: dict[str, Any] = {
    "customer": {"id": 5},
    "rows": [
        {"product": 1, "kind": "item"},
        {"product": 2, "kind": "free"},
        {"product": 3, "kind": "item"},
    ],
}
RELATED: dict[str, dict[str, Any]] = {
    "contact": {"5": {"groupId": 9}},
    "group": {"9": {"discount": 10, "prices": {"default": "P1"}}},
    "price": {"P1": {"name": "retail"}},
    "product": {"1": {"brandId": 70}, "3": {"brandId": None}},
    "brand": {"70": {"name": "Acme"}},
}


def test_a_key_in_another_related_record() -> None:
    """Each record is found by the field of the one before; a blank id on the way gives null."""
    assert output(WITH + RULES, ORDER, related=RELATED) == {
        "discount": 10,
        "list": "retail",
        "lines": [{"brand": "Acme"}, {"brand": None}],
    }


def test_a_record_missing_on_the_way_is_the_error() -> None:
    """The error names the record that is not there, not the one that was asked for."""
    some = {**RELATED, "group": {}}
    assert errors(WITH + RULES, ORDER, related=some) == [
        ("discount", "CW-RELATED-MISSING", "group:9"),
        ("list", "CW-RELATED-MISSING", "group:9"),
    ]


def test_ids_are_found_in_waves() -> None:
    """What is known gives the next ids, until nothing new is found."""
    keys = KeyFinder(tree_of(WITH + RULES)).keys
    waves = [keys(ORDER)]
    known: dict[str, dict[str, Any]] = {}
    for _ in range(3):
        known = {name: {key: RELATED[name][key] for key in ids} for name, ids in waves[-1].items()}
        waves.append(keys(ORDER, related=known))
    assert [{name: sorted(ids) for name, ids in wave.items() if ids} for wave in waves] == [
        {"contact": ["5"], "product": ["1", "3"]},
        {"contact": ["5"], "group": ["9"], "product": ["1", "3"], "brand": ["70"]},
        {"contact": ["5"], "group": ["9"], "price": ["P1"], "product": ["1", "3"], "brand": ["70"]},
        {"contact": ["5"], "group": ["9"], "price": ["P1"], "product": ["1", "3"], "brand": ["70"]},
    ]


def needed(rules: str, record: dict[str, Any] = ORDER) -> list[str]:
    """The products that a mapping with these rules asks for."""
    return sorted(KeyFinder(tree_of(WITH + rules)).keys(record)["product"])


ITEM = "where: row.kind = 'item'"


@pytest.mark.parametrize(
    ("rules", "ids"),
    [
        # a list keeps some rows
        (f"- {{to: 'x[]', each: rows AS row, {ITEM}, rules: [{{to: w, formula: product.w}}]}}", ["1", "3"]),
        # every row is asked for: without `where`, in `where`, in `order_by`, outside of lists
        ("- {to: 'x[]', each: rows AS row, rules: [{to: w, formula: product.w}]}", ["1", "2", "3"]),
        (
            "- {to: 'x[]', each: rows AS row, where: product.w > 1, rules: [{to: w, value: 1}]}",
            ["1", "2", "3"],
        ),
        (
            f"- {{to: 'x[]', each: rows AS row, {ITEM}, order_by: product.w, rules: [{{to: w, value: 1}}]}}",
            ["1", "2", "3"],
        ),
        ("- {to: sum, formula: SUM(product.w)}", ["1", "2", "3"]),
        # `group_by` and `keyed_by` come after `where`; so do groups and the lists in them
        (
            (
                f"- {{to: 'x[]', each: rows AS row, {ITEM}, group_by: "
                f"product.w, rows_as: all, keyed_by: product.w, "
                "rules: [{to: w, formula: SUM(row.all.n * product.w)}]}"
            ),
            ["1", "3"],
        ),
        (
            (
                f"- {{to: 'x[]', each: rows AS row, {ITEM}, group_by: row.kind, rows_as: all, rules: "
                "[{to: 'y[]', each: row.all AS one, where: one.product > 1, "
                "rules: [{to: w, formula: product.w}]}]}"
            ),
            ["3"],
        ),
        # two lists: the rows of either; with one that takes all, all
        (
            (
                f"- {{to: 'x[]', each: rows AS row, {ITEM}, rules: [{{to: w, formula: product.w}}]}}\n"
                "- {to: 'y[]', each: rows AS row, where: row.product = 2, "
                "rules: [{to: w, formula: product.w}]}"
            ),
            ["1", "2", "3"],
        ),
        # a condition that cannot be told yet keeps its rows
        (
            (
                "- {to: 'x[]', each: rows AS row, where: \"LOOKUP('t', row.kind) = 'x'\", "
                "rules: [{to: w, formula: product.w}]}"
            ),
            ["1", "2", "3"],
        ),
        # through another record
        (f"- {{to: 'x[]', each: rows AS row, {ITEM}, rules: [{{to: w, formula: brand.w}}]}}", ["1", "3"]),
        # a condition on two rows says nothing of one
        (
            (
                "- {to: 'x[]', each: 'rows AS row, rows AS other', where: row.product < other.product, "
                "rules: [{to: w, formula: product.w}]}"
            ),
            ["1", "2", "3"],
        ),
    ],
)
def test_only_rows_that_are_kept_need_their_record(rules: str, ids: list[str]) -> None:
    """A row that no list keeps costs no call; in doubt, the record is fetched."""
    assert needed(f"rules:\n{rules}\n") == ids


def test_ids_in_nested_lists() -> None:
    """An id may stand in a list in a list; the conditions of both lists count."""
    text = """
with:
  box: {entity: box, key: "rows[].parts[].box"}
rules:
- to: x[]
  each: rows AS row
  where: row.ok
  rules:
  - to: y[]
    each: row.parts AS part
    where: part.n > row.least
    rules:
    - {to: size, formula: box.size}
"""
    parts = [{"n": 1, "box": "A"}, {"n": 2, "box": "B"}]
    record = {
        "rows": [{"ok": True, "least": 1, "parts": parts}, {"ok": False, "parts": [{"n": 9, "box": "C"}]}]
    }
    assert KeyFinder(tree_of(text)).keys(record) == {"box": frozenset({"B"})}
    found = output(text, record, related={"box": {"B": {"size": 5}}})
    assert found == {"x": [{"y": [{"size": 5}]}]}


def test_keys_that_lead_nowhere_are_findings() -> None:
    """Rings, whole records and repeated parts of other records are told with their line."""
    text = """
with:
  a: {entity: x, key: b.id}
  b: {entity: x, key: c.id}
  c: {entity: x, key: a.id}
  d: {entity: x, key: a}
  e: {entity: x, key: "a.parts[].id"}
  f: {entity: x, key: "a..b"}
rules: []
"""
    assert [one.removeprefix("small.yaml:") for one in findings(text)] == [
        (
            "10: CW-MAPPING-WITH with e: its key stands in a repeated part "
            "of 'a' (name a single field of that record)"
        ),
        (
            "11: CW-MAPPING-WITH with f: a path has no name where one should stand: 'a..b' (write e.g. "
            'orderRows[].productSku; put a name with dots or spaces in "double quotes")'
        ),
        (
            "6: CW-MAPPING-WITH with a: its key leads back to itself: a -> b "
            "-> c -> a (let one of them start from the record)"
        ),
        (
            "7: CW-MAPPING-WITH with b: its key leads back to itself: b -> c "
            "-> a -> b (let one of them start from the record)"
        ),
        (
            "8: CW-MAPPING-WITH with c: its key leads back to itself: c -> a "
            "-> b -> c (let one of them start from the record)"
        ),
        "9: CW-MAPPING-WITH with d: its key is a whole record, 'a' (name a field, e.g. a.id)",
    ]


def test_a_key_of_the_same_name_is_a_field_of_the_record() -> None:
    """`customer: {key: customer.id}` reads the record's own customer."""
    text = (
        "with:\n  customer: {entity: contact, key: customer.id}\nrules:\n- {to: x, formula: customer.name}\n"
    )
    assert output(text, ORDER, related={"customer": {"5": {"name": "Acme"}}}) == {"x": "Acme"}
