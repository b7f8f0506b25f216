"""What needs me now: counted once for the Home page."""

from dataclasses import dataclass

from crosswalk_studio.markdown import some
from crosswalk_studio.services.addresses import waiting_addresses
from crosswalk_studio.services.mapper import Mapper
from crosswalk_studio.services.releases import ReleaseDesk
from crosswalk_studio.services.runs import Run, run_desk
from crosswalk_studio.services.targets import progress
from crosswalk_studio.services.workspace import Workspace

#: Rows of the list; the pages themselves hold the rest.
SHOWN = 12


@dataclass(frozen=True, slots=True)
class MappingState:
    """How far one mapping is."""

    name: str
    open_suggestions: int
    missing: int
    decided: int
    fields: int
    suggested: bool


@dataclass(frozen=True, slots=True)
class Todo:
    """One thing to do: where, what, and how urgent (lower comes first)."""

    page: str
    what: str
    why: str
    urgency: int
    query: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Overview:
    """The Home page's figures; `addresses` is `None` while they are being checked."""

    mappings: tuple[MappingState, ...]
    addresses: int | None
    duplicates: int | None
    errors: int
    warnings: int
    unreleased: int | None
    releases: int
    last_run: Run | None
    todos: tuple[Todo, ...]


def mapping_states(workspace: Workspace) -> list[MappingState]:
    """Every mapping of the project."""
    project = workspace.checked().project
    states = []
    for name in sorted(project.mappings) if project else ():
        mapper = Mapper(workspace, name)
        state = progress(mapper.rows())
        states.append(
            MappingState(
                name,
                state.open_suggestions,
                state.missing,
                state.decided,
                state.fields,
                mapper.suggestions() is not None,
            )
        )
    return states


def overview(workspace: Workspace) -> Overview:
    """Everything that waits for a person."""
    from crosswalk_studio.services.duplicates import open_pairs

    states = mapping_states(workspace)
    desk = ReleaseDesk(workspace)
    checks = desk.checks()
    kept = desk.kept()
    diff = desk.diff() if checks.ready else None
    waiting = waiting_addresses(workspace)
    pairs = open_pairs(workspace)
    runs = run_desk(workspace).runs()
    last = runs[0] if runs else None
    todos = sorted(
        _todos(states, waiting, pairs, len(checks.errors), checks.ready), key=lambda item: item.urgency
    )
    return Overview(
        tuple(states),
        waiting,
        pairs,
        len(checks.errors),
        len(checks.warnings),
        None if diff is None else len(diff.changes),
        len(kept),
        last,
        tuple(todos[:SHOWN]),
    )


def _todos(
    states: list[MappingState], addresses: int | None, pairs: int | None, errors: int, ready: bool
) -> list[Todo]:
    found = []
    if errors:
        found.append(
            Todo("releases", f"Mend {some(errors, 'lint error')}", "They stand in the way of a release.", 0)
        )
    for state in states:
        query = (("mapping", state.name),)
        if state.missing:
            what = f"Map {some(state.missing, 'required field')} of {state.name}"
            found.append(Todo("mappings", what, "The target refuses records without them.", 1, query))
        if state.open_suggestions:
            what = f"Review {some(state.open_suggestions, 'suggestion')} for {state.name}"
            found.append(Todo("mappings", what, "Accept or reject with one key each.", 2, query))
        elif not state.suggested and state.decided < state.fields:
            found.append(
                Todo(
                    "mappings", f"Find suggestions for {state.name}", "Nothing was looked for yet.", 3, query
                )
            )
    if addresses:
        found.append(
            Todo(
                "addresses",
                f"Look at {addresses} address{'es' if addresses > 1 else ''}",
                "They would hold their orders.",
                2,
            )
        )
    if pairs:
        found.append(
            Todo(
                "duplicates",
                f"Decide on {some(pairs, 'possible duplicate')}",
                "One customer, two records.",
                3,
            )
        )
    if ready and not found:
        found.append(Todo("releases", "Everything is decided", "Build a release when it has changed.", 5))
    return found
