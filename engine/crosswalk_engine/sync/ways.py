"""Ways: which mapping a record is mapped with, and whether it is delivered at all, by conditions on it.

Not to be mixed up with `crosswalk_engine.sync.route`, which looks at what was delivered before.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import SimpleNamespace
from typing import Any, cast

from crosswalk_engine.connectors.contract import Document
from crosswalk_engine.errors import masked
from crosswalk_engine.formula.env import Lookup
from crosswalk_engine.journal import Event, EventState
from crosswalk_engine.mapping.compile import CompiledMapping
from crosswalk_engine.project.flow import FlowDocument, Route
from crosswalk_engine.release.load import Conditions
from crosswalk_engine.sync.conditions import Condition, condition
from crosswalk_engine.sync.stages import Chosen, Fetched, Related, Verdict

#: Where a route leads that does not deliver: the event's state, and the code that says why.
_ENDS = {
    "skip": (EventState.SKIPPED, "CW-ROUTE-SKIP"),
    "hold": (EventState.HELD, "CW-ROUTE-HOLD"),
    "reject": (EventState.DEAD, "CW-ROUTE-REJECT"),
}
#: Decisions that are remembered as noted; an event that comes back takes its way again, and is noted once.
_MOST_NOTED = 50_000


@dataclass(frozen=True, slots=True)
class Decision:
    """What the conditions say of one record; no mapping when no choice is for it."""

    route: Route | None
    mapping: CompiledMapping | None


@dataclass(frozen=True)
class Ways:
    """The conditions of one flow, compiled.

    Attributes:
        choices: mappings by condition; the first that holds is taken.
        routes: routes by condition, with their own mapping where they have one.
        first: whether routes are taken before a record is mapped.
        let_go: whether a person sent an event round again that was held with a code.
        remarks: decisions for the audit that are not written yet: event and what was decided.
    """

    choices: Sequence[tuple[Condition, CompiledMapping]]
    routes: Sequence[tuple[Route, Condition, CompiledMapping | None]] = ()
    first: bool = True
    let_go: Callable[[Event, str], bool] = lambda event, code: False
    remarks: list[tuple[Event, dict[str, Any]]] = field(default_factory=list)
    _noted: dict[tuple[Any, ...], None] = field(default_factory=dict, repr=False)

    def decide(self, document: Document, related: Related, now: datetime | None = None) -> Decision:
        """The route and the mapping of a record that was taken up at `now`.

        Raises:
            RecordError: a condition cannot use the record's data.
        """
        route, own = next(
            ((route, own) for route, holds, own in self.routes if holds(document, related, now)),
            (None, None),
        )
        chosen = (mapping for holds, mapping in self.choices if holds(document, related, now))
        return Decision(route, own or next(chosen, None))

    def choose(self, record: Fetched) -> Chosen | Verdict:
        """The way of a record, or its end.

        Raises:
            RecordError: as `decide`.
        """
        decision = self.decide(record.document, record.related, record.inputs.now)
        end = self._end(decision.route, record.work.event)
        self._note(decision, record.work.event)
        if end is not None and self.first:
            return end
        if decision.mapping is None:
            what = "no condition of the map step holds, so there is no mapping for this record"
            return Verdict(EventState.HELD, "CW-ROUTE-NONE", what)
        return Chosen(record, decision.mapping, end)

    def _end(self, route: Route | None, event: Event) -> Verdict | None:
        if route is None or route.to == "deliver":
            return None
        state, code = _ENDS[route.to]
        # A hold is there for a person; who sends the record round again has decided.
        if state is EventState.HELD and self.let_go(event, code):
            return None
        return Verdict(
            state, code, f"route '{masked(route.name)}'" + (f": {route.reason}" if route.reason else "")
        )

    def _note(self, decision: Decision, event: Event) -> None:
        if decision.route is None and len(self.choices) < 2:
            return
        detail: dict[str, Any] = {}
        if decision.route is not None:
            detail = {"route": decision.route.name, "to": decision.route.to}
        if decision.mapping is not None and detail.get("to") in (None, "deliver"):
            detail["mapping"] = decision.mapping.name
        key = (event.id, *detail.values())
        if detail and key not in self._noted:
            self.remarks.append((event, detail))
            self._noted[key] = None
            while len(self._noted) > _MOST_NOTED:
                del self._noted[next(iter(self._noted))]


def compile_ways(
    flow: FlowDocument,
    conditions: Conditions,
    mappings: Mapping[str, CompiledMapping],
    lookups: Mapping[str, Lookup],
    let_go: Callable[[Event, str], bool] = lambda event, code: False,
) -> Ways:
    """The ways of `flow`, from its compiled conditions."""
    choices = [
        (condition(ir, f"the condition of mapping {choice.mapping}", lookups), mappings[choice.mapping])
        for choice, ir in zip(flow.choices, conditions.choices, strict=True)
    ]
    routes = [
        (
            route,
            condition(ir, f"the condition of route '{masked(route.name)}'", lookups),
            None if route.mapping is None else mappings[route.mapping],
        )
        for route, ir in zip(flow.routes, conditions.routes, strict=True)
    ]
    return Ways(choices, routes, flow.routes_first, let_go)


class Candidates:
    """All mappings that a record may be mapped with, as far as their related records go.

    Conditions see the related records of all of them, so all are fetched.
    """

    def __init__(self, mappings: Sequence[CompiledMapping]) -> None:
        self._mappings = mappings
        related = {name: one for mapping in mappings for name, one in mapping.tree.related.items()}
        self.tree = SimpleNamespace(related=related)

    def related_keys(self, record: Document, *, related: Any = None) -> dict[str, frozenset[str]]:
        """Related record -> the ids that any of the mappings needs of it."""
        found: dict[str, frozenset[str]] = {}
        for mapping in self._mappings:
            ask = cast("Any", mapping.related_keys)
            for name, ids in ask(record, related=related).items():
                found[name] = found.get(name, frozenset()) | ids
        return found


def candidates(flow: FlowDocument, mappings: Mapping[str, CompiledMapping]) -> CompiledMapping:
    """What is fetched for: the one mapping of `flow`, or all that it may choose from."""
    names = flow.candidates
    if len(names) == 1:
        return mappings[names[0]]
    return cast("CompiledMapping", Candidates([mappings[name] for name in names]))
