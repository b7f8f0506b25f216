"""Where a formula of a mapping stands: the `each` rules around it, and how those are written."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from tests.fuzz.grounds import RELATED

Json: TypeAlias = dict[str, Any]


class Level(NamedTuple):
    """One `each`: the source collection that its elements come from, their name, and how it is written.

    `below` stands after the name of the level above (``serials``, ``rows``), or alone at the top.
    """

    path: str
    alias: str
    below: str


Levels: TypeAlias = tuple[Level, ...]
#: Names of the elements of grouped lists -> the list's `group_by` and `rows_as`.
Groups: TypeAlias = Mapping[str, Json]
ROW = Level("orderRows", "row", "orderRows")
INVOICE = Level("invoices", "inv", "invoices")
SERIAL = Level("orderRows.serials", "serial", "serials")
BIN = Level("orderRows.serials.bins", "bin", "bins")
#: The rows of a group, and those of one of several documents: order rows both.
MEMBER = Level("orderRows", "member", "rows")
PART = Level("orderRows", "piece", "part")


def written(levels: Levels, steps: Levels) -> str:
    """The `each` of `steps` inside `levels`."""
    parts, above = [], levels[-1].alias if levels else ""
    for step in steps:
        parts.append(f"{above}.{step.below} AS {step.alias}" if above else f"{step.below} AS {step.alias}")
        above = step.alias
    return ", ".join(parts)


def inside(levels: Levels, rule: Json, groups: Groups) -> list[Json]:
    """`rule` alone, inside one `each` for each level, grouped where the levels are."""
    wrapped = [rule]
    for at in range(len(levels) - 1, -1, -1):
        each = written(levels[:at], levels[at : at + 1])
        wrapped = [{"to": f"l{at}[]", "each": each, "rules": wrapped, **groups.get(levels[at].alias, {})}]
    return wrapped


def around(rules: Sequence[Json], **more: Any) -> Json:
    """A document with these rules."""
    return {
        "format": "crosswalk/mapping@1",
        "name": "drawn",
        "source": {"system": "brightpearl", "entity": "order"},
        "target": {"system": "t", "entity": "e"},
        "with": {name: {"entity": entity, "key": key} for name, (entity, key, _) in RELATED.items()},
        "rules": list(rules),
        **more,
    }
