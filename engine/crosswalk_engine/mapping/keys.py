"""Which related records a record needs, so that they can be fetched by id set before it is mapped."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import localcontext
from typing import Any

from crosswalk_engine.formula.compile import compile_formula
from crosswalk_engine.formula.env import Env
from crosswalk_engine.formula.ir import Node, Related, walk
from crosswalk_engine.formula.problems import EvalError
from crosswalk_engine.formula.reads import branch, elements, leaf, raw
from crosswalk_engine.formula.stands import split_at_each
from crosswalk_engine.formula.typed import Row, TypedFormula
from crosswalk_engine.formula.values import ANY, BOOLEAN, CONTEXT, Value
from crosswalk_engine.mapping.tree import EachTree, MappingTree, RuleTree

_Rows = list[tuple[str, Any]]
_Keep = Callable[[dict[str, Any], Env, _Rows, int], Value]


@dataclass(frozen=True, slots=True)
class _Plan:
    """Where the id of one related record stands; in a repeated part, `keeps` says which rows need it."""

    parts: tuple[str, ...]
    collection: tuple[str, ...] | None
    keeps: tuple[_Keep, ...] | None


class KeyFinder:
    """Finds the ids of the related records of one mapping."""

    def __init__(self, tree: MappingTree) -> None:
        self._plans = {name: _plan(tree, name, key) for name, (_, key, _) in tree.related.items()}

    def keys(self, record: dict[str, Any]) -> dict[str, frozenset[str]]:
        """Related record -> the ids that `record` names, as text; blank ones are left out.

        Of a repeated part, the rows that every `each` reading the related record leaves out do not count. An
        id that cannot be read is left out too: the mapping reports it.
        """
        with localcontext(CONTEXT):
            return {name: frozenset(self._ids(plan, record)) for name, plan in self._plans.items()}

    @staticmethod
    def _ids(plan: _Plan, record: dict[str, Any]) -> Iterator[str]:
        doc = branch(record, "")
        try:
            rows = [("", doc)] if plan.collection is None else elements(raw(doc, plan.collection, ""), "")
        except EvalError:
            return
        env = Env()
        for at, (key, row) in enumerate(rows):
            env.row_key = key
            if plan.keeps is not None and not any(_kept(keep, doc, env, rows, at) for keep in plan.keeps):
                continue
            try:
                value = leaf(raw(row, plan.parts, ""), "")
            except EvalError:
                continue
            if value.__class__ is str or value.__class__ is int:
                yield str(value)


def _kept(keep: _Keep, doc: dict[str, Any], env: Env, rows: _Rows, at: int) -> bool:
    """Whether a row is kept; one whose condition cannot be evaluated yet is."""
    try:
        return keep(doc, env, rows, at) is True
    except EvalError:
        return True


def _plan(tree: MappingTree, name: str, key: str) -> _Plan:
    parts, repeats = split_at_each(key)
    if not repeats:
        return _Plan(parts, None, None)
    at = repeats[0]
    collection = parts[:at]
    return _Plan(parts[at:], collection, _keeps(tree, name, collection))


def _keeps(tree: MappingTree, name: str, collection: tuple[str, ...]) -> tuple[_Keep, ...] | None:
    """The conditions of the `each` rules that read `name`; `None` when all rows need it."""
    keeps: list[_Keep] = []
    plain = [rule.node for rule in tree.rules if isinstance(rule, RuleTree)]
    if any(_reads(node, name) for node in [*plain, *(check.node for check in tree.checks)]):
        return None
    for rule in tree.rules:
        if not isinstance(rule, EachTree):
            continue
        early = [node for node in (rule.where, rule.order_by) if node is not None]
        if any(_reads(node, name) for node in early):
            return None
        if any(_reads(part.node, name) for part in rule.rules):
            if rule.where is None or rule.collection != collection:
                return None
            formula = TypedFormula(rule.where_text, rule.where, BOOLEAN & ANY, (Row(collection, parts=collection),))
            keeps.append(compile_formula(formula).run)
    return tuple(keeps) or None


def _reads(node: Node, name: str) -> bool:
    return any(isinstance(part, Related) and part.name == name for part in walk(node))
