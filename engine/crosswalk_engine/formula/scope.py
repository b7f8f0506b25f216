"""What a formula may name: fields of the record, the current row, related records, lookups, id maps."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from crosswalk_engine.payload.shape import Shape


@dataclass(frozen=True, slots=True)
class RowScope:
    """The row of an `each`: one element of a repeated part of the record.

    Attributes:
        collection: its path without ``[]``, e.g. ``orderRows``.
        alias: the name that formulas use for the element, e.g. ``row``.
        order_by: the formula that orders the elements (APPORTION gives spare cents in that order).
    """

    collection: str
    alias: str
    order_by: str | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """What a formula may name; `None` means unknown, and then nothing is checked against it.

    Attributes:
        shape: the record's shape. It only adds checks (unknown fields, wrong types, repeated parts);
            it never changes a value.
        related: related records by name, each with its shape.
        related_keys: related record -> the source path of its id (``orderRows[].productId``). Without it a
            formula can still be evaluated when exactly one record of that name is given.
        row: set inside an `each`.
        collections: paths that are known to be repeated (the `each` rules of the mapping say so).
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
