"""The executable specification: evaluates a formula by walking its tree, one node after the other.

It is slow and plain on purpose. The compiled form must give the same value or the same error, always.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from crosswalk_engine.formula.env import Env
from crosswalk_engine.formula.functions import FUNCTIONS, Function
from crosswalk_engine.formula.functions.collections import apportion
from crosswalk_engine.formula.ir import (
    Aggregate,
    Call,
    Case,
    Const,
    Node,
    Path,
    Related,
    Share,
    uses_row,
    walk,
)
from crosswalk_engine.formula.reads import (
    MAX_ELEMENTS,
    MAX_ELEMENTS_SQUARED,
    collect,
    elements,
    leaf,
    present,
    raw,
    related_record,
)
from crosswalk_engine.formula.values import BOOLEAN, NUMBER, TEXTUAL, Kinds, Value, as_text, need

Rows = Sequence[tuple[str, Any]]


@dataclass(frozen=True, slots=True)
class Place:
    """Where an evaluation stands: the record, the row of an `each`, the element of an aggregate.

    `columns` replaces the element where the repeated part is found in the record: path -> raw value.
    """

    record: Any
    env: Env
    rows: Rows = ()
    at: int = 0
    item: Any = None
    columns: Mapping[tuple[str, ...], Any] | None = None
    names: Mapping[str, str] = field(default_factory=lambda: {"record": "", "row": "row", "item": ""})


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
            record, _ = _start(node, place)
            return leaf(raw(record, node.parts, node.name), ".".join((node.name, *node.parts)))
        case Case():
            for test, value in node.whens:
                if _condition(test, place, "WHEN"):
                    return walk_tree(value, place)
            return walk_tree(node.otherwise, place)
        case Aggregate():
            return _aggregate(node, place)
        case Share():
            return _share(node, place)
        case Call(name="AND" | "OR"):
            return _chain(node, place)
        case Call(name="COALESCE"):
            values = (walk_tree(arg, place) for arg in node.args)
            return next((value for value in values if value is not None), None)
    return _call(node, place)


def _path(node: Path, place: Place) -> Value:
    if node.scope == "item" and place.columns is not None:
        where, value = ".".join(node.parts), place.columns[node.parts]
    else:
        start, where = _start(node, place)
        value = raw(start, node.parts, where)
        where = ".".join((where, *node.parts) if where else node.parts)
    return present(value) if node.whole else leaf(value, where)


def _start(node: Path | Related, place: Place) -> tuple[Any, str]:
    """What the parts of `node` are read from, and the name of that in messages."""
    if isinstance(node, Related):
        key, where = None, None
        if node.key is not None:
            if node.key.scope == "item" and place.columns is not None:
                key, where = place.columns[node.key.parts], ".".join(node.key.parts)
            else:
                start, where = _start(node.key, place)
                key = raw(start, node.key.parts, where)
                where = ".".join((where, *node.key.parts) if where else node.key.parts)
        return related_record(place.env.related, node.name, key, where), node.name
    if node.scope == "record":
        return place.record, ""
    return (place.rows[place.at][1] if node.scope == "row" else place.item), place.names[node.scope]


def _condition(node: Node, place: Place, who: str) -> bool:
    value = walk_tree(node, place)
    return value is not None and need(value, BOOLEAN, who) is True


def _chain(node: Call, place: Place) -> Value:
    decisive = node.name == "OR"
    result: Value = not decisive
    for arg in node.args:
        value = walk_tree(arg, place)
        if value is None:
            result = None
        elif need(value, BOOLEAN, node.name) is decisive:
            return decisive
    return result


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
    if function.nulls == "null" and any(value is None for value in args):
        return None
    checked = [_argument(value, kinds, node.name) for value, kinds in zip(args, params, strict=True)]
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
    for inner in _items(node, place):
        if node.where is not None and not _condition(node.where, inner, "FILTER (WHERE …)"):
            continue
        value = walk_tree(node.args[0], inner)
        if value is not None:
            values.append(_argument(value, function.params[0].kinds, node.name))
    assert function.body is not None
    return function.body(values, *(walk_tree(arg, place) for arg in node.args[1:]))  # type: ignore[no-any-return]


def _items(node: Aggregate, place: Place) -> Sequence[Place]:
    parts = (*([node.where] if node.where is not None else []), *node.args)
    limit = MAX_ELEMENTS_SQUARED if any(uses_row(part) for part in parts) else MAX_ELEMENTS
    start, where = _start(node.over, place)
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
    weights = []
    for _, item in place.rows:
        inner = replace(place, item=item, columns=None, names={**place.names, "item": place.names["row"]})
        weights.append(_argument(walk_tree(node.weights, inner), NUMBER, "APPORTION"))
    return apportion(amount, weights, node.scale)[place.at]  # type: ignore[arg-type]
