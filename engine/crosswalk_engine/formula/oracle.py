"""The executable specification: evaluates a formula by walking its tree, one node after the other.

It is slow and plain on purpose. The compiled form must give the same value or the same error, always.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from crosswalk_engine.formula.env import Env
from crosswalk_engine.formula.fuel import is_metered, limit_of, spend
from crosswalk_engine.formula.functions import FUNCTIONS, Function
from crosswalk_engine.formula.functions.collections import apportion
from crosswalk_engine.formula.ir import (
    Aggregate,
    Call,
    Case,
    Const,
    Node,
    Path,
    Present,
    Related,
    ScopeName,
    Share,
    uses_row,
    walk,
)
from crosswalk_engine.formula.problems import EvalError
from crosswalk_engine.formula.reads import (
    MAX_ELEMENTS,
    MAX_ELEMENTS_SQUARED,
    collect,
    elements,
    has_key,
    leaf,
    present,
    raw,
    related_record,
)
from crosswalk_engine.formula.values import BOOLEAN, NUMBER, TEXTUAL, Kinds, Value, as_text, need


@dataclass(frozen=True, slots=True)
class RowAt:
    """One row of an `each`: its key, and the element that each of its steps is at.

    `whole` is the keys of all steps, joined by dots.
    """

    key: str
    elements: Mapping[ScopeName, Any]
    whole: str = ""


@dataclass(slots=True)
class Meter:
    """What an aggregate has worked on so far, in characters."""

    limit: int
    spent: int = 0


@dataclass(frozen=True, slots=True)
class Place:
    """Where an evaluation stands: the record, the rows of the `each` rules around, an aggregate's element.

    `levels` holds the current element of each level; `rows` are the rows of the innermost `each`, of which
    number `at` is the current one. `columns` replaces the element where the repeated part is found in the
    record: path -> raw value. Branches that are taken are noted in `seen`, if there is one.
    """

    record: Any
    env: Env
    levels: Mapping[ScopeName, Any] = field(default_factory=dict)
    rows: Sequence[RowAt] = ()
    at: int = 0
    item: Any = None
    columns: Mapping[tuple[str, ...], Any] | None = None
    names: Mapping[str, str] = field(default_factory=lambda: {"record": "", "item": ""})
    seen: set[tuple[int, Hashable]] | None = None
    meter: "Meter | None" = None

    def row(self, at: int) -> "Place":
        """The place of row number `at` of the innermost `each`."""
        return replace(self, at=at, levels={**self.levels, **self.rows[at].elements})

    def note(self, node: object, what: Hashable) -> None:
        """Notes which way was taken at `node`."""
        if self.seen is not None:
            self.seen.add((id(node), what))


def walk_tree(node: Node, place: Place) -> Value:
    """The value of `node` at `place`.

    Raises:
        EvalError: the first one met, arguments from left to right.
    """
    match node:
        case Const():
            return node.value
        case Path():
            return _path(node, place)
        case Related():
            record, _ = start_of(node, place)
            return leaf(raw(record, node.parts, node.name), ".".join((node.name, *node.parts)))
        case Present():
            return has_key(start_of(node.of, place)[0], node.of.parts)
        case Case():
            return _case(node, place)
        case Aggregate():
            return _aggregate(node, place)
        case Share():
            return _share(node, place)
        case Call(name="AND" | "OR"):
            return _chain(node, place)
        case Call(name="COALESCE"):
            return _coalesce(node, place)
        case Call():
            return _ask(node, place) if FUNCTIONS[node.name].asks else _call(node, place)


def _path(node: Path, place: Place) -> Value:
    if node.scope == "item" and place.columns is not None:
        where, value = ".".join(node.parts), place.columns[node.parts]
    else:
        start, where = start_of(node, place)
        value = raw(start, node.parts, where)
        where = ".".join((where, *node.parts) if where else node.parts)
    return present(value) if node.whole else leaf(value, where)


def start_of(node: Path | Related, place: Place) -> tuple[Any, str]:
    """What the parts of `node` are read from, and the name of that in messages."""
    if isinstance(node, Related):
        key, where = _key(node.key, place)
        return related_record(place.env.related, node.name, key, where), node.name
    if node.scope == "record":
        return place.record, ""
    return (place.item if node.scope == "item" else place.levels[node.scope]), place.names[node.scope]


def _key(key: Path | Related | None, place: Place) -> tuple[Any, str | None]:
    """The raw id of a related record, and where it stands."""
    if key is None:
        return None, None
    if isinstance(key, Path) and key.scope == "item" and place.columns is not None:
        return place.columns[key.parts], ".".join(key.parts)
    start, where = start_of(key, place)
    return raw(start, key.parts, where), ".".join((where, *key.parts) if where else key.parts)


def _condition(test: Node, place: Place, who: str) -> bool:
    value = walk_tree(test, place)
    return value is not None and need(value, BOOLEAN, who) is True


def _case(node: Case, place: Place) -> Value:
    for index, (test, value) in enumerate(node.whens):
        if _condition(test, place, "WHEN"):
            place.note(node, index)
            return walk_tree(value, place)
    place.note(node, "else")
    return walk_tree(node.otherwise, place)


def _coalesce(node: Call, place: Place) -> Value:
    for index, arg in enumerate(node.args):
        value = walk_tree(arg, place)
        if value is not None:
            place.note(node, index)
            return value
    place.note(node, "none")
    return None


def _chain(node: Call, place: Place) -> Value:
    decisive = node.name == "OR"
    result: Value = not decisive
    for index, arg in enumerate(node.args):
        value = walk_tree(arg, place)
        if value is None:
            result = None
        elif need(value, BOOLEAN, node.name) is decisive:
            place.note(node, index)
            return decisive
    place.note(node, "none")
    return result


def _ask(node: Call, place: Place) -> Value:
    """A look-up; whether it finds what it looks for is noted."""
    if place.seen is None:
        return _call(node, place)
    bare = replace(node, args=node.args[:2])
    try:
        found = _call(bare, replace(place, meter=None)) is not None
    except EvalError:
        found = False
    place.note(node, "hit" if found else "miss")
    return _call(node, place)


def _call(node: Call, place: Place) -> Value:
    function = FUNCTIONS[node.name]
    literals, args, params = [], [], []
    for index, arg in enumerate(node.args):
        param = function.param(index)
        value = walk_tree(arg, place)
        if function.prepare is not None and param.literal:
            literals.append(value)
        else:
            args.append(value)
            params.append(param.kinds)
    result = _result(function, args, params, literals, place)
    if place.meter is not None:
        place.meter.spent = spend(place.meter.spent, (*args, result), place.meter.limit)
    return result


def _result(
    function: Function, args: list[Value], params: list[Kinds], literals: list[Value], place: Place
) -> Value:
    """What a call gives, once its arguments are computed."""
    if function.nulls == "null" and any(value is None for value in args):
        return None
    checked = [_argument(value, kinds, function.name) for value, kinds in zip(args, params, strict=True)]
    if function.prepare is not None:
        return function.prepare(*literals)(*checked)  # type: ignore[no-any-return]
    assert function.body is not None
    return function.body(*([place.env] if function.needs_env else []), *checked)  # type: ignore[no-any-return]


def _argument(value: Value, kinds: Kinds, who: str) -> Value:
    if value is None:
        return None
    return as_text(value, who) if kinds == TEXTUAL else need(value, kinds, who)


def _aggregate(node: Aggregate, place: Place) -> Value:
    function: Function = FUNCTIONS[node.name]
    values = []
    place = replace(place, meter=Meter(limit_of(node)) if is_metered(node) else None)
    for inner in _items(node, place):
        if node.where is not None:
            kept = _condition(node.where, inner, "FILTER (WHERE …)")
            place.note(node.where, "true" if kept else "false")
            if not kept:
                continue
        value = walk_tree(node.args[0], inner)
        if value is not None:
            values.append(_argument(value, function.params[0].kinds, node.name))
    assert function.body is not None
    return function.body(values, *(walk_tree(arg, place) for arg in node.args[1:]))  # type: ignore[no-any-return]


def _items(node: Aggregate, place: Place) -> Sequence[Place]:
    parts = (*([node.where] if node.where is not None else []), *node.args)
    limit = MAX_ELEMENTS_SQUARED if any(uses_row(part) for part in parts) else MAX_ELEMENTS
    start, where = start_of(node.over, place)
    if not node.found:
        found = raw(start, node.over.parts, where)
        where = ".".join((where, *node.over.parts) if where else node.over.parts)
        names = {**place.names, "item": where}
        return [
            replace(place, item=item, columns=None, names=names) for _, item in elements(found, where, limit)
        ]
    paths = item_paths(node)
    rows = collect(start, paths, limit)
    return [replace(place, columns=dict(zip(paths, row, strict=True))) for row in rows]


def item_paths(node: Aggregate) -> list[tuple[str, ...]]:
    """The paths that an aggregate reads from each element, each once."""
    parts = (*([node.where] if node.where is not None else []), *node.args)
    return list(
        dict.fromkeys(
            child.parts
            for part in parts
            for child in walk(part)
            if isinstance(child, Path) and child.scope == "item"
        )
    )


def _share(node: Share, place: Place) -> Value:
    amount = _argument(walk_tree(node.amount, place), NUMBER, "APPORTION")
    names = {**place.names, "item": place.names[node.scope]}
    weights = []
    for at, row in enumerate(place.rows):
        inner = replace(place.row(at), item=row.elements[node.scope], columns=None, names=names)
        weights.append(_argument(walk_tree(node.weights, inner), NUMBER, "APPORTION"))
    return apportion(amount, weights, node.scale)[place.at]  # type: ignore[arg-type]
