"""What worked examples exercise of a mapping: its rules, and every way that its formulas can take.

The oracle notes the ways (`Place.seen`); this says which there are. A way is one branch of a CASE, one
alternative of a COALESCE, the operand that decided an AND or OR, a condition that was true or was not, a
table that had the key or had not, a rule that gave a value, took its default or did not apply.
"""

from collections.abc import Collection, Hashable, Iterator
from dataclasses import asdict, dataclass
from typing import Any, TypeAlias

from crosswalk_engine.formula.functions import FUNCTIONS
from crosswalk_engine.formula.ir import Aggregate, Call, Case, Const, Node, walk
from crosswalk_engine.mapping.tree import CheckTree, EachTree, MappingTree, RuleTree

#: (id of the node or the rule, which way): what `Place.seen` holds.
Seen: TypeAlias = Collection[tuple[int, Hashable]]
_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Way:
    """One way that records can take.

    Attributes:
        target: the target path, or the check.
        what: ``rule`` for a rule that gives a value at all; else the kind of branch.
        text: the branch in words, with the part of the formula that it is about.
        column: where that part begins in its formula, from 1; 0 when it is about the whole.
        taken: whether an example took it.
    """

    target: str
    what: str
    text: str
    column: int
    taken: bool

    def render(self) -> str:
        """``lines[].ITNO: COALESCE takes product.identity.sku, column 37``."""
        column = f", column {self.column}" if self.column else ""
        return f"{self.target}: {self.text}{column}"


@dataclass(frozen=True, slots=True)
class Coverage:
    """The ways of one mapping."""

    mapping: str
    ways: tuple[Way, ...]

    @property
    def rules(self) -> tuple[int, int]:
        """(rules that gave a value, all rules)."""
        return self._counted(rule=True)

    @property
    def branches(self) -> tuple[int, int]:
        """(branches taken, all branches)."""
        return self._counted(rule=False)

    @property
    def percent(self) -> float:
        """Rules and branches together; 100 when there are none."""
        taken = sum(way.taken for way in self.ways)
        return 100 * taken / len(self.ways) if self.ways else 100.0

    @property
    def missing(self) -> tuple[Way, ...]:
        """The ways that no example took, in the order of the mapping."""
        return tuple(way for way in self.ways if not way.taken)

    def to_json(self) -> dict[str, Any]:
        """Figures and what is missing."""
        rules, branches = self.rules, self.branches
        return {
            "mapping": self.mapping,
            "rules": {"covered": rules[0], "all": rules[1]},
            "branches": {"covered": branches[0], "all": branches[1]},
            "percent": round(self.percent, 1),
            "missing": [
                {key: value for key, value in asdict(way).items() if key != "taken"} for way in self.missing
            ],
        }

    def _counted(self, *, rule: bool) -> tuple[int, int]:
        ways = [way for way in self.ways if (way.what == "rule") is rule]
        return sum(way.taken for way in ways), len(ways)


def coverage(tree: MappingTree, seen: Seen) -> Coverage:
    """What of `tree` was taken, by what the oracle noted."""
    return Coverage(tree.name, tuple(_Ways(seen).of(tree)))


class _Ways:
    def __init__(self, seen: Seen) -> None:
        self.seen = seen

    def of(self, tree: MappingTree) -> Iterator[Way]:
        if tree.documents is not None:
            parts = tree.documents
            yield from self._condition("documents where", parts.where, parts.where_text)
            for node, text in zip(parts.by, parts.by_texts, strict=True):
                yield from self._formula("documents by", node, text)
        yield from self._rules(tree.rules, "")
        for check in tree.checks:
            yield from self._check(check)

    def _rules(self, rules: tuple[RuleTree | EachTree, ...], above: str) -> Iterator[Way]:
        for rule in rules:
            target = f"{above}.{rule.to}" if above else rule.to
            if isinstance(rule, RuleTree):
                yield from self._rule(rule, target)
            else:
                yield from self._each(rule, target)

    def _rule(self, rule: RuleTree, target: str) -> Iterator[Way]:
        gave = any((id(rule), how) in self.seen for how in ("value", "default", "replaced"))
        yield Way(target, "rule", "the rule gives a value", 0, gave)
        if rule.default is not None:
            yield self._way(rule, "default", target, "default", "its default is taken")
        if rule.invalid != "reject":
            yield self._way(rule, "replaced", target, "replaced", "a value that is not valid is replaced")
        if rule.when is not None:
            yield self._way(rule, "off", target, "when", "its `when` is not true")
            yield from self._formula(f"{target} when", rule.when, rule.when_text)
        yield from self._formula(target, rule.node, rule.text)

    def _each(self, each: EachTree, target: str) -> Iterator[Way]:
        yield self._way(each, "rows", target, "rule", "the list has an element")
        if each.when is not None:
            yield self._way(each, "off", target, "when", "its `when` is not true")
            yield from self._formula(f"{target} when", each.when, each.when_text)
        yield from self._condition(f"{target} where", each.where, each.where_text)
        inner = [(each.order_by, each.order_text, "order_by"), (each.keyed_by, each.keyed_text, "keyed_by")]
        inner += [
            (node, text, "group_by") for node, text in zip(each.group_by, each.group_texts, strict=True)
        ]
        for node, text, role in inner:
            if node is not None:
                yield from self._formula(f"{target} {role}", node, text)
        yield from self._rules(each.rules, target)

    def _check(self, check: CheckTree) -> Iterator[Way]:
        target = f"check '{check.name}'"
        yield self._way(check, "true", target, "rule", "it holds")
        yield self._way(check, "false", target, "check", "it does not hold")
        if check.when is not None:
            yield self._way(check, "off", target, "when", "its `when` is not true")
            yield from self._formula(f"{target} when", check.when, check.when_text)
        yield from self._formula(target, check.node, check.text)

    def _condition(self, target: str, node: Node | None, text: str) -> Iterator[Way]:
        if node is not None:
            yield self._way(node, "true", target, "condition", "it is true")
            yield self._way(node, "false", target, "condition", "it is not true")
            yield from self._formula(target, node, text)

    def _formula(self, target: str, tree: Node, text: str) -> Iterator[Way]:
        for node in walk(tree):
            if isinstance(node, Case):
                yield from self._case(target, node, text)
            elif isinstance(node, Aggregate) and node.where is not None:
                shown = _shown(node.where, text)
                for how, words in (("true", "is true"), ("false", "is not true")):
                    yield self._way(node.where, how, target, "filter", f"FILTER {shown} {words}", node.where)
            elif isinstance(node, Call):
                yield from self._call(target, node, text)

    def _case(self, target: str, case: Case, text: str) -> Iterator[Way]:
        for index, (test, _) in enumerate(case.whens):
            yield self._way(case, index, target, "case", f"WHEN {_shown(test, text)}", test)
        words = "no WHEN is true" if case.otherwise == Const(None) else f"ELSE {_shown(case.otherwise, text)}"
        yield self._way(case, "else", target, "case", words, case)

    def _call(self, target: str, call: Call, text: str) -> Iterator[Way]:
        if call.name == "COALESCE":
            for index, arg in enumerate(call.args):
                yield self._way(call, index, target, "coalesce", f"COALESCE takes {_shown(arg, text)}", arg)
        elif call.name in ("AND", "OR"):
            truth = "not true" if call.name == "AND" else "true"
            for index, arg in enumerate(call.args):
                words = f"{call.name} is decided by {_shown(arg, text)}, {truth}"
                yield self._way(call, index, target, "operand", words, arg)
            yield self._way(call, "none", target, "operand", f"no operand of {call.name} decides it", call)
        elif FUNCTIONS[call.name].asks == "lookup":
            table = call.args[0]
            shown = f"{call.name} of '{table.value}'" if isinstance(table, Const) else call.name
            yield self._way(call, "hit", target, "lookup", f"{shown} finds its key", call)
            yield self._way(call, "miss", target, "lookup", f"{shown} does not find its key", call)

    def _way(
        self, part: object, how: Hashable, target: str, what: str, text: str, node: Node | None = None
    ) -> Way:
        column = node.span[0] if node is not None else 0
        return Way(target, what, text, column, (id(part), how) in self.seen)


def _shown(node: Node, text: str) -> str:
    """The part of a formula's text that `node` came from."""
    start, end = node.span
    part = " ".join(text[start - 1 : end].split()) if start else ""
    return part if len(part) <= _SHOWN else part[: _SHOWN - 1] + "…"
