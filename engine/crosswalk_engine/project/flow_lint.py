"""Linting flows: the steps in an order that works, and every name in them known to the project."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from crosswalk_engine.errors import Finding, masked
from crosswalk_engine.formula import FormulaError, Scope, parse_formula
from crosswalk_engine.mapping.document import EachRule, MappingDocument
from crosswalk_engine.mapping.lint import mapping_scope
from crosswalk_engine.payload.nearest import did_you_mean
from crosswalk_engine.payload.shape import Shape
from crosswalk_engine.project.flow import Ensure, FlowDocument, step_kind

Place = tuple[str | int, ...]
#: What must stand before what.
_ORDER = {"ensure": 0, "map": 1, "validate": 2, "deliver": 3, "write_back": 4}
_ONCE = ("map", "deliver", "write_back")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a flow may name; `None` is unknown and not checked against.

    Attributes:
        mappings: by name.
        systems: connection -> system, for the connections of the project.
        shapes: ``system.entity`` -> shape.
        lookups: names of tables.
        idmaps_used: mapping -> entities whose id map its formulas ask.
        policies: kinds that the project has a policy of.
    """

    mappings: Mapping[str, MappingDocument] | None = None
    systems: Mapping[str, str | None] | None = None
    shapes: Mapping[str, Shape] = field(default_factory=dict)
    lookups: frozenset[str] | None = None
    idmaps_used: Mapping[str, frozenset[str]] = field(default_factory=dict)
    policies: frozenset[str] | None = None


def lint_flow(flow: FlowDocument, around: Surroundings | None = None) -> tuple[Finding, ...]:
    """All findings of one flow."""
    lint = _FlowLint(flow, around or Surroundings())
    lint.run()
    return tuple(lint.findings)


def flow_scope(flow: FlowDocument, around: Surroundings) -> Scope:
    """What the formulas of a flow may name: the source record, and the related records of its mapping."""
    mapping = (around.mappings or {}).get(flow.mapping)
    if mapping is None:
        return Scope(lookups=around.lookups)
    system = mapping.source.system
    return mapping_scope(
        mapping,
        shape=around.shapes.get(f"{system}.{mapping.source.entity}"),
        related={name: around.shapes.get(f"{system}.{rel.entity}") for name, rel in mapping.with_.items()},
        lookups=around.lookups,
    )


class _FlowLint:
    def __init__(self, flow: FlowDocument, around: Surroundings) -> None:
        self.flow = flow
        self.around = around
        self.scope = flow_scope(flow, around)
        self.findings: list[Finding] = []

    def run(self) -> None:
        self._steps()
        self._ends()
        if self.flow.accept is not None:
            self._condition(self.flow.accept, ("accept",), "accept")
        for place, ensure in self._ensures():
            self._ensure(place, ensure)
        self._cycles()
        self._deliver()
        self._validators()
        if self.flow.retry.first > self.flow.retry.longest:
            self._note(("retry",), "RETRY", "the first wait is longer than the longest")

    def _steps(self) -> None:
        kinds = [step_kind(step) or "" for step in self.flow.steps]
        for kind in _ONCE:
            places = [index for index, found in enumerate(kinds) if found == kind]
            for index in places[1:]:
                self._note(("steps", index), "STEPS", f"a second `{kind}` step", "keep one of the two")
        for index, (before, after) in enumerate(pairwise(kinds), start=1):
            if _ORDER[before] > _ORDER[after]:
                message = f"`{after}` stands after `{before}`"
                hint = "the order is ensure, map, validate, deliver, write_back"
                self._note(("steps", index), "STEPS", message, hint)
        for kind in ("map", "deliver"):
            if kind not in kinds:
                self._note(("steps",), "STEPS", f"there is no `{kind}` step")

    def _ends(self) -> None:
        systems = self.around.systems
        mapping = self._mapping(self.flow.mapping, ("steps", self._index("map")), "map")
        for side in ("source", "target"):
            end = getattr(self.flow, side)
            if systems is not None and end.connection not in systems:
                message = f"unknown connection '{masked(end.connection, 40)}'"
                hint = did_you_mean(end.connection, systems) or f"connections: {', '.join(sorted(systems))}"
                self._note((side, "connection"), "CONNECTION", message, hint)
            if mapping is None:
                continue
            wanted = getattr(mapping, side)
            if wanted.entity != end.entity:
                message = f"the mapping's {side} is {wanted.entity}, the flow's is {masked(end.entity, 40)}"
                self._note((side, "entity"), "ENTITY", message)
            system = (systems or {}).get(end.connection)
            if system is not None and system != wanted.system:
                message = f"the mapping's {side} system is {wanted.system}, the connection's is {system}"
                self._note((side, "connection"), "CONNECTION", message)

    def _mapping(self, name: str, place: Place, shown: str) -> MappingDocument | None:
        if self.around.mappings is None or not name:
            return None
        found = self.around.mappings.get(name)
        if found is None:
            hint = did_you_mean(name, self.around.mappings)
            self._note(place, "MAPPING", f"{shown}: unknown mapping '{masked(name, 60)}'", hint)
        return found

    def _ensures(self) -> Iterator[tuple[Place, Ensure]]:
        indexes = [index for index, step in enumerate(self.flow.steps) if step_kind(step) == "ensure"]
        for index, ensure in zip(indexes, self.flow.ensures, strict=True):
            yield ("steps", index, "ensure"), ensure

    def _ensure(self, place: Place, ensure: Ensure) -> None:
        shown = f"ensure {ensure.entity}"
        main = (self.around.mappings or {}).get(self.flow.mapping)
        own = self._mapping(ensure.mapping, (*place, "mapping"), shown)
        related = main.with_.get(ensure.related) if main is not None else None
        if main is not None and related is None:
            message = f"{shown}: the mapping {main.name} has no related record '{masked(ensure.related, 40)}'"
            hint = did_you_mean(ensure.related, main.with_) or f"it has: {', '.join(main.with_) or 'none'}"
            self._note((*place, "related"), "RELATED", message, hint)
        if own is not None and related is not None and own.source.entity != related.entity:
            message = f"{shown}: {own.name} maps {own.source.entity}, '{ensure.related}' is {related.entity}"
            self._note((*place, "mapping"), "ENTITY", message)
        shape = self.scope.shape
        if shape is not None and shape.find(ensure.key) is None:
            nearest = shape.nearest(ensure.key, limit=1)
            hint = f"did you mean '{nearest[0]}'?" if nearest else ""
            message = f"{shown}: the source has no field '{masked(ensure.key, 60)}'"
            self._note((*place, "key"), "KEY", message, hint)
        if ensure.when is not None:
            self._condition(ensure.when, (*place, "when"), f"{shown} when")

    def _cycles(self) -> None:
        """An ensured record may need the id map of those before it, not its own or of those after it."""
        ensures = list(self._ensures())
        entities = [ensure.entity for _, ensure in ensures]
        for index, (place, ensure) in enumerate(ensures):
            for needed in sorted(self.around.idmaps_used.get(ensure.mapping, ())):
                if needed in entities[index:] and needed not in entities[:index]:
                    message = (
                        f"ensure {ensure.entity} needs the id map of {needed}, which is made there or later"
                    )
                    hint = (
                        "no order of the steps can satisfy that"
                        if needed == ensure.entity
                        else "swap the steps"
                    )
                    self._note(place, "CYCLE", message, hint)

    def _deliver(self) -> None:
        deliver = self.flow.deliver
        mapping = (self.around.mappings or {}).get(self.flow.mapping)
        if deliver is None or mapping is None:
            return
        targets = {rule.to for rule in mapping.rules}
        place = ("steps", self._index("deliver"), "deliver")
        fields = [("natural_key", deliver.natural_key)]
        fields += [("unsent_after_delivery", name) for name in deliver.unsent_after_delivery]
        for key, name in fields:
            if name not in targets:
                message = f"{key}: the mapping {mapping.name} has no rule for '{masked(name, 40)}'"
                self._note((*place, key), "DELIVER", message, did_you_mean(name, targets))
        required = {rule.to for rule in mapping.rules if not isinstance(rule, EachRule) and rule.required}
        if deliver.natural_key in targets - required:
            message = f"the natural key {deliver.natural_key} may stay empty"
            hint = "make its rule `required: true`"
            self._note((*place, "natural_key"), "NATURAL-KEY", message, hint, "warning")

    def _validators(self) -> None:
        policies = self.around.policies
        for name in self.flow.validators:
            if policies is not None and name not in policies:
                place = ("steps", self._index("validate"), "validate")
                message = f"there is no policy '{masked(name, 40)}' for the validator of that name"
                hint = did_you_mean(name, policies) or f"write policies/{name}.yaml"
                self._note(place, "POLICY", message, hint, "warning")

    def _condition(self, text: str, place: Place, shown: str) -> None:
        try:
            formula = parse_formula(text, self.scope)
        except FormulaError as error:
            for problem in error.problems:
                columns = (
                    f"{problem.start}-{problem.end}" if problem.end > problem.start else f"{problem.start}"
                )
                message = f"{shown}: {problem.message} at {columns}"
                self.findings.append(
                    Finding(self.flow.at(*place), problem.code, "error", message, problem.suggestion)
                )
            return
        if formula.kinds and "BOOLEAN" not in formula.kinds:
            self._note(place, "BOOLEAN", f"{shown}: the formula gives {formula.type}, not true or false")

    def _index(self, kind: str) -> int:
        return next((index for index, step in enumerate(self.flow.steps) if step_kind(step) == kind), 0)

    def _note(
        self, place: Place, kind: str, message: str, suggestion: str = "", level: str = "error"
    ) -> None:
        self.findings.append(Finding(self.flow.at(*place), f"CW-FLOW-{kind}", level, message, suggestion))
