"""Random formulas over the whole function table, driven by how each function is declared.

A new function is picked up without a change here: its parameters say what it takes, its examples what its
literal arguments look like. Most formulas are well typed; some are not quite.
"""

import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from crosswalk_engine.formula.check import ALIKE
from crosswalk_engine.formula.functions import FUNCTIONS
from crosswalk_engine.formula.functions.spec import Function, Param
from crosswalk_engine.formula.values import ANY, BOOLEAN, DECIMAL, INTEGER, Kinds

from tests.fuzz.values import COUNTS, MOMENTS, NUMBERS, TEXTS, shown_literals, shown_values, written

#: How often a part is of a kind that its place does not take.
SLIP = 0.04
_KINDS = ("TEXT", "TEXT", "TEXT", "INTEGER", "DECIMAL", "DECIMAL", "BOOLEAN", "DATE", "DATETIME")
#: Functions that stand only in an `each`.
ROW_ONLY = frozenset(["APPORTION", "ROW_KEY"])


@dataclass(frozen=True)
class Expr:
    """A formula as text with holes: texts and inner formulas, in order."""

    parts: "tuple[str | Expr, ...]"
    name: str = ""

    @property
    def text(self) -> str:
        """The whole formula."""
        return "".join(part if isinstance(part, str) else part.text for part in self.parts)

    @property
    def inner(self) -> "list[Expr]":
        """The formulas directly below."""
        return [part for part in self.parts if isinstance(part, Expr)]

    def names(self) -> set[str]:
        """The functions that it calls."""
        return {self.name} - {""} | {name for part in self.inner for name in part.names()}


@dataclass(frozen=True)
class Ground:
    """What formulas at one place may name.

    Attributes:
        fields: kind of value that a field usually holds (also ``time``, ``number``: texts) -> paths.
        collections: path of a repeated part -> the fields of its elements, written as formulas do.
        row: whether it stands in an `each`.
        weights: fields of the elements beside which APPORTION shares.
    """

    fields: Mapping[str, Sequence[str]]
    collections: Mapping[str, Mapping[str, Sequence[str]]] = field(default_factory=dict)
    row: bool = False


class Formulas:
    """Draws formulas from one source of chance."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.producers = _producers()

    def draw(self, ground: Ground, wanted: Kinds = ANY, depth: int = 3) -> Expr:
        """A formula that gives one of `wanted`, most times."""
        chance = self.chance
        kind = (
            chance.choice(_KINDS)
            if wanted == ANY or chance.random() < SLIP
            else chance.choice(sorted(wanted))
        )
        if depth <= 0 or chance.random() < 0.12:
            return self.leaf(ground, kind)
        names = [
            name
            for name in self.producers[kind]
            if (ground.row or name not in ROW_ONLY)
            and (ground.collections or not (FUNCTIONS[name].is_aggregate or name == "APPORTION"))
        ]
        return self.call(ground, FUNCTIONS[chance.choice(names)], kind, depth - 1)

    def leaf(self, ground: Ground, kind: str) -> Expr:
        """A field or a constant, converted where no field is of that kind."""
        chance = self.chance
        if chance.random() < 0.08:
            return Expr((chance.choice(["NULL", "''", "0", "1", "TRUE", "1000"]),))
        if ground.row and kind == "TEXT" and chance.random() < 0.06:
            return Expr(("ROW_KEY()",), "ROW_KEY")
        if kind in ("DATE", "DATETIME"):
            time = f"'{chance.choice(MOMENTS)}'" if chance.random() < 0.2 else self.field(ground, "time")
            return Expr((f"TO_{kind}(", Expr((time,)), ")"), f"TO_{kind}")
        if kind == "DECIMAL" and chance.random() < 0.6:
            scale = chance.choice(["", ", 2", ", 4", ", 0", ", 6"])
            return Expr(("TO_DECIMAL(", Expr((self.field(ground, "number"),)), f"{scale})"), "TO_DECIMAL")
        if chance.random() < 0.6:
            return Expr((self.field(ground, kind),))
        if kind == "TEXT":
            return Expr((written(chance.choice((*TEXTS, *NUMBERS)), chance),))
        if kind == "BOOLEAN":
            return Expr((chance.choice(["TRUE", "FALSE"]),))
        if kind == "INTEGER":
            return Expr((str(chance.choice(COUNTS)),))
        return Expr(
            (written(Decimal(chance.choice(["1.5", "0.01", "-2.675", "100.00", "0.00", "33.3333"])), chance),)
        )

    def field(self, ground: Ground, kind: str) -> str:
        """A field that usually holds `kind`, or any."""
        usual = ground.fields.get(kind, ())
        if not usual or self.chance.random() < SLIP:
            usual = [path for paths in ground.fields.values() for path in paths]
        return self.chance.choice(usual)

    def call(self, ground: Ground, function: Function, kind: str, depth: int) -> Expr:
        """A call of `function` that gives `kind`."""
        special = _SPECIAL.get(function.name)
        if special is not None:
            return special(self, ground, kind, depth)
        if function.is_aggregate:
            return self._aggregate(ground, function, kind, depth)
        literals = dict(self.chance.choice(shown_literals(function.name) or ({},)))
        count = self._count(function, max(literals, default=-1) + 1)
        common = frozenset({self.chance.choice(_KINDS)}) if function.name in ALIKE else None
        args: list[Expr] = []
        for at in range(count):
            param = function.param(at)
            args.append(self._argument(ground, function, param, at, literals, kind, common, depth))
        return _written(function, args, self._alias(function))

    def _argument(
        self,
        ground: Ground,
        function: Function,
        param: Param,
        at: int,
        literals: dict[int, Any],
        kind: str,
        common: Kinds | None,
        depth: int,
    ) -> Expr:
        chance = self.chance
        if param.literal:
            given = literals.get(at)
            if given is None or chance.random() < 0.05:
                given = chance.choice(COUNTS) if param.kinds <= INTEGER else chance.choice(TEXTS)
            return Expr((written(given, chance),))
        if chance.random() < 0.2 and (shown := shown_values(function.name, at)):
            return Expr((written(chance.choice(shown), chance),))
        wanted = param.kinds
        if callable(function.returns):
            wanted = (wanted & frozenset({kind})) or wanted
        elif common is not None:
            wanted = (wanted & common) or wanted
        if wanted <= INTEGER and chance.random() < 0.7:
            return Expr((str(chance.choice(COUNTS)),))
        return self.draw(ground, wanted, depth)

    def _count(self, function: Function, least: int) -> int:
        needed = max(least, sum(not param.optional for param in function.params))
        many = bool(function.params) and function.params[-1].many
        most = needed + 3 if many else len(function.params)
        return self.chance.randint(needed, max(needed, most))

    def _alias(self, function: Function) -> str:
        return self.chance.choice((function.name, *function.aliases))

    def _aggregate(self, ground: Ground, function: Function, kind: str, depth: int) -> Expr:
        chance = self.chance
        path = chance.choice(sorted(ground.collections))
        inside = Ground(_merged(ground.collections[path], ground.fields if chance.random() < 0.2 else {}))
        wanted = function.param(0).kinds
        wanted = (wanted & frozenset({kind})) or wanted if callable(function.returns) else wanted
        value = self.draw(inside, wanted, min(depth, 1))
        if not re.search(rf"(?<![\w.]){re.escape(path)}\b", value.text) or (
            function.name == "COUNT" and chance.random() < 0.4
        ):
            value = Expr(
                (
                    path
                    if function.name == "COUNT"
                    else self.field(replace(inside, fields=ground.collections[path]), kind),
                )
            )
        shown = dict(chance.choice(shown_literals(function.name) or ({},)))
        more = [
            Expr((written(shown.get(at, chance.choice(TEXTS)), chance),))
            for at in range(1, len(function.params))
            if not function.param(at).optional or chance.random() < 0.5
        ]
        call = _written(function, [value, *more], self._alias(function))
        if chance.random() < 0.35:
            where = self.draw(inside, BOOLEAN, min(depth, 2))
            return Expr((*call.parts, " FILTER (WHERE ", where, ")"), function.name)
        return call


def _merged(
    first: Mapping[str, Sequence[str]], second: Mapping[str, Sequence[str]]
) -> Mapping[str, Sequence[str]]:
    return {kind: [*first.get(kind, ()), *second.get(kind, ())] for kind in {*first, *second}}


def _written(function: Function, args: list[Expr], name: str) -> Expr:
    """The call as formulas write it: by its sign, or as NAME(…)."""
    if not function.is_operator:
        return Expr((f"{name}(", *_listed(args), ")"), function.name)
    template = function.syntax
    parts: list[str | Expr] = ["("]
    many = bool(function.params) and function.params[-1].many
    for at, param in enumerate(function.params):
        last_of_many = many and at == len(function.params) - 1
        mark = f"'{param.name}'" if f"'{param.name}'" in template else param.name
        before, _, template = template.partition(mark)
        parts.append(before)
        own = args[at:] if last_of_many else args[at : at + 1]
        parts += _listed(own) if last_of_many else [_bracketed(arg, param) for arg in own]
        template = template.removeprefix(", …") if last_of_many else template
    return Expr((*parts, template, ")"), function.name)


def _bracketed(arg: Expr, param: Param) -> Expr:
    return arg if param.literal or not arg.name else Expr(("(", arg, ")"))


def _listed(args: Sequence[Expr], separator: str = ", ") -> list[str | Expr]:
    return [part for at, arg in enumerate(args) for part in ((separator, arg) if at else (arg,))]


def _chain(word: str) -> Callable[[Formulas, Ground, str, int], Expr]:
    def draw(formulas: Formulas, ground: Ground, kind: str, depth: int) -> Expr:
        count = formulas.chance.randint(2, 3)
        return Expr(
            ("(", *_listed([formulas.draw(ground, BOOLEAN, depth) for _ in range(count)], f" {word} "), ")"),
            word,
        )

    return draw


def _case(formulas: Formulas, ground: Ground, kind: str, depth: int) -> Expr:
    chance, result = formulas.chance, frozenset({kind})
    subject = frozenset({chance.choice(_KINDS)})
    plain = chance.random() < 0.7
    parts: list[str | Expr] = (
        ["CASE "] if plain else ["CASE ", formulas.draw(ground, subject, depth - 1), " "]
    )
    for _ in range(chance.randint(1, 3)):
        test = formulas.draw(ground, BOOLEAN if plain else subject, depth)
        parts += ["WHEN ", test, " THEN ", formulas.draw(ground, result, depth), " "]
    if chance.random() < 0.7:
        parts += ["ELSE ", formulas.draw(ground, result, depth), " "]
    return Expr((*parts, "END"), "CASE")


def _apportion(formulas: Formulas, ground: Ground, kind: str, depth: int) -> Expr:
    chance = formulas.chance
    outside = {
        name: [path for path in paths if not path.startswith(("row.", "inner."))]
        for name, paths in ground.fields.items()
    }
    amount = formulas.draw(Ground({k: v for k, v in outside.items() if v}), DECIMAL | INTEGER, 1)
    weight = formulas.draw(Ground(ground.fields, row=False), DECIMAL | INTEGER, 1)
    return Expr(("APPORTION(", amount, ", ", weight, f", {chance.choice([0, 2, 2, 2, 3, 4])})"), "APPORTION")


def _present(formulas: Formulas, ground: Ground, kind: str, depth: int) -> Expr:
    return Expr(("PRESENT(", Expr((formulas.field(ground, kind),)), ")"), "PRESENT")


_SPECIAL: Mapping[str, Callable[[Formulas, Ground, str, int], Expr]] = {
    "AND": _chain("AND"),
    "OR": _chain("OR"),
    "CASE": _case,
    "APPORTION": _apportion,
    "PRESENT": _present,
}


def _producers() -> dict[str, list[str]]:
    """Kind of value -> the functions that can give it."""
    found: dict[str, list[str]] = {kind: [] for kind in sorted(ANY)}
    for function in FUNCTIONS.values():
        returns = function.returns
        if callable(returns):
            kinds = returns(tuple(param.kinds for param in function.params))
            kinds |= kinds if not kinds & (DECIMAL | INTEGER) else DECIMAL | INTEGER
        else:
            kinds = returns
        for kind in kinds & frozenset(found):
            found[kind].append(function.name)
    return found
