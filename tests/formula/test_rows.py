"""Formulas in lists of lists, by themselves: names, rows, parameters of rule sets, related records."""

from typing import Any

import pytest
from crosswalk_engine.formula import (
    EvalError,
    RowScope,
    Scope,
    check_formula,
    compile_formula,
    evaluate,
    formula_from_ir,
    parse_formula,
)
from crosswalk_engine.payload.shape import infer_shape

ORDER: dict[str, Any] = {
    "id": 7,
    "rows": {
        "10": {"sku": "a", "qty": 2, "serials": [{"no": "x", "w": 1}, {"no": "y", "w": 2}]},
        "9": {"sku": "b", "qty": 1, "serials": [{"no": "z", "w": 5}]},
    },
}
ROW, SERIAL = RowScope("rows", "row"), RowScope("row.serials", "serial")
NESTED = Scope(row=SERIAL, outer=(ROW,))
FLAT = Scope(row=RowScope("row.serials", "serial", flattens=True), outer=(ROW,))


def value(text: str, scope: Scope, row: Any = None, **options: Any) -> Any:
    """The value of a formula in a row, the same compiled and from its stored form."""
    formula = parse_formula(text, scope)
    found = evaluate(formula, ORDER, row=row, **options)
    assert compile_formula(formula)(ORDER, row=row, **options) == found
    assert formula_from_ir(formula.ir).node == formula.node
    return found


def test_a_formula_sees_all_rows_around_it() -> None:
    """One key for each level from the outermost; one alone is the innermost; without, the first."""
    text = "CONCAT_WS('-', id, row.sku, serial.no, ROW_KEY())"
    assert value(text, NESTED) == "7-b-z-0"
    assert value(text, NESTED, ["10", 1]) == "7-a-y-1"
    assert value(text, NESTED, ["10"]) == "7-a-x-0"
    assert value(text, NESTED, 0) == "7-b-z-0"
    assert value(text, FLAT, 1) == "7-a-y-1"
    with pytest.raises(EvalError) as caught:
        value(text, NESTED, ["9", 1])
    assert (caught.value.code, caught.value.value) == ("CW-ROW", "1")


def test_aggregates_below_any_row() -> None:
    """An aggregate goes over a part of the record, of the outer or of the inner row."""
    assert value("SUM(row.serials.w)", NESTED, ["10", 0]) == 3
    assert value("SUM(rows.qty)", NESTED, ["10", 0]) == 3
    assert value("SUM(row.serials.w * row.qty)", NESTED, ["10", 0]) == 6
    assert value("COUNT(row.serials) FILTER (WHERE row.serials.no <> serial.no)", NESTED, ["10", 0]) == 1


def test_shares_of_nested_and_of_flattened_rows() -> None:
    """In a nested list the rows of one outer row share; in a flattened one all pairs do."""
    assert str(value("APPORTION(row.qty, serial.w, 2)", NESTED, ["10", 1])) == "1.33"
    assert str(value("APPORTION(1, serial.w, 2)", FLAT, ["10", 1])) == "0.25"
    assert str(value("APPORTION(1, row.serials.w, 2)", FLAT, ["9", 0])) == "0.63"
    assert check_formula("APPORTION(row.qty, serial.w, 2)", FLAT)[0].code == "CW-FORMULA-AGGREGATE"
    assert check_formula("APPORTION(1, TO_INTEGER(ROW_KEY()), 2)", NESTED)[0].suggestion == (
        "weigh by a field of the row"
    )


def test_rows_of_a_group() -> None:
    """By itself, a grouped row stands for all rows of its list."""
    scope = Scope(row=RowScope("rows", "row", order_by="row.qty", rows_as="all"))
    assert value("STRING_AGG(row.all.sku, '+') || row.sku", scope) == "b+ab"
    assert value("COUNT(row.all)", scope) == 2


def test_paths_name_every_list() -> None:
    """The fields that a formula reads, with ``[]`` after each repeated name."""
    formula = parse_formula("CONCAT(row.sku, serial.no, SUM(row.serials.w), COUNT(rows))", NESTED)
    assert formula.paths == ("rows[].sku", "rows[].serials[].no", "rows[].serials[].w", "rows[]")


def test_the_innermost_alias_wins_and_parameters_stand_for_paths() -> None:
    """A parameter of a rule set is read like a field: of the record, a row or a related record."""
    parameters = {"item": "row", "first": "serial.no", "contact": "rel.home"}
    scope = Scope(
        row=SERIAL, outer=(ROW,), parameters=parameters, related={"rel": None}, related_keys={"rel": "id"}
    )
    assert value("item.sku || first", scope, ["10", 0]) == "ax"
    related = {"rel": {"7": {"home": {"town": "Rom"}}}}
    assert value("contact.town", scope, ["10", 0], related=related) == "Rom"


def test_problems_name_the_parameter_that_was_written() -> None:
    """An unknown field is told as it stands in the rule set, with the nearest one below the parameter."""
    scope = Scope(shape=infer_shape([{"ship": {"to": {"town": "Rom"}}}]), parameters={"address": "ship.to"})
    problem = check_formula("UPPER(address.twon)", scope)[0]
    assert (problem.message, problem.found, problem.suggestion) == (
        "unknown field 'address.twon'",
        "address.twon",
        "did you mean 'address.town'?",
    )


def test_related_records_through_one_another() -> None:
    """The id of one related record stands in another; the row that leads there is the innermost fit."""
    scope = Scope(
        row=ROW,
        related={"product": None, "brand": None},
        related_keys={"product": "rows[].sku", "brand": "product.brandId"},
    )
    related = {"product": {"a": {"brandId": 1}, "b": {"brandId": None}}, "brand": {"1": {"name": "Acme"}}}
    assert value("brand.name", scope, "10", related=related) == "Acme"
    assert value("brand.name", scope, "9", related=related) is None
    outside = Scope(related=scope.related, related_keys=scope.related_keys, collections=frozenset({"rows"}))
    problem = check_formula("brand.name", outside)[0]
    assert problem.message == "'brand.name' is another record for each row"
    assert value("COUNT(brand.name)", outside, related=related) == 1
