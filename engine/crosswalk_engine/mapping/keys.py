"""Which related records a record needs, so that they can be fetched by id set before it is mapped."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import localcontext
from typing import Any

from crosswalk_engine.formula.env import Env
from crosswalk_engine.formula.ir import ROWS, Path, Related, ScopeName
from crosswalk_engine.formula.oracle import Place, walk_tree
from crosswalk_engine.formula.problems import EvalError
from crosswalk_engine.formula.reads import branch, elements, raw
from crosswalk_engine.formula.stands import Names, split_at_each
from crosswalk_engine.formula.values import CONTEXT
from crosswalk_engine.mapping.key_sites import Condition, conditions
from crosswalk_engine.mapping.tree import Level, MappingTree

_Records = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class _Plan:
    """Where the id of one related record stands.

    In a repeated part (`levels`, outermost first), a row needs the record when all conditions of one of the
    places that read it hold; with `None`, every row does.
    """

    key: Path | Related
    levels: tuple[Level, ...]
    needed: tuple[tuple[Condition, ...], ...] | None


class KeyFinder:
    """Finds the ids of the related records of one mapping."""

    def __init__(self, tree: MappingTree) -> None:
        self._plans = {name: _plan(tree, name) for name in tree.related}

    def keys(self, record: dict[str, Any], related: _Records | None = None) -> dict[str, frozenset[str]]:
        """Related record -> the ids that `record` names, as text; blank ones are left out.

        `related` holds records by name and id that are known already: an id that stands in one of them is
        found when it is there. Of a repeated part, the rows that every `each` reading the related record
        leaves out do not count. An id that cannot be read is left out too: the mapping reports it.
        """
        place = Place(branch(record, ""), Env(related=related or {}))
        with localcontext(CONTEXT):
            return {name: frozenset(_ids(plan, place)) for name, plan in self._plans.items()}


def _ids(plan: _Plan, place: Place) -> Iterator[str]:
    for here in _rows(plan.levels, place):
        if plan.needed is not None and not any(_hold(site, here) for site in plan.needed):
            continue
        try:
            value = walk_tree(plan.key, here)
        except EvalError:
            continue
        if value.__class__ is str or value.__class__ is int:
            yield str(value)


def _rows(levels: tuple[Level, ...], place: Place, before: Names = ()) -> Iterator[Place]:
    """The place of each row; `before` is the path of the level around."""
    if not levels:
        yield place
        return
    level, where = levels[0], ".".join(levels[0].path)
    around = place.levels[ROWS[len(place.levels) - 1]] if place.levels else place.record
    try:
        found = elements(raw(around, level.path[len(before) :], ""), where)
    except EvalError:
        return
    for key, element in found:
        inside = {**place.levels, level.scope: element}
        here = replace(place, levels=inside, names={**place.names, level.scope: where})
        here.env.row_key = key
        yield from _rows(levels[1:], here, level.path)


def _hold(site: tuple[Condition, ...], place: Place) -> bool:
    """Whether a place that reads the record keeps a row; a condition that cannot be told yet holds."""
    return all(_holds(condition, place) for condition in site)


def _holds(condition: Condition, place: Place) -> bool:
    levels: dict[ScopeName, Any] = {scope: place.levels[ours] for scope, ours in condition.rows.items()}
    names: dict[str, str] = dict(place.names)
    names |= {scope: place.names[ours] for scope, ours in condition.rows.items()}
    try:
        return walk_tree(condition.where, replace(place, levels=levels, names=names)) is True
    except EvalError:
        return True


def _plan(tree: MappingTree, name: str) -> _Plan:
    key, levels = _key(tree, name, (name,))
    return _Plan(key, levels, conditions(tree, name, levels) if levels else None)


def _key(tree: MappingTree, name: str, seen: Names) -> tuple[Path | Related, tuple[Level, ...]]:
    """Where the id stands, and the repeated parts that this is in."""
    parts, repeats = split_at_each(tree.related[name].key)
    head = parts[0]
    if head in tree.related and head not in seen:
        key, levels = _key(tree, head, (*seen, head))
        return Related(head, key, parts[1:]), levels
    lengths = repeats[: len(ROWS)]
    levels = tuple(Level(parts[:length], scope) for length, scope in zip(lengths, ROWS, strict=False))
    if not levels:
        return Path("record", parts), ()
    return Path(levels[-1].scope, parts[lengths[-1] :]), levels
