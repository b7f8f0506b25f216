"""How a formula function is declared: once, for the checker, both backends, the reference page and the tests.

To add a function, add one `Function` to the tuple of the module of its noun. Nothing else needs to change.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from crosswalk_engine.formula.values import ANY, BOOLEAN, FAMILIES, NOTHING, NUMBER, TEXT, TEXTUAL, Kinds

#: null: any null argument gives null · own: the body sees nulls · lazy: arguments are evaluated as needed ·
#: skip: an aggregate leaves out nulls
NullRule: TypeAlias = Literal["null", "own", "lazy", "skip"]
#: lookup: a lookup table · idmap: an entity of the id map
Asked: TypeAlias = Literal["", "lookup", "idmap"]


@dataclass(frozen=True, slots=True)
class Param:
    """One parameter: the kinds it takes; `literal` ones must be constants, the last may be `many`."""

    name: str
    kinds: Kinds = ANY
    optional: bool = False
    many: bool = False
    literal: bool = False


@dataclass(frozen=True, slots=True)
class Example:
    """A worked example: what the formula gives (in JSON form) or the code of the error it fails with.

    `given` is the record; `row` is the key of the row when the example stands in an `each` over `each`.
    """

    formula: str
    gives: Any = None
    fails: str | None = None
    given: Mapping[str, Any] = field(default_factory=dict)
    each: str | None = None
    row: str | None = None
    lookups: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Function:
    """One function or operator.

    Attributes:
        name: how formulas write it, in capitals; of an operator, its sign.
        params: in order; optional ones last.
        returns: the kinds of a result, or a function of the argument types.
        summary: one line.
        examples: at least two, one of which fails.
        body: from argument values to the result; for aggregates from the list of values. Raises EvalError.
            Left out when `prepare` makes it, and for what both backends spell out themselves (lazy ones).
        nulls: what null arguments do.
        prepare: for functions with literal parameters: from the literals to the body for the others.
        syntax: how it is written, where that is not ``NAME(param, …)``.
        note: more for the reference page: limits, differences from PostgreSQL.
        needs_env: the body's first argument is the `Env`.
        may_be_null: the result can be null although no argument is.
        aliases: other names that mean the same.
        cost: what one call takes on a short value, in units of 0.1 microseconds, which is about what the
            plainest function (LEFT, UPPER) takes; of an aggregate, for each element. A whole number, measured
            on the examples and rounded. The checker and the linter add it up as fuel.
        asks: what the first argument names, when it is a thing outside of the record.
    """

    name: str
    params: tuple[Param, ...]
    returns: Kinds | Callable[[tuple[Kinds, ...]], Kinds]
    summary: str
    examples: tuple[Example, ...]
    body: Callable[..., Any] | None = None
    nulls: NullRule = "null"
    prepare: Callable[..., Callable[..., Any]] | None = None
    syntax: str = ""
    note: str = ""
    needs_env: bool = False
    may_be_null: bool = False
    aliases: tuple[str, ...] = ()
    cost: int = 1
    asks: Asked = ""

    @property
    def is_aggregate(self) -> bool:
        """Whether it folds the values of a repeated part."""
        return self.nulls == "skip"

    @property
    def is_operator(self) -> bool:
        """Whether formulas write it as a sign or a keyword, not as a call."""
        return bool(self.syntax) and not self.syntax.startswith(f"{self.name}(")

    def usage(self) -> str:
        """How it is written, e.g. ``LPAD(text, length [, fill])``."""
        if self.syntax:
            return self.syntax
        parts = ""
        for index, param in enumerate(self.params):
            shown = f"{param.name}, …" if param.many else param.name
            comma = ", " if index else ""
            parts += f" [{comma}{shown}]" if param.optional else f"{comma}{shown}"
        return f"{self.name}({parts})"

    def takes(self, count: int) -> bool:
        """Whether it can be called with so many arguments."""
        least = sum(not param.optional for param in self.params)
        many = any(param.many for param in self.params)
        return least <= count and (many or count <= len(self.params))

    def param(self, index: int) -> Param:
        """The parameter of argument number `index`, from 0."""
        return self.params[min(index, len(self.params) - 1)]

    def result(self, arguments: tuple[Kinds, ...]) -> Kinds:
        """The kinds of a result, given the kinds of the arguments."""
        return self.returns(arguments) if callable(self.returns) else self.returns


def union(arguments: tuple[Kinds, ...]) -> Kinds:
    """The result is one of the arguments."""
    return NOTHING.union(*arguments)


def first(arguments: tuple[Kinds, ...]) -> Kinds:
    """The result is of the first argument's kind."""
    return arguments[0]


def arithmetic(arguments: tuple[Kinds, ...]) -> Kinds:
    """Integers give an integer; a decimal among them gives a decimal."""
    decimal = frozenset({"DECIMAL"})
    if any(kinds & NUMBER == decimal for kinds in arguments):
        return decimal
    return NUMBER if any("DECIMAL" in kinds for kinds in arguments) else frozenset({"INTEGER"})


def comparable(left: Kinds, right: Kinds) -> bool:
    """Whether values of these kinds can be compared: some family holds kinds of both."""
    return any(left & family and right & family for family in FAMILIES)


def text(name: str = "text", **options: Any) -> Param:
    """A TEXT parameter (integers by their digits)."""
    return Param(name, TEXTUAL, **options)


def number(name: str = "number", **options: Any) -> Param:
    """An INTEGER or DECIMAL parameter."""
    return Param(name, NUMBER, **options)


def integer(name: str, **options: Any) -> Param:
    """An INTEGER parameter."""
    return Param(name, frozenset({"INTEGER"}), **options)


def truth(name: str = "condition", **options: Any) -> Param:
    """A BOOLEAN parameter."""
    return Param(name, BOOLEAN, **options)


def literal_text(name: str, **options: Any) -> Param:
    """A text that must be written out in the formula."""
    return Param(name, TEXT, literal=True, **options)
