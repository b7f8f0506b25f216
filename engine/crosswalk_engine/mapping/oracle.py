"""A mapping by the tree walker: rule after rule, row after row: what compile must give.

Slow and plain on purpose; `mapping/compile.py` must give the same result, always.
"""

from collections.abc import Hashable, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import localcontext
from typing import Any

from crosswalk_engine.formula.env import Env, IdMap, Lookup
from crosswalk_engine.formula.ir import Call
from crosswalk_engine.formula.oracle import Place, RowAt, walk_tree
from crosswalk_engine.formula.problems import EvalError
from crosswalk_engine.formula.reads import Rows, elements, raw
from crosswalk_engine.formula.values import BOOLEAN, CONTEXT, Value, need, to_json_value
from crosswalk_engine.mapping.faults import Spot, check_failed, check_fields, check_spot, fault, rule_spot
from crosswalk_engine.mapping.lists import group_key, too_many_documents
from crosswalk_engine.mapping.oracle_lists import Lists
from crosswalk_engine.mapping.result import MapResult, Problem
from crosswalk_engine.mapping.settle import REJECTED, Settler
from crosswalk_engine.mapping.tree import AnyTree, CheckTree, DocumentsTree, MappingTree, RuleTree
from crosswalk_engine.mapping.unset import UNSET, written_empty
from crosswalk_engine.payload.paths import format_path

_COMPARISONS = ("=", "<>", "<", "<=", ">", ">=")
Seen = set[tuple[int, Hashable]]


class Oracle:
    """A mapping as `CompiledMapping` is, walked instead of compiled."""

    def __init__(self, tree: MappingTree, lookups: Mapping[str, Lookup] | None = None) -> None:
        self.tree = tree
        self.lookups = lookups or {}

    def apply(
        self,
        record: dict[str, Any],
        *,
        related: Mapping[str, Mapping[str, Any]] | None = None,
        idmap: IdMap | None = None,
        now: datetime | None = None,
        seen: Seen | None = None,
    ) -> MapResult:
        """The outputs of one record, or every problem in it; the branches that were taken go into `seen`."""
        place = Place(record, Env(self.lookups, idmap, related or {}, now), seen=seen)
        with localcontext(CONTEXT):
            if self.tree.documents is None:
                work = _Work(self.tree)
                output = work.document(place)
                return _result([output], work.errors, work.warnings)
            return _split(self.tree, self.tree.documents, place)


def map_by_oracle(
    tree: MappingTree,
    record: dict[str, Any],
    *,
    lookups: Mapping[str, Lookup] | None = None,
    related: Mapping[str, Mapping[str, Any]] | None = None,
    idmap: IdMap | None = None,
    now: datetime | None = None,
    seen: Seen | None = None,
) -> MapResult:
    """What `CompiledMapping.apply` must give."""
    return Oracle(tree, lookups).apply(record, related=related, idmap=idmap, now=now, seen=seen)


def _result(outputs: list[dict[str, Any]], errors: list[Problem], warnings: list[Problem]) -> MapResult:
    if errors:
        return MapResult(None, tuple(errors), tuple(warnings))
    return MapResult(outputs[0], (), tuple(warnings), tuple(outputs[1:]))


def _split(tree: MappingTree, documents: DocumentsTree, place: Place) -> MapResult:
    """One record to several outputs."""
    work = _Work(tree)
    parts = _parts(documents, place, work.errors)
    if not parts and not work.errors:
        where = ".".join(documents.collection)
        message = f"the record makes no document: no element of {where} is left"
        work.errors.append(Problem("documents[]", "CW-NO-DOCUMENT", "", message))
    many = too_many_documents(len(parts))
    if many is not None:
        return _result([], [*work.errors, many], [])
    outputs = []
    for number, part in enumerate(parts):
        one = _Work(tree)
        place.env.row_key = None
        outputs.append(one.document(replace(place, record={**place.record, documents.name: part})))
        work.errors += [_of_document(problem, number) for problem in one.errors]
        work.warnings += [_of_document(problem, number) for problem in one.warnings]
    return _result(outputs, work.errors, work.warnings)


def _of_document(problem: Problem, number: int) -> Problem:
    path = f"documents[{number}]"
    return replace(problem, path=f"{path}.{problem.path}" if problem.path else path)


def _parts(documents: DocumentsTree, place: Place, errors: list[Problem]) -> list[Rows]:
    """The elements of each document."""
    where = ".".join(documents.collection)
    spot = Spot("documents[]", (), False, where)
    try:
        pairs = elements(raw(place.record, documents.collection, ""), where)
    except EvalError as error:
        fault(errors, spot, error)
        return []
    rows = [RowAt(key, {"row": element}) for key, element in pairs]
    inside = replace(place, rows=rows, names={**place.names, "row": where})
    found: dict[Hashable, Rows] = {}
    for at, pair in enumerate(pairs):
        here = inside.row(at)
        here.env.row_key = pair[0]
        try:
            if documents.where is not None:
                kept = is_true(walk_tree(documents.where, here), "where")
                here.note(documents.where, "true" if kept else "false")
                if not kept:
                    continue
            values = [walk_tree(node, here) for node in documents.by]
        except EvalError as error:
            fault(errors, spot, error, (), pair[0])
            continue
        key = group_key(values) if documents.by else at
        found.setdefault(key, Rows()).append(pair)
    return list(found.values())


def is_true(value: Value, who: str) -> bool:
    """Whether a condition is true: null is not.

    Raises:
        EvalError: CW-TYPE when it is neither true, false nor null.
    """
    return value is not None and need(value, BOOLEAN, who) is True


class _Work:
    """One document."""

    def __init__(self, tree: MappingTree) -> None:
        self.tree = tree
        self.errors: list[Problem] = []
        self.warnings: list[Problem] = []

    def document(self, place: Place) -> dict[str, Any]:
        """The output of the record at `place`."""
        output: dict[str, Any] = {}
        self.rules(self.tree.rules, output, place, "", ())
        for check in self.tree.checks:
            self._check(check, place)
        return output

    def rules(
        self,
        rules: tuple[AnyTree, ...],
        output: dict[str, Any],
        place: Place,
        above: str,
        indexes: tuple[int, ...],
    ) -> None:
        """Fills `output`, which is at the target path `above`."""
        key = place.env.row_key
        for rule in rules:
            place.env.row_key = key
            if isinstance(rule, RuleTree):
                value = self._rule(rule, rule_spot(rule, above), place, indexes)
            else:
                value = Lists(rule, above, indexes, self.errors, self.rules).value(place)
            if value is not UNSET:
                _put(output, rule.parts, value)
        place.env.row_key = key

    def _rule(self, rule: RuleTree, spot: Spot, place: Place, indexes: tuple[int, ...]) -> Any:
        key = place.env.row_key if rule.levels else None
        settler = Settler(rule, spot)
        if rule.when is not None:
            try:
                applies = is_true(walk_tree(rule.when, place), "when")
            except EvalError as error:
                fault(self.errors, spot, error, indexes, key)
                return UNSET
            if not applies:
                place.note(rule, "off")
                return UNSET
        warned = len(self.warnings)
        try:
            found = walk_tree(rule.node, place)
        except EvalError as error:
            place.note(rule, "error")
            value = settler.failed(error, self.errors, self.warnings, indexes, key)
        else:
            value = settler.value(found, self.errors, self.warnings, indexes, key)
            empty = found is None or found == ""
            place.note(rule, ("empty" if value == found else "default") if empty else "value")
        if any(warning.code == "CW-REPLACED" for warning in self.warnings[warned:]):
            place.note(rule, "replaced")
        if value is REJECTED:
            return None
        if (value is None or value == "") and rule.empty != "write":
            return written_empty(rule, place)
        return to_json_value(value)

    def _check(self, check: CheckTree, place: Place) -> None:
        spot, node, sides = check_spot(check), check.node, None
        try:
            if check.when is not None and not is_true(walk_tree(check.when, place), "when"):
                place.note(check, "off")
                return
            if isinstance(node, Call) and node.name in _COMPARISONS:
                left, right = (walk_tree(arg, place) for arg in node.args)
                sides = (left, node.name, right)
            if is_true(walk_tree(node, place), "the check"):
                place.note(check, "true")
                return
        except EvalError as error:
            fault(self.errors, spot, error)
            return
        place.note(check, "false")
        fields = [(format_path(*path.parts), _raw(place, path.parts)) for path in check_fields(check)]
        check_failed(self.errors, spot, sides, fields)


def _raw(place: Place, parts: tuple[str, ...]) -> Any:
    try:
        return raw(place.record, parts, "")
    except EvalError:
        return None


def _put(target: dict[str, Any], parts: tuple[str, ...], value: Any) -> None:
    for part in parts[:-1]:
        target = target.setdefault(part, {})
    target[parts[-1]] = value
