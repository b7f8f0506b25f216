"""Shapes: what a set of records looks like."""

import json
import time

import pytest
from crosswalk_engine.errors import ConfigError
from crosswalk_engine.payload.shape import Shape, infer_shape
from crosswalk_engine.payload.tally import pattern
from hypothesis import given
from hypothesis import strategies as st

SCALARS = st.none() | st.booleans() | st.integers() | st.decimals(allow_nan=False) | st.text(max_size=5)
KEYS = st.sampled_from(["a", "b", "1", "2", "x.y", "é"])
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3)
)
RECORDS = st.lists(st.dictionaries(KEYS, VALUES, max_size=4), max_size=6)


def order(rows: int = 3) -> dict[str, object]:
    """An order of the form that the first source system has, some 4 KB for three rows."""
    party = {f"addressLine{n}": "Unit 3, Paintworks" for n in range(1, 12)}
    row = {
        "productId": 1,
        "productSku": "KETTLE-SS-17",
        "rowValue": {"rowNet": {"value": "59.9000"}},
        "pad": "x" * 600,
    }
    return {
        "id": 100482,
        "parties": {"customer": party, "delivery": party, "billing": party},
        "invoices": [{"invoiceReference": ""}],
        "tax": {"errors": []},
        "orderRows": {str(318801 + n): row for n in range(rows)},
    }


def test_keyed_objects_are_collections() -> None:
    """An object whose keys are all ids is found like an array, with or without `[]`."""
    shape = infer_shape([order(2), order(3), {"orderRows": {}}])
    rows = shape.find("orderRows")
    assert rows is not None and rows.repeated == "keyed" and rows.present == 3
    sku = shape.find("orderRows.productSku")
    assert sku is shape.find("orderRows[].productSku") and sku is not None
    assert (sku.path, sku.present, sku.of, sku.longest) == ("orderRows[].productSku", 5, 5, 12)
    assert sku.repeating and not sku.optional and sku.scalar_kinds == {"text"}
    assert shape.find("invoices").repeated == "array"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "records",
    [
        [{"m": {"1": {"a": 1}}}, {"m": {"name": {"a": 1}}}],
        [{"m": {"1": {"a": 1}, "2": {"b": 1}, "3": {"c": 1}}}],
        [{"m": {"1": "one", "2": "two"}}],
    ],
)
def test_digit_keys_alone_do_not_make_a_collection(records: list[dict[str, object]]) -> None:
    """Other keys beside them, unlike values or scalar values: then it is an ordinary object."""
    found = infer_shape(records).find("m")
    assert found is not None and found.repeated is None and "1" in found.fields


def test_counts_tell_absent_null_and_blank_apart() -> None:
    """`present` of `of`, nulls and blank texts are three different things."""
    shape = infer_shape([{"a": {"x": "1"}}, {"a": {"x": ""}}, {"a": {"x": None}}, {"a": {}}, {}])
    x = shape.find("a.x")
    assert x is not None
    assert (x.present, x.of, x.null, x.blank, x.optional) == (3, 4, 1, 1, True)


def test_examples_show_form_and_no_data() -> None:
    """Letters and digits of any script are masked."""
    assert pattern("Žofie Müller, BS8 2DJ ١٢") == "Aaaaa Aaaaaa, AA9 9AA 99"
    shape = infer_shape([{"name": "Priya Raman", "sku": "K-17"}])
    stored = json.dumps(shape.to_json())
    assert "Priya" not in stored and '"A-99"' in stored


@given(RECORDS)
def test_json_round_trip_and_every_path_is_found(records: list[dict[str, object]]) -> None:
    """Storing a shape loses nothing, and each path that a shape names leads back to its node."""
    shape = infer_shape(records)
    assert Shape.from_json(json.loads(json.dumps(shape.to_json()))) == shape
    for node in shape.walk():
        if node.path:
            assert shape.find(node.path) is node
        assert 0 <= node.present <= node.of and sum(node.kinds.values()) == node.present


def test_wrong_path_gets_a_suggestion() -> None:
    """Slips, other spelling styles and bare last names lead to the field."""
    shape = infer_shape([order()])
    assert shape.nearest("orderRows[].productSk")[0] == "orderRows.productSku"
    assert shape.nearest("order_rows.product_sku")[0] == "orderRows.productSku"
    assert shape.nearest("sku")[0] == "orderRows.productSku"
    assert shape.find("orderRows[]").nearest("productSkuu")[0] == "productSku"  # type: ignore[union-attr]
    assert shape.nearest("entirely.else") == ()


def test_three_hundred_orders_take_well_under_a_second() -> None:
    """Shape inference is done whenever a project is opened."""
    orders = [order() for _ in range(300)]
    started = time.process_time()
    shape = infer_shape(orders)
    assert time.process_time() - started < 0.5
    assert shape.present == 300


def test_foreign_and_damaged_shapes_are_refused() -> None:
    """A stored shape of another format, or with a part missing, is named as such."""
    for stored in ({"format": "crosswalk/shape@9"}, {"format": "crosswalk/shape@1", "present": 1}):
        with pytest.raises(ConfigError, match="CW-SHAPE-FORMAT"):
            Shape.from_json(stored)
