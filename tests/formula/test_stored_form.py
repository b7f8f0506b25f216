"""The tree as a release stores it: canonical, complete, and read without the parser."""

import json
import subprocess
import sys
from typing import Any

import pytest
from crosswalk_engine.errors import ConfigError
from crosswalk_engine.formula import RowScope, Scope, compile_formula, formula_from_ir, parse_formula
from crosswalk_engine.formula.ir import Const, to_json
from crosswalk_engine.formula.stored import from_json
from hypothesis import given, settings

from tests.formula.strategies import FIELDS, formulas
from tests.formula.test_differential import SCOPE, parsed


@settings(max_examples=100, deadline=None)
@given(text=formulas(*FIELDS))
def test_round_trip(text: str) -> None:
    """Text -> tree -> JSON -> tree gives the same tree."""
    formula = parsed(text, SCOPE)
    if formula is not None:
        assert from_json(json.loads(json.dumps(formula.ir))) == formula.node


def test_spelling_does_not_matter() -> None:
    """Spaces, case of keywords, aliases and brackets give one canonical tree."""
    spelled = ["a = 1 AND NOT(b is null)", "(a=1) and\nnot b IS NULL", "((a = 1)) AND ((NOT (b IS NULL)))"]
    assert len({json.dumps(parse_formula(text).ir) for text in spelled}) == 1
    assert parse_formula("substr(a, 1)").ir == parse_formula("SUBSTRING(a, 1)").ir


def test_constants_of_different_kinds_are_different() -> None:
    """1, 1.0, TRUE and '1' are four constants: equal in Python, not in the language."""
    from decimal import Decimal

    constants = {Const(1), Const(Decimal("1.0")), Const(True), Const("1"), Const(Decimal("1.00"))}
    assert len(constants) == 5
    assert [to_json(Const(Decimal("1.0"))), to_json(Const(1))] == [["decimal", "1.0"], ["const", 1]]


_OVER = [["path", "record", ["rows"]]]


def _deep(levels: int) -> Any:
    """A constant inside so many calls."""
    stored: Any = ["const", "a"]
    for _ in range(levels):
        stored = ["call", "UPPER", stored]
    return stored


def test_the_deepest_form_is_read() -> None:
    """As deep as the parser reads chains, and no deeper."""
    assert formula_from_ir(_deep(64)).type == "TEXT"


@pytest.mark.parametrize(
    "stored",
    [
        None,
        [],
        ["nope"],
        ["call", "NOPE"],
        ["call", "SUM", ["const", 1]],
        ["call", "UPPER"],
        ["const", 1.5],
        ["const", {}],
        ["path", "elsewhere", []],
        ["decimal", "abc"],
        ["aggregate", "UPPER", [["path", "record", []]]],
        ["share", ["const", 1]],
        "text",
        ["case", [[1]], None],
        {"0": "const"},
        ["aggregate", "SUM", [["path", "record", ["rows"]]], None],
        ["aggregate", "COUNT", [["path", "record", ["rows"]], "lost"], None, ["const", 1]],
        ["aggregate", "COUNT", [["path", "record", ["rows"]], "found"], None, ["const", 1]],
        [
            "aggregate",
            "STRING_AGG",
            [["path", "record", ["rows"]]],
            None,
            ["path", "item", ["a"]],
            ["const", 1],
        ],
        [
            "aggregate",
            "STRING_AGG",
            [["path", "record", ["rows"]]],
            None,
            ["path", "item", ["a"]],
            ["path", "item", ["a"]],
        ],
        ["aggregate", "SUM", _OVER, None, ["aggregate", "SUM", _OVER, None, ["path", "item", ["a"]]]],
        ["path", "item", ["a"]],
        ["path", "record", "abc"],
        ["path", "record", [1]],
        ["path", "record", ["a"], "half"],
        ["call", "UPPER", ["path", "item", ["a"]]],
        ["case", [], ["const", 1]],
        ["call", "CASE", ["const", True], ["const", 1]],
        ["call", "PRESENT", ["path", "record", ["a"]]],
        ["call", "APPORTION", ["const", 1], ["const", 1], ["const", 2]],
        ["call", "TO_DECIMAL", ["const", "1"], ["path", "record", ["a"]]],
        ["call", "TO_DECIMAL", ["const", "1"], ["const", 99]],
        ["call", "TO_DECIMAL", ["const", "1"], ["const", "2"]],
        ["call", "TO_DECIMAL", ["const", "1"], ["const", None]],
        ["call", "LOOKUP", ["path", "record", ["t"]], ["const", "k"]],
        ["share", ["const", 1], ["const", 1], 99, "row"],
        ["share", ["const", 1], ["const", 1], -1],
        ["share", ["const", 1], ["const", 1], "2"],
        ["share", ["const", 1], ["const", 1], True],
        ["decimal", "NaN"],
        ["decimal", "Infinity"],
        ["decimal", "1e50"],
        ["decimal", "1" * 35],
        ["decimal", "0." + "0" * 34 + "1"],
        ["decimal", 1],
        ["const", 10**34],
        ["const", "x" * 65_537],
        _deep(65),
        _deep(2_000),
    ],
)
def test_damaged_forms_are_refused(stored: Any) -> None:
    """A damaged tree, or one with a function this version lacks, is one configuration error."""
    with pytest.raises(ConfigError) as caught:
        formula_from_ir(stored)
    assert caught.value.code == "CW-IR"


def test_paths_of_a_formula() -> None:
    """A formula tells the fields, tables, id maps and related records that it reads."""
    scope = Scope(
        row=RowScope("orderRows", "row"),
        related={"contact": None},
        related_keys={"contact": "parties.customer.contactId"},
    )
    formula = parse_formula(
        "COALESCE(LOOKUP('t', row.sku), IDMAP('customer', contact.code), STRING_AGG(notes.text, ';'))",
        Scope(
            **{
                **{name: getattr(scope, name) for name in ("row", "related", "related_keys")},
                "collections": frozenset({"notes"}),
            }
        ),
    )
    assert formula.paths == ("orderRows[].sku", "contact.code", "notes[].text")
    assert (formula.lookups, formula.idmaps, formula.related) == ({"t"}, {"customer"}, {"contact"})
    assert formula.type == "TEXT"


def test_stored_formulas_run_without_the_parser() -> None:
    """Reading and compiling a stored formula does not import sqlglot."""
    ir = parse_formula("ROUND(SUM(rows.q) / 3.0, 2)", Scope(collections=frozenset({"rows"}))).ir
    code = (
        "import sys, json\n"
        "sys.modules['sqlglot'] = None\n"
        "from crosswalk_engine.formula import compile_formula, formula_from_ir\n"
        f"run = compile_formula(formula_from_ir(json.loads({json.dumps(ir)!r})))\n"
        "print(run({'rows': [{'q': 1}, {'q': 4}]}))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "1.67\n"


def test_generated_code_can_be_read() -> None:
    """The compiled form is Python text that explains its constants."""
    code = compile_formula(parse_formula("TO_DECIMAL(price, 2) * 1.20")).code
    assert "# K1 = TO_DECIMAL(…, 2)" in code
    assert "# K2 = 1.20" in code
    assert "def formula(doc, env, rows, at):" in code
