"""The baseline of the mapping bench does the same job as the mapping: same bytes, same errors."""

import copy
import random
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from tests.bench.by_hand import order_to_m3
from tests.bench.orders import Material, idmap, material
from tests.formula.strategies import NASTY

_encode = msgspec.json.Encoder(decimal_format="number").encode


@pytest.fixture(scope="module")
def made() -> Material:
    """The wide order mapping and all 450 sample orders."""
    return material(least_rows=0)


def outcomes(made: Material, raw: bytes) -> tuple[Any, Any]:
    """(bytes or nothing, [(path, code)]) by hand and by the compiled mapping."""
    result = made.mapping.apply_bytes(raw, **made.options)
    errors = [(problem.path, problem.code) for problem in result.errors]
    ours = (result.output_bytes() if result.ok else None, errors)
    return order_to_m3(raw, made.related, idmap, made.entries), ours


def test_the_mapping_is_wide(made: Material) -> None:
    """46 rules of the head and its address, 16 of a line; orders of about 5 KB in the bench."""
    names = [rule.to for rule in made.mapping.tree.rules]
    lines = next(rule for rule in made.mapping.tree.rules if rule.to == "lines[]")
    assert len([name for name in names if not name.endswith("[]")]) == 46
    assert len(lines.rules) == 16  # type: ignore[union-attr]
    assert 4_800 < material().mean_size < 5_200


def test_sample_orders(made: Material) -> None:
    """All 450 sample orders: 0 differences; most of them map."""
    found = [outcomes(made, raw) for raw in made.raw]
    assert len(found) == 450
    assert [pair for pair in found if pair[0] != pair[1]] == []
    assert sum(by_hand[0] is not None for by_hand, _ in found) >= 430


def _places(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _places(inner, (*place, key))
    if place:
        yield place


def test_spoilt_orders(made: Material) -> None:
    """1,500 orders with nasty values in random places: 0 differences, in hundreds of rejected ones too."""
    chance, rejected = random.Random(7), 0
    orders = [msgspec.json.decode(raw) for raw in made.raw]
    for _ in range(1500):
        order = copy.deepcopy(chance.choice(orders))
        for _ in range(chance.randint(1, 4)):
            *way, last = chance.choice(list(_places(order)))
            inside: Any = order
            for key in way:
                inside = inside[key]
            if chance.random() < 0.12 and isinstance(inside, dict):
                del inside[last]
            else:
                inside[last] = copy.deepcopy(chance.choice(NASTY))
        by_hand, ours = outcomes(made, _encode(order))
        assert by_hand == ours
        rejected += by_hand[0] is None
    assert rejected > 300
