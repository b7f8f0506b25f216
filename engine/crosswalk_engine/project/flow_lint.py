"""Linting flows: the steps in an order that works, and every name in them known to the project."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from crosswalk_engine.errors import Finding, masked
from crosswalk_engine.formula import FormulaError, Scope, parse_formula
from crosswalk_engine.mapping.document import MappingDocument, Related, Rule
from crosswalk_engine.mapping.lint import mapping_scope
from crosswalk_engine.payload.nearest import did_you_mean
from crosswalk_engine.payload.shape import Shape
from crosswalk_engine.project.flow import Deliver, Ensure, FlowDocument, step_kind
from crosswalk_engine.project.route_lint import lint_choices, lint_routes

Place = tuple[str | int, ...]
#: What must stand before what; routes may stand anywhere before the delivery.
_ORDER = {"ensure": 0, "map": 1, "validate": 2, "deliver": 3, "write_back": 4}
_ONCE = ("map", "route", "deliver", "write_back")


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
    """What the formulas of a flow may name: the source record, and the related records of its mappings."""
    mapping = (around.mappings or {}).get(flow.mapping)
    if mapping is None:
        return Scope(lookups=around.lookups)
    system = mapping.source.system
    related = related_of(flow, around)
    return mapping_scope(
        mapping.model_copy(update={"with_": related}),
        shape=around.shapes.get(f"{system}.{mapping.source.entity}"),
        related={name: around.shapes.get(f"{system}.{rel.entity}") for name, rel in related.items()},
        lookups=around.lookups,
    )


def related_of(flow: FlowDocument, around: Surroundings) -> dict[str, Related]:
    """The related records of all mappings that a record may be mapped with; the first one counts."""
    related: dict[str, Related] = {}
    for mapping in candidates(flow, around):
        related = {**mapping.with_, **related}
    return related


def candidates(flow: FlowDocument, around: Surroundings) -> tuple[MappingDocument, ...]:
    """The mappings that a record may be mapped with, as far as the project has them."""
    known = around.mappings or {}
    return tuple(known[name] for name in flow.candidates if name in known)


class _FlowLint:
    def __init__(self, flow: FlowDocument, around: Surroundings) -> None:
        self.flow = flow
        self.around = around
        self.scope = flow_scope(flow, around)
        self.findings: list[Finding] = []

    def run(self) -> None:
        self._steps()
        self._ends()
        lint_choices(self, candidates(self.flow, self.around))
        lint_routes(self)
        if self.flow.accept is not None:
            self.condition(self.flow.accept, ("accept",), "accept")
        for place, ensure in self._ensures():
            self._ensure(place, ensure)
        self._cycles()
        self._deliver()
        self._validators()
        if self.flow.retry.first > self.flow.retry.longest:
            self.note(("retry",), "RETRY", "the first wait is longer than the longest")

    def _steps(self) -> None:
        kinds = [step_kind(step) or "" for step in self.flow.steps]
        for kind in _ONCE:
            places = [index for index, found in enumerate(kinds) if found == kind]
            for index in places[1:]:
                self.note(("steps", index), "STEPS", f"a second `{kind}` step", "keep one of the two")
        ordered = [(index, kind) for index, kind in enumerate(kinds) if kind in _ORDER]
        for (_, before), (index, after) in pairwise(ordered):
            if _ORDER[before] > _ORDER[after]:
                message = f"`{after}` stands after `{before}`"
                hint = "the order is ensure, map, validate, deliver, write_back"
                self.note(("steps", index), "STEPS", message, hint)
        if "route" in kinds and "deliver" in kinds[: kinds.index("route")]:
            self.note(("steps", kinds.index("route")), "STEPS", "`route` stands after `deliver`", "swap them")
        for kind in ("map", "deliver"):
            if kind not in kinds:
                self.note(("steps",), "STEPS", f"there is no `{kind}` step")

    def _ends(self) -> None:
        systems = self.around.systems
        mappings = candidates(self.flow, self.around)
        for side in ("source", "target"):
            end = getattr(self.flow, side)
            if systems is not None and end.connection not in systems:
                message = f"unknown connection '{masked(end.connection, 40)}'"
                hint = did_you_mean(end.connection, systems) or f"connections: {', '.join(sorted(systems))}"
                self.note((side, "connection"), "CONNECTION", message, hint)
            for mapping in mappings:
                self._end(side, mapping, (systems or {}).get(end.connection))

    def _end(self, side: str, mapping: MappingDocument, system: str | None) -> None:
        end, wanted = getattr(self.flow, side), getattr(mapping, side)
        which = "the mapping" if len(self.flow.candidates) == 1 else f"the mapping {mapping.name}"
        if wanted.entity != end.entity:
            message = f"{which}'s {side} is {wanted.entity}, the flow's is {masked(end.entity, 40)}"
            self.note((side, "entity"), "ENTITY", message)
        if system is not None and system != wanted.system:
            message = f"{which}'s {side} system is {wanted.system}, the connection's is {system}"
            self.note((side, "connection"), "CONNECTION", message)

    def mapping(self, name: str, place: Place, shown: str) -> MappingDocument | None:
        """The mapping of that name; a finding when there is none."""
        if self.around.mappings is None or not name:
            return None
        found = self.around.mappings.get(name)
        if found is None:
            hint = did_you_mean(name, self.around.mappings)
            self.note(place, "MAPPING", f"{shown}: unknown mapping '{masked(name, 60)}'", hint)
        return found

    def _ensures(self) -> Iterator[tuple[Place, Ensure]]:
        indexes = [index for index, step in enumerate(self.flow.steps) if step_kind(step) == "ensure"]
        for index, ensure in zip(indexes, self.flow.ensures, strict=True):
            yield ("steps", index, "ensure"), ensure

    def _ensure(self, place: Place, ensure: Ensure) -> None:
        shown = f"ensure {ensure.entity}"
        main = (self.around.mappings or {}).get(self.flow.mapping)
        known = related_of(self.flow, self.around)
        own = self.mapping(ensure.mapping, (*place, "mapping"), shown)
        related = known.get(ensure.related)
        if main is not None and related is None:
            message = f"{shown}: the mapping {main.name} has no related record '{masked(ensure.related, 40)}'"
            hint = did_you_mean(ensure.related, known) or f"it has: {', '.join(known) or 'none'}"
            self.note((*place, "related"), "RELATED", message, hint)
        if own is not None and related is not None and own.source.entity != related.entity:
            message = f"{shown}: {own.name} maps {own.source.entity}, '{ensure.related}' is {related.entity}"
            self.note((*place, "mapping"), "ENTITY", message)
        shape = self.scope.shape
        if shape is not None and shape.find(ensure.key) is None:
            nearest = shape.nearest(ensure.key, limit=1)
            hint = f"did you mean '{nearest[0]}'?" if nearest else ""
            message = f"{shown}: the source has no field '{masked(ensure.key, 60)}'"
            self.note((*place, "key"), "KEY", message, hint)
        if ensure.when is not None:
            self.condition(ensure.when, (*place, "when"), f"{shown} when")

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
                    self.note(place, "CYCLE", message, hint)

    def _deliver(self) -> None:
        if self.flow.deliver is not None:
            for mapping in candidates(self.flow, self.around):
                self._delivered(mapping, self.flow.deliver)

    def _delivered(self, mapping: MappingDocument, deliver: Deliver) -> None:
        targets = {rule.to for rule in mapping.rules if rule.to is not None}
        uses_sets = bool(mapping.rule_sets)
        place = ("steps", self.index("deliver"), "deliver")
        fields = [("natural_key", deliver.natural_key)]
        fields += [("unsent_after_delivery", name) for name in deliver.unsent_after_delivery]
        for key, name in fields:
            # A rule set may bring the field; its rules are known when the mapping is compiled.
            if name not in targets and not uses_sets:
                message = f"{key}: the mapping {mapping.name} has no rule for '{masked(name, 40)}'"
                self.note((*place, key), "DELIVER", message, did_you_mean(name, targets))
        required = {rule.to for rule in mapping.rules if isinstance(rule, Rule) and rule.required}
        if deliver.natural_key in targets - required:
            message = f"the natural key {deliver.natural_key} may stay empty"
            hint = "make its rule `required: true`"
            self.note((*place, "natural_key"), "NATURAL-KEY", message, hint, "warning")
        if mapping.documents is not None:
            message = f"the mapping {mapping.name} makes several documents of a record; a flow delivers one"
            self.note(place, "DOCUMENTS", message, "map in bulk, or take a mapping without `documents`")

    def _validators(self) -> None:
        policies = self.around.policies
        for name in self.flow.validators:
            if policies is not None and name not in policies:
                place = ("steps", self.index("validate"), "validate")
                message = f"there is no policy '{masked(name, 40)}' for the validator of that name"
                hint = did_you_mean(name, policies) or f"write policies/{name}.yaml"
                self.note(place, "POLICY", message, hint, "warning")

    def condition(self, text: str, place: Place, shown: str) -> None:
        """Check a formula that must be true or false."""
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
        if formula.idmaps:
            self.note(place, "IDMAP", f"{shown}: a condition cannot ask the id map; it changes meanwhile")
        if formula.kinds and "BOOLEAN" not in formula.kinds:
            self.note(place, "BOOLEAN", f"{shown}: the formula gives {formula.type}, not true or false")

    def index(self, kind: str) -> int:
        """Where the first step of a kind stands."""
        return next((index for index, step in enumerate(self.flow.steps) if step_kind(step) == kind), 0)

    def note(self, place: Place, kind: str, message: str, suggestion: str = "", level: str = "error") -> None:
        """Add a finding at a place of the flow."""
        self.findings.append(Finding(self.flow.at(*place), f"CW-FLOW-{kind}", level, message, suggestion))
