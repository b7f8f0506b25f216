"""A mapping's outputs as rows of a table: one row a document, or one for each element of its only list."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from crosswalk_engine.errors import ConfigError
from crosswalk_engine.mapping.tree import AnyTree, EachTree, MappingTree, RuleTree
from crosswalk_engine.payload.tabular_write import Kind

Parts = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, where its value stands (`inner`: in the list's elements), and its kind."""

    name: str
    parts: Parts
    kind: Kind
    inner: bool = False


@dataclass(frozen=True, slots=True)
class TablePlan:
    """The columns in the order of the rules, and the path of the list whose elements are rows, if any."""

    columns: tuple[Column, ...]
    rows: Parts = ()

    def of(self, output: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """The rows of one output; fields outside the list repeat. Without an element there is one row."""
        elements = (_at(output, self.rows) if self.rows else None) or [{}]
        return [
            tuple(
                _fitting(column.kind, _at(element if column.inner else output, column.parts))
                for column in self.columns
            )
            for element in elements
        ]


def table_plan(tree: MappingTree) -> TablePlan:
    """The form of a table of the outputs of `tree`.

    Raises:
        ConfigError: CW-TABLE-NESTED: several lists, a list in a list, or an object keyed by id.
    """
    lists = [rule for rule in tree.walk() if isinstance(rule, EachTree)]
    bad = lists[1] if len(lists) > 1 else next((one for one in lists if one.keyed_by is not None), None)
    if bad is not None:
        keyed = bad.keyed_by is not None
        raise ConfigError(
            "CW-TABLE-NESTED",
            "an object keyed by id has no form in a table" if keyed else "a table has room for one list only",
            where=bad.to if keyed else f"{lists[0].to} and {bad.to}",
            fix="write .ndjson or .xml, or map to one list",
        )
    columns: list[Column] = []
    for rule in tree.rules:
        columns += _columns(rule)
    return TablePlan(tuple(columns), lists[0].parts if lists else ())


def _columns(rule: AnyTree) -> Iterable[Column]:
    if isinstance(rule, RuleTree):
        return [Column(".".join(rule.parts), rule.parts, _kind(rule))]
    inner = [one for one in rule.rules if isinstance(one, RuleTree)]
    return [Column(".".join((*rule.parts, *one.parts)), one.parts, _kind(one), inner=True) for one in inner]


def _kind(rule: RuleTree) -> Kind:
    default = rule.default.__class__
    if rule.type == "INTEGER" and (rule.default is None or default is int):
        return "integer"
    return "boolean" if rule.type == "BOOLEAN" and (rule.default is None or default is bool) else "text"


def _fitting(kind: Kind, value: Any) -> Any:
    """A value as its column holds it: text, unless the column is of numbers or booleans."""
    if value is None or value.__class__ is str or kind != "text":
        return value
    return str(value).lower() if value.__class__ is bool else str(value)


def _at(value: Any, parts: Parts) -> Any:
    for part in parts:
        if value is None:
            return None
        value = value.get(part)
    return value
