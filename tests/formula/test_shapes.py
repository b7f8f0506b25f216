"""What samples do not show is not held against a formula: a known shape adds checks, and changes no value."""

from typing import Any

import pytest
from crosswalk_engine.formula import Scope, check_formula, compile_formula, evaluate, parse_formula
from crosswalk_engine.formula.problems import EvalError
from crosswalk_engine.payload.shape import infer_shape


def values(text: str, records: list[dict[str, Any]]) -> list[Any]:
    """The value (or error code) of each record, the same with and without the shape of them all."""
    shape = infer_shape(records)

    def of(formula: Any, run: Any, record: dict[str, Any]) -> Any:
        try:
            return run(formula, record)
        except EvalError as error:
            return error.code

    known, unknown = parse_formula(text, Scope(shape=shape)), parse_formula(text)
    found = [of(known, evaluate, record) for record in records]
    assert found == [of(unknown, evaluate, record) for record in records]
    assert found == [of(compile_formula(known), lambda run, one: run(one), record) for record in records]
    return found


@pytest.mark.parametrize("empty", [[], None, {}, "", [None], [{}]])
def test_below_what_is_always_empty_anything_may_stand(empty: Any) -> None:
    """Of a list that is empty in every sample, or a field that is null, no field is unknown."""
    records = [{"e": empty, "o": {"e": empty}}, {"e": empty, "o": {}}]
    assert values("COUNT(e.a)", records) == [0, 0]
    assert values("SUM(e.qty)", records) == [None, None]
    assert values("SUM(o.e.qty) FILTER (WHERE o.e.kind = 'x')", records) == [None, None]


def test_a_null_field_may_be_anything() -> None:
    """A field that is always null is read as null, as a value and on the way."""
    assert values("COALESCE(a, b.c, 'none')", [{"a": None, "b": None}]) == ["none"]
    assert check_formula("b.c", Scope(shape=infer_shape([{"a": 1, "b": 2}])))[0].code == "CW-FORMULA-FIELD"


def test_values_by_id_are_repeated_with_a_shape_as_without() -> None:
    """An object of values by id is gone over; each of its values can be named too."""
    records = [{"idsc": {"1": 5, "2": 6}}, {"idsc": {"7": 1}}]
    assert values("SUM(idsc)", records) == [11, 1]
    assert values('idsc."1"', records) == [5, None]


def test_one_odd_record_does_not_stop_the_others() -> None:
    """A list among values is that record's error; where lists are usual, it is the formula's."""
    records: list[dict[str, Any]] = [{"n": 1}, {"n": 2}, {"n": [1]}]
    assert values("n + 1", records) == [2, 3, "CW-PATH-REPEATS"]
    assert values("SUM(n)", records) == ["CW-PATH-SINGLE", "CW-PATH-SINGLE", 1]
    usual = infer_shape([{"n": [1]}, {"n": [2, 3]}, {"n": 1}])
    assert check_formula("n + 1", Scope(shape=usual))[0].code == "CW-FORMULA-REPEATED"


def test_one_odd_object_does_not_stop_the_others() -> None:
    """A list of objects where an object is usual is that record's error."""
    records: list[dict[str, Any]] = [{"o": {"a": 1}}, {"o": {"a": 2}}, {"o": [{"a": 3}]}]
    assert values("o.a", records) == [1, 2, "CW-PATH-REPEATS"]
