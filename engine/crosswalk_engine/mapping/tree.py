"""A mapping as the engine runs it: rules as formula trees, with the texts that people read beside them.

The JSON form (`crosswalk/mapping-ir@1`) is what a release carries; reading it needs no parser.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

from crosswalk_engine.errors import ConfigError, masked
from crosswalk_engine.formula.ir import Node, from_json, to_json
from crosswalk_engine.formula.typed import source_paths
from crosswalk_engine.payload.paths import parse_path

FORMAT = "crosswalk/mapping-ir@1"
#: Names in paths that hold what must not stand in messages: people's names, e-mail, phone, street.
_PERSONAL = re.compile(
    r"(?i).*(full|first|last|sur|given|family|middle|contact|customer|person)_?name|.*e_?mails?.*|.*phones?"
    r"|mobile|fax|.*street.*|address_?line.*|line_?[0-9]|cunm|cua[0-9]|yref|phno|phn2|tfno|mail"
)


@dataclass(frozen=True)
class RuleTree:
    """One target field. `parts` are the names of its path; `row` is the collection of its `each`."""

    to: str
    parts: tuple[str, ...]
    text: str
    node: Node
    type: str = "ANY"
    required: bool = False
    max_length: int | None = None
    cut: bool = False
    row: tuple[str, ...] = ()

    @cached_property
    def sources(self) -> tuple[str, ...]:
        """The source paths that the formula reads."""
        return source_paths(self.node, self.row)

    @cached_property
    def personal(self) -> bool:
        """Whether values of this rule are kept out of messages."""
        return any(is_personal(path) for path in (*self.sources, self.to))

    def to_json(self) -> dict[str, Any]:
        """The stored form; defaults left out."""
        stored: dict[str, Any] = {
            "to": self.to,
            "formula": self.text,
            "type": self.type,
            "ir": to_json(self.node),
        }
        options = {"required": self.required, "max_length": self.max_length, "cut": self.cut}
        return stored | {name: value for name, value in options.items() if value}


@dataclass(frozen=True)
class EachTree:
    """A target list from a source collection."""

    to: str
    parts: tuple[str, ...]
    collection: tuple[str, ...]
    alias: str
    rules: tuple[RuleTree, ...]
    where: Node | None = None
    where_text: str = ""
    order_by: Node | None = None
    order_text: str = ""

    def to_json(self) -> dict[str, Any]:
        """The stored form."""
        stored: dict[str, Any] = {"to": self.to, "each": list(self.collection), "alias": self.alias}
        if self.where is not None:
            stored |= {"where": self.where_text, "where_ir": to_json(self.where)}
        if self.order_by is not None:
            stored |= {"order_by": self.order_text, "order_by_ir": to_json(self.order_by)}
        return stored | {"rules": [rule.to_json() for rule in self.rules]}


@dataclass(frozen=True)
class CheckTree:
    """A condition that the record must fulfil."""

    name: str
    text: str
    node: Node

    @cached_property
    def sources(self) -> tuple[str, ...]:
        """The source paths that the formula reads."""
        return source_paths(self.node, ())

    def to_json(self) -> dict[str, Any]:
        """The stored form."""
        return {"name": self.name, "formula": self.text, "ir": to_json(self.node)}


AnyTree: TypeAlias = RuleTree | EachTree


@dataclass(frozen=True)
class MappingTree:
    """A whole mapping; `related` is name -> (entity, source path of the id)."""

    name: str
    source: Mapping[str, str]
    target: Mapping[str, str]
    related: Mapping[str, tuple[str, str]]
    rules: tuple[AnyTree, ...]
    checks: tuple[CheckTree, ...]

    def to_json(self) -> dict[str, Any]:
        """The stored form (`crosswalk/mapping-ir@1`)."""
        return {
            "format": FORMAT,
            "name": self.name,
            "source": dict(self.source),
            "target": dict(self.target),
            "with": {name: {"entity": entity, "key": key} for name, (entity, key) in self.related.items()},
            "rules": [rule.to_json() for rule in self.rules],
            "checks": [check.to_json() for check in self.checks],
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "MappingTree":
        """The mapping that `to_json` stored.

        Raises:
            ConfigError: CW-IR when it is damaged or of another format.
        """
        if stored.get("format") != FORMAT:
            raise _refused(str(stored.get("format")))
        try:
            return cls(
                name=str(stored["name"]),
                source=dict(stored["source"]),
                target=dict(stored["target"]),
                related={name: (str(one["entity"]), str(one["key"])) for name, one in stored["with"].items()},
                rules=tuple(_any_from_json(rule) for rule in stored["rules"]),
                checks=tuple(
                    CheckTree(str(check["name"]), str(check["formula"]), from_json(check["ir"]))
                    for check in stored["checks"]
                ),
            )
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise _refused(f"{type(error).__name__} {error}") from error


def _any_from_json(stored: Mapping[str, Any]) -> AnyTree:
    if "each" not in stored:
        return _rule_from_json(stored, ())
    collection = tuple(map(str, stored["each"]))
    where, order_by = stored.get("where_ir"), stored.get("order_by_ir")
    return EachTree(
        to=str(stored["to"]),
        parts=parse_path(stored["to"]).names,
        collection=collection,
        alias=str(stored["alias"]),
        rules=tuple(_rule_from_json(rule, collection) for rule in stored["rules"]),
        where=None if where is None else from_json(where),
        where_text=str(stored.get("where", "")),
        order_by=None if order_by is None else from_json(order_by),
        order_text=str(stored.get("order_by", "")),
    )


def _rule_from_json(stored: Mapping[str, Any], row: tuple[str, ...]) -> RuleTree:
    return RuleTree(
        to=str(stored["to"]),
        parts=parse_path(stored["to"]).names,
        text=str(stored["formula"]),
        node=from_json(stored["ir"]),
        type=str(stored["type"]),
        required=bool(stored.get("required", False)),
        max_length=stored.get("max_length"),
        cut=bool(stored.get("cut", False)),
        row=row,
    )


def _refused(got: str) -> ConfigError:
    return ConfigError(
        "CW-IR",
        "a compiled mapping cannot be read",
        got=masked(got),
        expected=FORMAT,
        fix="build the release again with this version",
    )


def is_personal(path: str) -> bool:
    """Whether a path names what belongs to a person: its values are masked in messages."""
    return any(_PERSONAL.fullmatch(name) for name in parse_path(path).names)
