"""Random formulas and mappings over spoilt orders, every way to run them; at length: `make fuzz`."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from crosswalk_engine.formula.functions import FUNCTIONS
from crosswalk_engine.mapping.document import EachRule, Rule

from tests.fuzz import compare
from tests.fuzz.batch import RECORDS, Outcomes, run_batch, run_function
from tests.fuzz.compare import differs
from tests.fuzz.formulas import Expr
from tests.fuzz.guard import GUARD
from tests.fuzz.records import Spoiler, decode, encode
from tests.fuzz.shrink import Shrinker
from tests.fuzz.texts import run_texts
from tests.fuzz.values import shown_literals

#: Enough batches for 20,000 cases.
SEEDS = [f"ci-{number}" for number in range(75)]


@pytest.fixture(scope="module")
def outcomes() -> Outcomes:
    """What the fixed seeds came to."""
    total = Outcomes()
    for seed in SEEDS:
        total.add(run_batch(seed))
    return total


def test_no_differences(outcomes: Outcomes) -> None:
    """At least 20,000 cases, 0 differences."""
    assert RECORDS >= 20
    assert outcomes.cases >= 20_000
    assert outcomes.found == 0, "\n".join(outcomes.reports)


def test_what_comes_through(outcomes: Outcomes) -> None:
    """A good part of the formulas gives values, and of the records outputs; the rest are errors."""
    values, errors = sum(outcomes.values.values()), sum(outcomes.errors.values())
    assert 0.3 < values / (values + errors) < 0.95
    mapped, rejected = outcomes.outputs["mapped"], outcomes.outputs["rejected"]
    assert 0.2 < mapped / (mapped + rejected) < 0.8


def test_every_function() -> None:
    """Each function of the table, in formulas of its own: it gives values somewhere, and 0 differences."""
    for name in FUNCTIONS:
        found = run_function(name, "ci", 5)
        assert found.found == 0, "\n".join(found.reports)
        assert found.values[name] > 0, name


def test_every_feature_takes_part(outcomes: Outcomes) -> None:
    """Each key that a rule or an `each` can have stood in some mapping; nested and flattened lists did."""
    keys = {*Rule.model_fields, *EachRule.model_fields} - {"to", "formula", "rules", "origin", "note"}
    wanted = keys | {"nested", "flattened", "documents"}
    assert [name for name in sorted(wanted) if not outcomes.features[name]] == []


def test_texts() -> None:
    """2,500 texts that are no formulas, or not quite: FormulaError or nothing, within the limits."""
    assert run_texts("ci-texts", 2500) == []


def test_the_same_seed_makes_the_same_cases() -> None:
    """Two runs of a batch count the same."""
    first, second = run_batch("again"), run_batch("again")
    assert (first.cases, first.values, first.errors) == (second.cases, second.values, second.errors)


def test_a_planted_fault_is_found_and_made_small(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a tree walker that loses the sign of numbers, batches differ, and the report is short."""
    honest: Callable[..., Any] = compare.evaluate

    def wrong(*args: Any, **options: Any) -> Any:
        value = honest(*args, **options)
        return abs(value) if isinstance(value, int) and not isinstance(value, bool) else value

    monkeypatch.setattr(compare, "evaluate", wrong)
    total = Outcomes()
    for number in range(6):
        total.add(run_batch(f"planted-{number}"))
    assert total.found > 0
    assert all("difference in: compiled formula" in report for report in total.reports)
    shortest = min(total.reports, key=len)
    assert len(shortest.splitlines()[1]) < 60
    assert len(shortest) < 400


def test_what_runs_behind_a_formula_is_noted() -> None:
    """A way that opens a file or compiles text is reported although its outcome agrees."""

    def opens(raw: bytes) -> tuple[Any, ...]:
        with GUARD.watching():
            eval("1")
            with Path(__file__).open("rb"):
                return ("value", "int", 1)

    difference = differs({"oracle": lambda raw: ("value", "int", 1), "opens": opens}, b"{}")
    assert difference is not None
    assert difference.way == "while running"
    assert {event.split()[0] for event in difference.got} >= {"open", "compile", "exec"}


def test_shrinking() -> None:
    """A record and a formula lose everything that the failure does not need."""
    raw = Spoiler(random.Random(3), (), ()).draw()
    order = decode(raw) | {"kept": {"x": [1, 2], "y": 3}}
    small = Shrinker().record(encode(order), lambda one: "y" in (decode(one).get("kept") or {}))
    assert decode(small) == {"kept": {"y": 3}}
    inner = Expr(("UPPER(", Expr(("reference",)), ")"), "UPPER")
    whole = Expr(("CONCAT(", inner, ", ", Expr(("1",)), ")"), "CONCAT")
    assert Shrinker().formula(whole, lambda one: "UPPER" in one.text).text == "UPPER(1)"


def test_literals_come_from_the_examples() -> None:
    """What a function wants written out is taken from its own page: formats, zones, tables, patterns."""
    assert {0: "Europe/London"} in [{0: found[1]} for found in shown_literals("IN_ZONE") if 1 in found]
    for name, function in FUNCTIONS.items():
        needed = [at for at, param in enumerate(function.params) if param.literal and not param.optional]
        if needed and name != "APPORTION":
            assert any(all(at in found for at in needed) for found in shown_literals(name)), name
