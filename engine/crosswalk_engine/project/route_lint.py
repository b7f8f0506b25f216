"""Linting what depends on the record: which mapping it is mapped with, and where it goes."""

from collections.abc import Sequence
from typing import Protocol

from crosswalk_engine.errors import masked
from crosswalk_engine.mapping.document import MappingDocument
from crosswalk_engine.project.flow import FlowDocument

Place = tuple[str | int, ...]


class Lint(Protocol):
    """The lint of one flow, as far as it is needed here."""

    flow: FlowDocument

    def note(self, place: Place, kind: str, message: str, suggestion: str = "", level: str = "error") -> None:
        """Add a finding."""
        ...

    def condition(self, text: str, place: Place, shown: str) -> None:
        """Check a condition."""
        ...

    def mapping(self, name: str, place: Place, shown: str) -> MappingDocument | None:
        """Find a mapping."""
        ...

    def index(self, kind: str) -> int:
        """Where the first step of a kind stands."""
        ...


def lint_choices(lint: Lint, candidates: Sequence[MappingDocument]) -> None:
    """The choices of the `map` step, and that related records mean the same in all mappings."""
    place: Place = ("steps", lint.index("map"), "map")
    choices = lint.flow.choices
    for index, choice in enumerate(choices):
        alone = len(choices) == 1 and choice.when is None
        lint.mapping(choice.mapping, place[:-1] if alone else (*place, index, "mapping"), "map")
        if choice.when is not None:
            lint.condition(choice.when, (*place, index, "when"), f"map {masked(choice.mapping, 40)} when")
    _unreached(lint, [choice.when for choice in choices], place, "choice")
    if choices and choices[-1].when is not None:
        message = "records for which no condition holds have no mapping; they are held"
        lint.note(place, "CHOICES", message, "end with a choice without `when`", "warning")
    _same_related(lint, place, candidates)


def lint_routes(lint: Lint) -> None:
    """The routes of the `route` step."""
    place: Place = ("steps", lint.index("route"), "route")
    routes = lint.flow.routes
    seen: set[str] = set()
    for index, route in enumerate(routes):
        shown = f"route '{masked(route.name, 40)}'"
        if route.name in seen:
            lint.note((*place, index, "name"), "ROUTE", f"a second {shown}", "the journal tells them by name")
        seen.add(route.name)
        if route.when is not None:
            lint.condition(route.when, (*place, index, "when"), f"{shown} when")
        if route.mapping is not None:
            lint.mapping(route.mapping, (*place, index, "mapping"), shown)
    _unreached(lint, [route.when for route in routes], place, "route")


def _unreached(lint: Lint, conditions: Sequence[str | None], place: Place, what: str) -> None:
    if None not in conditions[:-1]:
        return
    first = conditions.index(None)
    message = f"no record comes here: the {what} before has no `when` and takes all"
    lint.note((*place, first + 1), "UNREACHED", message, "put it last", "warning")


def _same_related(lint: Lint, place: Place, candidates: Sequence[MappingDocument]) -> None:
    """All mappings share one set of related records, so a name must mean one of them."""
    known: dict[str, tuple[str, str, str]] = {}
    for mapping in candidates:
        for related, one in mapping.with_.items():
            entity, key, first = known.setdefault(related, (one.entity, one.key, mapping.name))
            if (entity, key) != (one.entity, one.key):
                message = f"'{related}' is not the same record in the mappings {first} and {mapping.name}"
                lint.note(place, "RELATED", message, "give one of the two another name")
