"""A mapping by the tree walker: rule after rule, row after row: what compile must give."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import localcontext
from typing import Any

from crosswalk_engine.formula.env import Env, IdMap, Lookup
from crosswalk_engine.formula.ir import Call, Node
from crosswalk_engine.formula.oracle import Place, walk_tree
from crosswalk_engine.formula.problems import EvalError
from crosswalk_engine.formula.reads import elements, raw
from crosswalk_engine.formula.rows import ordered
from crosswalk_engine.formula.values import BOOLEAN, CONTEXT, Value, need, to_json_value
from crosswalk_engine.mapping.faults import (
    Spot,
    check_failed,
    check_spot,
    each_spot,
    fault,
    missing,
    rule_spot,
    too_long,
)
from crosswalk_engine.mapping.generate import check_fields
from crosswalk_engine.mapping.result import MapResult, Problem
from crosswalk_engine.mapping.tree import CheckTree, EachTree, MappingTree, RuleTree, sources

_COMPARISONS = ("=", "<>", "<", "<=", ">", ">=")


def map_by_oracle(
    tree: MappingTree,
    record: dict[str, Any],
    *,
    lookups: Mapping[str, Lookup] | None = None,
    related: Mapping[str, Mapping[str, Any]] | None = None,
    idmap: IdMap | None = None,
    now: datetime | None = None,
) -> MapResult:
    """What `CompiledMapping.apply` must give."""
    work = _Work(Place(record, Env(lookups or {}, idmap, related or {}, now)))
    with localcontext(CONTEXT):
        for rule in tree.rules:
            value: Any
            if isinstance(rule, RuleTree):
                value = work.rule(rule, rule_spot(rule), work.place, None, None)
            else:
                value = work.each(rule)
            _put(work.output, rule.parts, value)
        for check in tree.checks:
            work.check(check)
    output = None if work.errors else work.output
    return MapResult(output, tuple(work.errors), tuple(work.warnings))


def _put(target: dict[str, Any], parts: Sequence[str], value: Any) -> None:
    for part in parts[:-1]:
        target = target.setdefault(part, {})
    target[parts[-1]] = value


class _Work:
    def __init__(self, place: Place) -> None:
        self.place = place
        self.output: dict[str, Any] = {}
        self.errors: list[Problem] = []
        self.warnings: list[Problem] = []

    def rule(self, rule: RuleTree, spot: Spot, place: Place, index: int | None, key: str | None) -> Any:
        try:
            value = to_json_value(walk_tree(rule.node, place))
        except EvalError as error:
            fault(self.errors, spot, error, index, key)
            return None
        if rule.required and (value is None or value == ""):
            missing(self.errors, spot, index, key)
        elif rule.max_length is not None and value is not None and len(str(value)) > rule.max_length:
            return too_long(self.errors, self.warnings, spot, value, index, key)
        return value

    def each(self, each: EachTree) -> list[dict[str, Any]]:
        where = ".".join(each.collection)
        names = {**self.place.names, "row": where}
        try:
            rows = elements(raw(self.place.record, each.collection, ""), where)
        except EvalError as error:
            fault(self.errors, _spot(each, each.order_by), error)
            return []
        order_by = each.order_by
        if order_by is not None:
            unordered = replace(self.place, rows=rows, names=names)
            rows = self._ordered(each, order_by, rows, unordered)
        made: list[dict[str, Any]] = []
        for at, (key, _) in enumerate(rows):
            place = replace(self.place, rows=rows, at=at, names=names)
            place.env.row_key = key
            if each.where is not None and not self._kept(each, each.where, place, key):
                continue
            line: dict[str, Any] = {}
            for rule in each.rules:
                _put(line, rule.parts, self.rule(rule, rule_spot(rule, each), place, len(made), key))
            made.append(line)
        return made

    def _ordered(
        self, each: EachTree, order_by: Node, rows: list[tuple[str, Any]], place: Place
    ) -> list[tuple[str, Any]]:
        spot = _spot(each, order_by)
        keys: list[Value] = []
        for at, (key, _) in enumerate(rows):
            place.env.row_key = key
            keys.append(self._attempt(spot, key, lambda at=at: walk_tree(order_by, replace(place, at=at))))  # type: ignore[misc]
        try:
            return ordered(rows, keys)
        except EvalError as error:
            fault(self.errors, spot, error)
            return rows

    def _kept(self, each: EachTree, where: Node, place: Place, key: str) -> bool:
        spot = _spot(each, where)
        return self._attempt(spot, key, lambda: _truth(walk_tree(where, place), "where")) is True

    def _attempt(self, spot: Spot, key: str | None, compute: Callable[[], Value]) -> Value:
        try:
            return compute()
        except EvalError as error:
            fault(self.errors, spot, error, None, key)
            return None

    def check(self, check: CheckTree) -> None:
        spot, node, sides = check_spot(check), check.node, None
        try:
            if isinstance(node, Call) and node.name in _COMPARISONS:
                left, right = (walk_tree(arg, self.place) for arg in node.args)
                sides = (left, node.name, right)
            if _truth(walk_tree(node, self.place), "the check") is True:
                return
        except EvalError as error:
            fault(self.errors, spot, error)
            return
        fields = [(".".join(path.parts), self._raw(path.parts)) for path in check_fields(check)]
        check_failed(self.errors, spot, sides, fields)

    def _raw(self, parts: Sequence[str]) -> Any:
        try:
            return raw(self.place.record, parts, "")
        except EvalError:
            return None


def _spot(each: EachTree, node: Node | None) -> Spot:
    return each_spot(each, () if node is None else sources(node, each.levels))


def _truth(value: Value, who: str) -> Value:
    return None if value is None else need(value, BOOLEAN, who)
