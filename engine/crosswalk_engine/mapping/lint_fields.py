"""Which field of the samples a part of a formula reads, and what the samples say of its form."""

import re
from dataclasses import replace

from crosswalk_engine.formula.ir import Aggregate, Node, Path, Related
from crosswalk_engine.formula.typed import source_paths
from crosswalk_engine.mapping.written import Written
from crosswalk_engine.payload.shape import Shape

#: The masked form of a number written as text (`Shape.examples`: digits are 9), and of one with a fraction.
_NUMBER = re.compile(r"-?9+(?:\.9+)?")
_FRACTION = re.compile(r"-?9+\.(?P<digits>9+)")


def field_shape(written: Written, node: Node) -> Shape | None:
    """What the samples have at a field; `None` when `node` is none, or there are no samples."""
    if isinstance(node, Related):
        shape = written.scope.related.get(node.name)
        return shape.find(".".join(node.parts)) if shape is not None and node.parts else None
    if not isinstance(node, Path) or node.scope == "item" or not node.parts:
        return None
    return _found(written, node)


def folded_shape(written: Written, node: Aggregate) -> Shape | None:
    """What the samples have at the field that an aggregate folds; `None` when it folds more than a field."""
    field = node.args[0]
    if not isinstance(field, Path) or field.scope != "item" or not field.parts or field.whole:
        return None
    return _found(written, replace(node, args=(field,), where=None))


def _found(written: Written, node: Node) -> Shape | None:
    paths = source_paths(node, {row.scope: row.collection for row in written.formula.rows})
    return written.scope.shape.find(paths[0]) if paths and written.scope.shape is not None else None


def has_number_texts(shape: Shape | None) -> bool:
    """Whether the samples of a field are texts that write numbers of different lengths."""
    if shape is None or shape.scalar_kinds != {"text"} or len(shape.examples) < 2:
        # Of one form are dates (20260309) and codes, which letters order as well as numbers do.
        return False
    return all(_NUMBER.fullmatch(form) for form in shape.examples)


def has_fractions(shape: Shape | None) -> bool:
    """Whether samples of a field are numbers, or texts that write some, with digits after the point."""
    return shape is not None and any(_FRACTION.fullmatch(form) for form in shape.examples)


def fractions(shape: Shape | None) -> int | None:
    """Digits after the point in the samples of a field; `None` when they differ or there is no point."""
    if shape is None or shape.scalar_kinds != {"text"} or not shape.examples:
        return None
    found = [_FRACTION.fullmatch(form) for form in shape.examples]
    digits = {len(match["digits"]) for match in found if match is not None}
    return digits.pop() if len(digits) == 1 and all(found) else None
