"""The samples of a target, read as a mapping fills it: an object keyed by id, whatever its keys look like."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from crosswalk_engine.payload.paths import Segment
from crosswalk_engine.payload.shape import Shape


def as_keyed(shape: Shape, names: Sequence[str]) -> Shape:
    """`shape` with the object at `names` as one keyed by id; as it is, when there is no object there."""
    head, rest = names[0], names[1:]
    found = shape.fields.get(head)
    if found is None:
        if shape.element is None:
            return shape
        return replace(shape, element=as_keyed(shape.element, names))
    changed = as_keyed(found, rest) if rest else _keyed(found)
    return replace(shape, fields={**shape.fields, head: changed})


def _keyed(shape: Shape) -> Shape:
    if shape.repeated is not None or not shape.fields:
        return shape
    path = f"{shape.path}[]"
    elements = [_moved(one, one.path, path) for one in shape.fields.values()]
    return replace(shape, repeated="keyed", fields={}, element=_merged(elements, path))


def _moved(shape: Shape, before: str, after: str) -> Shape:
    return replace(
        shape,
        path=after + shape.path[len(before) :],
        fields={name: _moved(one, before, after) for name, one in shape.fields.items()},
        element=None if shape.element is None else _moved(shape.element, before, after),
    )


def _merged(shapes: Sequence[Shape], path: str) -> Shape:
    """Several fields as one that all their values stood in."""
    kinds: Counter[str] = Counter()
    for shape in shapes:
        kinds.update(shape.kinds)
    objects = sum(shape.kinds.get("object", 0) for shape in shapes)
    names = dict.fromkeys(name for shape in shapes for name in shape.fields)
    fields = {}
    for name in names:
        inner = _merged(
            [shape.fields[name] for shape in shapes if name in shape.fields], f"{path}.{Segment(name)}"
        )
        fields[name] = replace(inner, of=objects)
    elements = [shape.element for shape in shapes if shape.element is not None]
    present = sum(shape.present for shape in shapes)
    return Shape(
        path=path,
        present=present,
        of=present,
        kinds=dict(kinds),
        blank=sum(shape.blank for shape in shapes),
        longest=max(shape.longest for shape in shapes),
        examples=tuple(dict.fromkeys(form for shape in shapes for form in shape.examples))[:3],
        repeated=next((shape.repeated for shape in shapes if shape.repeated is not None), None),
        fields=fields,
        element=_merged(elements, f"{path}[]") if elements else None,
    )
