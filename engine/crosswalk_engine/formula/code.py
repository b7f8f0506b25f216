"""What generated code is made of: lines, values held in variables, and the names that the lines may use."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from msgspec import UNSET

from crosswalk_engine.formula import reads, values
from crosswalk_engine.formula.fuel import spend
from crosswalk_engine.formula.functions.collections import apportion
from crosswalk_engine.formula.layout import Field
from crosswalk_engine.formula.problems import EvalError
from crosswalk_engine.formula.values import DIGITS, Kinds

#: What generated code may name besides its own variables and constants.
RUNTIME: dict[str, Any] = {
    "APPORTION": apportion,
    "BOUND": 10**DIGITS,
    "Decimal": Decimal,
    "EMPTY": reads.EMPTY,
    "EvalError": EvalError,
    "Fault": reads.Fault,
    "UNSET": UNSET,
    "as_text": values.as_text,
    "branch": reads.branch,
    "collect": reads.collect,
    "date": date,
    "datetime": datetime,
    "elements": reads.elements,
    "elements_or_fault": reads.elements_or_fault,
    "has_key": reads.has_key,
    "leaf": reads.leaf,
    "need": values.need,
    "present": reads.present,
    "related_record": reads.related_record,
    "spend": spend,
}
_SIGN_NAMES = {"=": "eq", "<": "lt", ">": "gt", "+": "add", "-": "sub", "*": "mul", "/": "div", "|": "or"}


@dataclass(frozen=True, slots=True)
class Operand:
    """A computed value: the variable (or constant) that holds it, and what is certain of it."""

    name: str
    kinds: Kinds
    nullable: bool = True
    const: bool = False
    #: Digits after the point, where every value has as many.
    scale: int | None = None


class Writer:
    """Lines of Python, indented; a `hole` is a place that can be filled later."""

    def __init__(self, indent: int = 0) -> None:
        self.indent = indent
        self.parts: list[str | Writer] = []

    def line(self, text: str) -> None:
        """Adds one line."""
        self.parts.append("    " * self.indent + text)

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        """The lines added meanwhile stand below `head`."""
        self.line(head)
        self.indent += 1
        yield
        self.indent -= 1

    def hole(self) -> "Writer":
        """A writer whose lines stand here."""
        inner = Writer(self.indent)
        self.parts.append(inner)
        return inner

    def lines(self) -> Iterator[str]:
        """All lines, holes filled."""
        for part in self.parts:
            if isinstance(part, Writer):
                yield from part.lines()
            else:
                yield part


@dataclass(slots=True)
class Root:
    """Something that paths start from: its variable, its name in messages, where its objects are unpacked.

    `layout` is set when it was decoded by type; then fields are attributes.
    """

    var: str
    where: str
    prelude: Writer
    layout: Field | None = None
    objects: dict[tuple[str, ...], tuple[str, Field | None]] = field(default_factory=dict)
    collections: dict[tuple[tuple[str, ...], int], tuple[str, Field | None]] = field(default_factory=dict)


class Frame:
    """The names of one generated function: variables, constants, functions, and what is computed already."""

    def __init__(self, writer: Writer) -> None:
        self.writer = writer
        self.namespace: dict[str, Any] = dict(RUNTIME)
        self.constants: dict[str, str] = {}
        self._names: dict[int, str] = {}
        self._labelled: dict[str, str] = {}
        self.caches: list[dict[Any, Operand]] = [{}]
        self._temps = 0

    def temp(self, letter: str = "t") -> str:
        """A fresh variable."""
        self._temps += 1
        return f"{letter}{self._temps}"

    def constant(self, value: Any, label: str) -> str:
        """A name for `value` in the function's namespace; `label` tells readers what it is."""
        name = self._names.get(id(value))
        if name is None:
            name = self._names[id(value)] = f"K{len(self.constants)}"
            # From here on the namespace keeps the value alive, so that its id stays its own.
            self.namespace[name] = value
            self.constants[name] = label
        return name

    def shared(self, label: str, make: Callable[[], Any]) -> str:
        """The name of a constant that is made once for each label."""
        name = self._labelled.get(label)
        if name is None:
            name = self._labelled[label] = self.constant(make(), label)
        return name

    def function(self, name: str, body: Any) -> str:
        """The name under which generated code calls `body`, the function `name` of the table."""
        shown = "".join(c if c.isalnum() else _SIGN_NAMES.get(c, "_") for c in name)
        self.namespace[f"f_{shown.lower()}"] = body
        return f"f_{shown.lower()}"

    @contextmanager
    def scoped(self) -> Iterator[None]:
        """What is computed meanwhile is forgotten afterwards: the code may not have come by."""
        self.caches.append({})
        yield
        self.caches.pop()

    def known(self, key: Any) -> Operand | None:
        """The value of `key`, if it is surely computed by now."""
        return next((cache[key] for cache in self.caches if key in cache), None)
