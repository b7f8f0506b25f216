"""Aggregates over a list in a related record: the same with shapes and without."""

from typing import Any

import pytest
from crosswalk_engine.formula import Scope
from crosswalk_engine.mapping.compile import compile_mapping
from crosswalk_engine.payload.shape import infer_shape

from tests.mapping_compile.both_ways import document, errors, output

TIERS = """with:
  pgroup: {entity: group, key: customer.groupId}
rules:
- {to: most, formula: 'MAX(TO_DECIMAL(pgroup.tiers.pct, 2))'}
- {to: several, formula: 'COUNT(pgroup.tiers.pct) FILTER (WHERE pgroup.tiers.pct > 2)'}
"""
RECORD = {"id": 1, "customer": {"groupId": 7}}
GROUP = {"7": {"id": 7, "tiers": [{"pct": 2}, {"pct": 5}, {"pct": 3}]}}


def test_the_list_of_a_related_record_is_gone_over() -> None:
    """The key has no [], so it is the related record that has the list."""
    assert output(TIERS, RECORD, related={"pgroup": GROUP}) == {"most": "5.00", "several": 2}


def test_the_same_with_shapes() -> None:
    """As in a project, where samples of the related entity are known."""
    scope = Scope(shape=infer_shape([RECORD]), related={"pgroup": infer_shape(GROUP.values())})
    found = compile_mapping(document(TIERS), scope=scope).apply(RECORD, related={"pgroup": GROUP})
    assert found.output == output(TIERS, RECORD, related={"pgroup": GROUP})


@pytest.mark.parametrize("key", ["a", "a.b"])
def test_a_key_is_nothing_to_go_over(key: str) -> None:
    """A sum over the items of a related record, whatever the path of its key is."""
    rules = f"with: {{o: {{entity: e, key: {key}}}}}\nrules: [{{to: x, formula: SUM(o.items.q)}}]\n"
    related: dict[str, Any] = {"o": {"5": {"items": {"1": {"q": 2}, "2": {"q": 3}}}}}
    record = {"a": 5} if key == "a" else {"a": {"b": 5}}
    assert output(rules, record, related=related) == {"x": 5}
    assert output(rules, {}, related=related) == {"x": None}
    assert errors(rules, record, related={"o": {"5": {"items": {"q": 4}}}})[0][1] == "CW-PATH-SINGLE"


def test_a_chain_of_keys_is_nothing_to_go_over() -> None:
    """The list is in the record at the end of the chain."""
    rules = """with:
  contact: {entity: contact, key: customer.id}
  group: {entity: group, key: contact.groupId}
rules: [{to: x, formula: SUM(group.tiers.pct)}]
"""
    related = {"contact": {"1": {"groupId": 7}}, "group": GROUP}
    assert output(rules, {"customer": {"id": 1}}, related=related) == {"x": 10}


def test_a_repeated_key_is_what_is_gone_over() -> None:
    """One related record for each row: the rows are what the sum goes over."""
    rules = "with: {p: {entity: p, key: 'rows[].id'}}\nrules: [{to: x, formula: SUM(p.weight)}]\n"
    related = {"p": {"1": {"weight": 2}, "2": {"weight": 3}}}
    assert output(rules, {"rows": [{"id": 1}, {"id": 2}, {"id": 1}]}, related=related) == {"x": 7}


def test_the_list_of_a_rows_own_record_is_gone_over() -> None:
    """In a row, the related record of the row has the list."""
    rules = """with: {p: {entity: p, key: 'rows[].id'}}
rules:
- to: l[]
  each: rows AS row
  rules: [{to: x, formula: SUM(p.parts.q)}]
"""
    related = {"p": {"1": {"parts": [{"q": 2}, {"q": 4}]}}}
    assert output(rules, {"rows": [{"id": 1}]}, related=related) == {"l": [{"x": 6}]}
