"""What is wrong with one step of an `each`: its alias, or what it goes over."""

from dataclasses import replace

from crosswalk_engine.errors import masked
from crosswalk_engine.formula.ir import Path, Related
from crosswalk_engine.formula.resolve import Resolver
from crosswalk_engine.formula.scope import Scope
from crosswalk_engine.formula.stands import Names, locate, stands_of
from crosswalk_engine.mapping.document import MAX_LEVELS
from crosswalk_engine.mapping.scopes import is_path, substituted
from crosswalk_engine.payload.paths import format_path


def step_fault(path: Names, alias: str, scope: Scope) -> tuple[str, str] | None:
    """What is wrong with ``<path> AS <alias>`` in `scope`, and what to do; `None` when nothing is."""
    if len(scope.rows) >= MAX_LEVELS:
        return f"lists stand in lists at most {MAX_LEVELS} deep", "flatten it, or leave a level out"
    also = taken(alias, scope)
    if also:
        return f"'{alias}' is also {also}", "choose another alias"
    parts = substituted(path, scope)
    if not is_path(format_path(*locate(parts, stands_of(scope), scope).path)):
        return f"'{masked(format_path(*path), 40)}' lies too deep", "no record is nested so deep"
    resolver = Resolver(replace(scope, parameters={}))
    found = resolver.resolve(parts, (0, 0))
    if isinstance(found, Related):
        return f"an `each` cannot go over the related record '{found.name}'", "go over a part of the source"
    if not found.parts:
        return f"'{masked(parts[0], 40)}' is a row, not a collection", "name a repeated part of it"
    return _collection_fault(resolver, found, format_path(*path))


def taken(name: str, scope: Scope) -> str:
    """What else is called `name` in `scope`; empty when nothing is."""
    if any(row.alias == name for row in scope.rows):
        return "the alias of a list around it"
    if name in scope.parameters:
        return "a parameter of the rule set"
    if name in scope.related:
        return "a related record"
    if name in scope.derived:
        return "the name of the elements of a document"
    return "a field of the source" if scope.shape is not None and name in scope.shape.fields else ""


def _collection_fault(resolver: Resolver, found: Path, shown: str) -> tuple[str, str] | None:
    """What the shape says against going over a part."""
    where = resolver.find(found)
    if where.repeats is not None and where.repeats < len(found.parts):
        outer = resolver.display(replace(found, parts=found.parts[: where.repeats]))
        return f"'{shown}' lies in the repeated part '{outer}'", f"go over {outer} first: {outer} AS …, …"
    problem = resolver.check_exists(found, where)
    if problem is not None:
        return f"the source has no '{masked(shown, 60)}'", problem.suggestion
    shape = where.shape
    if shape is not None and shape.repeated is None and shape.scalar_kinds:
        return f"'{shown}' is not a list or an object keyed by id", "go over a repeated part of the source"
    return None
