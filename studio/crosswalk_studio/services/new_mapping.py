"""A new mapping between two entities that have samples."""

import re
from dataclasses import dataclass

from crosswalk_engine.errors import RejectedError
from crosswalk_engine.mapping.document import load_mapping
from crosswalk_engine.payload.documents import NAME
from crosswalk_engine.payload.yaml import dump_yaml
from crosswalk_models.feedback import Decision

from crosswalk_studio.services.ledger import By, record
from crosswalk_studio.services.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Side:
    """One entity of one system."""

    system: str
    entity: str

    def __str__(self) -> str:
        return f"{self.system} · {self.entity}"


def sides(workspace: Workspace) -> list[Side]:
    """The entities of the project, in the order of project.yaml."""
    project = workspace.checked().project
    if project is None:
        return []
    systems = project.manifest.systems.items()
    return [Side(name, entity) for name, system in systems for entity in system.entities]


def suggested_name(source: Side, target: Side) -> str:
    """``brightpearl-order-to-infor-m3-sales_order``."""
    return f"{source.system}-{source.entity}-to-{target.system}-{target.entity}"


def create_mapping(workspace: Workspace, name: str, source: Side, target: Side, by: By) -> Decision:
    """Write an empty mapping document and the decision that made it.

    Raises:
        RejectedError: the name cannot be used, or there is such a mapping.
    """
    if not re.fullmatch(NAME, name):
        raise RejectedError(
            "CW-STUDIO-NAME",
            "this name cannot be used for a mapping",
            got=name[:80],
            expected="letters, digits, dots, dashes and underscores, at most 100",
        )
    path = workspace.root / "mappings" / f"{name}.yaml"
    if name.endswith("_test") or path.exists():
        taken = (
            "names that end in _test belong to worked examples" if name.endswith("_test") else "it is taken"
        )
        raise RejectedError(
            "CW-STUDIO-NAME", f"this name cannot be used: {taken}", got=name, fix="choose another"
        )
    head = {
        "format": "crosswalk/mapping@1",
        "name": name,
        "source": {"system": source.system, "entity": source.entity},
        "target": {"system": target.system, "entity": target.entity},
        "rules": [],
    }
    text = dump_yaml(head)
    load_mapping(text, where=f"mappings/{name}.yaml")
    decision = Decision(
        id=by.op,
        at=workspace.now().strftime("%Y-%m-%dT%H:%M:%SZ"),
        actor=by.actor,
        kind="mapping",
        action="create",
        mapping=name,
        target="",
        subject={key: value for key, value in head.items() if key not in ("format", "rules")},
    )
    return record(workspace, decision, by, {path: text})
