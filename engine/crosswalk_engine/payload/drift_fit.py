"""Whether a record fits a shape, fast: the question for every record, before anybody asks what departs.

The shape becomes a msgspec type, so that compiled code answers the question (some 5 µs for an order of 5 KB;
walking it in Python takes 20 to 150 µs). The answer leans to one side: a yes is certain, a no means that
`crosswalk_engine.payload.departures` has to look.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal, TypeAlias, Union

import msgspec

from crosswalk_engine.payload.departures import always_there, below, kind_departure
from crosswalk_engine.payload.drift_policy import Kind
from crosswalk_engine.payload.paths import parse_path
from crosswalk_engine.payload.shape import Shape

Fits: TypeAlias = Callable[[Mapping[str, Any]], bool]
#: Whether anybody wants to know of a departure of this kind at this path.
Asks: TypeAlias = Callable[[Kind, str], bool]

#: msgspec has no place for these in a key.
_UNNAMEABLE = re.compile(r'["\\\x00-\x1f\ud800-\udfff]')
#: A key that no policy names: it stands for all keys that the shape does not know.
_ANY_KEY = "…"
_ID = Annotated[str, msgspec.Meta(pattern=r"\A\d+\Z")]
_EMPTY_LIST = Annotated[list[Any], msgspec.Meta(max_length=0)]
_EMPTY_OBJECT = Annotated[dict[str, Any], msgspec.Meta(max_length=0)]
#: What conversion may raise for odd values, such as lone surrogates: they do not fit.
_NOT_FITTING = (msgspec.MsgspecError, ValueError, TypeError, OverflowError, RecursionError)


class _Never:
    """The type of no JSON value."""


def compile_fit(shape: Shape, asks: Asks, named: Iterable[tuple[str, ...]] = ()) -> Fits:
    """A function that says whether a record certainly has no departure that is asked for.

    `named` are the paths (names, without ``[]``) for which `asks` answers other than for their neighbours.
    """
    wanted = _Types(asks, tuple(named)).of_object(shape)
    convert = msgspec.convert

    def fits(record: Mapping[str, Any]) -> bool:
        try:
            # A decimal is a number here and never a text, whatever msgspec could make of it.
            convert(record, wanted, builtin_types=(Decimal,))
        except _NOT_FITTING:
            return False
        return True

    return fits


class Alike:
    """Whether a part of a record certainly has no departure at all; each is compiled once."""

    def __init__(self) -> None:
        self._of = _Types(lambda kind, path: True, ())
        # By identity: a shape has no cheaper name. The node is kept, so that no other one gets its identity.
        self._known: dict[int, tuple[Shape, Any]] = {}

    def __call__(self, node: Shape, value: Any) -> bool:
        """Whether `value` is as `node`; a no means that somebody has to look."""
        known = self._known.get(id(node))
        if known is None:
            made = self._of.of_value(node) if node.path else self._of.of_object(node)
            known = self._known[id(node)] = (node, made)
        try:
            msgspec.convert(value, known[1], builtin_types=(Decimal,))
        except _NOT_FITTING:
            return False
        return True


class _Types:
    """The types of the parts of one shape."""

    def __init__(self, asks: Asks, named: tuple[tuple[str, ...], ...]) -> None:
        self._asks = asks
        self._named = named

    def of_object(self, node: Shape) -> Any:
        """The type of the objects of `node`."""
        own = parse_path(node.path).names if node.path else ()
        named = {names[-1] for names in self._named if names[:-1] == own} - node.fields.keys()
        if any(map(_UNNAMEABLE.search, (*node.fields, *named))):
            return _Never
        closed = self._asks("new", below(node, _ANY_KEY))
        needed: list[tuple[str, Any, Any]] = []
        optional: list[tuple[str, Any, Any]] = []
        for number, (key, child) in enumerate(node.fields.items()):
            if always_there(child) and self._asks("missing", child.path):
                needed.append((f"f{number}", self.of_value(child), msgspec.field(name=key)))
            else:
                optional.append(_optional(f"f{number}", key, self.of_value(child)))
        for number, key in enumerate(sorted(named)):
            refused = self._asks("new", below(node, key))
            optional.append(_optional(f"n{number}", key, _Never if refused else Any))
        return msgspec.defstruct("Fit", needed + optional, forbid_unknown_fields=closed, gc=False)

    def of_value(self, node: Shape) -> Any:
        """The type of the values of `node`."""
        options = self._scalars(node) + self._objects(node) + self._lists(node)
        return Union[tuple(options)] if options else _Never  # noqa: UP007  made of a list

    def _scalars(self, node: Shape) -> list[Any]:
        options: list[Any] = []
        if self._allows(node, " "):
            words = (*node.values, "") if node.values and self._asks("value", node.path) else ()
            options.append(Literal[words] if words else str)
        if self._allows(node, 0.5):
            options.append(float)  # takes integers and decimals as well
        elif self._allows(node, 0):
            options.append(int)
        if self._allows(node, True):
            options.append(bool)
        if self._allows(node, None):
            options.append(None)
        return options

    def _objects(self, node: Shape) -> list[Any]:
        some = {"1": None}
        if kind_departure(node, some) is not None:
            return [dict[str, Any]] if self._allows(node, some) else self._empty(node, _EMPTY_OBJECT)
        if node.repeated == "keyed" and node.element is not None:
            return [dict[_ID, self.of_value(node.element)]]  # type: ignore[misc]
        made = self.of_object(node)
        return [] if made is _Never else [made]

    def _lists(self, node: Shape) -> list[Any]:
        some = [None]
        if kind_departure(node, some) is not None:
            return [list[Any]] if self._allows(node, some) else self._empty(node, _EMPTY_LIST)
        if node.element is None:
            return [list[Any]]
        return [list[self.of_value(node.element)]]  # type: ignore[misc]

    def _empty(self, node: Shape, empty: Any) -> list[Any]:
        return [empty] if kind_departure(node, {} if empty is _EMPTY_OBJECT else []) is None else []

    def _allows(self, node: Shape, value: Any) -> bool:
        departure = kind_departure(node, value)
        return departure is None or not self._asks(departure, node.path)


def _optional(name: str, key: str, kind: Any) -> tuple[str, Any, Any]:
    return name, kind, msgspec.field(name=key, default=None)
