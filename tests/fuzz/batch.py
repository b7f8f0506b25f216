"""One batch: a mapping drawn from a seed, every formula in it, and at least twenty records."""

import json
import random
import traceback
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from crosswalk_engine.formula import TypedFormula
from crosswalk_engine.formula.functions import FUNCTIONS
from crosswalk_engine.mapping.tree import sources

from tests.fuzz.compare import Difference, compared, differs, formula_ways, mapping_ways, parsed
from tests.fuzz.formulas import ROW_ONLY, Expr, Formulas
from tests.fuzz.grounds import record_ground, row_ground
from tests.fuzz.levels import MEMBER, PART, ROW, Levels
from tests.fuzz.mappings import Drawn, Mappings, tree_of
from tests.fuzz.records import Spoiler
from tests.fuzz.shrink import Shrinker, replaced
from tests.fuzz.values import shown_values

#: Records that each formula is run over.
RECORDS = 25


@dataclass
class Outcomes:
    """What one batch, or many, came to.

    `values` and `errors` count, by function, the formulas' outcomes in which it took part; `features` the
    documents in which something stood, `outputs` the records that were mapped or rejected.
    """

    cases: int = 0
    refused: int = 0
    found: int = 0
    reports: list[str] = field(default_factory=list)
    values: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    features: Counter[str] = field(default_factory=Counter)
    outputs: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Outcomes") -> None:
        """Counts `other` in."""
        self.cases += other.cases
        self.refused += other.refused
        self.found += other.found
        self.reports += other.reports
        self.values += other.values
        self.errors += other.errors
        self.features += other.features
        self.outputs += other.outputs


def run_batch(seed: str) -> Outcomes:
    """The cases of one seed; the same seed makes the same cases."""
    chance = random.Random(seed)
    mappings = Mappings(chance)
    try:
        drawn = mappings.draw()
    except Exception:  # noqa: BLE001  whatever a person writes, translating refuses it with findings
        trace = traceback.format_exc(limit=-3)
        return Outcomes(found=1, reports=[f"difference in: translating   (seed {seed})\n got: {trace}"])
    records = _records(chance, drawn)
    outcomes = Outcomes(cases=len(records) * len(drawn.formulas), refused=mappings.refused)
    outcomes.features.update(features(drawn.document))
    for expr, levels in drawn.formulas:
        formula = parsed(expr.text, levels) if len(levels) < 2 else None
        if formula is not None:
            _formula(outcomes, expr, levels, formula, records, seed)
    _mapping(outcomes, drawn, records, seed, stored=chance.random() < 0.25)
    return outcomes


def run_function(name: str, seed: str, formulas: int = 2) -> Outcomes:
    """Formulas that call function `name` at the top, each over records of its own; the same for one seed."""
    chance = random.Random(f"{seed} {name}")
    draw, outcomes = Formulas(chance), Outcomes()
    levels: Levels = (ROW,) if name in ROW_ONLY else ()
    ground = row_ground(((ROW.path, ROW.alias),)) if levels else record_ground()
    for _ in range(20 * formulas):
        kind = chance.choice([kind for kind, names in sorted(draw.producers.items()) if name in names])
        expr = draw.call(ground, FUNCTIONS[name], kind, chance.randint(0, 1))
        formula = parsed(expr.text, levels)
        if formula is None:
            outcomes.refused += 1
            continue
        hints = [value for at in range(4) for value in shown_values(name, at)]
        spoiler = Spoiler(chance, formula.paths, hints, mild=True)
        records = [spoiler.draw() for _ in range(RECORDS)]
        _formula(outcomes, expr, levels, formula, records, f"{seed} {name}")
        outcomes.cases += len(records)
        if outcomes.cases >= formulas * RECORDS:
            break
    return outcomes


def _records(chance: random.Random, drawn: Drawn) -> list[bytes]:
    paths = {path for node, levels in drawn.tree.formulas() for path in sources(node, levels)}
    names = {name for expr, _ in drawn.formulas for name in expr.names()}
    hints = [value for name in sorted(names) for at in range(4) for value in shown_values(name, at)]
    spoiler = Spoiler(chance, sorted(paths), hints, mild=drawn.tame)
    return [spoiler.draw() for _ in range(RECORDS)]


def features(document: dict[str, Any]) -> set[str]:
    """What stands in a document, by its keys; ``nested`` and ``flattened`` lists too."""
    found = {key for key in ("documents", "empty", "rule_sets") if document.get(key)}
    pending = [(rule, False) for rule in (*document["rules"], *document["checks"])]
    while pending:
        rule, inside = pending.pop()
        found |= {key for key in rule if key not in ("to", "name", "rules", "formula")}
        if "each" in rule:
            found |= {"nested"} if inside else set()
            found |= {"flattened"} if "," in rule["each"] else set()
            found |= {level.alias for level in (MEMBER, PART) if f"AS {level.alias}" in rule["each"]}
            pending += [(inner, True) for inner in rule["rules"]]
    return found


def _formula(
    outcomes: Outcomes, expr: Expr, levels: Levels, formula: TypedFormula, records: list[bytes], seed: str
) -> None:
    ways = formula_ways(formula)
    names = expr.names()
    for raw in records:
        outcome, difference = compared(ways, raw)
        if difference is not None:
            outcomes.found += 1
            if len(outcomes.reports) < 3:
                outcomes.reports.append(_small_formula(expr, levels, difference, seed))
            return
        (outcomes.values if outcome[0] == "value" else outcomes.errors).update(names)


def _mapping(outcomes: Outcomes, drawn: Drawn, records: list[bytes], seed: str, *, stored: bool) -> None:
    ways = mapping_ways(drawn.tree, stored=stored)
    for raw in records:
        outcome, difference = compared(ways, raw)
        if difference is not None:
            outcomes.found += 1
            if len(outcomes.reports) < 3:
                outcomes.reports.append(_small_mapping(drawn, difference, seed))
            return
        outcomes.outputs["mapped" if outcome[0] is not None else "rejected"] += 1


def _small_formula(expr: Expr, levels: Levels, difference: Difference, seed: str) -> str:
    shrinker = Shrinker()
    raw = difference.record

    def again(text: str, record: bytes) -> Difference | None:
        formula = parsed(text, levels)
        return None if formula is None else differs(formula_ways(formula), record)

    expr = shrinker.formula(expr, lambda smaller: again(smaller.text, raw) is not None)
    raw = shrinker.record(raw, lambda smaller: again(expr.text, smaller) is not None)
    expr = shrinker.formula(expr, lambda smaller: again(smaller.text, raw) is not None)
    place = f" in each {levels[0].path} AS {levels[0].alias}" if levels else ""
    return _report(seed, again(expr.text, raw) or difference, f"formula{place}: {expr.text}")


def _small_mapping(drawn: Drawn, difference: Difference, seed: str) -> str:
    shrinker = Shrinker()
    raw, document = difference.record, drawn.document

    def again(one: dict[str, Any], record: bytes) -> Difference | None:
        tree = tree_of(one)
        return None if tree is None else differs(mapping_ways(tree, stored=True), record)

    document = shrinker.document(document, lambda smaller: again(smaller, raw) is not None)
    for expr, _ in drawn.formulas:
        if expr.text in _texts(document):

            def fails(one: Expr, whole: Any = document, old: str = expr.text) -> bool:
                return again(replaced(whole, old, one.text), raw) is not None

            document = replaced(document, expr.text, shrinker.formula(expr, fails).text)
    raw = shrinker.record(raw, lambda smaller: again(document, smaller) is not None)
    document = shrinker.document(document, lambda smaller: again(smaller, raw) is not None)
    shown = {
        key: value for key, value in document.items() if key not in ("format", "name", "source", "target")
    }
    return _report(
        seed, again(document, raw) or difference, f"mapping: {json.dumps(shown, ensure_ascii=False)}"
    )


def _texts(value: Any) -> set[str]:
    if isinstance(value, dict | list):
        inner = value.values() if isinstance(value, dict) else value
        return {text for one in inner for text in _texts(one)}
    return {value} if isinstance(value, str) else set()


def _report(seed: str, difference: Difference, what: str) -> str:
    return "\n".join(
        [
            f"difference in: {difference.way}   (seed {seed})",
            f"  {what}",
            f"  record: {difference.record.decode()[:1500]}",
            f"  expected: {str(difference.expected)[:600]}",
            f"  got:      {str(difference.got)[:600]}",
        ]
    )
