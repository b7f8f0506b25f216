"""The compiled form and the tree walker are one language: same values, same errors."""

from typing import Any

from crosswalk_engine.formula import (
    EvalError,
    FormulaError,
    RowScope,
    Scope,
    TypedFormula,
    compile_formula,
    evaluate,
    formula_from_ir,
    parse_formula,
    to_json_value,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.formula.strategies import (
    FIELDS,
    LOOKUPS,
    RELATED,
    ROW_FIELDS,
    aggregates,
    formulas,
    idmap,
    records,
    tame_records,
)

SCOPE = Scope(
    related={"rel": None, "each_one": None},
    related_keys={"rel": "a", "each_one": "rows[].k"},
    collections=frozenset({"rows"}),
)
ROW_SCOPE = Scope(
    related=SCOPE.related,
    related_keys=SCOPE.related_keys,
    row=RowScope("rows", "row", order_by="row.q"),
)
LOOSE_SCOPE = Scope(related={"rel": None, "each_one": None})
_ROW_PATHS = [f"row.{field}" for field in ROW_FIELDS]


def outcome(run: Any, record: Any, **options: Any) -> Any:
    """The value with its type, or what the error says."""
    try:
        value = run(record, lookups=LOOKUPS, related=RELATED, idmap=idmap, **options)
    except EvalError as error:
        return error.key()
    return (type(value).__name__, to_json_value(value))


def parsed(text: str, scope: Scope) -> TypedFormula | None:
    """The formula, or nothing when its types are wrong."""
    try:
        return parse_formula(text, scope)
    except FormulaError:
        return None


def assert_same(text: str, scope: Scope, record: Any, **options: Any) -> None:
    """Oracle, compiled form, and the compiled form of the stored tree agree."""
    formula = parsed(text, scope)
    if formula is None:
        return
    expected = outcome(lambda doc, **more: evaluate(formula, doc, **more), record, **options)
    assert outcome(compile_formula(formula), record, **options) == expected
    assert formula_from_ir(formula.ir).ir == formula.ir


@settings(max_examples=400, deadline=None)
@given(text=formulas(*FIELDS, "rel.p", "rel.deep.q"), record=records() | tame_records())
def test_scalar_formulas(text: str, record: dict[str, Any]) -> None:
    """Any formula over any record gives the same on both backends."""
    assert_same(text, SCOPE, record)


@settings(max_examples=250, deadline=None)
@given(text=aggregates, record=records() | tame_records(), loose=st.booleans())
def test_aggregates(text: str, record: dict[str, Any], loose: bool) -> None:
    """Aggregates agree, with the repeated part declared and with it found in the record."""
    assert_same(text, LOOSE_SCOPE if loose else SCOPE, record)


@settings(max_examples=250, deadline=None)
@given(
    text=st.one_of(
        formulas(*_ROW_PATHS, "a", "each_one.p", "ROW_KEY()"),
        st.tuples(formulas("a", "b", depth=1), formulas(*_ROW_PATHS, "rows.q", "1", depth=1)).map(
            lambda pair: f"APPORTION({pair[0]}, {pair[1]}, 2)"
        ),
        aggregates,
    ),
    record=records() | tame_records(),
    row=st.sampled_from([None, 0, 1, "10", "9", "b"]),
)
def test_formulas_of_a_row(text: str, record: dict[str, Any], row: Any) -> None:
    """Formulas in an `each` agree, APPORTION and related records of the row among them."""
    assert_same(text, ROW_SCOPE, record, row=row)


@settings(max_examples=150, deadline=None)
@given(text=formulas(*FIELDS), record=records() | tame_records())
def test_a_shape_never_changes_a_value(text: str, record: dict[str, Any]) -> None:
    """What a formula gives does not depend on whether the shape of the record was known."""
    from crosswalk_engine.payload.shape import infer_shape

    known = parsed(text, Scope(shape=infer_shape([record])))
    loose = parsed(text, Scope())
    if known is not None and loose is not None:
        run = compile_formula(known)
        assert outcome(run, record) == outcome(compile_formula(loose), record)
