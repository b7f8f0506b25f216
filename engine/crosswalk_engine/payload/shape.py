"""Shapes: what a set of records looks like, as a tree of fields with counts and hardly any data.

`infer_shape` reads records; the lint, the formula checker and the release read the result. A field is found
by its path, with or without ``[]`` after repeated names (formulas write none).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from crosswalk_engine.errors import ConfigError
from crosswalk_engine.payload.nearest import nearest
from crosswalk_engine.payload.paths import Segment, parse_path
from crosswalk_engine.payload.tally import Tally
from crosswalk_engine.payload.vocabulary import vocabulary

FORMAT = "crosswalk/shape@2"
Kind = Literal["null", "boolean", "integer", "number", "text", "object", "array"]
Repeated = Literal["array", "keyed"]


@dataclass(frozen=True, slots=True)
class Shape:
    """One field (or, at the root, one record) and everything below it.

    Attributes:
        path: from the root, with ``[]`` after repeated names; empty at the root.
        present: how many values were seen, nulls among them.
        of: how many could have been seen, that is, in how many objects the key could have stood.
        kinds: JSON kind -> number of values.
        blank: texts that are empty or only spaces.
        longest: characters of the longest text; 0 when there is none.
        examples: up to three forms with the content masked (``AA9 9AA``).
        values: every text that was seen, sorted, where a field chooses from a few words (a currency); empty
            where it does not, and for whatever may be personal, an id or a secret.
        repeated: ``array`` (JSON array), ``keyed`` (object keyed by id, all keys digits) or `None`.
        fields: key -> field, of an object that is not keyed by id.
        element: the elements of an array or an id-keyed object; `None` for anything else.
    """

    path: str = ""
    present: int = 0
    of: int = 0
    kinds: Mapping[str, int] = field(default_factory=dict)
    blank: int = 0
    longest: int = 0
    examples: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    repeated: Repeated | None = None
    fields: Mapping[str, "Shape"] = field(default_factory=dict)
    element: "Shape | None" = None

    @property
    def children(self) -> Mapping[str, "Shape"]:
        """The fields one step below: of this object, or of the objects that this collection holds."""
        if self.element is not None and self.repeated is not None:
            return {**self.element.children, **self.fields} if self.fields else self.element.children
        return self.fields

    @property
    def null(self) -> int:
        """How many values were null."""
        return self.kinds.get("null", 0)

    @property
    def optional(self) -> bool:
        """Whether a record may lack it: the key was absent somewhere, or null."""
        return self.present < self.of or self.null > 0

    @property
    def repeating(self) -> bool:
        """Whether one record can hold several values at this path."""
        return "[]" in self.path

    @property
    def scalar_kinds(self) -> frozenset[str]:
        """The kinds seen other than null, object and array."""
        return frozenset(self.kinds) - {"null", "object", "array"}

    def find(self, path: str) -> "Shape | None":
        """The field at `path`, which starts at this shape; `None` when there is none.

        ``[]`` may be left out between names: ``orderRows.productSku`` finds ``orderRows[].productSku``.
        ``orderRows`` is the collection, ``orderRows[]`` its element.
        """
        node: Shape | None = self
        for segment in parse_path(path).segments:
            node = node and node._child(segment)
            if node is None:
                return None
        return node

    def _child(self, segment: Segment) -> "Shape | None":
        node = self.children.get(segment.name)
        for _ in range(segment.each):
            node = node.element if node is not None and node.repeated is not None else None
        return node

    def walk(self) -> Iterator["Shape"]:
        """This shape and all below it, in the order in which records showed them."""
        yield self
        for child in self.fields.values():
            yield from child.walk()
        if self.element is not None:
            yield from self.element.walk()

    def paths(self) -> tuple[str, ...]:
        """The paths that hold scalars, e.g. ``orderRows[].productSku``; also those only ever null."""
        return tuple(
            shape.path
            for shape in self.walk()
            if shape.path and (shape.scalar_kinds or not shape.kinds.keys() - {"null"})
        )

    def nearest(self, path: str, limit: int = 3) -> tuple[str, ...]:
        """Paths that `path` was probably meant to be, best first; relative to this shape, without ``[]``."""
        prefix = f"{self.path}." if self.path else ""
        known = (shape.path.removeprefix(prefix) for shape in self.walk() if shape is not self)
        return nearest(path.replace("[]", ""), (name.replace("[]", "") for name in known), limit)

    def to_json(self) -> dict[str, Any]:
        """The stored form (`crosswalk/shape@2`): integers, texts and lists only."""
        return {"format": FORMAT, **_to_json(self)}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Shape":
        """The shape that `to_json` stored, in this version or an earlier one.

        Raises:
            ConfigError: CW-SHAPE-FORMAT when `stored` is of another format or damaged.
        """
        stored = upgrade(stored)
        if stored.get("format") != FORMAT:
            raise ConfigError(
                "CW-SHAPE-FORMAT",
                "this is not a shape that this version reads",
                got=str(stored.get("format"))[:80],
                expected=FORMAT,
            )
        try:
            return _from_json(stored, "")
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise ConfigError(
                "CW-SHAPE-FORMAT", "a stored shape is damaged", got=type(error).__name__, expected=FORMAT
            ) from error


def infer_shape(records: Iterable[Mapping[str, Any]]) -> Shape:
    """The shape of `records`, each a decoded JSON object.

    Counts, and masked examples; values only of fields that choose from a few words.
    """
    tally = Tally()
    for record in records:
        tally.add_record(record)
    tally.settle()
    return _freeze(tally, "", tally.seen)


def _freeze(tally: Tally, path: str, of: int) -> Shape:
    repeated: Any = tally.repeated
    below = f"{path}." if path else ""
    return Shape(
        path=path,
        present=tally.seen,
        of=of,
        kinds=dict(tally.kinds),
        blank=tally.blank,
        longest=tally.longest,
        examples=tally.common_patterns(),
        values=_values(tally, path),
        repeated=repeated,
        fields={
            key: _freeze(inner, f"{below}{Segment(key)}", tally.objects)
            for key, inner in tally.fields.items()
        },
        element=None
        if tally.element is None or repeated is None
        else _freeze(tally.element, f"{path}[]", tally.element.seen),
    )


def _values(tally: Tally, path: str) -> tuple[str, ...]:
    texts = tally.kinds.get("text", 0)
    # A field that is text here and something else there chooses from more than words.
    if texts + tally.kinds.get("null", 0) != tally.seen:
        return ()
    return vocabulary(path, tally.words, texts - tally.blank)


def upgrade(stored: Mapping[str, Any]) -> Mapping[str, Any]:
    """A stored shape in the form of this version; what is not known stays as it is.

    Version 1 kept no values: to it, no field has a vocabulary.
    """
    return {**stored, "format": FORMAT} if stored.get("format") == "crosswalk/shape@1" else stored


def _to_json(shape: Shape) -> dict[str, Any]:
    stored: dict[str, Any] = {"present": shape.present, "of": shape.of, "kinds": dict(shape.kinds)}
    if shape.blank or shape.longest:
        stored |= {"blank": shape.blank, "longest": shape.longest}
    if shape.examples:
        stored["examples"] = list(shape.examples)
    if shape.values:
        stored["values"] = list(shape.values)
    if shape.repeated:
        stored["repeated"] = shape.repeated
    if shape.fields:
        # A list of pairs keeps the order of the record through canonical JSON, which sorts keys.
        stored["fields"] = [[key, _to_json(child)] for key, child in shape.fields.items()]
    if shape.element is not None:
        stored["element"] = _to_json(shape.element)
    return stored


def _from_json(stored: Mapping[str, Any], path: str) -> Shape:
    below = f"{path}." if path else ""
    element = stored.get("element")
    return Shape(
        path=path,
        present=int(stored["present"]),
        of=int(stored["of"]),
        kinds=dict(stored["kinds"]),
        blank=int(stored.get("blank", 0)),
        longest=int(stored.get("longest", 0)),
        examples=tuple(stored.get("examples", ())),
        values=tuple(stored.get("values", ())),
        repeated=stored.get("repeated"),
        fields={key: _from_json(child, f"{below}{Segment(key)}") for key, child in stored.get("fields", ())},
        element=None if element is None else _from_json(element, f"{path}[]"),
    )
