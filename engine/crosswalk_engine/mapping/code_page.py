"""One generated mapping function while it is written: careful (says what is wrong) or for clean records."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from crosswalk_engine.formula.code import Writer
from crosswalk_engine.formula.emit_fast import FastEmitter
from crosswalk_engine.formula.emit_rows import Emitter
from crosswalk_engine.formula.ir import Node


@dataclass(frozen=True, slots=True)
class Inside:
    """Where rules stand: the target path of their list, expressions for its indexes and the row's key."""

    above: str = ""
    indexes: tuple[str, ...] = ()
    key: str = "None"

    @property
    def place(self) -> str:
        """The last arguments of what notes problems."""
        indexes = f"({', '.join(self.indexes)},)" if self.indexes else "()"
        return f"{indexes}, {self.key}"


@dataclass(frozen=True, slots=True)
class Made:
    """A variable that holds what a rule writes; an `optional` one can be UNSET: no key."""

    parts: tuple[str, ...]
    name: str
    optional: bool = False


class Page:
    """The function that is being written."""

    def __init__(self, emitter: Emitter) -> None:
        self.emitter = emitter

    @property
    def fast(self) -> FastEmitter | None:
        """The emitter for clean records; `None` when the code is careful."""
        return self.emitter if isinstance(self.emitter, FastEmitter) else None

    @property
    def writer(self) -> Writer:
        """Where lines go now."""
        return self.emitter.writer

    def line(self, text: str) -> None:
        """Adds one line."""
        self.emitter.writer.line(text)

    def spot(self, spot: Any, label: str) -> str:
        """The name of a constant that says where problems are."""
        return self.emitter.constant(spot, label)

    @contextmanager
    def attempt(self, *otherwise: str) -> Iterator[None]:
        """What is written meanwhile may raise EvalError as `error`; then careful code does `otherwise`."""
        if self.fast is not None:
            yield
            return
        with self.guarded(*otherwise):
            yield

    @contextmanager
    def guarded(self, *otherwise: str) -> Iterator[None]:
        """As `attempt`, also for clean records."""
        with self.writer.block("try:"), self.emitter.scoped():
            yield
        with self.writer.block("except EvalError as error:"):
            for line in otherwise:
                self.line(line)

    def truth(self, node: Node, who: str) -> str:
        """An expression that is truthy when `node` is TRUE."""
        if self.fast is not None:
            return self.fast.condition(node, who)
        return f"{self.emitter.truth(self.emitter.emit(node), who)} is True"

    def wrong(self, call: str, test: str = "") -> None:
        """Notes a problem if `test` holds: careful code by `call`, the other one by giving up."""
        done = "raise Careful" if self.fast is not None else call
        self.line(f"if {test}: {done}" if test else done)

    def condition(self, node: Node | None, who: str, on_error: str) -> str:
        """The variable or expression of a `when`, computed; '' when there is none."""
        if node is None:
            return ""
        if self.fast is not None:
            return self.truth(node, who)
        var = self.emitter.temp("w")
        with self.attempt(on_error, f"{var} = False"):
            self.line(f"{var} = {self.truth(node, who)}")
        return var

    @contextmanager
    def only_if(self, test: str, made: Made) -> Iterator[None]:
        """What is written meanwhile happens only if `test` holds; else nothing is written to the target."""
        if not test:
            yield
            return
        self.line(f"{made.name} = UNSET")
        with self.writer.block(f"if {test}:"), self.emitter.scoped():
            yield

    def display(self, made: Sequence[Made], put: str, name: str) -> None:
        """Writes `put` (with ``{}`` for it) of the object of `made`, sorted keys, without what is UNSET."""
        shown = literal([(one.parts, one.name) for one in made])
        if not any(one.optional for one in made):
            self.line(put.format(shown))
            return
        self.line(f"{name} = {shown}")
        for one in made:
            if one.optional:
                self.line(f"if {one.name} is UNSET: del {name}{_at(one.parts)}")
        for parts in _perhaps_empty(made):
            self.line(f"if not {name}{_at(parts)}: del {name}{_at(parts)}")
        self.line(put.format(name))


def _at(parts: Sequence[str]) -> str:
    return "".join(f"[{part!r}]" for part in parts)


def _perhaps_empty(made: Sequence[Made]) -> list[tuple[str, ...]]:
    """The objects inside an output of which every field is optional, the innermost first."""
    always = {one.parts[:length] for one in made if not one.optional for length in range(1, len(one.parts))}
    found = {one.parts[:length] for one in made for length in range(1, len(one.parts))}
    return sorted(found - always, key=len, reverse=True)


def literal(outputs: Sequence[tuple[tuple[str, ...], str]]) -> str:
    """A dict display with sorted keys, nested by the names of the target paths."""
    groups: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for parts, name in outputs:
        groups.setdefault(parts[0], []).append((parts[1:], name))
    shown = [
        f"{key!r}: {group[0][1] if not group[0][0] else literal(group)}"
        for key, group in sorted(groups.items())
    ]
    return "{" + ", ".join(shown) + "}"
