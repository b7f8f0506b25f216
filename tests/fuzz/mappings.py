"""Random mapping documents over the sample orders, with every feature that a document can have."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from crosswalk_engine.errors import FindingsError
from crosswalk_engine.formula.values import ANY, BOOLEAN, DECIMAL, INTEGER, TEXT, Kinds
from crosswalk_engine.mapping.document import MappingDocument, RuleSet
from crosswalk_engine.mapping.oracle import map_by_oracle
from crosswalk_engine.mapping.translate import translate
from crosswalk_engine.mapping.tree import MappingTree
from pydantic import ValidationError

from tests.fuzz.formulas import Expr, Formulas, Ground
from tests.fuzz.grounds import prefixed, record_ground, row_ground
from tests.fuzz.levels import BIN, INVOICE, MEMBER, PART, ROW, SERIAL, Json, Levels, around, inside, written
from tests.fuzz.records import decode, fields, lookups, orders, surroundings

_Limit = Callable[[random.Random], Any]
#: What a rule's value can be asked to be; each drawn alone or with others.
LIMITS: Mapping[str, _Limit] = {
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
#: Where each parameter of a rule set can point, at the top and inside an `each` over order rows.
_GIVEN_TOP = ("parties.delivery", "parties.billing", "parties.customer")


@dataclass
class Drawn:
    """A mapping document (with the rule sets that it uses), its tree, and the formulas in it."""

    document: Json
    tree: MappingTree
    formulas: list[tuple[Expr, Levels]] = field(default_factory=list)
    tame: bool = False


def tree_of(document: Json) -> MappingTree | None:
    """The tree of a document; `None` when it is refused."""
    own = {key: value for key, value in document.items() if key != "rule_sets"}
    try:
        sets = {one["name"]: RuleSet.model_validate(one) for one in document.get("rule_sets", ())}
        return translate(MappingDocument.model_validate(own), None, sets)
    except (FindingsError, ValidationError, KeyError):
        return None


def works(tree: MappingTree) -> bool:
    """Whether most good orders come through."""
    return (
        sum(map_by_oracle(tree, decode(raw), lookups=lookups(), **surroundings()).ok for raw in _good()) > 2
    )


def _good() -> Sequence[bytes]:
    return orders()[3::32]


class Mappings:
    """Draws mapping documents from one source of chance; `refused` counts what was refused.

    More than half of them are `tame`: good orders come through, so that outputs are compared and not only
    problems.
    """

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.formulas = Formulas(chance)
        self.drawn: list[tuple[Expr, Levels]] = []
        self.refused = 0
        #: What the document has already that formulas can depend on.
        self.whole: Json = {}
        self.groups: dict[str, Json] = {}
        self.tame = False

    def draw(self) -> Drawn:
        """A document that can be used."""
        while True:
            self.drawn, self.whole, self.groups = [], {}, {}
            chance = self.chance
            self.tame = chance.random() < 0.6
            if chance.random() < 0.15:
                self.whole["empty"] = chance.choice(["omit", "keep"])
            if chance.random() < 0.15:
                self.whole["documents"] = self._documents()
            rules = self._rules(())
            if chance.random() < 0.15:
                rules.append(self._use())
            checks = [self._check(at) for at in range(chance.randint(0, 2))]
            self.whole["checks"] = [check for check in checks if self._goes({"checks": [check]})]
            document = around(rules, **self.whole)
            if (tree := tree_of(document)) is not None:
                return Drawn(document, tree, self.drawn, self.tame)
            self.refused += 1

    def _goes(self, more: Json) -> bool:
        """Whether good orders come through with `more`, where that is asked for."""
        tree = tree_of(around([], **{**self.whole, **more})) if self.tame else None
        return tree is None or works(tree)

    def formula(self, levels: Levels, wanted: Kinds = ANY, depth: int | None = None) -> str:
        """A formula that is not refused where it stands; at times one that stands elsewhere already."""
        if self.drawn and self.chance.random() < 0.15:
            expr, _ = self.chance.choice(self.drawn)
            if self._fits(levels, {"formula": expr.text}):
                self.drawn.append((expr, levels))
                return expr.text
        ground = self._ground(levels)
        return self._accepted(
            ground, levels, wanted, depth, lambda text: self._fits(levels, {"formula": text})
        )

    def _accepted(
        self, ground: Ground, levels: Levels, wanted: Kinds, depth: int | None, fits: Callable[[str], bool]
    ) -> str:
        for _ in range(30):
            expr = self.formulas.draw(ground, wanted, self.chance.randint(0, 4) if depth is None else depth)
            if len(expr.text) < 3000 and fits(expr.text):
                self.drawn.append((expr, levels))
                return expr.text
            self.refused += 1
        return "NULL"

    def _fits(self, levels: Levels, rule: Json) -> bool:
        """Whether a rule alone, where it would stand, is accepted."""
        tree = tree_of(around(inside(levels, {"to": "t", **rule}, self.groups), **self.whole))
        return tree is not None and (not self.tame or works(tree))

    def _ground(self, levels: Levels) -> Ground:
        named = tuple((level.path, level.alias) for level in levels)
        ground = row_ground(named) if named else record_ground()
        more = {}
        if "documents" in self.whole:
            more["part"] = prefixed(fields("orderRows"), "part")
        if levels and levels[-1].alias in self.groups:
            path = f"{levels[-1].alias}.rows"
            more[path] = prefixed(fields(levels[-1].path), path)
        return replace(ground, collections={**ground.collections, **more})

    def _rules(self, levels: Levels) -> list[Json]:
        chance = self.chance
        rules = [self._rule(levels, f"t{at}") for at in range(chance.randint(1, 3 if levels else 5))]
        if not levels:
            rules += [self._each((), f"l{at}") for at in range(chance.choice([0, 1, 1, 2, 3]))]
        elif (below := self._below(levels)) and chance.random() < (0.7 if MEMBER in below else 0.3):
            rules.append(self._each(levels, "inner"))
        return rules

    def _rule(self, levels: Levels, to: str) -> Json:
        chance = self.chance
        to = chance.choice([to, f"o.{to}", f"o.p.{to}"])
        rule: Json = {"to": to}
        if chance.random() < 0.07:
            rule["value"] = chance.choice(["C", 7, True, "2.50", ""])
        elif levels and chance.random() < 0.1:
            # What it gives is no field of any record: the same text, another value in an inner list.
            rule["formula"] = "ROW_KEY()"
            self.drawn.append((Expr(("ROW_KEY()",), "ROW_KEY"), levels))
        elif levels and chance.random() < 0.12:
            rule["formula"] = self.formula(levels, DECIMAL, 1)
        else:
            rule["formula"] = self.formula(levels)
        if chance.random() < 0.15:
            rule["when"] = self.formula(levels, BOOLEAN, 2)
        for name, value in LIMITS.items():
            if chance.random() < 0.09:
                rule[name] = value(chance)
                if rule.get("on_invalid") == "default":
                    rule.setdefault("default", "D")
                if not self._fits(levels, rule):
                    # A limit that does not go with the formula, or with another limit.
                    del rule[name]
        return rule

    def _each(self, levels: Levels, to: str) -> Json:
        chance = self.chance
        steps = self._steps(levels)
        inner = (*levels, *steps)
        each: Json = {"to": f"{to}[]", "each": written(levels, steps)}
        if chance.random() < 0.5:
            each["where"] = self.formula(inner, BOOLEAN, 2)
        if chance.random() < 0.5:
            each["order_by"] = self.formula(inner, chance.choice([TEXT, INTEGER, DECIMAL]), 1)
        if chance.random() < 0.15:
            each["when"] = self.formula(levels, BOOLEAN, 1)
        if chance.random() < 0.2:
            by = [self.formula(inner, TEXT | INTEGER, 1) for _ in range(chance.randint(1, 2))]
            group = {"group_by": by, "rows_as": "rows"}
            each |= group
            self.groups[inner[-1].alias] = group
        if chance.random() < 0.1:
            each["keyed_by"] = self.formula(inner, TEXT | INTEGER, 1)
        if chance.random() < 0.1:
            each["required"] = True
        if chance.random() < 0.15:
            each["empty"] = chance.choice(["write", "omit", "keep"])
        if self.tame and "keyed_by" in each:
            alone = inside(levels, {**each, "rules": [{"to": "t", "value": 1}]}, self.groups)
            tree = tree_of(around(alone, **self.whole))
            if tree is None or not works(tree):
                del each["keyed_by"]
        each["rules"] = self._rules(inner)
        if len(inner) == 1 and inner[0] is ROW and chance.random() < 0.1:
            each["rules"].append({"use": "line", "to": "u", "given": {"p": "row"}})
            self._set("line", prefixed(fields("orderRows"), "p"), [each["rules"][-1]], inner)
        self.groups.pop(inner[-1].alias, None)
        return each

    def _steps(self, levels: Levels) -> Levels:
        chance = self.chance
        if levels:
            return (chance.choice(self._below(levels)),)
        tops = [ROW, ROW, ROW, INVOICE] + ([PART, PART] if "documents" in self.whole else [])
        first = chance.choice(tops)
        return (first, SERIAL) if first is not INVOICE and chance.random() < 0.12 else (first,)

    def _below(self, levels: Levels) -> Levels:
        """What an `each` inside `levels` can go over."""
        last = levels[-1]
        own = {"orderRows": (SERIAL,), "orderRows.serials": (BIN,)}.get(last.path, ())
        grouped = (MEMBER, MEMBER) if last.alias in self.groups and last.path == "orderRows" else ()
        used = {level.alias for level in levels}
        return tuple(level for level in (*own, *grouped) if level.alias not in used and len(levels) < 4)

    def _check(self, at: int) -> Json:
        check: Json = {"name": f"check {at}", "formula": self.formula((), BOOLEAN, 2)}
        if self.chance.random() < 0.2:
            check["when"] = self.formula((), BOOLEAN, 1)
        return check

    def _documents(self) -> Json:
        documents: Json = {"each": "orderRows AS row", "as": "part"}
        if self.chance.random() < 0.6:
            documents["by"] = [self.formula((ROW,), TEXT | INTEGER, 1)]
        if self.chance.random() < 0.4:
            documents["where"] = self.formula((ROW,), BOOLEAN, 1)
        return documents

    def _use(self) -> Json:
        use = {"use": "address", "to": "u", "given": {"p": self.chance.choice(_GIVEN_TOP)}}
        own = {
            kind: [path.removeprefix("parties.") for path in paths if path.startswith("parties.delivery.")]
            for kind, paths in fields().items()
        }
        below = {kind: [path.replace("delivery.", "p.", 1) for path in paths] for kind, paths in own.items()}
        self._set("address", {kind: paths for kind, paths in below.items() if paths}, [use], ())
        return use

    def _set(self, name: str, named: Mapping[str, Any], use: list[Json], levels: Levels) -> None:
        """Draws the rule set that `use` brings in."""
        ground = Ground({**named, "INTEGER": (*named.get("INTEGER", ()), "id")})
        stored: Json = {"format": "crosswalk/rule-set@1", "name": name, "parameters": ["p"], "rules": []}
        self.whole.setdefault("rule_sets", []).append(stored)
        made: list[Json] = []

        def fits(text: str) -> bool:
            stored["rules"] = [*made, {"to": f"r{len(made)}", "formula": text}]
            tree = tree_of(around(inside(levels, use[0], {}), **self.whole))
            return tree is not None and (not self.tame or works(tree))

        for _ in range(self.chance.randint(1, 3)):
            text = self._accepted(ground, (), ANY, 2, fits)
            made.append({"to": f"r{len(made)}", "formula": text})
        stored["rules"] = made
