"""A mapping in every way of computing it: by the tree walker, compiled, and from its stored form."""

import copy
import json
from collections.abc import Mapping
from typing import Any

import msgspec
from crosswalk_engine.errors import FindingsError
from crosswalk_engine.formula import Scope
from crosswalk_engine.mapping.compile import CompiledMapping, compile_ir
from crosswalk_engine.mapping.document import MappingDocument, RuleSet, load_mapping
from crosswalk_engine.mapping.oracle import Oracle
from crosswalk_engine.mapping.result import MapResult
from crosswalk_engine.mapping.translate import translate
from crosswalk_engine.mapping.tree import MappingTree
from crosswalk_engine.payload.documents import load_document

HEAD = """format: crosswalk/mapping@1
name: small
source: {system: shop, entity: order}
target: {system: erp, entity: sales_order}
"""
RuleSets = Mapping[str, RuleSet]
_encode = msgspec.json.Encoder(decimal_format="number").encode


def document(text: str) -> MappingDocument:
    """A mapping document with the usual head, which takes four lines."""
    return load_mapping(HEAD + text.lstrip("\n"), where="small.yaml")


def rule_sets(*texts: str) -> RuleSets:
    """Rule sets by name."""
    found = {}
    for text in texts:
        head = "format: crosswalk/rule-set@1\n"
        made, _ = load_document(head + text.lstrip("\n"), RuleSet, where="rules/set.yaml")
        found[made.name] = made
    return found


def tree_of(text: str, sets: RuleSets | None = None) -> MappingTree:
    """The tree of a mapping, as a release stores it and gives it back."""
    tree = translate(document(text), None, sets)
    stored = json.loads(json.dumps(tree.to_json()))
    assert MappingTree.from_json(stored) == tree
    return tree


def mapped(text: str, record: dict[str, Any], sets: RuleSets | None = None, **options: Any) -> MapResult:
    """The result of a mapping, the same in every way of computing it."""
    tree, lookups = tree_of(text, sets), options.pop("lookups", {})
    before = copy.deepcopy(record)
    found = Oracle(tree, lookups).apply(record, **options)
    compiled = compile_ir(tree.to_json(), lookups)
    raw = _encode(record)
    for result in (
        compiled.apply(record, **options),
        compiled.apply_bytes(raw, **options),
        CompiledMapping(tree, lookups).apply_bytes(raw, **options),
    ):
        assert result == found
        assert result.outputs_bytes() == found.outputs_bytes()
    assert record == before
    return found


def output(text: str, record: dict[str, Any], **options: Any) -> Any:
    """The output of a mapping that must not fail."""
    found = mapped(text, record, **options)
    assert found.errors == ()
    return found.output


def errors(text: str, record: dict[str, Any], **options: Any) -> list[tuple[str, str, str]]:
    """Path, code and value of each error."""
    found = mapped(text, record, **options)
    assert found.output is None and found.outputs == ()
    return [(error.path, error.code, error.value) for error in found.errors]


def findings(text: str, scope: Scope | None = None, sets: RuleSets | None = None) -> list[str]:
    """What is wrong with a mapping: ``line: CODE message (suggestion)``."""
    try:
        translate(document(text), scope, sets)
    except FindingsError as error:
        return [finding.render().replace(": error ", ": ", 1) for finding in error.findings]
    return []
