"""A mapping as the engine runs it: rules as formula trees, with the texts that people read beside them.

The JSON form (`crosswalk/mapping-ir@2`) is what a release carries; reading it needs no parser. Rule sets are
resolved here already, constants are trees of one node, and `empty` is what holds for each rule.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, NamedTuple, TypeAlias

from crosswalk_engine.formula.ir import Aggregate, Node, Path, ScopeName, walk
from crosswalk_engine.formula.typed import source_paths
from crosswalk_engine.payload.paths import format_path
from crosswalk_engine.payload.personal import is_personal as is_personal

FORMAT = "crosswalk/mapping-ir@2"

Constant: TypeAlias = bool | int | str
Empty: TypeAlias = Literal["write", "omit", "keep"]
Invalid: TypeAlias = Literal["reject", "default", "blank"]


class RelatedTree(NamedTuple):
    """A related record: its entity, the source path of its id, and how old a copy may be, in seconds."""

    entity: str
    key: str
    max_age: float = 120.0


@dataclass(frozen=True)
class Limits:
    """What the value of a rule must be; `None` means anything.

    `type` is a kind of value in small letters; `least` and `most` are numbers or ISO dates as text.
    """

    type: str | None = None
    max_length: int | None = None
    min_length: int | None = None
    least: str | None = None
    most: str | None = None
    pattern: str | None = None
    one_of: tuple[Constant, ...] | None = None


NO_LIMITS = Limits()


@dataclass(frozen=True)
class Level:
    """One level of `each` around a formula: `path` is the whole source path of its collection.

    `scope` is the name under which formula trees read its elements.
    """

    path: tuple[str, ...]
    scope: ScopeName


@dataclass(frozen=True)
class RuleTree:
    """One target field. `parts` are the names of its path; `levels` the `each` rules around it.

    `when` says whether the rule applies at all; `default` stands in for null and blank; `cut` texts that are
    too long are cut; `invalid` says what becomes of a value that cannot be computed or breaks a limit.
    """

    to: str
    parts: tuple[str, ...]
    text: str
    node: Node
    type: str = "ANY"
    required: bool = False
    cut: bool = False
    limits: Limits = NO_LIMITS
    default: Constant | None = None
    empty: Empty = "write"
    invalid: Invalid = "reject"
    when: Node | None = None
    when_text: str = ""
    levels: tuple[Level, ...] = ()

    @property
    def max_length(self) -> int | None:
        """Characters that the target takes."""
        return self.limits.max_length

    @property
    def row(self) -> tuple[str, ...]:
        """The collection of the innermost `each` around it."""
        return self.levels[-1].path if self.levels else ()

    @cached_property
    def sources(self) -> tuple[str, ...]:
        """The source paths that the formula reads."""
        return sources(self.node, self.levels)

    @cached_property
    def personal(self) -> bool:
        """Whether values of this rule are kept out of messages."""
        return any(is_personal(path) for path in (*self.sources, self.to))


@dataclass(frozen=True)
class StepTree:
    """One step of an `each`: the elements at `parts`, seen from the record or from an outer element.

    `base` is where the path starts, `path` the whole source path; formulas read the elements as `scope`.
    """

    base: ScopeName
    parts: tuple[str, ...]
    path: tuple[str, ...]
    alias: str
    scope: ScopeName

    @property
    def level(self) -> Level:
        """What formulas below need to know of it."""
        return Level(self.path, self.scope)


@dataclass(frozen=True)
class EachTree:
    """A target list (with `keyed_by`, an object keyed by id) from a source collection.

    Rows come from `steps`, each going over the elements of the one before; then `where` and `order_by` apply,
    then `group_by`: the first row of each group, with all its rows in `rows_as`.
    """

    to: str
    parts: tuple[str, ...]
    steps: tuple[StepTree, ...]
    rules: "tuple[AnyTree, ...]"
    where: Node | None = None
    where_text: str = ""
    order_by: Node | None = None
    order_text: str = ""
    group_by: tuple[Node, ...] = ()
    group_texts: tuple[str, ...] = ()
    rows_as: str | None = None
    keyed_by: Node | None = None
    keyed_text: str = ""
    required: bool = False
    when: Node | None = None
    when_text: str = ""
    #: The `each` rules around it, the outermost first; its own steps not among them.
    outer: tuple[Level, ...] = ()
    #: What is written without any element: an empty list; nothing; or what the source has there.
    empty: Empty = "write"

    @property
    def collection(self) -> tuple[str, ...]:
        """The whole source path of what the last step goes over."""
        return self.steps[-1].path

    @property
    def alias(self) -> str:
        """The name of the last step's elements."""
        return self.steps[-1].alias

    @property
    def scope(self) -> ScopeName:
        """The scope of the last step's elements."""
        return self.steps[-1].scope

    @property
    def levels(self) -> tuple[Level, ...]:
        """The levels that inner formulas see."""
        return (*self.outer, *(step.level for step in self.steps))


@dataclass(frozen=True)
class CheckTree:
    """A condition that the record must fulfil, if `when` is true or there is none."""

    name: str
    text: str
    node: Node
    when: Node | None = None
    when_text: str = ""

    @cached_property
    def sources(self) -> tuple[str, ...]:
        """The source paths that the formula reads."""
        return sources(self.node, ())


@dataclass(frozen=True)
class DocumentsTree:
    """One record to several outputs: the elements of a collection, by equal values of `by`.

    Each output is made of the record with the further collection `name`: its elements, under their old keys.
    `where` and `by` read an element as scope ``row``.
    """

    collection: tuple[str, ...]
    alias: str
    name: str
    where: Node | None = None
    where_text: str = ""
    by: tuple[Node, ...] = ()
    by_texts: tuple[str, ...] = ()


@dataclass(frozen=True)
class XmlTree:
    """How outputs are written as XML; see `XmlForm` of the document."""

    root: str
    namespace: str | None = None
    prefixes: Mapping[str, str] = field(default_factory=dict)
    attributes: Mapping[str, str] = field(default_factory=dict)
    nil: bool = False


@dataclass(frozen=True)
class GroupTree:
    """Flat records to one: neighbours with equal fields `by`, all of them in the collection `name`."""

    by: tuple[str, ...]
    name: str


AnyTree: TypeAlias = RuleTree | EachTree


@dataclass(frozen=True)
class MappingTree:
    """A whole mapping; `related` holds the related records by the name that formulas use."""

    name: str
    source: Mapping[str, str]
    target: Mapping[str, str]
    related: Mapping[str, RelatedTree]
    rules: tuple[AnyTree, ...]
    checks: tuple[CheckTree, ...]
    documents: DocumentsTree | None = None
    group: GroupTree | None = None
    xml: XmlTree | None = None

    def walk(self) -> Iterator[AnyTree]:
        """All rules, those inside `each` rules too, in order."""
        yield from _walk(self.rules)

    @cached_property
    def collections(self) -> frozenset[tuple[str, ...]]:
        """The source paths that the mapping goes over: a single XML element there is a list of one."""
        found = {step.path for rule in self.walk() if isinstance(rule, EachTree) for step in rule.steps}
        for node, levels in self.formulas():
            bases = {level.scope: level.path for level in levels}
            for part in walk(node):
                if isinstance(part, Aggregate) and isinstance(part.over, Path) and not part.found:
                    found.add((*bases.get(part.over.scope, ()), *part.over.parts))
        if self.documents is not None:
            found.add(self.documents.collection)
        return frozenset(path for path in found if path)

    @cached_property
    def source_paths(self) -> tuple[str, ...]:
        """The paths of the payload that the mapping reads, each once; those of related records too.

        A collection that the mapping makes itself stands for the one that its elements are from.
        """
        made: dict[str, str] = {}
        if self.documents is not None:
            made[f"{format_path(self.documents.name)}[]"] = f"{format_path(*self.documents.collection)}[]"
        for rule in self.walk():
            if isinstance(rule, EachTree) and rule.rows_as is not None:
                (element,) = sources(Path(rule.scope, ()), rule.levels)
                made[f"{element}.{format_path(rule.rows_as)}[]"] = element
        read = (path for node, levels in self.formulas() for path in sources(node, levels))
        return tuple(dict.fromkeys(_from_source(path, made) for path in read))

    def formulas(self) -> Iterator[tuple[Node, tuple[Level, ...]]]:
        """Every formula of the mapping, with the levels that it stands in."""
        for rule in self.walk():
            if isinstance(rule, RuleTree):
                inside = (rule.node, rule.when)
                yield from ((node, rule.levels) for node in inside if node is not None)
            else:
                if rule.when is not None:
                    yield rule.when, rule.outer
                inner = (rule.where, rule.order_by, *rule.group_by, rule.keyed_by)
                yield from ((node, rule.levels) for node in inner if node is not None)
        for check in self.checks:
            yield from ((node, ()) for node in (check.node, check.when) if node is not None)
        if self.documents is not None:
            level = (Level(self.documents.collection, "row"),)
            parts = (self.documents.where, *self.documents.by)
            yield from ((node, level) for node in parts if node is not None)

    def to_json(self) -> dict[str, Any]:
        """The stored form (`crosswalk/mapping-ir@2`)."""
        from crosswalk_engine.mapping.stored import tree_to_json

        return tree_to_json(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "MappingTree":
        """The mapping that `to_json` stored, or an earlier version.

        Raises:
            ConfigError: CW-IR when it is damaged or of another format.
        """
        from crosswalk_engine.mapping.stored import tree_from_json

        return tree_from_json(stored)


def _from_source(path: str, made: Mapping[str, str]) -> str:
    for name, source in made.items():
        if path == name or path.startswith(f"{name}."):
            return f"{source}{path[len(name) :]}"
    return path


def _walk(rules: tuple[AnyTree, ...]) -> Iterator[AnyTree]:
    for rule in rules:
        yield rule
        if isinstance(rule, EachTree):
            yield from _walk(rule.rules)


def sources(node: Node, levels: tuple[Level, ...]) -> tuple[str, ...]:
    """The source paths that a formula reads, which stands in `levels`; each once."""
    return source_paths(node, {level.scope: level.path for level in levels})
