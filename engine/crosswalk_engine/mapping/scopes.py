"""What the formulas of a mapping may name, as far as its own document says."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from crosswalk_engine.errors import ConfigError
from crosswalk_engine.formula.scope import RowScope, Scope
from crosswalk_engine.formula.stands import Names, locate, names, stands_of
from crosswalk_engine.mapping.document import (
    MAX_LEVELS,
    AnyRule,
    EachRule,
    MappingDocument,
    RuleSet,
    UseRule,
    split_each,
)
from crosswalk_engine.payload.paths import Segment, format_path, parse_path
from crosswalk_engine.payload.shape import Shape

#: Rule sets that use one another, one below the other.
MAX_USES = 4
RuleSets = Mapping[str, RuleSet]


def document_scope(
    doc: MappingDocument, scope: Scope | None = None, rule_sets: RuleSets | None = None
) -> Scope:
    """`scope`, completed by what `doc` itself says: related records, their keys, repeated parts.

    What cannot be read in `doc` is left out; `translate` reports it.
    """
    given = scope or Scope()
    shape = given.shape
    collections: set[str] = set()
    if doc.source.group is not None:
        collections.add(format_path(doc.source.group.as_))
        shape = grouped_shape(shape, doc.source.group.as_)
    known = replace(
        given,
        shape=shape,
        related={name: given.related.get(name) for name in doc.with_},
        related_keys={name: record.key for name, record in doc.with_.items() if is_path(record.key)},
    )
    if doc.documents is not None:
        derived = _collection_of(doc.documents.each)
        if derived:
            known = replace(known, derived={doc.documents.as_: format_path(*derived)})
            collections.add(format_path(*derived))
    collections |= {format_path(*path) for path in _collections(doc.rules, known, rule_sets or {}, ())}
    return replace(known, collections=given.collections | collections)


def is_path(text: str) -> bool:
    """Whether `text` is a path."""
    try:
        parse_path(text)
    except ConfigError:
        return False
    return True


def substituted(parts: Names, scope: Scope) -> Names:
    """`parts` with a parameter of a rule set at its beginning replaced by what it stands for."""
    if parts[0] not in scope.parameters:
        return parts
    return (*names(scope.parameters[parts[0]]), *parts[1:])


def _collection_of(text: str) -> Names:
    try:
        path, _ = split_each(text)
    except ConfigError:
        return ()
    return names(path) if is_path(path) else ()


def _collections(
    rules: tuple[AnyRule, ...], scope: Scope, rule_sets: RuleSets, used: tuple[str, ...]
) -> Iterator[Names]:
    """The whole paths that `each` rules go over."""
    for rule in rules:
        if isinstance(rule, UseRule):
            found = rule_sets.get(rule.use)
            if found is None or rule.use in used or len(used) >= MAX_USES:
                continue
            given = {
                name: format_path(*substituted(names(path), scope))
                for name, path in rule.given.items()
                if is_path(path)
            }
            inside = replace(scope, parameters=given)
            yield from _collections(found.rules, inside, rule_sets, (*used, rule.use))
        elif isinstance(rule, EachRule):
            inner = scope
            try:
                steps = rule.steps
            except ConfigError:
                continue
            for path, alias in steps:
                if not is_path(path) or len(inner.rows) >= MAX_LEVELS:
                    break
                parts = substituted(names(path), inner)
                yield locate(parts, stands_of(inner), inner).path
                inner = with_row(inner, RowScope(format_path(*parts), alias, rows_as=rule.rows_as))
            yield from _collections(rule.rules, inner, rule_sets, used)


def with_row(scope: Scope, row: RowScope) -> Scope:
    """`scope` inside one more `each`."""
    return replace(scope, outer=scope.rows, row=row)


def grouped_shape(shape: Shape | None, name: str) -> Shape | None:
    """The shape of records that flat ones are gathered into: their fields, and all of them in `name`."""
    if shape is None or name in shape.fields:
        return shape
    path = str(Segment(name))
    counts = {"array": shape.of or shape.present}
    gathered = Shape(
        path=path,
        present=shape.present,
        of=shape.of,
        kinds=counts,
        repeated="array",
        element=_moved(shape, f"{path}[]"),
    )
    return replace(shape, fields={**shape.fields, name: gathered})


def is_gathered(shape: Shape, name: str) -> bool:
    """Whether the field `name` was put into `shape` by `grouped_shape`."""
    found = shape.fields.get(name)
    return (
        found is not None
        and found.element is not None
        and shape.fields.keys() - {name} == (found.element.fields.keys() - {name})
    )


def _moved(shape: Shape, below: str) -> Shape:
    """`shape` at another path."""
    whole = f"{below}.{shape.path}" if shape.path else below
    return replace(
        shape,
        path=whole,
        fields={name: _moved(child, below) for name, child in shape.fields.items()},
        element=None if shape.element is None else _moved(shape.element, below),
    )
