"""Linting policies: what they name must be known to the project."""

from collections.abc import Iterator

from crosswalk_engine.errors import Finding, masked
from crosswalk_engine.payload.nearest import did_you_mean
from crosswalk_engine.payload.shape import Shape
from crosswalk_engine.project.policy import DriftPolicy
from crosswalk_engine.project.project import Project


def lint_policies(project: Project) -> Iterator[Finding]:
    """The findings of the policies of `project`; only of drift so far, the others are checked by who acts."""
    policy = project.policies.get("drift")
    if isinstance(policy, DriftPolicy):
        yield from _drift(policy, project)


def _drift(policy: DriftPolicy, project: Project) -> Iterator[Finding]:
    shapes = {name: shape for name, shape in project.shapes.items() if _is_of(name, policy.entity)}
    if policy.entity is not None and not shapes:
        known = {name.partition(".")[2] for name in project.shapes}
        message = f"there are no samples of an entity '{masked(policy.entity, 40)}'"
        hint = did_you_mean(policy.entity, known) or f"entities with samples: {', '.join(sorted(known))}"
        yield Finding(policy.at("entity"), "CW-POLICY-ENTITY", "error", message, hint)
        return
    for path, on in policy.fields.items():
        # A field may be named that the samples do not have, if this is about its arrival.
        if shapes and set(on) != {"new"} and not any(shape.find(path) for shape in shapes.values()):
            message = f"no sample has the field '{masked(path, 60)}'"
            yield Finding(policy.at("fields", path), "CW-POLICY-FIELD", "error", message, _near(path, shapes))


def _is_of(name: str, entity: str | None) -> bool:
    return entity is None or name.partition(".")[2] == entity


def _near(path: str, shapes: dict[str, Shape]) -> str:
    nearest = [found for shape in shapes.values() for found in shape.nearest(path, limit=1)]
    return f"did you mean '{nearest[0]}'?" if nearest else ""
