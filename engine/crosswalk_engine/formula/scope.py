"""What a formula may name: fields of the record, the rows around it, related records, lookups, id maps."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from crosswalk_engine.payload.shape import Shape


@dataclass(frozen=True, slots=True)
class RowScope:
    """The row of an `each`: one element of a repeated part of the record.

    Attributes:
        collection: its path without ``[]``: of the record (``orderRows``), or of a row around it, by that
            row's alias (``row.serials``).
        alias: the name that formulas use for the element, e.g. ``row``.
        order_by: the formula that orders the elements (APPORTION gives spare cents in that order).
        rows_as: the name under which the element, standing for a group, holds the rows of the group.
        flattens: the row goes together with the one around it: both are steps of one `each`.
    """

    collection: str
    alias: str
    order_by: str | None = None
    rows_as: str | None = None
    flattens: bool = False


@dataclass(frozen=True, slots=True)
class Scope:
    """What a formula may name; `None` means unknown, and then nothing is checked against it.

    Attributes:
        shape: the record's shape. It only adds checks (unknown fields, wrong types, repeated parts);
            it never changes a value.
        related: related records by name, each with its shape.
        related_keys: related record -> the source path of its id (``orderRows[].productId``), which may lead
            through another related record (``contact.groupId``). Without it a formula can still be evaluated
            when exactly one record of that name is given.
        row: set inside an `each`: the innermost one.
        outer: the `each` rules around `row`, outermost first.
        collections: paths that are known to be repeated (the `each` rules of the mapping say so).
        derived: collections that are made from others: name -> the path of the collection whose elements it
            holds (the `as` of a mapping that splits records).
        parameters: names that stand for paths (those of a rule set), of the record, a row, a related record.
        lookups: names of the lookup tables.
        idmaps: entities that the id map holds.
    """

    shape: Shape | None = None
    related: Mapping[str, Shape | None] = field(default_factory=dict)
    related_keys: Mapping[str, str] = field(default_factory=dict)
    row: RowScope | None = None
    collections: frozenset[str] = frozenset()
    lookups: frozenset[str] | None = None
    idmaps: frozenset[str] | None = None
    outer: tuple[RowScope, ...] = ()
    derived: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)

    @property
    def rows(self) -> tuple[RowScope, ...]:
        """All the rows around a formula, outermost first."""
        return (*self.outer, self.row) if self.row is not None else self.outer
