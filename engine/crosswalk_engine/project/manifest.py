"""`project.yaml` (`crosswalk/project@1`): the systems, their entities with samples, and the connections."""

from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field

from crosswalk_engine.payload.documents import NAME, Document, Strict

FORMAT: Final = "crosswalk/project@1"
FILE: Final = "project.yaml"
Name = Annotated[str, Field(pattern=rf"^{NAME}$")]


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


class Entity(Strict):
    """One kind of record: `samples` are files in the project, `key` is the path of its id."""

    samples: Annotated[tuple[str, ...], BeforeValidator(_as_list)] = ()
    key: str | None = None


class System(Strict):
    """One business system: the connector that speaks to it, and the entities in use."""

    connector: str
    entities: dict[Name, Entity] = Field(default_factory=dict)


class ProjectManifest(Document):
    """What a project is about. `connections` holds references only; the engine's own settings hold addresses.

    A connection names its `system`; without that its own name is the system's.
    """

    format: Literal["crosswalk/project@1"] = FORMAT
    name: Name
    systems: dict[Name, System]
    connections: dict[Name, dict[str, Any]] = Field(default_factory=dict)

    def system_of(self, connection: str) -> str | None:
        """The system behind a connection; `None` when the project does not say."""
        if connection not in self.connections:
            return connection if connection in self.systems else None
        named = self.connections[connection].get("system", connection)
        return named if named in self.systems else None
