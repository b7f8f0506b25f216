"""The rows around a formula, their paths resolved: what each alias stands for."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from crosswalk_engine.formula.ir import ROWS, ScopeName
from crosswalk_engine.formula.scope import Scope
from crosswalk_engine.payload.paths import parse_path
from crosswalk_engine.payload.shape import Shape

Names = tuple[str, ...]


def names(path: str) -> Names:
    """The names of a path, without ``[]``."""
    return parse_path(path).names


def split_at_each(path: str) -> tuple[Names, tuple[int, ...]]:
    """The names of a path, and how many of them lead to each of its repeated parts."""
    segments = parse_path(path).segments
    repeats = tuple(length for length, segment in enumerate(segments, 1) if segment.each)
    return tuple(segment.name for segment in segments), repeats


@dataclass(frozen=True, slots=True)
class Stand:
    """One row around a formula.

    Attributes:
        alias: its name in formulas.
        scope: its name in trees.
        base, parts: where its collection is, seen from the record or from a row around it.
        path: the whole path of its collection in the source.
        rows_as: the name of the collection that a group holds.
        flattens: it is a step of the same `each` as the stand before it.
    """

    alias: str
    scope: ScopeName
    base: ScopeName
    parts: Names
    path: Names
    rows_as: str | None = None
    flattens: bool = False


def stands_of(scope: Scope) -> tuple[Stand, ...]:
    """The rows around a formula in `scope`, outermost first."""
    made: list[Stand] = []
    for name, row in zip(ROWS, scope.rows, strict=False):
        stand = locate(names(row.collection), made, scope)
        made.append(replace(stand, alias=row.alias, scope=name, rows_as=row.rows_as, flattens=row.flattens))
    return tuple(made)


def locate(parts: Names, around: "list[Stand] | tuple[Stand, ...]", scope: Scope) -> Stand:
    """Where a collection is that is written as `parts`, seen from the rows `around`; without an alias.

    Parameters of rule sets are not looked at: row scopes name what they stand for.
    """
    for stand in reversed(around):
        if stand.alias == parts[0]:
            inner = parts[1:]
            whole = stand.path if inner == (stand.rows_as,) else (*stand.path, *inner)
            return Stand("", "row", stand.scope, inner, whole)
    if parts[0] in scope.derived:
        return Stand("", "row", "record", parts, (*names(scope.derived[parts[0]]), *parts[1:]))
    return Stand("", "row", "record", parts, parts)


def own_steps(stands: tuple[Stand, ...]) -> tuple[Stand, ...]:
    """The stands that the innermost `each` makes: the last one, and those that it is flattened with."""
    start = len(stands)
    while start > 0:
        start -= 1
        if not stands[start].flattens:
            break
    return stands[start:]


def shape_below(root: Shape | None, parts: Names) -> Shape | None:
    """The shape of the elements of the collection at `parts`; `None` when unknown."""
    for part in parts:
        root = root.children.get(part) if root is not None else None
    return root.element if root is not None else None


def derived_paths(scope: Scope, stands: tuple[Stand, ...]) -> Mapping[tuple[ScopeName, str], Names]:
    """Collections that are made from others: (scope, name) -> the source path of their elements."""
    found: dict[tuple[ScopeName, str], Names] = {
        ("record", name): names(path) for name, path in scope.derived.items()
    }
    return found | {(stand.scope, stand.rows_as): stand.path for stand in stands if stand.rows_as}
