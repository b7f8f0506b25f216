"""What the formulas of a mapping may name, and the related records of its samples."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from crosswalk_engine.formula import Scope
from crosswalk_engine.mapping.document import AnyRule, EachRule, MappingDocument, Rule
from crosswalk_engine.mapping.translate import document_scope, examine
from crosswalk_engine.mapping.written import Examined
from crosswalk_engine.payload.shape import Shape
from crosswalk_engine.project.lookups import LookupTable
from crosswalk_engine.project.project import Project

from crosswalk_studio.services.edits import split_target
from crosswalk_studio.services.workspace import Record, Workspace, key_of

Related = Mapping[str, Mapping[str, Record]]


@dataclass(frozen=True, slots=True)
class Bench:
    """All that a formula of one mapping can be tried on.

    Attributes:
        document: the mapping.
        records: sample records of the source.
        keys: path of a record's id; empty when the project does not say.
        related: with-name -> id -> record.
        lookups: the project's tables.
        merges: ``contact_merge`` -> {loser: winner}.
    """

    document: MappingDocument
    records: tuple[Record, ...]
    keys: str
    shape: Shape | None
    related: Related
    related_shapes: Mapping[str, Shape | None]
    lookups: Mapping[str, LookupTable]
    merges: Mapping[str, Mapping[str, str]]

    def scope(self, target: str) -> Scope:
        """What a formula for `target` may name: inside lists, also their rows."""
        _, name = split_target(target)
        found = self.alone(target, {"to": name, "formula": "NULL"}).formulas
        known = (one.scope for one in found if one.role == "value")
        return next(known, document_scope(self.document, self._given()))

    def alone(self, target: str, rule: Mapping[str, Any]) -> Examined:
        """The mapping with nothing but `rule` for `target`, inside the lists that it stands in."""
        made: AnyRule = Rule.model_validate(dict(rule))
        for each in reversed(self.lists(target)):
            made = each.model_copy(update={"rules": (made,), "required": False})
        document = self.document.model_copy(update={"rules": (made,), "checks": ()})
        return examine(document, self._given())

    def _given(self) -> Scope:
        return Scope(shape=self.shape, related=self.related_shapes, lookups=frozenset(self.lookups))

    def lists(self, target: str) -> tuple[EachRule, ...]:
        """The rules that make the lists in which `target` lies, the outermost first."""
        group, _ = split_target(target)
        found: list[EachRule] = []
        rules = self.document.rules
        for name in (group or "").split("[].") if group else ():
            wanted = f"{name.removesuffix('[]')}[]"
            each = next((rule for rule in rules if isinstance(rule, EachRule) and rule.to == wanted), None)
            if each is None:
                return tuple(found)
            found.append(each)
            rules = each.rules
        return tuple(found)

    def each(self, target: str) -> EachRule | None:
        """The rule that makes the innermost list in which `target` lies."""
        group, _ = split_target(target)
        found = self.lists(target)
        depth = 0 if group is None else group.count("[]")
        return found[-1] if found and len(found) == depth else None

    def idmap(self) -> Callable[[str, str], str | None]:
        """A run's id map, as far as the design knows it: a number that the run will give is marked so."""

        def ask(entity: str, key: str) -> str | None:
            winner = next(
                (
                    found[key]
                    for name, found in self.merges.items()
                    if key in found and name.endswith("_merge")
                ),
                key,
            )
            return f"‹{entity} {winner}›"

        return ask


def bench(workspace: Workspace, mapping: str) -> Bench | None:
    """The bench of a mapping; `None` while it cannot be read."""
    project = workspace.checked().project
    if project is None or mapping not in project.mappings:
        return None
    mark = (workspace.fingerprint(), mapping)
    return workspace.cached(f"bench {mapping}", mark, lambda: _make(workspace, project, mapping))


def _make(workspace: Workspace, project: Project, name: str) -> Bench:
    document = project.mappings[name]
    system = document.source.system
    samples = workspace.samples(system, document.source.entity)
    related: dict[str, Mapping[str, Record]] = {}
    shapes: dict[str, Shape | None] = {}
    for alias, item in document.with_.items():
        found = workspace.samples(system, item.entity)
        path = entity_key(project, system, item.entity)
        shapes[alias] = found.shape if found else None
        related[alias] = _by_key(found.records, path) if found and path else {}
    return Bench(
        document,
        samples.records if samples else (),
        entity_key(project, system, document.source.entity),
        samples.shape if samples else None,
        related,
        shapes,
        project.lookups,
        project.merges,
    )


def entity_key(project: Project, system: str, entity: str) -> str:
    """The path of an entity's id, as project.yaml names it; empty when it does not."""
    known: Any = project.manifest.systems.get(system)
    found = known.entities.get(entity) if known else None
    return (found.key or "") if found else ""


def _by_key(records: tuple[Record, ...], path: str) -> dict[str, Record]:
    return {key: record for record in records if (key := key_of(record, path)) is not None}
