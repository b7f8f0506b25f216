"""A mapping gives the same by typed decoding, over dicts, from a release, and by the tree walker."""

import copy
import json
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from crosswalk_engine.errors import FindingsError
from crosswalk_engine.formula import RowScope, Scope, check_formula
from crosswalk_engine.mapping.compile import CompiledMapping, compile_ir, compile_mapping
from crosswalk_engine.mapping.document import MappingDocument, load_mapping
from crosswalk_engine.mapping.oracle import map_by_oracle
from crosswalk_engine.payload.codecs import read_records
from crosswalk_engine.project.lookups import read_lookup
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from tests.formula.strategies import (
    FIELDS,
    LOOKUPS,
    NASTY,
    RELATED,
    ROW_FIELDS,
    aggregates,
    formulas,
    idmap,
    records,
    tame_records,
)
from tests.mapping_compile.features import FEATURE_RELATED, feature_documents, nested_records

ROOT = Path(__file__).parents[2]
PROJECT = ROOT / "sample_data/projects/brightpearl-infor"
_encode = msgspec.json.Encoder(decimal_format="number").encode
SCOPE = Scope(
    related={"rel": None, "each_one": None},
    related_keys={"rel": "a", "each_one": "rows[].k"},
    collections=frozenset({"rows"}),
)
ROW_SCOPE = replace(SCOPE, row=RowScope("rows", "row"))


def _typed(found: st.SearchStrategy[str], scope: Scope) -> st.SearchStrategy[str]:
    return found.filter(lambda text: not check_formula(text, scope))


_SIMPLE_ROW = st.sampled_from(
    ["row.s", "UPPER(row.s)", "TO_DECIMAL(row.q, 2)", "row.k", "TO_DECIMAL(row.q, 2) * 2", "ROW_KEY()", "a"]
)
_SIMPLE = st.sampled_from(["a", "TRIM(c)", "TO_DECIMAL(b, 2)", "COUNT(rows)", "SUM(TO_DECIMAL(rows.q, 3))"])
_ROW = _SIMPLE_ROW | _typed(
    formulas(*[f"row.{field}" for field in ROW_FIELDS], "a", "rel.p", "each_one.p", depth=2), ROW_SCOPE
)
_TOP = _SIMPLE | _typed(formulas(*FIELDS, "rel.p", depth=2) | aggregates, SCOPE)
_AMOUNTS = st.sampled_from(["TO_DECIMAL(b, 2)", "7", "0.03", "COUNT(rows)"])
_WEIGHTS = st.sampled_from(["1", "TO_DECIMAL(row.q, 3)", "COALESCE(row.k, 0)"]) | _ROW
_SIMPLE_SHARES = st.sampled_from(
    ["APPORTION(7, COALESCE(row.k, 1), 2)", "APPORTION(TO_DECIMAL(b, 3), TO_DECIMAL(row.q, 3), 3)"]
)
_SHARES = _SIMPLE_SHARES | _typed(
    st.tuples(_AMOUNTS, _WEIGHTS).map(lambda pair: f"APPORTION({pair[0]}, {pair[1]}, 2)"), ROW_SCOPE
)
_EQUAL = "({0}) = ({1})".format
_WHERES = st.sampled_from(["row.k <> 1000", "row.q IS NOT NULL"]) | _typed(
    st.tuples(_ROW, _ROW).map(lambda pair: _EQUAL(*pair)), ROW_SCOPE
)
_CHECKS = st.sampled_from(["COUNT(rows) >= 0", "b IS NULL OR TRUE"]) | _typed(
    st.tuples(_TOP, _TOP).map(lambda pair: _EQUAL(*pair)), SCOPE
)
_OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "required": st.booleans(),
        "max_length": st.integers(1, 8),
        "on_too_long": st.sampled_from(["cut", "reject"]),
    },
)


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """A mapping document of random formulas: plain rules, three lists over the same rows, a check."""
    plain = draw(st.booleans())
    row, share = (_SIMPLE_ROW, _SIMPLE_SHARES) if plain else (_ROW, _SHARES)
    inner = [{"to": "x", "formula": draw(row), **draw(_OPTIONS)}, {"to": "y.z", "formula": draw(share)}]
    each: dict[str, Any] = {"to": "lines[]", "each": "rows AS row", "rules": inner}
    if draw(st.booleans()):
        each["where"] = draw(_WHERES)
    if draw(st.booleans()):
        each["order_by"] = draw(row)
    more = {**each, "to": "more[]", "where": "row.q IS NOT NULL"}
    other = {"to": "other[]", "each": "rows AS row", "rules": inner, "order_by": "row.k"}
    rules = [{"to": f"t{n}", "formula": draw(_TOP), **draw(_OPTIONS)} for n in range(draw(st.integers(1, 3)))]
    return {
        "name": "random",
        "source": {"system": "s", "entity": "e"},
        "target": {"system": "t", "entity": "f"},
        "with": {"rel": {"entity": "r", "key": "a"}, "each_one": {"entity": "o", "key": "rows[].k"}},
        "rules": [*rules, each, more, other],
        "checks": [{"name": "c", "formula": draw(_CHECKS)}],
    }


def assert_same(
    mapping: CompiledMapping, stored: CompiledMapping, record: dict[str, Any], **options: Any
) -> None:
    """All four ways agree, in the output's bytes, the errors and the warnings."""
    expected = map_by_oracle(mapping.tree, record, **options, lookups=mapping.lookups)
    raw = _encode(record)
    for found in (
        mapping.apply(record, **options),
        mapping.apply_bytes(raw, **options),
        stored.apply_bytes(raw, **options),
    ):
        assert found == expected
        expected_bytes = tuple(map(_sorted, expected.outputs))
        assert found.outputs_bytes() == expected.outputs_bytes() == expected_bytes


def _sorted(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


@settings(max_examples=120, deadline=None)
@given(document=documents(), samples=st.lists(records() | tame_records(), min_size=1, max_size=4))
def test_random_mappings(document: dict[str, Any], samples: list[dict[str, Any]]) -> None:
    """Random rules over random records: one result, however it is computed."""
    mapping = compile_mapping(MappingDocument.model_validate(document), LOOKUPS)
    stored = compile_ir(json.loads(json.dumps(mapping.tree.to_json())), LOOKUPS)
    for record in samples:
        assert_same(mapping, stored, record, related=RELATED, idmap=idmap)


@settings(max_examples=250, deadline=None)
@given(document=feature_documents(), samples=st.lists(nested_records, min_size=1, max_size=5))
def test_every_feature(document: dict[str, Any], samples: list[dict[str, Any]]) -> None:
    """Lists nested, flattened, grouped, keyed, split into documents; limits and conditions: one result."""
    try:
        mapping = compile_mapping(MappingDocument.model_validate(document), LOOKUPS)
    except FindingsError:
        reject()
    stored = compile_ir(json.loads(json.dumps(mapping.tree.to_json())), LOOKUPS)
    for record in samples:
        assert_same(mapping, stored, record, related=FEATURE_RELATED, idmap=idmap)


@pytest.fixture(scope="module")
def order_mapping() -> CompiledMapping:
    """The sample project's order mapping."""
    tables = {path.stem: read_lookup(path) for path in (PROJECT / "lookups").glob("*.csv")}
    return compile_mapping(load_mapping(PROJECT / "mappings/order-to-m3.yaml"), tables)


@pytest.fixture(scope="module")
def orders() -> list[dict[str, Any]]:
    """The sample orders."""
    return read_records(ROOT / "sample_data/brightpearl/orders.ndjson").all_good()


@pytest.fixture(scope="module")
def related() -> dict[str, dict[str, Any]]:
    """The contacts and products that the sample orders refer to."""
    folder = ROOT / "sample_data/brightpearl"
    contacts = read_records(folder / "contacts.ndjson").all_good()
    products = read_records(folder / "products.ndjson").all_good()
    return {
        "contact": {str(contact["contactId"]): contact for contact in contacts},
        "product": {str(product["id"]): product for product in products},
    }


def _places(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _places(inner, (*place, key))
    if place:
        yield place


def mutated(order: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """The order with one to four values replaced by something nasty, or taken away."""
    order = copy.deepcopy(order)
    for _ in range(chance.randint(1, 4)):
        place = chance.choice(list(_places(order)))
        inside: Any = order
        for key in place[:-1]:
            inside = inside[key]
        if chance.random() < 0.12 and isinstance(inside, dict):
            del inside[place[-1]]
        else:
            inside[place[-1]] = copy.deepcopy(chance.choice(NASTY))
    return order


def test_sample_orders(
    order_mapping: CompiledMapping, orders: list[dict[str, Any]], related: dict[str, Any]
) -> None:
    """Every sample order: 450 of 450 agree, and most of them map."""
    stored = compile_ir(order_mapping.tree.to_json(), order_mapping.lookups)
    options = {"related": related, "idmap": lambda entity, key: f"{entity[0].upper()}{key}"}
    for order in orders:
        assert_same(order_mapping, stored, order, **options)
    good = sum(order_mapping.apply(order, **options).ok for order in orders)
    assert len(orders) == 450
    assert good >= 430


def test_spoilt_orders(
    order_mapping: CompiledMapping, orders: list[dict[str, Any]], related: dict[str, Any]
) -> None:
    """800 orders with nasty values in random places: same problems or same output, and no exception."""
    chance = random.Random(11)
    stored = compile_ir(order_mapping.tree.to_json(), order_mapping.lookups)
    rejected = 0
    for _ in range(800):
        order = mutated(chance.choice(orders), chance)
        options = {"related": related, "idmap": idmap}
        assert_same(order_mapping, stored, order, **options)
        order_mapping.related_keys(order)
        rejected += not order_mapping.apply(order, **options).ok
    assert rejected > 150
