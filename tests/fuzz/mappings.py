"""Random mapping documents over the sample orders, with every feature that a document can have."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from crosswalk_engine.errors import FindingsError
from crosswalk_engine.formula.values import ANY, BOOLEAN, DECIMAL, INTEGER, TEXT, Kinds
from crosswalk_engine.mapping.document import MappingDocument, Rule
from crosswalk_engine.mapping.translate import translate
from crosswalk_engine.mapping.tree import MappingTree
from pydantic import ValidationError

from tests.fuzz.formulas import Expr, Formulas, Ground
from tests.fuzz.grounds import RELATED, record_ground, row_ground

Json: TypeAlias = dict[str, Any]
Levels: TypeAlias = tuple[tuple[str, str], ...]
#: What a rule's value can be asked to be; each drawn alone or with others.
LIMITS: Mapping[str, Callable[[random.Random], Any]] = {
    "required": lambda chance: True,
    "max_length": lambda chance: chance.choice([1, 2, 5, 8, 20]),
    "min_length": lambda chance: chance.choice([1, 2, 5, 20]),
    "on_too_long": lambda chance: "cut",
    "type": lambda chance: chance.choice(["text", "integer", "decimal", "boolean", "date", "datetime"]),
    "min": lambda chance: chance.choice([0, -5, 3, "2.50", "2026-03-09"]),
    "max": lambda chance: chance.choice([0, 10, 1000, "99.99", "2026-03-20"]),
    "one_of": lambda chance: chance.choice([["x", "A"], [1, 2, 3], ["SO", "EUR", "GBP"], [True], ["2.50"]]),
    "pattern": lambda chance: chance.choice(["email", "phone", "ean", "iban", "vat", "uuid", "digits"]),
    "empty": lambda chance: chance.choice(["write", "omit", "keep"]),
    "default": lambda chance: chance.choice(["X", 0, "0.00", True, "long enough to be cut", "2026-03-09"]),
    "on_invalid": lambda chance: chance.choice(["blank", "default", "reject"]),
}


@dataclass
class Drawn:
    """A mapping document, its tree, and the formulas in it."""

    document: Json
    tree: MappingTree
    formulas: list[tuple[Expr, Levels]] = field(default_factory=list)


def tree_of(document: Json) -> MappingTree | None:
    """The tree of a document; `None` when it is refused."""
    try:
        return translate(MappingDocument.model_validate(document))
    except (FindingsError, ValidationError):
        return None


def around(rules: list[Json], *, checks: list[Json] | None = None, **more: Any) -> Json:
    """A document with these rules."""
    return {
        "format": "crosswalk/mapping@1",
        "name": "drawn",
        "source": {"system": "brightpearl", "entity": "order"},
        "target": {"system": "t", "entity": "e"},
        "with": {name: {"entity": entity, "key": key} for name, (entity, key, _) in RELATED.items()},
        "rules": rules,
        "checks": checks or [],
        **more,
    }


class Mappings:
    """Draws mapping documents from one source of chance; `refused` counts formulas that were refused."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.formulas = Formulas(chance)
        self.drawn: list[tuple[Expr, Levels]] = []
        self.refused = 0
        self.chained = True
        self.nested = True

    def draw(self) -> Drawn:
        """A document that can be used."""
        while True:
            self.drawn = []
            chance = self.chance
            document = around(self._rules(()))
            document["checks"] = [self._check(at) for at in range(chance.randint(0, 2))]
            if chance.random() < 0.15:
                document["empty"] = chance.choice(["omit", "keep"])
            if chance.random() < 0.12:
                document["documents"] = self._documents()
            if (tree := tree_of(document)) is not None:
                return Drawn(document, tree, self.drawn)
            self.refused += 1

    def formula(self, levels: Levels, wanted: Kinds = ANY, depth: int | None = None) -> str:
        """A formula that is not refused where it stands."""
        ground = self._ground(levels)
        for _ in range(30):
            expr = self.formulas.draw(ground, wanted, self.chance.randint(0, 4) if depth is None else depth)
            if len(expr.text) < 3000 and tree_of(around(inside(levels, {"to": "t", "formula": expr.text}))):
                self.drawn.append((expr, levels))
                return expr.text
            self.refused += 1
        expr = Expr(("NULL",))
        return expr.text

    def _ground(self, levels: Levels) -> Ground:
        return row_ground(levels, chained=self.chained) if levels else record_ground(chained=self.chained)

    def _rules(self, levels: Levels) -> list[Json]:
        chance = self.chance
        rules = [self._rule(levels, f"t{at}") for at in range(chance.randint(1, 3 if levels else 5))]
        if not levels:
            rules += [self._each((), f"l{at}") for at in range(chance.choice([0, 1, 1, 2, 3]))]
        elif self.nested and levels[-1][0] in ("orderRows", "orderRows.serials") and chance.random() < 0.3:
            rules.append(self._each(levels, "inner"))
        return rules

    def _rule(self, levels: Levels, to: str) -> Json:
        chance = self.chance
        to = chance.choice([to, f"o.{to}", f"o.p.{to}"])
        rule: Json = {"to": to}
        if chance.random() < 0.07:
            rule["value"] = chance.choice(["C", 7, True, "2.50", ""])
        elif levels and chance.random() < 0.12 and len(levels) == 1:
            rule["formula"] = self.formula(levels, DECIMAL, 1)
        else:
            rule["formula"] = self.formula(levels)
        if chance.random() < 0.15:
            rule["when"] = self.formula(levels, BOOLEAN, 2)
        for name, value in LIMITS.items():
            if name in Rule.model_fields and chance.random() < 0.09:
                rule[name] = value(chance)
        if rule.get("on_invalid") == "default" and "default" not in rule:
            rule["default"] = "D"
        if tree_of(around(inside(levels, rule))) is None:
            # A limit that does not go with the formula: the formula alone does.
            rule = {"to": to, "formula": rule.get("formula", "NULL")}
        return rule

    def _each(self, levels: Levels, to: str) -> Json:
        chance = self.chance
        steps = self._steps(levels)
        inner = (*levels, *steps)
        each: Json = {"to": f"{to}[]", "each": self._written(levels, steps)}
        if chance.random() < 0.5:
            each["where"] = self.formula(inner, BOOLEAN, 2)
        if chance.random() < 0.5:
            each["order_by"] = self.formula(inner, chance.choice([TEXT, INTEGER, DECIMAL]), 1)
        if chance.random() < 0.15:
            each["when"] = self.formula(levels, BOOLEAN, 1)
        if chance.random() < 0.12:
            each["group_by"] = [self.formula(inner, TEXT | INTEGER, 1) for _ in range(chance.randint(1, 2))]
            each["rows_as"] = "rows"
        elif chance.random() < 0.1:
            each["keyed_by"] = self.formula(inner, TEXT | INTEGER, 1)
        if chance.random() < 0.1:
            each["required"] = True
        each["rules"] = self._rules(inner)
        if "group_by" in each:
            each["rules"].append({"to": "rows_count", "formula": f"COUNT({inner[-1][1]}.rows)"})
        return each

    def _steps(self, levels: Levels) -> Levels:
        chance = self.chance
        if levels:
            below = {
                "orderRows": ("orderRows.serials", "serial"),
                "orderRows.serials": ("orderRows.serials.bins", "bin"),
            }
            return (below[levels[-1][0]],)
        first = chance.choice(
            [("orderRows", "row"), ("orderRows", "row"), ("orderRows", "row"), ("invoices", "inv")]
        )
        if self.nested and first[0] == "orderRows" and chance.random() < 0.12:
            return (first, ("orderRows.serials", "serial"))
        return (first,)

    @staticmethod
    def _written(levels: Levels, steps: Levels) -> str:
        parts, above = [], levels[-1] if levels else None
        for path, alias in steps:
            shown = path if above is None else f"{above[1]}.{path.removeprefix(f'{above[0]}.')}"
            parts.append(f"{shown} AS {alias}")
            above = (path, alias)
        return ", ".join(parts)

    def _check(self, at: int) -> Json:
        check: Json = {"name": f"check {at}", "formula": self.formula((), BOOLEAN, 2)}
        if self.chance.random() < 0.2:
            check["when"] = self.formula((), BOOLEAN, 1)
        return check

    def _documents(self) -> Json:
        levels: Levels = (("orderRows", "row"),)
        documents: Json = {"each": "orderRows AS row", "as": "part"}
        if self.chance.random() < 0.6:
            documents["by"] = [self.formula(levels, TEXT | INTEGER, 1)]
        if self.chance.random() < 0.4:
            documents["where"] = self.formula(levels, BOOLEAN, 1)
        return documents


def inside(levels: Levels, rule: Json) -> list[Json]:
    """`rule` alone, inside one `each` for each level."""
    if not levels:
        return [rule]
    above: tuple[str, str] | None = None
    wrapped = [rule]
    for at in range(len(levels) - 1, -1, -1):
        path, alias = levels[at]
        above = levels[at - 1] if at else None
        shown = path if above is None else f"{above[1]}.{path.removeprefix(f'{above[0]}.')}"
        wrapped = [{"to": f"l{at}[]", "each": f"{shown} AS {alias}", "rules": wrapped}]
    return wrapped
